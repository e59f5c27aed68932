-- distributions.lua - normal, Student's t, F and chi-squared: chances below, above, and quantiles.

local special = require "stat.special"

local M = {}

M.normal_cdf = special.normal_cdf

-- chance that Student's t with df degrees of freedom is below t
function M.t_cdf(t, df)
  local tail = 0.5 * special.incomplete_beta(df / (df + t * t), df / 2, 0.5)
  return t > 0 and 1 - tail or tail
end

-- chance that it is further from 0 than t, on either side
function M.t_two_sided(t, df)
  return special.incomplete_beta(df / (df + t * t), df / 2, 0.5)
end

-- chance that F with d1 and d2 degrees of freedom is above f
function M.f_above(f, d1, d2)
  return special.incomplete_beta(d2 / (d2 + d1 * f), d2 / 2, d1 / 2)
end

-- chance that chi-squared with df degrees of freedom is above x
function M.chi2_above(x, df)
  return special.upper_gamma(x / 2, df / 2)
end

-- x where cdf(x) = p, for cdf rising from 0 at `low`; as near as doubles come
function M.invert(cdf, p, low)
  local high = low + 1
  while cdf(high) < p do
    low, high = high, 2 * high - low + 1
  end
  for _ = 1, 200 do
    local middle = (low + high) / 2
    if middle == low or middle == high then
      break
    end
    if cdf(middle) < p then
      low = middle
    else
      high = middle
    end
  end
  return (low + high) / 2
end

-- Of a distribution that is even around 0, by its chance below -x: the tail has the digits
local function even_quantile(below, p)
  local x = p == 0.5 and 0 or M.invert(function(v) return -below(-v) end, -math.min(p, 1 - p), 0)
  return p < 0.5 and -x or x
end

local known = {} -- quantiles by p and df: tables ask for few, often

function M.t_quantile(p, df)
  local of_p = known[p] or {}
  known[p] = of_p
  of_p[df] = of_p[df] or even_quantile(function(t) return M.t_cdf(t, df) end, p)
  return of_p[df]
end

local normal = {} -- quantiles by p: intervals of one level and of few resamples ask for the same

function M.normal_quantile(p)
  if p <= 0 or p >= 1 then
    return p <= 0 and -math.huge or math.huge
  end
  normal[p] = normal[p] or even_quantile(M.normal_cdf, p)
  return normal[p]
end

function M.f_quantile(p, d1, d2)
  return M.invert(function(f) return 1 - M.f_above(f, d1, d2) end, p, 0)
end

function M.chi2_quantile(p, df)
  return M.invert(function(x) return 1 - M.chi2_above(x, df) end, p, 0)
end

return M
