-- summary.lua - what a page is about: what ran, on what data, under which protocol, with which
-- seeds, on which machine and from which sources; what was left out of the training data is said
-- first.

local captions = require "captions"
local costs = require "costs"
local feed = require "feed"
local markup = require "html.markup"

local M = {}

local escape = markup.escape

-- ---- counting ---------------------------------------------------------------------------

-- texts without repetition, in the order in which they are met
local function distinct(list)
  local seen, kept = {}, {}
  for _, text in ipairs(list) do
    kept[#kept + 1] = not seen[text] and text or nil
    seen[text] = true
  end
  return kept
end

local STATES = { "done", "failed", "skipped", "not applicable", "not run" }

-- "404 runs: 79 done, 325 not run"
function M.ran(tracks)
  local n, all, parts = {}, 0, {}
  for _, track in ipairs(tracks) do
    for _, row in ipairs(track.set.rows) do
      n[row.state], all = (n[row.state] or 0) + 1, all + 1
    end
  end
  for _, state in ipairs(STATES) do
    parts[#parts + 1] = n[state] and n[state] .. " " .. state or nil
  end
  return string.format("%d runs: %s", all, table.concat(parts, ", "))
end

local function seeds_of(tracks)
  local list, seen = {}, {}
  for _, track in ipairs(tracks) do
    for _, group in ipairs(track.groups) do
      for _, row in ipairs(group.rows) do
        list[#list + 1] = not seen[row.spec.seed] and row.spec.seed or nil
        seen[row.spec.seed] = true
      end
    end
  end
  table.sort(list)
  return #list .. " (" .. table.concat(list, ", ") .. ")"
end

local function data_of(track)
  local list = {}
  for i, group in ipairs(track.groups) do
    list[i] = captions.title(track.set, group.dataset.name)
  end
  return table.concat(distinct(list), ", ")
end

local function over_tracks(tracks, text)
  local list = {}
  for _, track in ipairs(tracks) do
    list[#list + 1] = text(track)
  end
  return table.concat(distinct(list), "; ")
end

-- ---- warnings ---------------------------------------------------------------------------

-- which of several tracks a text is about
local function of_track(tracks, track, text)
  return #tracks > 1 and track.name .. ": " .. text or text:sub(1, 1):upper() .. text:sub(2)
end

-- "vision: students saw only 5,000 of the training images of Fashion-MNIST", for each such cut
local function cuts(tracks)
  local list = {}
  for _, track in ipairs(tracks) do
    for _, group in ipairs(track.groups) do
      local d, catalog = group.dataset, track.set.catalog
      local text = string.format("students saw only %s of the training %s of %s",
                                 (costs.thousands(d.train)), feed.samples(catalog, d.name)[2],
                                 captions.title(track.set, d.name))
      list[#list + 1] = d.train > 0 and of_track(tracks, track, text) or nil
    end
  end
  return distinct(list)
end

local function any_stale(tracks)
  for _, track in ipairs(tracks) do
    for _, row in ipairs(track.set.rows) do
      if row.stale then
        return true
      end
    end
  end
end

local function missing(tracks)
  local n = 0
  for _, track in ipairs(tracks) do
    for _, row in ipairs(track.set.rows) do
      n = n + ((row.state == "done" or row.state == "not applicable") and 0 or 1)
    end
  end
  return n
end

local function warnings(tracks)
  local list = cuts(tracks)
  if #list > 0 then
    list[#list + 1] = "Numbers from a part of the training data must not be set beside published "
                      .. "ones from all of it"
  end
  for _, track in ipairs(tracks) do
    local caption = track.set.caption
    list[#list + 1] = caption and of_track(tracks, track, caption) or nil
  end
  local n = missing(tracks)
  list[#list + 1] = n > 0 and string.format("%d run%s left no result: tables say where", n,
                                            n == 1 and "" or "s") or nil
  list[#list + 1] = any_stale(tracks)
                    and "Runs marked † are of older sources than the others" or nil
  return list
end

local function warnings_html(tracks)
  local items = {}
  for i, text in ipairs(warnings(tracks)) do
    items[i] = "<li>" .. escape((text:gsub("%.$", ""))) .. ".</li>"
  end
  return #items > 0 and '<div class="warning" role="note"><strong>Know before you read</strong><ul>'
         .. table.concat(items) .. "</ul></div>" or ""
end

-- ---- facts ------------------------------------------------------------------------------

local function machine(env)
  local parts = { env.cpu or "processor unknown", env.cpus and env.cpus .. " processors" or nil }
  parts[#parts + 1] = env.simd
  parts[#parts + 1] = env.system
  parts[#parts + 1] = env.real_bytes and (env.real_bytes == 8 and "double" or "single")
                      .. " precision"
  return table.concat(parts, ", ")
end

local function program(env)
  return string.format("kdbench %s, commit %s%s", env.version or "of unknown version",
                       (env.commit or "unknown"):sub(1, 12), env.dirty and " (changed)" or "")
end

local function over_environments(page, text)
  local list = {}
  for i, item in ipairs(page.environments.list) do
    list[i] = text(item.env)
  end
  return table.concat(distinct(list), "; ")
end

local function facts(page)
  local tracks = page.tracks
  local list = { { "Ran", M.ran(tracks) } }
  local function add(name, text)
    list[#list + 1] = text ~= "" and { name, text } or nil
  end
  add("Profile", over_tracks(tracks, function(track) return track.set.profile end))
  add("Data", over_tracks(tracks, data_of))
  add("Measured", over_tracks(tracks, function(track)
    return "test " .. captions.short(track.how.metric) .. " "
           .. captions.protocol(track.how.protocol)
  end))
  add("Seeds", seeds_of(tracks))
  add("Machine", over_environments(page, machine))
  add("Program", over_environments(page, program))
  return list
end

local function facts_html(page)
  local parts = {}
  for i, fact in ipairs(facts(page)) do
    parts[i] = string.format("<div><dt>%s</dt><dd>%s</dd></div>", fact[1], escape(fact[2]))
  end
  return '<dl class="facts">' .. table.concat(parts, "\n") .. "</dl>"
end

-- ---- tracks -----------------------------------------------------------------------------

local function track_row(page, track)
  local n, seen = 0, {}
  for _, group in ipairs(track.groups) do
    for _, method in ipairs(group.methods) do
      n = n + (seen[method.label] and 0 or 1)
      seen[method.label] = true
    end
  end
  return string.format('<tr data-t="%s"><th scope="row"><a href="#%s">%s</a></th><td>%s</td>'
                       .. '<td class="n">%d</td><td class="n">%d</td><td class="n">%s</td>'
                       .. "<td>%s</td></tr>", track.key_on_page, track.id, escape(track.name),
                       escape(data_of(track)), #page.places.pairs[track], n,
                       escape(seeds_of { track }), escape(M.ran { track }))
end

local function tracks_html(page)
  if #page.tracks < 2 then
    return ""
  end
  local lines = {}
  for i, track in ipairs(page.tracks) do
    lines[i] = track_row(page, track)
  end
  return string.format([[
<div class="scroll" role="region" aria-label="Tracks" tabindex="0"><table>
<caption>Tracks</caption>
<thead><tr><th scope="col">Track</th><th scope="col">Data</th>
<th scope="col" class="n">Pairs</th><th scope="col" class="n">Methods</th>
<th scope="col" class="n">Seeds</th><th scope="col">Runs</th></tr></thead>
<tbody>%s</tbody></table></div>]], table.concat(lines, "\n"))
end

function M.html(page)
  return string.format('<section id="summary">\n<h2>Summary</h2>\n%s\n%s\n%s\n%s\n</section>',
                       page.notes and "<p>" .. escape(page.notes) .. "</p>" or "",
                       facts_html(page), warnings_html(page.tracks), tracks_html(page))
end

return M
