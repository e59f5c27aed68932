-- describe.lua - a method, data set, model family or network in full.

local kd = require "kd"
local catalogue = require "catalogue"
local data = require "data"
local feed = require "feed"
local json = require "json"
local near = require "near"
local options = require "options"
local settings = require "settings"
local vectors = require "vectors"

local M = {}

local function joined(list)
  return type(list) == "table" and table.concat(list, ", ") or list or ""
end

local function range_of(o)
  if o.choice then
    return table.concat(o.choice, " | ")
  elseif o.type == "int" and o.max and o.max >= 2 ^ 31 then
    return string.format("from %d", o.min)
  elseif o.type == "real" or o.type == "int" then
    return string.format("%.6g to %.6g", o.min or -math.huge, o.max or math.huge)
  end
  return o.type
end

local function default_of(o)
  if type(o.default) == "number" then
    return string.format("%.10g", o.default)
  elseif type(o.default) == "table" then
    return "{}"
  end
  return o.default == "" and '""' or tostring(o.default)
end

local function option_rows(list)
  local rows = {}
  for i, o in ipairs(list) do
    rows[i] = { "  " .. o.name, default_of(o), range_of(o), o.help or "" }
  end
  return #rows > 0 and catalogue.aligned(rows) or "  none\n"
end

-- "2", "1 to 6"; nothing where the scheme says it
local function count_of(range)
  if not range or range.max == 0 then
    return nil
  end
  return range.min == range.max and tostring(range.min)
         or string.format("%d to %d", range.min, range.max)
end

-- what a method gets and asks for, and what proves it
local function add_interface(add, entry)
  add("teachers", count_of(entry.teachers))
  add("students", count_of(entry.students))
  add("taps", entry.taps ~= "none" and entry.taps or nil)
  add("needs", joined(entry.needs))
  add("second", entry.second and "another image a sample: " .. entry.second)
  add("media", entry.media and #entry.media < 3 and "students of " .. feed.several(entry.media))
  add("phases", joined(entry.phases))
  add("claims", joined(entry.claims))
  local lines = vectors.lines(entry.golden)
  for i, line in ipairs(#lines > 0 and lines or { "none" }) do
    add(i == 1 and "vectors" or "", line)
  end
end

-- of texts, where they are: what their vocabulary came to
local function vocabulary(entry)
  local facts = feed.has(entry.kinds or {}, "tokens") and data.facts { name = entry.name }
  return facts and string.format("%d tokens of %d training texts, of which a network sees %d",
                                 facts.vocabulary, facts.train, facts.length)
end

local function about(what, entry)
  local title = entry.title and " (" .. entry.title .. ")" or ""
  local parts = { string.format("%s: %s%s\n", entry.name, what, title) }
  local function add(label, value)
    if value and value ~= "" then
      parts[#parts + 1] = string.format("%-10s%s\n", label, value)
    end
  end
  add("module", entry.module)
  add("kind", entry.kind and "fed " .. feed.plural(entry.kind))
  add("task", entry.task)
  add("kinds", entry.kinds and feed.several(entry.kinds))
  add("scheme", entry.scheme)
  add("source", joined(entry.source))
  add("category", entry.category)
  add("tracks", joined(entry.tracks))
  add("about", entry.help)
  add("notes", entry.notes)
  add("words", what == "data set" and vocabulary(entry))
  if what == "method" then
    add_interface(add, entry)
  end
  if entry.cite and entry.cite.title then
    add("paper", string.format("%s. %s. %s, %s.", entry.cite.authors, entry.cite.title,
                               entry.cite.venue or "", entry.cite.year or ""))
    add("", entry.cite.url)
  end
  local list = table.move(entry.options or {}, 1, #(entry.options or {}), 1, {})
  if what == "data set" then
    local ours = settings.dataset(kd.catalog(), entry.kinds or { "image" })
    table.move(ours, 1, #ours, #list + 1, list)
  end
  parts[#parts + 1] = "options (name, default, range, meaning)\n" .. option_rows(list)
  return table.concat(parts)
end

local function about_network(arch, parsed, as_json)
  local net, err = kd.model { family = parsed.family, options = parsed.options }
  if not net then
    return nil, err
  end
  local taps = json.list {}
  for i, tap in ipairs(net.taps or {}) do
    taps[i] = type(tap) == "table" and tap.name or tostring(tap)
  end
  if as_json then
    local about = { name = arch, family = parsed.family, options = parsed.options, taps = taps,
                    params = net.params, flops = net.flops }
    for key, value in pairs(net.input) do
      about[key] = value
    end
    return json.encode(about) .. "\n"
  end
  return string.format("%s: network of family %s\nparameters %d, FLOPs %.4g (%s)\ntaps %s\n",
                       arch, parsed.family, net.params, net.flops or 0, feed.text(net.input),
                       table.concat(taps, ", "))
end

-- text about a method, data set, model family or network; nil, message for an unknown name
function M.one(name, as_json)
  local catalog, known = kd.catalog(), {}
  for _, kind in ipairs { { "methods", "method" }, { "datasets", "data set" },
                          { "models", "model family" } } do
    local entry = options.find(catalog[kind[1]], name)
    if entry then
      entry = kind[2] == "method" and catalogue.method(entry) or entry
      return as_json and json.encode(entry) .. "\n" or about(kind[2], entry)
    end
    table.move(options.names(catalog[kind[1]]), 1, #catalog[kind[1]], #known + 1, known)
  end
  local parsed = kd.model_parse(name)
  if parsed then
    return about_network(name, parsed, as_json)
  end
  return nil, "there is no method, data set or model " .. name .. near.hint(name, known)
end

return M
