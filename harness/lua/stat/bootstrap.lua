-- bootstrap.lua - intervals by drawing again from the values. The draws are a named stream, begun
-- anew for each list, so that an interval depends on its values alone.

local distributions = require "stat.distributions"
local select_of = require "stat.select".of
local stream = require "stat.stream"

local M = {}

M.RESAMPLES = 1999

-- the value below which the share p of a list lies, linear between its members; at(k) is the k-th
-- smallest of n
local function percentile(at, n, p)
  local place = 1 + p * (n - 1)
  local k = math.max(1, math.min(math.floor(place), n))
  local low, high = at(k), at(math.min(k + 1, n))
  return low + (place - k) * (high - low)
end

-- the middle `confidence` of estimates made on resamples: the percentile interval
function M.percentiles(estimates, confidence)
  local at, tail = select_of(estimates), (1 - (confidence or 0.95)) / 2
  return percentile(at, #estimates, tail), percentile(at, #estimates, 1 - tail)
end

-- ---- the mean, BCa (Efron 1987) --------------------------------------------------

local NAME = "bootstrap of a mean"
local KEPT = 64 -- values up to which draws are kept: tables ask for the same few sizes
local drawn = {}

-- the same bits from C, where this is kdbench and not a test of this file
local has_kd, kd = pcall(require, "kd")
local in_c = has_kd and kd.resample_means

-- which of n values each resample has: RESAMPLES times n numbers from 1 to n
local function draws(n)
  if drawn[n] then
    return drawn[n]
  end
  local list, s = {}, stream.new(NAME)
  for i = 1, M.RESAMPLES * n do
    list[i] = s.below(n) + 1
  end
  drawn[n] = n <= KEPT and list or nil
  return list
end

local function resampled_means(list)
  if in_c then
    return in_c(list, NAME, M.RESAMPLES)
  end
  local n, means, which, at = #list, {}, draws(#list), 0
  for r = 1, M.RESAMPLES do
    local sum = 0
    for i = at + 1, at + n do
      sum = sum + list[which[i]]
    end
    means[r], at = sum / n, at + n
  end
  return means
end

-- the normal quantile of the share of resamples below the mean, those at it counting half: what is
-- off about the median. Sums in another order differ by rounding.
local function bias(means, mean, width)
  local less, equal = 0, 0
  local low, high = mean - 1e-9 * width, mean + 1e-9 * width
  for i = 1, #means do
    if means[i] < low then
      less = less + 1
    elseif means[i] <= high then
      equal = equal + 1
    end
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

local function whole(list)
  local sum, low, high = 0, list[1], list[1]
  for _, x in ipairs(list) do
    sum, low, high = sum + x, math.min(low, x), math.max(high, x)
  end
  return sum / #list, high - low
end

-- low and high end of the interval of the mean: bias-corrected and accelerated
function M.mean(list, confidence)
  local mean, width = whole(list)
  if width == 0 then
    return list[1], list[1]
  end
  local means = resampled_means(list)
  local at, z0, a = select_of(means), bias(means, mean, width), acceleration(list, mean)
  local function finish(p)
    local z = z0 + distributions.normal_quantile(p)
    return percentile(at, #means, distributions.normal_cdf(z0 + z / (1 - a * z)))
  end
  local tail = (1 - (confidence or 0.95)) / 2
  return finish(tail), finish(1 - tail)
end

return M
