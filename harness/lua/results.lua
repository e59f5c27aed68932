-- results.lua - the runs of a folder as rows: what the sweep asked for beside what is there, so
-- that a failed or missing run is a row with a reason, never a hole.

local kd = require "kd"
local files = require "files"
local planning = require "plan"
local shelves = require "store.shelf"
local sweepfile = require "sweepfile"

local M = {}

-- ---- one row ---------------------------------------------------------------------

local function row_of(shelf, path, planned)
  local row = { kind = planned and planned.kind, spec = planned and planned.spec,
                hash = planned and planned.hash, column = planned and planned.column,
                as = planned and planned.as, text = planned and planned.text, path = path,
                search = planned and planned.search, number = planned and planned.number,
                base = planned and planned.base, final = {}, curve = {}, cost = {}, env = {} }
  local run, state, reason = shelf.read(path, row.hash)
  row.state, row.reason = state, reason
  for key, value in pairs(run or {}) do
    row[key] = value
  end
  return row
end

-- ---- which rows --------------------------------------------------------------------

-- teachers in order of their hashes, then students, then those of tuning
local function planned_runs(sweep)
  local list = {}
  for _, run in pairs(sweep.teachers) do
    list[#list + 1] = run
  end
  table.sort(list, function(a, b) return a.hash < b.hash end)
  for _, runs in ipairs { sweep.runs, sweep.trials, sweep.tuned } do
    table.move(runs, 1, #runs, #list + 1, list)
  end
  return list
end

local function from_plan(sweep, root, shelf)
  local rows, paths, list = {}, {}, planned_runs(sweep)
  for i, run in ipairs(list) do
    paths[i] = run.path or planning.folder_of(root, run) .. "/run.h5"
  end
  shelf.expect(paths)
  for i, run in ipairs(list) do
    rows[i] = row_of(shelf, paths[i], run)
  end
  return rows
end

-- without a plan a run is a teacher when another one names it
local function from_files(shelf)
  local rows, teaches, seen = {}, {}, {}
  for _, path in ipairs(shelf.paths()) do
    local row = row_of(shelf, path)
    row = row.spec and row or row_of(shelf, path, shelf.asked(path))
    local again = row.hash and seen[row.hash]
    if again then
      io.stderr:write("kdbench: left out: ", path, " is the same run as ", again, "\n")
    elseif row.spec then
      rows[#rows + 1], seen[row.hash] = row, path
    end
  end
  for _, row in ipairs(rows) do
    for _, list in ipairs { row.spec.teacher, row.spec.reference or {} } do
      for _, entry in ipairs(list) do
        teaches[entry.run] = true
      end
    end
  end
  for _, row in ipairs(rows) do
    row.kind = teaches[row.hash] and "teacher" or row.spec.trial and "trial"
               or row.spec.tuned and "tuned" or "student"
  end
  return rows
end

-- ---- tuning --------------------------------------------------------------------------

-- trials, and runs with the settings that they chose, apart from the runs that tables are made of
local function apart(rows)
  local lists = { trial = {}, tuned = {}, other = {} }
  for _, row in ipairs(rows) do
    local list = lists[row.kind] or lists.other
    list[#list + 1] = row
  end
  return lists.other, lists.trial, lists.tuned
end

-- ---- generations ---------------------------------------------------------------------

-- what must be the same for two runs to stand in one table
local function parts(row)
  local list = {}
  for kind, hash in pairs(row.env.sources or {}) do
    list[kind == "method" and "method " .. row.spec.method.name or kind] = hash
  end
  return list
end

local function newest_first(rows)
  local done = {}
  for _, row in ipairs(rows) do
    done[#done + 1] = row.state == "done" and row or nil
  end
  table.sort(done, function(a, b)
    if a.finished ~= b.finished then
      return (a.finished or "") > (b.finished or "")
    end
    return a.hash < b.hash
  end)
  return done
end

-- the generation that counts: this program's where a run has it, else the newest run's
local function reference(done)
  local wanted = {}
  for _, row in ipairs(done) do
    for kind, hash in pairs(parts(row)) do
      wanted[kind] = wanted[kind] or hash
    end
  end
  for _, row in ipairs(done) do
    local now = { env = { sources = planning.sources_now(row.spec) }, spec = row.spec }
    local current = parts(now)
    for kind, hash in pairs(parts(row)) do
      wanted[kind] = current[kind] == hash and hash or wanted[kind]
    end
  end
  return wanted
end

-- marks rows of other sources than the rest; gives how many
local function mark_stale(rows)
  local done, stale = newest_first(rows), 0
  local wanted = reference(done)
  for _, row in ipairs(done) do
    for kind, hash in pairs(parts(row)) do
      row.stale = row.stale or hash ~= wanted[kind]
    end
    stale = stale + (row.stale and 1 or 0)
  end
  return stale
end

-- ---- all of it ---------------------------------------------------------------------

-- those that some run measured: not every run is attacked
local function metrics_of(rows)
  local list, seen = {}, {}
  for _, row in ipairs(rows) do
    for _, metric in ipairs(row.final.metrics or {}) do
      if not seen[metric.name] then
        seen[metric.name] = true
        list[#list + 1] = metric
      end
    end
  end
  return list
end

local function by_hash(rows)
  local map = {}
  for _, row in ipairs(rows) do
    map[row.hash] = row
  end
  return map
end

-- { rows, by_hash, metrics, name, profile, notes, caption, tabled, catalog }, or nil and a message;
-- tabled: names of metrics that the sweep wants tables of. Where it tunes, tune and searches as in
-- the sweep, and rows of their own in trials and tuned.
-- how.allow_stale: keep runs of different sources together, marked; how.metric: whose curves are
-- drawn, nil: the primary one's.
function M.load(root, how)
  local sweep, rows
  local shelf, err = shelves.open(root, how.metric)
  if shelf and sweepfile.exists(root) then
    sweep, err = sweepfile.load(root)
    rows = sweep and from_plan(sweep, root, shelf)
  elseif shelf then
    sweep, rows = { name = shelf.name or files.base(root) }, from_files(shelf)
  end
  if not rows then
    return nil, err
  end
  if #rows == 0 then
    return nil, "there are no runs in " .. root
  end
  local stale = mark_stale(rows)
  if stale > 0 and not how.allow_stale then
    return nil, string.format("%d of %d runs in %s are of older sources than the others: run them "
                              .. "again, or mark them with --allow-stale", stale, #rows, root)
  end
  local trials, tuned
  rows, trials, tuned = apart(rows)
  return { root = root, rows = rows, by_hash = by_hash(rows), metrics = metrics_of(rows),
           tune = sweep.tune, searches = sweep.searches, trials = trials, tuned = tuned,
           name = sweep.name, profile = sweep.profile, notes = sweep.notes, caption = sweep.caption,
           tabled = sweep.metrics, catalog = kd.catalog() }
end

-- rows of all runs, trials and those with chosen settings too, each once
function M.every(set)
  local list, taken = {}, {}
  for _, rows in ipairs { set.rows, set.trials, set.tuned } do
    for _, row in ipairs(rows) do
      list[#list + 1] = not taken[row.hash] and row or nil
      taken[row.hash] = true
    end
  end
  return list
end

-- a number of a finished run under a protocol, such as validation_top1; nil where there is none
function M.number(row, protocol, name)
  local final = row.state == "done" and row.final[protocol]
  local value = final and final[name]
  return value and value == value and value or nil
end

-- value of a metric on test under a protocol, nil where there is none
function M.value(row, protocol, metric)
  return M.number(row, protocol, "test_" .. metric)
end

return M
