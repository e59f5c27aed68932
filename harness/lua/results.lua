-- results.lua - the runs of a folder as rows: what the sweep asked for beside what is there, so
-- that a failed or missing run is a row with a reason, never a hole.

local kd = require "kd"
local files = require "files"
local json = require "json"
local planning = require "plan"
local runfile = require "runfile"
local sweepfile = require "sweepfile"

local M = {}

local GROUPS = { "spec", "final", "curve", "env", "cost", "status" }

-- ---- one row ---------------------------------------------------------------------

-- why there is no run.h5
local function missing(folder)
  local status = json.decode(files.read(folder .. "/status.json") or "")
  if type(status) == "table" and status.reason then
    return status.state, status.reason
  end
  return "not run"
end

local function row_of(path, planned)
  local row = { kind = planned and planned.kind, spec = planned and planned.spec,
                hash = planned and planned.hash, column = planned and planned.column,
                as = planned and planned.as, text = planned and planned.text, path = path,
                final = {}, curve = {}, cost = {}, env = {} }
  if not files.exists(path) then
    row.state, row.reason = missing(files.folder_of(path))
    return row
  end
  local run, err = runfile.read(path, GROUPS)
  if not run then
    row.state, row.reason = "failed", err
    return row
  end
  for key, value in pairs(run) do
    row[key] = value
  end
  return row
end

-- ---- which rows --------------------------------------------------------------------

local function from_plan(sweep, root)
  local rows = {}
  local function add(run)
    local path = run.path or planning.folder_of(root, run) .. "/run.h5"
    rows[#rows + 1] = row_of(path, run)
  end
  local hashes = {}
  for hash in pairs(sweep.teachers) do
    hashes[#hashes + 1] = hash
  end
  table.sort(hashes)
  for _, hash in ipairs(hashes) do
    add(sweep.teachers[hash])
  end
  for _, run in ipairs(sweep.runs) do
    add(run)
  end
  return rows
end

-- without a plan a run is a teacher when another one names it
local function from_files(root)
  local rows, teaches = {}, {}
  for _, path in ipairs(files.find(root, "run.h5")) do
    local row = row_of(path)
    rows[#rows + 1] = row.spec and row or nil
  end
  for _, row in ipairs(rows) do
    for _, list in ipairs { row.spec.teacher, row.spec.reference or {} } do
      for _, entry in ipairs(list) do
        teaches[entry.run] = true
      end
    end
  end
  for _, row in ipairs(rows) do
    row.kind = teaches[row.hash] and "teacher" or "student"
  end
  return rows
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
-- tabled: names of metrics that the sweep wants tables of.
-- how.allow_stale: keep runs of different sources together, marked.
function M.load(root, how)
  local sweep, err, rows
  if files.exists(root .. "/" .. sweepfile.NAME) then
    sweep, err = sweepfile.load(root)
    if not sweep then
      return nil, err
    end
    rows = from_plan(sweep, root)
  else
    sweep, rows = { name = files.base(root) }, from_files(root)
  end
  if #rows == 0 then
    return nil, "there are no runs in " .. root
  end
  local stale = mark_stale(rows)
  if stale > 0 and not how.allow_stale then
    return nil, string.format("%d of %d runs in %s are of older sources than the others: run them "
                              .. "again, or mark them with --allow-stale", stale, #rows, root)
  end
  return { root = root, rows = rows, by_hash = by_hash(rows), metrics = metrics_of(rows),
           name = sweep.name, profile = sweep.profile, notes = sweep.notes, caption = sweep.caption,
           tabled = sweep.metrics, catalog = kd.catalog() }
end

-- value of a metric on test under a protocol, nil where there is none
function M.value(row, protocol, metric)
  local final = row.state == "done" and row.final[protocol]
  local value = final and final["test_" .. metric]
  return value and value == value and value or nil
end

return M
