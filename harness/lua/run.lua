-- run.lua - carries out a plan: one process a run, as many at once as asked, teachers before those
-- who need them. What is done stays done; what was interrupted goes on from its checkpoint.

local kd = require "kd"
local budget = require "budget"
local data = require "data"
local estimate = require "estimate"
local launch = require "launch"
local outcome = require "outcome"
local planning = require "plan"
local plantext = require "plantext"
local progress = require "progress"
local schedule = require "schedule"
local slurm = require "slurm.submit"
local slurm_folder = require "slurm.folder"
local stages = require "tuning.stages"
local suite = require "suite"
local times = require "times"
local waiting = require "waiting"

local M = {}

local GRACE = 60 -- seconds that a worker has to stop by itself
M.NOT_APPLICABLE = outcome.NOT_APPLICABLE

-- ---- one run's end ----------------------------------------------------------------

local function settle(state, run, over)
  run.status, run.reason = over.status, over.reason
  outcome.keep(run, over)
  if over.status ~= "stopped" then
    state.show.say(run, over.word, over.text or over.reason)
  end
end

-- what a cache's worker says of files that it computed again
local function note_rebuilt(state, run)
  for _, line in ipairs(state.how.quiet and {} or outcome.rebuilt(run)) do
    state.show.note(line)
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
  local over = outcome.of(run, ended, state.stopping)
  state.times.note(run, run.took, over.left and over.left.cost)
  settle(state, run, over)
  if over.status == "done" and run.kind == "cache" then
    note_rebuilt(state, run)
  end
end

-- ---- starting ---------------------------------------------------------------------

local function start(state, run, slot)
  local pid, err = launch.worker(run, state.how, state.cpus[slot])
  if not pid then
    return settle(state, run, outcome.failed(err))
  end
  run.status, run.slot, run.started, run.epoch = "running", slot, kd.now(), 0
  state.slots[slot], state.by_pid[pid] = pid, run
end

-- Nothing is trained before every teacher that others trained was measured.
local function is_measuring(state)
  for _, run in ipairs(state.plan.runs) do
    if run.weights and (run.status == "waiting" or run.status == "running"
                        or run.status == "ending") then
      return true
    end
  end
end

local function next_ready(state)
  local first
  local measuring = is_measuring(state)
  for _, run in ipairs(state.plan.runs) do
    if run.status == "waiting" and (run.weights or not measuring) then
      local ready, other = waiting.ready(waiting.needs_of(run))
      if ready and (not first or schedule.before(run, first)) then
        first = run
      elseif ready == false then
        settle(state, run, outcome.without(other))
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
    waiting.mark(part, how)
    waiting.clear(part)
    budget.make_room(part.shared, part.root, say(how))
  end
  kd.catch_stop()
  local state = { suite = all, plan = plan, how = how, workers = how.jobs, slots = {}, by_pid = {},
                  times = clock, cpus = how.cpus, began = kd.now(),
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

-- jobs that were submitted before work beside those that are submitted now; nothing else does
local function is_free(one, how)
  if how.executor == "slurm" then
    return true
  end
  return slurm_folder.is_idle(one.root)
end

local function prepare_all(all, list, how, clock)
  local ok, err = suite.save(all)
  for i, one in ipairs(ok and list or {}) do
    if ok then
      ok, err = is_free(one, how)
    end
    if ok then
      ok, err = prepare_data(one.sweep)
      clock.lap("data", i)
    end
  end
  return ok, err
end

-- exit code of what can be planned now; or nil and a message
local function stage(all, list, how, clock)
  local planned, plan = pcall(plan_all, list, how, clock)
  if not planned then
    return nil, plan
  end
  return #plan.runs > 0 and carry_out(all, plan, how, clock) or 0
end

-- Hands everything to Slurm that can be planned now. A trial that failed is over: its search
-- chooses among the others.
local function submit(all, list, how, clock)
  local ok, err = true, nil
  if not how.dry_run then
    ok, err = prepare_all(all, list, how, clock)
  end
  if not ok then
    return nil, err
  end
  local planned, plan = pcall(plan_all, list, how, clock)
  if not planned then
    return nil, plan
  end
  local to = { say = say(how) }
  return slurm.carry_out(plan, setmetatable(to, { __index = how }), suite.text(all), list)
end

-- Runs the sweeps of a suite, one after the other as far as there are workers, each in its folder.
-- Exit code; or nil, a message, and whether it was asked for wrongly.
function M.all(all, how)
  local list, wrong = chosen(all, how.only)
  if not list then
    return nil, wrong, true
  end
  local clock = times.new(list)
  stages.settle(list, how.executor == "slurm")
  if how.executor == "slurm" then
    return submit(all, list, how, clock)
  elseif how.dry_run then
    local plan = plan_all(list, how, clock)
    io.stdout:write(plantext.text(plan, how.jobs, how.verbose))
    return 0
  end
  local ok, err = prepare_all(all, list, how, clock)
  if not ok then
    return nil, err
  end
  return stages.run(list, how, function(now)
    local first = clock
    clock = nil
    return stage(all, list, now, first or times.new(list))
  end)
end

-- one sweep, in how.out or results/runs/<name>
function M.run(sweep, how)
  return M.all(suite.single(sweep, how.out), how)
end

return M
