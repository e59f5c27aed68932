-- outcome.lua - what the end of a worker means for its run: done, failed and why, of no meaning, or
-- to be tried again; and what the run's folder says of it from then on. Whoever started the worker
-- asks, the process of a sweep or a job of its own.

local kd = require "kd"
local cache = require "cache"
local estimate = require "estimate"
local files = require "files"
local json = require "json"
local launch = require "launch"
local planning = require "plan"
local runfile = require "runfile"

local M = {}

M.STOPPED = 75 -- exit code of a worker that was asked to stop
M.NOT_APPLICABLE = 76 -- of one whose method has no meaning for its networks or data

-- An outcome: status (done, failed, not applicable, waiting: to be tried again, stopped), word
-- (what a person is told), reason, text (of a result), left (what runfile.read says of it).

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

-- "test top1 91.20% in 35s"; a trial is judged on validation
local function result_of(run, left)
  local took = estimate.duration(run.took)
  local metric = left and runfile.primary(left)
  local split = run.kind == "trial" and "validation" or "test"
  local value = metric and left.final.last[split .. "_" .. metric.name]
  return value and string.format("%s %s %.2f%s in %s", split, metric.name, value,
                                 metric.unit == "%" and "%" or "", took) or took
end

function M.failed(reason)
  return { status = "failed", word = "failed", reason = reason }
end

-- of a run that learns from one that failed, or that has no meaning
function M.without(other)
  if other.status == planning.NOT_APPLICABLE then
    return { status = other.status, word = other.status,
             reason = other.label .. ": " .. tostring(other.reason) }
  end
  return { status = "failed", word = "skipped", reason = other.label .. " failed" }
end

-- of a worker that said that all is well
local function of_success(run)
  local ok, err
  if run.kind == "cache" then
    ok, err = cache.is_there(run)
  else
    ok, err = kd.run_verify(run.path)
  end
  if not ok then
    return M.failed("left no valid result: " .. tostring(err))
  end
  local left = run.kind ~= "cache" and runfile.read(run.path) or nil
  return { status = "done", word = "done", text = result_of(run, left), left = left }
end

-- ended: exit or signal of the worker; run.took: seconds; stopping: it was told to stop
function M.of(run, ended, stopping)
  if ended.exit == 0 then
    return of_success(run)
  elseif stopping then
    return { status = "stopped", word = "stopped" }
  elseif (ended.signal or ended.exit == M.STOPPED) and not run.retried then
    run.retried = true
    return { status = "waiting", word = "again",
             text = ended.signal and "ended by signal " .. ended.signal or "was asked to stop" }
  elseif ended.exit == M.NOT_APPLICABLE then
    return { status = planning.NOT_APPLICABLE, word = planning.NOT_APPLICABLE,
             reason = reason_of(run, ended) }
  end
  return M.failed(reason_of(run, ended))
end

-- what the folder of a run without a result says of it; one that has no meaning is not tried again
function M.keep(run, over)
  if over.status ~= "failed" and over.status ~= planning.NOT_APPLICABLE then
    return
  end
  kd.mkdirs(run.folder)
  kd.write_atomic(run.folder .. "/status.json",
                  json.encode { state = over.word, reason = over.reason } .. "\n")
  if over.status == planning.NOT_APPLICABLE then
    launch.note_sources(run)
  end
end

-- lines in which a cache's worker says what it computed again
function M.rebuilt(run)
  local lines = {}
  for line in (files.read(run.folder .. "/worker.log") or ""):gmatch("[^\n]+") do
    lines[#lines + 1] = line
  end
  return lines
end

return M
