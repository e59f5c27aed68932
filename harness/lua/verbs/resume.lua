-- resume.lua - kdbench resume DIR...: goes on with what was interrupted.

local arguments = require "arguments"
local run = require "verbs.run"

local M = { help = "Go on with an interrupted sweep." }

function M.options(command)
  command:argument("folders", "Folders of the runs."):argname("DIR"):args("+")
  arguments.running(command)
end

function M.main(args)
  local suite, err = require "suite".resumed(args.folders)
  return run.carry_out(suite, err, args)
end

return M
