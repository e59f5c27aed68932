-- dots.lua - the figure of results: the metric by method with its interval, one panel a pair.

local captions = require "captions"
local grid = require "grid"
local panels = require "panels"
local plot = require "plot"
local stats = require "stats"
local words = require "stat.words"

local M = {}

local q = plot.quote

-- rows: place, mean, low, high, label; from the bottom up so that the first method is on top
local function method_points(view, column)
  local block = { title = column.label .. ": place, mean, interval's ends, method" }
  local n = #view.group.methods
  for i, method in ipairs(view.group.methods) do
    local list = view.values(method.key, column)
    local mean, found = stats.mean(list), stats.interval(list)
    if mean then
      block[#block + 1] = { n - i + 1, mean, found and found.low or mean,
                            found and found.high or mean, method.label, method = method,
                            interval = found and true }
    end
  end
  return block
end

local function panel_title(view, column)
  local teacher = stats.mean((grid.values(grid.teacher_runs(view.set, column), view.value)))
  return panels.panel_title(column),
         teacher and string.format("teacher %.2f", teacher) or "no teacher"
end

-- An interval far wider than the means are apart is cut off: the axis fits means, and intervals up
-- to three times their spread.
local function metric_range(block)
  local means, ends = {}, {}
  for i, point in ipairs(block) do
    means[i] = point[2]
    ends[2 * i - 1], ends[2 * i] = point[3], point[4]
  end
  local low, high = panels.range(means, 0)
  if not low then
    return nil
  end
  local room = 1.5 * math.max(high - low, 0.2)
  for i, v in ipairs(ends) do
    ends[i] = math.max(low - room, math.min(high + room, v))
  end
  return panels.range(ends)
end

local function metric_panel(block, at)
  local parts, plain = {}, nil
  for i, point in ipairs(block) do
    local colour, shape = plot.style(point.method.name)
    plain = point.method.name == "none" and point[2] or plain
    parts[i] = string.format("data index %d every ::%d::%d using 2:1%s lc rgb '%s' pt %d ps 0.8 "
                             .. "lw 1.6", at, i - 1, i - 1,
                             point.interval and ":3:4 with xerrorbars" or " with points", colour,
                             shape)
  end
  local arrow = plain and string.format("set arrow 1 from %s, graph 0 to %s, graph 1 nohead dt 3 "
                                        .. "lc rgb '%s' lw 1.2 back", plot.number(plain),
                                        plot.number(plain), plot.GREY) or "unset arrow 1"
  return arrow, "plot " .. table.concat(parts, ", \\\n    ")
end

local function method_tics(view, named)
  local tics, n = {}, #view.group.methods
  for i, method in ipairs(view.group.methods) do
    tics[i] = q(named and method.label or "") .. " " .. (n - i + 1)
  end
  return "set ytics (" .. table.concat(tics, ", ") .. ")"
end

local function longest_label(view)
  local most = 0
  for _, method in ipairs(view.group.methods) do
    most = math.max(most, utf8.len(method.label) or #method.label)
  end
  return most
end

-- a panel at the left names the methods for its row, whatever it has to show
local function empty_panel(view, title)
  return { string.format("set xrange [0:1]; set yrange [0.4:%.1f]", #view.group.methods + 0.6),
           method_tics(view, true), "set label 8 " .. title .. " at graph 0.5, graph 1 center "
           .. "offset 0,2.4", "set label 9 'not run' at graph 0.5, graph 1 center offset 0,0.6",
           "set xlabel ''; unset arrow 1", "plot NaN", }
end

-- lines that draw one pair; `at` counts panels from 0
local function panel_of(view, column, block, at, left)
  local title, teacher = panel_title(view, column)
  local low, high = metric_range(block)
  if not low then
    return left and empty_panel(view, title) or { "set multiplot next" }
  end
  local arrow, draw = metric_panel(block, at)
  return {
    string.format("set xrange [%s:%s]; set xtics %g; set yrange [0.4:%.1f]", plot.number(low),
                  plot.number(high), plot.step(low, high, 6), #view.group.methods + 0.6),
    method_tics(view, left),
    "set label 8 " .. title .. " at graph 0.5, graph 1 center offset 0,2.4",
    "set label 9 " .. q(teacher) .. " at graph 0.5, graph 1 center offset 0,0.6 tc rgb '#444444'",
    "set xlabel " .. q(panels.axis_name(view.metric, "test")) .. " offset 0,0.3",
    arrow, draw,
  }
end

-- nil when nothing was measured
function M.figure(view, suffix)
  local blocks, points = {}, 0
  for i, column in ipairs(view.group.columns) do
    blocks[i] = method_points(view, column)
    points = points + #blocks[i]
  end
  if points == 0 then
    return nil
  end
  local height, left = 110 + 22 * #view.group.methods, 24 + 8 * longest_label(view)
  local body, width, total = panels.side_by_side(#blocks, height, left, nil, function(i, first)
    return panel_of(view, view.group.columns[i], blocks[i], i - 1, first)
  end)
  return { name = "accuracy" .. suffix, body = body, width = width, height = total, data = blocks,
           title = "Results by method",
           caption = "Test " .. captions.short(view.metric) .. " by method and pair: mean over "
                     .. "seeds with the 95 % interval of "
                     .. words.interval(words.most_values(view.group))
                     .. " (none for a single seed; cut off where it leaves the panel). Dotted: the plain student's mean." }
end

return M
