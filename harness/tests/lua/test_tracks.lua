-- test_tracks.lua - several sweeps as one: profiles, folders, ranks and gains over tracks, tables.
-- KD_EXPECT=write stores the tables made now; look at the difference before it is committed.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
local kd = require "fake_kd"
package.loaded.kd = kd

local lu = require "luaunit"
local across = require "across"
local files = require "files"
local json = require "json"
local made_up = require "made_up"
local planning = require "plan"
local results = require "results"
local suite = require "suite"
local sweep = require "sweep"
local tracks = require "tracks"

local PROFILE = [[
local train = { epochs = 4 }
local function one(name, students, methods)
  return sweep { name = name, profile = "test", seed = range(0, 2), train = train,
                 dataset = fashion_mnist { train = 1000 },
                 pair = { teacher = "resnet20", student = students }, method = methods }
end
return profile { name = "all", notes = "Two lines say more.",
  one("vision", each("resnet8", "resnet14"), each(none {}, kd {}, at {}, dml {})),
  one("text", "resnet8", each(none {}, kd {}, at {})),
  one("shapes", "lenet", each(none {}, kd {}, dml {}, own {})) }]]

-- what a run of each track ends with: the plain student and what a method adds, by seed
local GAIN = {
  vision = { kd = { 2, 2.1, 1.9 }, at = { -1, -1.1, -0.9 }, dml = { 0.1, -0.1, 0 } },
  text = { kd = { 6, 9, 3 } },
  shapes = { kd = { 1, 1, 1 }, dml = { 3, 3.2, 2.8 }, own = { 0, 0, 0 } },
}

local root

local function setup()
  root = os.tmpname()
  os.remove(root)
end

local function teardown()
  os.execute("rm -rf '" .. root .. "'")
end

local function write_track(one)
  local track = one.sweep.name
  made_up.write(one.sweep, one.root, function(run, tree)
    local method, seed = run.spec.method.name, run.spec.seed
    local gain = method == "none" and 0 or (GAIN[track][method] or {})[seed + 1]
    if run.kind == "student" and not gain then
      kd.mkdirs(planning.folder_of(one.root, run))
      kd.write_atomic(planning.folder_of(one.root, run) .. "/status.json", json.encode {
        state = "not applicable", reason = "no maps" })
      return false
    end
    tree.final.last.test_top1 = 80 + seed + (gain or 0)
  end)
  kd.write_atomic(one.root .. "/times.jsonl", json.encode { event = "run", parts = {
    data = 1, plan = 0, teachers = 10, caches = 1, students = 30, evaluation = 5, overhead = 2,
    idle = 1 } } .. "\n")
end

-- the profile's suite in the folder, with results that are made up
local function make()
  local all = assert(suite.new({ assert(sweep.parse_all("p.lua", PROFILE)) }, root))
  assert(suite.save(all))
  for _, one in ipairs(all) do
    write_track(one)
  end
  return all
end

local function read(name)
  return assert(files.read(root .. "/report/" .. name))
end

local function made_of(names)
  local list = {}
  for i, name in ipairs(names) do
    local set = assert(results.load(root .. "/" .. name, {}))
    list[i] = { set = set, groups = require "grid".groups(set),
                how = { metric = set.metrics[1], protocol = "last" } }
  end
  return list
end

kd.lock = function() return true end

-- ---- profiles ----------------------------------------------------------------------

TestProfiles = { setUp = setup, tearDown = teardown }

