-- bits.lua - two runs of the same spec, value by value: what reruns bit for bit, as far as both
-- keep it, and where it differs by how much.

local expand = require "expand"

local M = {}

-- NaN stands for what was not measured
local function same(a, b)
  return a == b or (a ~= a and b ~= b)
end

local compare

local function compare_tables(list, name, a, b)
  local keys = {}
  for key in pairs(a) do
    keys[key] = true
  end
  for key in pairs(b) do
    keys[key] = true
  end
  for _, key in ipairs(expand.sorted_keys(keys)) do
    local inner = math.type(key) and name .. " epoch " .. key or name .. "/" .. key
    compare(list, inner, a[key], b[key])
  end
end

function compare(list, name, a, b)
  if type(a) == "table" and type(b) == "table" then
    compare_tables(list, name, a, b)
  elseif type(a) ~= type(b) or not same(a, b) then
    list[#list + 1] = { name = name, a = a, b = b }
  end
end

-- a merged file may leave out a group, or keep of a curve what tables need: that is no difference
local function curves(a, b)
  local one, two = {}, {}
  for name, values in pairs(a or {}) do
    if (b or {})[name] ~= nil then
      one[name], two[name] = values, b[name]
    end
  end
  return one, two
end

local function protocols(final)
  local kept = {}
  for _, name in ipairs { "last", "best_val", "best_test" } do
    kept[name] = (final or {})[name]
  end
  return kept
end

-- Values of /final and /curve that differ: list of { name, a, b }, in order of name.
function M.differences(a, b)
  local list = {}
  compare(list, "final", protocols(a.final), protocols(b.final))
  compare(list, "curve", curves(a.curve, b.curve))
  return list
end

-- Do two finished runs have the same bits, weights and predictions included? And where not, which
-- values differ.
function M.same(a, b)
  local list = M.differences(a, b)
  return #list == 0 and a.content ~= nil and a.content == b.content, list
end

local function shown(v)
  return type(v) == "number" and string.format("%.17g", v) or v == nil and "nothing" or tostring(v)
end

-- "final/last/test_top1: 83.5, 84 (by 0.5)"
function M.text(difference)
  local a, b = difference.a, difference.b
  local by = type(a) == "number" and type(b) == "number"
             and string.format(" (by %.3g)", b - a) or ""
  return string.format("%s: %s, %s%s", difference.name, shown(a), shown(b), by)
end

return M
