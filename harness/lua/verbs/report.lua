-- report.lua - kdbench report DIR...: tables and figures from stored runs.

local exits = require "exits"
local files = require "files"

local M = { help = "Make tables and figures from stored runs." }

function M.options(c)
  c:argument("folders", "Folders of the runs."):argname("DIR"):args("+")
  c:option("-o --output", "Where to write; default: DIR/report."):argname("DIR")
  c:option("--protocol", "Which epoch counts."):choices { "last", "best_val", "best_test" }
    :default("last")
  c:option("--metric", "Metric of the tables; default: the primary one."):argname("NAME")
  c:flag("--tables", "Only tables.")
  c:flag("--figures", "Only figures.")
  c:flag("--allow-stale", "Use runs of different sources together; their cells are marked.")
  c:flag("-q --quiet", "Do not list the files written.")
end

function M.main(args)
  for _, folder in ipairs(args.folders) do
    if not files.is_folder(folder) then
      return exits.complain(exits.USAGE, folder .. " is not a folder")
    end
  end
  collectgarbage("incremental", 400, 400) -- nearly all that is read stays until the end
  local code, err = require "tracks".main(args)
  return code or exits.complain(exits.FAILED, err)
end

return M
