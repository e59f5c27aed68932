-- test_published.lua - the literature's numbers as they are stored, and verdicts on made-up runs.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
package.loaded.kd = require "fake_kd"

local lu = require "luaunit"
local csv = require "published.csv"
local data = require "published.data"
local layout = require "published.layout"
local measured = require "published.measured"
local render = require "published.render"
local verdict = require "published.verdict"

local FOLDER = here .. "/../../../results/published"

local function load()
  local all = assert(data.load(nil, FOLDER))
  all.catalog = {
    methods = { { name = "kd", options = { { name = "T", default = 4 } } },
                { name = "none", options = {} },
                { name = "ttm", options = { { name = "weighted", default = false } } } },
    datasets = { { name = "cifar100", options = { { name = "labels", default = "fine" } } } } }
  return all
end

-- ---- CSV -------------------------------------------------------------------------

TestCsv = {}

function TestCsv.test_quotes_commas_and_the_end_of_the_file()
  local rows, head = csv.parse('a,b\n"x, ""y""",\n1,2', "t")
  lu.assertEquals(head, { "a", "b" })
  lu.assertEquals(rows, { { a = 'x, "y"', b = "" }, { a = "1", b = "2" } })
end

function TestCsv.test_a_short_line_and_an_open_quote_are_named()
  local _, err = csv.parse("a,b\n1\n", "t")
  lu.assertEquals(err, "t:2: 1 fields, the head has 2")
  _, err = csv.parse('a,b\n"1,2\n', "t")
  lu.assertEquals(err, "t:2: a quote is not closed")
end

-- ---- what is stored --------------------------------------------------------------

TestStored = {}

local COLUMNS = { "table", "dataset", "metric", "teacher", "student", "method", "value", "protocol",
                  "source" }

function TestStored.test_every_row_has_a_source_a_number_and_a_protocol_that_can_be_read()
  local all, n = load(), 0
  for _, block in ipairs(all.blocks) do
    local rows, head = csv.read(FOLDER .. "/" .. block.block .. ".csv")
    lu.assertEquals(head, COLUMNS, block.block)
    for i, row in ipairs(rows) do
      local at = block.block .. ":" .. i + 1
      n = n + 1
      lu.assertEquals(row.table, block.block, at)
      for _, key in ipairs { "dataset", "metric", "teacher", "student", "method", "source" } do
        lu.assertNotEquals(row[key], "", at .. ": " .. key)
      end
      lu.assertNotNil(data.number(row.value), at .. ": " .. row.value)
      lu.assertNotNil(data.protocol(row.protocol), at .. ": " .. row.protocol)
    end
  end
  lu.assertTrue(n > 2700, n .. " rows")
end

function TestStored.test_no_value_stands_twice()
  local seen = {}
  for _, block in ipairs(load().blocks) do
    for _, row in ipairs(block.rows) do
      local key = table.concat({ row.table, row.dataset, row.metric, row.teacher, row.student,
                                 row.method, row.source }, "\0")
      lu.assertNil(seen[key], key:gsub("%z", ", "))
      seen[key] = true
    end
  end
end

function TestStored.test_blocks_and_files_agree()
  local all, listed, seen = load(), {}, {}
  for i, block in ipairs(all.blocks) do
    listed[i] = block.block .. ".csv"
    lu.assertNil(seen[block.block])
    seen[block.block] = true
    lu.assertNotNil(layout.LAYOUTS[block.layout], block.block)
    for _, key in ipairs { "title", "baselines", "source" } do
      lu.assertNotEquals(block[key], "", block.block .. ": " .. key)
    end
  end
  table.sort(listed)
  lu.assertEquals(listed, data.files(FOLDER))
end

function TestStored.test_blocks_say_which_way_each_of_their_metrics_is_better()
  for _, block in ipairs(load().blocks) do
    for _, row in ipairs(block.rows) do
      local way = block.better[row.metric]
      lu.assertTrue(way == "higher" or way == "lower", block.block .. ": " .. row.metric)
      lu.assertStrContains(block.dataset, row.dataset, false, block.block)
    end
  end
end

function TestStored.test_baselines_that_a_block_took_over_are_of_blocks_that_are_there()
  local all = load()
  for _, block in ipairs(all.blocks) do
    for name in block.baselines:gmatch("C%d+[%w-]+") do
      lu.assertNotNil(all.by_name[name], block.block .. ": " .. name)
    end
  end
end

