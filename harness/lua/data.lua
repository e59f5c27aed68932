-- data.lua - where a data set's files lie, and what is in them.

local kd = require "kd"
local json = require "json"
local near = require "near"
local options = require "options"
local prepare = require "prepare"

local M = {}

local LOCAL = { user = true, installed = true, cache = true }

local function home()
  return os.getenv("KD_HOME") or "."
end

local function without_fetching(recipe)
  local here = {}
  for _, name in ipairs(recipe.sources) do
    here[#here + 1] = LOCAL[name] and name or nil
  end
  return setmetatable({ sources = here }, { __index = recipe })
end

local folders = {}

-- folder of a data set's verified files; how.fetch: get them when they are nowhere
function M.folder(name, how)
  if folders[name] then
    return folders[name]
  end
  local recipe, err = prepare.recipe(name, home() .. "/datasets")
  if not recipe then
    return nil, err
  end
  local folder
  folder, err = prepare.dataset(how and how.fetch and recipe or without_fetching(recipe),
                                { project = home(), say = how and how.say,
                                  make = how and how.fetch })
  folders[name] = folder
  return folder, err
end

local facts, descriptors = {}, {}

local function key_of(dataset)
  return json.encode { dataset.name, dataset.options }
end

-- what the opened data set says of itself: sizes, classes, samples; nil, message when it cannot
function M.facts(dataset)
  local key = key_of(dataset)
  if not facts[key] then
    local folder, err = M.folder(dataset.name)
    if not folder then
      return nil, err
    end
    facts[key], err = kd.data_facts({ name = dataset.name, options = dataset.options }, folder)
    if not facts[key] then
      return nil, err
    end
  end
  return facts[key]
end

-- samples of each split that runs on this data see; nil as long as it is nowhere
function M.counts(dataset)
  local all = M.facts(dataset)
  return all and { train = dataset.train > 0 and math.min(dataset.train, all.train) or all.train,
                   validation = all.validation, test = all.test }
end

-- A descriptor of the opened data set for workers to inherit, so that none opens the files again;
-- nil where there is none.
function M.share(dataset)
  local key = key_of(dataset)
  local folder = descriptors[key] == nil and M.folder(dataset.name)
  if folder then
    local shared = kd.data_share({ name = dataset.name, options = dataset.options }, folder)
    facts[key] = shared and shared.facts
    descriptors[key] = shared and shared.fd or false
  end
  return descriptors[key] or nil
end

-- the first of the names that no data set has
local function unknown(names)
  local known = options.names(kd.catalog().datasets)
  for _, name in ipairs(names) do
    if not options.find(kd.catalog().datasets, name) then
      return "there is no data set " .. name .. near.hint(name, known)
    end
  end
end

-- `kdbench prepare NAME...`: exit code
function M.prepare(names, quiet)
  local code, wrong = 0, unknown(names)
  if wrong then
    io.stderr:write("kdbench: ", wrong, "\n")
    return 2
  end
  for _, name in ipairs(names) do
    local folder, err = M.folder(name, { fetch = true, say = function(text)
      io.stderr:write("kdbench: ", text, "\n")
    end })
    if not folder then
      io.stderr:write("kdbench: ", err, "\n")
      code = 3
    elseif not quiet then
      io.stdout:write(name, ": ", folder, "\n")
    end
  end
  return code
end

return M
