-- worker.lua - kdbench worker DIR: one run in this process; `run` starts it.

local M = { help = "One run; started by run.", hidden = true }

function M.options(c)
  c:argument("folder")
end

function M.main(args)
  return require "worker".main(args.folder)
end

return M
