-- intervals.lua - the table of means with their intervals, method by method and pair by pair.

local accuracy = require "accuracy"
local captions = require "captions"
local cells = require "cells"
local grid = require "grid"
local stats = require "stats"
local words = require "stat.words"

local M = {}

local function cell_of(view, runs, notes)
  local list = grid.values(runs, view.value)
  if #list == 0 then
    return cells.empty(runs, notes)
  end
  local found = stats.interval(list)
  local show = function(v) return cells.show(view.metric, v) end
  local ends = found and string.format(" [%s, %s]", show(found.low), show(found.high)) or ""
  return { text = string.format("%s%s (%d)", show(stats.mean(list)), ends, #list),
           stale = cells.any_stale(runs), note = cells.failure_note(runs, notes) }
end

function M.table(view)
  local head, rows, notes = { "Method" }, {}, {}
  local csv = { { "method", "pair", "metric", "protocol", "n", "mean", "sd", "low_95", "high_95",
                  "by" } }
  for _, column in ipairs(view.group.columns) do
    head[#head + 1] = column.label
  end
  for i, method in ipairs(view.group.methods) do
    rows[i] = { method.name == accuracy.PLAIN and "Student" or method.label }
    for _, column in ipairs(view.group.columns) do
      local runs = grid.runs(view.group, method.key, column)
      local list = grid.values(runs, view.value)
      local found = stats.interval(list) or {}
      table.insert(rows[i], cell_of(view, runs, notes))
      csv[#csv + 1] = { method.label, column.label, view.metric.name, view.protocol, #list,
                        stats.mean(list), stats.sd(list), found.low, found.high, found.by }
    end
  end
  return { head = head, rows = rows, notes = notes, csv = csv }
end

function M.caption(view)
  local name = words.interval(words.most_values(view.group))
  return captions.of(view, "intervals of", string.format(
    "Mean over seeds with its 95 %% interval of %s (number of seeds), each method for itself. "
    .. "Methods share seeds: the differences seed by seed are what tells them apart.", name))
end

return M
