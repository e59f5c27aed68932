-- test_tuning.lua - equal tuning: what is drawn, that every method gets the same of it, which
-- setting is chosen, and what a report says of it.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
local kd = require "fake_kd"
package.loaded.kd = kd
package.loaded.data = { folder = function() return "somewhere" end, facts = function() end,
                        counts = function() end, share = function() return 7 end }

local lfs = require "lfs"
local lu = require "luaunit"
local draw = require "tuning.draw"
local grid = require "grid"
local json = require "json"
local keys = require "tuning.keys"
local made_up = require "made_up"
local only = require "only"
local options = require "options"
local planning = require "plan"
local plantext = require "plantext"
local results = require "results"
local sensitivity = require "tuning.figures"
local settle = require "tuning.settle"
local space = require "tuning.space"
local stages = require "tuning.stages"
local sweep = require "sweep"
local sweepfile = require "sweepfile"
local tables = require "tuning.tables"
local visits = require "tuning.visits"

-- the fake's checksum is not mixed enough to draw from
local fake_sha256 = kd.sha256

local function mixed(text)
  local h = 1469598103934665603
  for i = 1, #text do
    h = (h ~ text:byte(i)) * 1099511628211
    h = h ~ (h >> 29)
  end
  h = (h ~ (h >> 32)) * -7046029254386353131
  return string.format("%016x", h ~ (h >> 29)) .. fake_sha256(text):sub(17)
end

-- hundreds of folders, without a process for each
function kd.mkdirs(path)
  local at = path:sub(1, 1) == "/" and "" or "."
  for part in path:gmatch("[^/]+") do
    at = at .. "/" .. part
    lfs.mkdir(at)
  end
  return true
end

local TUNE = 'tune = { trials = 5, on = "validation" }'

local function text_with(tune, method, more)
  return string.format([[
return sweep { name = "t", dataset = fashion_mnist { train = 100 }, seed = range(0, 1),
  pair = { teacher = "resnet20", student = each("resnet8", "resnet14") },
  train = { epochs = 2 }, %s
  %s,
  method = %s }]], more or "", tune or TUNE, method or "each(none {}, kd {}, at {}, dml {})")
end

local function loaded(...)
  local result, err = sweep.parse("t.lua", text_with(...))
  lu.assertNil(err)
  return result
end

local function setup()
  kd.sha256 = mixed
end

local function teardown()
  kd.sha256 = fake_sha256
end

-- ---- what is drawn ---------------------------------------------------------------

TestDraw = { setUp = setup, tearDown = teardown }

function TestDraw.test_the_ends_of_a_scale_are_the_ends_of_the_range()
  for _, scale in ipairs { "log", "linear", "odds" } do
    local d = { type = "real", scale = scale, low = 0.2, high = 0.8 }
    lu.assertAlmostEquals(draw.value(d, 0), 0.2, 1e-12)
    lu.assertAlmostEquals(draw.value(d, 1 - 2 ^ -52), 0.8, 1e-12)
  end
end

function TestDraw.test_half_way_is_the_middle_of_the_scale()
  lu.assertEquals(draw.value({ type = "real", scale = "log", low = 1, high = 16 }, 0.5), 4.0)
  lu.assertEquals(draw.value({ type = "real", scale = "linear", low = 1, high = 16 }, 0.5), 8.5)
  lu.assertEquals(draw.value({ type = "real", scale = "odds", low = 0.2, high = 0.8 }, 0.5), 0.5)
end

function TestDraw.test_whole_numbers_and_choices_are_all_drawn_and_nothing_else()
  for _, scale in ipairs { "log", "linear" } do
    local seen = {}
    for i = 0, 999 do
      local v = draw.value({ type = "int", scale = scale, low = 1, high = 3 }, i / 1000)
      lu.assertEquals(math.type(v), "integer")
      seen[v] = true
    end
    lu.assertEquals(seen, { true, true, true })
  end
  local seen = {}
  for i = 0, 99 do
    seen[draw.value({ type = "bool", scale = "choice", choice = { false, true } }, i / 100)] = true
  end
  lu.assertEquals(seen, { [false] = true, [true] = true })
end

