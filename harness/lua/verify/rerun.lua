-- rerun.lua - runs again, from the specs that their files hold: as a sweep of its own in a scratch
-- folder, with the teachers that are there, and those that are not trained again.

local kd = require "kd"
local cache = require "cache"
local expand = require "expand"
local files = require "files"
local json = require "json"
local run = require "run"

local M = {}

local NAME = "verify"

-- the canonical text whose SHA-256 is the run's hash
local function text_of(row)
  local text = row.text or json.encode(row.spec)
  if kd.sha256(text) ~= row.hash then
    return nil, row.label .. " has a spec that does not have its hash: it was changed"
  end
  return text
end

-- a teacher's own file, as long as it holds what it was sealed with
local function file_of(row)
  return row.state == "done" and row.path and files.exists(row.path) and kd.run_verify(row.path)
         and row.path or nil
end

local function planned(row, kind)
  local text, err = text_of(row)
  return text and { kind = kind, spec = row.spec, text = text, hash = row.hash,
                    weights = kind == "teacher" and row.spec.weights and row.path or nil,
                    needs = json.list {}, net = {}, teacher_nets = {} }, err
end

-- teachers of a row into sweep.teachers, and theirs; hashes of them, or nil and a message
local function add_teachers(sweep, row, by_hash, how)
  local needs = json.list {}
  for i, entry in ipairs(cache.entries(row.spec)) do
    local teacher = by_hash[entry.run]
    if not teacher then
      return nil, string.format("its teacher %s (%s) is not in the folder, nor how it was trained",
                                entry.model.arch, entry.run:sub(1, 12))
    end
    local ok, err = M.add_teacher(sweep, teacher, by_hash, how)
    if not ok then
      return nil, err
    end
    needs[i] = entry.run
  end
  return needs
end

-- taken from its file, unless it is to be verified itself
function M.add_teacher(sweep, row, by_hash, how)
  if sweep.teachers[row.hash] then
    return true
  end
  local path = not how.retrain and not how.wanted[row.hash] and file_of(row)
  local teacher, err = planned(row, path and "trained" or "teacher")
  if teacher and path then
    teacher.path = path
  elseif teacher then
    teacher.needs, err = add_teachers(sweep, row, by_hash, how)
  end
  if not teacher or not teacher.needs then
    return nil, err
  end
  sweep.teachers[row.hash] = teacher
  return true
end

local function add(sweep, row, by_hash, how)
  if row.kind == "teacher" then
    local ok, err = M.add_teacher(sweep, row, by_hash, how)
    return ok and sweep.teachers[row.hash], err
  end
  local student, err = planned(row, "student")
  if student then
    student.needs, err = add_teachers(sweep, row, by_hash, how)
  end
  if not student or not student.needs then
    return nil, err
  end
  table.insert(sweep.runs, student)
  return student
end

local function set_of(rows)
  local set = {}
  for _, row in ipairs(rows) do
    set[row.hash] = row
  end
  return set
end

-- a teacher that was picked is a run of its own: perhaps no student needs it
local function promote(sweep, rows)
  for _, row in ipairs(rows) do
    if row.kind == "teacher" and sweep.teachers[row.hash] then
      table.insert(sweep.runs, sweep.teachers[row.hash])
    end
  end
end

-- picked: rows to run again; rows: all of the folder; retrain: teachers too, though they are there.
-- Gives a sweep, and a list of { row, run, or the reason why there is none }: those picked, then
-- the teachers that have to be trained again for them.
function M.sweep(picked, rows, retrain)
  local sweep = { name = NAME, runs = {}, teachers = {}, catalog = kd.catalog() }
  local how, by_hash = { retrain = retrain, wanted = set_of(picked) }, set_of(rows)
  local list = {}
  for i, row in ipairs(picked) do
    local again, err = add(sweep, row, by_hash, how)
    list[i] = { row = row, run = again or nil, reason = err }
  end
  promote(sweep, picked)
  for _, hash in ipairs(expand.sorted_keys(sweep.teachers)) do
    local teacher = sweep.teachers[hash]
    if teacher.kind == "teacher" and not how.wanted[hash] then
      list[#list + 1] = { row = by_hash[hash], run = teacher }
    end
  end
  return sweep, list
end

-- runs it below `root`; exit code of the command, or nil and a message
function M.carry_out(sweep, root, how)
  return run.run(sweep, { out = root, jobs = how.jobs, quiet = how.quiet, verbose = how.verbose })
end

return M
