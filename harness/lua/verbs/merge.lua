-- merge.lua - kdbench merge DIR: the runs of a sweep, or of each sweep of a profile, in one file.

local exits = require "exits"
local files = require "files"

local M = { help = "Put all runs of a sweep into one small file." }

function M.options(c)
  c:argument("folder", "Folder of the runs of a sweep, or of a profile."):argname("DIR")
  c:option("-o --output", "A file (NAME.h5), or a folder for results.h5 and those of a profile's "
           .. "sweeps; default: DIR."):argname("FILE")
  c:flag("--predictions", "With what each run said of every example.")
  c:flag("-q --quiet", "Do not list the files written.")
end

function M.main(args)
  if not files.is_folder(args.folder) then
    return exits.complain(exits.USAGE, args.folder .. " is not a folder")
  end
  return require "store.merge".main(args)
end

return M
