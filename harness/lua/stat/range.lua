-- range.lua - the studentized range of k means at infinite degrees of freedom: the distribution of
-- largest less smallest of k standard normals. Computed, not looked up.

local distributions = require "stat.distributions"
local quadrature = require "stat.quadrature"

local M = {}

-- k * integral of phi(z) * (Phi(z) - Phi(z - q))^(k - 1): z is the largest
function M.cdf(q, k)
  if q <= 0 then
    return 0
  end
  local function inner(z)
    local below = distributions.normal_cdf(z) - distributions.normal_cdf(z - q)
    return math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi) * below ^ (k - 1)
  end
  return k * quadrature.integral(inner, -9, 9, 18)
end

local known = {}

function M.quantile(p, k)
  local key = p .. " " .. k
  known[key] = known[key] or distributions.invert(function(q) return M.cdf(q, k) end, p, 0)
  return known[key]
end

return M
