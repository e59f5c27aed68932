-- paired.lua - is a list of differences, one a seed, other than chance around 0? Student's t and
-- Wilcoxon's signed ranks; Holm's correction for many questions.

local distributions = require "stat.distributions"
local interval = require "stat.interval"
local ranks = require "stat.ranks"

local M = {}

-- { t, df, p, spread }: p is two-sided. Without any spread t is infinite, or nothing where all
-- differences are 0; p is 0 or nil then, and means nothing. nil below two values.
function M.t_test(list)
  if #list < 2 then
    return nil
  end
  local mean, sd, df = interval.mean(list), interval.sd(list), #list - 1
  if sd == 0 then
    return { t = mean ~= 0 and mean * math.huge or nil, df = df, p = mean ~= 0 and 0.0 or nil }
  end
  local t = mean / (sd / math.sqrt(#list))
  return { t = t, df = df, p = distributions.t_two_sided(t, df), spread = true }
end

-- ---- Wilcoxon --------------------------------------------------------------------

-- ranks of |x| of those that are not 0, with twice the sum of those of x > 0 (a whole number)
local function signed_ranks(list)
  local sizes, above = {}, {}
  for _, x in ipairs(list) do
    sizes[#sizes + 1] = x ~= 0 and math.abs(x) or nil
    above[#above + 1] = x ~= 0 and (x > 0 and 1 or 0) or nil
  end
  local places, groups = ranks.of(sizes)
  local twice = 0
  for i, place in ipairs(places) do
    places[i] = math.tointeger(2 * place)
    twice = twice + above[i] * places[i]
  end
  return places, twice, groups
end

-- how many of the 2^n choices of signs give each doubled sum of ranks, as shares
local function chances(places)
  local share, most = { [0] = 1.0 }, 0
  for _, place in ipairs(places) do
    for sum = most + place, 0, -1 do
      share[sum] = ((share[sum] or 0) + (share[sum - place] or 0)) / 2
    end
    most = most + place
  end
  return share, most
end

local function exact(places, twice)
  local share, most = chances(places)
  local below, above = 0, 0
  for sum = 0, most do
    below = below + (sum <= twice and share[sum] or 0)
    above = above + (sum >= twice and share[sum] or 0)
  end
  return math.min(1, 2 * math.min(below, above))
end

-- by the normal distribution, corrected for ties, not for continuity
local function approximate(n, twice, groups)
  local ties = 0
  for _, size in ipairs(groups) do
    ties = ties + size ^ 3 - size
  end
  local variance = (n * (n + 1) * (2 * n + 1) - ties / 2) / 24
  local z = (twice / 2 - n * (n + 1) / 4) / math.sqrt(variance)
  return 2 * distributions.normal_cdf(-math.abs(z))
end

M.EXACT = 100 -- differences up to which the distribution is counted out

-- Signed ranks, two-sided: { sum (of the ranks above 0), n, p }. Zeros are left out, as Wilcoxon
-- did (scipy's zero_method "wilcox"); of equal sizes each has the mean rank, and p is exact all the
-- same: it counts all choices of signs over these ranks. p is 1 where nothing is left.
function M.wilcoxon(list)
  local places, twice, groups = signed_ranks(list)
  local n = #places
  local p = n == 0 and 1.0 or n <= M.EXACT and exact(places, twice)
            or approximate(n, twice, groups)
  return { sum = twice / 2, n = n, p = p }
end

-- the smallest p that the signed ranks of n differences can have
function M.least_p(n)
  return n > 0 and 2.0 ^ (1 - n) or 1.0
end

-- ---- Holm ------------------------------------------------------------------------

-- Holm's corrected p of each of a family, in its order
function M.holm(list)
  local order, corrected, most = {}, {}, 0
  for i = 1, #list do
    order[i] = i
  end
  table.sort(order, function(a, b)
    return list[a] < list[b] or list[a] == list[b] and a < b
  end)
  for place, i in ipairs(order) do
    most = math.max(most, math.min(1, (#list - place + 1) * list[i]))
    corrected[i] = most
  end
  return corrected
end

return M
