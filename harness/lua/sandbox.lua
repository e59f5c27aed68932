-- sandbox.lua - runs a sweep file where only the sweep words exist. A word computes nothing: it
-- notes what was said and on which line, as a sealed node; expand.lua and sweep.lua read the notes.

local files = require "files"
local near = require "near"

local M = {}

local MOST_STEPS = 2000000       -- Lua instructions
local MOST_MEMORY = 64 * 1024    -- KiB above what there was at the start
local MOST_VALUES = 10000        -- of one range
local MOST_INCLUDES = 16
local MOST_KNOTS = 16            -- of one schedule

local notes = setmetatable({}, { __mode = "k" })
local SEALED = {
  __newindex = function() error("what a sweep word returns cannot be changed", 2) end,
  __metatable = "a sweep word",
}

-- what a node says: kind, file, line, text and more by kind; nil for any other value
function M.note(value)
  return type(value) == "table" and notes[value] or nil
end

local function fail(box, fmt, ...)
  error(string.format("%s:%d: " .. fmt, box.file, box.line, ...), 0)
end

function M.node(box, kind, fields)
  fields.kind, fields.file, fields.line = kind, box.file, box.line
  fields.text = box.texts[box.file]
  local node = setmetatable({}, SEALED)
  notes[node] = fields
  return node
end

-- the same node with other fields, for --set
function M.changed(node, fields)
  local copy = {}
  for key, value in pairs(notes[node]) do
    copy[key] = value
  end
  for key, value in pairs(fields) do
    copy[key] = value
  end
  local other = setmetatable({}, SEALED)
  notes[other] = copy
  return other
end

-- ---- the words ---------------------------------------------------------------

local words = {}

function words.each(box, ...)
  local n = select("#", ...)
  if n == 0 then
    fail(box, "each needs at least one value")
  end
  for i = 1, n do
    if select(i, ...) == nil then
      fail(box, "value %d of each is nil", i)
    end
  end
  return M.node(box, "each", { values = { ... } })
end

function words.range(box, first, last, step)
  step = step == nil and 1 or step
  for _, v in ipairs { first or "nil", last or "nil", step } do
    if not (math.type(v) and math.tointeger(v)) then
      fail(box, "range(first, last, step) wants whole numbers, found %s", tostring(v))
    end
  end
  first, last, step = math.tointeger(first), math.tointeger(last), math.tointeger(step)
  local n = step ~= 0 and (last - first) // step + 1 or 0
  if n < 1 or n > MOST_VALUES or math.abs(first) > 2 ^ 53 or math.abs(last) > 2 ^ 53 then
    fail(box, "range(%d, %d, %d) must give 1 to %d values", first, last, step, MOST_VALUES)
  end
  local values = {}
  for i = 1, n do
    values[i] = first + (i - 1) * step
  end
  return M.node(box, "each", { values = values })
end

function words.zip(box, t)
  if type(t) ~= "table" or notes[t] then
    fail(box, "zip wants a table: zip { lr = each(0.1, 0.2), batch = each(32, 64) }")
  end
  return M.node(box, "zip", { table = t })
end

local function finite(box, word, v)
  if not math.type(v) or v ~= v or v == math.huge or v == -math.huge then
    fail(box, "%s wants numbers, found %s", word, tostring(v))
  end
  return v + 0.0
end

-- from one value to another over the first share of the training
local function glide(word)
  return function(box, from, to, how)
    if how ~= nil and (type(how) ~= "table" or notes[how]) then
      fail(box, "%s(from, to, { over = 0.2 }) wants a table as its third argument", word)
    end
    for key in pairs(how or {}) do
      if key ~= "over" then
        fail(box, "%s has no setting %s; there is over", word, tostring(key))
      end
    end
    local over = how and how.over or 1
    if not math.type(over) or not (over > 0 and over <= 1) then
      fail(box, "%s: over must be a share of the training, above 0 and up to 1", word)
    end
    return M.node(box, "schedule", { value = { schedule = word, over = over + 0.0,
                                               from = finite(box, word, from),
                                               to = finite(box, word, to) } })
  end
end
words.ramp, words.cosine = glide("ramp"), glide("cosine")

-- steps { 8, 4, 1, at = { 0.5, 0.75 } }: the value changes at these shares of the training
function words.steps(box, t)
  local at = type(t) == "table" and t.at
  if type(at) ~= "table" or #at < 1 or #at >= MOST_KNOTS or #t ~= #at + 1 then
    fail(box, "steps wants one value more than places: steps { 8, 1, at = { 0.5 } }")
  end
  local knots, before = { { at = 0.0, value = finite(box, "steps", t[1]) } }, 0
  for i = 1, #at do
    local place = finite(box, "steps", at[i])
    if not (place > before and place < 1) then
      fail(box, "steps: the places in `at` must rise and lie between 0 and 1")
    end
    knots[i + 1], before = { at = place, value = finite(box, "steps", t[i + 1]) }, place
  end
  return M.node(box, "schedule", { value = { schedule = "steps", values = knots } })
end

-- a finished run's network, by the path of its run.h5; one that the sweep trains first; or one that
-- others trained, by the file of its weights
function words.trained(box, what)
  local note = M.note(what)
  if type(what) == "string" then
    return M.node(box, "trained", { path = what })
  elseif type(what) ~= "table" or note and note.kind ~= "zip" then
    fail(box, "trained wants the path of a run.h5, or trained { model = ..., method = ..., "
              .. "teacher = ... }")
  end
  return M.node(box, "trained", { args = what })
end

function words.sweep(box, t)
  if type(t) ~= "table" or notes[t] then
    fail(box, "sweep wants a table: sweep { name = ..., ... }")
  end
  return M.node(box, "sweep", { args = t })
