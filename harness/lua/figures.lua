-- figures.lua - the figures of a report: training curves, the metric by method with its interval, and
-- the metric against cost. Methods are named where they are drawn, so no legend can lie over data.

local accuracy = require "accuracy"
local captions = require "captions"
local costs = require "costs"
local grid = require "grid"
local plot = require "plot"
local stats = require "stats"

local M = {}

local q = plot.quote

local function axis_name(metric, split)
  return split .. " " .. captions.short(metric) .. (metric.unit ~= "1" and " (" .. metric.unit .. ")" or "")
end

local function pair_title(column)
  return (column.label:gsub("%-([^-]*)$", " → %1"))
end

-- low and high of a list of numbers with some air around them
local function range(list, air)
  local low, high = math.huge, -math.huge
  for _, v in ipairs(list) do
    low, high = math.min(low, v), math.max(high, v)
  end
  if low > high then
    return nil
  end
  local room = math.max((high - low) * (air or 0.06), 1e-6 * math.max(1, math.abs(high)))
  return low - room, high + room
end

-- ---- training curves -----------------------------------------------------------------

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

-- The first epochs of a long run would flatten all the rest: the axis leaves the lowest quarter out,
-- but no curve's end.
local function curve_range(blocks, epochs)
  local values, shown = {}, {}
  for _, block in ipairs(blocks) do
    for _, point in ipairs(block) do
      values[#values + 1] = point[2]
    end
    shown[#shown + 1] = #block > 0 and block[#block][2] or nil
  end
  table.sort(values)
  local from = epochs >= 6 and #values // 4 + 1 or 1
  return range(table.move(values, from, #values, #shown + 1, shown))
end

-- one panel a method; the plain student in grey in each
local function curve_blocks(view, column)
  local blocks, panels = {}, {}
  for _, method in ipairs(view.group.methods) do
    local validation, test = curves_of(view, method, column)
    if #validation + #test > 0 then
      validation.title = method.label .. ", validation: epoch, mean, lowest, highest"
      test.title = method.label .. ", test: epoch, mean, lowest, highest"
      blocks[#blocks + 1], blocks[#blocks + 2] = validation, test
      panels[#panels + 1] = { method = method, at = #blocks - 2 }
    end
  end
  return blocks, panels
end

local function plain_at(panels)
  for _, panel in ipairs(panels) do
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

local CURVE_COLUMNS = 4

local function curve_body(view, column, blocks, panels)
  local across = math.min(CURVE_COLUMNS, #panels)
  local down = (#panels + across - 1) // across
  local epochs = view.group.train.epochs
  local low, high = curve_range(blocks, epochs)
  local body = {
    string.format("set multiplot layout %d,%d margins 0.075,0.985,%.3f,%.3f spacing 0.02,%.3f",
                  down, across, 55 / (190 * down + 90), 1 - 72 / (190 * down + 90),
                  34 / (190 * down + 90)),
    string.format("set label 1 %s at screen 0.5, screen %.3f center font ',13'",
                  q(pair_title(column)), 1 - 18 / (190 * down + 90)),
    string.format("set label 2 %s at screen 0.5, screen %.3f center tc rgb '#444444'",
                  q("solid: validation, dashed: test; band: lowest to highest seed; grey: none"),
                  1 - 40 / (190 * down + 90)),
    string.format("set label 3 %s at screen 0.016, screen 0.5 center rotate",
                  q(axis_name(view.metric, "mean"))),
    string.format("set xrange [0.7:%.2f]", epochs + 0.3),
    string.format("set yrange [%s:%s]", plot.number(low), plot.number(high)),
    string.format("set xtics %d", math.max(1, math.ceil(epochs / 5))),
  }
  local plain = plain_at(panels)
  for i, panel in ipairs(panels) do
    local bottom, left = i > #panels - across, (i - 1) % across == 0
    body[#body + 1] = "set title " .. q(panel.method.label) .. " offset 0,-0.6"
    body[#body + 1] = bottom and "set xlabel 'epoch' offset 0,0.5; set format x '%g'"
                      or "unset xlabel; set format x ''"
    body[#body + 1] = left and "set format y '%g'" or "set format y ''"
    body[#body + 1] = curve_panel(panel, plain)
    body[#body + 1] = i == 1 and "unset label 1; unset label 2; unset label 3" or nil
  end
  body[#body + 1] = "unset multiplot"
  return body, 900, 190 * down + 90
end

local function safe(name)
  return (name:gsub("[^%w_.+-]", "_"))
end

local function curve_figures(view, suffix)
  local list = {}
  for _, column in ipairs(view.group.columns) do
    local blocks, panels = curve_blocks(view, column)
    if #panels > 0 then
      local body, width, height = curve_body(view, column, blocks, panels)
      list[#list + 1] = {
        name = "curves-" .. safe(column.label) .. suffix, body = body, width = width,
        height = height, data = blocks, title = "Training curves, " .. pair_title(column),
        caption = "Training curves of " .. pair_title(column) .. ": mean over seeds of "
                  .. captions.short(view.metric) .. " on validation and test at each measured epoch.",
      }
    end
  end
  return list
end

-- ---- the metric by method ------------------------------------------------------------------

-- rows: place, mean, low, high, label; from the bottom up so that the first method is on top
local function method_points(view, column)
  local block = { title = column.label .. ": place, mean, interval's ends, method" }
  local n = #view.group.methods
  for i, method in ipairs(view.group.methods) do
    local list = view.values(method.key, column)
    local mean, half = stats.mean(list), stats.half_width(list)
    if mean then
      block[#block + 1] = { n - i + 1, mean, mean - (half or 0), mean + (half or 0), method.label,
                            method = method, interval = half and true }
    end
  end
  return block
end

local function panel_title(view, column)
  local teacher = stats.mean((grid.values(grid.teacher_runs(view.set, column), view.value)))
  return pair_title(column), teacher and string.format("teacher %.2f", teacher) or "no teacher"
end

-- An interval far wider than the means are apart is cut off: the axis fits means, and intervals up to
-- three times their spread.
local function metric_range(blocks)
  local means, ends = {}, {}
  for _, block in ipairs(blocks) do
    for _, point in ipairs(block) do
      means[#means + 1] = point[2]
      ends[#ends + 1], ends[#ends + 2] = point[3], point[4]
    end
  end
  local low, high = range(means, 0)
  if not low then
    return nil
  end
  local room = 1.5 * math.max(high - low, 0.2)
  for i, v in ipairs(ends) do
    ends[i] = math.max(low - room, math.min(high + room, v))
  end
  return range(ends)
end

local function metric_panel(view, block, at)
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

local PANELS_ACROSS = 3

-- a figure of panels, one a pair; panel(column number, is at the left) gives its lines
local function panel_figure(n, height, left, y_axis, panel)
  local across = math.min(PANELS_ACROSS, n)
  local down = (n + across - 1) // across
  local gap = y_axis and 46 or 22 -- where each panel has its own y axis
  local width, total = left + (236 + gap) * across + 20, height * down + 20
  local body = { string.format("set multiplot layout %d,%d margins %.4f,%.4f,%.4f,%.4f "
                               .. "spacing %.4f,%.4f", down, across, left / width, 1 - 12 / width,
                               58 / total, 1 - 52 / total, gap / width, 112 / total) }
  if y_axis then
    body[2] = string.format("set label 3 %s at screen %.4f, screen 0.5 center rotate", q(y_axis),
                            13 / width)
  end
  for i = 1, n do
    local lines = panel(i, (i - 1) % across == 0)
    table.move(lines, 1, #lines, #body + 1, body)
    body[#body + 1] = y_axis and i == 1 and "unset label 3" or nil
  end
  body[#body + 1] = "unset multiplot"
  return body, width, total
end

local function metric_figure(view, suffix)
  local blocks = {}
  for i, column in ipairs(view.group.columns) do
    blocks[i] = method_points(view, column)
  end
  local drawn = 0
  local body, width, height = panel_figure(#blocks, 110 + 22 * #view.group.methods,
                                           24 + 8 * longest_label(view), nil, function(i, left)
    local block, lines = blocks[i], {}
    local title, teacher = panel_title(view, view.group.columns[i])
    local low, high = metric_range { block }
    if not low then
      return { "set multiplot next" }
    end
    drawn = drawn + 1
    lines[1] = string.format("set xrange [%s:%s]; set xtics %g; set yrange [0.4:%.1f]",
                             plot.number(low), plot.number(high), plot.step(low, high, 6),
                             #view.group.methods + 0.6)
    lines[2] = method_tics(view, left)
    lines[3] = "set title " .. q(title .. "\n") .. " offset 0,0.4"
    lines[4] = "set label 9 " .. q(teacher) .. " at graph 0.5, graph 1.035 center tc rgb '#444444'"
    lines[5] = "set xlabel " .. q(axis_name(view.metric, "test")) .. " offset 0,0.3"
    lines[6], lines[7] = metric_panel(view, block, i - 1)
    return lines
  end)
  return drawn > 0 and {
    name = "accuracy" .. suffix, body = body, width = width, height = height, data = blocks,
    title = "Results by method",
    caption = "Test " .. captions.short(view.metric) .. " by method and pair: mean over seeds with the 95 % "
              .. "interval of Student's t (none for a single seed; cut off where it leaves the "
              .. "panel). Dotted: the plain student's mean.",
  } or nil
end

-- ---- the metric against cost -----------------------------------------------------------------

local function cost_points(view, column)
  local block = { title = column.label .. ": step's cost, mean, method" }
  for _, method in ipairs(view.group.methods) do
    local mean = stats.mean((view.values(method.key, column)))
    local _, times = costs.step_seconds(view, method.key, column)
    if mean and times then
      block[#block + 1] = { times, mean, method.label, method = method }
    end
  end
  return block
end

local CHAR, LINE = 7, 13 -- pixels of a label's letter and line

local function overlaps(a, b)
  return a[1] < b[3] and b[1] < a[3] and a[2] < b[4] and b[2] < a[4]
end

local PLACES = { { 1, 0, "left" }, { -1, 0, "right" }, { 0, 1, "center" }, { 0, -1, "center" },
                 { 1, 1, "left" }, { 1, -1, "left" }, { -1, 1, "right" }, { -1, -1, "right" },
                 { 1, 2, "left" }, { 1, -2, "left" }, { -1, 2, "right" }, { -1, -2, "right" },
                 { 1, 3, "left" }, { 1, -3, "left" }, { -1, 3, "right" }, { -1, -3, "right" } }

local function label_box(x, y, place, text)
  local wide, dx = CHAR * utf8.len(text), 9 * place[1]
  local from = place[3] == "left" and x + dx or place[3] == "right" and x + dx - wide or x - wide / 2
  local middle = y + LINE * place[2]
  return { from, middle - LINE / 2, from + wide, middle + LINE / 2 }
end

local function is_free(box, boxes, room)
  if box[1] < 0 or box[3] > room[1] or box[2] < 0 or box[4] > room[2] then
    return false
  end
  for _, other in ipairs(boxes) do
    if overlaps(box, other) then
      return false
    end
  end
  return true
end

-- a place beside each point where its name covers neither a point nor another name
local function place_labels(points, x_range, y_range, room)
  local boxes, at, labels = {}, {}, {}
  for i, p in ipairs(points) do
    at[i] = { (p[1] - x_range[1]) / (x_range[2] - x_range[1]) * room[1],
              (p[2] - y_range[1]) / (y_range[2] - y_range[1]) * room[2] }
    boxes[i] = { at[i][1] - 6, at[i][2] - 6, at[i][1] + 6, at[i][2] + 6 }
  end
  for i, p in ipairs(points) do
    local chosen = PLACES[1]
    for _, place in ipairs(PLACES) do
      if is_free(label_box(at[i][1], at[i][2], place, p[3]), boxes, room) then
        chosen = place
        break
      end
    end
    boxes[#boxes + 1] = label_box(at[i][1], at[i][2], chosen, p[3])
    labels[i] = { x = at[i][1] + 9 * chosen[1], y = at[i][2] + LINE * chosen[2],
                  side = chosen[3] }
  end
  return labels
end

local function cost_panel(block, at, room)
  local xs, ys, lines = {}, {}, {}
  for i, p in ipairs(block) do
    xs[i], ys[i] = p[1], p[2]
  end
  local x1, x2 = range(xs, 0.12)
  local y1, y2 = range(ys, 0.1)
  lines[1] = string.format("set xrange [%s:%s]; set xtics %g; set yrange [%s:%s]",
                           plot.number(x1), plot.number(x2), plot.step(x1, x2, 5),
                           plot.number(y1), plot.number(y2))
  local parts, labels = {}, place_labels(block, { x1, x2 }, { y1, y2 }, room)
  for i, p in ipairs(block) do
    local colour, shape = plot.style(p.method.name)
    parts[i] = string.format("data index %d every ::%d::%d using 1:2 with points lc rgb '%s' pt %d "
                             .. "ps 0.8", at, i - 1, i - 1, colour, shape)
    lines[#lines + 1] = string.format("set label %d %s at graph %.4f, graph %.4f %s tc rgb '%s' "
                                      .. "font ',10'", 100 + i, q(p[3]), labels[i].x / room[1],
                                      labels[i].y / room[2], labels[i].side, colour)
  end
  lines[#lines + 1] = "plot " .. table.concat(parts, ", \\\n    ")
  for i = 1, #block do
    lines[#lines + 1] = "unset label " .. 100 + i
  end
  return lines
end

local function cost_figure(view, suffix)
  local blocks, drawn = {}, 0
  for i, column in ipairs(view.group.columns) do
    blocks[i] = cost_points(view, column)
    drawn = drawn + #blocks[i]
  end
  local y_axis = axis_name(view.metric, "test")
  local body, width, height = panel_figure(#blocks, 330, 66, y_axis, function(i)
    if #blocks[i] == 0 then
      return { "set multiplot next" }
    end
    local lines = { "set title " .. q(pair_title(view.group.columns[i])) .. " offset 0,-0.2",
                    "set xlabel 'training step, times the plain student''s' offset 0,0.3" }
    local panel = cost_panel(blocks[i], i - 1, { 216, 240 })
    return table.move(panel, 1, #panel, #lines + 1, lines)
  end)
  return drawn > 0 and {
    name = "cost" .. suffix, body = body, width = width, height = height, data = blocks,
    title = "Results against cost",
    caption = "Test " .. captions.short(view.metric) .. " against the time of a training step relative to the "
              .. "plain student's; means over seeds.",
  } or nil
end

-- ---- all -----------------------------------------------------------------------------------

local function write_one(figure, out, write)
  local folder = out .. "/figures"
  write("figures/" .. figure.name .. ".dat", plot.data(figure.data))
  write("figures/" .. figure.name .. ".gp",
        plot.script(figure.name, figure.width, figure.height, figure.body))
  local ok, err = plot.draw(folder, figure.name)
  if not ok then
    error(err, 0)
  end
end

-- draws every figure of every group; gives their names, titles and captions
function M.write(set, groups, how, out, write)
  local list = {}
  for _, group in ipairs(groups) do
    local view = accuracy.view(set, group, how)
    local suffix = #groups > 1 and string.format("-%s-%d", group.dataset.name, group.number) or ""
    list[#list + 1] = metric_figure(view, suffix)
    list[#list + 1] = cost_figure(view, suffix)
    for _, figure in ipairs(curve_figures(view, suffix)) do
      list[#list + 1] = figure
    end
  end
  for _, figure in ipairs(list) do
    write_one(figure, out, write)
  end
  return list
end

return M
