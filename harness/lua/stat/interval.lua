-- interval.lua - the one place where the intervals of tables and figures are made: Student's t for
-- fewer than ten values, from there the BCa bootstrap at a level widened for few values.

local bootstrap = require "stat.bootstrap"
local distributions = require "stat.distributions"

local M = {}

M.MANY = 10 -- values from which the bootstrap is used

function M.mean(list)
  local sum = 0
  for _, x in ipairs(list) do
    sum = sum + x
  end
  return #list > 0 and sum / #list or nil
end

local function all_equal(list)
  for i = 2, #list do
    if list[i] ~= list[1] then
      return false
    end
  end
  return true
end

-- sample standard deviation: of equal values 0, not what rounding leaves; nil below two values
function M.sd(list)
  if #list < 2 or all_equal(list) then
    return #list >= 2 and 0.0 or nil
  end
  local mean, sum = M.mean(list), 0
  for _, x in ipairs(list) do
    sum = sum + (x - mean) ^ 2
  end
  return math.sqrt(sum / (#list - 1))
end

local function student(list, confidence)
  local mean, sd = M.mean(list), M.sd(list)
  local half = distributions.t_quantile(0.5 + confidence / 2, #list - 1) * sd / math.sqrt(#list)
  return { low = mean - half, high = mean + half, half = half, by = "t" }
end

-- Drawing again from n values leaves their spread sqrt((n - 1) / n) too small and knows nothing of
-- its error: of ten normal values plain BCa covers 90 %. The level at which the bootstrap of normal
-- values is as wide as Student's interval (Hesterberg, American Statistician 69, 2015): 94 % then.
function M.widened(confidence, n)
  local t = distributions.t_quantile(0.5 + confidence / 2, n - 1)
  return 2 * distributions.normal_cdf(math.sqrt(n / (n - 1)) * t) - 1
end

local drawn = {} -- intervals by confidence and values: several tables ask for the same

local function bootstrapped(list, confidence)
  local key = confidence .. " " .. table.concat(list, " ")
  if not drawn[key] then
    local low, high = bootstrap.mean(list, M.widened(confidence, #list))
    drawn[key] = { low = low, high = high, half = (high - low) / 2, by = "bootstrap" }
  end
  return drawn[key]
end

-- { low, high, half (of the width), by = "t" or "bootstrap" } of the mean; nil below two values
function M.of(list, confidence)
  confidence = confidence or 0.95
  if #list < 2 then
    return nil
  elseif #list < M.MANY then
    return student(list, confidence)
  end
  return bootstrapped(list, confidence)
end

return M