function TestStored.test_every_name_of_a_method_is_an_alias_and_every_alias_is_used()
  local all, used = load(), {}
  for _, block in ipairs(all.blocks) do
    for _, row in ipairs(block.rows) do
      local alias = data.resolve(all, row.method, block.block)
      lu.assertNotNil(alias, block.block .. ": " .. row.method)
      used[row.method] = true
    end
  end
  for _, row in ipairs(all.aliases) do
    lu.assertTrue(used[row.name] or false, row.name)
    lu.assertNotEquals(row.method, "", row.name)
    lu.assertTrue(row.block == "" or all.by_name[row.block] ~= nil, row.name .. ": " .. row.block)
  end
end

-- every value of a block stands in its tables, and none that is not its
function TestStored.test_tables_show_every_value_of_every_block()
  local all = load()
  for _, block in ipairs(all.blocks) do
    local shown = {}
    for _, t in ipairs(layout.tables(all, block)) do
      for _, row in ipairs(t.rows) do
        for i = 1, #t.columns do
          shown[row.cells[i] or false] = true
        end
      end
    end
    for i, row in ipairs(block.rows) do
      lu.assertTrue(shown[row] or false, block.block .. ":" .. i + 1 .. " is in no table")
    end
  end
end

-- ---- reading ---------------------------------------------------------------------

TestRead = {}

function TestRead.test_values_with_spreads_and_second_values()
  lu.assertEquals(data.number("75.61"), { value = 75.61 })
  lu.assertEquals(data.number("74.43±0.24"), { value = 74.43, spread = 0.24 })
  lu.assertEquals(data.number("23.80 (0.37)"), { value = 23.8, spread = 0.37 })
  lu.assertEquals(data.number("80.28;80.08"), { value = 80.28, second = 80.08 })
  for _, text in ipairs { "", "CIFAR100", "75.44*", "1.2.3", "n/a" } do
    lu.assertNil(data.number(text), text)
  end
end

function TestRead.test_protocols_name_what_they_do_not_know()
  lu.assertEquals(data.protocol("epochs=240; at=last; runs=5"),
                  { epochs = 240, at = "last", runs = 5 })
  lu.assertEquals(data.protocol(""), {})
  for _, text in ipairs { "epochs=many", "at=best", "240", "phase=1" } do
    lu.assertNil((data.protocol(text)), text)
  end
end

function TestRead.test_a_block_may_mean_another_method_or_network_by_a_name()
  local all = load()
  lu.assertEquals(data.resolve(all, "AFD", "Zoo-small").method, "afds")
  lu.assertEquals(data.resolve(all, "AFD", "CLIP").method, "not implemented")
  lu.assertEquals(data.resolve(all, "WTTM", "C100-TTM").options, { weighted = true })
  lu.assertEquals(data.network(all, "MobileNetV2", "C100-cross-RD"), "mobilenetv2")
  lu.assertNil(data.network(all, "MobileNetV2", "C100-HSAKD"))
  lu.assertNil(data.resolve(all, "no such method", "C100-DKD"))
end

function TestRead.test_baselines_of_the_block_of_a_name_and_of_another_block()
  local all = load()
  local function of(block, row, place)
    return layout.baseline(all, all.by_name[block], row, place)
  end
  local pair = { dataset = "CIFAR-100", metric = "top1_acc_%", teacher = "resnet32x4",
                 student = "resnet8x4" }
  lu.assertEquals(of("C100-same-RD", pair, "teacher"), 79.42)
  lu.assertEquals(of("C100-same-RD", pair, "student"), 72.5)
  lu.assertEquals(of("C100-DKD", pair, "student"), 72.5)
  lu.assertEquals(of("C100-SimKD", pair, "student"), 73.09)
  lu.assertNil(of("KD++", pair, "student"))
  pair.teacher = "ResNet32x4 (79.42)"
  lu.assertEquals(of("C100-schemes", pair, "teacher"), 79.42)
end

-- ---- verdicts --------------------------------------------------------------------

