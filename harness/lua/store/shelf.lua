-- shelf.lua - where the runs of a folder are read from: each one's own file, or the one file that
-- they were merged into (results.h5) where there is nothing else.

local kd = require "kd"
local curves = require "store.curves"
local files = require "files"
local json = require "json"
local merged = require "store.merged"
local runfile = require "runfile"

local M = {}

local LIGHT = { "spec", "env", "cost", "status" }

-- what is read of every run: of its curves the two that figures draw, once it is known which
local function groups_of(shelf)
  if not shelf.metric then
    return { "curve", "final", table.unpack(LIGHT) }
  end
  return { "curve/validation_" .. shelf.metric, "curve/test_" .. shelf.metric, "final",
           table.unpack(LIGHT) }
end

-- in a file of its own: what its metrics are is half of the work, so only until a run has said it
local function groups_of_file(shelf)
  local list = groups_of(shelf)
  for i, name in ipairs(shelf.metrics and list or {}) do
    if name == "final" then
      list[i] = "final/last"
      table.move({ "final/best_val", "final/best_test" }, 1, 2, #list + 1, list)
    end
  end
  return list
end

local function learn_metric(shelf, run)
  local primary = not shelf.metric and runfile.primary(run)
  shelf.metric = shelf.metric or primary and primary.name
  shelf.metrics = shelf.metrics or primary and run.final.metrics
end

-- did a run measure just these on test?
local function measured(last, metrics)
  local n = 0
  for name in pairs(last) do
    n = n + (name:find("^test_") and 1 or 0)
  end
  for _, metric in ipairs(metrics) do
    n = n - (last["test_" .. metric.name] and 1 or 1e9)
  end
  return n == 0
end

-- a tree without what its metrics are gets those of the first run, or else its own
local function with_metrics(shelf, tree, path)
  local final = tree.final
  if final and final.last and not final.metrics then
    if shelf.metrics and measured(final.last, shelf.metrics) then
      final.metrics = shelf.metrics
    else
      local own = kd.run_read(path, { "final/metrics" })
      final.metrics = own and own.final and own.final.metrics
    end
  end
  return tree
end

-- what runfile.read says
local function read_file(shelf, path)
  local tree, err = kd.run_read(path, groups_of_file(shelf))
  if not tree then
    return nil, err
  end
  return runfile.of_tree(with_metrics(shelf, tree, path), path)
end

-- ---- a file a run -------------------------------------------------------------------

local function own_curves(path)
  return function()
    local tree = kd.run_read(path, { "curve" })
    return tree and tree.curve
  end
end

-- why there is no run.h5
local function missing(folder)
  local status = json.decode(files.read(folder .. "/status.json") or "")
  if type(status) == "table" and status.reason then
    return status.state, status.reason
  end
  return "not run"
end

local AT_ONCE = 1024 -- files in memory as trees

-- Gives read(path), which says what runfile.read does: files are read ahead in the order of `list`,
-- many at once, since most of the time goes into HDF5.
local function reader_of(shelf, list)
  local at, ahead, first, n = {}, {}, 1, 1 -- the first alone: it says what to read of the others
  for i, path in ipairs(list) do
    at[path] = i
  end
  local function batch(from, many)
    return table.move(list, from, math.min(from + many - 1, #list), 1, {})
  end
  local function fetch()
    local paths, later = batch(first, n), n > 1 and batch(first + n, AT_ONCE) or nil
    ahead = {}
    for i, tree in ipairs(kd.runs_read(paths, groups_of_file(shelf), later) or {}) do
      ahead[paths[i]] = tree
    end
    first, n = first + n, AT_ONCE
  end
  return function(path)
    if at[path] == first then
      fetch()
    end
    local tree = ahead[path]
    ahead[path] = nil
    if not tree then
      return read_file(shelf, path)
    elseif tree.error then
      return nil, tree.error
    end
    return runfile.of_tree(with_metrics(shelf, tree, path), path)
  end
end

-- each once
local function existing(list)
  local there, seen = {}, {}
  for _, path in ipairs(list) do
    there[#there + 1] = not seen[path] and files.exists(path) and path or nil
    seen[path] = true
  end
  return there
end

local function of_files(root, metric)
  local shelf, named = { root = root, metric = metric }, {}
  local read = reader_of(shelf, {})

  -- a message without the folder's name, so that it is the same wherever the folder lies
  local function local_reason(err)
    local at, past = err:find(root .. "/", 1, true)
    return at and err:sub(1, at - 1) .. err:sub(past + 1) or err
  end

  local function leave_out(path, err)
    if not named[path] then
      io.stderr:write("kdbench: left out: ", err, "\n")
    end
    named[path] = true
    return nil, "failed", local_reason(err)
  end

  function shelf.expect(list)
    read = reader_of(shelf, existing(list))
  end

  function shelf.read(path, hash)
    if not files.exists(path) then
      return nil, missing(files.folder_of(path))
    end
    local run, err = read(path)
    if not run then
      return leave_out(path, err)
    elseif hash and run.hash ~= hash then
      return leave_out(path, runfile.other(path, run.hash, hash))
    end
    run.curve = shelf.metric and curves.lazy(run.curve, own_curves(path)) or run.curve
    learn_metric(shelf, run)
    return run
  end

  -- what a folder says was to run there, whatever became of the result
  function shelf.asked(path)
    local text = (files.read(files.folder_of(path) .. "/spec.json") or ""):gsub("\n$", "")
    local spec = json.decode(text)
    return type(spec) == "table" and { spec = spec, text = text, hash = kd.sha256(text) } or nil
  end

  -- paths of all that is there, where no sweep says what should be
  function shelf.paths()
    local list = files.find(root, "run.h5")
    shelf.expect(list)
    return list
  end

  return shelf
end

-- ---- one file -----------------------------------------------------------------------

local function merged_curves(path, place)
  return function()
    local list = kd.merged_runs(path, { "curve" }, place, 1)
    return list and list[1].curve
  end
end

local function of_merged(root, metric)
  local shelf, by_hash, by_path, paths = { root = root, metric = metric }, {}, {}, {}
  local path = root .. "/" .. merged.NAME

  local function put(tree, place)
    local run, where = assert(runfile.of_tree(tree, path)), root .. "/" .. tree.path
    local one = { state = tree.state, reason = tree.reason, asked = run }
    if tree.content_sha256 then
      one.run = run
      one.run.curve = shelf.metric and curves.lazy(one.run.curve, merged_curves(path, place))
                      or one.run.curve
      learn_metric(shelf, one.run)
    end
    by_hash[tree.hash], by_path[where], paths[tree.number] = one, one, where
  end

  local ok, err = merged.each(path, function() return groups_of(shelf) end, put)
  if not ok then
    return nil, err
  end

  function shelf.expect() end

  function shelf.read(where, hash)
    local one = by_hash[hash] or by_path[where] or { state = "not run" }
    return one.run, one.state, one.reason
  end

  function shelf.asked(where)
    return by_path[where].asked
  end

  function shelf.paths()
    return paths
  end

  return shelf
end

-- { read(path, hash), which gives a run, or nil, its state and the reason; expect(paths): those
-- that will be read, in this order; paths(): all; asked(path): spec, text and hash of a run that is
-- not there }; or nil and a message. metric: whose curves are wanted; nil: the primary one's.
function M.open(root, metric)
  return (merged.is_alone(root) and of_merged or of_files)(root, metric)
end

return M
