-- test_html.lua - report.html of made-up runs: whole, safe whatever names hold, every link leads
-- somewhere, every cell has its runs.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
local kd = require "fake_kd"
package.loaded.kd = kd

local lu = require "luaunit"
local files = require "files"
local html = require "html.page"
local made_up = require "made_up"
local markup = require "html.markup"
local report = require "report"
local sweep = require "sweep"

local SWEEP = [[
return sweep {
  name = "made_up", profile = "test", seed = range(0, 2), notes = 'a <b> & "c"',
  dataset = fashion_mnist { train = 1000 },
  pair = each({ teacher = "resnet20", student = "resnet8" },
              { teacher = "resnet20", student = lenet { width = 0.5 } }),
  train = { epochs = 4 }, teacher = { train = { epochs = 2 }, data = { train = 5000 } },
  method = each(none {}, kd { T = each(2, 4) }, at {}, dml {}),
}]]

local REASON = [[no taps <script>alert("x")</script> & 'more']]

-- one run failed with a reason that is HTML, one pair of a method was never run
local function change(run, tree)
  local spec = run.spec
  tree.curve.loss = { 2.5, 2, 1.5, 1.25 }
  tree.env.cpu = spec.seed == 2 and "Other <CPU>" or "One CPU"
  if spec.method.name == "at" and spec.seed == 1 and spec.pair:find("resnet8") then
    tree.status = { state = "failed", reason = REASON }
    tree.final, tree.curve = {}, {}
  end
  return not (spec.method.name == "dml" and spec.pair:find("lenet"))
end

local root

local function make(text)
  root = os.tmpname()
  os.remove(root)
  made_up.write(assert(sweep.parse("made_up.lua", text or SWEEP)), root, change)
  lu.assertEquals(report.main { folder = root, output = root .. "/out", quiet = true }, 0)
  return assert(files.read(root .. "/out/report.html"))
end

-- ---- reading the page -------------------------------------------------------------------

local VOID = { meta = true, input = true, wbr = true, br = true }

-- without style and script, whose text is no HTML
local function body_of(page)
  return page:gsub("<style>.-</style>", ""):gsub("<script>.-</script>", "")
end

