-- draw.lua - the values of a trial. Each is a function of the search's name, the trial's number and
-- the option alone: no state, so that trials are the same in any order, and the first n of more
-- trials are the n that there were.

local kd = require "kd"
local json = require "json"

local M = {}

local DIGITS = 13 -- of SHA-256 in hexadecimal: 52 bits

-- from 0 to 1, without 1
function M.chance(...)
  local digits = kd.sha256(json.encode { ... }):sub(1, DIGITS)
  return tonumber(digits, 16) / 16.0 ^ DIGITS
end

-- what a person can read and write again
local function rounded(v)
  return tonumber(string.format("%.4g", v)) + 0.0
end

local function between(d, v)
  return math.max(d.low, math.min(d.high, v))
end

local function odds(share)
  return share / (1 - share)
end

local scales = {}

function scales.log(d, u)
  return d.low * (d.high / d.low) ^ u
end

function scales.linear(d, u)
  return d.low + (d.high - d.low) * u
end

function scales.odds(d, u)
  local v = odds(d.low) * (odds(d.high) / odds(d.low)) ^ u
  return v / (1 + v)
end

-- a whole number stands for all that is rounded down to it
local function whole(d, u)
  local wider = { low = d.low, high = d.high + 1 }
  return math.tointeger(between(d, math.floor(scales[d.scale](wider, u))))
end

-- the value of dimension d at u from 0 to 1
function M.value(d, u)
  if d.scale == "choice" then
    return d.choice[math.floor(u * #d.choice) + 1]
  elseif d.type == "int" then
    return whole(d, u)
  end
  return between(d, rounded(scales[d.scale](d, u)))
end

-- values by dimension of trial `number`; name: list of what tells this search from others
function M.trial(dimensions, name, number)
  local values = {}
  for i, d in ipairs(dimensions) do
    local parts = table.move(name, 1, #name, 1, {})
    parts[#parts + 1], parts[#parts + 2], parts[#parts + 3] = d.of, d.key, number
    values[i] = M.value(d, M.chance(table.unpack(parts)))
  end
  return values
end

return M
