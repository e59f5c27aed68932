-- stats.lua - means, spreads and Student's t intervals of few numbers.

local M = {}

function M.mean(list)
  local sum = 0
  for _, x in ipairs(list) do
    sum = sum + x
  end
  return #list > 0 and sum / #list or nil
end

-- sample standard deviation; nil below two values
function M.sd(list)
  if #list < 2 then
    return nil
  end
  local mean, sum = M.mean(list), 0
  for _, x in ipairs(list) do
    sum = sum + (x - mean) ^ 2
  end
  return math.sqrt(sum / (#list - 1))
end

-- ---- Student's t ---------------------------------------------------------------

-- Lanczos' approximation with g = 7, good to 15 digits for x > 0
local LANCZOS = { 0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
                  -176.61502916214059, 12.507343278686905, -0.13857109526572012,
                  9.9843695780195716e-6, 1.5056327351493116e-7 }

local function log_gamma(x)
  local sum, t = LANCZOS[1], x + 6.5
  for i = 2, #LANCZOS do
    sum = sum + LANCZOS[i] / (x + i - 2)
  end
  return 0.5 * math.log(2 * math.pi) + (x - 0.5) * math.log(t) - t + math.log(sum)
end

-- continued fraction of the incomplete beta function, by Lentz's method
local function beta_fraction(x, a, b)
  local tiny = 1e-300
  local function nonzero(v)
    return math.abs(v) < tiny and tiny or v
  end
  local c, d = 1, 1 / nonzero(1 - (a + b) * x / (a + 1))
  local value = d
  for m = 1, 500 do
    local even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    local odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    for _, term in ipairs { even, odd } do
      d = 1 / nonzero(1 + term * d)
      c = nonzero(1 + term / c)
      value = value * c * d
    end
    if math.abs(c * d - 1) < 1e-16 then
      break
    end
  end
  return value
end

-- regularised incomplete beta function I_x(a, b)
local function incomplete_beta(x, a, b)
  if x <= 0 or x >= 1 then
    return x <= 0 and 0 or 1
  end
  local front = math.exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * math.log(x)
                         + b * math.log(1 - x))
  if x < (a + 1) / (a + b + 2) then
    return front * beta_fraction(x, a, b) / a
  end
  return 1 - front * beta_fraction(1 - x, b, a) / b
end

-- chance that Student's t with df degrees of freedom is below t
function M.t_cdf(t, df)
  local tail = 0.5 * incomplete_beta(df / (df + t * t), df / 2, 0.5)
  return t > 0 and 1 - tail or tail
end

-- the t with that chance below it, 0.5 <= p < 1
function M.t_quantile(p, df)
  local low, high = 0, 1
  while M.t_cdf(high, df) < p do
    high = high * 2
  end
  for _ = 1, 200 do
    local middle = (low + high) / 2
    if M.t_cdf(middle, df) < p then
      low = middle
    else
      high = middle
    end
  end
  return (low + high) / 2
end

-- half the width of the interval that holds the mean with that confidence; nil below two values
function M.half_width(list, confidence)
  local sd = M.sd(list)
  return sd and M.t_quantile(0.5 + (confidence or 0.95) / 2, #list - 1) * sd / math.sqrt(#list)
end

-- a and b: values by seed. Mean difference a - b over the seeds that both have, half width of its
-- interval (nil below two), and how many seeds.
function M.paired(a, b, confidence)
  local seeds, list = {}, {}
  for seed in pairs(a) do
    if b[seed] then
      seeds[#seeds + 1] = seed
    end
  end
  table.sort(seeds)
  for i, seed in ipairs(seeds) do
    list[i] = a[seed] - b[seed]
  end
  return M.mean(list), M.half_width(list, confidence), #list
end

return M
