-- csv.lua - a record as a line of CSV (RFC 4180, lines end in LF).

local M = {}

local function field(value)
  local text = tostring(value)
  if text:find('[",\r\n]') then
    return '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

function M.line(values)
  local fields = {}
  for i, value in ipairs(values) do
    fields[i] = field(value)
  end
  return table.concat(fields, ",") .. "\n"
end

return M
