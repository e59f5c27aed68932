-- bits.lua - two runs of the same spec, value by value: what reruns bit for bit, as far as both
-- keep it, and where it differs by how much.

local expand = require "expand"

local M = {}

-- NaN stands for what was not measured
local function same(a, b)
  return a == b or (a ~= a and b ~= b)
end

local function compare(list, name, a, b)
  if type(a) ~= type(b) or not same(a, b) then
    list[#list + 1] = { name = name, a = a, b = b }
  end
end

local function keys_of(a, b)
  local keys = {}
  for key in pairs(a) do
    keys[key] = true
  end
  for key in pairs(b) do
    keys[key] = true
  end
  return expand.sorted_keys(keys)
end

local function compare_protocol(list, name, a, b)
  for _, key in ipairs(keys_of(a, b)) do
    compare(list, "final/" .. name .. "/" .. key, a[key], b[key])
  end
end

-- one value an epoch
local function compare_curve(list, name, a, b)
  for epoch = 1, math.max(#a, #b) do
    compare(list, string.format("curve/%s epoch %d", name, epoch), a[epoch], b[epoch])
  end
end

-- Values of /final and /curve that differ: list of { name, a, b }. A merged file may leave curves
-- out: that is no difference.
function M.differences(a, b)
  local list = {}
  for _, name in ipairs { "last", "best_val", "best_test" } do
    compare_protocol(list, name, (a.final or {})[name] or {}, (b.final or {})[name] or {})
  end
  for _, name in ipairs(keys_of(a.curve or {}, b.curve or {})) do
    if a.curve[name] and b.curve[name] then
      compare_curve(list, name, a.curve[name], b.curve[name])
    end
  end
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
