-- test_verify.lua - two folders side by side, runs held against their reruns, on made-up numbers:
-- same bits, within the spread, different, missing; the statistics against reference values.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
local kd = require "fake_kd"
package.loaded.kd = kd

local lu = require "luaunit"
local bits = require "verify.bits"
local compare = require "verify.compare"
local folder = require "verify.folder"
local json = require "json"
local made_up = require "made_up"
local moderated = require "stat.moderated"
local pick = require "verify.pick"
local rerun = require "verify.rerun"
local spread = require "verify.spread"
local sweep = require "sweep"
local text = require "verify.text"
local tolerance = require "verify.tolerance"

local SWEEP = [[
return sweep {
  name = "made_up", seed = range(0, 3), dataset = fashion_mnist { train = 1000 },
  pair = each({ teacher = "resnet20", student = "resnet8" },
              { teacher = "resnet20", student = lenet { width = 0.5 } }),
  train = { epochs = 4, lr = LR }, teacher = { train = { epochs = 2 } },
  method = each(none {}, kd { T = each(2, 4) }, at {}),
}]]

local roots = {}

-- a folder of made-up runs; change(run, tree) as in made_up.write, after the checksum
local function folder_of(change, lr, more)
  local root = os.tmpname()
  os.remove(root)
  roots[#roots + 1] = root
  local said = SWEEP:gsub("LR", lr or "0.1")
  said = more and said:gsub("at {}", more) or said
  made_up.write(assert(sweep.parse("made_up.lua", said)), root, function(run, tree)
    tree.env.cpu = "EPYC"
    local keep = not change or change(run, tree)
    tree.content_sha256 = kd.sha256(json.encode { tree.final, tree.curve, run.hash })
    return keep
  end)
  return assert(folder.load(root))
end

local function all_of(a, b)
  return compare.all(a, b, { protocol = "last" })
end

local function cell_of(all, method, pair)
  for _, cell in ipairs(all.cells) do
    if cell.method == method and cell.pair == pair then
      return cell
    end
  end
  error("no cell " .. method .. " " .. pair)
end

-- to every accuracy of a tree
local function add(tree, points)
  for i, v in ipairs(tree.curve.test_top1) do
    tree.curve.test_top1[i] = v + points
  end
  for _, protocol in ipairs { "last", "best_val", "best_test" } do
    tree.final[protocol].test_top1 = tree.final[protocol].test_top1 + points
  end
end

-- between -1 and 1, by the text
local function noise(said)
  return tonumber(kd.sha256(said):sub(1, 6), 16) / 0x7fffff - 1
end

local PAIR = "resnet20-resnet8"

TestCompare = {}

function TestCompare.tearDown()
  for i, root in ipairs(roots) do
    os.execute("rm -rf '" .. root .. "'")
    roots[i] = nil
  end
end

function TestCompare.test_a_folder_has_the_bits_of_itself()
  local a = folder_of()
  local all = all_of(a, a)
  lu.assertEquals(#all.cells, 9) -- the teacher, and four methods on two pairs
  lu.assertEquals(all.counts[compare.SAME], 9)
  lu.assertEquals(all.only, {})
  lu.assertEquals(all.excuses, {})
  lu.assertEquals(compare.code(all), 0)
  local said = text.text(all)
  lu.assertStrContains(said, "compared bit by bit")
  lu.assertStrContains(said, "9 cells in both: 9 same bits, 0 within spread, 0 different")
  lu.assertStrContains(said, "EPYC")
end

function TestCompare.test_a_curve_that_was_changed_is_seen_though_its_checksum_is_the_old_one()
  local a, b = folder_of(), folder_of()
  for _, row in ipairs(b.rows) do
    if row.label:find("none/" .. PAIR .. "/seed2", 1, true) then
      local tree = kd.run_read(row.path)
      tree.curve.test_nll[3] = tree.curve.test_nll[3] + 0.01
      kd.write_atomic(row.path, json.encode(tree))
    end
  end
  local cell = cell_of(all_of(a, assert(folder.load(b.root))), "none", PAIR)
  lu.assertNotEquals(cell.verdict, compare.SAME)
  lu.assertStrContains(cell.unexcused, "seed 2: curve/test_nll epoch 3")
end

function TestCompare.test_weights_with_other_bits_are_no_same_bits()
  local a, b = folder_of(), folder_of()
  b.rows[#b.rows].content = ("0"):rep(64)
  local all = all_of(a, b)
  lu.assertEquals(all.counts[compare.SAME], 8)
  lu.assertEquals(all.counts[compare.WITHIN], 1) -- all seeds' values are the same
  lu.assertStrContains(text.text(all), "weights or predictions have other bits")
end

-- another machine: every run some tenths of a point away
local function elsewhere(run, tree)
  tree.env.cpu = "Xeon"
  add(tree, 0.3 * noise(run.hash))
  return true
end

function TestCompare.test_another_machine_is_judged_by_intervals()
  local all = all_of(folder_of(), folder_of(elsewhere))
  lu.assertEquals(all.counts[compare.WITHIN], 9)
  lu.assertEquals(all.tested, 9)
  lu.assertEquals(all.excuses, { "cpu: EPYC, Xeon" })
  lu.assertEquals(compare.code(all), 0)
  lu.assertStrContains(text.text(all), "simultaneously over 9 cells with family error 1 %")
end

function TestCompare.test_teachers_of_other_weights_are_seen_where_somebody_learns_from_them()
  local all = all_of(folder_of(), folder_of(function(run, tree)
    tree.env.teacher_sha256 = { "t2" }
    return elsewhere(run, tree)
  end))
  lu.assertTrue(cell_of(all, "at", PAIR).other_teacher)
  lu.assertFalse(cell_of(all, "none", PAIR).other_teacher)
end

function TestCompare.test_a_mean_outside_of_its_interval_is_different()
  local all = all_of(folder_of(), folder_of(function(run, tree)
    if run.spec.method.name == "at" and run.spec.pair == PAIR and run.kind == "student" then
      add(tree, 2)
    end
    return elsewhere(run, tree)
  end))
  local cell = cell_of(all, "at", PAIR)
  lu.assertEquals(cell.verdict, compare.DIFFERENT)
  lu.assertAlmostEquals(cell.difference, 2, 0.3)
  lu.assertTrue(cell.half < 1.7)
  lu.assertEquals(all.counts[compare.WITHIN], 8)
  lu.assertEquals(compare.code(all), 1)
end

function TestCompare.test_other_settings_are_different_and_named()
  local all = all_of(folder_of(), folder_of(nil, "0.05"))
  lu.assertEquals(all.counts[compare.DIFFERENT], 9)
  lu.assertStrContains(cell_of(all, "none", PAIR).why, "train.lr: 0.1, 0.05")
  lu.assertEquals(compare.code(all), 1)
end

function TestCompare.test_other_data_are_different()
  local all = all_of(folder_of(), folder_of(function(_, tree)
    tree.env.dataset_sha256 = "d2"
    return true
  end))
  lu.assertEquals(all.counts[compare.DIFFERENT], 9)
  lu.assertStrContains(cell_of(all, "none", PAIR).why, "other data")
end

function TestCompare.test_what_one_has_is_listed()
  local all = all_of(folder_of(nil, nil, "dml {}"), folder_of(function(run)
    return not (run.spec.method.name == "none" and run.spec.seed > 1)
  end))
  local said = {}
  for _, one in ipairs(all.only) do
    said[#said + 1] = one.side .. " " .. one.cell.method .. " " .. table.concat(one.seeds, ",")
  end
  table.sort(said)
  lu.assertEquals(said, { "a dml 0,1,2,3", "a dml 0,1,2,3", "a none 2,3", "a none 2,3",
                          "b at 0,1,2,3", "b at 0,1,2,3" })
  lu.assertEquals(compare.code(all), 0)
  lu.assertStrContains(text.text(all), "only in A:")
end

function TestCompare.test_a_run_that_failed_in_one_is_different()
  local function fails(run, tree)
    if run.spec.method.name == "at" and run.spec.seed == 1 then
      tree.status = { state = "failed", reason = "not a number" }
      tree.final, tree.curve = {}, {}
    end
    return true
  end
  local one, two = folder_of(), folder_of(fails)
  local cell = cell_of(all_of(one, two), "at", PAIR)
  lu.assertEquals(cell.verdict, compare.DIFFERENT)
  lu.assertStrContains(cell.why, "seed 1: done in A, failed: not a number in B")
  lu.assertEquals(cell_of(all_of(two, two), "at", PAIR).verdict, compare.SAME)
end

function TestCompare.test_variants_of_a_method_meet_their_own()
  local all = all_of(folder_of(), folder_of())
  lu.assertEquals(cell_of(all, "kd T=2", PAIR).verdict, compare.SAME)
  lu.assertEquals(cell_of(all, "kd T=4", PAIR).verdict, compare.SAME)
end

function TestCompare.test_nothing_in_common_is_no_agreement()
  local a, b = folder_of(), folder_of()
  b.rows = {}
  lu.assertEquals(compare.code(all_of(a, b)), 1)
end

function TestCompare.test_json_says_the_same()
  local a = folder_of()
  local said = json.decode(text.json(all_of(a, a)))
  lu.assertEquals(#said.cells, 9)
  lu.assertEquals(said.counts["same bits"], 9)
  lu.assertEquals(said.cells[1].verdict, "same bits")
end

TestPick = {}
TestPick.tearDown = TestCompare.tearDown

local function labels(rows)
  local list = {}
  for i, row in ipairs(rows) do
    list[i] = row.label .. row.hash
  end
  return table.concat(list, " ")
end

function TestPick.test_a_sample_is_its_seeds()
  local rows = folder_of().rows
  local one = pick.rows(rows, { sample = 3, seed = 0 })
  lu.assertEquals(#one, 3)
  local turned = {}
  for i, row in ipairs(rows) do
    turned[#rows - i + 1] = row
  end
  lu.assertEquals(labels(pick.rows(turned, { sample = 3, seed = 0 })), labels(one))
  lu.assertNotEquals(labels(pick.rows(rows, { sample = 3, seed = 1 })), labels(one))
end

function TestPick.test_a_pattern_names_runs_teachers_too()
  local rows = folder_of().rows
  lu.assertEquals(#pick.rows(rows, { pattern = "none/" .. PAIR, seed = 0 }), 4)
  lu.assertEquals(#pick.rows(rows, { pattern = "teacher", seed = 0 }), 1)
  lu.assertEquals(#pick.rows(rows, { pattern = "none", sample = 2, seed = 0 }), 2)
  local none, err = pick.rows(rows, { pattern = "nobody", seed = 0 })
  lu.assertNil(none)
  lu.assertStrContains(err, "they are named like fashion_mnist/")
end

function TestPick.test_a_rerun_has_the_stored_spec_and_the_teacher_that_is_there()
  local rows = folder_of().rows
  local picked = pick.rows(rows, { pattern = "at/" .. PAIR .. "/seed0", seed = 0 })
  local made, list = rerun.sweep(picked, rows, false)
  lu.assertEquals(#list, 1)
  lu.assertEquals(list[1].run.hash, picked[1].hash)
  local teacher = made.teachers[list[1].run.needs[1]]
  lu.assertEquals(teacher.kind, "trained")
  lu.assertStrContains(teacher.path, "/teacher/resnet20/")
  made, list = rerun.sweep(picked, rows, true)
  lu.assertEquals(#list, 2) -- the teacher is trained again, and compared
  lu.assertEquals(made.teachers[list[1].run.needs[1]].kind, "teacher")
end

function TestPick.test_a_changed_spec_or_a_missing_teacher_is_said()
  local rows = folder_of().rows
  local picked = pick.rows(rows, { pattern = "at/" .. PAIR .. "/seed0", seed = 0 })
  local _, list = rerun.sweep(picked, picked, false)
  lu.assertStrContains(list[1].reason, "is not in the folder")
  picked[1].text = picked[1].text:gsub('"seed":0', '"seed":1')
  _, list = rerun.sweep(picked, rows, false)
  lu.assertStrContains(list[1].reason, "does not have its hash")
end

TestBits = {}

function TestBits.test_differences_are_named_with_epoch_and_size()
  local nan = 0 / 0
  local a = { final = { last = { test_top1 = 80 } }, curve = { loss = { 1, nan, 3 } } }
  local b = { final = { last = { test_top1 = 80.5 } }, curve = { loss = { 1, nan, 3.25 } } }
  local list = bits.differences(a, b)
  lu.assertEquals(#list, 2)
  lu.assertEquals(bits.text(list[1]), "final/last/test_top1: 80, 80.5 (by 0.5)")
  lu.assertEquals(bits.text(list[2]), "curve/loss epoch 3: 3, 3.25 (by 0.25)")
  lu.assertEquals(bits.differences(a, a), {})
end

TestSpread = {}

-- scipy 1.10: digamma, polygamma and brentq on Smyth's equations
function TestSpread.test_moderated_variances_are_smyths()
  local list = {}
  for i, v in ipairs { 0.2, 0.5, 0.1, 1.4, 0.35, 0.8, 0.05, 0.6 } do
    list[i] = { variance = v, df = i % 2 + 2 }
  end
  local prior = moderated.prior(list)
  lu.assertAlmostEquals(prior.variance, 0.4797766298608465, 1e-10)
  lu.assertAlmostEquals(prior.df, 13.396034714030455, 1e-8)
  local v, df = moderated.posterior(prior, 1.4, 2)
  lu.assertAlmostEquals(v, (13.396034714030455 * 0.4797766298608465 + 2.8) / 15.396034714030455,
                        1e-9)
  lu.assertAlmostEquals(df, 15.396034714030455, 1e-8)
end

function TestSpread.test_cells_of_one_spread_share_it_all()
  local list = {}
  for i = 1, 6 do
    list[i] = { variance = 0.5, df = 2 }
  end
  local prior = moderated.prior(list)
  lu.assertEquals(prior.df, math.huge)
  lu.assertNil(moderated.prior { list[1], list[2] })
end

-- without a prior it is the paired t of the textbook: d = 1, 2, 3; t(0.995, 2) = 9.92484
function TestSpread.test_one_cell_has_students_interval()
  local cell = { a = { 0, 0, 0 }, b = { 1, 2, 3 }, paired = true, family = "x" }
  spread.judge { cell }
  lu.assertAlmostEquals(cell.difference, 2, 1e-12)
  lu.assertAlmostEquals(cell.half, 9.92484 / math.sqrt(3), 1e-5)
end

function TestSpread.test_another_teacher_widens_what_its_students_may_differ_by()
  local cell = { a = { 0, 0, 0 }, b = { 1, 2, 3 }, paired = true, family = "x",
                 other_teacher = true }
  spread.judge { cell }
  lu.assertAlmostEquals(cell.half, 9.92484 * math.sqrt(1 / 3 + spread.TEACHER), 1e-5)
end

-- pooled variance 1, 4 degrees of freedom, t(0.995, 4) = 4.60409, both samples of 3
function TestSpread.test_other_seeds_are_two_samples()
  local cell = { a = { 1, 2, 3 }, b = { 4, 5, 6 }, paired = false, family = "x" }
  spread.judge { cell }
  lu.assertAlmostEquals(cell.difference, 3, 1e-12)
  lu.assertAlmostEquals(cell.half, 4.60409 * math.sqrt(2 / 3), 1e-4)
end

-- under the null hypothesis hardly a family of 40 cells has a cell outside; with one shifted by
-- eight standard errors it does
function TestSpread.test_families_hold_and_find()
  local outside, found = 0, 0
  math.randomseed(1, 2)
  for _ = 1, 40 do
    local list = {}
    for c = 1, 40 do
      local cell = { a = {}, b = {}, paired = true, family = "x" }
      for seed = 1, 3 do
        local sum = 0
        for _ = 1, 12 do -- nearly normal, standard deviation 1
          sum = sum + math.random() - 0.5
        end
        cell.a[seed], cell.b[seed] = 0, sum + (c == 40 and 8 / math.sqrt(3) or 0)
      end
      list[c] = cell
    end
    spread.judge(list)
    for c, cell in ipairs(list) do
      local out = math.abs(cell.difference) > cell.half
      outside = outside + (out and c < 40 and 1 or 0)
      found = found + (out and c == 40 and 1 or 0)
    end
  end
  lu.assertTrue(outside <= 2, outside .. " of 40 families")
  lu.assertTrue(found >= 38, found .. " found of 40")
end

TestTolerance = {}
TestTolerance.tearDown = TestCompare.tearDown

function TestTolerance.test_it_comes_from_the_spread_over_seeds()
  local rows = folder_of().rows
  local of = tolerance.of(rows, 3)
  local row = pick.rows(rows, { pattern = "none/" .. PAIR .. "/seed0", seed = 0 })[1]
  local points, why = of(row)
  lu.assertTrue(points > 0.5 and points < 3, points)
  lu.assertStrContains(why, "standard deviation over seeds")
  lu.assertEquals(tolerance.of(rows, 3, 1.5)(row), 1.5)
  local alone = tolerance.of({ row }, 1)
  lu.assertEquals(alone(row), tolerance.POINTS)
end

os.exit(lu.LuaUnit.run())
