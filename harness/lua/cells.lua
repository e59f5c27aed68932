-- cells.lua - what stands in a cell of a table: numbers as text; where there is none, the state of
-- the runs, with a note that says why.

local grid = require "grid"
local stats = require "stats"

local M = {}

M.POINT = 1 -- an interval of more than this many points on either side resolves nothing

-- ---- numbers ----------------------------------------------------------------------

function M.show(metric, v, sign)
  if metric.unit == "%" then
    return string.format(sign and "%+.2f" or "%.2f", v)
  end
  return string.format(sign and "%+.4f" or "%.4f", v)
end

-- mean, spread and count; of how many when some are missing
function M.mean_text(metric, list, wanted)
  local sd = stats.sd(list)
  local count = #list == wanted and tostring(#list) or #list .. " of " .. wanted
  return M.show(metric, stats.mean(list)) .. (sd and " ± " .. M.show(metric, sd) or "")
         .. " (" .. count .. ")"
end

-- is the size of a difference known to a point? Half the width of its interval says so; one value
-- never does. Metrics that are not counted in points are not judged.
local function is_unresolved(metric, half)
  return metric.unit == "%" and (not half or half > M.POINT)
end

-- " ± half" by Student's t, " [low, high]" by the bootstrap, whose sides differ; "" without
function M.interval_text(metric, found)
  if not found then
    return ""
  elseif found.by == "bootstrap" then
    return string.format(" [%s, %s]", M.show(metric, found.low, true),
                         M.show(metric, found.high, true))
  end
  return " ± " .. M.show(metric, found.half)
end

-- A difference of n seeds: mean and its interval, of interval.lua or half its width; nil for one
-- seed. Bold: all of the interval is better than 0, by better(a, b); down: all of it is worse. The
-- verdict is helps or hurts then; else neither, or unresolved.
function M.difference(metric, mean, found, n, better)
  if type(found) == "number" then
    found = { low = mean - found, high = mean + found, half = found, by = "t" }
  end
  local half = found and found.half
  local unresolved = is_unresolved(metric, half)
  local clear = found and (found.low > 0 or found.high < 0)
  local up, down = clear and better(mean, 0), clear and better(0, mean)
  local text = M.show(metric, mean, true) .. M.interval_text(metric, found) .. " (" .. n .. ")"
               .. (unresolved and " unresolved" or "")
  return { text = text, mean = mean, half = half, low = found and found.low,
           high = found and found.high, n = n, bold = up, down = down, unresolved = unresolved,
           verdict = up and "helps" or down and "hurts" or half and not unresolved and "neither"
                     or "unresolved" }
end

-- ---- reasons ----------------------------------------------------------------------

-- the number of a note in `notes`, which it joins when it is new
function M.note_number(notes, text)
  for i, note in ipairs(notes) do
    if note == text then
      return i
    end
  end
  notes[#notes + 1] = text
  return #notes
end

-- "not applicable: no taps", of the first run that left no result; nil when none failed
function M.reason(rows)
  local state, row = grid.failure(rows)
  return state and (row.reason and state .. ": " .. row.reason or state), state
end

-- number of the note that says why a run of these left no result; nil when none failed
function M.failure_note(rows, notes)
  local reason = M.reason(rows)
  return reason and M.note_number(notes, reason)
end

-- a cell without a value
function M.empty(rows, notes)
  local _, state = M.reason(rows)
  return { text = state or "not run", note = M.failure_note(rows, notes) }
end

function M.any_stale(rows)
  for _, row in ipairs(rows) do
    if row.stale then
      return true
    end
  end
end

return M