end

-- several sweeps, to be run one after the other: profile { name = "quick", include "vision.lua", ... }
function words.profile(box, t)
  if type(t) ~= "table" or notes[t] then
    fail(box, 'profile wants a table: profile { name = "quick", include "vision.lua" }')
  end
  return M.node(box, "profile", { args = t })
end

-- the constructor of one method, data set or model family
local function constructor(box, what, name)
  return function(args, ...)
    local note = M.note(args)
    if select("#", ...) > 0 or (args ~= nil and type(args) ~= "table")
       or (note and note.kind ~= "zip") then
      fail(box, "%s wants one table of options: %s { ... }", name, name)
    end
    return M.node(box, "call", { what = what, name = name, args = args or {} })
  end
end

-- every method that is registered; see all_methods.lua
local function all_methods(box, catalog)
  return function(args)
    local function make(name)
      return M.node(box, "call", { what = "method", name = name, args = {} })
    end
    local function refuse(fmt, ...)
      fail(box, fmt, ...)
    end
    local values = require "all_methods".values(args, catalog.methods or {}, make, refuse)
    return M.node(box, "each", { values = values })
  end
end

-- ---- running -----------------------------------------------------------------

local function environment(box, catalog)
  local env = { pairs = pairs, ipairs = ipairs }
  for name, word in pairs(words) do
    env[name] = function(...) return word(box, ...) end
  end
  for _, what in ipairs { "method", "dataset", "model" } do
    for _, entry in ipairs(catalog[what .. "s"] or {}) do
      env[entry.name] = constructor(box, what, entry.name)
    end
  end
  env.all_methods = all_methods(box, catalog)
  local known = {}
  for name in pairs(env) do
    known[#known + 1] = name
  end
  local function unknown(_, key)
    local hint = type(key) == "string" and near.hint(key, known) or ""
    fail(box, "there is no word %s in a sweep%s", tostring(key), hint)
  end
  local function assigned(_, key)
    fail(box, "%s is set outside sweep { }: write `local %s` or move it inside", tostring(key),
         tostring(key))
  end
  return setmetatable(env, { __index = unknown, __newindex = assigned, __metatable = false })
end

-- Lua's own messages begin with the chunk's number: put the file's name there
local function with_file(box, message)
  message = tostring(message):gsub("%((%d+)%):(%d+):", function(id, line)
    return (box.chunks[tonumber(id)] or "?") .. ":" .. line .. ":"
  end)
  if not message:find("^[^\n]-:%d+: ") then
    message = string.format("%s:%d: %s", box.file, box.line, message)
  end
  return message:match("^[^\n]*")
end

-- runs in front of every line: notes where we are, and stops what does not end. A line counts for
-- more than an instruction because looking at it takes longer.
local function watch(box)
  local steps, room = 0, collectgarbage("count") + MOST_MEMORY
  return function(event, line)
    steps = steps + (event == "line" and 10 or 1000)
    if event == "line" then
      local id = string.match(debug.getinfo(2, "S").source, "^=%((%d+)%)$")
      if id then
        box.file, box.line = box.chunks[tonumber(id)], line
      end
    end
    if steps > MOST_STEPS then
      debug.sethook()
      fail(box, "the sweep runs too long (%d steps): is there a loop without end?", MOST_STEPS)
    elseif collectgarbage("count") > room then
      debug.sethook()
      fail(box, "the sweep uses too much memory")
    end
  end
end

local function compile(box, path, text, env)
  local id = #box.chunks + 1
  box.chunks[id], box.texts[path] = path, text
  return load(text, string.format("=(%d)", id), "t", env)
end

-- include "common.lua": the value that a file beside this one returns
local function include(box, env)
  return function(path)
    if type(path) ~= "string" or string.sub(path, 1, 1) == "/" then
      fail(box, "include wants a path relative to this file")
    elseif #box.chunks > MOST_INCLUDES then
      fail(box, "more than %d files are included: does one include itself?", MOST_INCLUDES)
    end
    local file, line = box.file, box.line
    path = files.folder_of(file) .. "/" .. path
    local text, err = files.read(path)
    if not text then
      fail(box, "include: %s", err)
    end
    local chunk
    chunk, err = compile(box, path, text, env)
    if not chunk then
      error(err, 0)
    end
    local value = chunk()
    box.file, box.line = file, line
    return value
  end
end

-- strings have no methods meanwhile: ("x"):rep(1e9) is one instruction to the watch
local function guarded(box, chunk)
  local strings = getmetatable("")
  local index = strings.__index
  strings.__index = nil
  debug.sethook(watch(box), "l", 1000)
  local ok, value = pcall(chunk)
  debug.sethook()
  strings.__index = index
  return ok, value
end

-- value, box; or nil and a message that begins with file:line
function M.run(path, text, catalog)
  local box = { file = path, line = 1, chunks = {}, texts = {} }
  local env = environment(box, catalog)
  rawset(env, "include", include(box, env))
  local chunk, err = compile(box, path, text, env)
  if not chunk then
    return nil, with_file(box, err)
  end
  local ok, value = guarded(box, chunk)
  if not ok then
    return nil, with_file(box, value)
  end
  return value, box
end

-- the value of one expression, as --set gives it; a bare word is a text
function M.value(expression, catalog)
  local number = tonumber(expression)
  if number or expression:find("^[%a_][%w_.%-]*$") then
    if expression == "true" or expression == "false" then
      return expression == "true"
    end
    return number or expression
  end
  return M.run("--set", "return (" .. expression .. ")", catalog) -- (1, 2) is no value
end

return M
