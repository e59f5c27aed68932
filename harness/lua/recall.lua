-- recall.lua - the tables of retrieval between kinds of data: recall at 1, 5 and 10 of every method
-- on every pair, with the student's sample looking for the teacher's, and the other way round.

local cells = require "cells"
local cite = require "cite"
local grid = require "grid"
local options = require "options"
local results = require "results"
local stats = require "stats"

local M = {}

M.WAYS = { "to", "from" }
local AT = { 1, 5, 10 }
local UNIT = { unit = "%" }

local function name_of(k, way)
  return string.format("recall%d_%s_teacher", k, way)
end

local function is_measured(set, way)
  for _, metric in ipairs(set.metrics) do
    if metric.name == name_of(1, way) then
      return true
    end
  end
end

-- of one direction; nil where no run has it. It is measured once, after the last epoch.
function M.view(set, group, way)
  return is_measured(set, way) and { set = set, group = group, way = way } or nil
end

local function values(view, rows, k)
  return grid.values(rows, function(row)
    return results.value(row, "last", name_of(k, view.way))
  end)
end

local function any(view, column)
  for _, method in ipairs(view.group.methods) do
    if #values(view, grid.runs(view.group, method.key, column), 1) > 0 then
      return true
    end
  end
end

-- pairs of two kinds of data
local function columns_of(view)
  local list = {}
  for _, column in ipairs(view.group.columns) do
    list[#list + 1] = any(view, column) and column or nil
  end
  return list
end

-- key of the best mean recall at 1 of a column
local function best_of(view, column)
  local best, value
  for _, method in ipairs(view.group.methods) do
    local mean = stats.mean(values(view, grid.runs(view.group, method.key, column), 1))
    if mean and (not value or mean > value) then
      best, value = method.key, mean
    end
  end
  return best
end

local function cell(view, rows, notes)
  local first = values(view, rows, 1)
  if #first == 0 then
    return cells.empty(rows, notes)
  end
  local parts = { cells.mean_text(UNIT, first, #rows) }
  for i = 2, #AT do
    parts[i] = cells.show(UNIT, stats.mean(values(view, rows, AT[i])))
  end
  return { text = table.concat(parts, " / "), note = cells.failure_note(rows, notes),
           stale = cells.any_stale(rows) }
end

local function row_of(view, method, columns, notes)
  local plain = method.name == "none"
  local row = { plain and "Student" or method.label,
                plain and "" or cite.short(options.find(view.set.catalog.methods, method.name)) }
  for _, column in ipairs(columns) do
    local here = cell(view, grid.runs(view.group, method.key, column), notes)
    here.bold = best_of(view, column) == method.key
    row[#row + 1] = here
  end
  return row
end

local function csv_of(view, columns)
  local rows = { { "method", "pair", "direction", "k", "n", "wanted", "mean", "sd",
                   "half_width_95" } }
  for _, column in ipairs(columns) do
    for _, method in ipairs(view.group.methods) do
      local runs = grid.runs(view.group, method.key, column)
      for _, k in ipairs(AT) do
        local list = values(view, runs, k)
        rows[#rows + 1] = { method.label, column.label, view.way .. "_teacher", k, #list, #runs,
                            stats.mean(list), stats.sd(list), stats.half_width(list) }
      end
    end
  end
  return rows
end

-- nil when no pair of this group is of two kinds
function M.table(view)
  local columns, notes, rows, head = columns_of(view), {}, {}, { "Method", "Reference" }
  for _, column in ipairs(columns) do
    head[#head + 1] = column.label
  end
  for _, method in ipairs(view.group.methods) do
    rows[#rows + 1] = row_of(view, method, columns, notes)
  end
  return #columns > 0 and { head = head, labels = 2, rows = rows, notes = notes,
                            csv = csv_of(view, columns) } or nil
end

return M
