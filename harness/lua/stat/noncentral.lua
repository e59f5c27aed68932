-- noncentral.lua - noncentral Student's t: where t tests have their power and effect sizes their
-- intervals.

local distributions = require "stat.distributions"
local quadrature = require "stat.quadrature"
local special = require "stat.special"

local M = {}

local FAR = 8.5 -- standard deviations of a normal beyond which nothing is left
local WIDE = 7 -- how far from the root of its degrees of freedom chi has nothing left

-- density of chi with df degrees of freedom at x > 0
local function chi_density(df)
  local front = (1 - df / 2) * math.log(2) - special.log_gamma(df / 2)
  return function(x)
    return math.exp(front + (df - 1) * math.log(x) - 0.5 * x * x)
  end
end

-- ends of the panels: all of chi's mass, cut where Phi(t x / sqrt(df) - shift) turns
local function panels_of(t, df, shift)
  local low, high = math.max(0, math.sqrt(df) - WIDE), math.sqrt(df) + WIDE
  local ends, width = { low }, math.sqrt(df) / math.max(math.abs(t), 1e-12)
  for _, far in ipairs { -FAR, -FAR / 3, 0, FAR / 3, FAR } do
    local x = (shift + far) * math.sqrt(df) / (t ~= 0 and t or 1e-12)
    ends[#ends + 1] = width < FAR and x > low and x < high and x or nil
  end
  ends[#ends + 1] = high
  table.sort(ends)
  return ends
end

-- Chance that (z + shift) / sqrt(chi2 / df) is below t, and its derivative by shift:
-- the integral over x of chi's density times Phi(t x / sqrt(df) - shift)
function M.cdf(t, df, shift)
  local density, ends = chi_density(df), panels_of(t, df, shift)
  local function inner(x)
    local z, f = t * x / math.sqrt(df) - shift, density(x)
    return f * special.normal_cdf(z), -f * math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
  end
  local chance, slope = 0, 0
  for i = 2, #ends do
    local panels = math.ceil((ends[i] - ends[i - 1]) / 2.5)
    local c, s = quadrature.integral(inner, ends[i - 1], ends[i], math.max(panels, 1))
    chance, slope = chance + c, slope + s
  end
  return chance, slope
end

-- The shift for which the chance below t is p: Newton's method, kept within a bracket
function M.shift(t, df, p)
  local guess = t - distributions.normal_quantile(p) * math.sqrt(1 + t * t / (2 * df))
  local low, high = -math.huge, math.huge -- the chance falls as the shift grows
  for _ = 1, 100 do
    local chance, slope = M.cdf(t, df, guess)
    if chance > p then
      low = guess
    else
      high = guess
    end
    local new = guess - (chance - p) / slope
    if not (new > low and new < high) then
      new = low == -math.huge and high - 1 - math.abs(high) or high == math.huge
            and low + 1 + math.abs(low) or (low + high) / 2
    end
    if math.abs(new - guess) <= 1e-9 * (1 + math.abs(new)) then
      return new
    end
    guess = new
  end
  return guess
end

return M
