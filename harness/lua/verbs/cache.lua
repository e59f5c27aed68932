-- cache.lua - kdbench cache ls|rm|verify: what is kept of teachers' outputs.

local M = { help = "List, remove or verify what is kept of teachers' outputs." }

function M.options(c)
  c:argument("action"):choices { "ls", "rm", "verify" }
  c:argument("names", "Ids, teachers or files; ls and verify: default all."):argname("NAME")
    :args("*")
  c:option("-o --output", "Folder of the runs; default: results/runs, every sweep."):argname("DIR")
  c:flag("--all", "Remove all.")
  c:flag("--json", "As JSON.")
end

function M.main(args)
  return require "caches".main(args)
end

return M
