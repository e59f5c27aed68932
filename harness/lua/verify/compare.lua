-- compare.lua - two results folders side by side, cell by cell: same bits, within the spread, or
-- different, and why.

local bits = require "verify.bits"
local expand = require "expand"
local machine = require "verify.machine"
local pairing = require "verify.pairing"
local results = require "results"
local spread = require "verify.spread"
local stats = require "stats"

local M = { SAME = "same bits", WITHIN = "within spread", DIFFERENT = "different",
            UNRESOLVED = "unresolved" }

-- ---- runs ---------------------------------------------------------------------------------

local function data_of(row)
  return row.env.dataset_sha256
end

local function said(row)
  return row.reason and row.state .. ": " .. row.reason or row.state
end

-- what sets two runs apart that no seed explains; nil where nothing does
local function fault(a, b)
  if a.state ~= "done" or b.state ~= "done" then
    return a.state ~= b.state and string.format("%s in A, %s in B", said(a), said(b)) or nil
  elseif data_of(a) ~= data_of(b) then
    return "other data"
  end
end

local function look(run)
  run.fault = fault(run.a, run.b)
  if run.a.state == "done" and run.b.state == "done" then
    run.same, run.values = bits.same(run.a, run.b)
    run.excuse = machine.excuse(run.a.env, run.b.env)
    run.other_teacher = machine.other_teacher(run.a.env, run.b.env, run.a.spec)
    run.a.curve, run.b.curve = nil, nil -- nobody looks at them again: thousands need no room
  else
    run.same = not run.fault -- both failed, both not applicable
  end
end

-- ---- cells ----------------------------------------------------------------------------------

