-- published.lua - kdbench published [BLOCK...]: the literature's tables, our own numbers beside.

local exits = require "exits"

local M = { help = "Tables of the literature's numbers, with kdbench's own beside them." }

function M.options(c)
  c:argument("blocks", "Blocks, as --list names them; all when none is named."):argname("BLOCK")
    :args("*")
  c:flag("--list", "Say which blocks there are.")
  c:option("--runs", "A folder of runs to compare with; may be repeated."):argname("DIR")
    :count("*")
  c:option("-o --output", "Where to write; default: print a block that is named as Markdown, "
                          .. "write all to results/report/published."):argname("DIR")
  c:flag("--taxonomy", "The survey's categories instead: surveyed, implemented, verified; "
                       .. "table and figure.")
  c:flag("--agreement", "How kdbench's order of methods agrees with the published one instead; "
                        .. "table and figure.")
  c:flag("--tables", "Only tables.")
  c:flag("-q --quiet", "Do not list the files written.")
end

function M.main(args)
  local code, err = require "published.main".main(args)
  return code or exits.complain(err and err.code or exits.FAILED, err and err.text or err)
end

return M
