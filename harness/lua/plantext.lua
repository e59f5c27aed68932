-- plantext.lua - a plan in words: what is to be done for each method and pair, and how long.

local budget = require "budget"
local estimate = require "estimate"
local planning = require "plan"
local tuningtext = require "tuning.text"

local M = {}

local STATES = { "done", planning.NOT_APPLICABLE, "stale", "partial", "failed", "damaged", "todo" }

local SAID = { trial = " (trials)", tuned = " (tuned)" } -- beside a method's own runs

local function group(plan)
  local rows, by_key = {}, {}
  for _, run in ipairs(plan.runs) do
    local method = planning.row_of(run) .. (SAID[run.kind] or "")
    local key = run.spec.dataset.name .. "\0" .. method .. "\0" .. run.spec.pair
    local row = by_key[key]
    if not row then
      row = { dataset = run.spec.dataset.name, method = method, pair = run.spec.pair, n = 0,
              left = 0 }
      by_key[key], rows[#rows + 1] = row, row
    end
    row.n = row.n + 1
    row[run.state] = (row[run.state] or 0) + 1
    row.left = row.left + (planning.is_finished(run) and 0 or run.estimate)
  end
  return rows
end

local function states_of(row)
  local parts = {}
  for _, state in ipairs(STATES) do
    if row[state] then
      parts[#parts + 1] = row[state] .. " " .. state
    end
  end
  return table.concat(parts, ", ")
end

local function widest(rows, key, least)
  for _, row in ipairs(rows) do
    least = math.max(least, #row[key])
  end
  return least
end

local function basis(plan)
  local measured, n = 0, 0
  for _, run in ipairs(plan.runs) do
    n = n + 1
    measured = measured + (run.measured and 1 or 0)
  end
  return string.format("estimated from finished runs for %d of %d, else at %.1f GFLOP/s a core",
                       measured, n, plan.rate / 1e9)
end

local function part_text(plan, workers, verbose)
  local lines = { string.format("sweep %s in %s: %d run%s", plan.name, plan.root, #plan.runs,
                                #plan.runs == 1 and "" or "s") }
  local function add(...)
    lines[#lines + 1] = string.format(...)
  end
  local rows = group(plan)
  local form = string.format("%%-%ds %%-%ds %%-%ds %%5s  %%8s  %%s", widest(rows, "dataset", 14),
                             widest(rows, "method", 10), widest(rows, "pair", 28))
  add(form, "data set", "method", "pair", "runs", "left", "state")
  for _, row in ipairs(rows) do
    add(form, row.dataset, row.method, row.pair, row.n, estimate.duration(row.left),
        states_of(row))
  end
  for _, run in ipairs(plan.runs) do
    if verbose or run.reason then
      add("  %-8s %s%s", run.state, run.label, run.reason and ": " .. run.reason or "")
    end
  end
  for _, list in ipairs { tuningtext.lines(plan, verbose), budget.text(plan.shared) } do
    table.move(list, 1, #list, #lines + 1, lines)
  end
  local core, wall, by_kind = planning.left(plan, workers)
  add("left: %.0f core-seconds (teachers %.0f, students %.0f), about %s with %d worker%s", core,
      by_kind.teacher, by_kind.student, estimate.duration(wall), workers,
      workers == 1 and "" or "s")
  add("(%s)", basis(plan))
  return table.concat(lines, "\n") .. "\n"
end

local function total_text(all, workers)
  local rows, whole, wide = {}, 0, 0
  for _, plan in ipairs(all.parts) do
    local core, wall = planning.left(plan, workers)
    rows[#rows + 1], whole = { plan.name, #plan.runs, core, estimate.duration(wall) }, whole + core
    wide = math.max(wide, #plan.name)
  end
  local lines = { string.format("all %d sweeps: %d runs", #rows, #all.runs) }
  for _, row in ipairs(rows) do
    lines[#lines + 1] = string.format("  %-" .. wide .. "s %5d runs, left: %.0f core-seconds "
                                      .. "(%.0f%%), about %s alone", row[1], row[2], row[3],
                                      100 * row[3] / math.max(whole, 1e-9), row[4])
  end
  local core, wall = planning.left(all, workers)
  lines[#lines + 1] = string.format("left: %.0f core-seconds, about %s with %d worker%s", core,
                                    estimate.duration(wall), workers, workers == 1 and "" or "s")
  return table.concat(lines, "\n") .. "\n"
end

-- of what M.join gives
function M.text(all, workers, verbose)
  local parts = {}
  for i, plan in ipairs(all.parts) do
    parts[i] = part_text(plan, workers, verbose)
  end
  parts[#parts + 1] = #all.parts > 1 and total_text(all, workers) or nil
  return table.concat(parts, "\n")
end

return M