-- tags that are closed in the order in which they were opened; nil, or what is wrong
local function unbalanced(page)
  local open = {}
  for closing, name, rest in body_of(page):gmatch("<(/?)([%a][%w:]*)([^>]*)>") do
    if closing == "/" then
      local last = table.remove(open)
      if last ~= name then
        return string.format("</%s> closes <%s>", name, tostring(last))
      end
    elseif not VOID[name] and rest:sub(-1) ~= "/" then
      open[#open + 1] = name
    end
  end
  return #open > 0 and "<" .. table.concat(open, "><") .. "> left open" or nil
end

local function ids_of(page)
  local ids = {}
  for id in page:gmatch("%sid=[\"']([^\"']+)[\"']") do
    lu.assertNil(ids[id], "id twice: " .. id)
    ids[id] = true
  end
  return ids
end

local function count(text, part)
  local n, at = 0, 1
  while true do
    local from, past = text:find(part, at, true)
    if not from then
      return n
    end
    n, at = n + 1, past + 1
  end
end

TestMarkup = {}

function TestMarkup.test_nothing_is_read_as_a_tag()
  lu.assertEquals(markup.escape([[<a href="x">'&]]), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;")
end

function TestMarkup.test_bytes_that_are_no_text_become_a_mark()
  lu.assertEquals(markup.escape("a\0b\27c"), "a\u{FFFD}b\u{FFFD}c")
  lu.assertEquals(markup.escape("a\xff\xfeb\xc3"), "a\u{FFFD}\u{FFFD}b\u{FFFD}")
  lu.assertEquals(markup.escape("über 95 % ± 1\n"), "über 95 % ± 1\n")
end

function TestMarkup.test_names_for_links_are_used_once()
  local ids = markup.ids()
  lu.assertEquals(ids("Text", "kd T=2"), "text--kd-t-2")
  lu.assertEquals(ids("text", "kd t 2"), "text--kd-t-2-2")
  lu.assertEquals(ids("text", "kd t 2-2"), "text--kd-t-2-2-2")
end

TestPage = {}

function TestPage.tearDown()
  os.execute("rm -rf '" .. root .. "'")
end

function TestPage.test_is_whole_and_needs_nothing_else()
  local page = make()
  lu.assertNil(unbalanced(page))
  ids_of(page)
  for _, outside in ipairs { "<link", "<img", "src=", "@import", "url(http", "<iframe" } do
    lu.assertNil(body_of(page):find(outside, 1, true), outside)
  end
  for address in page:gmatch("https?://[%w./]+") do
    lu.assertStrContains(address, "www.w3.org") -- names of SVG
  end
end

function TestPage.test_every_link_leads_somewhere()
  local page = make()
  local ids, links = ids_of(page), 0
  for target in page:gmatch("href=[\"']#([^\"']+)[\"']") do
    lu.assertTrue(ids[target], "no place called " .. target)
    links = links + 1
  end
  lu.assertTrue(links > 50)
  for name in page:gmatch("aria%-labelledby=\"([^\"]+)\"") do
    lu.assertTrue(ids[name], name)
  end
end

function TestPage.test_every_cell_of_results_leads_to_its_runs()
  local page = make()
  local results = page:match('<section class="table" id="[^"]*accuracy">.-</section>')
  local cells, linked = 0, 0
  for cell in results:gmatch('<td class="n">(.-)</td>') do
    cells = cells + 1
    local id = cell:match('href="#([^"]+)"')
    local shown = cell:gsub("<[^>]+>", ""):match("^[%d.]+ ± [%d.]+ %(%d%)")
    if id then
      linked = linked + 1
      local place = page:match('<details class="cell" id="' .. id:gsub("%p", "%%%0")
                               .. '".-</summary>')
      lu.assertNotNil(place, id)
      lu.assertTrue(not shown or place:find(shown, 1, true) ~= nil, place .. " has no " .. cell)
    end
  end
  lu.assertEquals(cells, 12)
  lu.assertEquals(linked, 12)
end

function TestPage.test_names_and_reasons_are_text()
  local page = make()
  lu.assertNil(body_of(page):find("<b> &", 1, true))
  lu.assertStrContains(page, "a &lt;b&gt; &amp; &quot;c&quot;")
  lu.assertNil(page:find(REASON, 1, true))
  lu.assertStrContains(page, "no taps &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp;")
  lu.assertStrContains(page, "Other &lt;CPU&gt;")
end

function TestPage.test_each_environment_is_there_once_and_runs_name_it()
  local page = make()
  lu.assertEquals(count(page, '<details id="environment--'), 2)
  lu.assertStrContains(page, "Environment 1: One CPU, commit 0123456789ab, ")
  lu.assertTrue(count(page, 'href="#environment--2">2</a>') >= 8)
end

function TestPage.test_each_run_has_its_spec_curve_and_command()
  local page = make()
  local kd_cell = page:match('<details class="cell" id="made_up%-%-kd%-t%-2%-%-resnet20%-resnet8".-'
                             .. '\n</details>')
  lu.assertEquals(count(kd_cell, '<svg class="curve"'), 3)
  lu.assertEquals(count(kd_cell, 'class="loss"'), 3)
  lu.assertEquals(count(kd_cell, "build/kdbench resume results/runs/rerun/made_up --only "), 3)
  lu.assertEquals(count(kd_cell, "Spec</summary>"), 1)
  lu.assertStrContains(kd_cell, "Of seed 0; the others differ in seed.")
  lu.assertStrContains(kd_cell, "\n  &quot;seed&quot;:0,\n")
end

-- what the commands need first is a sweep.jsonl with the very specs, teachers before students
function TestPage.test_what_was_asked_for_is_in_the_command()
  local page = make()
  local cell = page:match('<details class="cell" id="made_up%-%-dml%-%-resnet20%-resnet8".-'
                          .. '\n</details>')
  local text = cell:match("<code>mkdir.-</code>"):gsub("&quot;", '"')
  local specs, hashes = {}, {}
  for hash, spec in text:gmatch('{"hash":"(%x+)".-"spec":(%b{})}\n') do
    specs[#specs + 1] = spec
    lu.assertEquals(kd.sha256(spec), hash)
  end
  lu.assertEquals(#specs, 4)
  lu.assertStrContains(specs[1], '"pair":"resnet20"')
  for hash in cell:gmatch("seed%d%-(%x+)</code>") do
    hashes[#hashes + 1] = hash
  end
  lu.assertEquals(#hashes, 3)
end

function TestPage.test_says_what_part_of_the_data_was_seen_and_what_is_missing()
  local page = make()
  lu.assertStrContains(page, "Students saw only 1,000 of the training images of Fashion-MNIST.")
  lu.assertStrContains(page, "4 runs left no result")
end

function TestPage.test_of_too_many_runs_it_says_less()
  local whole, most = #make(), html.MOST
  html.MOST = 5
  lu.assertEquals(report.main { folder = root, output = root .. "/out", quiet = true }, 0)
  html.MOST = most
  local page = assert(files.read(root .. "/out/report.html"))
  lu.assertTrue(#page < whole)
  lu.assertEquals(count(page, '<svg class="curve"'), 0)
  lu.assertStrContains(page, "There are too many for curves")
  lu.assertStrContains(page, "build/kdbench resume results/runs/rerun/made_up --only ")
  lu.assertNil(unbalanced(page))
end

function TestPage.test_filters_are_hidden_until_the_script_works()
  local page = make()
  lu.assertStrContains(page, '<form id="filters" hidden')
  lu.assertStrContains(page, '<option value="Sources/Feature">Sources/Feature</option>')
  lu.assertNil(body_of(page):match("<thead>.-</thead>"):find("<button", 1, true))
end

function TestPage.test_twice_the_same_bytes()
  local first = make()
  lu.assertEquals(report.main { folder = root, output = root .. "/out2", quiet = true }, 0)
  lu.assertEquals(files.read(root .. "/out2/report.html") == first, true)
end

os.exit(lu.LuaUnit.run())
