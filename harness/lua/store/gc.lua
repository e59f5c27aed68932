-- gc.lua - `kdbench gc`: what lies in a sweep's folder and no sweep needs any more: results of
-- other sources, damaged and half-written files, runs that were taken out of the sweep, checkpoints
-- of finished runs, and teachers' outputs that no run waits for.

local kd = require "kd"
local lfs = require "lfs"
local cache = require "cache"
local exits = require "exits"
local files = require "files"
local planning = require "plan"
local sizes = require "sizes"
local slurm_folder = require "slurm.folder"
local suite = require "suite"
local sweepfile = require "sweepfile"

local M = {}

local RUN_FOLDER = "^seed%d+%-%x%x%x%x%x%x%x%x%x%x%x%x$"

-- ---- files and folders ----------------------------------------------------------------

-- f(path, mode) for all below a folder, a folder before what is in it; false: not into it
local function walk(folder, f)
  local names = {}
  for name in lfs.dir(folder) do
    names[#names + 1] = name ~= "." and name ~= ".." and name or nil
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local path = folder .. "/" .. name
    local mode = lfs.symlinkattributes(path, "mode")
    if f(path, mode) ~= false and mode == "directory" then
      walk(path, f)
    end
  end
end

local function bytes_of(path)
  if lfs.symlinkattributes(path, "mode") ~= "directory" then
    return lfs.symlinkattributes(path, "size") or 0
  end
  local sum = 0
  walk(path, function(at, mode)
    sum = sum + (mode == "file" and lfs.symlinkattributes(at, "size") or 0)
  end)
  return sum
end

local function remove(path)
  if lfs.symlinkattributes(path, "mode") ~= "directory" then
    return os.remove(path)
  end
  local list = {}
  walk(path, function(at) table.insert(list, 1, at) end)
  for _, at in ipairs(list) do
    local ok, err = os.remove(at)
    if not ok then
      return nil, err
    end
  end
  return os.remove(path)
end

-- folders that nothing is left in, up to the sweep's own
local function remove_empty(folder, root)
  while #folder > #root and os.remove(folder) do
    folder = files.folder_of(folder)
  end
end

-- ---- what the sweep needs ---------------------------------------------------------------

local function all_runs(sweep)
  local list = {}
  for _, run in pairs(sweep.teachers) do
    list[#list + 1] = run
  end
  for _, more in ipairs { sweep.runs, sweep.trials or {}, sweep.tuned or {} } do
    table.move(more, 1, #more, #list + 1, list)
  end
  table.sort(list, function(a, b) return a.hash < b.hash end)
  return list
end

-- folders of teachers' outputs that some unfinished run may yet read
local function caches_of(root, runs, teachers)
  local learners, needed = {}, {}
  for _, run in ipairs(runs) do
    learners[#learners + 1] = #(run.needs or {}) > 0 and run or nil
  end
  cache.plan(learners, teachers)
  for _, run in ipairs(learners) do
    for _, one in ipairs(planning.is_finished(run) and {} or run.caches) do
      needed[planning.folder_of(root, one)] = true
    end
  end
  return needed
end

-- folders of sweeps beside these, and these
local function neighbours(roots)
  local list, seen = {}, {}
  for _, root in ipairs(roots) do
    local parent = files.folder_of(root)
    for name in lfs.dir(files.is_folder(parent) and parent or root) do
      local folder = parent .. "/" .. name
      if not seen[folder] and files.exists(folder .. "/" .. sweepfile.NAME) then
        list[#list + 1], seen[folder] = folder, true
      end
    end
  end
  return list
end

-- names of folders (they have hashes) of finished runs that these sweeps, or others beside them,
-- learn from
local function trained_elsewhere(roots)
  local needed = {}
  for _, root in ipairs(neighbours(roots)) do
    local sweep = sweepfile.load(root)
    for _, run in pairs(sweep and sweep.teachers or {}) do
      if run.path then
        needed[files.base(files.folder_of(run.path))] = true
      end
    end
  end
  return needed
end

-- ---- what it does not need --------------------------------------------------------------

-- list of { path, why } of one sweep's folder
local function useless(root, sweep, kept)
  local list, mine, gone = {}, {}, {}
  local function add(path, why)
    if not gone[path] then
      list[#list + 1], gone[path] = { path = path, why = why, bytes = bytes_of(path) }, true
    end
  end
  local runs = all_runs(sweep)
  for _, run in ipairs(runs) do
    run.state, run.reason = planning.state_of(root, run)
    mine[run.folder] = true
    if run.kind ~= "trained" and (run.state == "stale" or run.state == "damaged") then
      add(run.folder, run.state .. ": " .. tostring(run.reason))
    elseif run.state == "done" and files.exists(run.folder .. "/checkpoint.h5") then
      add(run.folder .. "/checkpoint.h5", "checkpoint of a finished run")
    end
  end
  local needed = caches_of(root, runs, sweep.teachers)
  walk(root, function(path, mode)
    local within = files.folder_of(path)
    local is_run = mode == "directory" and files.base(path):find(RUN_FOLDER)
    local is_cache = files.base(files.folder_of(within)) == "cache"
    if gone[path] then
      return false
    elseif mode == "file" and path:find("%.part$") then
      add(path, "half-written")
    elseif is_run and is_cache and not needed[path] then
      add(path, "no run waits for these outputs")
    elseif is_run and not is_cache and not mine[path]
           and not kept[files.base(path)] then
      add(path, "not in the sweep")
    end
    return not gone[path]
  end)
  table.sort(list, function(a, b) return a.path < b.path end)
  return list
end

-- ---- the verb ---------------------------------------------------------------------------

-- nothing may run there: `run` locks a sweep's folder, a job of a cluster that of its run
local LOCKS = { ".lock", ".task.lock" }

local function open(root)
  if not files.exists(root .. "/" .. sweepfile.NAME) then
    return nil, root .. " holds no " .. sweepfile.NAME .. ": nothing says what is needed there"
  end
  for _, name in ipairs(LOCKS) do
    for _, path in ipairs(files.find(root, name)) do
      local ok, err = kd.lock(path)
      if not ok then
        return nil, root .. " is left alone: " .. err
      end
    end
  end
  local idle, err = slurm_folder.is_idle(root)
  if not idle then
    return nil, err
  end
  return sweepfile.load(root)
end

local function collect(root, sweep, kept, args)
  local sum, list = 0, useless(root, sweep, kept)
  for _, one in ipairs(list) do
    if args.force then
      local ok, err = remove(one.path)
      if not ok then
        return nil, err
      end
      remove_empty(files.folder_of(one.path), root)
    end
    io.stdout:write(string.format("%s%8s  %s: %s\n", args.force and "removed " or "",
                                  sizes.text(one.bytes), one.path, one.why))
    sum = sum + one.bytes
  end
  return #list, sum
end

-- exit code
function M.main(args)
  local roots, all, bytes, alone = suite.folders(args.folders), 0, 0, 0
  local kept = trained_elsewhere(roots)
  for _, root in ipairs(roots) do
    local sweep, err = open(root)
    local n, sum
    if sweep then
      n, sum = collect(root, sweep, kept, args)
    end
    if not n then
      alone = alone + 1
      exits.complain(exits.FAILED, err or sum)
    end
    all, bytes = all + (n or 0), bytes + (n and sum or 0)
  end
  io.stdout:write(string.format("%d thing%s, %s%s\n", all, all == 1 and "" or "s",
                                sizes.text(bytes), args.force and " removed" or all > 0
                                and "; --force removes them" or ""))
  return alone > 0 and exits.FAILED or exits.DONE
end

return M
