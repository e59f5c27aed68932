-- test_stat_tables.lua - the tables and the diagram that statistics are shown in, of made-up runs.
-- KD_EXPECT=write stores the tables made now; look at the difference before it is committed.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
local kd = require "fake_kd"
package.loaded.kd = kd

local lu = require "luaunit"
local files = require "files"
local json = require "json"
local made_up = require "made_up"
local planning = require "plan"
local report = require "report"
local suite = require "suite"
local sweep = require "sweep"
local tracks = require "tracks"

kd.lock = function() return true end

local root

local function setup()
  root = os.tmpname()
  os.remove(root)
end

local function teardown()
  os.execute("rm -rf '" .. root .. "'")
end

-- gain(run): what it adds to 80 + its seed, in hundredths; nil: not applicable
local function write(one, folder, gain)
  made_up.write(one, folder, function(run, tree)
    local hundredths = run.kind == "student" and gain(run)
    if run.kind == "student" and not hundredths then
      kd.mkdirs(planning.folder_of(folder, run))
      kd.write_atomic(planning.folder_of(folder, run) .. "/status.json", json.encode {
        state = "not applicable", reason = "no maps" })
      return false
    end
    tree.final.last.test_top1 = hundredths and (8000 + 100 * run.spec.seed + hundredths) / 100 or 95
    tree.final.last.test_nll = hundredths and 1 - hundredths / 1000 or 0
  end)
end

local function sweep_of(seeds, pairs_text, methods)
  return string.format([[return sweep { name = "made_up", profile = "test", seed = range(0, %d),
    dataset = fashion_mnist { train = 1000 }, train = { epochs = 4 }, pair = %s, method = %s }]],
    seeds - 1, pairs_text, methods)
end

local ONE = '{ teacher = "resnet20", student = "resnet8" }'
local TWO = 'each({ teacher = "resnet20", student = "resnet8" }, '
            .. '{ teacher = "resnet14", student = "lenet" })'
local METHODS = "each(none {}, kd {}, at {}, dml {})"

-- gains by method, by seed, the same on every pair unless it has a list of its own
local function by_seed(gains)
  return function(run)
    local of_method = gains[run.spec.method.name]
    local list = of_method and (of_method[run.spec.student.model.arch] or of_method)
    return run.spec.method.name == "none" and 0 or list and list[run.spec.seed + 1]
  end
end

local function render(text, gains, args)
  write(assert(sweep.parse("made_up.lua", text)), root, by_seed(gains))
  local all = { folder = root, output = root .. "/out", quiet = true, tables = true }
  for key, value in pairs(args or {}) do
    all[key] = value
  end
  lu.assertEquals(report.main(all), 0)
end

local function read(name)
  return assert(files.read(root .. "/out/" .. name), name)
end

