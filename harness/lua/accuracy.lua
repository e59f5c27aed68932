-- accuracy.lua - the tables of results: the metric of every method on every pair, its difference to
-- the plain student and to kd seed by seed, the share of the gap to the teacher that it closes.

local cells = require "cells"
local cite = require "cite"
local grid = require "grid"
local options = require "options"
local results = require "results"
local stats = require "stats"

local M = {}

local PLAIN = "none"
M.PLAIN = PLAIN

-- ---- what every table needs ----------------------------------------------------------

-- how: protocol, metric, groups (all of the track). Numbers of one group of runs.
function M.view(set, group, how)
  local view = { set = set, group = group, groups = how.groups or { group }, metric = how.metric,
                 protocol = how.protocol }
  function view.value(row)
    return results.value(row, how.protocol, how.metric.name)
  end
  function view.values(method_key, column)
    return grid.values(grid.runs(group, method_key, column), view.value)
  end
  function view.better(a, b)
    return how.metric.higher_better and a > b or not how.metric.higher_better and a < b
  end
  for _, method in ipairs(group.methods) do
    view.plain = view.plain or method.name == PLAIN and method.key or nil
  end
  return view
end

local function head(group)
  local list = { "Method", "Reference" }
  for _, column in ipairs(group.columns) do
    list[#list + 1] = column.label
  end
  return list
end

local function reference(set, name)
  return cite.short(options.find(set.catalog.methods, name))
end

-- every row but the teacher's and the plain student's
local function distilled(group)
  local list = {}
  for _, method in ipairs(group.methods) do
    list[#list + 1] = method.name ~= PLAIN and method or nil
  end
  return list
end

-- ---- the metric ------------------------------------------------------------------------

-- key of the best mean of a column, students only
local function best_of(view, column)
  local best, value
  for _, method in ipairs(view.group.methods) do
    local mean = stats.mean((view.values(method.key, column)))
    if mean and (not value or view.better(mean, value)) then
      best, value = method.key, mean
    end
  end
  return best
end

-- of a cell that was taught in another way than its column
local function taught_note(rows, notes)
  local pair = rows[1].taught_as
  return pair and cells.note_number(notes, "taught as " .. pair)
end

local function cell(view, rows, notes)
  local list = grid.values(rows, view.value)
  if #list == 0 then
    return cells.empty(rows, notes)
  end
  local note = cells.failure_note(rows, notes) or taught_note(rows, notes)
  return { text = cells.mean_text(view.metric, list, #rows), note = note,
           stale = cells.any_stale(rows), mean = stats.mean(list) }
end

local function teacher_row(view, notes)
  local row = { "Teacher", "" }
  for _, column in ipairs(view.group.columns) do
    local runs = grid.teacher_runs(view.set, column)
    row[#row + 1] = #runs > 0 and cell(view, runs, notes) or "none"
  end
  return row
end

local function method_row(view, method, label, notes)
  local row = { label, method.name ~= PLAIN and reference(view.set, method.name) or "" }
  for _, column in ipairs(view.group.columns) do
    local here = cell(view, grid.runs(view.group, method.key, column), notes)
    local plain = view.plain and stats.mean((view.values(view.plain, column)))
    here.bold = here.mean and best_of(view, column) == method.key
    here.down = here.mean and plain and view.better(plain, here.mean)
    row[#row + 1] = here
  end
  return row
end

local function metric_csv(view)
  local rows = { { "method", "pair", "metric", "protocol", "n", "wanted", "mean", "sd",
                   "half_width_95", "low_95", "high_95", "note" } }
  local function add(label, column, runs)
    local list = grid.values(runs, view.value)
    local found = stats.interval(list) or {}
    rows[#rows + 1] = { label, column.label, view.metric.name, view.protocol, #list, #runs,
                        stats.mean(list), stats.sd(list), found.half, found.low, found.high,
                        cells.reason(runs) or #list == 0 and "not run" or nil }
  end
  for _, column in ipairs(view.group.columns) do
    add("teacher", column, grid.teacher_runs(view.set, column))
    for _, method in ipairs(view.group.methods) do
      add(method.label, column, grid.runs(view.group, method.key, column))
    end
  end
  return rows
end

function M.metric_table(view)
  local notes, rows = {}, {}
  rows[1] = teacher_row(view, notes)
  rows[2] = view.plain and method_row(view, { name = PLAIN, key = view.plain }, "Student", notes)
  if not rows[2] then
    rows[2] = { "Student", "" }
    for _ = 1, #view.group.columns do
      table.insert(rows[2], "not run")
    end
  end
  rows[2].rule = true
  for _, method in ipairs(distilled(view.group)) do
    rows[#rows + 1] = method_row(view, method, method.label, notes)
  end
  return { head = head(view.group), labels = 2, rows = rows, notes = notes,
           csv = metric_csv(view) }
end

-- ---- differences seed by seed ------------------------------------------------------------

local function difference_cell(view, method, base, column, notes)
  local rows, others = grid.runs(view.group, method.key, column), grid.runs(view.group, base, column)
  local _, a = view.values(method.key, column)
  local _, b = view.values(base, column)
  local mean, _, n, found = stats.paired(a, b)
  if not mean then
    return cells.empty(grid.failure(rows) and rows or others, notes)
  end
  local cell = cells.difference(view.metric, mean, found, n, view.better)
  cell.stale = cells.any_stale(rows) or cells.any_stale(others)
  return cell
end

-- the first variant of a method, or nil
function M.base(view, name)
  for _, method in ipairs(view.group.methods) do
    if method.name == name then
      return method
    end
  end
end

-- nil when the group has no runs of `base`
function M.difference_table(view, base)
  local key = M.base(view, base) and M.base(view, base).key
  if not key then
    return nil
  end
  local rows, notes = {}, {}
  local csv = { { "method", "pair", "metric", "protocol", "minus", "n", "difference",
                  "half_width_95", "low_95", "high_95", "verdict" } }
  for _, method in ipairs(view.group.methods) do
    local row = { method.name == PLAIN and "Student" or method.label,
                  method.name ~= PLAIN and reference(view.set, method.name) or "" }
    for _, column in ipairs(method.key ~= key and view.group.columns or {}) do
      local here = difference_cell(view, method, key, column, notes)
      row[#row + 1] = here
      csv[#csv + 1] = { method.label, column.label, view.metric.name, view.protocol, base,
                        here.n or 0, here.mean, here.half, here.low, here.high,
                        here.verdict or here.note and notes[here.note] or here.text }
    end
    rows[#rows + 1] = method.key ~= key and row or nil
  end
  return #rows > 0 and { head = head(view.group), labels = 2, rows = rows, notes = notes,
                         csv = csv } or nil
end

-- ---- the gap to the teacher -----------------------------------------------------------------

-- plain student's mean and the teacher's distance from it; nil where that could be nothing
local function gap_of(view, column)
  local plain = view.plain and (view.values(view.plain, column)) or {}
  local teacher = grid.values(grid.teacher_runs(view.set, column), view.value)
  local half = stats.half_width(plain)
  if not half or #teacher == 0 then
    return nil
  end
  local gap = stats.mean(teacher) - stats.mean(plain)
  return math.abs(gap) > half and gap or nil, stats.mean(plain)
end

-- percentage of the way from the plain student to the teacher; nil where that could be nothing
function M.gap_share(view, method_key, column)
  local gap, plain = gap_of(view, column)
  local mean = stats.mean((view.values(method_key, column)))
  return gap and mean and 100 * (mean - plain) / gap or nil
end

-- that share; a method without any result says why
local function gap_cell(view, method, column, notes)
  local mean = stats.mean((view.values(method.key, column)))
  local share = M.gap_share(view, method.key, column)
  if share then
    return string.format("%d", math.floor(share + 0.5)), share
  end
  local rows = grid.runs(view.group, method.key, column)
  return not mean and grid.failure(rows) and cells.empty(rows, notes) or "",
         nil, not mean and cells.reason(rows) or nil
end

function M.gap_table(view)
  local rows, notes = {}, {}
  local csv = { { "method", "pair", "protocol", "gap_recovered_percent", "note" } }
  for _, method in ipairs(distilled(view.group)) do
    local row = { method.label, reference(view.set, method.name) }
    for _, column in ipairs(view.group.columns) do
      local cell, share, why = gap_cell(view, method, column, notes)
      row[#row + 1] = cell
      csv[#csv + 1] = { method.label, column.label, view.protocol, share, why }
    end
    rows[#rows + 1] = row
  end
  return #rows > 0 and view.plain and { head = head(view.group), labels = 2, rows = rows,
                                        notes = notes, csv = csv } or nil
end

return M
