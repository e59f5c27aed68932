-- drawing.lua - SVG inside the page: the report's figures, and a small curve of each run.

local files = require "files"
local markup = require "html.markup"

local M = {}

local escape = markup.escape

-- ---- figures ---------------------------------------------------------------------------

-- what gnuplot wrote, without its prologue, groups of nothing and what is SVG's default; its names
-- are made this figure's own, since a page has many figures
local function svg_of(path, prefix)
  local text = assert(files.read(path))
  text = assert(text:match("<svg.*</svg>"), path .. " holds no SVG")
  text = text:gsub("<title>.-</title>", "", 1):gsub("<desc>.-</desc>", "", 1)
  text = text:gsub("(%sid=)(['\"])", "%1%2" .. prefix)
  text = text:gsub("(xlink:href=['\"])#", "%1#" .. prefix):gsub("url%(#", "url(#" .. prefix)
  text = text:gsub(' stroke%-linecap="butt" stroke%-linejoin="miter"', "")
  return (text:gsub("<g [^>]*>%s*</g>", ""):gsub("[ \t]*\n%s*", "\n"))
end

-- figure: name, title, caption, width; folder: where it was drawn; place: { id, number on the page,
-- pair }
function M.figure(figure, folder, place)
  local id, pair = place.id, place.pair
  local svg = svg_of(folder .. "/figures/" .. figure.name .. ".svg", "G" .. place.number .. "-")
  local head = string.format('<svg role="img" aria-labelledby="%s-title"', id)
  svg = svg:gsub("^<svg", function() return head end)
           :gsub(">", function() return string.format('><title id="%s-title">%s</title>', id,
                                                      escape(figure.title)) end, 1)
  return string.format([[
<figure id="%s"%s>
<div class="scroll drawing%s" role="region" aria-label="%s" tabindex="0">%s</div>
<figcaption><strong>%s.</strong> %s</figcaption>
</figure>]], id, pair and string.format(' data-p="%s"', pair) or "",
                       (figure.width or 0) > 600 and " wide" or "", escape(figure.title), svg,
                       escape(figure.title), escape(figure.caption))
end

-- ---- curves ----------------------------------------------------------------------------

local WIDTH, HEIGHT, EDGE = 150, 40, 3

-- { epoch, value } of what was measured; a folder may read curves only when they are asked for
local function points_of(row, name)
  local curve = type(row.curve) == "function" and row.curve(row) or row.curve or {}
  local list = {}
  for epoch, v in ipairs(curve[name] or {}) do
    list[#list + 1] = v == v and math.abs(v) < math.huge and { epoch, v } or nil
  end
  return list
end

-- smallest and largest of lists of points, one a run
local function span(...)
  local range = { math.huge, -math.huge }
  for _, lists in ipairs { ... } do
    for _, list in ipairs(lists) do
      for _, point in ipairs(list) do
        range[1], range[2] = math.min(range[1], point[2]), math.max(range[2], point[2])
      end
    end
  end
  return range
end

-- place of an epoch, and of a value within a range, in pixels
local function place(point, epochs, range)
  local wide, high = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE
  local x = epochs > 1 and (point[1] - 1) / (epochs - 1) or 0.5
  local y = range[2] > range[1] and (point[2] - range[1]) / (range[2] - range[1]) or 0.5
  return math.floor(EDGE + wide * x + 0.5), HEIGHT - EDGE - high * y
end

-- at most one point a pixel
local function path_of(list, epochs, range)
  local parts, last = {}, nil
  for i, point in ipairs(list) do
    local x, y = place(point, epochs, range)
    if x ~= last or i == #list then
      parts[#parts + 1] = string.format("%d %.1f", x, y)
      last = x
    end
  end
  local one = #parts == 1 and "h0" or "" -- a point of its own is drawn as a dot
  return #parts > 0 and "M" .. table.concat(parts, " ") .. one or nil
end

local function described(list, unit)
  local parts = {}
  for i, point in ipairs(list) do
    if i == 1 or i == #list then
      parts[#parts + 1] = string.format("%.4g%s after epoch %d", point[2], unit, point[1])
    end
  end
  return table.concat(parts, ", ")
end

local LINES = { "loss", "validation", "test" }

-- of the runs of a cell, by the same measure: the training loss, and the metric on validation and
-- test; for M.curve
function M.curves(rows, metric)
  local curves = { unit = metric.unit == "%" and " %" or "", loss = {}, validation = {}, test = {} }
  for i, row in ipairs(rows) do
    curves.loss[i] = points_of(row, "loss")
    curves.validation[i] = points_of(row, "validation_" .. metric.name)
    curves.test[i] = points_of(row, "test_" .. metric.name)
  end
  local measured = span(curves.validation, curves.test)
  curves.range = { loss = span(curves.loss), validation = measured, test = measured }
  return curves
end

-- of the i-th run of these, by epoch; nil when nothing was measured
function M.curve(curves, i, epochs)
  local loss, test, parts = curves.loss[i], curves.test[i], {}
  for _, name in ipairs(LINES) do
    local d = path_of(curves[name][i], epochs, curves.range[name])
    parts[#parts + 1] = d and string.format('<path class="%s" d="%s"/>', name, d) or nil
  end
  if #parts == 0 then
    return nil
  end
  local title = #test > 0 and "test: " .. described(test, curves.unit)
                or "loss: " .. described(loss, "")
  return string.format('<svg class="curve" role="img" viewBox="0 0 %d %d" width="%d" height="%d">'
                       .. "<title>%s</title>%s</svg>", WIDTH, HEIGHT, WIDTH, HEIGHT,
                       escape(title), table.concat(parts))
end

return M
