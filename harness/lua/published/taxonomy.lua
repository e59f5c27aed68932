-- taxonomy.lua - the survey's tree in numbers: papers surveyed, implemented here and verified, in
-- each category of its five aspects, as a table and a figure.

local kd = require "kd"
local figures = require "figures"
local plot = require "plot"
local report = require "report"
local survey = require "published.survey"
local tables = require "tables"

local M = {}

M.OUTPUT = "results/report/published/taxonomy"

local CAPTION = "Papers that the survey's authors list, each counted once a category and, in the "
  .. "last row, once; how many are methods here; how many of these have reference vectors made "
  .. "with the authors' code or a known re-implementation, or derived independently. Beside: "
  .. "methods here whose paper the survey does not list. Offline distillation has no list of its "
  .. "own."

-- ---- table -------------------------------------------------------------------------

local function line(aspect, name, n, beside)
  return { aspect, name, n.surveyed, n.implemented, n.authors, n.derived, beside }
end

-- rows of numbers: those of each category, then the total
local function rows_of(all)
  local rows, beside = {}, 0
  for _, aspect in ipairs(survey.ASPECTS) do
    for _, group in ipairs(survey.of_aspect(all, aspect)) do
      rows[#rows + 1] = line(aspect, group.name, survey.count(group.papers), #group.beside)
      beside = beside + #group.beside
    end
  end
  rows[#rows + 1] = line("All", "each paper once", survey.count(survey.papers(all.groups)), beside)
  return rows
end

local HEAD = { "Aspect", "Category", "Surveyed", "Implemented", "Verified, authors' vectors",
               "Verified, derived", "Beside" }
local CSV = { "aspect", "category", "surveyed", "implemented", "verified_authors",
              "verified_derived", "beside" }

local function table_of(rows)
  local t = { title = "The survey's categories and what is here", head = HEAD, labels = 2,
              caption = CAPTION, rows = {}, csv = { CSV } }
  for i, row in ipairs(rows) do
    t.csv[i + 1], t.rows[i] = row, {}
    for k, v in ipairs(row) do
      t.rows[i][k] = tostring(v)
    end
  end
  return t
end

-- ---- figure ------------------------------------------------------------------------

local q = plot.quote
local ROW, LEFT, RIGHT, TOP, BOTTOM, WIDE = 21, 282, 150, 52, 62, 420 -- pixels
local GREY, MIDDLE, LIGHT, DARK = "#d4d4d4", "#8a8a8a", "#56B4E9", "#0072B2"

-- categories from the top down, with a line for each aspect above its own
local function places(rows)
  local list, at, aspect = {}, 0, nil
  for i = 1, #rows - 1 do
    if rows[i][1] ~= aspect then
      aspect, at = rows[i][1], at + (aspect and 1.35 or 0)
      list[#list + 1] = { at = at, aspect = aspect }
    end
    at = at + 1
    list[#list + 1] = { at = at, row = rows[i] }
  end
  return list, at
end

-- rows: place, surveyed, authors, authors + derived, implemented
local function data_of(list, last)
  local block = { title = "place, surveyed, by authors' vectors, and derived, implemented, "
                          .. "category" }
  for _, item in ipairs(list) do
    local row = item.row
    if row then
      block[#block + 1] = { last - item.at, row[3], row[5], row[5] + row[6], row[4], row[2] }
    end
  end
  return block
end

local function said(row)
  local beside = row[7] > 0 and string.format(" (+%d)", row[7]) or ""
  return string.format("%d, %d, %d%s", row[3], row[4], row[5] + row[6], beside)
end

local function labels(list, last)
  local lines = {}
  for i, item in ipairs(list) do
    local y = last - item.at
    if item.aspect then
      lines[i] = string.format("set label %d %s at screen %.4f, first %g left font ',12' tc rgb "
                               .. "'#000000'", i, q(item.aspect), 12 / (LEFT + WIDE + RIGHT), y)
    else
      lines[i] = string.format("set label %d %s at first 0, first %g right offset -0.8,0; "
                               .. "set label %d %s at first %d, first %g left offset 0.8,0 "
                               .. "font ',10' tc rgb '#444444'", i, q(item.row[2]), y, 200 + i,
                               q(said(item.row)), item.row[3], y)
    end
  end
  return lines
end

local function key(total)
  local parts = { { "surveyed " .. total[3], "#777777", 12 },
                  { "implemented " .. total[4], "#444444", 120 },
                  { "verified: authors' vectors " .. total[5], DARK, 244 },
                  { "derived " .. total[6], LIGHT, 444 } }
  local lines, width = {}, LEFT + WIDE + RIGHT
  for i, part in ipairs(parts) do
    lines[i] = string.format("set label %d %s at screen %.4f, graph 1.0 offset 0,1.6 left tc rgb "
                             .. "'%s' font ',11'", 400 + i, q(part[1]), part[3] / width, part[2])
  end
  lines[#lines + 1] = string.format("set label 409 %s at screen %.4f, graph 1.0 offset 0,1.6 "
                                    .. "right tc rgb '#444444' font ',10'",
                                    q "surveyed, implemented, verified (+ beside the list)",
                                    1 - 12 / width)
  return lines
end

local function bar(column, colour, half)
  return string.format("data using (0):1:(0):%s:($1-%g):($1+%g) with boxxyerror fs solid 1 "
                       .. "noborder lc rgb '%s'", column, half, half, colour)
end

local function body_of(list, last, most, total)
  local width, height = LEFT + WIDE + RIGHT, TOP + BOTTOM + math.ceil(ROW * (last + 1))
  local body = { string.format("set lmargin at screen %.4f; set rmargin at screen %.4f; "
                               .. "set bmargin at screen %.4f; set tmargin at screen %.4f",
                               LEFT / width, 1 - RIGHT / width, BOTTOM / height,
                               1 - TOP / height),
                 string.format("set xrange [0:%d]; set yrange [-0.7:%g]", most, last + 0.5),
                 "unset ytics; set border 1 lc rgb '#444444'",
                 "set xlabel 'papers in the category' offset 0,0.3" }
  for _, lines in ipairs { labels(list, last), key(total) } do
    table.move(lines, 1, #lines, #body + 1, body)
  end
  local bars = { bar("2", GREY, 0.36), bar("5", MIDDLE, 0.36), bar("4", LIGHT, 0.36),
                 bar("3", DARK, 0.36) }
  body[#body + 1] = "plot " .. table.concat(bars, ", \\\n    ")
  return body, width, height
end

local function figure_of(rows)
  local list, last = places(rows)
  local most = 0
  for i = 1, #rows - 1 do
    most = math.max(most, rows[i][3])
  end
  local body, width, height = body_of(list, last, most, rows[#rows])
  return { name = "taxonomy", body = body, width = width, height = height,
           data = { data_of(list, last) }, title = "Taxonomy", caption = CAPTION }
end

-- ---- the verb ----------------------------------------------------------------------

-- args: output, tables, quiet. Exit code; or nil and a message.
function M.main(args)
  local all, err = survey.load(kd.catalog().methods)
  if not all then
    return nil, err
  end
  local rows, out = rows_of(all), args.output or M.OUTPUT
  local write, t = report.writer(out, args.quiet), table_of(rows)
  local ok, failed = pcall(function()
    write("taxonomy.md", tables.markdown(t))
    write("taxonomy.tex", tables.latex(t))
    write("taxonomy.csv", tables.csv(t.csv))
    if not args.tables then
      figures.draw(figure_of(rows), out, write)
    end
  end)
  return ok and 0 or nil, failed
end

return M