-- a set as results.load gives it: one teacher, five plain students and five of a method, with
-- these accuracies; change(spec, final) alters each student
local function made_set(teacher, plain, taught, change)
  local set = { rows = {}, by_hash = {} }
  local function add(kind, hash, arch, method, seed, value)
    local spec = { seed = seed, pair = "resnet32x4-resnet8x4",
                   dataset = { name = "cifar100", options = { labels = "fine" }, train = 0,
                               augment = "crop_flip" },
                   train = { epochs = 240, lr = 0.05, batch = 64 },
                   student = { model = { arch = arch } }, teacher = {},
                   method = { name = method, options = method == "kd" and { T = 4 } or {} } }
    if kind == "student" then
      local entry = { { run = "t", model = { arch = "resnet32x4" } } }
      spec[method == "none" and "reference" or "teacher"] = entry
    end
    local final = { last = { test_top1 = value }, best_test = { test_top1 = value + 0.4 },
                    best_val = { test_top1 = value + 0.1 } }
    if change and kind == "student" then
      change(spec, final)
    end
    local row = { kind = kind, hash = hash, state = "done", spec = spec, final = final, cost = {},
                  env = {} }
    set.rows[#set.rows + 1], set.by_hash[hash] = row, row
  end
  add("teacher", "t", "resnet32x4", "none", 0, teacher)
  for i, value in ipairs(plain) do
    add("student", "p" .. i, "resnet8x4", "none", i, value)
  end
  for i, value in ipairs(taught) do
    add("student", "k" .. i, "resnet8x4", "kd", i, value)
  end
  return set
end

local PLAIN = { 72.3, 72.5, 72.7, 72.4, 72.6 } -- mean 72.5, as published

local function cell_of(all, name, method)
  for _, row in ipairs(all.by_name[name].rows) do
    if row.method == method and row.teacher == "resnet32x4" and row.student == "resnet8x4" then
      return row
    end
  end
end

local function judge(set, name, method)
  local all = load()
  name = name or "C100-same-RD"
  return verdict.of(all, all.by_name[name], cell_of(all, name, method or "KD"),
                    measured.groups { set })
end

TestVerdict = {}

function TestVerdict.test_within_the_prediction_interval_of_our_runs()
  local v = judge(made_set(79.4, PLAIN, { 73.2, 73.3, 73.4, 73.5, 73.1 })) -- published: 73.33
  lu.assertEquals(v.verdict, "within")
  lu.assertEquals(v.n, 5)
  lu.assertAlmostEquals(v.mean, 73.3, 1e-9)
  -- t(0.975, 4) * sd * sqrt(1/5 + 1/5): the published value is a mean of five, by the source
  local half = 2.7764451051977987 * math.sqrt(0.025) * math.sqrt(0.4)
  lu.assertAlmostEquals(v.high - v.mean, half, 1e-9)
  lu.assertAlmostEquals(v.mean - v.low, half, 1e-9)
end

function TestVerdict.test_below_and_above()
  lu.assertEquals(judge(made_set(79.4, PLAIN, { 72.2, 72.3, 72.4, 72.5, 72.1 })).verdict, "below")
  lu.assertEquals(judge(made_set(79.4, PLAIN, { 74.2, 74.3, 74.4, 74.5, 74.1 })).verdict, "above")
end

function TestVerdict.test_not_comparable_where_a_baseline_is_another()
  local v = judge(made_set(79.4, { 73.1, 73.2, 73.0 }, { 73.3, 73.4 }))
  lu.assertEquals(v.verdict, "not comparable")
  lu.assertEquals(v.why, "the plain student has 73.10, published 72.50")
  v = judge(made_set(77.0, PLAIN, { 73.3, 73.4 }))
  lu.assertEquals(v.why, "the plain teacher has 77.00, published 79.42")
  lu.assertEquals(judge(made_set(79.72, PLAIN, { 73.3, 73.4 })).verdict, "within") -- 0.3 exactly
  v = judge(made_set(79.4, {}, { 73.3, 73.4 }))
  lu.assertEquals(v.why, "the plain student was not run")
end

function TestVerdict.test_not_comparable_where_protocol_or_data_is_another()
  local runs = { 73.3, 73.4 }
  local function why(change)
    local v = judge(made_set(79.4, PLAIN, runs, change))
    lu.assertEquals(v.verdict, "not comparable")
    return v.why
  end
  lu.assertEquals(why(function(spec) spec.train.epochs = 8 end), "epochs 8, published 240")
  lu.assertEquals(why(function(spec) spec.train.lr = 0.1 end),
                  "learning rate 0.1, published 0.05")
  lu.assertEquals(why(function(spec) spec.dataset.train = 10000 end),
                  "trained on a subset of 10000 samples")
  lu.assertEquals(why(function(spec) spec.dataset.options.labels = "coarse" end),
                  "data: labels is coarse, not fine")
  lu.assertEquals(why(function(spec) spec.method.options.T = spec.method.options.T and 2 end),
                  "options: T is 2, not 4")
end

function TestVerdict.test_one_run_has_no_interval()
  local v = judge(made_set(79.4, PLAIN, { 73.3 }))
  lu.assertEquals({ v.verdict, v.why, v.mean }, { "not comparable", "one run has no spread", 73.3 })
end

function TestVerdict.test_a_source_that_does_not_say_its_protocol_decides_nothing()
  local v = judge(made_set(79.4, { 73.0, 73.1, 73.2 }, { 74.4, 74.5 }), "C100-SimKD")
  lu.assertEquals(v.verdict, "not comparable")
  lu.assertEquals(v.why, "the source does not say which epoch counts")
end

function TestVerdict.test_the_epoch_that_the_source_counts_is_the_one_compared()
  local all = load()
  local cell = cell_of(all, "C100-DKD", "DKD")
  lu.assertEquals(data.protocol(cell.protocol).at, "best_test")
  local fake = setmetatable({ method = "KD" }, { __index = cell })
  local set = made_set(79.4, { 72.1, 72.0, 72.2 }, { 73.0, 73.1 })
  local v = verdict.of(all, all.by_name["C100-DKD"], fake, measured.groups { set })
  lu.assertEquals(v.at, "best_test")
  lu.assertAlmostEquals(v.mean, 73.45, 1e-9)
  lu.assertEquals(v.verdict, "below") -- 76.32 is printed
end

function TestVerdict.test_the_run_that_fits_best_is_compared_of_several()
  local groups = made_set(79.4, PLAIN, { 73.3, 73.4, 73.2 })
  local short = made_set(79.4, PLAIN, { 60, 61 }, function(spec) spec.train.epochs = 4 end)
  for _, row in ipairs(short.rows) do
    row.hash = "s" .. row.hash
    table.insert(groups.rows, 1, row)
  end
  lu.assertEquals(judge(groups).verdict, "within")
end

function TestVerdict.test_not_run_says_why()
  local nothing = { rows = {}, by_hash = {} }
  lu.assertEquals(judge(nothing), { verdict = "not run", why = "no run of it" })
  local all = load()
  local function why(block, method)
    for _, row in ipairs(all.by_name[block].rows) do
      if row.method == method then
        return verdict.of(all, all.by_name[block], row, {}).why
      end
    end
  end
  lu.assertEquals(why("IN-LSKD", "KD"), "kdbench does not measure top1_acc_% on ImageNet-1k")
  lu.assertEquals(why("KD++", "KD++"), "not implemented")
  lu.assertEquals(why("Self-PSKD", "PS-KD"), "kdbench has no such network")
end

function TestVerdict.test_runs_without_the_metric_are_no_runs_of_it()
  local v = judge(made_set(79.4, PLAIN, { 73.3, 73.4 }, function(_, final)
    final.last.test_top1 = nil
  end))
  lu.assertEquals(v, { verdict = "not run", why = "the runs did not measure it" })
end

function TestVerdict.test_plain_networks_are_judged_without_asking_for_baselines()
  local all, set = load(), made_set(79.4, PLAIN, {})
  local block = all.by_name["C100-same-RD"]
  for _, row in ipairs(block.rows) do
    if row.student == "resnet8x4" and row.teacher == "-" then
      lu.assertEquals(verdict.of(all, block, row, measured.groups { set }).verdict, "within")
      return
    end
  end
  lu.fail("no plain student in the block")
end

-- ---- tables ----------------------------------------------------------------------

TestRender = {}

function TestRender.test_a_table_with_runs_has_both_numbers_and_the_verdict()
  local all = load()
  local groups = measured.groups { made_set(79.4, PLAIN, { 73.2, 73.3, 73.4, 73.5, 73.1 }) }
  local made, count = render.files(all, all.by_name["C100-same-RD"], groups)
  lu.assertStrContains(made[1][2], "73.33 / 73.30 ± 0.16 (5) within")
  lu.assertStrContains(made[1][2], "prediction interval")
  lu.assertStrContains(made[2][2], "\\textbf{73.33 / 73.30 $\\pm$ 0.16 (5) within}")
  lu.assertStrContains(made[3][2], "resnet32x4,resnet8x4,KD,73.33,73.3,")
  lu.assertEquals(count["not comparable"], 1) -- the one teacher
  lu.assertEquals(count.within, 2)
end

function TestRender.test_without_runs_every_cell_is_not_run_and_the_bytes_are_the_same()
  local all = load()
  for _, block in ipairs(all.blocks) do
    local first, count = render.files(all, block, {})
    lu.assertEquals(count, { ["not run"] = count["not run"] }, block.block)
    lu.assertEquals(render.files(load(), load().by_name[block.block], {}), first)
  end
end

os.exit(lu.LuaUnit.run())
