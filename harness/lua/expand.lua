-- expand.lua - from what a sweep said to every combination of it: `each` multiplies, `zip` moves
-- together. Concrete values are scalars, plain tables, and three marked kinds of table:
-- call { name, what, args, note }, schedule, trained { path or args, note }.

local sandbox = require "sandbox"

local M = {}

local MOST_RUNS = 20000
local MOST_VISITS = 200000
local DEEPEST = 30

local marks = { call = {}, schedule = {}, trained = {} }
local kind_of = {}
for kind, mark in pairs(marks) do
  kind_of[mark] = kind
end

-- "call", "schedule", "trained", "table", or the type of any other value
function M.kind(v)
  return type(v) == "table" and (kind_of[getmetatable(v)] or "table") or type(v)
end

local function sorted_keys(t)
  local keys = {}
  for key in pairs(t) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    if math.type(a) and math.type(b) then
      return a < b
    end
    return tostring(a) < tostring(b)
  end)
  return keys
end
M.sorted_keys = sorted_keys

local function fail(at, fmt, ...)
  error(string.format("%s:%d: " .. fmt, at.file, at.line, ...), 0)
end

local expand

-- every combination of the alternatives of each key; the last key moves fastest
local function product(choices, keys, at)
  local total = 1
  for _, key in ipairs(keys) do
    total = total * #choices[key]
    if total > MOST_RUNS then
      fail(at, "this multiplies to more than %d combinations", MOST_RUNS)
    end
  end
  local out = { {} }
  for _, key in ipairs(keys) do
    local longer = {}
    for _, partial in ipairs(out) do
      for _, item in ipairs(choices[key]) do
        local copy = {}
        for k, v in pairs(partial) do
          copy[k] = v
        end
        copy[key] = item
        longer[#longer + 1] = copy
      end
    end
    out = longer
  end
  return out
end

local function expand_table(t, state, depth)
  local keys, choices = sorted_keys(t), {}
  for _, key in ipairs(keys) do
    choices[key] = expand(t[key], state, depth + 1)
  end
  return product(choices, keys, state.at)
end

local by_kind = {}

function by_kind.each(note, state, depth)
  local out = {}
  for _, value in ipairs(note.values) do
    table.move(expand(value, state, depth + 1), 1, MOST_RUNS, #out + 1, out)
    if #out > MOST_RUNS then
      fail(note, "each gives more than %d values", MOST_RUNS)
    end
  end
  return out
end

-- the i-th table takes the i-th value of every `each`; other values stay
function by_kind.zip(note, state, depth)
  local keys, moving, n = sorted_keys(note.table), {}, nil
  for _, key in ipairs(keys) do
    local inner = sandbox.note(note.table[key])
    if inner and inner.kind == "each" then
      moving[key] = expand(note.table[key], state, depth + 1)
      if n and n ~= #moving[key] then
        fail(note, "zip: %s has %d values, others have %d", tostring(key), #moving[key], n)
      end
      n = #moving[key]
    end
  end
  if not n then
    fail(note, "zip moves values of `each` together, and none of its keys is an `each`: "
               .. "zip { lr = each(0.1, 0.2), batch = each(32, 64) }")
  end
  local out = {}
  for i = 1, n do
    local row = {}
    for _, key in ipairs(keys) do
      row[key] = moving[key] and moving[key][i] or note.table[key]
    end
    table.move(expand_table(row, state, depth + 1), 1, MOST_RUNS, #out + 1, out)
  end
  return out
end

-- what was called, with each of the combinations of its arguments
local function with_args(mark, note, state, depth)
  local out = {}
  for i, args in ipairs(expand(note.args, { at = note, visits = state.visits }, depth + 1)) do
    out[i] = setmetatable({ name = note.name, what = note.what, args = args, note = note }, mark)
  end
  return out
end

function by_kind.call(note, state, depth)
  return with_args(marks.call, note, state, depth)
end

function by_kind.schedule(note)
  return { setmetatable(note.value, marks.schedule) }
end

function by_kind.trained(note, state, depth)
  if note.args then
    return with_args(marks.trained, note, state, depth)
  end
  return { setmetatable({ path = note.path, note = note }, marks.trained) }
end

function by_kind.sweep(note)
  fail(note, "a sweep cannot be inside another value")
end

function by_kind.profile(note)
  fail(note, "a profile cannot be inside another value")
end

function expand(value, state, depth)
  state.visits.n = state.visits.n + 1
  if depth > DEEPEST or state.visits.n > MOST_VISITS then
    fail(state.at, "tables are nested too deep or too large: does one contain itself?")
  end
  local note = sandbox.note(value)
  if note then
    return by_kind[note.kind](note, state, depth)
  elseif M.kind(value) == "table" then
    return expand_table(value, state, depth)
  end
  return { value }
end

-- list of the concrete values that `value` stands for; `at` (file, line) is for messages
function M.all(value, at)
  return expand(value, { at = at, visits = { n = 0 } }, 0)
end

return M
