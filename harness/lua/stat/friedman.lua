-- friedman.lua - do methods differ over blocks? Friedman's test, Iman and Davenport's F, and
-- Nemenyi's critical difference of mean ranks (Demsar 2006).

local distributions = require "stat.distributions"
local range = require "stat.range"
local ranks = require "stat.ranks"

local M = {}

local function rank_sums(blocks, k)
  local sums, ties = {}, 0
  for i = 1, k do
    sums[i] = 0
  end
  for _, block in ipairs(blocks) do
    local places, groups = ranks.of(block)
    for i, place in ipairs(places) do
      sums[i] = sums[i] + place
    end
    for _, size in ipairs(groups) do
      ties = ties + size ^ 3 - size
    end
  end
  return sums, ties
end

-- blocks: lists of k >= 3 values, the least is place 1. { n, k, ranks (mean over blocks), chi2, p
-- (of chi2, corrected for ties), f, p_f }; chi2 and the rest are nil where all values of each block
-- are equal, f where there is one block. f is infinite where all blocks have one order; p_f means
-- nothing then.
function M.test(blocks)
  local n, k = #blocks, #blocks[1]
  local sums, ties = rank_sums(blocks, k)
  local test, squares = { n = n, k = k, ranks = {} }, 0
  for i, sum in ipairs(sums) do
    test.ranks[i], squares = sum / n, squares + sum * sum
  end
  local correction = 1 - ties / (n * k * (k * k - 1))
  if correction <= 0 then
    return test
  end
  test.chi2 = (12 / (n * k * (k + 1)) * squares - 3 * n * (k + 1)) / correction
  test.p = distributions.chi2_above(test.chi2, k - 1)
  local rest = n * (k - 1) - test.chi2
  if n > 1 then
    test.f = rest > 1e-9 and (n - 1) * test.chi2 / rest or math.huge
    test.p_f = test.f < math.huge and distributions.f_above(test.f, k - 1, (k - 1) * (n - 1)) or 0.0
  end
  return test
end

-- difference of mean ranks from which two of k methods over n blocks differ, 5 % over all pairs
function M.critical_difference(k, n, alpha)
  return range.quantile(1 - (alpha or 0.05), k) / math.sqrt(2) * math.sqrt(k * (k + 1) / (6 * n))
end

-- From ranks in rising order: runs { first, last } of two or more that all lie within `distance`,
-- none within another
function M.cliques(sorted, distance)
  local list, reached = {}, 0
  for first = 1, #sorted do
    local last = first
    while last < #sorted and sorted[last + 1] - sorted[first] < distance do
      last = last + 1
    end
    if last > first and last > reached then
      list[#list + 1], reached = { first, last }, last
    end
  end
  return list
end

return M
