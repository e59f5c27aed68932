-- text.lua - tuning in words: what is searched, what each trial spends, how far it has come.

local estimate = require "estimate"
local grid = require "grid"
local costs = require "costs"
local visits = require "tuning.visits"

local M = {}

local EPOCH = { last = "after the last epoch",
                best_val = "at the epoch that was best on validation" }

function M.value(v)
  return grid.option_text(v)
end

-- "T 1..16 log", "reduction mean|sum"
function M.dimension(d)
  local name = d.of == "train" and "train." .. d.key or d.key
  if d.scale == "choice" then
    local names = {}
    for i, v in ipairs(d.choice) do
      names[i] = M.value(v)
    end
    return name .. " " .. table.concat(names, "|")
  end
  return string.format("%s %s..%s%s", name, M.value(d.low), M.value(d.high),
                       d.scale == "linear" and "" or " " .. d.scale)
end

local function searched(one)
  local parts = {}
  for i, d in ipairs(one.dimensions) do
    parts[i] = M.dimension(d)
  end
  return table.concat(parts, ", ")
end

local function kept(one)
  local parts = {}
  for i, k in ipairs(one.kept) do
    parts[i] = string.format("%s%s (%s)", k.of == "train" and "train." or "", k.key, k.why)
  end
  return #parts > 0 and "; as the sweep says: " .. table.concat(parts, ", ") or ""
end

-- "40,000 training samples seen"; of several searches each number once
function M.visits(sweep)
  local seen, list = {}, {}
  for _, run in ipairs(sweep.trials) do
    local n = visits.of(run.spec, run.samples)
    if n and not seen[n] then
      seen[n] = true
      list[#list + 1] = costs.thousands(n)
    end
  end
  return #list > 0 and table.concat(list, " or ") or "the same number of"
end

-- trials, on what, at which seed
function M.budget(tune)
  return string.format("%d trials of each method on each pair, judged on validation %s, all of seed "
                       .. "%d", tune.trials, EPOCH[tune.protocol], tune.seed)
end

-- searches without a choice yet, the runs that wait for it, and about how long these take
local function waiting(plan)
  local open, runs, seconds, by_hash = 0, 0, 0, {}
  for _, run in ipairs(plan.runs) do
    by_hash[run.hash] = run
  end
  for _, one in ipairs(plan.sweep.searches) do
    local outcome = (plan.sweep.outcomes or {})[one.id]
    if not outcome or outcome.open > 0 then
      open, runs = open + 1, runs + #one.runs
      for _, hash in ipairs(one.runs) do
        seconds = seconds + (by_hash[hash] and by_hash[hash].estimate or 0)
      end
    end
  end
  return open, runs, seconds
end

-- lines for `plan`; none where the sweep does not tune
function M.lines(plan, verbose)
  local sweep = plan.sweep
  if not sweep or not sweep.tune then
    return {}
  end
  local open, runs, seconds = waiting(plan)
  local lines = { string.format("tuning: %s; %s training samples seen in each; settings chosen for "
                                .. "%d of %d", M.budget(sweep.tune), M.visits(sweep),
                                #sweep.searches - open, #sweep.searches) }
  if open > 0 then
    lines[2] = string.format("  %d runs with chosen settings are planned when their trials are "
                             .. "done, about %s of one core more", runs, estimate.duration(seconds))
  end
  local said = {}
  for _, one in ipairs(verbose and sweep.searches or {}) do
    local line = string.format("  %s: %s%s", one.method, searched(one), kept(one))
    lines[#lines + 1] = not said[line] and line or nil
    said[line] = true
  end
  return lines
end

return M
