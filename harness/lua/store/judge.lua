-- judge.lua - one run's record against the schema and against itself: what is missing, of another
-- type, out of range, or contradicts something else that the record says.

local kd = require "kd"
local json = require "json"
local schema = require "store.schema"

local M = {}

-- ---- types ------------------------------------------------------------------------

-- "int64", "float32[4]", "group"
local function type_of(item)
  if item.what == "group" then
    return "group"
  end
  return item.what == "dataset" and string.format("%s[%d]", item.type, #item.shape)
         or #item.shape > 0 and string.format("%s%s", item.type, "[]") or item.type
end

-- float[n]: real numbers of any shape, or counters
local function is_type(wanted, found)
  return wanted == found or wanted == "float[n]" and (found:find("^float%d+%[") ~= nil
                                                      or found == "int64[0]")
end

-- what the schema does not know, and what is of another type than it says
local function check_types(items, find, fault)
  local there = {}
  for _, item in ipairs(items) do
    local one, found = find(item.path), type_of(item)
    there[item.path] = true
    if item.path ~= "" and not one and not item.path:find("@@list$") then
      fault(item.path, "the schema has no such " .. item.what)
    elseif one and not is_type(one.type, found) then
      fault(item.path, string.format("is %s, should be %s", found, one.type))
    end
  end
  return there
end

local function parent_of(path)
  return path:match("^([^@]*)@") or path:match("^(.*)/[^/]+$")
end

-- what must be there below a group that is there; of a list's members, in each
local function check_missing(list, there, done, fault)
  for _, one in ipairs(list) do
    local must, parent = one.must == "always" or one.must == "done" and done, parent_of(one.path)
    if must and one.path:find("<", 1, true) then
      for i = 0, math.huge do
        local path = one.path:gsub("<[^>]+>", tostring(i))
        if not there[parent_of(path)] then
          break
        elseif not there[path] then
          fault(path, "is missing")
        end
      end
    elseif must and not there[one.path] and (parent == "" or there[parent]) then
      fault(one.path, "is missing")
    end
  end
end

-- ---- values -----------------------------------------------------------------------

local function numbers_of(value)
  return type(value) == "table" and value or { value }
end

-- the first number out of range; NaN says that nothing was measured
local function out_of(value, low, high)
  for i, v in ipairs(numbers_of(value)) do
    if type(v) == "number" and v == v and (low and v < low or high and v > high) then
      return v, i
    end
  end
end

-- f(path, value) for all numbers of a tree
local function each_number(tree, path, f)
  for key, value in pairs(tree) do
    local is_list = type(value) == "table" and (value[1] ~= nil or value.shape)
    if type(value) == "table" and not is_list then
      each_number(value, path .. "/" .. key, f)
    elseif is_list and type(value[1]) == "number" then
      f(path .. "/" .. key, value)
    elseif type(value) == "number" then
      f(path .. "@" .. key, value)
    end
  end
end

local function say_range(fault, path, v, low, high)
  fault(path, string.format("is %.14g, should be %s", v, low and high and low == high
        and string.format("%g", low) or low and high and string.format("from %g to %g", low, high)
        or string.format("at least %g", low)))
end

local function check_ranges(tree, find, fault)
  each_number(tree, "", function(path, value)
    local one = find(path)
    local v = one and out_of(value, one.low, one.high)
    if v then
      say_range(fault, path, v, one.low, one.high)
    end
  end)
end

-- ---- metrics ------------------------------------------------------------------------

local BY_UNIT = { ["%"] = { 0, 100 }, nat = { 0 } }
local BY_NAME = { ece = { 0, 1 } }

local function range_of(metric)
  return BY_NAME[metric.name] or BY_UNIT[metric.unit] or {}
end

-- values of metrics: those that the record names, in the range of their unit
local function check_metrics(tree, fault)
  local known = {}
  for _, metric in ipairs(tree.final.metrics or {}) do
    known[metric.name or "?"] = range_of(metric)
  end
  local function check(group, at, separator)
    for key, value in pairs(group) do
      local name = key:match("^validation_(.*)") or key:match("^test_(.*)")
      local range = known[name]
      local v = range and out_of(value, range[1], range[2])
      if name and not range then
        fault(at .. separator .. key, "/final/metrics has no metric " .. name)
      elseif v then
        say_range(fault, at .. separator .. key, v, range[1], range[2])
      end
    end
  end
  for _, protocol in ipairs { "last", "best_val", "best_test" } do
    check(tree.final[protocol] or {}, "/final/" .. protocol, "@")
  end
  check(tree.curve or {}, "/curve", "/")
end

-- ---- the record against itself --------------------------------------------------------

local COPIES = {
  dataset = function(spec) return spec.dataset and spec.dataset.name end,
  method = function(spec) return spec.method and spec.method.name end,
  pair = function(spec) return spec.pair end,
  seed = function(spec) return spec.seed end,
}

local function check_spec(tree, hash, fault)
  local group = tree.spec or {}
  local spec, err = json.decode(group.json or "")
  if type(spec) ~= "table" then
    return fault("/spec@json", "is no JSON: " .. tostring(err))
  end
  for name, of in pairs(COPIES) do
    if group[name] ~= nil and group[name] ~= of(spec) then
      fault("/spec@" .. name, string.format("is %s, /spec@json says %s", tostring(group[name]),
                                            tostring(of(spec))))
    end
  end
  local own = kd.sha256(group.json)
  if hash and own ~= hash then
    fault("/spec@json", string.format("has the hash %s, should be %s", own, hash))
  end
end

-- curves of one length, and protocols of epochs within it
local function check_epochs(tree, fault)
  local epochs = #(tree.curve.loss or {})
  for name, list in pairs(tree.curve) do
    if #list ~= epochs then
      fault("/curve/" .. name, string.format("has %d epochs, /curve/loss has %d", #list, epochs))
    end
  end
  for _, protocol in ipairs { "last", "best_val", "best_test" } do
    local epoch = (tree.final[protocol] or {}).epoch
    if epoch and (epoch > epochs or protocol == "last" and epoch ~= epochs) then
      fault("/final/" .. protocol .. "@epoch", string.format("is %d of %d", epoch, epochs))
    end
  end
end

local function check_predictions(tree, fault)
  for split, pred in pairs(tree.pred or {}) do
    if pred.class and pred.nll and #pred.class ~= #pred.nll then
      fault("/pred/" .. split, string.format("has %d classes and %d losses", #pred.class,
                                             #pred.nll))
    end
  end
end

-- ---- all of it ------------------------------------------------------------------------

local SUMS = { "@content_sha256", "@rest_sha256", "/env@dataset_sha256", "/env@conv_table" }

local function check_sums(tree, fault)
  for _, path in ipairs(SUMS) do
    local group, name = path:match("^/?([^@]*)@(.*)$")
    local sum = (group == "" and tree or tree[group] or {})[name]
    if type(sum) == "string" and not sum:find("^%x+$") or sum and #sum ~= 64 then
      fault(path, string.format("is '%s', should be 64 hexadecimal digits", tostring(sum)))
    end
  end
end

-- items: what kd.h5_survey says; tree: the groups but weights; lists: parts of the schema; hash:
-- what the spec's must be, or nil; fault(path, what) is told of each
function M.run(items, tree, lists, hash, fault)
  local find, status = schema.finder(table.unpack(lists)), tree.status or {}
  local there = check_types(items, find, fault)
  local done = (tree.state or status.state) == "done"
  for _, list in ipairs(lists) do
    check_missing(list, there, done, fault)
  end
  check_ranges(tree, find, fault)
  check_sums(tree, fault)
  check_spec(tree, hash, fault)
  if done and tree.final and tree.curve then
    check_metrics(tree, fault)
    check_epochs(tree, fault)
    check_predictions(tree, fault)
  end
end

-- what a merged file says beside its runs; items: of /sweep
function M.head(items, head, list, fault)
  local find = schema.finder(list)
  local there = check_types(items, find, fault)
  for _, name in ipairs { "merged_version", "schema_version", "creator" } do
    there["@" .. name] = head[name] ~= nil
  end
  there["/runs"] = true
  check_missing(list, there, true, fault)
  if head.creator and type(head.creator) ~= "string" then
    fault("@creator", "should be text")
  end
end

return M
