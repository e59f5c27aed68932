-- quadrature.lua - integrals of smooth functions: Gauss' and Legendre's rule of 16 points, in
-- panels.

local M = {}

local POINTS = 16

-- Legendre's polynomial of degree n at x, and its derivative
local function legendre(n, x)
  local before, here = 1, x
  for k = 2, n do
    before, here = here, ((2 * k - 1) * x * here - (k - 1) * before) / k
  end
  return here, n * (x * here - before) / (x * x - 1)
end

-- places in [-1, 1] and their weights; the roots by Newton's method
local function rule(n)
  local list = {}
  for i = 1, n do
    local x = math.cos(math.pi * (i - 0.25) / (n + 0.5))
    for _ = 1, 50 do
      local value, slope = legendre(n, x)
      x = x - value / slope
    end
    local _, slope = legendre(n, x)
    list[i] = { x, 2 / ((1 - x * x) * slope * slope) }
  end
  return list
end

local RULE = rule(POINTS)

-- the integral of f from a to b in that many panels; f may give two values, summed each
function M.integral(f, a, b, panels)
  local half, one, two = (b - a) / panels / 2, 0, 0
  for i = 1, panels do
    local middle = a + (2 * i - 1) * half
    for _, point in ipairs(RULE) do
      local v, w = f(middle + half * point[1])
      one, two = one + point[2] * v, two + point[2] * (w or 0)
    end
  end
  return one * half, two * half
end

return M
