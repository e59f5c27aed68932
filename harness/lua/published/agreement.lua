-- agreement.lua - does kdbench order methods as the literature does? Table and figure of Kendall's
-- tau across data sets.

local figures = require "figures"
local files = require "files"
local measured = require "published.measured"
local options = require "options"
local orders = require "published.orders"
local plot = require "plot"
local rank = require "published.rank"
local report = require "report"
local stored = require "published.stored"
local sweepfile = require "sweepfile"
local tables = require "tables"

local M = {}

M.OUTPUT = "results/report/published/agreement"
M.LEAST = 5 -- methods below which an order is not worth comparing

-- ---- kdbench's side ----------------------------------------------------------------

local function is_of_runs(folder)
  return files.exists(folder .. "/" .. sweepfile.NAME) or files.exists(folder .. "/profile.json")
         or #stored.find(folder) == 0
end

-- "quick", "quick/vision": what a folder below `root` is called
local function short(root, folder)
  local below = folder:sub(#root + 2)
  return files.base(root) .. (below ~= "" and "/" .. below or "")
end

-- { name, groups } of everything in a folder: run files, or the runs.csv of reports
local function sets_of(folder)
  folder = folder:gsub("(.)/+$", "%1")
  local list = {}
  if is_of_runs(folder) then
    local sets, err = require "published.main".sets { folder }
    for i, set in ipairs(sets or {}) do
      list[i] = { name = short(folder, set.root), groups = measured.groups { set } }
    end
    return sets and list or nil, err
  end
  for i, path in ipairs(stored.find(folder)) do
    local groups, err = stored.groups(path)
    if not groups then
      return nil, err
    end
    list[i] = { name = short(folder, files.folder_of(path)), groups = groups }
  end
  return list
end

local function reference()
  local root, list = (os.getenv("KD_HOME") or ".") .. "/results/reference", {}
  for _, name in ipairs { "quick", "methods" } do
    list[#list + 1] = files.is_folder(root .. "/" .. name) and root .. "/" .. name or nil
  end
  return list
end

local function all_sets(folders)
  local list = {}
  for _, folder in ipairs(#folders > 0 and folders or reference()) do
    local sets, err = sets_of(folder)
    if not sets then
      return nil, err
    end
    table.move(sets, 1, #sets, #list + 1, list)
  end
  return list
end

local function datasets_of(set)
  local list, seen = {}, {}
  for _, group in ipairs(set.groups) do
    local name = group.dataset.name
    list[#list + 1] = not seen[name] and name or nil
    seen[name] = true
  end
  table.sort(list)
  return list
end

-- ---- comparisons -------------------------------------------------------------------

local function title_of(all, name)
  local entry = options.find(all.catalog.datasets, name)
  return entry and entry.title or name
end

local function compare(all, set, dataset, side)
  local common = orders.common(all.catalog, set.groups, dataset, side, M.LEAST)
  if not common then
    return nil
  end
  local name = table.concat({ set.name, dataset, side.block, side.dataset }, " ")
  local found, seeds = rank.agreement(common, name), 0
  for _, block in ipairs(common.blocks) do
    seeds = math.max(seeds, #block.seeds)
  end
  found.common, found.seeds = common, seeds
  found.own_name = string.format("%s (%s)", title_of(all, dataset), set.name)
  found.block, found.dataset = side.block, side.dataset
  return found
end

-- every set, data set and published side that have enough methods in common
function M.comparisons(all, sets)
  local list = {}
  for _, set in ipairs(sets) do
    for _, dataset in ipairs(datasets_of(set)) do
      for _, block in ipairs(all.blocks) do
        for _, side in ipairs(orders.published(all, block)) do
          list[#list + 1] = compare(all, set, dataset, side)
        end
      end
    end
  end
  return list
end

-- ---- table -------------------------------------------------------------------------

local CAPTION = "Kendall's tau-b between two orders of methods, each by mean gain over its own "
  .. "plain student (top-1): kdbench's on its data set, the published one on another: protocol, "
  .. "data and size of networks differ, and 1 is not to be expected. Interval: 95 %, percentiles "
  .. "of 1,999 bootstrap resamples of kdbench's blocks (pairs of networks) and seeds and of the "
  .. "published columns, given these methods. By chance: how often two unrelated orders of as many "
  .. "methods have a tau as far from 0. Cannot resolve: the interval holds 0 or is wider than 1, "
  .. "that chance is above 5 %, or a side has one block. Methods that a block or column lacks are "
  .. "left out. Published values as in results/published."

local function tau_text(v)
  return v and string.format("%.2f", v) or "none"
end

local function interval_text(c)
  return c.low and string.format("%.2f to %.2f", c.low, c.high) or "none"
end

local CSV = { "kdbench", "published", "dataset", "methods", "blocks", "seeds", "columns", "tau",
              "low", "high", "by_chance", "verdict", "names" }

function M.table(list)
  local t = { title = "Order of methods: kdbench against published", caption = CAPTION, labels = 2,
              head = { "kdbench", "Published", "Methods", "Blocks × seeds", "Columns", "tau",
                       "Interval", "By chance", "Verdict" }, rows = {}, csv = { CSV } }
  for i, c in ipairs(list) do
    local n, k, columns = #c.common.methods, #c.common.blocks, #c.common.columns
    t.rows[i] = { c.own_name, c.dataset .. " (" .. c.block .. ")", tostring(n),
                  k .. " × " .. c.seeds, tostring(columns), tau_text(c.tau), interval_text(c),
                  tau_text(c.p),
                  { text = c.verdict, bold = c.verdict ~= "cannot resolve" } }
    t.csv[i + 1] = { c.own_name, c.block, c.dataset, n, k, c.seeds, columns, c.tau, c.low, c.high,
                     c.p, c.verdict, table.concat(c.common.methods, "; ") }
  end
  return t
end

-- gains on both sides, a method a line
function M.gains_csv(list)
  local rows = { { "kdbench", "published", "dataset", "method", "gain", "published_gain" } }
  for _, c in ipairs(list) do
    for i, name in ipairs(c.common.methods) do
      rows[#rows + 1] = { c.own_name, c.block, c.dataset, name, c.own[i], c.published[i] }
    end
  end
  return rows
end

-- ---- figure ------------------------------------------------------------------------

local q = plot.quote
local ROW, LEFT, RIGHT, TOP, BOTTOM, WIDE = 22, 220, 210, 30, 62, 340 -- pixels
local CLEAR, PALE = "#0072B2", "#777777"

-- from the top down: each of kdbench's sides, then what it is set against
local function places(list)
  local items, at, side = {}, 0, nil
  for _, c in ipairs(list) do
    if c.own_name ~= side then
      side, at = c.own_name, at + (side and 1.4 or 0)
      items[#items + 1] = { at = at, head = side }
    end
    at = at + 1
    items[#items + 1] = { at = at, found = c }
  end
  return items, at
end

-- what is resolved, and what is not, where there is some; rows: place, tau, low, high, block
local function data_of(items, last)
  local looks = { { title = "resolved: place, tau, low, high, block", colour = CLEAR, shape = 7 },
                  { title = "cannot be resolved: place, tau, low, high, block", colour = PALE,
                    shape = 6 } }
  for _, item in ipairs(items) do
    local c = item.found
    if c and c.tau then
      local block = looks[c.verdict == "cannot resolve" and 2 or 1]
      block[#block + 1] = { last - item.at, c.tau, c.low or c.tau, c.high or c.tau, c.block }
    end
  end
  local blocks = {} -- gnuplot does not count a block without rows
  for _, block in ipairs(looks) do
    blocks[#blocks + 1] = #block > 0 and block or nil
  end
  return blocks
end

local function label(i, text, where, how)
  return string.format("set label %d %s at %s %s", i, q(text), where, how)
end

local function labels(items, last, width)
  local lines = {}
  for i, item in ipairs(items) do
    local y, c = last - item.at, item.found
    if item.head then
      lines[#lines + 1] = label(i, "kdbench " .. item.head .. " against published",
                                string.format("screen %.4f, first %g", 12 / width, y),
                                "left font ',12' tc rgb '#000000'")
    else
      lines[#lines + 1] = label(i, c.dataset .. ", " .. c.block,
                                string.format("graph 0, first %g", y), "right offset -1,0")
      lines[#lines + 1] = label(200 + i, string.format("%d methods, %s", #c.common.methods,
                                                       c.verdict),
                                string.format("graph 1, first %g", y),
                                "left offset 1,0 font ',10' tc rgb '#444444'")
    end
  end
  return lines
end

local function drawn(data)
  local parts = {}
  for i, block in ipairs(data) do
    parts[i] = string.format("data index %d using 2:1:3:4 with xerrorbars lc rgb '%s' pt %d "
                             .. "ps 0.8 lw 1.4", i - 1, block.colour, block.shape)
  end
  return "plot " .. (#parts > 0 and table.concat(parts, ", \\\n    ") or "NaN")
end

function M.figure(list)
  local items, last = places(list)
  local width = LEFT + WIDE + RIGHT
  local height = TOP + BOTTOM + math.ceil(ROW * (last + 1))
  local body = { string.format("set lmargin at screen %.4f; set rmargin at screen %.4f; "
                               .. "set bmargin at screen %.4f; set tmargin at screen %.4f",
                               LEFT / width, 1 - RIGHT / width, BOTTOM / height, 1 - TOP / height),
                 string.format("set xrange [-1:1]; set xtics 0.5; set yrange [-0.7:%g]",
                               last + 0.5),
                 "unset ytics; set border 1 lc rgb '#444444'",
                 "set xlabel 'Kendall''s tau-b of gains over the own plain student' offset 0,0.3",
                 "set arrow 1 from 0, graph 0 to 0, graph 1 nohead dt 3 lc rgb '" .. plot.GREY
                 .. "' lw 1.2 back" }
  local data, lines = data_of(items, last), labels(items, last, width)
  table.move(lines, 1, #lines, #body + 1, body)
  body[#body + 1] = drawn(data)
  return { name = "agreement", body = body, width = width, height = height, data = data,
           title = "Order of methods: kdbench against published", caption = CAPTION }
end

-- ---- the verb ----------------------------------------------------------------------

-- all: data.load's, with `catalog`; args: runs, output, tables, quiet. Exit code; or nil and a
-- message.
function M.main(all, args)
  local sets, err = all_sets(args.runs)
  if not sets then
    return nil, err
  end
  local list = M.comparisons(all, sets)
  if #list == 0 then
    return nil, string.format("no runs and no published block have %d methods in common", M.LEAST)
  end
  local out, t = args.output or M.OUTPUT, M.table(list)
  local write = report.writer(out, args.quiet)
  local ok, failed = pcall(function()
    write("agreement.md", tables.markdown(t))
    write("agreement.tex", tables.latex(t))
    write("agreement.csv", tables.csv(t.csv))
    write("gains.csv", tables.csv(M.gains_csv(list)))
    if not args.tables then
      figures.draw(M.figure(list), out, write)
    end
  end)
  return ok and 0 or nil, failed
end

return M
