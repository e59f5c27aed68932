-- page.lua - methods/CATALOGUE.md: every category of the survey with its papers, and which of them
-- are methods here, proven by what.

local cite = require "cite"
local survey = require "published.survey"

local M = {}

local HEAD = [[
# Catalogue

Written by `kdbench list methods --markdown` (`make catalogue`); a test compares. The papers are
those that the survey's authors list in their repository (the survey's own tables could not be had),
in their categories; a paper may stand in several. Offline distillation has no list there: most
methods are offline.

A method is **implemented** when it is registered here, and **verified** when its folder has
reference vectors: for each method the test `check_NAME` holds loss and gradients against them in
single and in double precision. *authors*: vectors made with code of the authors, or with a known
re-implementation (`kdbench describe NAME` says whose). *derived*: computed independently, in double
precision and without looking at the method, because nobody's code exists.
]]

local EVIDENCE = { authors = "authors", derived = "derived" }

local function escaped(text)
  return (text:gsub("[|%[%]]", "\\%0"))
end

local function linked(title, link)
  return link ~= "" and string.format("[%s](%s)", escaped(title), link:gsub("[ ()]", {
    [" "] = "%20", ["("] = "%28", [")"] = "%29" })) or escaped(title)
end

local function row(cells)
  return "| " .. table.concat(cells, " | ") .. " |"
end

-- ---- counts ------------------------------------------------------------------------

local function count_row(label, group, n, beside)
  return row { label, group, n.surveyed, n.implemented, n.authors, n.derived, beside }
end

local function summary(all)
  local lines = { row { "Aspect", "Category", "Surveyed", "Implemented", "Verified: authors",
                        "Verified: derived", "Beside the list" },
                  row { "---", "---", "---:", "---:", "---:", "---:", "---:" } }
  local beside = 0
  for _, aspect in ipairs(survey.ASPECTS) do
    for _, group in ipairs(survey.of_aspect(all, aspect)) do
      beside = beside + #group.beside
      lines[#lines + 1] = count_row(aspect, group.name, survey.count(group.papers), #group.beside)
    end
  end
  local total = survey.count(survey.papers(all.groups))
  lines[#lines + 1] = count_row("**All**", "each paper once", total, beside)
  lines[#lines + 1] = ""
  lines[#lines + 1] = "Beside the list: methods here whose paper the survey does not list, in the "
                      .. "category that fits them. Baselines (`none`, `ls`) are in no category."
  return table.concat(lines, "\n")
end

-- ---- papers ------------------------------------------------------------------------

local function methods_text(entries)
  local names, seen, evidence = {}, {}, {}
  for i, entry in ipairs(entries) do
    names[i] = "`" .. entry.name .. "`"
    local word = EVIDENCE[survey.evidence(entry)] or "no"
    evidence[#evidence + 1] = not seen[word] and word or nil
    seen[word] = true
  end
  return table.concat(names, ", "), table.concat(evidence, ", ")
end

local function paper_row(paper)
  local names, evidence = methods_text(paper.methods)
  return row { linked(paper.row.title, paper.row.link), paper.row.year, names, evidence }
end

local function paper_table(papers)
  local lines = { row { "Paper", "Year", "Method", "Verified" },
                  row { "---", "---", "---", "---" } }
  for _, paper in ipairs(papers) do
    lines[#lines + 1] = paper_row(paper)
  end
  return table.concat(lines, "\n")
end

local function beside_table(entries)
  local lines = { "Beside the list:", "", row { "Paper", "By", "Method", "Verified" },
                  row { "---", "---", "---", "---" } }
  for _, entry in ipairs(entries) do
    local names, evidence = methods_text { entry }
    lines[#lines + 1] = row { linked(entry.cite.title, entry.cite.url or ""), cite.short(entry),
                              names, evidence }
  end
  return table.concat(lines, "\n")
end

local function group_text(group)
  local parts = { "### " .. group.name }
  for _, category in ipairs(group.categories) do
    if #group.categories > 1 then
      parts[#parts + 1] = "#### " .. category.name:gsub("/", ", ")
    end
    parts[#parts + 1] = paper_table(category.papers)
  end
  parts[#parts + 1] = #group.beside > 0 and beside_table(group.beside) or nil
  return table.concat(parts, "\n\n")
end

-- the page; nil and a message
function M.text(methods)
  local all, err = survey.load(methods)
  if not all then
    return nil, err
  end
  local parts = { HEAD .. "\n" .. summary(all) }
  for _, aspect in ipairs(survey.ASPECTS) do
    parts[#parts + 1] = "## " .. aspect
    for _, group in ipairs(survey.of_aspect(all, aspect)) do
      parts[#parts + 1] = group_text(group)
    end
  end
  if #all.elsewhere > 0 then
    parts[#parts + 1] = "## In no category of the survey\n\n" .. beside_table(all.elsewhere)
  end
  return table.concat(parts, "\n\n") .. "\n"
end

return M
