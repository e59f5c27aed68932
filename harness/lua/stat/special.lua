-- special.lua - the special functions that distributions are made of, to about 14 digits.

local M = {}

-- Lanczos' approximation with g = 7, good to 15 digits for x > 0
local LANCZOS = { 0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
                  -176.61502916214059, 12.507343278686905, -0.13857109526572012,
                  9.9843695780195716e-6, 1.5056327351493116e-7 }

function M.log_gamma(x)
  local sum, t = LANCZOS[1], x + 6.5
  for i = 2, #LANCZOS do
    sum = sum + LANCZOS[i] / (x + i - 2)
  end
  return 0.5 * math.log(2 * math.pi) + (x - 0.5) * math.log(t) - t + math.log(sum)
end

-- ---- incomplete beta -------------------------------------------------------------

local function nonzero(v)
  return math.abs(v) < 1e-300 and 1e-300 or v
end

-- one step of Lentz's method for a continued fraction with numerator a and denominator b
local function lentz(value, c, d, a, b)
  d = 1 / nonzero(b + a * d)
  c = nonzero(b + a / c)
  return value * c * d, c, d
end

local function beta_fraction(x, a, b)
  local c, d = 1, 1 / nonzero(1 - (a + b) * x / (a + 1))
  local value = d
  for m = 1, 2000 do
    local even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    local odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    value, c, d = lentz(value, c, d, even, 1)
    value, c, d = lentz(value, c, d, odd, 1)
    if math.abs(c * d - 1) < 1e-16 then
      break
    end
  end
  return value
end

-- regularised incomplete beta function I_x(a, b)
function M.incomplete_beta(x, a, b)
  if x <= 0 or x >= 1 then
    return x <= 0 and 0 or 1
  end
  local front = math.exp(M.log_gamma(a + b) - M.log_gamma(a) - M.log_gamma(b) + a * math.log(x)
                         + b * math.log(1 - x))
  if x < (a + 1) / (a + b + 2) then
    return front * beta_fraction(x, a, b) / a
  end
  return 1 - front * beta_fraction(1 - x, b, a) / b
end

-- ---- incomplete gamma ------------------------------------------------------------

local function gamma_series(x, a)
  local term, sum = 1 / a, 1 / a
  for k = 1, 10000 do
    term = term * x / (a + k)
    sum = sum + term
    if term < sum * 1e-17 then
      break
    end
  end
  return sum
end

local function gamma_fraction(x, a)
  local b = x + 1 - a
  local c, d = 1e300, 1 / nonzero(b)
  local value = d
  for k = 1, 10000 do
    value, c, d = lentz(value, c, d, k * (a - k), b + 2 * k)
    if math.abs(c * d - 1) < 1e-16 then
      break
    end
  end
  return value
end

-- 1 - the regularised incomplete gamma function: Q(a, x)
function M.upper_gamma(x, a)
  if x <= 0 then
    return 1
  end
  local front = math.exp(a * math.log(x) - x - M.log_gamma(a))
  return x < a + 1 and 1 - front * gamma_series(x, a) or front * gamma_fraction(x, a)
end

-- ---- the normal's tail -----------------------------------------------------------

-- chance of a standard normal above x >= 0: by the series around 0, else by the continued fraction
-- of Mills' ratio, from its far end inwards
local function normal_tail(x)
  local density = math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
  if x < 2 then
    local term, sum, k = x, x, 1
    while term > 1e-17 * sum do
      k = k + 2
      term = term * x * x / k
      sum = sum + term
    end
    return 0.5 - density * sum
  end
  local value = x
  for k = math.ceil(30 + 240 / (x * x)), 1, -1 do
    value = x + k / value
  end
  return density / value
end

function M.normal_cdf(x)
  return x > 0 and 1 - normal_tail(x) or normal_tail(-x)
end

return M
