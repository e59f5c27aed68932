-- stats.lua - means, spreads and intervals of few numbers: what every table uses of stat/.

local distributions = require "stat.distributions"
local interval = require "stat.interval"

local M = { mean = interval.mean, sd = interval.sd, interval = interval.of,
            t_cdf = distributions.t_cdf, t_quantile = distributions.t_quantile }

-- half the width of the interval that holds the mean with that confidence; nil below two values
function M.half_width(list, confidence)
  local found = interval.of(list, confidence)
  return found and found.half
end

-- Equal steps of a metric that counts (one sample more of 480) must be equal as differences, or
-- they would be no ties: what is beyond seven decimals is rounding, of the ten digits of CSV files
-- too.
local function rounded(x)
  return math.floor(x * 1e7 + 0.5) / 1e7
end
M.rounded = rounded

-- a and b: values by seed. Differences a - b over the seeds that both have, in the seeds' order
function M.differences(a, b)
  local seeds, list = {}, {}
  for seed in pairs(a) do
    if b[seed] then
      seeds[#seeds + 1] = seed
    end
  end
  table.sort(seeds)
  for i, seed in ipairs(seeds) do
    list[i] = rounded(a[seed] - b[seed])
  end
  return list
end

-- mean of the differences, half the width of its interval (nil below two), how many there are, and
-- the interval
function M.paired(a, b, confidence)
  local list = M.differences(a, b)
  local found = interval.of(list, confidence)
  return M.mean(list), found and found.half, #list, found
end

return M
