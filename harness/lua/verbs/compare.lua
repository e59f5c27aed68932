-- compare.lua - kdbench compare A B: do two results folders say the same?

local exits = require "exits"

local M = { help = "Set two results folders side by side: do they say the same?" }

function M.options(c)
  c:argument("a", "Folder of the runs to hold against, such as a reference."):argname("A")
  c:argument("b", "Folder of the runs to look at."):argname("B")
  c:option("--protocol", "Which epoch counts."):choices { "last", "best_val", "best_test" }
    :default("last")
  c:option("--metric", "Metric to compare; default: the primary one."):argname("NAME")
  c:flag("--json", "For programs.")
  c:flag("-q --quiet", "Only the cells that do not agree, and how many do.")
end

function M.main(args)
  local folder = require "verify.folder"
  local a, err = folder.load(args.a)
  local b
  if a then
    b, err = folder.load(args.b)
  end
  if not b then
    return exits.complain(exits.USAGE, err)
  end
  local compare, text = require "verify.compare", require "verify.text"
  local all = compare.all(a, b, { protocol = args.protocol, metric = args.metric })
  io.stdout:write(args.json and text.json(all) or text.text(all, args.quiet))
  return compare.code(all)
end

return M