function TestDraw.test_draws_fill_the_range_evenly()
  local below = 0
  local d = { { of = "method", key = "T", type = "real", scale = "log", low = 1, high = 16 } }
  for number = 1, 2000 do
    local v = draw.trial(d, { 7, "kd" }, number)[1]
    lu.assertTrue(v >= 1 and v <= 16)
    below = below + (v < 4 and 1 or 0)
  end
  -- binomial: 1000 on average, standard deviation 22
  lu.assertTrue(math.abs(below - 1000) < 110, below)
end

function TestDraw.test_an_option_more_changes_no_other_draw()
  local T = { of = "method", key = "T", type = "real", scale = "log", low = 1, high = 16 }
  local alpha = { of = "method", key = "alpha", type = "real", scale = "linear", low = 0, high = 1 }
  lu.assertEquals(draw.trial({ alpha, T }, { 7 }, 3)[2], draw.trial({ T }, { 7 }, 3)[1])
end

-- ---- what is searched by itself ------------------------------------------------------

TestSpace = { setUp = setup, tearDown = teardown }

local function by_rule(o, value)
  local entry = { name = "m", options = { o } }
  local spec = { train = { lr = 0.1, weight_decay = 0 },
                 method = { name = "m", options = { [o.name] = value } } }
  local found, kept = space.dimensions(entry, spec, { around = 4, space = {} })
  lu.assertEquals(kept[1].key, "weight_decay") -- which is 0
  return found[2], kept[2] and kept[2].why
end

function TestSpace.test_a_positive_number_is_searched_on_a_log_scale_within_its_range()
  local d = by_rule({ name = "T", type = "real", min = 0.1, max = 100 }, 4)
  lu.assertEquals({ d.scale, d.low, d.high }, { "log", 1.0, 16.0 })
  d = by_rule({ name = "T", type = "real", min = 2, max = 10 }, 4)
  lu.assertEquals({ d.low, d.high }, { 2, 10 })
end

function TestSpace.test_a_share_is_searched_by_its_odds_and_stays_a_share()
  local d = by_rule({ name = "alpha", type = "real", min = 0, max = 1 }, 0.9)
  lu.assertEquals(d.scale, "odds")
  lu.assertAlmostEquals(d.low, 2.25 / 3.25, 1e-12)
  lu.assertAlmostEquals(d.high, 36 / 37, 1e-12)
end

function TestSpace.test_choices_are_drawn_but_not_none_and_not_whose_text_is_followed()
  local d = by_rule({ name = "solver", type = "choice", choice = { "a", "none", "b" } }, "a")
  lu.assertEquals(d.choice, { "a", "b" })
  local _, why = by_rule({ name = "variant", type = "choice", choice = { "paper", "code" } },
                         "paper")
  lu.assertStrContains(why, "which text")
  _, why = by_rule({ name = "head", type = "choice", choice = { "mlp", "none" } }, "mlp")
  lu.assertStrContains(why, "one choice beside none")
end

function TestSpace.test_what_is_left_out_scheduled_or_a_size_stays()
  local _, why = by_rule({ name = "kd", type = "real", min = 0, max = 10 }, 0)
  lu.assertStrContains(why, "left out")
  _, why = by_rule({ name = "kd", type = "real", min = 0, max = 10 }, { schedule = "ramp" })
  lu.assertStrContains(why, "schedule")
  _, why = by_rule({ name = "dim", type = "int", min = 0, max = 10 }, 3)
  lu.assertStrContains(why, "whole number")
end

-- ---- trials ------------------------------------------------------------------------

TestTrials = { setUp = setup, tearDown = teardown }

