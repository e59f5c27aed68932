-- json.lua - canonical JSON: sorted keys, no spaces, the shortest number that reads back the same.
-- Equal specs give equal text, and so equal hashes.

local cjson = require "cjson"

local M = {}

local LIST = {}

-- marks a table as a list, which matters when it is empty
function M.list(t)
  return setmetatable(t or {}, LIST)
end

local function is_list(t)
  return getmetatable(t) == LIST or #t > 0
end

function M.number(v)
  if v ~= v or v == math.huge or v == -math.huge then
    error("a number must be finite, found " .. tostring(v), 0)
  end
  local whole = math.tointeger(v)
  if whole and (math.type(v) == "integer" or math.abs(v) < 2 ^ 53) then
    return string.format("%d", whole)
  end
  for digits = 15, 17 do
    local text = string.format("%." .. digits .. "g", v)
    if tonumber(text) == v then
      return text
    end
  end
end

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function quote(s)
  return '"' .. s:gsub('[%c"\\]', function(c)
    return escapes[c] or string.format("\\u%04x", c:byte())
  end) .. '"'
end

local encode

local function encode_map(t)
  local keys, parts = {}, {}
  for key in pairs(t) do
    if type(key) ~= "string" then
      error("a map's keys must be strings, found " .. tostring(key), 0)
    end
    keys[#keys + 1] = key
  end
  table.sort(keys)
  for i, key in ipairs(keys) do
    parts[i] = quote(key) .. ":" .. encode(t[key])
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function encode_list(t)
  local parts = {}
  for i, item in ipairs(t) do
    parts[i] = encode(item)
  end
  return "[" .. table.concat(parts, ",") .. "]"
end

function encode(v)
  local kind = type(v)
  if kind == "table" then
    return is_list(v) and encode_list(v) or encode_map(v)
  elseif kind == "string" then
    return quote(v)
  elseif kind == "number" then
    return M.number(v)
  elseif kind == "boolean" then
    return tostring(v)
  end
  error("cannot write a " .. kind .. " as JSON", 0)
end
M.encode = encode

-- numbers that are whole come back as integers, null as nil
local function tidy(v)
  if v == cjson.null then
    return nil
  elseif type(v) == "number" then
    return math.tointeger(v) or v
  elseif type(v) == "table" then
    for key, item in pairs(v) do
      v[key] = tidy(item)
    end
  end
  return v
end

-- nil, message when the text is not JSON
function M.decode(text)
  local ok, value = pcall(cjson.decode, text)
  if not ok then
    return nil, tostring(value)
  end
  return tidy(value)
end

return M
