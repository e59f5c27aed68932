-- options.lua - values against option tables: type, range, default. What kd.catalog() lists and
-- what the sweep's own keys are is described by the same kind of table:
-- { name, help, type = "real|int|bool|choice|text", default, min, max, choice = {...} }

local expand = require "expand"
local near = require "near"

local M = {}

local function show(v)
  if type(v) == "string" then
    return #v > 40 and string.format("%q...", v:sub(1, 40)) or string.format("%q", v)
  elseif type(v) == "number" then
    return string.format("%.10g", v)
  elseif type(v) == "table" then
    local kind = expand.kind(v)
    return kind == "call" and v.name .. " {...}" or "a " .. kind
  elseif type(v) == "function" then
    return "a word without its arguments"
  end
  return tostring(v)
end
M.show = show

local function wants(what, v)
  return nil, "must be " .. what .. ", is " .. show(v)
end

local function in_range(o, v)
  local low, high = o.min or -math.huge, o.max or math.huge
  if not (v >= low and v <= high) then
    return wants(string.format("from %.10g to %.10g", low, high), v)
  end
  return v
end

local check = {}

local function number(o, v)
  if math.type(v) == nil then
    return wants("a number", v)
  end
  return in_range(o, v + 0.0)
end

-- a schedule's values obey the option's range, each of them
local function schedule(o, v)
  for _, item in ipairs(v.values or { { value = v.from }, { value = v.to } }) do
    local ok, err = number(o, item.value)
    if not ok then
      return nil, "in its schedule " .. err
    end
  end
  return v
end

-- the engine moves the options of methods along a schedule, and nothing else
function check.real(o, v, scheduled)
  if expand.kind(v) == "schedule" then
    if not scheduled then
      return nil, "cannot follow a schedule: only options of methods can"
    end
    return schedule(o, v)
  end
  return number(o, v)
end

function check.int(o, v)
  local whole = math.type(v) and math.tointeger(v)
  if not whole then
    return wants("a whole number", v)
  end
  return in_range(o, whole)
end

function check.bool(_, v)
  if type(v) ~= "boolean" then
    return wants("true or false", v)
  end
  return v
end

function check.choice(o, v)
  for _, name in ipairs(o.choice) do
    if v == name then
      return v
    end
  end
  return wants("one of " .. table.concat(o.choice, ", "), v)
end

function check.text(_, v)
  if type(v) ~= "string" then
    return wants("a text", v)
  end
  return v
end

-- a list of rising numbers, such as milestones
function check.list(o, v)
  if expand.kind(v) ~= "table" then
    return wants("a list of numbers", v)
  end
  local out = {}
  for i, item in ipairs(v) do
    local value, err = number(o, item)
    if not value then
      return nil, string.format("item %d %s", i, err)
    elseif out[i - 1] and value <= out[i - 1] then
      return nil, string.format("must rise: item %d is %s after %s", i, show(value),
                                show(out[i - 1]))
    end
    out[i] = value
  end
  for key in pairs(v) do
    if not out[key] then
      return nil, "must be a list, has the key " .. show(key)
    end
  end
  return out
end

-- the value as a spec has it, or nil and what is wrong with it; scheduled: may be a schedule
function M.check(o, v, scheduled)
  return check[o.type](o, v, scheduled)
end

function M.names(list)
  local names = {}
  for i, o in ipairs(list) do
    names[i] = o.name
  end
  return names
end

function M.find(list, name)
  for _, o in ipairs(list or {}) do
    if o.name == name then
      return o
    end
  end
end

local function defaults(list)
  local out = {}
  for _, o in ipairs(list) do
    local real = o.type == "real" and type(o.default) == "number"
    out[o.name] = real and o.default + 0.0 or o.default
  end
  return out
end

local function unknown(key, list)
  if type(key) ~= "string" then
    return "a value without a name"
  end
  return "there is no " .. key .. near.hint(key, M.names(list))
end

-- Every option with its value in `given` or its default; fail(key, message) on the first fault.
-- scheduled: real options may follow a schedule.
function M.resolve(list, given, fail, scheduled)
  local out = defaults(list or {})
  for _, key in ipairs(expand.sorted_keys(given)) do
    local o = M.find(list, key)
    if not o then
      fail(key, unknown(key, list or {}))
    end
    local value, err = M.check(o, given[key], scheduled)
    if value == nil then
      fail(key, key .. " " .. err)
    end
    out[key] = value
  end
  return out
end

return M
