-- plan.lua - what is to be done for a sweep: its runs and the teachers they need, where each lives,
-- and how far it has come.

local kd = require "kd"
local budget = require "budget"
local cache = require "cache"
local data = require "data"
local estimate = require "estimate"
local expand = require "expand"
local feed = require "feed"
local files = require "files"
local json = require "json"
local only = require "only"
local runfile = require "runfile"

local M = {}

M.NOT_APPLICABLE = "not applicable" -- a state: the method has no meaning here; nothing went wrong

-- ---- which runs, and where ---------------------------------------------------

M.row_of, M.label, M.any_chosen = only.row_of, only.label, only.any

function M.folder_of(root, run)
  return root .. "/" .. only.name(run)
end

-- every run that learns from others: teachers that were taught, in the order of their hashes, then
-- students
local function learners(sweep)
  local list = {}
  for _, hash in ipairs(expand.sorted_keys(sweep.teachers)) do
    local run = sweep.teachers[hash]
    list[#list + 1] = #run.needs > 0 and run or nil
  end
  local students = only.students(sweep)
  return table.move(students, 1, #students, #list + 1, list)
end

-- ---- how far each has come ---------------------------------------------------

-- hashes of the sources that this run's bits depend on, as this program has them
function M.sources_now(spec)
  return kd.source_hashes { method = spec.method.name, dataset = spec.dataset.name }
end

-- the first kind of source that changed since the run, or nil
function M.changed_source(spec, then_)
  local now, changed = M.sources_now(spec), {}
  for kind, hash in pairs(now or {}) do
    if hash ~= (then_ or {})[kind] then
      changed[#changed + 1] = kind
    end
  end
  table.sort(changed)
  return changed[1]
end

-- a file that says nothing of its run: named, and never counted as done
local function damaged(err)
  io.stderr:write("kdbench: left out: ", err, "\n")
  return "damaged", err
end

-- state of a run that left a run.h5
local function look_at_file(run)
  local ok, err = kd.run_verify(run.path)
  local tree
  if ok then
    tree, err = runfile.read(run.path)
  end
  if not tree then
    return damaged(err)
  elseif run.kind ~= "trained" and tree.hash ~= run.hash then
    return damaged(runfile.other(run.path, tree.hash, run.hash))
  elseif tree.state ~= "done" then
    return "failed", tree.reason
  end
  run.seconds = runfile.seconds(tree)
  local changed = run.kind ~= "trained" and M.changed_source(run.spec, tree.env.sources)
  return changed and "stale" or "done", changed and "the sources of " .. changed .. " changed"
end

-- what a run without a result says of itself; whether a method is applicable is looked at again when
-- its sources are others
local function look_at_status(run, status)
  if status.state ~= M.NOT_APPLICABLE then
    return "failed", status.reason
  end
  local before = json.decode(files.read(run.folder .. "/sources.json") or "")
  local changed = M.changed_source(run.spec, before)
  return changed and "todo" or M.NOT_APPLICABLE,
         changed and "the sources of " .. changed .. " changed" or status.reason
end

-- state and, where there is one, its reason
local function look(run)
  if run.kind == "cache" then
    return cache.look(run)
  elseif files.exists(run.path) then
    return look_at_file(run)
  end
  local text = files.read(run.folder .. "/status.json")
  local status = text and json.decode(text)
  if type(status) == "table" and status.state ~= "done" then
    return look_at_status(run, status)
  elseif files.exists(run.folder .. "/checkpoint.h5") then
    return "partial"
  end
  return "todo"
end

-- the networks as they are on this data; what cannot be built is found before anything runs
local function measure(run, how)
  local input = data.facts(run.spec.dataset)
  if not input then
    return
  end
  run.samples, run.measured_samples = input.train, input.validation + input.test
  local function net(model)
    local ask = feed.ask(how.catalog, model, input)
    local key = json.encode(ask)
    how.nets[key] = how.nets[key] or assert(kd.model(ask))
    return how.nets[key]
  end
  run.net = net(run.spec.student.model)
  for i, t in ipairs(run.spec.teacher) do
    run.teacher_nets[i] = net(t.model)
  end
end

local function place(root, run)
  run.folder = run.path and files.folder_of(run.path) or M.folder_of(root, run)
  run.path = run.path or run.folder .. "/run.h5"
  run.label = M.label(run)
end

-- state of one run of a sweep in that folder, and the reason where there is one
function M.state_of(root, run)
  place(root, run)
  return look(run)
end

function M.is_finished(run, keep_stale)
  return run.state == "done" or run.state == M.NOT_APPLICABLE
         or (run.state == "stale" and keep_stale)
end

-- a cache run is of its teacher's network, and of all the data
local function measure_caches(sweep, caches)
  for _, run in ipairs(caches) do
    run.teacher_nets = { sweep.teachers[run.needs[1]].net }
    run.counts = data.counts(run.spec.dataset)
  end
end

-- what learned from a teacher that is not what it was has to learn again
local function distrust(sweep, run)
  for _, hash in ipairs(run.needs) do
    local teacher = sweep.teachers[hash]
    if M.is_finished(run) and teacher.state == "stale" then
      run.state, run.reason = "stale", teacher.label .. " is stale"
    end
  end
end

-- Places and measures everything, looks at what was chosen, and shares out the room for caches: what
-- was not chosen is taken to be unfinished.
local function look_around(sweep, root, how, plan, caches)
  local measuring = { nets = {}, catalog = sweep.catalog }
  for _, list in ipairs { sweep.teachers, only.students(sweep), caches } do
    for _, run in pairs(list) do
      place(root, run)
      measure(run, measuring)
    end
  end
  measure_caches(sweep, caches)
  for _, run in ipairs(plan.runs) do -- teachers before those who learn from them
    if run.kind ~= "cache" then
      run.state, run.reason = look(run)
      distrust(sweep, run)
    end
  end
  plan.shared = budget.share(caches, learners(sweep), how.cache_size or sweep.cache_size
                             or budget.DEFAULT, function(run)
    return M.is_finished(run, how.keep_stale)
  end)
  for _, run in ipairs(caches) do
    run.state, run.reason = look(run)
  end
end

-- a cache for which there is no room is no run
local function without_empty(runs)
  local list = {}
  for _, run in ipairs(runs) do
    list[#list + 1] = (run.kind ~= "cache" or #run.files > 0) and run or nil
  end
  return list
end

-- { root, name, runs (teachers first, with folder, path, state, reason, estimate, plan), by_hash,
--   rate, shared: what budget.share says }
function M.make(sweep, root, how)
  local caches = cache.plan(learners(sweep), sweep.teachers)
  local plan = { root = root, name = sweep.name, sweep = sweep, by_hash = {},
                 runs = only.chosen(sweep, how.only, how.kind) }
  look_around(sweep, root, how, plan, caches)
  plan.runs = without_empty(plan.runs)
  local finished = {}
  for _, run in ipairs(plan.runs) do
    plan.by_hash[run.hash], run.plan = run, plan
    if run.seconds and run.seconds > 0 and not run.weights then
      finished[#finished + 1] = { run = run, seconds = run.seconds }
    end
  end
  local guess
  guess, plan.rate = estimate.from(finished)
  for _, run in ipairs(plan.runs) do
    run.estimate, run.measured = guess(run)
  end
  return plan
end

-- the plans of several sweeps as one, to be carried out in this order: { parts, runs }
function M.join(plans)
  local all = { parts = plans, runs = {} }
  for i, plan in ipairs(plans) do
    plan.number = i
    table.move(plan.runs, 1, #plan.runs, #all.runs + 1, all.runs)
  end
  return all
end

-- ---- what is left ----------------------------------------------------------

-- core-seconds and wall seconds that are left on `workers` cores
function M.left(plan, workers, keep_stale)
  local core, longest = { teacher = 0, student = 0, trained = 0, cache = 0 }, 0
  for _, run in ipairs(plan.runs) do
    if not M.is_finished(run, keep_stale) then
      local kind = core[run.kind] and run.kind or "student"
      core[kind] = core[kind] + run.estimate
      longest = math.max(longest, run.estimate)
    end
  end
  local total = core.teacher + core.student + core.cache
  return total, math.max(total / workers, longest), core
end

return M
