-- moderated.lua - spreads of many cells with few values each, every one drawn towards what the
-- others say: Smyth's empirical Bayes (Stat. Appl. Genet. Mol. Biol. 3(1), 2004). Where cells have
-- much the same spread they share their degrees of freedom; where not, each keeps its own.

local M = {}

local SMALLEST = 1e-5 -- of the median: values that agree by rounding have no smaller variance

-- ---- gamma's derivatives ---------------------------------------------------------------

-- derivative of log gamma, x > 0: recurrence up to 10, then the asymptotic series
function M.digamma(x)
  local sum = 0
  while x < 10 do
    sum, x = sum - 1 / x, x + 1
  end
  local y = 1 / (x * x)
  return sum + math.log(x) - 0.5 / x
         - y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y / 132))))
end

-- its derivative
function M.trigamma(x)
  local sum = 0
  while x < 10 do
    sum, x = sum + 1 / (x * x), x + 1
  end
  local y = 1 / (x * x)
  return sum + 1 / x + y / 2
         + y / x * (1 / 6 - y * (1 / 30 - y * (1 / 42 - y * (1 / 30 - y * 5 / 66))))
end

-- the x with that trigamma, by halving: trigamma falls from infinity to 0
function M.trigamma_inverse(value)
  local low, high = 1e-8, 1
  while M.trigamma(high) > value do
    high = high * 2
  end
  for _ = 1, 200 do
    local middle = (low + high) / 2
    if M.trigamma(middle) > value then
      low = middle
    else
      high = middle
    end
  end
  return (low + high) / 2
end

-- ---- the prior -------------------------------------------------------------------------------

local function median(list)
  local sorted = table.move(list, 1, #list, 1, {})
  table.sort(sorted)
  local half = (#sorted + 1) // 2
  return #sorted % 2 == 1 and sorted[half] or (sorted[half] + sorted[half + 1]) / 2
end

local function mean(list)
  local sum = 0
  for _, v in ipairs(list) do
    sum = sum + v
  end
  return sum / #list
end

local function log_variances(list, floor)
  local out, noise = {}, {}
  for i, one in ipairs(list) do
    local d = one.df / 2
    out[i] = math.log(math.max(one.variance, floor)) - M.digamma(d) + math.log(d)
    noise[i] = M.trigamma(d)
  end
  return out, noise
end

-- list of { variance, df }, df >= 1. { variance, df }: what a cell's variance is before it is
-- measured, worth df degrees of freedom (math.huge where all cells have one spread); nil where
-- fewer than three cells, or no spread at all, say nothing of it.
function M.prior(list)
  local variances = {}
  for i, one in ipairs(list) do
    variances[i] = one.variance
  end
  local middle = #list >= 3 and median(variances) or 0
  if middle <= 0 then
    return nil
  end
  local e, noise = log_variances(list, SMALLEST * middle)
  local centre, square = mean(e), 0
  for _, v in ipairs(e) do
    square = square + (v - centre) ^ 2
  end
  local extra = square / (#e - 1) - mean(noise)
  if extra <= 0 then
    return { variance = math.exp(centre), df = math.huge }
  end
  local d = M.trigamma_inverse(extra)
  return { variance = math.exp(centre + M.digamma(d) - math.log(d)), df = 2 * d }
end

-- variance and degrees of freedom of a cell of its own variance (nil for one value) and df, and a
-- prior or nil; nil where there is neither
function M.posterior(prior, variance, df)
  if not prior then
    return variance, variance and df
  elseif not variance then
    return prior.variance, prior.df
  elseif prior.df == math.huge then
    return prior.variance, prior.df
  end
  local all = prior.df + df
  return (prior.df * prior.variance + df * variance) / all, all
end

return M
