-- source.lua - finds the line of a key in a sweep's text, so that an error about a value inside a
-- table of many lines names the value's own line.

local M = {}

-- position after a string, comment or long bracket that begins at `at`; nil when none does
local function skip_quoted(text, at)
  local c = text:sub(at, at)
  if c == '"' or c == "'" then
    local stop = at + 1
    while stop <= #text and text:sub(stop, stop) ~= c do
      stop = stop + (text:sub(stop, stop) == "\\" and 2 or 1)
    end
    return stop + 1
  end
  local dashes = text:match("^%-%-()", at)
  local level = text:match("^%[(=*)%[", dashes or at)
  if level then
    local _, stop = text:find("]" .. level .. "]", dashes or at, true)
    return (stop or #text) + 1
  elseif dashes then
    return (text:find("\n", at, true) or #text) + 1
  end
end

-- place and text of the next token at or after `at`
local function token(text, at)
  while at <= #text do
    local past = skip_quoted(text, at)
    local word = not past and text:match("^[%a_][%w_]*", at)
    if word then
      return at, word
    elseif not past and text:find("^[^%s%w]", at) then
      return at, text:match("^==", at) or text:sub(at, at)
    end
    at = past or at + 1
  end
end

local opens, closes = { ["{"] = true, ["("] = true }, { ["}"] = true, [")"] = true }

-- place just after `key =` one brace deep in the value that begins after `at`
local function enter(text, at, key)
  local depth, place, word = 0, token(text, at)
  while place do
    local after = place + #word
    local next_place, next_word = token(text, after)
    if opens[word] then
      depth = depth + 1
    elseif closes[word] then
      depth = depth - 1
      if depth <= 0 then
        return nil
      end
    elseif depth == 1 and word == key and next_word == "=" then
      return next_place + 1, place
    end
    place, word = next_place, next_word
  end
end

local function line_start(text, line)
  local at = 1
  for _ = 2, line do
    at = (text:find("\n", at, true) or #text) + 1
  end
  return at
end

-- line of the last key of `path` that can be found inside the call of `name` on `line`
function M.line(text, line, name, path)
  local at = line_start(text, line)
  local _, call = text:find("%f[%w_]" .. name .. "%f[^%w_]", at)
  at = (call or at - 1) + 1
  local last = line
  for _, key in ipairs(path) do
    local inside, place = enter(text, at, key)
    if not inside then
      break
    end
    local _, breaks = text:sub(1, place):gsub("\n", "")
    at, last = inside, breaks + 1
  end
  return last
end

return M