function TestProfiles.test_a_profile_is_its_sweeps_in_order()
  local list = assert(sweep.parse_all("p.lua", PROFILE))
  lu.assertEquals({ list[1].name, list[2].name, list[3].name }, { "vision", "text", "shapes" })
  lu.assertEquals(list.profile, { name = "all", notes = "Two lines say more." })
  lu.assertEquals(#list[1].runs, 2 * 4 * 3)
end

function TestProfiles.test_set_changes_every_sweep_of_it()
  local list = assert(sweep.parse_all("p.lua", PROFILE, { set = { { "train.epochs", "7" } } }))
  for _, one in ipairs(list) do
    lu.assertEquals(one.runs[1].spec.train.epochs, 7)
  end
end

local function refused(text, ...)
  local list, err = sweep.parse_all("p.lua", text)
  lu.assertNil(list)
  for _, part in ipairs { ... } do
    lu.assertStrContains(err, part)
  end
end

function TestProfiles.test_mistakes_name_their_line()
  refused("return profile {\nname = 'p' }", "p.lua:1: a profile needs sweeps")
  refused("return profile {\nname = 'p', 3 }", "p.lua:1: item 1 of a profile must be a sweep, is 3")
  refused("return profile {\nnaem = 'p' }", "p.lua:2: profile has no naem")
  refused((PROFILE:gsub('name = "all"', "notes = 'n'")), "a profile needs a name")
  refused((PROFILE:gsub('"text"', '"vision"')), "two sweeps of a profile are called vision")
  refused((PROFILE:gsub("resnet14", "resnet15")), "p.lua:", "6n+2")
end

function TestProfiles.test_where_one_sweep_is_wanted_a_profile_is_refused()
  local one, err = sweep.parse("p.lua", PROFILE)
  lu.assertNil(one)
  lu.assertStrContains(err, "a profile, where one sweep is wanted")
end

function TestProfiles.test_each_has_its_folder()
  local list = assert(sweep.parse_all("p.lua", PROFILE))
  local single = assert(sweep.parse_all("s.lua", (PROFILE:gsub("return profile.*", [[
    return one("alone", "resnet8", none {})]]))))
  local function roots(...)
    local names = {}
    for i, one in ipairs(assert(suite.new(...))) do
      names[i] = one.root
    end
    return names
  end
  lu.assertEquals(roots({ single }), { "results/runs/alone" })
  lu.assertEquals(roots({ single }, "here"), { "here" })
  lu.assertEquals(roots({ list })[2], "results/runs/all/text")
  lu.assertEquals(roots({ list }, "here")[2], "here/text")
  lu.assertEquals(roots({ single, list })[1], "results/runs/alone")
  lu.assertEquals(roots({ single, list }, "here")[3], "here/all/text")
  local all, err, misused = suite.new({ single, single })
  lu.assertNil(all)
  lu.assertStrContains(err, "two sweeps are called alone")
  lu.assertTrue(misused)
end

function TestProfiles.test_a_common_folder_knows_its_sweeps()
  make()
  lu.assertEquals(suite.read(root).sweeps, { "vision", "text", "shapes" })
  lu.assertEquals(suite.folders { root .. "/" }, { root .. "/vision", root .. "/text",
                                                   root .. "/shapes" })
  local again = assert(suite.resumed { root })
  lu.assertEquals({ again[3].sweep.name, again[3].root }, { "shapes", root .. "/shapes" })
  lu.assertStrContains(select(2, suite.resumed { "/nowhere" }), "nothing to resume: ")
end

-- ---- numbers -----------------------------------------------------------------------

TestAcross = { setUp = setup, tearDown = teardown }

local function measured()
  make()
  local all, by = across.of(made_of { "vision", "text", "shapes" }), {}
  for _, method in ipairs(all.methods) do
    by[method.label] = method
  end
  return all, by
end

function TestAcross.test_methods_are_those_of_several_tracks_best_rank_first()
  local all = measured()
  local labels = {}
  for i, method in ipairs(all.methods) do
    labels[i] = method.label
  end
  -- vision: kd 1, none and dml 2.5 (equal means), at 4; text: kd, none; shapes: dml, kd, none
  lu.assertEquals(labels, { "kd", "dml", "none", "at" })
  local vision, text, shapes = table.unpack(all.tracks)
  local kd_, dml, at = all.methods[1], all.methods[2], all.methods[4]
  lu.assertAlmostEquals(kd_.rank, (1 + 1 + 2) / 3, 1e-12)
  lu.assertEquals({ dml.rank, dml.tracks }, { (2.5 + 1) / 2, 2 })
  lu.assertEquals({ at.rank, at.tracks, at.track[text].rank }, { 4, 1, nil })
  lu.assertEquals({ #vision.blocks, vision.blocks[1].ranked, text.blocks[1].ranked,
                    shapes.blocks[1].ranked }, { 2, 4, 2, 3 })
end

function TestAcross.test_verdicts_count_blocks()
  local _, by = measured()
  lu.assertEquals(by.kd.verdicts, { helps = 3, hurts = 0, neither = 0, unresolved = 1 })
  lu.assertEquals(by.at.verdicts, { helps = 0, hurts = 2, neither = 0, unresolved = 0 })
  lu.assertEquals(by.dml.verdicts, { helps = 1, hurts = 0, neither = 2, unresolved = 0 })
end

function TestAcross.test_a_gain_is_over_seeds_of_the_mean_over_blocks()
  local all, by = measured()
  local gain = by.kd.track[all.tracks[1]].gain
  lu.assertEquals(gain.n, 3)
  lu.assertAlmostEquals(gain.mean, 2, 1e-9)
  lu.assertAlmostEquals(gain.half, 4.302652729911 * 0.1 / math.sqrt(3), 1e-6)
  gain = by.kd.track[all.tracks[2]].gain
  lu.assertAlmostEquals(gain.mean, 6, 1e-9)
  lu.assertEquals(gain.verdict, "unresolved") -- 6 +- 7.45
  lu.assertStrContains(gain.text, " unresolved")
  lu.assertNil(by.at.track[all.tracks[2]].gain)
end

function TestAcross.test_a_side_may_be_known_where_the_size_is_not()
  local function better(a, b) return a > b end
  local cells, percent = require "cells", { unit = "%" }
  local function said(mean, half)
    local cell = cells.difference(percent, mean, half, 3, better)
    return { cell.verdict, cell.unresolved, cell.text:find("unresolved", 1, true) ~= nil }
  end
  lu.assertEquals(said(6, 3), { "helps", true, true })
  lu.assertEquals(said(-6, 3), { "hurts", true, true })
  lu.assertEquals(said(2, 3), { "unresolved", true, true })
  lu.assertEquals(said(0.5, 1), { "neither", false, false })
  lu.assertEquals(said(1.5, 1), { "helps", false, false })
  lu.assertEquals(said(9, nil), { "unresolved", true, true })
end

-- ten seeds: the bootstrap's ends stand in the cell, and their side counts, not the half width
function TestAcross.test_ends_that_differ_are_both_shown()
  local cells, percent = require "cells", { unit = "%" }
  local found = require "stats".interval { 0.1, 0.2, 0.1, 0.3, 0.2, 0.1, 2.0, 0.2, 0.5, 0.1 }
  local cell = cells.difference(percent, 0.38, found, 10, function(a, b) return a > b end)
  lu.assertEquals(cell.text, string.format("+0.38 [%+.2f, %+.2f] (10)", found.low, found.high))
  lu.assertEquals({ cell.verdict, cell.half > 0.38 }, { "helps", true })
end

function TestAcross.test_where_lower_is_better_gains_are_turned()
  make()
  local made = made_of { "vision", "text" }
  for _, one in ipairs(made) do
    one.how.metric = { name = "top1", unit = "nat", higher_better = false }
  end
  local all = across.of(made)
  lu.assertEquals(all.methods[#all.methods].label, "kd")
  lu.assertAlmostEquals(all.methods[#all.methods].track[all.tracks[1]].gain.mean, -2, 1e-9)
  lu.assertEquals(all.methods[#all.methods].verdicts.hurts, 2)
end

-- ---- tables ------------------------------------------------------------------------

TestTracks = { setUp = setup, tearDown = teardown }

local function render(args)
  local all = { folders = { root }, quiet = true, tables = true }
  for key, value in pairs(args or {}) do
    all[key] = value
  end
  return tracks.main(all)
end

function TestTracks.test_tables_are_as_stored()
  make()
  lu.assertEquals(render(), 0)
  for _, name in ipairs { "tracks-rank.md", "tracks-rank.tex", "tracks-rank.csv", "tracks-gain.md",
                          "tracks-gain.csv", "tracks-kd.md", "tracks-kd.csv", "tracks-blocks.csv",
                          "tracks-times.md" } do
    local path = here .. "/expected/" .. name
    if os.getenv("KD_EXPECT") == "write" then
      assert(kd.write_atomic(path, read(name)))
    end
    lu.assertEquals(read(name), files.read(path), name)
  end
  lu.assertTrue(files.exists(root .. "/report/vision/accuracy.md"))
end

function TestTracks.test_what_is_not_applicable_is_a_row_of_each()
  make()
  render()
  local _, n = read("tracks-gain.md"):gsub("| at | Zagoruyko 2017 |[^\n]* | not applicable %[%d%] "
                                           .. "| not run |", "")
  lu.assertEquals(n, 1)
  lu.assertStrContains(read("tracks-gain.md"), "[1] text: not applicable: no maps")
  lu.assertStrContains(read("tracks-gain.csv"), "at,text,top1,last,0,,,not applicable: no maps")
  lu.assertStrContains(read("tracks-rank.tex"), "not applicable\\textsuperscript{1}")
end

function TestTracks.test_twice_the_same_bytes_and_one_page_of_all()
  make()
  lu.assertEquals(render { tables = false }, 0)
  local names, first = { "report.md", "figures/tracks-gain.svg", "figures/tracks-gain.pdf" }, {}
  for i, name in ipairs(names) do
    first[i] = read(name)
  end
  os.execute("rm -rf '" .. root .. "/report'; sleep 1.1")
  lu.assertEquals(render { tables = false }, 0)
  for i, name in ipairs(names) do
    lu.assertTrue(read(name) == first[i], name)
  end
  local page = first[1]
  for _, part in ipairs { "# all\n\nTwo lines say more.",
                          "- [text](text/report.md): 10 runs: 7 done, 3 not applicable.",
                          "### Ranks over tracks", "### Gains over tracks",
                          "### KD and its plain student", "### Time",
                          "![Gains over tracks](figures/tracks-gain.svg)" } do
    lu.assertStrContains(page, part)
  end
end

function TestTracks.test_loose_folders_are_reported_beside_them()
  make()
  local list = { root .. "/vision", root .. "/text/" }
  lu.assertEquals(render { folders = list, tables = false }, 0)
  lu.assertStrContains(read("report.md"), "# Several tracks\n\n## Tracks\n")
  lu.assertStrContains(read("tracks-rank.md"), "| vision, of 3 | text, of 2 |")
  lu.assertEquals(render { folders = list, output = root .. "/elsewhere" }, 0)
  lu.assertTrue(files.exists(root .. "/elsewhere/text/accuracy.md"))
  local code, err = render { folders = { root .. "/vision", root .. "/vision" } }
  lu.assertNil(code)
  lu.assertStrContains(err, "have one name")
end

function TestTracks.test_one_folder_is_reported_as_ever()
  make()
  lu.assertEquals(render { folders = { root .. "/text" } }, 0)
  lu.assertTrue(files.exists(root .. "/text/report/accuracy.md"))
  lu.assertFalse(files.exists(root .. "/report"))
end

os.exit(lu.LuaUnit.run())
