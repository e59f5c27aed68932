-- run.lua - carries out a plan: one process a run, as many at once as asked, teachers before those
-- who need them. What is done stays done; what was interrupted goes on from its checkpoint.

local kd = require "kd"
local estimate = require "estimate"
local files = require "files"
local json = require "json"
local planning = require "plan"
local progress = require "progress"
local sweepfile = require "sweepfile"

local M = {}

local GRACE = 60 -- seconds that a worker has to stop by itself
local STOPPED = 75 -- exit code of a worker that was asked to stop
M.STOPPED = STOPPED

local one_thread = { OMP_NUM_THREADS = "1", OPENBLAS_NUM_THREADS = "1" }

-- ---- one run's end ----------------------------------------------------------------

local function write_status(run, status, reason)
  kd.mkdirs(run.folder)
  kd.write_atomic(run.folder .. "/status.json",
                  json.encode { status = status, reason = reason } .. "\n")
end

local function fail(state, run, status, reason)
  run.status, run.state, run.reason = "failed", "failed", reason
  write_status(run, status, reason)
  state.show.say(run, status == "failed" and "failed" or "skipped", reason)
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
  local status = json.decode(files.read(run.folder .. "/status.json") or "")
  if type(status) == "table" and status.reason then
    return status.reason
  elseif ended.signal then
    return string.format("ended by signal %d, twice", ended.signal)
  end
  return last_line(run.folder .. "/worker.log")
         or string.format("exit code %s without a word", tostring(ended.exit))
end

local function result_of(run)
  local tree = kd.read_run(run.path, { "curve", "weights", "pred", "env" })
  local last = tree and tree.final and tree.final.last
  local top1 = last and (last.test_top1 or (last.test and last.test.top1))
  return top1 and string.format("test top-1 %.2f in %s", top1, estimate.duration(run.took))
         or estimate.duration(run.took)
end

local function succeed(state, run)
  local ok, err = kd.run_verify(run.path)
  if not ok then
    return fail(state, run, "failed", "left no valid run.h5: " .. tostring(err))
  end
  run.status, run.state, run.reason = "done", "done", nil
  state.show.say(run, "done", result_of(run))
end

local function finish(state, ended)
  local run = state.by_pid[ended.pid]
  if not run then
    return
  end
  state.by_pid[ended.pid], state.slots[run.slot] = nil, false
  run.took = kd.now() - run.started
  if ended.exit == 0 then
    succeed(state, run)
  elseif state.stopping then
    run.status = "stopped"
  elseif (ended.signal or ended.exit == STOPPED) and not run.retried then
    run.status, run.retried = "waiting", true
    state.show.say(run, "again", ended.signal and "ended by signal " .. ended.signal
                                 or "was asked to stop")
  else
    fail(state, run, "failed", reason_of(run, ended))
  end
end

-- ---- starting ---------------------------------------------------------------------

local function worker_command(state, run)
  local argv = { kd.self(), "worker", "--spec", run.folder .. "/spec.json", "--dir", run.folder }
  for _, hash in ipairs(run.needs) do
    table.move({ "--teacher", hash .. "=" .. state.plan.by_hash[hash].path }, 1, 2, #argv + 1,
               argv)
  end
  return argv
end

local function start(state, run, slot)
  kd.mkdirs(run.folder)
  os.remove(run.folder .. "/status.json")
  local ok, err = kd.write_atomic(run.folder .. "/spec.json", run.text .. "\n")
  local log = run.folder .. "/worker.log"
  local pid
  if ok then
    pid, err = kd.spawn { argv = worker_command(state, run), env = one_thread, stdout = log,
                          stderr = log, cpu = state.cpus[slot] }
  end
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

-- nil: not yet; false: never, and the teacher that failed
local function ready(state, run)
  for _, hash in ipairs(run.needs) do
    local teacher = state.plan.by_hash[hash]
    if teacher.status == "failed" then
      return false, teacher
    elseif teacher.status ~= "done" then
      return nil
    end
  end
  return true
end

local function next_ready(state)
  for _, run in ipairs(state.plan.runs) do
    if run.status == "waiting" then
      local is_ready, teacher = ready(state, run)
      if is_ready then
        return run
      elseif is_ready == false then
        fail(state, run, "skipped", "its teacher " .. teacher.spec.pair .. " failed: " ..
                                    tostring(teacher.reason))
      end
    end
  end
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

local function loop(state)
  repeat
    look_around(state)
    if not state.stopping then
      fill_slots(state)
    end
    local ended = next(state.by_pid) and kd.wait(0.2)
    if ended then
      finish(state, ended)
    end
    state.show.tick()
  until not next(state.by_pid) and (state.stopping or not next_ready(state))
end

local function prepare_runs(plan, keep_stale)
  for _, run in ipairs(plan.runs) do
    run.status = planning.is_finished(run, keep_stale) and "done" or "waiting"
    if run.status == "waiting" and run.kind == "trained" then
      run.status = "failed"
    elseif run.state == "stale" and run.status == "waiting" or run.state == "damaged" then
      discard(run)
    end
  end
end

local function summary(state)
  local n = { done = 0, failed = 0, stopped = 0, waiting = 0 }
  for _, run in ipairs(state.plan.runs) do
    n[run.status] = n[run.status] + 1
  end
  state.show.close()
  if not state.how.quiet then
    io.stderr:write(string.format("kdbench: %d of %d runs done, %d failed, in %s\n", n.done,
                                  #state.plan.runs, n.failed,
                                  estimate.duration(kd.now() - state.began)))
  end
  if state.stopping then
    io.stderr:write(string.format("kdbench: %s; go on with: kdbench resume %s\n", state.why,
                                  state.plan.root))
    return 3
  end
  return n.failed > 0 and 1 or 0
end

local function cpus_for(workers)
  local list = kd.cpu_list()
  return type(list) == "table" and #list >= workers and list or {}
end

-- how: jobs, budget (seconds), keep_stale, quiet, verbose. Gives the exit code.
local function carry_out(plan, how)
  prepare_runs(plan, how.keep_stale)
  kd.catch_stop()
  local state = { plan = plan, how = how, workers = how.jobs, slots = {}, by_pid = {},
                  cpus = cpus_for(how.jobs), began = kd.now(),
                  until_ = how.budget and kd.now() + how.budget,
                  show = progress.new(plan, how.jobs, how) }
  for slot = 1, state.workers do
    state.slots[slot] = false
  end
  loop(state)
  return summary(state)
end

-- Runs a sweep in its folder: how.out or results/runs/<name>. Exit code, or nil and a message.
function M.run(sweep, how)
  local root = how.out or "results/runs/" .. sweep.name
  if how.dry_run then
    io.stdout:write(planning.text(planning.make(sweep, root, how), how.jobs, how.verbose))
    return 0
  end
  local ok, err = kd.mkdirs(root)
  if ok then
    ok, err = kd.lock(root .. "/.lock")
    if not ok then
      err = string.format("%s is in use by another kdbench run (%s)", root, tostring(err))
    end
  end
  if ok then
    ok, err = sweepfile.save(sweep, root)
  end
  if not ok then
    return nil, err
  end
  return carry_out(planning.make(sweep, root, how), how)
end

return M
