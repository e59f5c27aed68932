-- gains.lua - the figure over several tracks: what each method gains over the plain student, one
-- row a method, one panel a track.

local cells = require "cells"
local across = require "across"
local panels = require "panels"
local plot = require "plot"
local trackwise = require "trackwise"

local M = {}

local q = plot.quote
local ROW, PANEL, GAP, TOP, BOTTOM = 22, 200, 20, 40, 52 -- pixels

local function shown(all)
  local list = {}
  for _, method in ipairs(all.methods) do
    list[#list + 1] = method.name ~= across.PLAIN and method or nil
  end
  return list
end

-- rows: place, gain, low, high, method; the best rank is on top
local function points_of(track, methods)
  local block = { title = track.name .. ": place, gain, interval's ends, method", words = {} }
  for i, method in ipairs(methods) do
    local gain, at = method.track[track].gain, #methods - i + 1
    if gain then
      block[#block + 1] = { at, gain.mean, gain.low or gain.mean, gain.high or gain.mean,
                            method.label, method = method, gain = gain }
    else
      local _, state = cells.reason(across.all_runs(track, method.label))
      block.words[#block.words + 1] = { at = at, text = state or "not run" }
    end
  end
  return block
end

-- the axis fits gains and 0, and intervals up to three times their spread
local function range_of(block)
  local means, ends = { 0 }, {}
  for i, p in ipairs(block) do
    means[i + 1] = p[2]
  end
  local low, high = panels.range(means, 0)
  local room = 1.5 * math.max(high - low, 0.2)
  for _, p in ipairs(block) do
    ends[#ends + 1], ends[#ends + 2] = math.max(low - room, p[3]), math.min(high + room, p[4])
  end
  ends[#ends + 1], ends[#ends + 2] = low, high
  return panels.range(ends)
end

-- what is unresolved is drawn pale, with an open circle
local function point_text(block, at, i)
  local p = block[i]
  local colour = plot.style(p.method.name)
  local pale = p.gain.unresolved
  return string.format("data index %d every ::%d::%d using 2:1%s lc rgb '%s' pt %d ps 0.8 lw %.1f",
                       at, i - 1, i - 1, p.gain.half and ":3:4 with xerrorbars" or " with points",
                       colour, pale and 6 or 7, pale and 0.8 or 1.6)
end

local function tics(methods, named)
  local list = {}
  for i, method in ipairs(methods) do
    list[i] = q(named and method.label or "") .. " " .. (#methods - i + 1)
  end
  return "set ytics (" .. table.concat(list, ", ") .. ")"
end

local function words_of(block)
  local lines = {}
  for i, word in ipairs(block.words) do
    lines[i] = string.format("set label %d %s at graph 0.5, first %d center tc rgb '%s' font ',9'",
                             20 + i, q(word.text), word.at, plot.GREY)
  end
  return lines
end

local function panel_of(track, block, at, methods)
  local low, high = range_of(block)
  local lines = words_of(block)
  lines[#lines + 1] = string.format("set xrange [%s:%s]; set xtics %g; set yrange [0.4:%.1f]",
                                    plot.number(low), plot.number(high), plot.step(low, high, 5),
                                    #methods + 0.6)
  lines[#lines + 1] = tics(methods, at == 0)
  lines[#lines + 1] = "set title " .. q(track.name) .. " offset 0,-0.4"
  lines[#lines + 1] = "set xlabel " .. q("gain, " .. panels.axis_name(track.metric, "test"))
                      .. " offset 0,0.3"
  local parts = { "0,0 with points ps 0 notitle" }
  for i = 1, #block do
    parts[i] = point_text(block, at, i)
  end
  lines[#lines + 1] = "plot " .. (#block > 0 and table.concat(parts, ", \\\n    ") or "NaN")
  for i = 1, #block.words do
    lines[#lines + 1] = "unset label " .. 20 + i
  end
  return lines
end

local function longest(methods)
  local most = 0
  for _, method in ipairs(methods) do
    most = math.max(most, utf8.len(method.label) or #method.label)
  end
  return most
end

local function frame(n, rows, left)
  local width, height = left + n * (PANEL + GAP), TOP + BOTTOM + ROW * rows
  return width, height, {
    string.format("set multiplot layout 1,%d margins %.4f,%.4f,%.4f,%.4f spacing %.4f,0", n,
                  left / width, 1 - GAP / width, BOTTOM / height, 1 - TOP / height, GAP / width),
    "set arrow 1 from 0, graph 0 to 0, graph 1 nohead dt 3 lc rgb '" .. plot.GREY .. "' lw 1.2 back",
  }
end

-- nil when there is nothing to compare
function M.figure(all)
  local methods, data = shown(all), {}
  if #methods == 0 or #all.tracks < 2 then
    return nil
  end
  local width, height, body = frame(#all.tracks, #methods, 24 + 8 * longest(methods))
  for i, track in ipairs(all.tracks) do
    data[i] = points_of(track, methods)
    local lines = panel_of(track, data[i], i - 1, methods)
    table.move(lines, 1, #lines, #body + 1, body)
  end
  body[#body + 1] = "unset multiplot"
  return { name = "tracks-gain", body = body, width = width, height = height, data = data,
           title = "Gains over tracks",
           caption = trackwise.opening(all) .. " Gain over the plain student of the same seed, "
             .. "mean over a track's blocks and seeds, with the 95 % interval of "
             .. trackwise.interval_name(all) .. "; the best mean rank is on top. Open and thin: "
             .. "unresolved, half of the interval is above 1 point, or there is one seed. Dotted: "
             .. "the plain student." }
end

return M
