-- data.lua - the literature's numbers as results/published has them: blocks, rows, and what a name
-- in the literature is here.

local csv = require "published.csv"
local files = require "files"

local M = {}

M.NOT_IMPLEMENTED = "not implemented"
M.TEACHER = "teacher"
M.PLAIN = "none"
M.NOT_HERE = "not here"

-- data sets that kdbench reads under another name
local DATASETS = { ["CIFAR-10"] = "cifar10", ["CIFAR-100"] = "cifar100" }

function M.folder()
  return (os.getenv("KD_HOME") or ".") .. "/results/published"
end

-- ---- values ----------------------------------------------------------------------

local function numbers(text)
  local value, rest = text:match("^(%-?%d+%.?%d*)(.*)$")
  if not value then
    return nil
  end
  local spread, after = rest:match("^±(%d+%.?%d*)(.*)$")
  if not spread then
    spread, after = rest:match("^ %((%d+%.?%d*)%)(.*)$")
  end
  return tonumber(value), tonumber(spread), after or rest
end

-- "74.43±0.24" -> { value, spread }; "80.28;80.08" has a `second`. nil when it is no such text.
function M.number(text)
  local value, spread, rest = numbers(text)
  if not value then
    return nil
  end
  local second
  if rest:find("^[/;]") then
    second, _, rest = numbers(rest:sub(2))
  end
  return rest == "" and { value = value, spread = spread, second = second } or nil
end

-- what is after a network's name, in brackets: its own accuracy
function M.split_name(text)
  local name, own = text:match("^(.-) %((%d+%.?%d*)%)$")
  return name or text, tonumber(own)
end

-- ---- protocols -------------------------------------------------------------------

local KEYS = { epochs = tonumber, runs = tonumber, lr = tonumber, batch = tonumber,
               at = function(v) return (v == "last" or v == "best_test") and v or nil end }

-- "epochs=240; at=last" -> { epochs = 240, at = "last" }; nil and a message
function M.protocol(text)
  local list = {}
  for part in text:gmatch("[^;]+") do
    local key, value = part:match("^%s*([%w_]+)=(%S+)%s*$")
    local read = key and KEYS[key]
    if not read or read(value) == nil then
      return nil, "no such part of a protocol: " .. part
    end
    list[key] = read(value)
  end
  return list
end

-- options of an alias: "weighted=true" -> { weighted = true }
function M.options(text)
  local list = {}
  for key, value in text:gmatch("([%w_]+)=([^;%s]+)") do
    local known = { ["true"] = true, ["false"] = false }
    list[key] = known[value] == nil and (tonumber(value) or value) or known[value]
  end
  return list
end

-- ---- names -----------------------------------------------------------------------

-- row of a name, the block's own before the one of all blocks
local function named(rows, name, block)
  local found
  for _, row in ipairs(rows) do
    if row.name == name and (row.block == block or row.block == "" and not found) then
      found = row
    end
  end
  return found
end

-- { method, options, note } of a name in a block: a name that kdbench has itself is its own alias.
-- nil when nothing knows it.
function M.resolve(all, name, block)
  local row = named(all.aliases, name, block)
  if row then
    return { method = row.method, options = M.options(row.options), note = row.note }
  end
  return all.methods and all.methods[name] and { method = name, options = {}, note = "" } or nil
end

-- the network here that the literature calls so; nil where there is none
function M.network(all, name, block)
  local row = named(all.networks, (M.split_name(name)), block)
  return row and row.network ~= M.NOT_HERE and row.network or nil
end

function M.dataset(name)
  return DATASETS[name]
end

-- ---- all of it -------------------------------------------------------------------

local function list_of(text)
  local list = {}
  for part in text:gmatch("[^;]+") do
    list[#list + 1] = part:match("^%s*(.-)%s*$")
  end
  return list
end

local function block_of(folder, head)
  local rows, err = csv.read(folder .. "/" .. head.block .. ".csv")
  if not rows then
    return nil, err
  end
  local better, names = {}, list_of(head.metric)
  for i, direction in ipairs(list_of(head.direction)) do
    better[names[i] or ""] = direction
  end
  head.rows, head.better = rows, better
  return head
end

-- names of methods that a program has: { kd = true, ... }
local function method_set(catalog)
  local set = {}
  for _, entry in ipairs(catalog and catalog.methods or {}) do
    set[entry.name] = true
  end
  return set
end

-- { blocks in order, by_name, aliases, networks, methods }; or nil and a message.
-- catalog: kd.catalog(), for names that need no alias
function M.load(catalog, folder)
  folder = folder or M.folder()
  local all = { blocks = {}, by_name = {}, methods = method_set(catalog), folder = folder }
  local heads, err
  for _, key in ipairs { "aliases", "networks" } do
    all[key], err = csv.read(folder .. "/" .. key .. ".csv")
    if not all[key] then
      return nil, err
    end
  end
  heads, err = csv.read(folder .. "/blocks.csv")
  for i, head in ipairs(heads or {}) do
    all.blocks[i], err = block_of(folder, head)
    if err then
      return nil, err
    end
    all.by_name[head.block] = head
  end
  return heads and all or nil, err
end

-- files of the folder that are no block
M.OTHERS = { ["blocks.csv"] = true, ["aliases.csv"] = true, ["networks.csv"] = true }

function M.files(folder)
  local lfs, list = require "lfs", {}
  for entry in lfs.dir(folder) do
    list[#list + 1] = entry:find("%.csv$") and not M.OTHERS[entry] and entry or nil
  end
  table.sort(list)
  return list
end

M.exists = files.exists

return M
