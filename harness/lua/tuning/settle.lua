-- settle.lua - what trials came to: of each search the setting that was best on validation, and the
-- runs that train it on the reported seeds. Reads run files alone: whoever asks is told the same.

local planning = require "plan"
local results = require "results"
local runfile = require "runfile"
local search = require "tuning.search"

local M = {}

-- ---- one trial ---------------------------------------------------------------

-- a trial that ended has a state; one that failed is a trial too, without a score
local ENDED = { done = true, [planning.NOT_APPLICABLE] = true }

local function by_hash(list)
  local map = {}
  for _, run in ipairs(list) do
    map[run.hash] = run
  end
  return map
end

-- validation score of a finished trial by the sweep's protocol, and the metric
local function score_of(path, protocol)
  local run = runfile.read(path)
  local metric = run and runfile.primary(run)
  local value = metric and results.number(run, protocol, "validation_" .. metric.name)
  return value, metric
end

-- what is known of the trial: { number, state, reason, score, metric }
local function look(trial, root, protocol)
  local state, reason = planning.state_of(root, trial)
  local one = { number = trial.number, state = state, reason = reason }
  if state == "done" then
    one.score, one.metric = score_of(trial.path, protocol)
  end
  return one
end

-- ---- one search --------------------------------------------------------------

-- is a better than b? Of equal ones the earlier trial, so that the sweep's own setting stays
local function better(a, b)
  if a.score == b.score then
    return a.number < b.number
  end
  return (a.score > b.score) == (a.metric.higher_better == true)
end

-- { trials: what look says of each, open: how many have not ended, best }; failed: those that
-- failed have ended too
local function outcome(one, trials, root, tune, failed)
  local seen = { trials = {}, open = 0 }
  for i, hash in ipairs(one.trials) do
    local t = look(trials[hash], root, tune.protocol)
    seen.trials[i] = t
    local ended = ENDED[t.state] or failed and t.state == "failed"
    seen.open = seen.open + (ended and 0 or 1)
    if t.score and (not seen.best or better(t, seen.best)) then
      seen.best = t
    end
  end
  return seen
end

-- the run of the chosen setting at the seed of `base`: base itself where its own setting was best
local function tuned_run(base, trial, tune)
  local run = search.changed(base, "tuned", function(out)
    if trial.number > 1 then
      out.method = trial.spec.method
      out.train.lr, out.train.weight_decay = trial.spec.train.lr, trial.spec.train.weight_decay
      out.tuned = { trials = tune.trials, chosen = trial.number, seed = tune.seed }
    end
  end)
  run.search, run.number, run.base = trial.search, trial.number, base.hash
  return run
end

-- ---- all of it ---------------------------------------------------------------

-- Fills sweep.tuned with the runs of every search whose trials have ended, and gives what is known:
-- outcomes by the search's id. failed: trials that failed are not tried again.
function M.settle(sweep, root, failed)
  local outcomes, trials, runs = {}, by_hash(sweep.trials or {}), by_hash(sweep.runs)
  sweep.tuned = {}
  for _, one in ipairs(sweep.searches or {}) do
    local seen = outcome(one, trials, root, sweep.tune, failed)
    outcomes[one.id] = seen
    for _, hash in ipairs(seen.open == 0 and seen.best and one.runs or {}) do
      local trial = trials[one.trials[seen.best.number]]
      sweep.tuned[#sweep.tuned + 1] = tuned_run(runs[hash], trial, sweep.tune)
    end
  end
  return outcomes
end

return M
