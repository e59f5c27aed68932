-- rows.lua - one of the report's tables as HTML: a cell of results links to its runs, rows and
-- columns say what they are about, for the page's filters.

local markup = require "html.markup"
local places = require "html.places"

local M = {}

local escape, element = markup.escape, markup.element

local REFERENCE = { Teacher = true, Student = true } -- rows that no filter takes away

-- a name may be broken after its underscores, where there is no room for it
local function breakable(text)
  return (escape(text):gsub("_", "_<wbr>"))
end

local function text_of(cell)
  return type(cell) == "table" and cell.text or cell or ""
end

-- ---- what a table is about ------------------------------------------------------------

-- places of the columns that name a row's method, pair and track
local function keys_of(t)
  local at = {}
  for i = 1, t.labels or 1 do
    at[t.head[i]] = at[t.head[i]] or i
  end
  return { method = at.Method, pair = at.Pair, track = at.Track }
end

-- is a column headed by this label, alone or with a remark after a comma?
local function is_headed(head, label)
  return head == label or head:sub(1, #label + 2) == label .. ", "
end

-- the pairs that a table may have columns of
local function candidates(t)
  local list = {}
  for _, group in ipairs(t.group and { t.group } or t.track and t.track.groups or {}) do
    table.move(group.columns, 1, #group.columns, #list + 1, list)
  end
  return list
end

-- pair and track of each column, by its number
local function columns_of(page, t)
  local of_pair, of_track = {}, {}
  for i = (t.labels or 1) + 1, #t.head do
    for _, column in ipairs(candidates(t)) do
      of_pair[i] = is_headed(t.head[i], column.label) and column or of_pair[i]
    end
    for _, track in ipairs(not t.group and not t.track and page.tracks or {}) do
      of_track[i] = is_headed(t.head[i], track.name) and track or of_track[i]
    end
  end
  return of_pair, of_track
end

local function track_named(page, name)
  for _, track in ipairs(page.tracks) do
    if track.name == name then
      return track
    end
  end
end

-- what a row says of itself
local function subject(page, t, row, keys)
  local track = t.track or keys.track and track_named(page, text_of(row[keys.track]))
  return { method = keys.method and text_of(row[keys.method]), track = track,
           pair = keys.pair and text_of(row[keys.pair]) }
end

-- where the cell's runs are: an id, or nil
local function target(page, t, about, i, columns)
  local column, track = columns.of_pair[i], columns.of_track[i]
  local name = about.method or t.head[i] -- the table of kd has a column a method
  if track then
    local section = places.section(page.places, track, name)
    return section and section.id
  elseif i <= (t.labels or 1) or not (t.group or about.track) then
    return nil
  end
  local pair = column and column.label or about.pair
  local entry = pair and (column or i == (t.labels or 1) + 1 or not about.method)
                and places.find(page.places, t.group or about.track, name, pair)
  return entry and entry.id
end

-- ---- cells -------------------------------------------------------------------------------

local WORSE = '<span class="down" title="worse than the plain student"><span aria-hidden="true">'
  .. '↓</span><span class="vh">worse than the plain student</span></span>'
local STALE = '<span title="measured with older sources than the others">†</span>'

local function note_mark(t, n)
  return string.format('<sup><a href="#%s-note-%d">[%d]</a></sup>', t.id, n, n)
end

local function inner(t, cell, link)
  cell = type(cell) == "table" and cell or { text = cell or "" }
  local text = escape(cell.text)
  text = cell.bold and "<strong>" .. text .. "</strong>" or text
  text = link and cell.text ~= "" and element("a", { { "href", "#" .. link } }, text) or text
  return text .. (cell.down and " " .. WORSE or "") .. (cell.stale and " " .. STALE or "")
         .. (cell.note and " " .. note_mark(t, cell.note) or "")
end

local function row_attributes(page, t, about, row)
  local known = about.method and page.places.about[about.method]
  local pair = about.track and about.pair and page.places.pairs[about.track][about.pair]
  local filtered = known and not REFERENCE[about.method]
  return { { "class", row.rule and "rule" }, { "data-m", filtered and about.method },
           { "data-c", filtered and known.category }, { "data-p", pair },
           { "data-t", not t.track and about.track and about.track.key_on_page } }
end

local function row_html(page, t, row, keys, columns)
  local about, cells = subject(page, t, row, keys), {}
  for i = 1, #t.head do
    local html = inner(t, row[i], target(page, t, about, i, columns))
    if i == 1 then
      cells[i] = '<th scope="row">' .. html .. "</th>"
    else
      cells[i] = (i <= (t.labels or 1) and "<td>" or '<td class="n">') .. html .. "</td>"
    end
  end
  return element("tr", row_attributes(page, t, about, row), table.concat(cells))
end

local function head_html(t, columns)
  local cells = {}
  for i, text in ipairs(t.head) do
    local pair, track = columns.of_pair[i], columns.of_track[i]
    cells[i] = element("th", { { "scope", "col" }, { "class", i > (t.labels or 1) and "n" },
                               { "data-p", pair and pair.key_on_page },
                               { "data-t", track and track.key_on_page } }, breakable(text))
  end
  return "<thead><tr>" .. table.concat(cells) .. "</tr></thead>"
end

-- the teacher and the student stand apart, and stay where they are when the rest is sorted
local function parts_of(t)
  local apart = 0
  for i, row in ipairs(t.rows) do
    if not REFERENCE[text_of(row[1])] then
      break
    end
    apart = row.rule and i or apart
  end
  return apart
end

local function body_html(page, t, columns)
  local keys, apart = keys_of(t), parts_of(t)
  local parts = { apart > 0 and '<tbody class="apart">' or "<tbody>" }
  for i, row in ipairs(t.rows) do
    parts[#parts + 1] = row_html(page, t, row, keys, columns)
    parts[#parts + 1] = i == apart and "</tbody><tbody>" or nil
  end
  parts[#parts + 1] = "</tbody>"
  return table.concat(parts, "\n")
end

-- ---- around it ---------------------------------------------------------------------------

local function notes_html(t)
  local items = {}
  for i, note in ipairs(t.notes or {}) do
    items[i] = string.format('<li id="%s-note-%d">%s</li>', t.id, i, escape(note))
  end
  return #items > 0 and '<ol class="notes">' .. table.concat(items) .. "</ol>" or ""
end

-- title, table, what must be known about it, notes; t.id is its place, t.level that of its heading
function M.html(page, t)
  local columns = {}
  columns.of_pair, columns.of_track = columns_of(page, t)
  local title, level = escape(t.title), t.level or 4
  return string.format([[
<section class="table" id="%s">
<h%d>%s</h%d>
<div class="scroll" role="region" aria-label="%s" tabindex="0">
<table class="sortable"><caption class="vh">%s</caption>
%s
%s
</table>
</div>
<p class="about">%s</p>
%s
</section>]], t.id, level, title, level, title, title, head_html(t, columns),
                       body_html(page, t, columns), escape(t.about or t.caption), notes_html(t))
end

return M
