-- layout.lua - a block as the tables that its source sets: rows, columns and their order.
--
-- A table: dataset, metric (where one), columns (labels), rows of { label, cells }; a cell is a row
-- of the block with its `base` (the kind of a row without distillation), or false.

local data = require "published.data"

local M = {}

-- ---- baselines -------------------------------------------------------------------

-- "teacher", "student" or nil: what a row without distillation measures
local function kind_of(all, row)
  local alias = data.resolve(all, row.method, row.table)
  if alias and alias.method == data.TEACHER then
    return "teacher"
  end
  return alias and alias.method == data.PLAIN and "student" or nil
end
M.kind_of = kind_of

-- does a row speak of the network in `place` of this pair? `-` in the other place means any
local function speaks_of(row, pair, place)
  local other = place == "teacher" and "student" or "teacher"
  if row[place] ~= pair[place] then
    return place == "teacher" and row.teacher == "-" and row.student == pair.teacher
  end
  return row[other] == "-" or row[other] == pair[other]
end

-- the block's row of the plain network in `place`, for the data and metric of `cell`
local function own_baseline(all, block, cell, place)
  for _, row in ipairs(block.rows) do
    if kind_of(all, row) == place and row.dataset == cell.dataset and row.metric == cell.metric
       and speaks_of(row, cell, place) then
      return row
    end
  end
end

-- accuracy of the plain network in `place` ("teacher" or "student") that goes with a cell: the
-- block's row, the figure in the network's name, or the block's that it took its baselines from.
function M.baseline(all, block, cell, place)
  local row = own_baseline(all, block, cell, place)
  local number = row and data.number(row.value)
  if number then
    return number.value
  end
  local _, own = data.split_name(cell[place])
  if own then
    return own
  end
  for name in block.baselines:gmatch("[^;%s,()]+") do
    local other = all.by_name[name]
    row = other and other ~= block and own_baseline(all, other, cell, place)
    if row then
      return data.number(row.value).value
    end
  end
end

-- ---- columns ---------------------------------------------------------------------

local function pair_label(row)
  if row.teacher == "-" or row.teacher == "self" or row.teacher == "peers" then
    return row.student
  end
  return row.teacher .. " → " .. row.student
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

local function key_of(...)
  return table.concat({ ... }, "\0")
end

-- pairs of a (data set, metric): those that a method has a value of, else those of the plain rows
local function pairs_of(all, rows)
  local list = {}
  for _, taught in ipairs { true, false } do
    for _, row in ipairs(rows) do
      if taught == not kind_of(all, row) and (taught or #list == 0 or row.teacher ~= "-" and
         row.student ~= "-") then
        entry(list, key_of(row.teacher, row.student), function()
          return { label = pair_label(row), teacher = row.teacher, student = row.student,
                   dataset = row.dataset, metric = row.metric }
        end)
      end
    end
  end
  return list
end

-- ---- tables ----------------------------------------------------------------------

local function label_of(all, row)
  local kind = kind_of(all, row)
  return kind == "teacher" and "Teacher" or kind == "student" and "Student" or row.method
end

-- rows of a table in the order of the source: teacher, student, then methods as they come
local function ordered(rows)
  local rank = { Teacher = 1, Student = 2 }
  for i, row in ipairs(rows) do
    row.at = (rank[row.label] or 3) * 1e6 + i
  end
  table.sort(rows, function(a, b) return a.at < b.at end)
  return rows
end

local function put(rows, label, column, row)
  local line = entry(rows, label, function() return { label = label, cells = {} } end)
  line.cells[column] = line.cells[column] or row
end

-- a plain row stands below every column whose network it is
local function columns_of(columns, all, row)
  local kind, list = kind_of(all, row), {}
  for i, column in ipairs(columns) do
    local here = kind and speaks_of(row, column, kind)
                 or not kind and row.teacher == column.teacher and row.student == column.student
    list[#list + 1] = here and i or nil
  end
  return list
end

local function pairs_table(all, rows, title)
  local t = { title = title, columns = {}, rows = {} }
  local columns = pairs_of(all, rows)
  for i, column in ipairs(columns) do
    t.columns[i] = column.label
  end
  for _, row in ipairs(rows) do
    for _, i in ipairs(columns_of(columns, all, row)) do
      put(t.rows, label_of(all, row), i, row)
    end
  end
  ordered(t.rows)
  return t
end

local function transposed(t)
  local out = { title = t.title, columns = {}, rows = {} }
  for k, row in ipairs(t.rows) do
    out.columns[k] = row.label
  end
  for i, label in ipairs(t.columns) do
    out.rows[i] = { label = label, cells = {} }
    for k, row in ipairs(t.rows) do
      out.rows[i].cells[k] = row.cells[i]
    end
  end
  return out
end

-- methods down, metrics across: one table a pair
local function metrics_table(_, rows, title)
  local t, columns, several = { title = title, columns = {}, rows = {} }, {}, false
  for _, row in ipairs(rows) do
    several = several or row.dataset ~= rows[1].dataset
  end
  for _, row in ipairs(rows) do
    local label = several and row.dataset .. " " .. row.metric or row.metric
    local column = entry(columns, label, function()
      t.columns[#t.columns + 1] = label
      return { at = #t.columns }
    end)
    put(t.rows, row.method, column.at, row)
  end
  return t
end

-- a value a line, as in collections
local function list_table(_, rows, title)
  local t = { title = title, columns = { "Value" }, rows = {}, list = true }
  for i, row in ipairs(rows) do
    t.rows[i] = { label = row.method, pair = pair_label(row), data = row.dataset,
                  metric = row.metric, cells = { row } }
  end
  return t
end

local function split(rows, key)
  local parts = {}
  for _, row in ipairs(rows) do
    local part = entry(parts, key(row), function() return { rows = {} } end)
    table.insert(part.rows, row)
  end
  return parts
end

local function by_data(row)
  return row.dataset .. ", " .. row.metric
end

local LAYOUTS = {
  pairs = { by_data, pairs_table },
  ["pairs-down"] = { by_data, function(...) return transposed(pairs_table(...)) end },
  metrics = { function(row) return pair_label(row) end, metrics_table },
  methods = { function() return "" end, metrics_table },
  list = { function() return "" end, list_table },
}
M.LAYOUTS = LAYOUTS

-- tables of a block
function M.tables(all, block)
  local key, make = table.unpack(LAYOUTS[block.layout])
  local list = {}
  for i, part in ipairs(split(block.rows, key)) do
    list[i] = make(all, part.rows, part.key)
  end
  return list
end

return M
