-- panels.lua - what the figures share: names of axes, ranges, panels side by side.

local captions = require "captions"
local plot = require "plot"

local M = {}

local q = plot.quote

function M.axis_name(metric, split)
  local unit = metric.unit ~= "1" and " (" .. metric.unit .. ")" or ""
  return split .. " " .. captions.short(metric) .. unit
end

function M.pair_title(column)
  return (column.label:gsub("%-([^-]*)$", " → %1"))
end

local FITS = 36 -- letters above a panel

-- a pair's title as gnuplot's text: two lines where one is wider than a panel
function M.panel_title(column)
  local text = M.pair_title(column)
  local teacher, student = text:match("^(.* →) (.*)$")
  if utf8.len(text) <= FITS or not teacher then
    return q(text)
  end
  return q(teacher) .. ".\"\\n\"." .. q(student)
end

-- low and high of a list of numbers with some air around them
function M.range(list, air)
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

local PANELS_ACROSS = 3

-- a figure of panels, one a pair; panel(column number, is at the left) gives its lines
function M.side_by_side(n, height, left, y_axis, panel)
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

return M
