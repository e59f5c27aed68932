-- bootstrap.lua - intervals by drawing again from the values. The draws are a named stream, begun
-- anew for each list, so that an interval depends on its values alone.

local distributions = require "stat.distributions"
local stream = require "stat.stream"

local M = {}

M.RESAMPLES = 1999

-- the value below which the share p of a sorted list lies, linear between its members
function M.percentile(sorted, p)
  local at = 1 + p * (#sorted - 1)
  local low = math.max(1, math.min(math.floor(at), #sorted))
  local high = math.min(low + 1, #sorted)
  return sorted[low] + (at - low) * (sorted[high] - sorted[low])
end

-- the middle `confidence` of estimates made on resamples: the percentile interval
function M.percentiles(estimates, confidence)
  local sorted = table.move(estimates, 1, #estimates, 1, {})
  table.sort(sorted)
  local tail = (1 - (confidence or 0.95)) / 2
  return M.percentile(sorted, tail), M.percentile(sorted, 1 - tail)
end

-- ---- the mean, BCa (Efron 1987) --------------------------------------------------

local KEPT = 64 -- values up to which draws are kept: tables ask for the same few sizes
local drawn = {}

-- which of n values each resample has: RESAMPLES times n numbers from 1 to n
local function draws(n)
  if drawn[n] then
    return drawn[n]
  end
  local list, s = {}, stream.new("bootstrap of a mean")
  for i = 1, M.RESAMPLES * n do
    list[i] = s.below(n) + 1
  end
  drawn[n] = n <= KEPT and list or nil
  return list
end

local function resampled_means(list)
  local n, means, which, at = #list, {}, draws(#list), 0
  for r = 1, M.RESAMPLES do
    local sum = 0
    for i = at + 1, at + n do
      sum = sum + list[which[i]]
    end
    means[r], at = sum / n, at + n
  end
  table.sort(means)
  return means
end

-- the normal quantile of the share of resamples below the mean, those at it counting half: what is
-- off about the median. Sums in another order differ by rounding.
local function bias(means, mean)
  local less, equal, close = 0, 0, 1e-9 * (means[#means] - means[1])
  for _, v in ipairs(means) do
    local at = math.abs(v - mean) <= close
    less, equal = less + (v < mean and not at and 1 or 0), equal + (at and 1 or 0)
  end
  return distributions.normal_quantile((less + equal / 2) / #means)
end

-- a sixth of the skewness of the mean, by the jackknife
local function acceleration(list, mean)
  local squares, cubes = 0, 0
  for _, x in ipairs(list) do
    squares, cubes = squares + (x - mean) ^ 2, cubes + (x - mean) ^ 3
  end
  return cubes / (6 * squares ^ 1.5)
end

local function all_equal(list)
  for i = 2, #list do
    if list[i] ~= list[1] then
      return false
    end
  end
  return true
end

-- low and high end of the interval of the mean: bias-corrected and accelerated
function M.mean(list, confidence)
  if all_equal(list) then
    return list[1], list[1]
  end
  local sum = 0
  for _, x in ipairs(list) do
    sum = sum + x
  end
  local mean, means = sum / #list, resampled_means(list)
  local z0, a = bias(means, mean), acceleration(list, mean)
  local function finish(p)
    local z = z0 + distributions.normal_quantile(p)
    return M.percentile(means, distributions.normal_cdf(z0 + z / (1 - a * z)))
  end
  local tail = (1 - (confidence or 0.95)) / 2
  return finish(tail), finish(1 - tail)
end

return M
