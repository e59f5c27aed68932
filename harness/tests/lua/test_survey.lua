-- test_survey.lua - the survey's categories, whose papers are methods here, and how they are counted.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
package.loaded.kd = require "fake_kd"

local lu = require "luaunit"
local csv = require "published.csv"
local survey = require "published.survey"

local REAL = here .. "/../../../methods/survey.csv"

local PAPERS = [[
category,key,title,year,link,method
Sources/Logit-based Distillation,a,Soft Targets,2015,https://x/a,
Sources/Logit-based Distillation,b,Hard Targets,2016,https://x/b,
Algorithms/Graph-based Distillation/Relational,a,"Soft  targets!",2015,https://y,
Algorithms/Graph-based Distillation/Networks,c,Another Title,2020,https://x/c,
Algorithms/Graph-based Distillation/Networks,d,Its Name Differs,2021,https://z,fourth
]]

local function method(name, title, link, category, cases, own)
  return { name = name, category = category, cite = { title = title, url = link },
           golden = { cases = cases, own = own } }
end

local METHODS = {
  method("first", "soft targets", "", "Sources/Logit", 3, 1),
  method("third", "What Its Own Citation Says", "https://x/c", "Algorithms/Graph", 2, 2),
  method("fourth", "Something Else", "", "Algorithms/Graph", 0, 0),
  method("unlisted", "Not in the Survey", "", "Sources/Logit", 1, 0),
  method("nowhere", "Nor This", "", "Elsewhere/At All", 1, 0),
  { name = "none", baseline = true, category = "Baseline", cite = { title = "Hard Targets" } },
}

local function load()
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(PAPERS)
  file:close()
  local all = assert(survey.load(METHODS, path))
  os.remove(path)
  return all
end

local function names(entries)
  local list = {}
  for i, entry in ipairs(entries) do
    list[i] = entry.name
  end
  return list
end

TestSurvey = {}

function TestSurvey.test_a_paper_is_a_method_by_title_address_or_name()
  local all = load()
  local logit, graph = all.groups[1], all.groups[2]
  lu.assertEquals(names(logit.papers[1].methods), { "first" })
  lu.assertEquals(names(logit.papers[2].methods), {}) -- a baseline is no method of a paper
  lu.assertEquals(names(graph.papers[1].methods), { "first" })
  lu.assertEquals(names(graph.papers[2].methods), { "third" })
  lu.assertEquals(names(graph.papers[3].methods), { "fourth" })
end

function TestSurvey.test_methods_of_other_papers_stand_beside_their_category()
  local all = load()
  lu.assertEquals(names(all.groups[1].beside), { "unlisted" })
  lu.assertEquals(names(all.groups[2].beside), {})
  lu.assertEquals(names(all.elsewhere), { "nowhere" })
end

function TestSurvey.test_counts_take_a_paper_once_and_tell_whose_vectors_prove_it()
  local all = load()
  lu.assertEquals(survey.count(all.groups[1].papers),
                  { surveyed = 2, implemented = 1, authors = 1, derived = 0 })
  lu.assertEquals(survey.count(all.groups[2].papers),
                  { surveyed = 3, implemented = 3, authors = 1, derived = 1 })
  lu.assertEquals(survey.count(survey.papers(all.groups)),
                  { surveyed = 4, implemented = 3, authors = 1, derived = 1 })
end

function TestSurvey.test_the_five_aspects_in_their_order()
  local all, aspects = assert(survey.load({}, REAL)), {}
  for _, group in ipairs(all.groups) do
    if aspects[#aspects] ~= group.aspect then
      aspects[#aspects + 1] = group.aspect
    end
  end
  lu.assertEquals(aspects, survey.ASPECTS)
end

function TestSurvey.test_every_paper_has_a_key_of_its_own_and_a_title()
  local title_of, seen = {}, {}
  for i, row in ipairs(assert(csv.read(REAL))) do
    local at = "survey.csv:" .. i + 1
    lu.assertNotEquals(row.title, "", at)
    lu.assertTrue(row.year == "" or row.year:find("^[12]%d%d%d$") ~= nil, at)
    local plain = row.title:lower():gsub("[^%w]", "")
    lu.assertEquals(title_of[row.key] or plain, plain, at .. ": " .. row.key)
    title_of[row.key] = plain
    lu.assertNotNil(survey.parts(row.category), at)
    seen[#seen + 1] = row
  end
  lu.assertTrue(#seen > 800)
end

os.exit(lu.LuaUnit.run())
