-- rank.lua - Kendall's tau-b between kdbench's order of methods and a published one, its interval
-- by bootstrap over seeds, kdbench's blocks and published columns, and what chance alone would do.

local bootstrap = require "stat.bootstrap"
local ranks = require "stat.ranks"
local stream = require "stat.stream"

local M = {}

M.WIDEST = 1 -- an interval of tau wider than this says nothing, wherever it lies

local function pick(s, list)
  local drawn = {}
  for i = 1, #list do
    drawn[i] = list[s.below(#list) + 1]
  end
  return drawn
end

local function same(_, list)
  return list
end

-- mean gain of each method over blocks and seeds, which `draw` chooses, the same for all methods
local function own_gains(s, common, draw)
  local means, blocks = {}, draw(s, common.blocks)
  for i = 1, #common.methods do
    means[i] = 0
  end
  for _, block in ipairs(blocks) do
    local seeds = draw(s, block.seeds)
    for i, name in ipairs(common.methods) do
      for _, seed in ipairs(seeds) do
        means[i] = means[i] + block.gains[name][seed] / #seeds / #blocks
      end
    end
  end
  return means
end

local function published_gains(s, common, draw)
  local means, columns = {}, draw(s, common.columns)
  for i, name in ipairs(common.methods) do
    means[i] = 0
    for _, column in ipairs(columns) do
      means[i] = means[i] + column.gain[name] / #columns
    end
  end
  return means
end

-- gains without a last digit that only the order of summing made
local function rounded(list)
  local out = {}
  for i, v in ipairs(list) do
    out[i] = math.floor(v * 1e6 + 0.5)
  end
  return out
end

local function tau_of(s, common, draw)
  return ranks.kendall(rounded(own_gains(s, common, draw)),
                       rounded(published_gains(s, common, draw)))
end

-- ---- chance ----------------------------------------------------------------------

-- of the n! orders of n methods, the share that has each number of pairs the other way round
local function inversions(n)
  local share = { [0] = 1.0 }
  for k = 2, n do
    local wider, most = {}, k * (k - 1) // 2
    for i = 0, most do
      local sum = 0
      for j = math.max(0, i - k + 1), i do
        sum = sum + (share[j] or 0)
      end
      wider[i] = sum / k
    end
    share = wider
  end
  return share
end

-- chance that two unrelated orders of n methods have a tau as far from 0 (as if there were no ties)
function M.chance(tau, n)
  local pairs_all, p = n * (n - 1) // 2, 0
  for turned, share in pairs(inversions(n)) do
    if math.abs(1 - 2 * turned / pairs_all) >= math.abs(tau) - 1e-9 then
      p = p + share
    end
  end
  return math.min(1, p)
end

-- ---- what can be said ------------------------------------------------------------

M.LEVEL = 0.05

-- a side with one block has no spread between blocks
local function can_resolve(common, found)
  return found.low and #common.blocks > 1 and #common.columns > 1
         and found.high - found.low <= M.WIDEST and (found.low > 0 or found.high < 0)
         and found.p <= M.LEVEL
end

local function verdict(common, found)
  return not can_resolve(common, found) and "cannot resolve"
         or found.tau > 0 and "agrees" or "opposed"
end

-- common: orders.common's; name: of the stream of draws. { tau, low, high, p (by chance), verdict,
-- own, published (mean gains, in the order of common.methods) }
function M.agreement(common, name)
  local s, draws = stream.new("rank agreement " .. name), {}
  for _ = 1, bootstrap.RESAMPLES do
    draws[#draws + 1] = tau_of(s, common, pick) -- nothing where all methods draw equal gains
  end
  local out = { tau = tau_of(s, common, same), own = own_gains(s, common, same),
                published = published_gains(s, common, same) }
  if out.tau and #draws > bootstrap.RESAMPLES / 2 then
    out.low, out.high = bootstrap.percentiles(draws)
  end
  out.p = out.tau and M.chance(out.tau, #common.methods)
  out.verdict = verdict(common, out)
  return out
end

return M
