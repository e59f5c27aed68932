-- grid.lua - rows of runs put into tables: methods down, pairs across, seeds in a cell.

local expand = require "expand"
local json = require "json"

local M = {}

-- ---- names -----------------------------------------------------------------------

local function option_text(v)
  if type(v) == "table" then
    if v.schedule == "steps" then
      return "steps"
    end
    return string.format("%s(%.4g,%.4g)", v.schedule, v.from, v.to)
  elseif type(v) == "number" then
    return string.format("%.6g", v)
  end
  return tostring(v)
end

M.option_text = option_text

-- what a row of a table is called before its options: the sweep may say it of a pair
local function name_of(row)
  return row.as or row.spec.method.name
end

-- 1 and 1.0 are two values, as in a spec
local function same(a, b)
  if type(a) ~= "table" and a == b then
    return math.type(a) == math.type(b)
  end
  return json.encode { a } == json.encode { b }
end

-- options in which the runs of a method differ
local function varying(rows)
  local first, differ = {}, {}
  for _, row in ipairs(rows) do
    local name = name_of(row)
    first[name] = first[name] or row.spec.method.options
    for key, value in pairs(row.spec.method.options) do
      if not same(value, first[name][key]) then
        differ[name] = differ[name] or {}
        differ[name][key] = true
      end
    end
  end
  return differ
end

