-- filters.lua - the form above the tables: which track, category, pair and methods are shown. It is
-- hidden until the page's script works.

local markup = require "html.markup"

local M = {}

local escape = markup.escape

local function option(value, text, track)
  return markup.element("option", { { "value", value }, { "data-t", track } }, escape(text))
end

local function select(id, label, first, list)
  return string.format('<label for="%s">%s</label><select id="%s">%s%s</select>', id, label, id,
                       option("", first), table.concat(list))
end

local function tracks(page)
  local list = {}
  for i, track in ipairs(page.tracks) do
    list[i] = option(track.key_on_page, track.name)
  end
  return #list > 1 and "<p>" .. select("by-track", "Track", "all", list) .. "</p>" or ""
end

-- "Sources/Logit" under the group Sources
local function categories(page)
  local names, seen, list = {}, {}, {}
  for _, about in pairs(page.places.about) do
    if about.category and about.name ~= "none" and not seen[about.category] then
      seen[about.category] = true
      names[#names + 1] = about.category
    end
  end
  table.sort(names)
  for i, name in ipairs(names) do
    list[i] = option(name, name)
  end
  return #list > 0 and "<p>" .. select("by-category", "Category", "all", list) .. "</p>" or ""
end

local function pairs_of(page)
  local list, n = {}, 0
  for _, track in ipairs(page.tracks) do
    local labels, options = page.places.pairs[track], {}
    for i, label in ipairs(labels) do
      options[i], n = option(labels[label], label, track.key_on_page), n + 1
    end
    list[#list + 1] = #page.tracks > 1
                      and markup.element("optgroup", { { "label", track.name } },
                                         table.concat(options)) or table.concat(options)
  end
  return n > 1 and "<p>" .. select("by-pair", "Pair", "all", list) .. "</p>" or ""
end

function M.html(page)
  return '<form id="filters" hidden aria-label="What is shown">\n' .. tracks(page)
         .. categories(page) .. pairs_of(page)
         .. '<p><label for="by-text">Method</label><input id="by-text" type="search" '
         .. 'autocomplete="off" spellcheck="false"></p>\n'
         .. '<p><button type="reset">Show all</button></p>\n'
         .. '<p id="count" role="status" aria-live="polite"></p>\n</form>'
end

return M
