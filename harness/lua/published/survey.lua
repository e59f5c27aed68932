-- survey.lua - the papers that the survey lists, category by category, and whose methods are here.

local csv = require "published.csv"
local vectors = require "vectors"

local M = {}

M.ASPECTS = { "Sources", "Schemes", "Algorithms", "Modalities", "Applications" }

function M.path()
  return (os.getenv("KD_HOME") or ".") .. "/methods/survey.csv"
end

-- "Sources/Logit-based Distillation/..." -> "Sources", "Logit-based Distillation", the rest
function M.parts(category)
  local aspect, group, rest = category:match("^([^/]+)/([^/]+)/?(.*)$")
  return aspect, group, rest
end

-- ---- whose is a method -------------------------------------------------------------

local function plain(title)
  return (title:lower():gsub("[^%w]", ""))
end

-- methods by title and by address of their paper: lists of entries of the catalogue
local function by_paper(methods)
  local map = {}
  local function add(key, entry)
    map[key] = map[key] or {}
    table.insert(map[key], entry)
  end
  for _, entry in ipairs(methods) do
    if entry.cite and not entry.baseline then
      add("title " .. plain(entry.cite.title or ""), entry)
      add("link " .. (entry.cite.url or ""), entry)
      add("name " .. entry.name, entry)
    end
  end
  return map
end

-- the methods of a paper: as survey.csv says, or whose own citation is this title or address
local function methods_of(row, map)
  return row.method ~= "" and map["name " .. row.method] or map["title " .. plain(row.title)]
         or map["link " .. row.link] or {}
end

-- "authors", "derived" or nil: what a method's reference vectors were made with
function M.evidence(entry)
  local about = entry.golden or vectors.about(entry.name)
  return about.cases > about.own and "authors" or about.cases > 0 and "derived" or nil
end

-- ---- categories --------------------------------------------------------------------

local function part(list, key, make)
  for _, item in ipairs(list) do
    if item.key == key then
      return item
    end
  end
  local item = make()
  item.key = key
  list[#list + 1] = item
  return item
end

-- the group that a method says it belongs to: "Sources/Logit" is Sources' Logit-based Distillation
local function group_of(all, category)
  local aspect, name = category:match("^([^/]+)/([^/]+)")
  for _, group in ipairs(all.groups) do
    if group.aspect == aspect and group.name:lower():sub(1, #name) == name:lower() then
      return group
    end
  end
end

local function add_paper(all, row, map)
  local aspect, name, rest = M.parts(row.category)
  local group = part(all.groups, aspect .. "/" .. name, function()
    return { aspect = aspect, name = name, categories = {}, beside = {}, papers = {} }
  end)
  local category = part(group.categories, row.category, function()
    return { name = rest ~= "" and rest or name, papers = {} }
  end)
  local paper = { row = row, methods = methods_of(row, map) }
  table.insert(category.papers, paper)
  table.insert(group.papers, paper)
  for _, entry in ipairs(paper.methods) do
    all.listed[entry.name] = true
  end
end

-- methods of papers that the survey does not list stand beside the group they say
local function add_beside(all, methods)
  for _, entry in ipairs(methods) do
    if not entry.baseline and not all.listed[entry.name] then
      local group = group_of(all, entry.category or "")
      table.insert(group and group.beside or all.elsewhere, entry)
    end
  end
end

-- { groups in order: { aspect, name, categories: { name, papers }, papers, beside }, elsewhere,
-- listed }; a paper: { row of survey.csv, methods }. nil and a message.
function M.load(methods, path)
  local rows, err = csv.read(path or M.path())
  if not rows then
    return nil, err
  end
  local all, map = { groups = {}, listed = {}, elsewhere = {} }, by_paper(methods)
  for i, row in ipairs(rows) do
    if not M.parts(row.category) then
      return nil, string.format("%s:%d: no category %s", path or M.path(), i + 1, row.category)
    end
    add_paper(all, row, map)
  end
  add_beside(all, methods)
  return all
end

-- ---- counts ------------------------------------------------------------------------

-- { surveyed, implemented, authors, derived } papers of a list, each counted once
function M.count(papers)
  local n, seen = { surveyed = 0, implemented = 0, authors = 0, derived = 0 }, {}
  for _, paper in ipairs(papers) do
    if not seen[paper.row.key] then
      seen[paper.row.key] = true
      n.surveyed = n.surveyed + 1
      n.implemented = n.implemented + (#paper.methods > 0 and 1 or 0)
      local best
      for _, entry in ipairs(paper.methods) do
        local evidence = M.evidence(entry)
        best = evidence == "authors" and evidence or best or evidence
      end
      if best then
        n[best] = n[best] + 1
      end
    end
  end
  return n
end

-- papers of some groups in one list
function M.papers(groups)
  local list = {}
  for _, group in ipairs(groups) do
    table.move(group.papers, 1, #group.papers, #list + 1, list)
  end
  return list
end

function M.of_aspect(all, aspect)
  local list = {}
  for _, group in ipairs(all.groups) do
    list[#list + 1] = group.aspect == aspect and group or nil
  end
  return list
end

return M
