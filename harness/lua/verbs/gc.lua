-- gc.lua - kdbench gc DIR: what no sweep needs any more, listed or removed.

local exits = require "exits"
local files = require "files"

local M = { help = "List, or remove, what no sweep needs any more." }

function M.options(c)
  c:argument("folders", "Folders of the runs of sweeps, or of profiles."):argname("DIR"):args("+")
  c:flag("--force", "Remove what is listed.")
end

function M.main(args)
  for _, folder in ipairs(args.folders) do
    if not files.is_folder(folder) then
      return exits.complain(exits.USAGE, folder .. " is not a folder")
    end
  end
  return require "store.gc".main(args)
end

return M
