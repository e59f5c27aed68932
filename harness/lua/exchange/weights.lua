-- weights.lua - which file is meant by RUN or WEIGHTS, and where the data of a network lie.

local data = require "data"
local files = require "files"
local lfs = require "lfs"
local prepare = require "prepare"
local runfile = require "runfile"

local M = {}

-- the run.h5 of a folder; a folder of several has none
local function in_folder(folder)
  local found = files.find(folder, "run.h5")
  if #found == 1 then
    return found[1]
  end
  return nil, string.format("%s holds %s: name one of them", folder,
                            #found == 0 and "no run.h5" or #found .. " runs")
end

-- path of a run.h5 and what it says, from its path or its folder; nil and a message
function M.run(path)
  local err
  if lfs.attributes(path, "mode") == "directory" then
    path, err = in_folder(path)
    if not path then
      return nil, err
    end
  end
  local run
  run, err = runfile.read(path)
  if not run then
    return nil, err
  end
  return path, run
end

-- Is it a run? An exported file is none. nil, message: a run that cannot be read.
function M.is_run(path)
  if lfs.attributes(path, "mode") == "directory" then
    return true
  elseif not path:find("%.h5$") then
    return false
  end
  local run, err = runfile.read(path, { "spec" })
  if not run and files.base(path) == "run.h5" then
    return nil, err
  end
  return run ~= nil
end

-- the folder of a data set's files, fetched when they are nowhere
function M.data(name)
  return data.folder(name, { fetch = true, say = function(text)
    io.stderr:write("kdbench: ", text, "\n")
  end })
end

-- what the classes of a data set are called, where its recipe says so
function M.classes(name)
  local recipe = prepare.recipe(name, (os.getenv("KD_HOME") or ".") .. "/datasets")
  return recipe and recipe.classes
end

return M
