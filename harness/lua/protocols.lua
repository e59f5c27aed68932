-- protocols.lua - how much the choice of the epoch that counts moves results: every method's mean
-- and rank after the last epoch, at the best epoch on validation and at the best on test; as a table
-- and as a figure of ranks.

local accuracy = require "accuracy"
local captions = require "captions"
local cells = require "cells"
local panels = require "panels"
local plot = require "plot"
local stats = require "stats"

local M = {}

local q = plot.quote

M.NAMES = { "last", "best_val", "best_test" }

-- ---- ranks ------------------------------------------------------------------------

-- the same view under each protocol
local function views_of(view)
  local list = {}
  for i, protocol in ipairs(M.NAMES) do
    list[i] = accuracy.view(view.set, view.group, { metric = view.metric, protocol = protocol })
  end
  return list
end

-- places from 1 by method's key; equal means share the mean of their places
local function ranks(view, column)
  local means, places = {}, {}
  for _, method in ipairs(view.group.methods) do
    means[method.key] = stats.mean((view.values(method.key, column)))
  end
  for key, mean in pairs(means) do
    local before, same = 0, 0
    for _, other in pairs(means) do
      before = before + (view.better(other, mean) and 1 or 0)
      same = same + (other == mean and 1 or 0)
    end
    places[key] = before + (same + 1) / 2
  end
  return places, means
end

-- by protocol: places and means in one column
local function of_column(views, column)
  local list = {}
  for i, view in ipairs(views) do
    local places, means = ranks(view, column)
    list[i] = { places = places, means = means }
  end
  return list
end

-- epochs at which test was measured, of the first run that has any
local function measured(view)
  for _, row in ipairs(view.group.rows) do
    local n = 0
    for _, v in ipairs(row.state == "done" and row.curve["test_" .. view.metric.name] or {}) do
      n = n + (v == v and 1 or 0)
    end
    if n > 0 then
      return n
    end
  end
  return 0
end

-- ---- the table --------------------------------------------------------------------

local function cell_of(view, found, key)
  local mean = found.means[key]
  return mean and string.format("%s (%g)", cells.show(view.metric, mean), found.places[key]) or ""
end

local function add_rows(view, column, found, rows, csv)
  for _, method in ipairs(view.group.methods) do
    local row = { column.label, method.name == "none" and "Student" or method.label }
    for i, protocol in ipairs(M.NAMES) do
      row[#row + 1] = cell_of(view, found[i], method.key)
      csv[#csv + 1] = { method.label, column.label, view.metric.name, protocol,
                        found[i].means[method.key], found[i].places[method.key] }
    end
    local last, best = found[1].means[method.key], found[3].means[method.key]
    row[#row + 1] = last and best and cells.show(view.metric, best - last, true) or ""
    rows[#rows + 1] = row
  end
  rows[#rows].rule = true
end

function M.table(view)
  local views, rows = views_of(view), {}
  local csv = { { "method", "pair", "metric", "protocol", "mean", "rank" } }
  for _, column in ipairs(view.group.columns) do
    add_rows(view, column, of_column(views, column), rows, csv)
  end
  if #rows == 0 then
    return nil
  end
  rows[#rows].rule = nil
  return { head = { "Pair", "Method", "Last (rank)", "Best on validation (rank)",
                    "Best on test (rank)", "Best on test less last" },
           labels = 2, rows = rows, csv = csv }
end

function M.caption(view)
  return string.format("%s The same runs under the three protocols: means over seeds, and each "
                       .. "method's rank among those of the column. Best on test is optimistic, "
                       .. "since test chose the epoch; test was measured %d times in a run.",
                       captions.subject(view), measured(view))
end

-- ---- the figure -------------------------------------------------------------------

local ROW = 20 -- pixels between ranks

-- one line of the figure a method: place by protocol
local function lines_of(view, found)
  local block = { title = "method, rank by last, best on validation, best on test" }
  for _, method in ipairs(view.group.methods) do
    local places = {}
    for i = 1, #M.NAMES do
      places[i] = found[i].places[method.key]
    end
    block[#block + 1] = #places == #M.NAMES and { method.label, places[1], places[2], places[3],
                                                  method = method } or nil
  end
  return block
end

-- names at the right end; methods that share a rank share a line, parted by commas
local function end_labels(block)
  local at, order, lines = {}, {}, {}
  for _, line in ipairs(block) do
    local rank = line[4]
    order[#order + 1] = not at[rank] and rank or nil
    at[rank] = (at[rank] and at[rank] .. ", " or "") .. line[1]
  end
  table.sort(order)
  for i, rank in ipairs(order) do
    lines[i] = string.format("set label %d %s at 2.15, %s left font ',10'", 100 + i, q(at[rank]),
                             plot.number(rank))
  end
  return lines
end

local function panel_of(view, column, block, at)
  if #block == 0 then
    return { "set multiplot next" }
  end
  local parts, lines = {}, { "set title " .. panels.panel_title(column) .. " offset 0,-0.2" }
  for i, line in ipairs(block) do
    local colour, shape = plot.style(line.method.name)
    parts[i] = string.format("data index %d every ::%d::%d using (0):2:(1):($3-$2) with vectors "
                             .. "nohead lc rgb '%s' lw 1.6, data index %d every ::%d::%d using "
                             .. "(1):3:(1):($4-$3) with vectors nohead lc rgb '%s' lw 1.6, "
                             .. "for [k=0:2] data index %d every ::%d::%d using (k):(column(k+2)) "
                             .. "with points lc rgb '%s' pt %d ps 0.8",
                             at, i - 1, i - 1, colour, at, i - 1, i - 1, colour, at, i - 1, i - 1,
                             colour, shape)
  end
  local labels = end_labels(block)
  table.move(labels, 1, #labels, #lines + 1, lines)
  lines[#lines + 1] = string.format("set xrange [-0.2:5]; set yrange [%d.5:0.5]",
                                    #view.group.methods)
  lines[#lines + 1] = "plot " .. table.concat(parts, ", \\\n    ")
  for i = 1, #block do
    lines[#lines + 1] = "unset label " .. 100 + i
  end
  return lines
end

-- nil when nothing was measured, or only once in a run
function M.figure(view, suffix)
  local views, blocks, points = views_of(view), {}, 0
  if measured(view) < 2 then
    return nil
  end
  for i, column in ipairs(view.group.columns) do
    blocks[i] = lines_of(view, of_column(views, column))
    points = points + #blocks[i]
  end
  if points == 0 then
    return nil
  end
  local body, width, height = panels.side_by_side(#blocks, 110 + ROW * #view.group.methods, 30,
                                                  nil, function(i)
    return panel_of(view, view.group.columns[i], blocks[i], i - 1)
  end)
  table.insert(body, 2, "set ytics 1; set xtics ('last' 0, 'val.' 1, 'test' 2)")
  table.insert(body, 3, "set xlabel 'last epoch, or best on' offset 0,0.3")
  return { name = "protocols" .. suffix, body = body, width = width, height = height, data = blocks,
           title = "Ranks under three protocols",
           caption = "Rank of each method by test " .. captions.short(view.metric) .. ", best on "
                     .. "top, when the last epoch counts, the best on validation, or the best on "
                     .. "test. Lines that cross are orders that the protocol decides." }
end

return M
