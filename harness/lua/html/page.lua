-- page.lua - report.html: everything a report says on one page that needs nothing else, of one
-- sweep or of several. The same runs give the same bytes.

local drawing = require "html.drawing"
local environments = require "html.environments"
local filters = require "html.filters"
local markup = require "html.markup"
local places = require "html.places"
local rerun = require "html.rerun"
local rows = require "html.rows"
local runs = require "html.runs"
local summary = require "html.summary"

local M = {}

M.MOST = 3000 -- runs; a page of more says less of each

local escape = markup.escape

-- ---- what tables share --------------------------------------------------------------------

-- the end that two texts have in common, from the beginning of a sentence on
local function common_end(a, b)
  local n = 0
  while n < #a and n < #b and a:byte(#a - n) == b:byte(#b - n) do
    n = n + 1
  end
  local shared = a:sub(#a - n + 1)
  return shared:match("%. (%u.*)$") and shared:gsub("^.-%. (%u)", "%1", 1) or ""
end

local function ends_with(text, tail)
  return tail ~= "" and text:sub(-#tail) == tail
end

-- what the captions of a group's tables have in common is said once
local function conditions(list)
  local tail = #list > 1 and common_end(list[1].caption, list[2].caption) or ""
  for _, t in ipairs(list) do
    if ends_with(t.caption, tail) then
      t.about = t.caption:sub(1, -#tail - 1):gsub("%s+$", "")
    end
  end
  return tail
end

-- ---- a track ------------------------------------------------------------------------------

local function tables_html(page, track, list)
  local parts = {}
  for i, t in ipairs(list) do
    t.id, t.track = page.places.ids(track.id, "table", t.name), track
    parts[i] = rows.html(page, t)
  end
  return table.concat(parts, "\n")
end

-- a heading a group of tables, which says of several on what data and how long each was trained
local function group_html(page, track, group, list)
  local tail = conditions(list)
  local which = string.format(": %s, %d epochs", group.dataset.name, group.train.epochs)
  return "<h3>Tables" .. (#track.groups > 1 and escape(which) or "") .. "</h3>\n"
         .. (tail ~= "" and '<p class="about conditions">' .. escape(tail) .. "</p>\n" or "")
         .. tables_html(page, track, list)
end

local function all_tables(page, track)
  local parts, rest = {}, {}
  for i, group in ipairs(track.groups) do
    local own = {}
    for _, t in ipairs(track.tables) do
      own[#own + 1] = (t.beside or t.group) == group and t or nil
    end
    parts[i] = #own > 0 and group_html(page, track, group, own) or ""
  end
  for _, t in ipairs(track.tables) do
    rest[#rest + 1] = not t.group and t or nil
  end
  return table.concat(parts, "\n") .. tables_html(page, track, rest)
end

-- the pair that a figure is of, by its name
local function pair_of(page, track, figure)
  for _, label in ipairs(page.places.pairs[track]) do
    if figure.name:find(label:gsub("[^%w_.+-]", "_"), 1, true) then
      return page.places.pairs[track][label]
    end
  end
end

-- where a figure is put: its id, and how many there were before
local function next_place(page, within, figure)
  page.drawn = (page.drawn or 0) + 1
  return { id = page.places.ids(within, "figure", figure.name), number = page.drawn }
end

local function figures_html(page, track)
  local parts = {}
  for i, figure in ipairs(track.figures) do
    local place = next_place(page, track.id, figure)
    place.pair = pair_of(page, track, figure)
    parts[i] = drawing.figure(figure, track.folder, place)
  end
  return #parts > 0 and string.format('<h3 id="%s">Figures</h3>\n%s', track.figures_id,
                                      table.concat(parts, "\n")) or ""
end

local function link(id, text)
  return string.format('<li><a href="#%s">%s</a></li>', id, escape(text))
end

-- what a track has, one link each
local function track_contents(page, track, title)
  local items = {}
  for _, t in ipairs(track.tables) do
    local group = t.beside or t.group
    local of = #track.groups > 1 and group
               and string.format(" (%s, %d)", group.dataset.name, group.number) or ""
    items[#items + 1] = link(t.id, t.title .. of)
  end
  items[#items + 1] = #track.figures > 0 and link(track.figures_id, "Figures") or nil
  items[#items + 1] = link(track.runs_id, "Runs")
  return string.format('<nav class="parts" aria-label="%s"><ul>%s</ul></nav>\n', escape(title),
                       table.concat(items))
end

local function track_html(page, track)
  local title, notes = #page.tracks > 1 and track.name or "Results", track.set.notes
  track.figures_id = page.places.ids(track.id, "figures")
  track.runs_id = page.places.ids(track.id, "runs")
  local tables = all_tables(page, track)
  return string.format('<section class="track" id="%s" data-t="%s">\n<h2>%s</h2>\n%s%s%s\n%s\n%s\n'
                       .. "</section>", track.id, track.key_on_page, escape(title),
                       notes and #page.tracks > 1 and "<p>" .. escape(notes) .. "</p>\n" or "",
                       track_contents(page, track, title), tables, figures_html(page, track),
                       runs.html(page, track))
end

-- ---- over tracks --------------------------------------------------------------------------

local function across_html(page)
  if #page.tables + #page.figures == 0 then
    return ""
  end
  local parts = {}
  for i, t in ipairs(page.tables) do
    t.id, t.level = page.places.ids("across", t.name), 3
    parts[i] = rows.html(page, t)
  end
  for _, figure in ipairs(page.figures) do
    parts[#parts + 1] = drawing.figure(figure, page.folder, next_place(page, "across", figure))
  end
  return '<section id="across">\n<h2>Over tracks</h2>\n' .. table.concat(parts, "\n")
         .. "\n</section>"
end

local function contents(page)
  local items = { '<li><a href="#summary">Summary</a></li>' }
  items[#items + 1] = #page.tables > 0 and '<li><a href="#across">Over tracks</a></li>' or nil
  for _, track in ipairs(page.tracks) do
    items[#items + 1] = string.format('<li><a href="#%s">%s</a></li>', track.id,
                                      escape(#page.tracks > 1 and track.name or "Results"))
  end
  items[#items + 1] = '<li><a href="#environments">Environments</a></li>'
  return '<nav aria-label="Contents"><ul>' .. table.concat(items) .. "</ul></nav>"
end

-- ---- the page -----------------------------------------------------------------------------

local PAGE = [[
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>%s</title>
<style>
%s</style>
</head>
<body>
<a class="skip" href="#main">Skip to the tables</a>
<header>
<h1>%s</h1>
%s
</header>
%s
%s
<main id="main" tabindex="-1">
%s
</main>
<script>
%s</script>
</body>
</html>
]]

local function prepare(page)
  page.tables, page.figures = page.tables or {}, page.figures or {}
  page.places = places.of(page.tracks)
  page.environments = environments.of(page.tracks, page.places.ids)
  page.rerun = {}
  local scripts, n = {}, 0
  for _, track in ipairs(page.tracks) do
    page.rerun[track] = rerun.of(track.set, scripts)
    n = n + #track.set.rows
  end
  page.in_full = n <= M.MOST
end

-- page: { name, notes, tracks = list of { name, set, groups, how, tables, figures, folder },
-- and of those over tracks: tables, figures, folder }
function M.html(page)
  prepare(page)
  local parts = { across_html(page) }
  for _, track in ipairs(page.tracks) do
    parts[#parts + 1] = track_html(page, track)
  end
  parts[#parts + 1] = environments.html(page.environments)
  return string.format(PAGE, escape(page.name .. " - kdbench"), markup.part "page.css",
                       escape(page.name), contents(page), summary.html(page), filters.html(page),
                       table.concat(parts, "\n"), markup.part "page.js")
end

return M
