-- plan.lua - kdbench plan SWEEP.lua...: what run would do.

local arguments = require "arguments"
local run = require "verbs.run"

local M = { help = "Print what run would do, and how long it would take." }

M.options = arguments.sweeps

function M.main(args)
  args.dry_run = true
  return run.main(args)
end

return M
