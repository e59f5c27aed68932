-- markup.lua - text as HTML: what a report says is never read as a tag.

local files = require "files"

local M = {}

local ENTITY = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;",
                 ["'"] = "&#39;" }

-- bytes that are no UTF-8, and controls that HTML has no place for, become a mark
local function readable(text)
  text = text:gsub("[%z\1-\8\11\12\14-\31\127]", "\u{FFFD}")
  if utf8.len(text) then
    return text
  end
  local parts, at = {}, 1
  while at <= #text do
    local _, bad = utf8.len(text, at)
    parts[#parts + 1] = text:sub(at, bad and bad - 1 or #text)
    parts[#parts + 1] = bad and "\u{FFFD}" or nil
    at = bad and bad + 1 or #text + 1
  end
  return table.concat(parts)
end

-- text as it stands between tags or between quotes
function M.escape(text)
  return (readable(tostring(text)):gsub("[&<>\"']", ENTITY))
end

-- <tag name="value" ...>inner</tag>; attributes in a list of pairs, those without a value left out;
-- true: the name alone. `inner` is HTML.
function M.element(tag, attributes, inner)
  local parts = { "<" .. tag }
  for _, pair in ipairs(attributes) do
    local name, value = pair[1], pair[2]
    if value == true then
      parts[#parts + 1] = " " .. name
    elseif value then
      parts[#parts + 1] = string.format(' %s="%s"', name, M.escape(value))
    end
  end
  parts[#parts + 1] = ">" .. (inner or "") .. "</" .. tag .. ">"
  return table.concat(parts)
end

-- name, or name-2, name-3, ...: the first that is free
local function first_free(taken, name)
  local free, n = name, 1
  while taken[free] do
    n = n + 1
    free = name .. "-" .. n
  end
  taken[free] = true
  return free
end

-- ids("text", "kd T=2", ...) gives a name that is used once on the page, for links to it
function M.ids()
  local taken = {}
  return function(...)
    local parts = {}
    for i, text in ipairs { ... } do
      parts[i] = tostring(text):gsub("[^%w_.]+", "-"):gsub("^%-+", ""):gsub("%-+$", "")
    end
    return first_free(taken, table.concat(parts, "--"):lower())
  end
end

-- a file beside these modules: the page's style and script
function M.part(name)
  local path = assert(package.searchpath("html.markup", package.path))
  return assert(files.read(files.folder_of(path) .. "/" .. name))
end

return M
