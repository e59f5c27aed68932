-- csv.lua - reads a CSV file with a head into rows by column name.

local files = require "files"

local M = {}

-- one field from `at` on, and where the next begins; nil after the last of its line
local function field(text, at)
  if text:sub(at, at) ~= '"' then
    local value, stop = text:match("^([^,\r\n]*)()", at)
    return value, stop
  end
  local parts = {}
  repeat
    local part, stop = text:match('^"([^"]*)"()', at)
    if not part then
      return nil
    end
    parts[#parts + 1], at = part, stop
  until text:sub(at, at) ~= '"'
  return table.concat(parts, '"'), at
end

local function line(text, at)
  local fields = {}
  while true do
    local value, stop = field(text, at)
    if not value then
      return nil
    end
    fields[#fields + 1] = value
    if text:sub(stop, stop) ~= "," then
      return fields, text:match("^\r?\n?()", stop)
    end
    at = stop + 1
  end
end

local function record(head, fields)
  local row = {}
  for i, name in ipairs(head) do
    row[name] = fields[i]
  end
  return row
end

-- rows by column name, and the head; or nil and a message that names the line
function M.parse(text, name)
  local rows, head, at, number = {}, nil, 1, 0
  while at <= #text do
    local fields
    number = number + 1
    fields, at = line(text, at)
    if not fields then
      return nil, string.format("%s:%d: a quote is not closed", name, number)
    elseif head and #fields ~= #head then
      return nil, string.format("%s:%d: %d fields, the head has %d", name, number, #fields, #head)
    elseif head then
      rows[#rows + 1] = record(head, fields)
    else
      head = fields
    end
  end
  return rows, head or {}
end

function M.read(path)
  local text, err = files.read(path)
  if not text then
    return nil, err
  end
  return M.parse(text, path)
end

return M