function TestTrials.test_each_method_and_pair_has_as_many_trials_none_too()
  local s, count = loaded(), {}
  for _, trial in ipairs(s.trials) do
    local key = trial.spec.method.name .. " " .. trial.spec.pair
    count[key] = (count[key] or 0) + 1
  end
  lu.assertEquals(#s.searches, 8)
  for _, method in ipairs { "none", "kd", "at", "dml" } do
    lu.assertEquals(count[method .. " resnet20-resnet8"], 5)
    lu.assertEquals(count[method .. " resnet20-resnet14"], 5)
  end
  lu.assertEquals(#s.runs, 16) -- what is reported is what it was
end

function TestTrials.test_each_trial_sees_as_many_samples()
  for _, tune in ipairs { TUNE, 'tune = { trials = 3, on = "validation", epochs = 1 }' } do
    local s, seen = loaded(tune), {}
    for _, trial in ipairs(s.trials) do
      seen[visits.of(trial.spec, 54000)] = true
    end
    lu.assertEquals(seen, { [tune == TUNE and 128 or 64] = true }) -- one batch of 64 an epoch
  end
end

function TestTrials.test_visits_are_whole_batches_of_what_there_is()
  local one = { dataset = { train = 0 }, train = { epochs = 3, batch = 50 } }
  lu.assertEquals(visits.of(one, 175), 450)
  lu.assertNil(visits.of(one, nil))
  one.dataset.train = 120
  lu.assertEquals(visits.of(one, 175), 300)
end

function TestTrials.test_the_first_trial_has_the_sweeps_own_settings()
  local s = loaded()
  for _, trial in ipairs(s.trials) do
    if trial.number == 1 then
      local own
      for _, run in ipairs(s.runs) do
        own = own or run.spec.method.name == trial.spec.method.name
              and run.spec.pair == trial.spec.pair and run
      end
      lu.assertEquals(trial.spec.method, own.spec.method)
      lu.assertEquals(trial.spec.train, own.spec.train)
    end
  end
end

local function texts(s)
  local list = {}
  for i, trial in ipairs(s.trials) do
    list[i] = trial.text
  end
  return list
end

function TestTrials.test_the_same_sweep_has_the_same_trials_and_more_begin_with_fewer()
  lu.assertEquals(texts(loaded()), texts(loaded()))
  local few, many = {}, {}
  for _, trial in ipairs(loaded().trials) do
    few[trial.search .. trial.number] = trial.hash
  end
  for _, trial in ipairs(loaded('tune = { trials = 9, on = "validation" }').trials) do
    many[trial.search .. trial.number] = trial.hash
  end
  for key, hash in pairs(few) do
    lu.assertEquals(many[key], hash)
  end
  lu.assertNotEquals(texts(loaded('tune = { trials = 5, on = "validation", seed = 77 }')),
                     texts(loaded()))
end

function TestTrials.test_methods_and_pairs_draw_apart()
  local seen = {}
  for _, trial in ipairs(loaded().trials) do
    local lr = trial.spec.train.lr
    lu.assertTrue(trial.number == 1 or not seen[lr], trial.label)
    seen[lr] = trial.number > 1
  end
end

function TestTrials.test_values_are_valid_options_within_what_was_asked()
  local s = loaded('tune = { trials = 40, on = "validation", space = { kd = { T = { 2, 3 }, '
                   .. 'clip = "fixed" }, at = { p = { 1, 4, log = true } }, '
                   .. 'train = { lr = { 0.01, 0.02 } } } }')
  for _, trial in ipairs(s.trials) do
    local spec, searched = trial.spec, trial.number > 1
    local entry = options.find(s.catalog.methods, spec.method.name)
    options.resolve(entry.options, spec.method.options, function(key, why) error(key .. why) end)
    lu.assertTrue(not searched or spec.train.lr >= 0.01 and spec.train.lr <= 0.02)
    lu.assertTrue(spec.train.weight_decay >= 0.000125 and spec.train.weight_decay <= 0.002)
    if searched and spec.method.name == "kd" then
      lu.assertTrue(spec.method.options.T >= 2 and spec.method.options.T <= 3)
      lu.assertFalse(spec.method.options.clip)
    elseif spec.method.name == "at" then
      lu.assertEquals(math.type(spec.method.options.p), "integer")
    end
  end
end

function TestTrials.test_trials_are_of_no_reported_seed()
  local s, reported = loaded(), {}
  for _, run in ipairs(s.runs) do
    reported[run.spec.seed] = true
  end
  for _, trial in ipairs(s.trials) do
    lu.assertEquals(trial.spec.seed, keys.SEED)
    lu.assertNil(reported[trial.spec.seed])
  end
end

function TestTrials.test_only_some_methods_are_tuned_where_the_sweep_says_so()
  local s = loaded('tune = { trials = 2, on = "validation", methods = { "none", "kd" } }')
  lu.assertEquals(#s.trials, 2 * 2 * 2)
end

function TestTrials.test_variants_of_a_method_are_tuned_apart_and_seeds_together()
  local s = loaded(nil, "each(kd { T = 2 }, kd { T = 8 })")
  lu.assertEquals(#s.searches, 4)
  for _, one in ipairs(s.searches) do
    lu.assertEquals({ #one.runs, #one.trials }, { 2, 5 })
  end
end

function TestTrials.test_trials_are_not_attacked()
  lu.assertNil(loaded(nil, nil, "attack = { steps = 2 },").trials[1].spec.attack)
end

function TestTrials.test_the_command_line_may_change_it()
  local s = assert(sweep.parse("t.lua", text_with(), { set = { { "tune.trials", "2" } } }))
  lu.assertEquals(#s.trials, 16)
end

function TestTrials.test_a_sweep_that_does_not_tune_has_none()
  local s = assert(sweep.parse("t.lua", (text_with():gsub("tune = %b{},", ""))))
  lu.assertEquals({ s.trials, s.searches, s.tuned }, { {}, {}, {} })
  lu.assertNil(s.tune)
end

function TestTrials.test_a_saved_sweep_that_tunes_is_the_same_sweep()
  local root = os.tmpname()
  os.remove(root)
  kd.mkdirs(root)
  local first = loaded()
  assert(sweepfile.save(first, root))
  local again = assert(sweepfile.load(root))
  os.execute("rm -r '" .. root .. "'")
  lu.assertEquals(texts(again), texts(first))
  lu.assertEquals(json.encode(again.tune), json.encode(first.tune))
  lu.assertEquals(again.searches[3].trials, first.searches[3].trials)
  lu.assertEquals(again.searches[3].dimensions, first.searches[3].dimensions)
  lu.assertEquals(again.trials[7].number, first.trials[7].number)
  lu.assertTrue(sweepfile.text(again) == sweepfile.text(first))
end

-- ---- which setting is chosen ---------------------------------------------------------

local root

TestChoice = {}

function TestChoice.setUp()
  setup()
  root = os.tmpname()
  os.remove(root)
  kd.mkdirs(root)
end

function TestChoice.tearDown()
  teardown()
  os.execute("rm -rf '" .. root .. "'")
end

-- writes what every run leaves; the validation score of a trial is score(run), nil: it is not there
local function leave(s, runs, score)
  for _, run in ipairs(runs) do
    local value = score(run)
    if value then
      local tree = made_up.tree(run)
      tree.final.last.validation_top1, tree.final.best_val.validation_top1 = value, -value
      tree.final.last.test_top1 = 100 - value -- who reads test chooses the other end
      local folder = planning.folder_of(root, run)
      kd.mkdirs(folder)
      kd.write_atomic(folder .. "/run.h5", json.encode(tree))
    end
  end
  return s
end

local function by_number(run)
  return 10 * run.number
end

local function numbers(s)
  local seen = {}
  for _, run in ipairs(s.tuned) do
    seen[run.spec.method.name .. "/" .. run.spec.pair .. "/" .. run.spec.seed] = run.number
  end
  return seen
end

function TestChoice.test_the_best_on_validation_is_trained_on_every_reported_seed()
  local s = loaded()
  leave(s, s.trials, by_number)
  local outcomes = settle.settle(s, root)
  lu.assertEquals(#s.tuned, 16)
  for _, number in pairs(numbers(s)) do
    lu.assertEquals(number, 5)
  end
  lu.assertEquals(outcomes[s.searches[1].id].best.score, 50)
  local trial, tuned = s.trials[5], s.tuned[1]
  lu.assertEquals(tuned.spec.method, trial.spec.method)
  lu.assertEquals(tuned.spec.train, trial.spec.train)
  lu.assertEquals({ tuned.spec.seed, tuned.base }, { 0, s.runs[1].hash })
  lu.assertEquals(tuned.spec.tuned, { trials = 5, chosen = 5, seed = keys.SEED })
  lu.assertStrContains(only.label(tuned), "/tuned-seed0")
end

function TestChoice.test_a_shorter_trial_changes_no_reported_epochs()
  local s = loaded('tune = { trials = 2, on = "validation", epochs = 1 }')
  leave(s, s.trials, by_number)
  settle.settle(s, root)
  lu.assertEquals(s.trials[2].spec.train.epochs, 1)
  lu.assertEquals(s.tuned[1].spec.train.epochs, 2)
end

function TestChoice.test_where_the_sweeps_own_setting_is_best_there_is_nothing_to_train_again()
  local s = loaded()
  leave(s, s.trials, function(run) return run.number == 1 and 90 or 20 end)
  settle.settle(s, root)
  lu.assertEquals(#s.tuned, 16)
  for i, run in ipairs(s.tuned) do
    lu.assertEquals(run.hash, run.base, i)
    lu.assertNil(run.spec.tuned)
  end
  lu.assertEquals(#only.students(s), 16 + 40)
end

function TestChoice.test_of_equal_scores_the_first_trial_wins()
  local s = loaded()
  leave(s, s.trials, function() return 20 end)
  settle.settle(s, root)
  lu.assertEquals(s.tuned[1].number, 1)
end

function TestChoice.test_the_protocol_says_which_epoch_counts()
  local s = loaded('tune = { trials = 5, on = "validation", protocol = "best_val" }')
  leave(s, s.trials, by_number) -- best_val has the scores' negatives
  settle.settle(s, root)
  lu.assertEquals(s.tuned[1].number, 1)
end

function TestChoice.test_nothing_is_chosen_before_every_trial_of_a_search_has_ended()
  local s = loaded()
  leave(s, s.trials, function(run)
    return not (run.number == 3 and run.spec.method.name == "kd") and run.number or nil
  end)
  settle.settle(s, root)
  local seen = numbers(s)
  lu.assertNil(seen["kd/resnet20-resnet8/0"])
  lu.assertEquals(seen["at/resnet20-resnet8/0"], 5)
  lu.assertEquals(#s.tuned, 12)
end

function TestChoice.test_a_failed_trial_is_a_trial_once_it_is_not_tried_again()
  local s, failing = loaded(), nil
  leave(s, s.trials, function(run)
    local fails = run.number == 5 and run.spec.method.name == "kd"
    failing = fails and not failing and run or failing
    return run ~= failing and run.number or nil
  end)
  local folder = planning.folder_of(root, failing)
  kd.mkdirs(folder)
  kd.write_atomic(folder .. "/status.json", '{"state":"failed","reason":"not a number"}')
  settle.settle(s, root)
  lu.assertEquals(#s.tuned, 14)
  settle.settle(s, root, true)
  lu.assertEquals(#s.tuned, 16)
  lu.assertEquals(numbers(s)["kd/resnet20-resnet8/0"], 4)
end

function TestChoice.test_a_saved_sweep_chooses_the_same_runs()
  local s = loaded()
  leave(s, s.trials, function(run) return run.spec.method.name == "kd" and 9 or run.number end)
  assert(sweepfile.save(s, root))
  settle.settle(s, root)
  local again = assert(sweepfile.load(root))
  settle.settle(again, root)
  lu.assertEquals(#again.tuned, #s.tuned)
  for i, run in ipairs(s.tuned) do
    lu.assertEquals(again.tuned[i].hash, run.hash)
  end
end

function TestChoice.test_the_plan_counts_what_waits()
  local s = loaded()
  local list = { { sweep = s, root = root } }
  stages.settle(list)
  local text = plantext.text(planning.join { planning.make(s, root, {}) }, 2, true)
  lu.assertStrContains(text, "settings chosen for 0 of 8")
  lu.assertStrContains(text, "16 runs with chosen settings are planned when their trials are done")
  lu.assertStrContains(text, "128 training samples seen in each")
  lu.assertStrContains(text, "kd (trials)")
  lu.assertStrContains(text, "T 1..16 log")
  leave(s, s.trials, by_number)
  stages.settle(list)
  text = plantext.text(planning.join { planning.make(s, root, {}) }, 2)
  lu.assertStrContains(text, "settings chosen for 8 of 8")
  lu.assertStrContains(text, "kd (tuned)")
end

-- ---- the report --------------------------------------------------------------------

local function everything(score, tune)
  local s = loaded(tune)
  made_up.write(s, root)
  leave(s, s.trials, score)
  settle.settle(s, root)
  for _, run in ipairs(s.tuned) do
    if run.hash ~= run.base then
      leave(s, { run }, by_number)
    end
  end
  assert(sweepfile.save(s, root))
  return s
end

local function report_of()
  local set = assert(results.load(root, {}))
  local groups = grid.groups(set)
  local how = { metric = set.metrics[1], protocol = "last", root = root, groups = groups }
  local list, later = tables.all(set, groups, how)
  local by_name = {}
  for _, t in ipairs(list) do
    by_name[t.name] = t
  end
  return by_name, set, groups, later
end

local function text_of(cell)
  return type(cell) == "table" and cell.text or cell
end

function TestChoice.test_trials_are_in_no_table_but_their_own()
  local s = everything(by_number)
  local _, set, groups = report_of()
  lu.assertEquals(#set.rows, 1 + #s.runs)
  lu.assertEquals({ #set.trials, #set.tuned }, { 40, 16 })
  local n = 0
  for _, row in ipairs(groups[1].rows) do
    n = n + 1
    lu.assertEquals(row.kind, "student")
  end
  lu.assertEquals(n, 16)
end

function TestChoice.test_results_after_tuning_stand_where_those_before_it_did()
  everything(by_number)
  local by_name, _, groups, later = report_of()
  lu.assertEquals(#later, #groups)
  local t = by_name.tuned
  lu.assertEquals(t.title, "Results after 5 trials")
  lu.assertEquals(#t.rows, 5)
  lu.assertStrContains(t.caption, "5 trials of each method on each pair")
  lu.assertStrContains(t.caption, "128 training samples seen in each")
  lu.assertEquals(text_of(t.rows[2][3]), "50.00 ± 0.00 (2)") -- test of trial 5's setting
  local settings = by_name["tuned-settings"]
  lu.assertEquals(#settings.rows, 8)
  lu.assertEquals({ table.unpack(settings.rows[1], 4, 9) },
                  { "5", "10.00", "50.00", "10.00 to 50.00", "15.81", "5 of 5" })
  lu.assertStrContains(by_name["tuned-difference-none"].title, "tuned plain student")
end

function TestChoice.test_no_win_over_a_plain_student_that_was_not_tuned()
  everything(by_number, 'tune = { trials = 5, on = "validation", methods = { "kd" } }')
  local by_name = report_of()
  lu.assertNil(by_name["tuned-difference-none"])
  lu.assertStrContains(by_name.tuned.caption, "The plain student was not tuned")
  lu.assertEquals(text_of(by_name.tuned.rows[2][3]), "not tuned")
  lu.assertEquals(text_of(by_name.tuned.rows[4][3]), "not tuned") -- at
  for _, row in ipairs(by_name.tuned.rows) do
    for _, cell in ipairs(row) do
      lu.assertFalse(type(cell) == "table" and cell.down == true)
    end
  end
end

function TestChoice.test_a_search_that_is_not_over_says_how_far_it_is()
  everything(function(run) return run.number < 4 and run.number or nil end)
  local by_name = report_of()
  lu.assertEquals(text_of(by_name.tuned.rows[2][3]), "not run")
  lu.assertStrContains(by_name["tuned-settings"].rows[1][3], "not chosen yet")
  lu.assertEquals(by_name["tuned-settings"].rows[1][9], "3 of 5")
end

function TestChoice.test_a_sweep_stopped_after_its_trials_has_not_failed()
  local s = loaded()
  made_up.write(s, root)
  leave(s, s.trials, by_number) -- what they chose is not known to the folder yet
  local by_name = report_of()
  lu.assertEquals(text_of(by_name.tuned.rows[2][3]), "not run")
end

function TestChoice.test_a_figure_a_method_with_a_panel_an_option()
  everything(by_number)
  local _, set, groups = report_of()
  local list = sensitivity.all(set, groups)
  lu.assertEquals(#list, 4)
  local by_name = {}
  for _, figure in ipairs(list) do
    by_name[figure.name] = figure
  end
  local kd_figure = by_name["sensitivity-kd"]
  lu.assertEquals(#kd_figure.data, 6 * 2) -- lr, weight_decay, T, alpha, reduction, clip; two pairs
  lu.assertEquals(#kd_figure.data[1], 5)
  lu.assertStrContains(kd_figure.caption, "5 trials of each method on each pair")
  local body = table.concat(kd_figure.body, "\n")
  lu.assertStrContains(body, "set logscale x")
  lu.assertStrContains(body, "set xtics ('mean' 1, 'sum' 2)")
end

function TestChoice.test_a_sweep_without_tuning_has_no_such_tables()
  local s = assert(sweep.parse("t.lua", (text_with():gsub("tune = %b{},", ""))))
  made_up.write(s, root)
  local by_name, set, groups = report_of()
  lu.assertEquals(by_name, {})
  lu.assertEquals(sensitivity.all(set, groups), {})
  lu.assertEquals(tables.title(set), "")
end

-- ---- mistakes ------------------------------------------------------------------------

TestMistakes = { setUp = setup, tearDown = teardown }

-- tune is on line 4
local function refused(tune, line, ...)
  local result, err = sweep.parse("t.lua", text_with("tune = " .. tune))
  lu.assertNil(result)
  lu.assertStrContains(err, "t.lua:" .. line .. ": ")
  for _, part in ipairs { ... } do
    lu.assertStrContains(err, part)
  end
end

function TestMistakes.test_how_many()
  refused('{ trials = 1, on = "validation" }', 4, "trials must be from 2 to 1000, is 1")
  refused('{ trials = 1001, on = "validation" }', 4, "from 2 to 1000")
  refused('{ trials = 2.5, on = "validation" }', 4, "whole number")
  refused('{ on = "validation" }', 4, "needs trials")
  refused('{ on = "validation",\ntrials = -1 }', 5, "trials")
  refused('{ trials = 8, on = "validation", epochs = 0 }', 4, "epochs must be from 1")
  refused('{ trials = 8, on = "validation", around = 1 }', 4, "around must be from 1.01 to 1000")
end

function TestMistakes.test_on_what()
  refused('{ trials = 8,\non = "test" }', 5, 'tune.on must be "validation", is "test"')
  refused("{ trials = 8 }", 4, 'needs on = "validation"')
  refused('{ trials = 8, on = "validation", protocol = "best_test" }', 4,
          "protocol must be one of last, best_val")
end

function TestMistakes.test_shapes()
  refused("8", 4, "tune must be one table")
  refused('each({ trials = 8, on = "validation" }, { trials = 9, on = "validation" })', 4,
          "tune must be one table", "is 2 of them")
  refused('{ trails = 8, on = "validation" }', 4, "tune has no trails; did you mean 'trials'?")
  refused('{ trials = 8, on = "validation", space = 3 }', 4, "tune.space must be a table")
  refused('{ trials = 8, on = "validation", space = { kd = 3 } }', 4,
          "tune.space.kd must be a table")
end

function TestMistakes.test_seeds_that_are_reported()
  refused('{ trials = 8, on = "validation",\nseed = 1 }', 5,
          "tune.seed 1 is also a seed that is reported")
end

local function space_refused(within, line, ...)
  refused('{ trials = 8, on = "validation", space = {\n' .. within .. " } }", line, ...)
end

function TestMistakes.test_unknown_names_in_the_space()
  space_refused("kd = { t = { 1, 2 } }", 5, "tune.space.kd has no t")
  space_refused("dk = { T = { 1, 2 } }", 5, 'tune.space has no method "dk"')
  space_refused("many = { }", 5, "tune.space names many, which the sweep does not run")
  space_refused("train = { batch = { 1, 2 } }", 5, "tune.space.train has no batch")
  refused('{ trials = 8, on = "validation", methods = { "kdd" } }', 4, "no method",
          "did you mean 'kd'")
  refused('{ trials = 8, on = "validation", methods = { "many" } }', 4,
          "which the sweep does not run")
  refused('{ trials = 8, on = "validation", methods = "kd" }', 4, "must be a list of names")
end

function TestMistakes.test_ranges()
  space_refused("kd = {\nT = { 0.001, 2 } }", 6, "T must be from 0.01 to 1000, is 0.001")
  space_refused("kd = {\nT = { 1, 2000 } }", 6, "T must be from 0.01 to 1000, is 2000")
  space_refused("kd = { T = { 4, 2 } }", 5, "must rise: 4 to 2")
  space_refused("kd = { T = { 4 } }", 5, "must be { low, high }")
  space_refused("kd = { T = { 4, 5, 6 } }", 5, "must be { low, high }")
  space_refused("kd = { T = { 4, 5, lgo = true } }", 5, 'has "lgo"')
  space_refused("kd = { T = 4 }", 5, "is 4")
  space_refused("kd = { alpha = { 0, 1, log = true } }", 5, "must begin above 0")
  space_refused("at = { p = { 1, 2.5 } }", 5, "p must be a whole number, is 2.5")
  space_refused('kd = { reduction = { "mean", "some" } }', 5, "one of mean, sum")
  space_refused('kd = { reduction = "mean" }', 5, "must be a list of values")
  space_refused('kd = { reduction = { "mean" } }', 5, "at least two values")
  space_refused("kd = { clip = { 0, 1 } }", 5, "true or false")
  space_refused("train = { lr = { 0, 1 } }", 5, "must begin above 0")
  space_refused("train = { lr = { 0.1, 2000 } }", 5, "from 0 to 1000")
end


os.exit(lu.LuaUnit.run())
