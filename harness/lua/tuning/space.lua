-- space.lua - what is searched: for each option of a method, and for learning rate and weight
-- decay, the values that a trial may draw and on which scale. A sweep may say so; else it follows
-- from the option's own type, range and value.

local expand = require "expand"
local options = require "options"
local settings = require "settings"

local M = {}

local TRAIN = { "lr", "weight_decay" } -- of train, the same for every method
local FIXED = "fixed"

-- why an option stays what the sweep says
local WHY = { int = "a whole number: a size, a place or a length", text = "a text",
              list = "a list" }

function M.train_options()
  local list = {}
  for i, name in ipairs(TRAIN) do
    list[i] = options.find(settings.train, name)
  end
  return list
end

-- ---- as a sweep says it ------------------------------------------------------

local function listed(o, given)
  local out = {}
  for i, item in ipairs(given) do
    local value, err = options.check(o, item)
    if value == nil then
      return nil, err
    end
    out[i] = value
  end
  if #out < 2 or next(given, #given) then
    return nil, "needs a list of at least two values, or \"fixed\""
  end
  return { scale = "choice", choice = out }
end

local function unknown_key(given)
  for _, key in ipairs(expand.sorted_keys(given)) do
    if key ~= 1 and key ~= 2 and key ~= "log" then
      return key
    end
  end
end

local WANTED = "must be { low, high }, { low, high, log = true } or \"fixed\""

local function interval(o, given)
  local key = unknown_key(given)
  if key then
    return nil, WANTED .. ", has " .. options.show(key)
  elseif given[1] == nil or given[2] == nil then
    return nil, WANTED
  end
  local low, err = options.check(o, given[1])
  local high = low and options.check(o, given[2])
  if not high then
    return nil, err or select(2, options.check(o, given[2]))
  elseif low >= high then
    return nil, string.format("must rise: %s to %s", options.show(low), options.show(high))
  elseif given.log and low <= 0 then
    return nil, "on a logarithmic scale must begin above 0, begins at " .. options.show(low)
  elseif o.name == "lr" and low <= 0 then
    return nil, "must begin above 0, begins at " .. options.show(low)
  end
  return { scale = given.log and "log" or "linear", low = low, high = high }
end

-- the range of option o that a sweep gives: { scale = log | linear | choice | fixed, low, high,
-- choice }; or nil and what is wrong with it
function M.range(o, given)
  if given == FIXED then
    return { scale = FIXED }
  elseif WHY[o.type] and o.type ~= "int" then
    return nil, "is " .. WHY[o.type] .. ", which cannot be drawn"
  end
  local is_listed = o.type == "choice" or o.type == "bool"
  if expand.kind(given) ~= "table" then
    return nil, (is_listed and 'must be a list of values or "fixed"' or WANTED) .. ", is "
                .. options.show(given)
  end
  return (is_listed and listed or interval)(o, given)
end

-- ---- by rule -----------------------------------------------------------------

local SHARE = 0.1 -- of smaller shares the odds are the share

-- a share between 0 and 1: its odds, as many times up and down
local function odds_around(v, around)
  local odds = v / (1 - v)
  local low, high = odds / around, odds * around
  return { scale = "odds", low = low / (1 + low), high = high / (1 + high) }
end

local function reals_around(o, v, around)
  if v <= 0 then
    return nil, v == 0 and "it is 0: what it weighs is left out" or "it is negative"
  elseif o.min == 0 and o.max == 1 and v >= SHARE and v < 1 then
    return odds_around(v, around)
  end
  local low, high = math.max(v / around, o.min or 0), math.min(v * around, o.max or math.huge)
  if low >= high then
    return nil, "its range leaves no room"
  end
  return { scale = "log", low = low, high = high }
end

-- the words of a choice but "none", which leaves a part of the method out
local function choices(o)
  local list = {}
  for _, word in ipairs(o.choice) do
    list[#list + 1] = word ~= "none" and word or nil
  end
  if #list < 2 then
    return nil, "there is one choice beside none"
  end
  return { scale = "choice", choice = list }
end

-- the range of option o around the value v that the sweep has; nil and why it stays as it is
local function by_rule(o, v, around)
  if type(v) == "table" then
    return nil, "it follows a schedule"
  elseif o.type == "choice" and o.name == "variant" then
    return nil, "it says which text of the method is followed"
  elseif o.type == "choice" then
    return choices(o)
  elseif o.type == "bool" then
    return { scale = "choice", choice = { false, true } }
  elseif o.type == "real" then
    return reals_around(o, v, around)
  end
  return nil, WHY[o.type]
end

-- ---- of a method -------------------------------------------------------------

-- Dimensions of the search for a method whose sweep's settings are `spec`: list of { of = method |
-- train, key, type, scale, low, high, choice }; and what stays: list of { of, key, why }.
function M.dimensions(entry, spec, tune)
  local searched, kept = {}, {}
  local function add(of, list, values, given)
    for _, o in ipairs(list) do
      local range, why = given[o.name], "the sweep says so"
      if not range then
        range, why = by_rule(o, values[o.name], tune.around)
      end
      if range and range.scale ~= FIXED then
        searched[#searched + 1] = { of = of, key = o.name, type = o.type, scale = range.scale,
                                    low = range.low, high = range.high, choice = range.choice }
      else
        kept[#kept + 1] = { of = of, key = o.name, why = why }
      end
    end
  end
  add("train", M.train_options(), spec.train, tune.space.train or {})
  add("method", entry.options or {}, spec.method.options, tune.space[entry.name] or {})
  return searched, kept
end

return M
