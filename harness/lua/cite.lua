-- cite.lua - BibTeX of methods and data sets.

local kd = require "kd"
local files = require "files"
local near = require "near"
local options = require "options"
local runfile = require "runfile"

local M = {}

-- "Geoffrey Hinton and Oriol Vinyals" -> "Hinton 2015", for tables
function M.short(entry)
  local cite = entry and entry.cite
  if not cite or not cite.authors then
    return ""
  end
  local first = cite.authors:gsub(" and .*", ""):gsub(" et al%.?", "")
  local surname = first:match("^([^,]+),") or first:match("(%S+)$") or first
  return string.format("%s %s", surname, cite.year or "")
end

local function kind_of(cite)
  local venue = (cite.venue or ""):lower()
  if venue:find("arxiv") or venue == "" then
    return "misc", "howpublished"
  elseif venue:find("transactions") or venue:find("journal") or venue:find("ijcv")
         or venue:find("tmlr") then
    return "article", "journal"
  end
  return "inproceedings", "booktitle"
end

function M.bibtex(cite)
  local kind, venue = kind_of(cite)
  local lines = { string.format("@%s{%s,", kind, cite.key) }
  local function field(name, value)
    if value and value ~= "" then
      lines[#lines + 1] = string.format("  %s = {%s},", name, value)
    end
  end
  field("author", cite.authors and cite.authors:gsub(", ", " and "))
  field("title", cite.title and "{" .. cite.title .. "}")
  field(venue, cite.venue)
  field("year", cite.year)
  field("url", cite.url)
  lines[#lines + 1] = "}"
  return table.concat(lines, "\n")
end

local function entry_named(catalog, name)
  return options.find(catalog.methods, name) or options.find(catalog.datasets, name)
end

-- names of what the runs below a folder used
local function used_in(folder)
  local names, seen = {}, {}
  for _, path in ipairs(files.find(folder, "run.h5")) do
    local run = runfile.read(path, { "spec" })
    for _, name in ipairs(run and { run.spec.dataset.name, run.spec.method.name } or {}) do
      if not seen[name] then
        seen[name] = true
        names[#names + 1] = name
      end
    end
  end
  table.sort(names)
  return names
end

local function names_of(args, catalog)
  local names = {}
  for _, arg in ipairs(args) do
    local here = entry_named(catalog, arg) and { arg } or files.is_folder(arg) and used_in(arg)
    if not here then
      local known = options.names(catalog.methods)
      return nil, "there is no method, data set or folder " .. arg .. near.hint(arg, known)
    end
    table.move(here, 1, #here, #names + 1, names)
  end
  return names
end

-- BibTeX of the methods and data sets named, or used by the runs in folders; all methods when none
-- is named
function M.text(args)
  local catalog = kd.catalog()
  local names, err = names_of(#args > 0 and args or options.names(catalog.methods), catalog)
  if not names then
    return nil, err
  end
  local parts, seen = {}, {}
  for _, name in ipairs(names) do
    local cite = entry_named(catalog, name) and entry_named(catalog, name).cite
    if cite and cite.key and not seen[cite.key] then
      seen[cite.key] = true
      parts[#parts + 1] = M.bibtex(cite)
    end
  end
  return table.concat(parts, "\n\n") .. (#parts > 0 and "\n" or "")
end

return M