local function method_label(row, differ)
  local parts = { name_of(row) }
  for _, key in ipairs(expand.sorted_keys(differ[name_of(row)] or {})) do
    parts[#parts + 1] = key .. "=" .. option_text(row.spec.method.options[key])
  end
  return table.concat(parts, " ")
end

M.varying, M.method_label = varying, method_label

-- teachers of a run, whatever their seed
local function teachers_of(row)
  return #row.spec.teacher > 0 and row.spec.teacher or row.spec.reference or {}
end
M.teachers_of = teachers_of

local teachings = setmetatable({}, { __mode = "k" }) -- of rows, as text

local function teaching_of(row)
  local spec = row.spec
  teachings[row] = teachings[row]
                   or json.encode { spec.dataset, spec.train, spec.method, spec.pairs or 0 }
  return teachings[row]
end

-- how a run's teachers came to be, and their own, whatever their seeds
local function add_teaching(parts, row, set)
  for _, entry in ipairs(teachers_of(row)) do
    local teacher = set.by_hash[entry.run]
    parts[#parts + 1] = teacher and teaching_of(teacher) or ""
    if teacher then
      add_teaching(parts, teacher, set)
    end
  end
  return parts
end

-- who taught whom, as text: runs of which it differs were taught in another way
local function lineage_of(row, set)
  local parts = { row.spec.pair, json.encode { row.spec.pairs or 0 } }
  return table.concat(add_teaching(parts, row, set), "\0")
end

local function unique_label(label, taken)
  taken[label] = (taken[label] or 0) + 1
  return taken[label] > 1 and string.format("%s (%d)", label, taken[label]) or label
end

-- ---- groups ----------------------------------------------------------------------

-- tables never mix data or training settings
local function group_key(row)
  local d = row.spec.dataset
  return json.encode { { d.name, d.options, d.train, d.augment }, row.spec.train }
end

local function new_group(row, n)
  return { dataset = row.spec.dataset, train = row.spec.train, number = n, methods = {},
           columns = {}, cells = {}, rows = {}, labels = {} }
end

local function entry(list, key, make)
  for _, item in ipairs(list) do
    if item.key == key then
      return item
    end
  end
  local item = make()
  item.key = key
  list[#list + 1] = item
  return item
end

-- A column holds what was taught in one way; one that the sweep names, whatever it puts there. The
-- teachers of such a column are those of its first run, `others` taught the rest.
local function column_of(group, row, set)
  local lineage = lineage_of(row, set)
  local column = entry(group.columns, row.column and "\0" .. row.column or lineage, function()
    return { label = unique_label(row.column or row.spec.pair, group.labels), lineage = lineage,
             student = row.spec.student.model, teachers = {}, others = {} }
  end)
  local usual = lineage == column.lineage
  for i, t in ipairs(teachers_of(row)) do
    (usual and column.teachers or column.others)[t.run] = i
  end
  row.taught_as = not usual and row.spec.pair or nil
  return column
end

local function add(group, row, set, differ)
  local label = method_label(row, differ)
  local method = entry(group.methods, label, function()
    return { name = name_of(row), label = label }
  end)
  local column = column_of(group, row, set)
  local cells = group.cells
  cells[method.key] = cells[method.key] or {}
  cells[method.key][column.key] = cells[method.key][column.key] or {}
  table.insert(cells[method.key][column.key], row)
  table.insert(group.rows, row)
end

-- Groups of students: { dataset, train, methods (name, label, key), columns (label, key, student,
-- teachers by hash), cells[method.key][column.key] = rows, rows }
function M.groups(set)
  local students, groups, known = {}, {}, {}
  for _, row in ipairs(set.rows) do
    students[#students + 1] = row.kind == "student" and row or nil
  end
  local differ = varying(students)
  for _, row in ipairs(students) do
    local key = group_key(row)
    if not known[key] then
      groups[#groups + 1] = new_group(row, #groups + 1)
      known[key] = groups[#groups]
    end
    add(known[key], row, set, differ)
  end
  return groups
end

-- ---- cells -----------------------------------------------------------------------

-- rows of a cell
function M.runs(group, method_key, column)
  return (group.cells[method_key] or {})[column.key] or {}
end

-- state of the first run that failed or was skipped, and the run; nil when none did
function M.failure(rows)
  for _, row in ipairs(rows) do
    if row.state ~= "done" and row.state ~= "not run" then
      return row.state, row
    end
  end
end

local function runs_named(set, hashes)
  local rows = {}
  for hash in pairs(hashes) do
    rows[#rows + 1] = set.by_hash[hash]
  end
  table.sort(rows, function(a, b) return a.hash < b.hash end)
  return rows
end

-- the teachers' own runs of a column
function M.teacher_runs(set, column)
  return runs_named(set, column.teachers)
end

-- the runs of all who taught somebody of a column, those who taught its teachers among them
function M.ancestors(set, column)
  local rows, seen = {}, {}
  local function add(row)
    if not seen[row.hash] then
      seen[row.hash] = true
      rows[#rows + 1] = row
      for _, entry in ipairs(row.spec.teacher) do
        local teacher = set.by_hash[entry.run]
        if teacher then
          add(teacher)
        end
      end
    end
  end
  for _, hashes in ipairs { column.teachers, column.others } do
    for _, row in ipairs(runs_named(set, hashes)) do
      add(row)
    end
  end
  return rows
end

-- What two runs must share to be a pair: seed, augmentation and, but in a column that the sweep
-- names, teachers. Runs of one cell differ in it.
local function pair_key(row)
  local parts = { string.format("%012d", row.spec.seed), row.spec.dataset.augment_seed or 0 }
  for _, entry in ipairs(row.column and {} or teachers_of(row)) do
    parts[#parts + 1] = entry.run
  end
  parts[#parts + 1] = row.kind == "teacher" and row.hash or nil
  return table.concat(parts, " ")
end

local orders = setmetatable({}, { __mode = "k" }) -- of lists of rows, which only grow

-- keys of rows, and each once in order
local function order_of(rows)
  local known = orders[rows]
  if known and #known.keys == #rows then
    return known
  end
  known = { keys = {}, sorted = {} }
  local seen = {}
  for i, row in ipairs(rows) do
    local key = pair_key(row)
    known.keys[i] = key
    known.sorted[#known.sorted + 1] = not seen[key] and key or nil
    seen[key] = true
  end
  table.sort(known.sorted)
  orders[rows] = known
  return known
end

-- value(row) of finished rows: a list in order of seed, and by what makes a pair
function M.values(rows, value)
  local order, by_pair, list = order_of(rows), {}, {}
  for i, row in ipairs(rows) do
    by_pair[order.keys[i]] = value(row)
  end
  for _, key in ipairs(order.sorted) do
    list[#list + 1] = by_pair[key]
  end
  return list, by_pair
end

return M
