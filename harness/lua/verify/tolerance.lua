-- tolerance.lua - how far a rerun on another type of machine, with other libraries or sources, may
-- be from what is stored. Rounding that differs makes two runs of one seed part after some epochs;
-- then they are as far apart as runs of two seeds. So: the primary metric on test after the last
-- epoch, within the prediction interval of the difference of two runs, t x sqrt(2) x s, s being the
-- standard deviation over the seeds of the cell, moderated over the cells of its data set; all
-- tolerances of one call hold together with family error 1 %.

local pairing = require "verify.pairing"
local results = require "results"
local runfile = require "runfile"
local spread = require "verify.spread"
local stats = require "stats"

local M = {}

-- points of a metric in %, where no cell of the data set has a second seed: about five times the
-- 0.6 points that seeds of short training runs spread by here
M.POINTS = 3

local PROTOCOL = "last"

-- the primary metric, and its value; nil where there is none
function M.value(row)
  local metric = runfile.primary(row)
  return metric and results.value(row, PROTOCOL, metric.name), metric
end

local function spread_of(group)
  local list = {}
  for _, row in ipairs(group.rows) do
    list[#list + 1] = M.value(row)
  end
  local sd = stats.sd(list)
  return { family = group.row.spec.dataset.name, variance = sd and sd * sd, df = #list - 1,
           share = 1 }
end

-- what a tolerance is of which nothing but the metric is known
local function fallback(row)
  local _, metric = M.value(row)
  if metric and metric.unit == "%" then
    return M.POINTS, "no cell of the data set has seeds enough to say how far runs are apart"
  end
end

-- of(row, other_teacher) for rows of a folder, n of which are verified: how far, and why; nil: nothing
-- says. points: instead, for all.
function M.of(rows, n, points)
  local spreads, list = {}, {}
  for i, group in ipairs(pairing.groups(rows)) do
    list[i] = spread_of(group)
    for _, row in ipairs(group.rows) do
      spreads[row] = list[i]
    end
  end
  local priors = spread.priors(list)
  return function(row, other_teacher)
    if points then
      return points, "as asked for"
    end
    local one = spreads[row]
    local half = one and spread.half_width(one, priors[one.family], n)
    half = half and half * math.sqrt(2 * (1 + spread.teacher_share(other_teacher)))
    if half then
      return half, "t x sqrt(2) x standard deviation over seeds"
    end
    return fallback(row)
  end
end

return M
