-- diagram.lua - Nemenyi's critical-difference diagram (Demsar 2006): mean ranks on an axis, bars
-- over those that are not told apart.

local accuracy = require "accuracy"
local plot = require "plot"
local words = require "stat.words"

local M = {}

local q = plot.quote
local AXIS, ROW, BAR, TOP, CHAR = 420, 18, 7, 72, 7.5 -- pixels

-- ---- where things are ------------------------------------------------------------

local function shown(method)
  return string.format("%s  %.2f", method.name == accuracy.PLAIN and "Student" or method.label,
                       method.rank)
end

-- pixels: x of a rank from the axis' left end, y down from the axis
local function layout(found)
  local k, at = #found.methods, { left = {}, right = {}, bars = {}, names = 0 }
  local function x(rank) return (rank - 1) / (k - 1) * AXIS end
  local first = 16 + BAR * #found.cliques
  for i, method in ipairs(found.methods) do
    local left = i <= (k + 1) // 2
    local row = left and i - 1 or k - i
    local y, text = first + ROW * row, shown(method)
    table.insert(left and at.left or at.right, { x(method.rank), y, text, method.name })
    at.names, at.bottom = math.max(at.names, utf8.len(text)), math.max(at.bottom or 0, y)
  end
  for i, run in ipairs(found.cliques) do
    at.bars[i] = { x(found.ranks[run[1]]) - 3, x(found.ranks[run[2]]) + 3, 4 + BAR * i }
  end
  at.x, at.margin = x, math.ceil(30 + CHAR * at.names)
  return at
end

local function data_of(at)
  local blocks = { { title = "left: rank in pixels, line in pixels, name and rank" },
                   { title = "right: the same" }, { title = "bars: from, to, line" } }
  for i, side in ipairs { at.left, at.right, at.bars } do
    for j, row in ipairs(side) do
      blocks[i][j] = { row[1], i < 3 and -row[2] or row[2], i < 3 and row[3] or -row[3],
                       method = row[4] }
    end
  end
  return blocks
end

-- ---- lines of gnuplot ------------------------------------------------------------

-- numbered, or the second format would draw them twice
local function numbered(lines)
  for i, line in ipairs(lines) do
    lines[i] = line:gsub("^set (%a+)", "set %1 " .. i)
  end
  return lines
end

local function axis_lines(found, at, lines)
  local k = #found.methods
  local step = math.max(1, math.floor(plot.step(1, k, 10)))
  local ticks = { 1 }
  for rank = step > 1 and step or 2, k, step do
    ticks[#ticks + 1] = rank
  end
  lines[#lines + 1] = string.format("set arrow from 0, 0 to %d, 0 nohead lw 1.4", AXIS)
  for _, rank in ipairs(ticks) do
    lines[#lines + 1] = string.format("set arrow from %.1f, 0 to %.1f, 5 nohead lw 1.4", at.x(rank),
                                      at.x(rank))
    lines[#lines + 1] = string.format("set label '%d' at %.1f, 13 center", rank, at.x(rank))
  end
end

-- the critical difference as a length over the axis, or why there is none to see
local function distance_lines(found, lines)
  if not found.resolves then
    local text = string.format("%s: CD %.2f, ranks differ by %d at most", words.NOT_HERE, found.cd,
                               #found.methods - 1)
    lines[#lines + 1] = string.format("set label %s at %d, 44 center", q(text), AXIS // 2)
    return
  end
  local length = found.cd / (#found.methods - 1) * AXIS
  lines[#lines + 1] = string.format("set arrow from 0, 36 to %.1f, 36 heads size 4,90 lw 1.4",
                                    length)
  lines[#lines + 1] = string.format("set label %s at %.1f, 50 center",
                                    q(string.format("CD %.2f", found.cd)), length / 2)
end

-- one line to its method's name: down from the axis, then out to the side
local function name_lines(block, index, out)
  local parts, side = {}, out < 0 and "right" or "left"
  for i = 1, #block do
    local from = string.format("data index %d every ::%d::%d using ", index, i - 1, i - 1)
    local colour = plot.style(block[i].method)
    local to = out < 0 and out or AXIS + out
    local style = string.format("with vectors nohead lw 1.2 lc rgb '%s'", colour)
    parts[#parts + 1] = from .. "1:(0):(0):2 " .. style
    parts[#parts + 1] = from .. string.format("1:2:(%d-$1):(0) ", to) .. style
    parts[#parts + 1] = from .. string.format("(%d):2:3 with labels %s tc rgb '#222222'",
                                              out < 0 and out - 6 or AXIS + out + 6, side)
  end
  return parts
end

local function body_of(found, at, data, width, height)
  local body, drawn = { "set lmargin 0; set rmargin 0; set tmargin 0; set bmargin 0",
                        "unset border; unset tics; unset grid",
                        string.format("set xrange [%d:%d]; set yrange [%d:%d]", -at.margin,
                                      width - at.margin, TOP - height, TOP) }, {}
  axis_lines(found, at, drawn)
  distance_lines(found, drawn)
  table.move(numbered(drawn), 1, #drawn, #body + 1, body)
  local parts, right = name_lines(data[1], 0, -14), name_lines(data[2], 1, 14)
  table.move(right, 1, #right, #parts + 1, parts)
  parts[#parts + 1] = #data[3] > 0 and "data index 2 using 1:3:($2-$1):(0) with vectors nohead "
                                       .. "lw 5 lc rgb '#222222'" or nil
  body[#body + 1] = "plot " .. table.concat(parts, ", \\\n    ")
  return body
end

-- found: of blocks.measure; nil where there is one block, of which ranks are no means
function M.figure(found, name, caption)
  if not found or found.test.n < 2 then
    return nil
  end
  local at = layout(found)
  local data = data_of(at)
  local width, height = math.ceil(AXIS + 2 * at.margin), math.ceil(TOP + at.bottom + 16)
  return { name = name, body = body_of(found, at, data, width, height), width = width,
           height = height, data = data, caption = caption,
           title = "Critical differences of ranks" }
end

return M
