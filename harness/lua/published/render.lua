-- render.lua - a block's tables with kdbench's own numbers beside the published ones.

local cells = require "cells"
local layout = require "published.layout"
local tables = require "tables"
local verdict = require "published.verdict"

local M = {}

local VERDICTS = { "within", "below", "above", "not comparable", "not run" }

-- ---- cells -----------------------------------------------------------------------

local function measured_text(v)
  local sd = v.sd and string.format(" ± %.2f", v.sd) or ""
  return string.format("%.2f%s (%d)", v.mean, sd, v.n)
end

-- the published value, and what kdbench found where it has a run
local function cell_of(row, v, notes)
  if v.verdict == "not run" then
    return { text = row.value }
  end
  local note = v.why and cells.note_number(notes, v.why)
  return { text = row.value .. " / " .. measured_text(v) .. " " .. v.verdict, note = note,
           bold = v.verdict == "within" }
end

local function add_row(out, all, block, row, groups, count)
  local line = { row.label }
  if row.pair then
    line = { row.label, row.pair, row.data, row.metric }
  end
  local labels = #line
  for i = 1, row.width do
    local cell = row.cells[i]
    local v = cell and verdict.of(all, block, cell, groups)
    line[labels + i] = cell and cell_of(cell, v, out.notes) or { text = "" }
    if v then
      count[v.verdict] = (count[v.verdict] or 0) + 1
      out.csv[#out.csv + 1] = { cell.dataset, cell.metric, cell.teacher, cell.student, cell.method,
                                cell.value, v.mean, v.sd, v.n, v.low, v.high, v.verdict, v.why,
                                cell.protocol, cell.source }
    end
  end
  line[#line + 1] = row.pair and row.cells[1].source or nil
  out.rows[#out.rows + 1] = line
end

-- ---- words -----------------------------------------------------------------------

local function counted(count)
  local parts = {}
  for _, name in ipairs(VERDICTS) do
    parts[#parts + 1] = count[name] and count[name] .. " " .. name or nil
  end
  return table.concat(parts, ", ")
end
M.counted = counted

-- a sentence of it, with its full stop
local function said(head, text)
  return text ~= "" and head .. text:gsub("%.*$", "") .. "." or nil
end

local function any_run(count)
  for name in pairs(count) do
    if name ~= "not run" then
      return true
    end
  end
end

local HOW = "After a published value: kdbench's mean ± standard deviation (runs) and verdict; "
            .. "within (bold): the published value lies in the 95 % prediction interval of these "
            .. "runs; below, above: kdbench's number is lower, higher. kdbench keeps a tenth of "
            .. "train for validation; its baselines must be within 0.3 points of the published."

local function caption(block, count, first)
  local parts = { "Published values; the name of the block is ours, not the survey's.",
                  said("Values: ", counted(count)) }
  parts[#parts + 1] = any_run(count) and HOW or nil
  if first then
    parts[#parts + 1] = said("Epochs: ", block.epochs)
    parts[#parts + 1] = said("A value is: ", block.aggregation)
    parts[#parts + 1] = said("Baselines: ", block.baselines)
    parts[#parts + 1] = said("Note: ", block.notes)
    parts[#parts + 1] = said("Source: ", block.source)
  end
  return table.concat(parts, " ")
end

-- ---- tables ----------------------------------------------------------------------

local CSV_HEAD = { "dataset", "metric", "teacher", "student", "method", "published", "mean", "sd",
                   "n", "low", "high", "verdict", "why", "protocol", "source" }

local function head_of(t, block)
  local head = t.list and { "Method", "Networks", "Data", "Metric" }
               or { block.layout == "pairs-down" and "Networks" or "Method" }
  local labels = #head
  table.move(t.columns, 1, #t.columns, labels + 1, head)
  head[#head + 1] = t.list and "Source" or nil
  return head, labels
end

local function one(all, block, t, groups, count, first)
  local own = {}
  local out = { title = block.block .. ": " .. (t.title ~= "" and t.title or block.title),
                rows = {}, notes = {}, csv = {} }
  out.head, out.labels = head_of(t, block)
  for _, row in ipairs(t.rows) do
    row.width = #t.columns
    add_row(out, all, block, row, groups, own)
  end
  for name, n in pairs(own) do
    count[name] = (count[name] or 0) + n
  end
  out.caption = caption(block, own, first)
  return out
end

-- tables of a block as tables.lua writes them, rows for its CSV, how many cells have each verdict
function M.block(all, block, groups)
  local list, count, csv = {}, {}, { CSV_HEAD }
  for i, t in ipairs(layout.tables(all, block)) do
    list[i] = one(all, block, t, groups, count, i == 1)
    table.move(list[i].csv, 1, #list[i].csv, #csv + 1, csv)
  end
  return list, csv, count
end

-- files of a block, as { suffix, text }
function M.files(all, block, groups)
  local list, csv, count = M.block(all, block, groups)
  local md, tex = {}, {}
  for i, t in ipairs(list) do
    md[i], tex[i] = tables.markdown(t), tables.latex(t)
  end
  return { { "md", "## " .. block.title .. "\n\n" .. table.concat(md, "\n") },
           { "tex", table.concat(tex, "\n") }, { "csv", tables.csv(csv) } }, count
end

return M
