-- drawing.lua - SVG inside the page: the report's figures, and a small curve of each run.

local files = require "files"
local markup = require "html.markup"

local M = {}

local escape = markup.escape

-- ---- figures ---------------------------------------------------------------------------

-- what gnuplot wrote, without its prologue; its names are made this figure's own, since a page has
-- many figures
local function svg_of(path, id)
  local text = assert(files.read(path))
  text = assert(text:match("<svg.*</svg>"), path .. " holds no SVG")
  text = text:gsub("<title>.-</title>", "", 1):gsub("<desc>.-</desc>", "", 1)
  text = text:gsub("(%sid=)(['\"])", "%1%2" .. id .. "-")
  text = text:gsub("(xlink:href=['\"])#", "%1#" .. id .. "-")
  text = text:gsub("url%(#", "url(#" .. id .. "-")
  return (text:gsub("[ \t]*\n%s*", "\n"))
end

-- figure: name, title, caption, width; folder: where it was drawn
function M.figure(figure, folder, id, pair)
  local svg = svg_of(folder .. "/figures/" .. figure.name .. ".svg", id)
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

-- smallest and largest of several lists of points
local function span(lists)
  local low, high = math.huge, -math.huge
  for _, list in ipairs(lists) do
    for _, point in ipairs(list) do
      low, high = math.min(low, point[2]), math.max(high, point[2])
    end
  end
  return low, high
end

-- at most one point a pixel
local function path_of(list, epochs, low, high)
  local parts, last = {}, nil
  for i, point in ipairs(list) do
    local x = EDGE + (WIDTH - 2 * EDGE) * (epochs > 1 and (point[1] - 1) / (epochs - 1) or 0.5)
    local y = HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (high > low and (point[2] - low) / (high - low)
                                                     or 0.5)
    local pixel = math.floor(x + 0.5)
    if pixel ~= last or i == #list then
      parts[#parts + 1] = string.format("%d %.1f", pixel, y):gsub("%.0$", "")
      last = pixel
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

-- The training loss of a run, and its metric on validation and test, by epoch; nil without any.
-- ranges: what M.ranges gives for all runs that are looked at together.
function M.curve(row, metric, ranges)
  local epochs = row.spec.train.epochs
  local loss = points_of(row, "loss")
  local test = points_of(row, "test_" .. metric.name)
  local validation = points_of(row, "validation_" .. metric.name)
  local unit, parts = metric.unit == "%" and " %" or "", {}
  local function line(class, list, range)
    local d = path_of(list, epochs, range[1], range[2])
    parts[#parts + 1] = d and string.format('<path class="%s" d="%s"/>', class, d) or nil
  end
  line("loss", loss, ranges.loss)
  line("validation", validation, ranges.metric)
  line("test", test, ranges.metric)
  if #parts == 0 then
    return nil
  end
  local title = #test > 0 and "test: " .. described(test, unit) or "loss: " .. described(loss, "")
  return string.format('<svg class="curve" role="img" viewBox="0 0 %d %d" width="%d" height="%d">'
                       .. "<title>%s</title>%s</svg>", WIDTH, HEIGHT, WIDTH, HEIGHT,
                       escape(title), table.concat(parts))
end

function M.ranges(rows, metric)
  local loss, measured = {}, {}
  for _, row in ipairs(rows) do
    loss[#loss + 1] = points_of(row, "loss")
    measured[#measured + 1] = points_of(row, "test_" .. metric.name)
    measured[#measured + 1] = points_of(row, "validation_" .. metric.name)
  end
  return { loss = { span(loss) }, metric = { span(measured) } }
end

return M
