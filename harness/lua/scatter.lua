-- scatter.lua - the figure of the metric against cost; each point's name stands beside it, where it
-- covers neither a point nor another name. Among many methods, those in the crowd have none.

local captions = require "captions"
local costs = require "costs"
local panels = require "panels"
local plot = require "plot"
local stats = require "stats"

local M = {}

local q = plot.quote

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

-- the points that no other beats in both cost and metric, the cheapest first: Pareto's front
local function front_of(view, block)
  local sorted, front = table.move(block, 1, #block, 1, {}), {}
  table.sort(sorted, function(a, b)
    if a[1] ~= b[1] then
      return a[1] < b[1]
    end
    return view.better(a[2], b[2]) or a[2] == b[2] and a[3] < b[3]
  end)
  for _, p in ipairs(sorted) do
    local best = front[#front]
    front[#front + 1] = (not best or view.better(p[2], best[2])) and p or nil
  end
  return front
end

-- the front as a block of data of its own, and who is on it in the title
local function front_block(view, column, block)
  local front, names = { title = "" }, {}
  for i, p in ipairs(front_of(view, block)) do
    front[i], names[i] = { p[1], p[2], p[3] }, p[3]
  end
  front.title = column.label .. ": Pareto front, " .. table.concat(names, ", ")
  return front
end

local CHAR, LINE = 7, 13 -- pixels of a label's letter and line

local function overlaps(a, b)
  return a[1] < b[3] and b[1] < a[3] and a[2] < b[4] and b[2] < a[4]
end

local MANY = 20 -- methods
local PLACES = { { 1, 0, "left" }, { -1, 0, "right" }, { 0, 1, "center" }, { 0, -1, "center" },
                 { 1, 1, "left" }, { 1, -1, "left" }, { -1, 1, "right" }, { -1, -1, "right" },
                 { 1, 2, "left" }, { 1, -2, "left" }, { -1, 2, "right" }, { -1, -2, "right" },
                 { 1, 3, "left" }, { 1, -3, "left" }, { -1, 3, "right" }, { -1, -3, "right" } }

local function label_box(x, y, place, text)
  local wide, dx = CHAR * utf8.len(text), 9 * place[1]
  local back = { left = 0, right = wide, center = wide / 2 }
  local from = x + dx - back[place[3]]
  local middle = y + LINE * place[2]
  return { from, middle - LINE / 2, from + wide, middle + LINE / 2 }
end

-- 0 for a box that is free; else pixels beyond the panel, and as many as a name for each that it
-- covers
local function badness(box, boxes, room)
  local sum = math.max(0, -box[1]) + math.max(0, box[3] - room[1])
              + math.max(0, -box[2]) + math.max(0, box[4] - room[2])
  for _, other in ipairs(boxes) do
    sum = sum + (overlaps(box, other) and 10 * CHAR or 0)
  end
  return sum
end

-- places of points in the order in which they are named: the dearest first, where there are many
local function naming_order(points)
  local order = {}
  for i = 1, #points do
    order[i] = i
  end
  if #points > MANY then
    table.sort(order, function(a, b)
      return points[a][1] > points[b][1] or points[a][1] == points[b][1] and a < b
    end)
  end
  return order
end

-- the best place beside each point: its name covers neither a point nor another name. nil for one
-- of many that has none.
local function place_labels(points, x_range, y_range, room)
  local boxes, at, labels = {}, {}, {}
  for i, p in ipairs(points) do
    at[i] = { (p[1] - x_range[1]) / (x_range[2] - x_range[1]) * room[1],
              (p[2] - y_range[1]) / (y_range[2] - y_range[1]) * room[2] }
    boxes[i] = { at[i][1] - 6, at[i][2] - 6, at[i][1] + 6, at[i][2] + 6 }
  end
  for _, i in ipairs(naming_order(points)) do
    local p, chosen, least = points[i], nil, math.huge
    for _, place in ipairs(PLACES) do
      local bad = badness(label_box(at[i][1], at[i][2], place, p[3]), boxes, room)
      if bad < least then
        chosen, least = place, bad
      end
    end
    if #points <= MANY or least == 0 then
      boxes[#boxes + 1] = label_box(at[i][1], at[i][2], chosen, p[3])
      labels[i] = { x = at[i][1] + 9 * chosen[1], y = at[i][2] + LINE * chosen[2],
                    side = chosen[3] }
    end
  end
  return labels
end

local ROOM = { 216, 240 } -- pixels of a panel

local function ranges(block)
  local xs, ys = {}, {}
  for i, p in ipairs(block) do
    xs[i], ys[i] = p[1], p[2]
  end
  return { panels.range(xs, 0.12) }, { panels.range(ys, 0.1) }
end

local function axes(x, y)
  return string.format("set xrange [%s:%s]; set xtics %g; set yrange [%s:%s]", plot.number(x[1]),
                       plot.number(x[2]), plot.step(x[1], x[2], 5), plot.number(y[1]),
                       plot.number(y[2]))
end

local function label_line(i, text, label, colour)
  return string.format("set label %d %s at graph %.4f, graph %.4f %s tc rgb '%s' font ',10'",
                       100 + i, q(text), label.x / ROOM[1], label.y / ROOM[2], label.side, colour)
end

-- lines that draw one pair; its points are block `at` of the data, its front the next
local function panel_of(column, block, at)
  if #block == 0 then
    return { "set multiplot next" }
  end
  local x, y = ranges(block)
  local lines = { "set title " .. panels.panel_title(column) .. " offset 0,-0.2",
                  "set xlabel 'training step, times the plain student''s' offset 0,0.3",
                  axes(x, y) }
  local parts, labels = {}, place_labels(block, x, y, ROOM)
  parts[1] = string.format("data index %d using 1:2 with steps lc rgb '%s' lw 1.2 dt 3", at + 1,
                           plot.GREY)
  for i, p in ipairs(block) do
    local colour, shape = plot.style(p.method.name)
    parts[i + 1] = string.format("data index %d every ::%d::%d using 1:2 with points lc rgb '%s' pt %d "
                             .. "ps 0.8", at, i - 1, i - 1, colour, shape)
    lines[#lines + 1] = labels[i] and label_line(i, p[3], labels[i], colour)
  end
  lines[#lines + 1] = "plot " .. table.concat(parts, ", \\\n    ")
  for i = 1, #block do
    lines[#lines + 1] = "unset label " .. 100 + i
  end
  return lines
end

-- nil when nothing was measured
function M.figure(view, suffix)
  local blocks, points = {}, 0
  for i, column in ipairs(view.group.columns) do
    local block = cost_points(view, column)
    blocks[2 * i - 1], blocks[2 * i] = block, front_block(view, column, block)
    points = points + #block
  end
  if points == 0 then
    return nil
  end
  local y_axis = panels.axis_name(view.metric, "test")
  local body, width, height = panels.side_by_side(#view.group.columns, 330, 66, y_axis, function(i)
    return panel_of(view.group.columns[i], blocks[2 * i - 1], 2 * i - 2)
  end)
  return { name = "cost" .. suffix, body = body, width = width, height = height, data = blocks,
           title = "Results against cost",
           caption = "Test " .. captions.short(view.metric) .. " against the time of a training "
                     .. "step relative to the plain student's; means over seeds. Dotted: "
                     .. "Pareto's front, whose methods no other beats in both."
                     .. (#view.group.methods > MANY and " Methods in the crowd have no name: see "
                                                        .. "the tables." or "") }
end

return M
