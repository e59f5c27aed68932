-- task.lua - one run as a job of Slurm: looks whether what it needs is there, starts its worker and
-- waits for it, says in the run's folder how it ended. Told to stop, it leaves a checkpoint; when
-- its time limit is why, it has itself queued again.

local kd = require "kd"
local files = require "files"
local folder = require "slurm.folder"
local json = require "json"
local launch = require "launch"
local outcome = require "outcome"
local planning = require "plan"
local queue = require "slurm.queue"
local runfile = require "runfile"
local times = require "times"
local waiting = require "waiting"

local M = {}

local DONE, FAILED, STOPPED = 0, 1, 3 -- exit codes
local GRACE = 20 -- seconds that a worker has to stop by itself: Slurm gives no more than 30
local ASK = 10 -- times that Slurm is asked why
local NEAR = 150 -- seconds before its time limit in which a job is told to stop for it

local function say(run, word, text)
  io.stdout:write(word, " ", run.label, text and ": " .. text or "", "\n")
  io.stdout:flush()
end

-- ---- what is there -----------------------------------------------------------------

local function status_of(run)
  local status = json.decode(files.read(run.folder .. "/status.json") or "")
  if type(status) ~= "table" or not status.state or status.state == "done" then
    return nil
  end
  return status.state == planning.NOT_APPLICABLE and status.state or "failed", status.reason
end

local function look_at_cache(run)
  for _, path in ipairs(run.files) do
    if not files.exists(path) then
      return nil
    end
  end
  return "done"
end

local function look_at_result(run)
  local left = files.exists(run.path) and kd.run_verify(run.path) and runfile.read(run.path)
  return left and (left.state == "done" and "done" or "failed"), left and left.reason, left
end

-- done, failed, not applicable, with the reason; nil where it did not end yet
local function look(run)
  local status, reason = status_of(run)
  if status then
    return status, reason
  elseif run.kind == "cache" then
    return look_at_cache(run)
  end
  return look_at_result(run)
end

local function is_done(run)
  if run.kind == "cache" then
    return false -- its worker looks
  end
  local status, _, left = look_at_result(run)
  return status == "done" and not planning.changed_source(run.spec, left.env.sources)
end

-- ---- its worker ----------------------------------------------------------------------

local function my_job()
  local array, index = os.getenv("SLURM_ARRAY_JOB_ID"), os.getenv("SLURM_ARRAY_TASK_ID")
  return array and index and array .. "_" .. index
end

-- What Slurm says of this job when it is told to stop: { at, state, left (seconds) }. The signal may
-- end the command that asks too, or the controller be busy: it is asked again.
local function ask_why()
  local why, id = { at = kd.now() }, my_job()
  for _ = 1, id and ASK or 0 do
    why.state, why.left = queue.state(id)
    if why.state then
      break
    end
    os.execute("sleep 0.3")
  end
  return why
end

-- how the worker ended, and why it was told to stop, if it was
local function wait_for(pid)
  local why, ended
  repeat
    if kd.stop_requested() and not why then
      kd.kill(pid, "TERM")
      why = ask_why()
    elseif why and kd.now() - why.at > GRACE then
      kd.kill(pid, "KILL")
    end
    ended = kd.wait(1, why ~= nil)
  until ended
  return ended, kd.stop_requested() and (why or ask_why()) or nil
end

-- One worker after another as long as the outcome is that it is tried again. The outcome, and why it
-- was told to stop.
local function work(run, clock)
  local ok, err = launch.write_inputs(run, run.inputs)
  if not ok then
    return outcome.failed(err)
  end
  local over, ended, why
  repeat
    local began, pid = kd.now(), nil
    pid, err = launch.start(run.folder, {})
    if not pid then
      return outcome.failed(err)
    end
    ended, why = wait_for(pid)
    run.took = kd.now() - began
    over = outcome.of(run, ended, why ~= nil)
    clock.note(run, run.took, over.left and over.left.cost)
    if over.status == "waiting" then
      say(run, over.word, over.text)
    end
  until over.status ~= "waiting"
  return over, why
end

-- ---- stopped -------------------------------------------------------------------------

-- grows with every epoch that is kept
local function progress(run)
  return #(files.read(run.folder .. "/journal.jsonl") or "")
end

-- A job that ran when it was told to stop is near its time limit, or has to make room; one that was
-- cancelled or is queued again already is left to Slurm.
local function go_on_later(run, why, before)
  if why.state ~= "RUNNING" then
    say(run, "stopped", "Slurm says of the job: " .. (why.state or "nothing"))
  elseif why.left and why.left < NEAR and progress(run) <= before then
    local over = outcome.failed("its time limit ended before one more epoch was kept, or all of a "
                                .. "cache: give it more, such as --slurm-option time=4:00:00")
    outcome.keep(run, over)
    say(run, over.word, over.reason)
    return FAILED
  else
    say(run, "stopped", "queued again")
    if not queue.requeue(my_job()) then
      say(run, "stopped", "and Slurm does not queue it again: submit it again")
    end
  end
  return STOPPED
end

-- ---- all of it -----------------------------------------------------------------------

local function end_with(run, over)
  outcome.keep(run, over)
  say(run, over.word, over.text or over.reason)
  return over.status == "failed" and FAILED or DONE
end

local function carry_out(run, file, index)
  local clock = times.new { { root = run.folder, sweep = { name = run.label },
                              file = folder.times(file, index) } }
  local before = progress(run)
  run.plan = { number = 1 }
  clock.start(1)
  local over, why = work(run, clock)
  clock.close(true)
  if over.status == "stopped" then
    return go_on_later(run, why, before)
  end
  return end_with(run, over)
end

local function prepare(run)
  for i, path in ipairs(run.files) do
    run.files[i] = { path = path, now = true }
  end
  for _, other in ipairs(run.needs) do
    other.status, other.reason = look(other)
  end
  if run.kind ~= "cache" then
    os.remove(run.path) -- what failed before
  end
end

-- file: list of tasks; index: which. Exit code.
function M.main(file, index)
  local run, err = folder.read(file, index)
  if not run then
    io.stderr:write("kdbench: ", err, "\n")
    return STOPPED
  end
  kd.catch_stop()
  local ok = kd.mkdirs(run.folder)
  if ok then
    ok, err = kd.lock(run.folder .. "/.task.lock")
  end
  if not ok then
    say(run, "left alone", err)
    return STOPPED
  elseif is_done(run) then
    say(run, "done", "before")
    return DONE
  end
  prepare(run)
  local ready, other = waiting.ready(run.needs)
  if ready == false then
    return end_with(run, outcome.without(other))
  elseif not ready then
    say(run, "left alone", other.label .. " is not there: submit both again")
    return STOPPED
  end
  return carry_out(run, file, index)
end

return M
