-- figures.lua - how much each option matters: validation score of every trial against the value
-- that it drew, a figure a method, a panel an option, a colour a pair.

local captions = require "captions"
local outcome = require "tuning.outcome"
local panels = require "panels"
local plot = require "plot"
local text = require "tuning.text"

local M = {}

local q = plot.quote
local COLOURS = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#882255",
                  "#332288" }
local HEIGHT, LEFT = 300, 66 -- pixels of a panel, and left of the first

-- ---- what is drawn -------------------------------------------------------------

-- searches of one method in one group, by group and method in the order of the tables
local function by_method(searches)
  local list, known = {}, {}
  for _, one in ipairs(searches) do
    known[one.group] = known[one.group] or {}
    local here = known[one.group][one.method.key]
    if not here then
      here = { group = one.group, method = one.method }
      known[one.group][one.method.key] = here
      list[#list + 1] = here
    end
    here[#here + 1] = one
  end
  return list
end

-- where a value stands on the axis of dimension d: words have places of their own
local function place_of(d, v)
  for i, word in ipairs(d.choice or {}) do
    if word == v then
      return i
    end
  end
  return math.type(v) and v or nil
end

-- Points of a pair along an option: place, score, and 1 for the sweep's own setting, 2 for the
-- chosen one, 3 where they are one.
local function points(one, d)
  local block = { title = one.column.label .. ", " .. d.key .. ": value, score, 1 own + 2 chosen" }
  for _, trial in ipairs(one.trials) do
    local x = trial.score and place_of(d, outcome.value(trial.row.spec, d))
    if x then
      block[#block + 1] = { x, trial.score, (trial.number == 1 and 1 or 0)
                                            + (trial.number == one.chosen and 2 or 0) }
    end
  end
  return block
end

-- dimensions of a method's searches: their ranges over all of its pairs
local function dimensions_of(list)
  local all, by_key = {}, {}
  for _, one in ipairs(list) do
    for _, d in ipairs(one.search.dimensions) do
      local key = d.of .. "." .. d.key
      if not by_key[key] then
        by_key[key] = { of = d.of, key = d.key, type = d.type, scale = d.scale, choice = d.choice,
                        low = d.low, high = d.high }
        all[#all + 1] = by_key[key]
      elseif d.low then
        by_key[key].low = math.min(by_key[key].low, d.low)
        by_key[key].high = math.max(by_key[key].high, d.high)
      end
    end
  end
  return all
end

-- ---- axes --------------------------------------------------------------------

-- low and high of an axis that holds the range of a search and every point, with some air
local function x_range(d, blocks)
  local low, high = d.low, d.high
  for _, block in ipairs(blocks) do
    for _, p in ipairs(block) do
      low, high = math.min(low, p[1]), math.max(high, p[1])
    end
  end
  local air = d.scale == "log" and (high / low) ^ 0.05 or 0.05 * (high - low)
  if d.scale == "log" then
    return low / air, high * air
  end
  return low - air, high + air
end

local function log_tics(d)
  local tics = {}
  for i, share in ipairs { 0, 0.5, 1 } do
    local v = d.low * (d.high / d.low) ^ share
    tics[i] = q(text.value(tonumber(string.format("%.2g", v)))) .. " " .. plot.number(v)
  end
  return "set xtics (" .. table.concat(tics, ", ") .. ") nomirror"
end

-- lines that set the x axis of dimension d
local function x_axis(d, blocks)
  if d.choice then
    local tics = {}
    for i, word in ipairs(d.choice) do
      tics[i] = q(text.value(word)) .. " " .. i
    end
    return { "unset logscale x", string.format("set xrange [0.5:%.1f]", #d.choice + 0.5),
             "set xtics (" .. table.concat(tics, ", ") .. ") nomirror" }
  end
  local low, high = x_range(d, blocks)
  local range = string.format("set xrange [%s:%s]", plot.number(low), plot.number(high))
  if d.scale == "log" then
    return { "set logscale x", range, log_tics(d) }
  end
  return { "unset logscale x", range,
           string.format("set xtics autofreq %g nomirror", plot.step(low, high, 4)) }
end

local function y_range(blocks)
  local list = {}
  for _, block in ipairs(blocks) do
    for _, p in ipairs(block) do
      list[#list + 1] = p[2]
    end
  end
  return panels.range(list, 0.1)
end

-- ---- panels ------------------------------------------------------------------

-- filled: a trial; a ring around it: the chosen one; a cross on it: the sweep's own setting
local function draw(first, pairs_)
  local parts = {}
  for i = 1, pairs_ do
    local data = string.format("data index %d using 1:", first + i - 1)
    local colour = COLOURS[(i - 1) % #COLOURS + 1]
    parts[#parts + 1] = string.format("%s2 with points lc rgb '%s' pt 7 ps 0.6", data, colour)
    parts[#parts + 1] = string.format("%s($3 >= 2 ? $2 : 1/0) with points lc rgb '%s' pt 6 ps 1.5 "
                                      .. "lw 1.5", data, colour)
    parts[#parts + 1] = string.format("%s($3 == 1 || $3 == 3 ? $2 : 1/0) with points lc rgb '%s' "
                                      .. "pt 1 ps 1.2 lw 1.5", data, colour)
  end
  return "plot " .. table.concat(parts, ", \\\n    ")
end

-- which colour is which pair, beside the panels
local function key_panel(list)
  local lines = { "set border 0; unset grid; unset logscale x; set title ''; set xlabel ''",
                  "unset xtics; unset ytics",
                  "set xrange [0:1]; set yrange [0:1]" }
  local function label(n, y, what, colour)
    lines[#lines + 1] = string.format("set label %d %s at graph 0, graph %.4f left tc rgb '%s'",
                                      20 + n, q(what), y, colour)
  end
  for i, one in ipairs(list) do
    label(i, 1 - 0.09 * i, "● " .. panels.pair_title(one.column),
          COLOURS[(i - 1) % #COLOURS + 1])
  end
  label(#list + 1, 0.86 - 0.09 * #list, "ring: chosen; cross: own setting", "#444444")
  lines[#lines + 1] = "plot 2 with lines lc rgb '#ffffff'"
  lines[#lines + 1] = "unset label; set ytics autofreq nomirror" -- for the next format
  return lines
end

local function panel_of(list, d, first, y, blocks)
  local lines = { "set title " .. q(d.of == "train" and "train." .. d.key or d.key)
                  .. " offset 0,-0.2", "set xlabel ''",
                  string.format("set yrange [%s:%s]", plot.number(y[1]), plot.number(y[2])) }
  local axis = x_axis(d, { table.unpack(blocks, first + 1, first + #list) })
  table.move(axis, 1, #axis, #lines + 1, lines)
  lines[#lines + 1] = draw(first, #list)
  return lines
end

-- a name that a file can have
local function file_name(method, suffix)
  return "sensitivity-" .. method.label:gsub("[^%w_.-]+", "-") .. suffix
end

-- ---- the figures -------------------------------------------------------------

local function figure_of(set, list, suffix)
  local blocks, dimensions = {}, dimensions_of(list)
  for _, d in ipairs(dimensions) do
    for _, one in ipairs(list) do
      blocks[#blocks + 1] = points(one, d)
    end
  end
  local low, high = y_range(blocks)
  if not low then
    return nil
  end
  local metric, n = outcome.metric(set), #dimensions
  local y_axis = panels.axis_name(metric, "validation")
  local body, width, height = panels.side_by_side(n + 1, HEIGHT, LEFT, y_axis, function(i)
    if i > n then
      return key_panel(list)
    end
    return panel_of(list, dimensions[i], (i - 1) * #list, { low, high }, blocks)
  end)
  return { name = file_name(list.method, suffix), body = body, width = width, height = height,
           data = blocks, group = list.group,
           title = "Sensitivity of " .. list.method.label .. " to its options",
           caption = string.format("Validation %s of each trial of %s against the values that it "
                                   .. "drew, all other options drawn too: %s.", captions.short(metric),
                                   list.method.label, outcome.spent(set, list)) }
end

-- one figure a method and group; none where nothing was tried
function M.all(set, groups)
  local figures = {}
  for _, list in ipairs(by_method(set.tune and outcome.all(set, groups) or {})) do
    local suffix = #groups > 1 and string.format("-%s-%d", list.group.dataset.name,
                                                 list.group.number) or ""
    figures[#figures + 1] = figure_of(set, list, suffix)
  end
  return figures
end

return M
