-- effect.lua - how large a difference is beside its spread over seeds, and how large one must be
-- for that many seeds to see it.

local distributions = require "stat.distributions"
local interval = require "stat.interval"
local noncentral = require "stat.noncentral"
local special = require "stat.special"

local M = {}

-- Hedges' factor: what makes the mean over the standard deviation unbiased
local function unbiased(df)
  return math.exp(special.log_gamma(df / 2) - special.log_gamma((df - 1) / 2))
         / math.sqrt(df / 2)
end

-- Of paired differences: { dz (Cohen's: mean over standard deviation), g (Hedges': dz times his
-- factor), low, high (of g, 95 %, exact by noncentral t) }. nil below three values and without
-- spread.
function M.of(list)
  local sd, n = interval.sd(list), #list
  if n < 3 or sd == 0 then
    return nil
  end
  local dz, factor, df = interval.mean(list) / sd, unbiased(n - 1), n - 1
  local t, scale = dz * math.sqrt(n), factor / math.sqrt(n)
  return { dz = dz, g = factor * dz, low = scale * noncentral.shift(t, df, 0.975),
           high = scale * noncentral.shift(t, df, 0.025) }
end

-- ---- power -----------------------------------------------------------------------

-- chance that a two-sided paired t test at level alpha sees a true difference of `size` standard
-- deviations of the differences
function M.power(size, n, alpha)
  local t, shift = distributions.t_quantile(1 - alpha / 2, n - 1), size * math.sqrt(n)
  return 1 - (noncentral.cdf(t, n - 1, shift)) + (noncentral.cdf(-t, n - 1, shift))
end

local POWER = 0.8
M.POWER = POWER

-- The smallest true difference, in standard deviations of the differences, that n pairs see in 80 %
-- of cases; nil below two
function M.detectable(n, alpha)
  return n >= 2 and distributions.invert(function(size)
    return M.power(size, n, alpha)
  end, POWER, 0) or nil
end

-- fewest pairs that see a difference of `size` standard deviations; nil above `most`
function M.pairs_needed(size, alpha, most)
  local low, high = 1, 2 -- low never do
  while M.power(size, high, alpha) < POWER do
    low, high = high, 2 * high
    if low >= most then
      return nil
    end
  end
  while high - low > 1 do
    local middle = (low + high) // 2
    if M.power(size, middle, alpha) < POWER then
      low = middle
    else
      high = middle
    end
  end
  return high <= most and high or nil
end

return M
