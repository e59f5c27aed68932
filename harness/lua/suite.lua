-- suite.lua - several sweeps as one: which there are, in which folders they live, and the list of
-- them that their common folder keeps (profile.json).

local kd = require "kd"
local files = require "files"
local json = require "json"
local sweepfile = require "sweepfile"

local M = {}

M.NAME = "profile.json"

local DEFAULT = "results/runs"

-- ---- folders ----------------------------------------------------------------------

local function has_sweep(folder)
  return files.exists(folder .. "/" .. sweepfile.NAME)
end

-- what a common folder says of itself: { name, notes, sweeps = names of folders in it }; nil where
-- it is none
function M.read(folder)
  local text = files.read(folder .. "/" .. M.NAME)
  local said = text and json.decode(text)
  return type(said) == "table" and type(said.sweeps) == "table" and said or nil
end

-- the folders of sweeps that a list of folders stands for: those in a common one, in its order
function M.folders(list)
  local found = {}
  for _, folder in ipairs(list) do
    folder = folder:gsub("(.)/+$", "%1")
    local said = not has_sweep(folder) and M.read(folder)
    for _, name in ipairs(said and said.sweeps or {}) do
      found[#found + 1] = folder .. "/" .. name
    end
    found[#found + 1] = not said and folder or nil
  end
  return found
end

local function twice(suite)
  local seen = {}
  for _, one in ipairs(suite) do
    if seen[one.root] then
      return nil, string.format("two sweeps are called %s: each needs a folder of its own",
                                one.sweep.name), true
    end
    seen[one.root] = true
  end
  return suite
end

-- ---- suites -----------------------------------------------------------------------

-- A suite is a list of { sweep, root }, and has a root and a name where the folders are in one.

-- one sweep in a folder
function M.single(sweep, out)
  return { { sweep = sweep, root = out or DEFAULT .. "/" .. sweep.name } }
end

-- loaded: list of what sweep.load_all gives, one a file; out: the folder that was asked for
function M.new(loaded, out)
  if #loaded == 1 and not loaded[1].profile then
    return M.single(loaded[1][1], out)
  end
  local only = #loaded == 1 and loaded[1].profile or nil
  local root = out or only and DEFAULT .. "/" .. only.name
  local suite = { root = root, name = only and only.name or root and files.base(root),
                  notes = only and only.notes }
  for _, list in ipairs(loaded) do
    local within = list.profile and not only and "/" .. list.profile.name or ""
    local under = (root or DEFAULT) .. within
    for _, sweep in ipairs(list) do
      suite[#suite + 1] = { sweep = sweep, root = under .. "/" .. sweep.name }
    end
  end
  return twice(suite)
end

-- what runs in folders were asked for, to go on with them
function M.resumed(list)
  local suite = {}
  for _, folder in ipairs(M.folders(list)) do
    local sweep, err = sweepfile.load(folder)
    if not sweep then
      return nil, "nothing to resume: " .. err
    end
    suite[#suite + 1] = { sweep = sweep, root = folder }
  end
  return twice(suite)
end

local function save_list(suite)
  local names = json.list {}
  for i, one in ipairs(suite) do
    names[i] = one.root:sub(#suite.root + 2)
  end
  local ok, err = kd.mkdirs(suite.root)
  if not ok then
    return nil, err
  end
  return kd.write_atomic(suite.root .. "/" .. M.NAME, json.encode {
    name = suite.name, notes = suite.notes, sweeps = names } .. "\n")
end

-- makes the folders and writes what is to run there; none of them may be in use
function M.save(suite)
  for _, one in ipairs(suite) do
    local ok, err = kd.mkdirs(one.root)
    if ok then
      ok, err = kd.lock(one.root .. "/.lock")
    end
    if ok then
      ok, err = sweepfile.save(one.sweep, one.root)
    end
    if not ok then
      return nil, err
    end
  end
  if suite.root then
    return save_list(suite)
  end
  return true
end

-- "DIR" or "DIR DIR ...": what `resume` is given
function M.text(suite)
  local names = {}
  for i, one in ipairs(suite) do
    names[i] = one.root
  end
  return suite.root or table.concat(names, " ")
end

return M
