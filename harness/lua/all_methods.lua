-- all_methods.lua - the sweep word for every method that is registered, so that no sweep keeps a list
-- of them:
--   method = all_methods { teachers = 1, without = { "ban" }, crd { nce_k = 512 } }
-- Each has its defaults or what is said of it here. teachers (1): how many the pair has; with several,
-- only methods that take more than one.

local near = require "near"
local options = require "options"
local sandbox = require "sandbox"
local spec = require "spec"

local M = {}

local MOST_TEACHERS = 16

local function suits(entry, teachers)
  local least, most = spec.teachers_of(entry)
  if teachers > 1 then
    return most > 1 and least <= teachers and teachers <= most
  end
  return least <= 1
end

-- settings and what stands without a key
local function read(args, fail)
  local said, set = {}, { teachers = 1, without = {} }
  for key, value in pairs(args) do
    if math.type(key) == "integer" then
      said[key] = value
    elseif set[key] == nil then
      fail("all_methods has no %s%s", tostring(key),
           near.hint(tostring(key), { "teachers", "without" }))
    else
      set[key] = value
    end
  end
  local n = math.type(set.teachers) and math.tointeger(set.teachers) -- which takes texts too
  if not (n and n >= 1 and n <= MOST_TEACHERS) then
    fail("all_methods: teachers must be a whole number from 1 to %d", MOST_TEACHERS)
  elseif type(set.without) ~= "table" or sandbox.note(set.without) then
    fail("all_methods: without must be a list of names")
  end
  return said, set
end

-- entries by name, less those in `without`
local function chosen(methods, set, fail)
  local list, by_name = {}, {}
  for _, entry in ipairs(methods) do
    by_name[entry.name] = suits(entry, set.teachers) and entry or nil
  end
  for _, name in pairs(set.without) do
    if not options.find(methods, name) then
      fail("all_methods: there is no method %s%s", tostring(name),
           near.hint(tostring(name), options.names(methods)))
    end
    by_name[name] = nil
  end
  for _, entry in ipairs(methods) do
    list[#list + 1] = by_name[entry.name]
  end
  return list, by_name
end

-- what is said of methods, by name
local function overrides(said, by_name, fail)
  local nodes = {}
  for _, node in pairs(said) do
    local note = sandbox.note(node)
    if not note or note.what ~= "method" then
      fail("all_methods wants methods with their options, such as crd { nce_k = 512 }")
    elseif not by_name[note.name] then
      fail("all_methods: %s is not among these methods", note.name)
    elseif nodes[note.name] then
      fail("all_methods: %s stands here twice", note.name)
    end
    nodes[note.name] = node
  end
  return nodes
end

-- the values that it stands for. make(name): a method's node with nothing said; fail(fmt, ...) raises
function M.values(args, methods, make, fail)
  if type(args) ~= "table" or sandbox.note(args) then
    fail("all_methods wants a table: all_methods { crd { nce_k = 512 } }")
  end
  local said, set = read(args, fail)
  local list, by_name = chosen(methods, set, fail)
  local nodes, values = overrides(said, by_name, fail), {}
  for i, entry in ipairs(list) do
    values[i] = nodes[entry.name] or make(entry.name)
  end
  if #values == 0 then
    fail("all_methods: no method is left")
  end
  return values
end

return M
