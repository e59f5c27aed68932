-- places.lua - where on the page the runs of a cell are: an entry for each method and pair that has
-- runs, found again from what a table calls them.

local grid = require "grid"
local markup = require "html.markup"
local options = require "options"

local M = {}

local PLAIN = "none"
local OWN = { "main", "summary", "across", "environments", "filters", "count", "by-track",
              "by-category", "by-pair", "by-text" } -- names that the page itself has

-- what tables call a method: the plain one is the student
local function names_of(method)
  return method.name == PLAIN and { method.label, "Student" } or { method.label }
end

local function new_entry(track, group, column, rows)
  return { track = track, group = group, column = column, rows = rows, pair = column.key_on_page }
end

local function add(places, entry, names)
  local list = places.entries
  list[#list + 1] = entry
  for _, name in ipairs(names) do
    for _, where in ipairs { entry.group, entry.track } do
      local key = { name, entry.column.label }
      places.found[where] = places.found[where] or {}
      local text = table.concat(key, "\0")
      places.found[where][text] = places.found[where][text] or entry
    end
  end
end

-- all cells of one method in a group, under one heading
local function add_section(places, section, track, group, names, rows_of)
  for _, column in ipairs(group.columns) do
    local rows = rows_of(column)
    if #rows > 0 then
      local entry = new_entry(track, group, column, rows)
      entry.id = places.ids(track.id, section.label, column.label)
      section[#section + 1] = entry
      add(places, entry, names)
    end
  end
  local sections = places.sections[track]
  sections[#sections + 1] = #section > 0 and section or nil
end

-- what the catalogue says of a method, whatever the sweep calls it
local function describe(places, track, group, method)
  local rows = {}
  for _, list in pairs(group.cells[method.key]) do
    rows[#rows + 1] = list[1]
  end
  local entry = rows[1] and options.find(track.set.catalog.methods, rows[1].spec.method.name)
  places.about[method.label] = { name = method.name, category = entry and entry.category,
                                 title = entry and entry.title, entry = entry }
end

local function section_of(places, track, label, method)
  local section = { label = label, method = method, id = places.ids(track.id, label) }
  places.by_method[track] = places.by_method[track] or {}
  places.by_method[track][label] = places.by_method[track][label] or section
  return section
end

-- the runs behind the tables of a group after tuning, where they were measured
local function add_tuned(places, track, group)
  for _, method in ipairs(group.methods) do
    add_section(places, section_of(places, track, method.label .. " (tuned)", method), track, group,
                names_of(method), function(column)
      local list = {}
      for _, row in ipairs(grid.runs(group, method.key, column)) do
        list[#list + 1] = row.measured
      end
      return list
    end)
  end
end

local function add_group(places, track, group)
  add_section(places, section_of(places, track, "Teacher"), track, group, { "Teacher" },
              function(column) return grid.ancestors(track.set, column) end)
  for _, method in ipairs(group.methods) do
    describe(places, track, group, method)
    add_section(places, section_of(places, track, method.label, method), track, group,
                names_of(method), function(column)
      return grid.runs(group, method.key, column)
    end)
  end
end

-- pairs are told apart on the page by short names; the same label in a track is one pair
local function name_pairs(places, track)
  local all = table.move(track.groups, 1, #track.groups, 1, {})
  for _, group in ipairs(table.move(track.later or {}, 1, #(track.later or {}), #all + 1, all)) do
    for _, column in ipairs(group.columns) do
      local known = places.pairs[track]
      if not known[column.label] then
        places.npair = places.npair + 1
        known[column.label] = "p" .. places.npair
        known[#known + 1] = column.label
      end
      column.key_on_page = known[column.label]
    end
  end
end

-- { entries, sections[track], pairs[track] (labels in order; short names by label), ids,
-- about[label of a method] = { name, category, title, entry of the catalogue } }
function M.of(tracks)
  local places = { entries = {}, sections = {}, pairs = {}, found = {}, by_method = {}, about = {},
                   npair = 0, ids = markup.ids() }
  for _, name in ipairs(OWN) do
    places.ids(name)
  end
  for i, track in ipairs(tracks) do
    track.id = places.ids(track.name)
    track.key_on_page = "t" .. i
    places.sections[track], places.pairs[track] = {}, {}
    name_pairs(places, track)
    for _, group in ipairs(track.groups) do
      add_group(places, track, group)
    end
    for _, group in ipairs(track.later or {}) do
      add_tuned(places, track, group)
    end
  end
  return places
end

-- the entry of a method and pair as a table calls them, in a group or a whole track; or nil
function M.find(places, where, name, pair)
  local found = places.found[where]
  return found and found[name .. "\0" .. pair]
end

-- the heading over a method's runs in a track, or nil
function M.section(places, track, name)
  local known = places.by_method[track] or {}
  local section = known[name] or name == "Student" and known[PLAIN]
  return section and #section > 0 and section or nil
end

return M
