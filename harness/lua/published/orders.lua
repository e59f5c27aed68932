-- orders.lua - by how much each method gains over its own plain student: in kdbench's blocks (a
-- data set and a pair), seed by seed, and in the columns of a published block.

local data = require "published.data"
local expand = require "expand"
local json = require "json"
local layout = require "published.layout"
local measured = require "published.measured"
local options = require "options"

local M = {}

local METRIC = "top1_acc_%"

-- ---- published -------------------------------------------------------------------

-- one name for a method with the options that make it a row of the literature
local function name_of(alias)
  local parts = { alias.method }
  for _, key in ipairs(expand.sorted_keys(alias.options)) do
    parts[#parts + 1] = key .. "=" .. tostring(alias.options[key])
  end
  return table.concat(parts, " ")
end

local function column_of(columns, row)
  for _, column in ipairs(columns) do
    if column.teacher == row.teacher and column.student == row.student then
      return column
    end
  end
  columns[#columns + 1] = { teacher = row.teacher, student = row.student, gain = {} }
  return columns[#columns]
end

-- the first value of a method counts: a second one of the same name is another variant of it
local function add_row(all, block, side, row)
  local alias, number = data.resolve(all, row.method, block.block), data.number(row.value)
  if layout.kind_of(all, row) or alias.method == data.NOT_IMPLEMENTED or number.second then
    return
  end
  local plain = layout.baseline(all, block, row, "student")
  local name = name_of(alias)
  if plain then
    local column = column_of(side.columns, row)
    column.gain[name] = column.gain[name] or number.value - plain
    side.alias[name] = alias
  end
end

-- the sides of a block, one a data set: { block, dataset, columns = { gain by method }, alias }
function M.published(all, block)
  local list, known = {}, {}
  for _, row in ipairs(block.rows) do
    if row.metric == METRIC then
      local side = known[row.dataset]
      if not side then
        side = { block = block.block, dataset = row.dataset, columns = {}, alias = {} }
        known[row.dataset], list[#list + 1] = side, side
      end
      add_row(all, block, side, row)
    end
  end
  return list
end

-- ---- kdbench's -------------------------------------------------------------------

local function by_seed(group)
  local map = {}
  for _, run in ipairs(group.runs) do
    map[run.spec.seed] = measured.value(run, "last", METRIC)
  end
  return map
end

local function equal(a, b)
  return tostring(a) == tostring(b) or tonumber(a) ~= nil and tonumber(a) == tonumber(b)
end

-- does a group run what a name of the literature means here? Options not named are as in the sweep.
local function is(catalog, alias, group)
  local entry = options.find(catalog.methods, alias.method)
  if group.method.name ~= alias.method then
    return false
  end
  for key, wanted in pairs(alias.options) do
    local value, o = group.method.options[key], entry and options.find(entry.options, key)
    if value == nil and o then
      value = o.default
    end
    if not equal(value, wanted) then
      return false
    end
  end
  return true
end

-- data, training and networks: what all methods of a block share
local function block_key(group)
  local d = group.dataset
  return json.encode { { d.name, d.options, d.train, d.augment or "" }, group.train,
                       group.teacher or "", group.student }
end

local function blocks_of(groups)
  local list, known = {}, {}
  for _, group in ipairs(groups) do
    local key = block_key(group)
    if group.kind == "student" and not known[key] then
      known[key] = { dataset = group.dataset.name, teacher = group.teacher,
                     student = group.student, groups = {} }
      list[#list + 1] = known[key]
    end
    if group.kind == "student" then
      table.insert(known[key].groups, group)
    end
  end
  return list
end

local function plain_of(block)
  for _, group in ipairs(block.groups) do
    if group.method.name == data.PLAIN then
      return by_seed(group)
    end
  end
end

-- gains of the methods that the published side knows: [name][seed]
local function gains_of(catalog, block, side)
  local plain, gains = plain_of(block), {}
  for name, alias in pairs(plain and side.alias or {}) do
    for _, group in ipairs(block.groups) do
      if not gains[name] and is(catalog, alias, group) then
        gains[name] = {}
        for seed, value in pairs(by_seed(group)) do
          gains[name][seed] = plain[seed] and value - plain[seed] or nil
        end
      end
    end
  end
  return gains
end

-- ---- both ------------------------------------------------------------------------

local function in_all(names, list, of)
  local kept = {}
  for _, name in ipairs(names) do
    local everywhere = true
    for _, one in ipairs(list) do
      everywhere = everywhere and of(one)[name] ~= nil
    end
    kept[#kept + 1] = everywhere and name or nil
  end
  return kept
end

-- seeds that all methods of a block have
local function common_seeds(gains, names)
  local seeds = {}
  for seed in pairs(gains[names[1]] or {}) do
    local all = true
    for _, name in ipairs(names) do
      all = all and gains[name][seed] ~= nil
    end
    seeds[#seeds + 1] = all and seed or nil
  end
  table.sort(seeds)
  return seeds
end

local function gain_of(column)
  return column.gain
end

-- What kdbench's groups on one data set and a published side have in common: { methods, blocks =
-- { gains, seeds }, columns, left_out }; nil below `least` methods. Of kdbench's blocks those with
-- at least as many of the published methods count; what a block or column lacks is left out.
function M.common(catalog, groups, dataset, side, least)
  local blocks = {}
  for _, block in ipairs(blocks_of(groups)) do
    local gains = block.dataset == dataset and gains_of(catalog, block, side) or {}
    if #expand.sorted_keys(gains) >= least then
      blocks[#blocks + 1] = { gains = gains, teacher = block.teacher, student = block.student }
    end
  end
  local names = expand.sorted_keys(side.alias)
  local here = in_all(names, blocks, function(block) return block.gains end)
  local methods = in_all(here, side.columns, gain_of)
  if #blocks == 0 or #methods < least then
    return nil
  end
  for _, block in ipairs(blocks) do
    block.seeds = common_seeds(block.gains, methods)
    if #block.seeds == 0 then
      return nil
    end
  end
  return { methods = methods, blocks = blocks, columns = side.columns }
end

return M
