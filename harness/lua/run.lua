-- run.lua - carries out a plan: one process a run, as many at once as asked, teachers before those
-- who need them. What is done stays done; what was interrupted goes on from its checkpoint.

local kd = require "kd"
local budget = require "budget"
local cache = require "cache"
local data = require "data"
local estimate = require "estimate"
local files = require "files"
local json = require "json"
local launch = require "launch"
local planning = require "plan"
local plantext = require "plantext"
local progress = require "progress"
local runfile = require "runfile"
local schedule = require "schedule"
local suite = require "suite"
local times = require "times"

local M = {}

local GRACE = 60 -- seconds that a worker has to stop by itself
local STOPPED = 75 -- exit code of a worker that was asked to stop
M.STOPPED = STOPPED
M.NOT_APPLICABLE = 76 -- of one whose method has no meaning for its networks or data

-- ---- one run's end ----------------------------------------------------------------

local function write_status(run, status, reason)
  kd.mkdirs(run.folder)
  kd.write_atomic(run.folder .. "/status.json",
                  json.encode { state = status, reason = reason } .. "\n")
end

local function fail(state, run, status, reason)
  run.status, run.reason = "failed", reason
  write_status(run, status, reason)
  state.show.say(run, status == "failed" and "failed" or "skipped", reason)
end

-- no failure: a row of the tables with its reason, which is not tried again
local function refuse(state, run, reason)
  run.status, run.reason = planning.NOT_APPLICABLE, reason
  write_status(run, run.status, reason)
  launch.note_sources(run)
  state.show.say(run, run.status, reason)
end

local function last_line(path)
  local last
  for line in (files.read(path) or ""):gmatch("[^\n]+") do
    last = line
  end
  return last and last:gsub("^kdbench: ", "")
end

-- why a worker that ended with an error did so
local function reason_of(run, ended)
  local left = files.exists(run.path) and runfile.read(run.path)
  if left and left.reason then
    return left.reason
  elseif ended.signal then
    return string.format("ended by signal %d, twice", ended.signal)
  end
  return last_line(run.folder .. "/worker.log")
         or string.format("exit code %s without a word", tostring(ended.exit))
end

-- "test top1 91.20% in 35s"
local function result_of(run, left)
  local took = estimate.duration(run.took)
  local metric = left and runfile.primary(left)
  local value = metric and left.final.last["test_" .. metric.name]
  return value and string.format("test %s %.2f%s in %s", metric.name, value,
                                 metric.unit == "%" and "%" or "", took) or took
end

-- what a cache's worker says of files that it computed again
local function note_rebuilt(state, run)
  for line in (files.read(run.folder .. "/worker.log") or ""):gmatch("[^\n]+") do
    if not state.how.quiet then
      state.show.note(line)
    end
  end
end

local function succeed(state, run)
  local ok, err = true, nil
  if run.kind == "cache" then
    ok, err = cache.is_there(run)
  else
    ok, err = kd.run_verify(run.path)
  end
  if not ok then
    state.times.note(run, run.took)
    return fail(state, run, "failed", "left no valid result: " .. tostring(err))
  end
  run.status, run.reason = "done", nil
  local left = run.kind ~= "cache" and runfile.read(run.path) or nil
  state.times.note(run, run.took, left and left.cost)
  state.show.say(run, "done", result_of(run, left))
  if run.kind == "cache" then
    note_rebuilt(state, run)
  end
end

-- its place is free, what it left was not looked at yet
local function let_go(state, ended)
  local run = state.by_pid[ended.pid]
  if run then
    state.by_pid[ended.pid], state.slots[run.slot] = nil, false
    run.took, run.status = kd.now() - run.started, "ending"
  end
  return run
end

local function finish(state, run, ended)
  if ended.exit == 0 then
    return succeed(state, run)
  end
  state.times.note(run, run.took)
  if state.stopping then
    run.status = "stopped"
  elseif (ended.signal or ended.exit == STOPPED) and not run.retried then
    run.status, run.retried = "waiting", true
    state.show.say(run, "again", ended.signal and "ended by signal " .. ended.signal
                                 or "was asked to stop")
  elseif ended.exit == M.NOT_APPLICABLE then
    refuse(state, run, reason_of(run, ended))
  else
    fail(state, run, "failed", reason_of(run, ended))
  end
