-- stages.lua - a sweep that tunes is carried out twice: first all that can be planned at once, its
-- trials among it; then, with the settings that these chose, the runs that are reported.

local kd = require "kd"
local only = require "only"
local schedule = require "schedule"
local settle = require "tuning.settle"
local spec = require "spec"
local sweepfile = require "sweepfile"

local M = {}

-- what finished trials chose so far, for each of a list of { sweep, root }. failed: a trial that
-- failed is over
function M.settle(list, failed)
  for _, one in ipairs(list) do
    if one.sweep.tune then
      one.sweep.outcomes = settle.settle(one.sweep, one.root, failed)
    end
  end
end

local function hashes(list)
  local set = {}
  for _, one in ipairs(list) do
    for _, run in ipairs(only.students(one.sweep)) do
      set[run.hash] = true
    end
  end
  return set
end

-- settles again after the trials: number of runs that there are now and were not, or nil and a
-- message
local function more(list, how)
  local before, n = hashes(list), 0
  M.settle(list, true)
  for _, one in ipairs(list) do
    local ok, err = true, nil
    if one.sweep.tune then
      ok, err = sweepfile.save(one.sweep, one.root)
    end
    if not ok then
      return nil, err
    end
  end
  for hash in pairs(hashes(list)) do
    n = n + (before[hash] and 0 or 1)
  end
  if n > 0 and not how.quiet then
    io.stderr:write(string.format("kdbench: settings are chosen: %d run%s with them\n", n,
                                  n == 1 and "" or "s"))
  end
  return n
end

-- what is left of the budget, for runs with chosen settings alone
local function second(how, began)
  local left = how.budget and math.max(0, how.budget - (kd.now() - began))
  return spec.merged(how, { kind = "tuned", budget = left or nil })
end

-- carry_out(how) gives an exit code, or nil and a message; so does this
function M.run(list, how, carry_out)
  local began = kd.now()
  how = spec.merged(how, { cpus = schedule.processors(how.jobs) })
  local code, err = carry_out(how)
  if code ~= 0 and code ~= 1 then
    return code, err
  end
  local n
  n, err = more(list, how)
  if not n then
    return nil, err
  elseif n == 0 then
    return code
  end
  local last
  last, err = carry_out(second(how, began))
  return last and math.max(code, last), err
end

return M