-- a line of a CSV file as a table by the head's names
local function csv_line(name, ...)
  local text, names = read(name), {}
  local head = text:match("^[^\n]*")
  for field in head:gmatch("[^,]+") do
    names[#names + 1] = field
  end
  local start = table.concat({ ... }, ",") .. ","
  for line in text:gmatch("[^\n]+") do
    if line:sub(1, #start) == start then
      local row, i = {}, 0
      for field in (line .. ","):gmatch("([^,]*),") do
        i = i + 1
        row[names[i]] = tonumber(field) or field
      end
      return row
    end
  end
  error("no line " .. start .. " in " .. name)
end

-- a row of a Markdown table as a list of texts
local function cells_of(name, ...)
  local start = "| " .. table.concat({ ... }, " | ") .. " | "
  for line in read(name):gmatch("[^\n]+") do
    if line:sub(1, #start) == start then
      local list = {}
      for cell in line:sub(#start + 1):gmatch("(.-) |%s?") do
        list[#list + 1] = cell
      end
      return list
    end
  end
  error("no row " .. start .. " in " .. name)
end

local SIX = { kd = { 120, 70, -30, 210, 140, 90 }, at = { -50, -50, -50, -50, -50, -50 },
              dml = { 20, -20, 0, 10, 0, -10 } }

-- ---- tests -------------------------------------------------------------------------

TestTests = { setUp = setup, tearDown = teardown }

function TestTests.test_tables_are_as_stored()
  render(sweep_of(6, TWO, METHODS), SIX)
  for _, name in ipairs { "tests-none.md", "tests-none.tex", "tests-none.csv", "tests-kd.md",
                          "detectable.md", "detectable.csv", "wins.md", "wins.csv", "intervals.md",
                          "intervals.csv", "friedman.md", "friedman.csv" } do
    local path = here .. "/expected/stat/" .. name
    if os.getenv("KD_EXPECT") == "write" then
      assert(kd.write_atomic(path, read(name)))
    end
    lu.assertEquals(read(name), files.read(path), name)
  end
end

-- d = [1.2, 0.7, -0.3, 2.1, 1.4, 0.9]; scipy.stats: ttest_rel(d, 0 * d),
-- wilcoxon(d, method='exact')
function TestTests.test_numbers_are_scipys()
  render(sweep_of(6, ONE, METHODS), SIX)
  local row = csv_line("tests-none.csv", "kd", "resnet20-resnet8")
  lu.assertAlmostEquals(row.difference, 1, 1e-9)
  lu.assertAlmostEquals(row.t, 3.0618621784789726, 1e-8)
  lu.assertAlmostEquals(row.p_t, 0.028042449393570403, 1e-9)
  lu.assertAlmostEquals(row.p_wilcoxon, 0.0625, 1e-12)
  lu.assertEquals(row.comparisons, 3)
  -- of three, at has no spread: its p counts as 1
  lu.assertAlmostEquals(row.p_t_holm, 3 * row.p_t, 1e-9)
  lu.assertAlmostEquals(row.least_p_holm, 3 * 2 / 64, 1e-12)
end

function TestTests.test_where_no_p_can_be_small_it_says_so()
  render(sweep_of(6, ONE, METHODS), SIX)
  local cells = cells_of("tests-none.md", "resnet20-resnet8", "kd")
  lu.assertEquals(cells[5], "cannot resolve at this n")
  lu.assertStrContains(read("tests-none.md"), "is not below 0.05; 7 seeds would be enough")
end

function TestTests.test_where_one_can_it_is_there()
  local seven = { kd = { 10, 20, 30, 40, 50, 60, 70 }, at = { 1, -1, 2, -2, 3, -3, 0 },
                  dml = { 5, 4, 3, 2, 1, -6, -7 } }
  render(sweep_of(7, ONE, METHODS), seven)
  local cells = cells_of("tests-none.md", "resnet20-resnet8", "kd")
  lu.assertEquals({ cells[4], cells[5] }, { "0.016", "0.047" })
  lu.assertNotStrContains(read("tests-none.md"), "cannot resolve at this n")
end

function TestTests.test_equal_differences_are_no_evidence()
  render(sweep_of(6, ONE, METHODS), SIX)
  local cells = cells_of("tests-none.md", "resnet20-resnet8", "at")
  lu.assertEquals({ cells[1], cells[2], cells[3], cells[6] },
                  { "-0.50 ± 0.00 (6)", "no spread", "", "" })
  lu.assertEquals(csv_line("tests-none.csv", "at", "resnet20-resnet8").verdict, "no spread")
end

function TestTests.test_one_seed_tests_nothing()
  render(sweep_of(1, ONE, METHODS), SIX)
  local cells = cells_of("tests-none.md", "resnet20-resnet8", "kd")
  lu.assertEquals(cells, { "+1.20 (1)", "cannot resolve at this n", "", "1.000",
                           "cannot resolve at this n", "" })
  lu.assertNil(files.read(root .. "/out/detectable.md"))
end

function TestTests.test_ten_seeds_have_ends()
  local ten = { kd = { 10, 20, 10, 30, 20, 10, 400, 20, 50, 10 } }
  render(sweep_of(10, ONE, "each(none {}, kd {})"), ten)
  -- the ends of test_stat.lua's list, in points
  local cells = cells_of("tests-none.md", "resnet20-resnet8", "kd")
  lu.assertEquals(cells[1], "+0.58 [+0.16, +2.16] (10)")
  lu.assertStrContains(read("difference-none.md"), "+0.58 [+0.16, +2.16] (10)")
  local row = csv_line("difference-none.csv", "kd", "resnet20-resnet8")
  lu.assertAlmostEquals(row.low_95, 0.16, 1e-9)
  lu.assertStrContains(read("tests-none.md"), "BCa bootstrap")
  lu.assertEquals(csv_line("intervals.csv", "kd", "resnet20-resnet8").by, "bootstrap")
end

function TestTests.test_a_family_is_of_all_data_and_settings_of_a_track()
  local text = sweep_of(3, ONE, METHODS):gsub("train = { epochs = 4 }",
                                              "train = { epochs = each(2, 4) }")
  render(text, SIX)
  lu.assertEquals(csv_line("tests-none-fashion_mnist-1.csv", "kd").comparisons, 6)
  lu.assertEquals(csv_line("tests-kd-fashion_mnist-2.csv", "at").comparisons, 4)
  lu.assertStrContains(read("friedman.md"), "ranks over blocks of 2 data sets or training settings")
end

function TestTests.test_where_less_is_better_less_is_bold()
  render(sweep_of(6, ONE, METHODS), { kd = { 120, 110, 130, 100, 140, 120 }, at = SIX.at,
                                      dml = SIX.dml }, { metric = "nll" })
  local cells = cells_of("tests-none.md", "resnet20-resnet8", "kd")
  lu.assertStrMatches(cells[1], "%*%*%-0%.1200 ± 0%.%d+ %(6%)%*%*")
  lu.assertEquals(csv_line("tests-none.csv", "kd", "resnet20-resnet8").verdict, "better")
  lu.assertStrContains(read("friedman.md"), "| kd | 1.00 |")
end

function TestTests.test_what_is_not_applicable_says_why()
  render(sweep_of(6, TWO, METHODS), { kd = SIX.kd, dml = SIX.dml, at = { lenet = SIX.dml } })
  lu.assertEquals(cells_of("tests-none.md", "resnet20-resnet8", "at")[1], "not applicable [1]")
  lu.assertStrContains(read("tests-none.md"), "[1] not applicable: no maps")
  lu.assertEquals(csv_line("tests-none.csv", "at", "resnet14-lenet").comparisons, 5)
  lu.assertStrContains(read("friedman.md"), "Not in every block: at.")
end

-- ---- what can be seen --------------------------------------------------------------

TestDetectable = { setUp = setup, tearDown = teardown }

-- effect.detectable(6, ...) is held against scipy in test_stat.lua; the spread is kd's
function TestDetectable.test_the_smallest_difference_is_the_spread_times_that_of_the_test()
  render(sweep_of(6, ONE, "each(none {}, kd {})"), SIX)
  local row = csv_line("detectable.csv", "resnet20-resnet8", "none")
  local sd = require "stats".sd { 1.2, 0.7, -0.3, 2.1, 1.4, 0.9 }
  lu.assertAlmostEquals(row.sd_of_differences, sd, 1e-9)
  lu.assertAlmostEquals(row.detectable, 1.4345447824830733 * sd, 1e-7)
  lu.assertEquals({ row.n, row.comparisons, row.detectable_corrected }, { 6, 1, row.detectable })
end

function TestDetectable.test_spreads_of_methods_are_pooled()
  render(sweep_of(6, ONE, METHODS), SIX)
  local row, stats = csv_line("detectable.csv", "resnet20-resnet8", "none"), require "stats"
  local kd_ = stats.sd { 1.2, 0.7, -0.3, 2.1, 1.4, 0.9 }
  local dml = stats.sd { 0.2, -0.2, 0, 0.1, 0, -0.1 }
  lu.assertAlmostEquals(row.sd_of_differences, math.sqrt((kd_ ^ 2 + dml ^ 2) / 3), 1e-9)
  lu.assertEquals({ row.sd_least, row.comparisons }, { 0, 3 })
  lu.assertAlmostEquals(row.sd_most, kd_, 1e-9)
end

-- ---- wins --------------------------------------------------------------------------

TestWins = { setUp = setup, tearDown = teardown }

function TestWins.test_an_interval_with_0_is_a_tie_and_so_are_equal_seeds()
  render(sweep_of(6, TWO, METHODS), { kd = { resnet8 = { 120, 110, 130, 100, 140, 120 },
                                            lenet = { 0, 0, 0, 0, 0, 0 } },
                                     at = { -50, -60, -50, -40, -50, -50 }, dml = SIX.dml })
  -- Method, All, Student, kd, at, dml
  lu.assertEquals(cells_of("wins.md", "kd"), { "4/2/0", "1/1/0", "–", "2/0/0", "1/1/0" })
  lu.assertEquals(cells_of("wins.md", "at"), { "0/0/6", "0/0/2", "0/0/2", "–", "0/0/2" })
  lu.assertEquals(csv_line("wins.csv", "none", "at").wins, 2)
end

function TestWins.test_on_one_pair_it_is_a_word()
  render(sweep_of(6, ONE, METHODS), SIX)
  lu.assertEquals(cells_of("wins.md", "kd"), { "3/0/0", "win", "–", "win", "win" })
  lu.assertEquals(cells_of("wins.md", "dml"), { "1/1/1", "tie", "loss", "win", "–" })
end

function TestWins.test_one_seed_decides_nothing()
  render(sweep_of(1, ONE, METHODS), SIX)
  lu.assertEquals(cells_of("wins.md", "kd"), { "", "", "–", "", "" })
end

-- ---- ranks over blocks -------------------------------------------------------------

TestBlocks = { setUp = setup, tearDown = teardown }

function TestBlocks.test_two_blocks_of_four_cannot_tell_any_apart()
  render(sweep_of(6, TWO, METHODS), SIX)
  local md = read("friedman.md")
  -- q(4) sqrt(4 * 5 / (6 * 2)) = 2.569 * 1.291
  lu.assertStrContains(md, "the critical difference is 3.32, ranks cannot differ by more than 3: "
                           .. "cannot resolve at this n")
  lu.assertStrContains(md, "| kd | 1.00 | cannot resolve at this n |")
  lu.assertStrContains(md, "Friedman: chi-squared 6.00 (3 degrees of freedom), p 0.112; Iman and "
                           .. "Davenport: F is infinite where every block has one order")
  lu.assertStrContains(md, "data are shared by all (Fashion-MNIST).")
end

function TestBlocks.test_a_common_teacher_is_said()
  render(sweep_of(6, '{ teacher = "resnet20", student = each("resnet8", "lenet") }', METHODS), SIX)
  lu.assertStrContains(read("friedman.md"), "data are shared by all (Fashion-MNIST); a teacher is "
                                            .. "shared by all.")
end

function TestBlocks.test_those_of_some_blocks_are_told_by_their_numbers()
  render(sweep_of(2, 'each({ teacher = "resnet20", student = "resnet8" }, { teacher = "resnet14", '
                     .. 'student = each("resnet8", "lenet") })', METHODS), SIX)
  lu.assertStrContains(read("friedman.md"), "(1 resnet20-resnet8, 2 resnet14-resnet8, 3 "
                                            .. "resnet14-lenet)")
  lu.assertStrContains(read("friedman.md"), "a teacher is shared by blocks 2, 3.")
end

function TestBlocks.test_one_block_is_no_test()
  render(sweep_of(6, ONE, METHODS), SIX, { tables = false })
  lu.assertStrContains(read("friedman.md"), "Friedman: cannot resolve at this n.")
  lu.assertNil(files.read(root .. "/out/figures/friedman.gp"))
end

function TestBlocks.test_of_two_methods_there_are_no_ranks()
  render(sweep_of(6, TWO, "each(none {}, kd {})"), SIX)
  lu.assertNil(files.read(root .. "/out/friedman.md"))
end

-- eight blocks in one order: first and last are told apart, neighbours are not
function TestBlocks.test_enough_blocks_resolve()
  local text = sweep_of(2, '{ teacher = "resnet20", student = each("resnet8", "resnet14", '
                           .. '"resnet26", "resnet32", "lenet", lenet { width = 0.5 }, '
                           .. 'lenet { width = 0.75 }, lenet { width = 1.5 }) }', METHODS)
  render(text, { kd = { 90, 90 }, at = { -50, -50 }, dml = { 20, 20 } }, { tables = false })
  local md, gp = read("friedman.md"), read("figures/friedman.gp")
  lu.assertStrContains(md, "two methods whose ranks are 1.66 or more apart differ")
  lu.assertStrContains(md, "| kd | 1.00 | 0 | 2 |\n| dml | 2.00 | 0 | 1 |\n"
                           .. "| Student | 3.00 | 1 | 0 |\n| at | 4.00 | 2 | 0 |")
  lu.assertStrContains(gp, "'CD 1.66'")
  local dat = read("figures/friedman.dat")
  local _, bars = dat:match("# bars[^\n]*\n(.*)$"):gsub("[^\n]+", "")
  lu.assertEquals(bars, 3) -- kd-dml, dml-none, none-at
  for _, name in ipairs { "svg", "pdf" } do
    lu.assertTrue(#read("figures/friedman." .. name) > 1000)
  end
end

function TestBlocks.test_the_diagram_says_when_it_shows_nothing_and_is_the_same_twice()
  render(sweep_of(6, TWO, METHODS), SIX, { tables = false })
  local names, first = { "friedman.gp", "friedman.dat", "friedman.svg", "friedman.pdf" }, {}
  for i, name in ipairs(names) do
    first[i] = read("figures/" .. name)
  end
  lu.assertStrContains(first[1], "cannot resolve at this n: CD 3.32, ranks differ by 3 at most")
  os.execute("rm -rf '" .. root .. "/out'; sleep 1.1")
  lu.assertEquals(report.main { folder = root, output = root .. "/out", quiet = true }, 0)
  for i, name in ipairs(names) do
    lu.assertTrue(read("figures/" .. name) == first[i], name)
  end
end

-- ---- several tracks ----------------------------------------------------------------

TestTracks = { setUp = setup, tearDown = teardown }

local PROFILE = [[
local function one(name, students, methods)
  return sweep { name = name, profile = "test", seed = range(0, 2), train = { epochs = 4 },
                 dataset = fashion_mnist { train = 1000 },
                 pair = { teacher = "resnet20", student = students }, method = methods }
end
return profile { name = "all",
  one("vision", each("resnet8", "resnet14"), each(none {}, kd {}, at {}, dml {})),
  one("text", "resnet26", each(none {}, kd {}, at {})) }]]

function TestTracks.test_ranks_are_over_the_blocks_of_all_tracks()
  local all = assert(suite.new({ assert(sweep.parse_all("p.lua", PROFILE)) }, root))
  assert(suite.save(all))
  for _, one in ipairs(all) do
    write(one.sweep, one.root, by_seed(SIX))
  end
  lu.assertEquals(tracks.main { folders = { root }, quiet = true }, 0)
  local md = assert(files.read(root .. "/report/tracks-friedman.md"))
  lu.assertStrContains(md, "the 3 methods that ran in all of 3 blocks (1 vision "
                           .. "resnet20-resnet8, 2 vision resnet20-resnet14, 3 text "
                           .. "resnet20-resnet26)")
  lu.assertStrContains(md, "Not in every block: dml.")
  lu.assertStrContains(md, "data are shared by all (Fashion-MNIST); a teacher is shared by all")
  lu.assertStrContains(md, "2 blocks, 3 seeds); text (Fashion-MNIST")
  lu.assertStrContains(files.read(root .. "/report/report.md"), "figures/tracks-friedman.svg")
  lu.assertTrue(files.exists(root .. "/report/figures/tracks-friedman.pdf"))
end

os.exit(lu.LuaUnit.run())
