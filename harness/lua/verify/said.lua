-- said.lua - what `kdbench verify` prints: the two machines, a line or more a run; or JSON.

local bits = require "verify.bits"
local json = require "json"
local kd = require "kd"
local machine = require "verify.machine"
local verify = require "verify.verify"

local M = {}

local MOST = 5 -- values shown of a run

local function stored_on(rows)
  local lines = {}
  for _, one in ipairs(machine.list(rows)) do
    lines[#lines + 1] = string.format("  stored: %d run%s on %s\n", one.runs,
                                      one.runs == 1 and "" or "s", one.text)
  end
  return table.concat(lines)
end

local function values_text(list)
  local lines = {}
  for i = 1, math.min(#list, MOST) do
    lines[i] = "  " .. bits.text(list[i]) .. "\n"
  end
  if #list > MOST then
    lines[#lines + 1] = string.format("  and %d other values\n", #list - MOST)
  end
  return table.concat(lines)
end

local function name_of(row)
  return row.label .. "-" .. row.hash:sub(1, 12)
end

local function run_text(one)
  local lines = { string.format("%s: %s%s\n", one.verdict, name_of(one.row),
                                one.why and ": " .. one.why or "") }
  if one.verdict ~= verify.SAME and one.excuse then
    lines[#lines + 1] = "  bits need not be the same: " .. one.excuse .. "\n"
  end
  if one.verdict == verify.DIFFERENT then
    lines[#lines + 1] = values_text(one.values or {})
  end
  return table.concat(lines)
end

function M.text(all, folder, rows)
  local lines = { folder, "\n", stored_on(rows), "  now: ", machine.text(kd.environment() or {}),
                  "\n" }
  for _, one in ipairs(all.list) do
    lines[#lines + 1] = run_text(one)
  end
  return table.concat(lines)
end

local function run_json(one)
  local values = json.list {}
  for i, value in ipairs(one.values or {}) do
    values[i] = bits.text(value)
  end
  return { run = name_of(one.row), hash = one.row.hash, verdict = one.verdict, why = one.why,
           excuse = one.excuse, difference = one.difference, tolerance = one.tolerance,
           values = values }
end

function M.json(all)
  local list = json.list {}
  for i, one in ipairs(all.list) do
    list[i] = run_json(one)
  end
  local agrees = verify.agrees(all)
  return json.encode { runs = list, agrees = agrees,
                       scratch = not (all.own and agrees) and all.scratch or nil } .. "\n"
end

return M
