-- waiting.lua - which runs of a plan are to be done, what each waits for, and what is removed of
-- those that begin anew.

local cache = require "cache"
local planning = require "plan"

local M = {}

-- teachers and caches that must be there first
function M.needs_of(run)
  local list = {}
  for _, hash in ipairs(run.needs) do
    list[#list + 1] = run.plan.by_hash[hash]
  end
  local caches = cache.needed_by(run)
  return table.move(caches, 1, #caches, #list + 1, list)
end

-- true when others that it needs are done; nil: not yet; false: never, and what did not come about
function M.ready(needs)
  for _, other in ipairs(needs) do
    if other.status == "failed" or other.status == planning.NOT_APPLICABLE then
      return false, other
    elseif other.status ~= "done" then
      return nil, other
    end
  end
  return true
end

local function mark_run(run, how)
  run.status = run.queued and "queued"
               or run.state == planning.NOT_APPLICABLE and run.state
               or planning.is_finished(run, how.keep_stale) and "done" or "waiting"
  if run.status == "waiting" and run.kind == "trained" then
    run.status = "failed"
  end
end

-- A cache is for runs that wait; its worker looks at what is there before it computes the rest.
local function mark_caches(plan, how)
  local waited_for = {}
  for _, run in ipairs(plan.runs) do
    for _, one in ipairs(run.status == "waiting" and cache.needed_by(run) or {}) do
      waited_for[one.hash] = true
    end
  end
  for _, run in ipairs(plan.runs) do
    if run.kind == "cache" and not run.queued then
      run.status = (waited_for[run.hash] or how.rebuild_cache) and "waiting" or "done"
    end
  end
end

-- Each run's status: done, not applicable, failed (a given network that is not there), queued
-- (where the caller said so: it is with Slurm), or waiting. how: keep_stale, rebuild_cache
function M.mark(plan, how)
  for _, run in ipairs(plan.runs) do
    mark_run(run, how)
  end
  mark_caches(plan, how)
end

-- a run whose result is of no use any more begins anew
local function discard(run)
  for _, name in ipairs { "run.h5", "checkpoint.h5", "journal.jsonl", "worker.log" } do
    os.remove(run.folder .. "/" .. name)
  end
end

-- Removes what is in the way of runs that wait. What a teacher said is void when the teacher is
-- trained again.
function M.clear(plan)
  for _, run in ipairs(plan.runs) do
    if run.kind == "cache" then
      local teacher = plan.by_hash[run.needs[1]]
      if teacher.status ~= "done" and teacher.status ~= "queued" then
        cache.discard(run)
      end
    elseif run.status == "waiting" and run.state == "failed" then
      os.remove(run.path)
    elseif run.status == "waiting" and (run.state == "stale" or run.state == "damaged") then
      discard(run)
    end
  end
end

return M
