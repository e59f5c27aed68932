-- catalogue.lua - lists of what there is: methods, data sets, model families, augmentations, metrics.

local kd = require "kd"
local cite = require "cite"
local json = require "json"
local options = require "options"
local vectors = require "vectors"

local M = {}

local function scheme_of(e)
  return e.baseline and "baseline" or e.scheme
end

local columns = {
  methods = {
    { "name", function(e) return e.name end },
    { "scheme", scheme_of },
    { "category", function(e) return e.category or "" end },
    { "vectors", function(e) return vectors.short(e.golden) end },
    { "paper", cite.short },
    { "title", function(e) return e.title or "" end },
  },
  datasets = {
    { "name", function(e) return e.name end },
    { "kinds", function(e) return table.concat(e.kinds or { "image" }, ", ") end },
    { "paper", cite.short },
    { "title", function(e) return e.title or "" end },
  },
  augmentations = {
    { "name", function(e) return e.name end },
    { "kinds", function(e) return table.concat(e.kinds, ", ") end },
    { "about", function(e) return e.help or "" end },
  },
  metrics = {
    { "name", function(e) return e.name end },
    { "unit", function(e) return e.unit end },
    { "better", function(e) return e.higher_better and "more" or "less" end },
    { "about", function(e) return e.help end },
  },
  models = {
    { "family", function(e) return e.name end },
    { "kind", function(e) return e.kind or "image" end },
    { "options", function(e) return table.concat(options.names(e.options or {}), ", ") end },
    { "about", function(e) return e.help or e.title or "" end },
  },
}

-- rows of texts as lines, each column as wide as it must be
function M.aligned(rows)
  local widths, lines = {}, {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      widths[i] = math.max(widths[i] or 0, utf8.len(cell) or #cell)
    end
  end
  for i, row in ipairs(rows) do
    local cells = {}
    for k, cell in ipairs(row) do
      local pad = k < #row and widths[k] - (utf8.len(cell) or #cell) or 0
      cells[k] = cell .. (" "):rep(pad)
    end
    lines[i] = table.concat(cells, "  "):gsub("%s+$", "")
  end
  return table.concat(lines, "\n") .. "\n"
end

-- a method as `list` and `describe` give it to programs: its vectors too, and lists that are empty
-- are lists
function M.method(entry)
  for _, key in ipairs { "source", "tracks", "needs", "claims", "phases", "options" } do
    json.list(entry[key])
  end
  entry.golden = vectors.about(entry.name)
  return entry
end

-- what the filters leave: part of the category, whole scheme
local function chosen(entries, filters)
  local list = {}
  for _, entry in ipairs(entries) do
    local category = (entry.category or ""):lower()
    local fits = (not filters.category or category:find(filters.category:lower(), 1, true))
      and (not filters.scheme or scheme_of(entry) == filters.scheme)
    list[#list + 1] = fits and entry or nil
  end
  return list
end

local function distinct(entries, key)
  local list, seen = {}, {}
  for _, entry in ipairs(entries) do
    local value = entry[key]
    if value and not seen[value] then
      seen[value], list[#list + 1] = true, value
    end
  end
  table.sort(list)
  return table.concat(list, ", ")
end

local function methods(entries, filters)
  local list = chosen(entries, filters)
  if #list == 0 then
    return nil, "no method is of this kind; categories: " .. distinct(entries, "category")
  end
  for _, entry in ipairs(list) do
    M.method(entry)
  end
  return list
end

local function as_text(what, entries)
  local rows = { {} }
  for i, column in ipairs(columns[what]) do
    rows[1][i] = column[1]:upper()
  end
  for _, entry in ipairs(entries) do
    local row = {}
    for i, column in ipairs(columns[what]) do
      row[i] = tostring(column[2](entry))
    end
    rows[#rows + 1] = row
  end
  return M.aligned(rows)
end

-- what: "methods", "datasets", "models", "augmentations" or "metrics"; filters, of methods: category,
-- scheme. nil and a message when nothing is left.
function M.list(what, as_json, filters)
  local entries, err = kd.catalog()[what]
  if what == "methods" then
    entries, err = methods(entries, filters)
  elseif filters.category or filters.scheme then
    return nil, "--category and --scheme are of methods"
  end
  if not entries then
    return nil, err
  end
  return as_json and json.encode(json.list(entries)) .. "\n" or as_text(what, entries)
end

return M