end

-- ---- starting ---------------------------------------------------------------------

local function start(state, run, slot)
  local pid, err = launch.worker(run, state.how, state.cpus[slot])
  if not pid then
    return fail(state, run, "failed", err)
  end
  run.status, run.slot, run.started, run.epoch = "running", slot, kd.now(), 0
  state.slots[slot], state.by_pid[pid] = pid, run
end

-- a run whose result is of no use any more begins anew
local function discard(run)
  for _, name in ipairs { "run.h5", "checkpoint.h5", "journal.jsonl", "worker.log" } do
    os.remove(run.folder .. "/" .. name)
  end
end

-- teachers and caches that must be there first
local function needs_of(run)
  local list = {}
  for _, hash in ipairs(run.needs) do
    list[#list + 1] = run.plan.by_hash[hash]
  end
  local caches = cache.needed_by(run)
  return table.move(caches, 1, #caches, #list + 1, list)
end

-- nil: not yet; false: never, and what did not come about
local function ready(run)
  for _, other in ipairs(needs_of(run)) do
    if other.status == "failed" or other.status == planning.NOT_APPLICABLE then
      return false, other
    elseif other.status ~= "done" then
      return nil
    end
  end
  return true
end

local function next_ready(state)
  local first
  for _, run in ipairs(state.plan.runs) do
    if run.status == "waiting" then
      local is_ready, other = ready(run)
      if is_ready and (not first or schedule.before(run, first)) then
        first = run
      elseif is_ready == false and other.status == planning.NOT_APPLICABLE then
        refuse(state, run, other.label .. ": " .. tostring(other.reason))
      elseif is_ready == false then
        fail(state, run, "skipped", other.label .. " failed")
      end
    end
  end
  return first
end

local function fill_slots(state)
  for slot = 1, state.workers do
    local run = not state.slots[slot] and next_ready(state)
    if run then
      start(state, run, slot)
    end
  end
end

-- ---- the loop ---------------------------------------------------------------------

local function stop(state, why)
  state.stopping, state.why = kd.now(), why
  state.show.note("kdbench: " .. why .. ": stopping " .. (next(state.by_pid) and
                  "the workers, each after its step" or ""))
  for pid in pairs(state.by_pid) do
    kd.kill(pid, "TERM")
  end
end

local function look_around(state)
  if state.stopping then
    if kd.now() - state.stopping > GRACE then
      for pid in pairs(state.by_pid) do
        kd.kill(pid, "KILL")
      end
    end
  elseif kd.stop_requested() then
    stop(state, "asked to stop")
  elseif state.until_ and kd.now() > state.until_ then
    stop(state, "the budget of time is used up")
  end
end

local function fill(state)
  look_around(state)
  if not state.stopping then
    fill_slots(state)
  end
end

-- the next worker starts before what the last one left is looked at; those who waited for it, after
local function loop(state)
  repeat
    fill(state)
    local ended = next(state.by_pid) and kd.wait(0.2, state.stopping ~= nil)
    local run = ended and let_go(state, ended)
    if run then
      fill(state)
      finish(state, run, ended)
    end
    state.show.tick()
  until not next(state.by_pid) and (state.stopping or not next_ready(state))
end

-- A cache is for runs that wait; its worker looks at what is there before it computes the rest. What
-- a teacher said is void when the teacher is trained again.
local function prepare_caches(plan, how)
  local waited_for = {}
  for _, run in ipairs(plan.runs) do
    for _, one in ipairs(run.status == "waiting" and cache.needed_by(run) or {}) do
      waited_for[one.hash] = true
    end
  end
  for _, run in ipairs(plan.runs) do
    if run.kind == "cache" then
      if plan.by_hash[run.needs[1]].status ~= "done" then
        cache.discard(run)
      end
      run.status = (waited_for[run.hash] or how.rebuild_cache) and "waiting" or "done"
    end
  end
end

local function prepare_runs(plan, how)
  for _, run in ipairs(plan.runs) do
    run.status = run.state == planning.NOT_APPLICABLE and run.state
                 or planning.is_finished(run, how.keep_stale) and "done" or "waiting"
    if run.status == "waiting" and run.kind == "trained" then
      run.status = "failed"
    elseif run.status == "waiting" and run.kind ~= "cache" then
      if run.state == "failed" then
        os.remove(run.path)
      elseif run.state == "stale" or run.state == "damaged" then
        discard(run)
      end
    end
  end
  prepare_caches(plan, how)
end

-- a data set's files, before the first run
local function prepare_data(sweep)
  for _, run in ipairs(sweep.runs) do
    local ok, err = data.folder(run.spec.dataset.name, { fetch = true, say = function(text)
      io.stderr:write("kdbench: ", text, "\n")
    end })
    if not ok then
      return nil, err
    end
    data.share(run.spec.dataset)
  end
  return true
end

local function summary(state)
  local n = { done = 0, failed = 0, stopped = 0, waiting = 0, [planning.NOT_APPLICABLE] = 0 }
  for _, run in ipairs(state.plan.runs) do
    n[run.status] = n[run.status] + 1
  end
  state.show.close()
  if not state.how.quiet then
    local without = n[planning.NOT_APPLICABLE]
    io.stderr:write(string.format("kdbench: %d of %d runs done, %d failed, %sin %s\n", n.done,
                                  #state.plan.runs, n.failed,
                                  without > 0 and without .. " not applicable, " or "",
                                  estimate.duration(kd.now() - state.began)))
  end
  state.times.close(state.how.quiet)
  if state.stopping then
    io.stderr:write(string.format("kdbench: %s; go on with: kdbench resume %s\n", state.why,
                                  suite.text(state.suite)))
    return 3
  end
  return n.failed > 0 and 1 or 0
end

local function say(how)
  return function(text)
    if not how.quiet then
      io.stderr:write("kdbench: ", text, "\n")
    end
  end
end

-- how: jobs, budget (seconds), keep_stale, cache_size, rebuild_cache, quiet, verbose. Gives the exit
-- code.
local function carry_out(all, plan, how, clock)
  for _, part in ipairs(plan.parts) do
    prepare_runs(part, how)
    budget.make_room(part.shared, part.root, say(how))
  end
  kd.catch_stop()
  local state = { suite = all, plan = plan, how = how, workers = how.jobs, slots = {}, by_pid = {},
                  times = clock, cpus = schedule.processors(how.jobs), began = kd.now(),
                  until_ = how.budget and kd.now() + how.budget,
                  show = progress.new(plan, how.jobs, how) }
  for slot = 1, state.workers do
    state.slots[slot] = false
  end
  clock.start(how.jobs)
  loop(state)
  return summary(state)
end

-- those of a suite that --only leaves something of; nil and a message where it leaves nothing
local function chosen(all, only)
  local left = setmetatable({}, { __index = { root = all.root, name = all.name } })
  for _, one in ipairs(all) do
    left[#left + 1] = planning.any_chosen(one.sweep, only) and one or nil
  end
  return #left > 0 and left, string.format("--only %s leaves no run; they are named like %s", only,
                                           planning.label(all[1].sweep.runs[1]))
end

local function plan_all(list, how, clock)
  local plans = {}
  for i, one in ipairs(list) do
    plans[i] = planning.make(one.sweep, one.root, how)
    clock.lap("plan", i)
  end
  return planning.join(plans)
end

local function prepare_all(all, list, clock)
  local ok, err = suite.save(all)
  for i, one in ipairs(ok and list or {}) do
    if ok then
      ok, err = prepare_data(one.sweep)
      clock.lap("data", i)
    end
  end
  return ok, err
end

-- Runs the sweeps of a suite, one after the other as far as there are workers, each in its folder.
-- Exit code; or nil, a message, and whether it was asked for wrongly.
function M.all(all, how)
  local list, wrong = chosen(all, how.only)
  if not list then
    return nil, wrong, true
  end
  local clock = times.new(list)
  if how.dry_run then
    local plan = plan_all(list, how, clock)
    io.stdout:write(plantext.text(plan, how.jobs, how.verbose))
    return 0
  end
  local ok, err = prepare_all(all, list, clock)
  if not ok then
    return nil, err
  end
  local planned, plan = pcall(plan_all, list, how, clock)
  if not planned then
    return nil, plan
  end
  return carry_out(all, plan, how, clock)
end

-- one sweep, in how.out or results/runs/<name>
function M.run(sweep, how)
  return M.all(suite.single(sweep, how.out), how)
end

return M
