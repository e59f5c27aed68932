-- outcome.lua - what each search came to, from the rows of a report: its trials with their settings
-- and scores, the one that was chosen, where it stands in the tables.

local costs = require "costs"
local grid = require "grid"
local results = require "results"
local text = require "tuning.text"
local visits = require "tuning.visits"

local M = {}

-- the metric that settings are chosen by, whatever the tables show
function M.metric(set)
  for _, metric in ipairs(set.metrics) do
    if metric.primary then
      return metric
    end
  end
end

-- where each run stands: group, method and column by its hash
local function places(groups)
  local map = {}
  for _, group in ipairs(groups) do
    for _, method in ipairs(group.methods) do
      for _, column in ipairs(group.columns) do
        for _, row in ipairs(grid.runs(group, method.key, column)) do
          map[row.hash] = { group = group, method = method, column = column }
        end
      end
    end
  end
  return map
end

-- value that a run of this spec has along dimension d
function M.value(spec, d)
  if d.of == "train" then
    return spec.train[d.key]
  end
  return spec.method.options[d.key]
end

local function trials_of(one, rows, tune, metric)
  local list = {}
  for number, hash in ipairs(one.trials) do
    local row = rows[hash]
    list[number] = { number = number, row = row, score = row and metric
                     and results.number(row, tune.protocol, "validation_" .. metric.name) }
  end
  return list
end

-- "lr 0.035, T 2.2": the setting of a trial
function M.setting(one, row)
  local parts = {}
  for i, d in ipairs(one.dimensions) do
    parts[i] = d.key .. " " .. text.value(M.value(row.spec, d))
  end
  return table.concat(parts, ", ")
end

-- ---- what each trial spent ---------------------------------------------------

-- training samples seen by a run, as it counted its steps
local function seen(row)
  local cost = row.cost
  return cost.steps and cost.batch and cost.steps * cost.batch
         or visits.of(row.spec, cost.train_samples)
end

-- "8 trials a method and pair of 40,000 training samples seen each"
function M.spent(set, searches)
  local low, high
  for _, one in ipairs(searches) do
    for _, trial in ipairs(one.trials) do
      local n = trial.row and trial.row.state == "done" and seen(trial.row)
      low, high = n and math.min(low or n, n) or low, n and math.max(high or n, n) or high
    end
  end
  local each = low and (low == high and costs.thousands(low)
                        or costs.thousands(low) .. " to " .. costs.thousands(high)) or "as many"
  return string.format("%s; %s training samples seen in each, phases and further passes of a "
                       .. "method included", text.budget(set.tune), each)
end

-- ---- all searches ------------------------------------------------------------

-- List of { search, group, method, column, trials = { number, row, score }, chosen = number or
-- nil }, in the order of the tables.
function M.all(set, groups)
  local at, rows, chosen, metric = places(groups), {}, {}, M.metric(set)
  for _, row in ipairs(set.trials) do
    rows[row.hash] = row
  end
  for _, row in ipairs(set.tuned) do
    chosen[row.search] = row.number
  end
  local list = {}
  for _, one in ipairs(set.searches) do
    local place = at[one.runs[1]]
    if place then
      list[#list + 1] = { search = one, group = place.group, method = place.method,
                          column = place.column, chosen = chosen[one.id],
                          trials = trials_of(one, rows, set.tune, metric) }
    end
  end
  return list
end

return M