-- the metric that a cell is judged by, of a name or the primary one
local function metric_of(cell, name)
  local rows = table.move(cell.left.a, 1, #cell.left.a, 1, {})
  for i, run in ipairs(cell.runs) do
    rows[i] = run.a
  end
  for _, row in ipairs(rows) do
    for _, metric in ipairs(row.final.metrics or {}) do
      if metric.name == name or not name and metric.primary then
        return metric
      end
    end
  end
end

local function values_of(rows, how, metric)
  local list = {}
  for _, row in ipairs(rows) do
    list[#list + 1] = metric and results.value(row, how.protocol, metric.name) or nil
  end
  return list
end

-- values of the seeds that both have; where they have none in common, of those that each has
local function fill_values(cell, how)
  local one, two = {}, {}
  for _, run in ipairs(cell.runs) do
    if run.a.state == "done" and run.b.state == "done" then
      one[#one + 1], two[#two + 1] = run.a, run.b
      cell.other_teacher = cell.other_teacher or run.other_teacher
    end
  end
  cell.paired = #cell.runs > 0
  cell.a = values_of(cell.paired and one or cell.left.a, how, cell.metric)
  cell.b = values_of(cell.paired and two or cell.left.b, how, cell.metric)
  cell.mean_a, cell.mean_b = stats.mean(cell.a), stats.mean(cell.b)
  cell.comparable = #cell.a > 0 and #cell.b > 0 and (not cell.paired or #cell.a == #cell.b)
end

local function first_fault(cell)
  for _, run in ipairs(cell.runs) do
    if run.fault then
      return string.format("seed %d: %s", run.seed, run.fault)
    end
  end
end

local function all_same(cell)
  for _, run in ipairs(cell.runs) do
    if not run.same then
      return false
    end
  end
  return #cell.runs > 0
end

-- what needs no interval
local function settle(cell)
  local why = first_fault(cell)
  if cell.settings then
    cell.verdict, cell.why = M.DIFFERENT, "other settings: " .. table.concat(cell.settings, "; ")
  elseif why then
    cell.verdict, cell.why = M.DIFFERENT, why
  elseif all_same(cell) then
    cell.verdict = M.SAME
    cell.why = #cell.a == 0 and said(cell.row) .. " in both" or nil
  elseif not cell.comparable then
    cell.verdict, cell.why = M.UNRESOLVED, "no value of " .. (cell.metric and cell.metric.name
                                                               or "any metric") .. " in both"
  end
end

-- a run that had no excuse for other bits
local function note_bits(cell)
  for _, run in ipairs(cell.runs) do
    if not run.same and not run.fault and not run.excuse then
      cell.unexcused = cell.unexcused or string.format("seed %d: %s", run.seed,
        run.values[1] and bits.text(run.values[1]) or "weights or predictions have other bits")
    end
  end
end

local function decide(cell)
  if not cell.half then
    cell.verdict = cell.unexcused and M.DIFFERENT or M.UNRESOLVED
    cell.why = "other bits, and no second seed that says how far runs may be apart"
  elseif math.abs(cell.difference) <= cell.half then
    cell.verdict = M.WITHIN
  else
    cell.verdict = M.DIFFERENT
    cell.why = "the interval of the difference excludes 0"
  end
end

-- Cells of all settings have a difference; those that are settled are none of the family.
local function judge(list)
  local open, settled = {}, {}
  for _, cell in ipairs(list) do
    if cell.comparable then
      table.insert(cell.verdict and settled or open, cell)
    end
    cell.family = cell.dataset .. "\0" .. (cell.metric and cell.metric.name or "")
  end
  spread.judge(open)
  for _, cell in ipairs(open) do
    decide(cell)
  end
  for _, cell in ipairs(settled) do
    cell.difference = cell.mean_b - cell.mean_a
  end
  return #open
end

-- ---- all ------------------------------------------------------------------------------------

local function seeds_of(rows)
  local seen = {}
  for _, row in ipairs(rows) do
    seen[row.spec.seed] = true
  end
  return expand.sorted_keys(seen)
end

local function add_only(out, side, cell, seeds)
  if #seeds > 0 then
    table.insert(out, { side = side, cell = cell, seeds = seeds })
  end
end

-- cells that both have, and what only one has
local function split(list)
  local both, only = {}, {}
  for _, cell in ipairs(list) do
    if cell.only then
      add_only(only, cell.only, cell, cell.seeds)
    else
      both[#both + 1] = cell
    end
    if not cell.only and #cell.runs > 0 then
      add_only(only, "a", cell, seeds_of(cell.left.a))
      add_only(only, "b", cell, seeds_of(cell.left.b))
    end
  end
  return both, only
end

local function count(both)
  local n = { [M.SAME] = 0, [M.WITHIN] = 0, [M.DIFFERENT] = 0, [M.UNRESOLVED] = 0 }
  for _, cell in ipairs(both) do
    n[cell.verdict] = n[cell.verdict] + 1
  end
  return n
end

-- why bits need not be the same, each reason once
local function excuses(both)
  local reasons = {}
  for _, cell in ipairs(both) do
    for _, run in ipairs(cell.runs) do
      if run.excuse then
        reasons[run.excuse] = true
      end
    end
  end
  return expand.sorted_keys(reasons)
end

-- what is planned and was never run is not there
local function there(rows)
  local list = {}
  for _, row in ipairs(rows) do
    list[#list + 1] = row.state ~= "not run" and row or nil
  end
  return list
end

-- a, b: what folder.load gives. how: protocol ("last"), metric (nil: the primary one). Gives
-- { cells, only = { side, cell, seeds }, counts, tested (cells that intervals were made for),
--   excuses (texts: why bits need not be the same) }
function M.all(a, b, how)
  local both, only = split(pairing.cells(there(a.rows), there(b.rows)))
  for _, cell in ipairs(both) do
    for _, run in ipairs(cell.runs) do
      look(run)
    end
    cell.metric = metric_of(cell, how.metric)
    fill_values(cell, how)
    settle(cell)
    note_bits(cell)
  end
  local tested = judge(both)
  return { a = a, b = b, cells = both, only = only, counts = count(both), tested = tested,
           excuses = excuses(both), how = how }
end

-- 0: every cell that both have agrees; 1: one does not, or there is none
function M.code(all)
  local bad = all.counts[M.DIFFERENT] + all.counts[M.UNRESOLVED]
  return (bad > 0 or #all.cells == 0) and 1 or 0
end

return M
