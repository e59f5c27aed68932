-- curves.lua - figures of training: the metric on validation and test by epoch, one panel a method
-- with the plain student in grey.

local captions = require "captions"
local grid = require "grid"
local panels = require "panels"
local plot = require "plot"
local stats = require "stats"

local M = {}

local q = plot.quote

-- mean, lowest and highest over seeds of a curve at each epoch that was measured
local function mean_curve(rows, name)
  local points, epochs = {}, 0
  for _, row in ipairs(rows) do
    epochs = math.max(epochs, row.state == "done" and #(row.curve[name] or {}) or 0)
  end
  for epoch = 1, epochs do
    local list = {}
    for _, row in ipairs(rows) do
      local v = row.state == "done" and row.curve[name] and row.curve[name][epoch]
      list[#list + 1] = v and v == v and v or nil
    end
    if #list > 0 then
      points[#points + 1] = { epoch, stats.mean(list), math.min(table.unpack(list)),
                              math.max(table.unpack(list)) }
    end
  end
  return points
end

local function curves_of(view, method, column)
  local rows = grid.runs(view.group, method.key, column)
  local name = view.metric.name
  return mean_curve(rows, "validation_" .. name), mean_curve(rows, "test_" .. name)
end

-- The first epochs of a run that is often measured would flatten all the rest: the axis leaves the
-- lowest quarter out, but no curve's end.
local function curve_range(blocks)
  local values, shown, most = {}, {}, 0
  for _, block in ipairs(blocks) do
    for _, point in ipairs(block) do
      values[#values + 1] = point[2]
    end
    most = math.max(most, #block)
    shown[#shown + 1] = #block > 0 and block[#block][2] or nil
  end
  table.sort(values)
  local from = most >= 6 and #values // 4 + 1 or 1
  return panels.range(table.move(values, from, #values, #shown + 1, shown))
end

-- one panel a method; the plain student in grey in each
local function curve_blocks(view, column)
  local blocks, drawn = {}, {}
  for _, method in ipairs(view.group.methods) do
    local validation, test = curves_of(view, method, column)
    if #validation + #test > 0 then
      validation.title = method.label .. ", validation: epoch, mean, lowest, highest"
      test.title = method.label .. ", test: epoch, mean, lowest, highest"
      blocks[#blocks + 1], blocks[#blocks + 2] = validation, test
      drawn[#drawn + 1] = { method = method, at = #blocks - 2 }
    end
  end
  return blocks, drawn
end

local function plain_at(drawn)
  for _, panel in ipairs(drawn) do
    if panel.method.name == "none" then
      return panel.at
    end
  end
end

local function curve_panel(panel, plain)
  local colour = plot.style(panel.method.name)
  local parts = {}
  local function line(at, how)
    parts[#parts + 1] = string.format("data index %d using 1:2 with linespoints %s", at, how)
  end
  parts[1] = string.format("data index %d using 1:3:4 with filledcurves fc rgb '%s' fs transparent "
                           .. "solid 0.15 noborder", panel.at, colour)
  if plain and panel.at ~= plain then
    line(plain, "lc rgb '" .. plot.GREY .. "' lw 1.2 pt 7 ps 0.15")
    line(plain + 1, "lc rgb '" .. plot.GREY .. "' lw 1.2 dt 2 pt 7 ps 0.15")
  end
  line(panel.at, "lc rgb '" .. colour .. "' lw 2 pt 7 ps 0.25")
  line(panel.at + 1, "lc rgb '" .. colour .. "' lw 2 dt 2 pt 7 ps 0.25")
  return "plot " .. table.concat(parts, ", \\\n    ")
end

local ACROSS, WIDTH, ROW, AROUND = 4, 900, 190, 90 -- panels a row; pixels

-- the layout, and what stands outside the panels
local function frame(view, column, across, down)
  local height = ROW * down + AROUND
  local function from_top(pixels)
    return 1 - pixels / height
  end
  return {
    string.format("set multiplot layout %d,%d margins 0.075,0.985,%.3f,%.3f spacing 0.02,%.3f",
                  down, across, 55 / height, from_top(72), 34 / height),
    string.format("set label 1 %s at screen 0.5, screen %.3f center font ',13'",
                  q(panels.pair_title(column)), from_top(18)),
    string.format("set label 2 %s at screen 0.5, screen %.3f center tc rgb '#444444'",
                  q("solid: validation, dashed: test; band: lowest to highest seed; grey: none"),
                  from_top(40)),
    string.format("set label 3 %s at screen 0.016, screen 0.5 center rotate",
                  q(panels.axis_name(view.metric, "mean"))),
  }
end

local function first_epoch(blocks)
  local first = math.huge
  for _, block in ipairs(blocks) do
    first = math.min(first, #block > 0 and block[1][1] or first)
  end
  return first
end

local function axes(first, last, low, high)
  return string.format("set xrange [%.2f:%.2f]; set xtics %d; set yrange [%s:%s]", first - 0.3,
                       last + 0.3, math.max(1, math.ceil((last - first) / 5)), plot.number(low),
                       plot.number(high))
end

local function body_of(view, column, blocks, drawn)
  local across = math.min(ACROSS, #drawn)
  local down = (#drawn + across - 1) // across
  local epochs, plain = view.group.train.epochs, plain_at(drawn)
  local body = frame(view, column, across, down)
  body[#body + 1] = axes(first_epoch(blocks), epochs, curve_range(blocks))
  for i, panel in ipairs(drawn) do
    local bottom, left = i > #drawn - across, (i - 1) % across == 0
    body[#body + 1] = "set title " .. q(panel.method.label) .. " offset 0,-0.6"
    body[#body + 1] = bottom and "set xlabel 'epoch' offset 0,0.5; set format x '%g'"
                      or "unset xlabel; set format x ''"
    body[#body + 1] = left and "set format y '%g'" or "set format y ''"
    body[#body + 1] = curve_panel(panel, plain)
    body[#body + 1] = i == 1 and "unset label 1; unset label 2; unset label 3" or nil
  end
  body[#body + 1] = "unset multiplot"
  return body, ROW * down + AROUND
end

local function figure(view, column, suffix, blocks, drawn)
  local body, height = body_of(view, column, blocks, drawn)
  local pair = panels.pair_title(column)
  return { name = "curves-" .. column.label:gsub("[^%w_.+-]", "_") .. suffix, body = body,
           width = WIDTH, height = height, data = blocks, title = "Training curves, " .. pair,
           caption = "Training curves of " .. pair .. ": mean over seeds of "
                     .. captions.short(view.metric)
                     .. " on validation and test at each measured epoch." }
end

-- one a pair
function M.figures(view, suffix)
  local list = {}
  for _, column in ipairs(view.group.columns) do
    local blocks, drawn = curve_blocks(view, column)
    list[#list + 1] = #drawn > 0 and figure(view, column, suffix, blocks, drawn) or nil
  end
  return list
end

return M
