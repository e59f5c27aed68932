-- pick.lua - which runs of a folder are verified: those that a pattern names, or a sample that
-- depends on nothing but its seed and the runs themselves.

local kd = require "kd"
local only = require "only"

local M = {}

-- runs that left a result, or were found not to be applicable, or whose file is no good
local function matching(rows, pattern)
  local list = {}
  for _, row in ipairs(rows) do
    local named = pattern and only.any({ runs = { row }, teachers = {} }, pattern)
    local student = not pattern and row.kind == "student" and row.state == "done"
    list[#list + 1] = row.state ~= "not run" and (named or student) and row or nil
  end
  return list
end

-- the first n in an order that the seed gives
local function sample(list, n, seed)
  local at = {}
  for _, row in ipairs(list) do
    at[row] = kd.sha256(seed .. " " .. row.hash)
  end
  table.sort(list, function(a, b) return at[a] < at[b] end)
  return table.move(list, 1, math.min(n, #list), 1, {})
end

local function by_label(a, b)
  return a.label < b.label or a.label == b.label and a.hash < b.hash
end

-- Rows, in order of their labels. how: pattern (nil: any student that is done), sample (nil: all),
-- seed; nil and a message where nothing is left.
function M.rows(rows, how)
  local list = matching(rows, how.pattern)
  if #list == 0 and how.pattern then
    return nil, string.format("--cell %s names no run; they are named like %s", how.pattern,
                              rows[1].label)
  elseif #list == 0 then
    return nil, "there is no finished student to verify"
  end
  list = how.sample and sample(list, how.sample, how.seed) or list
  table.sort(list, by_label)
  return list
end

return M
