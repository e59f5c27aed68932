-- test_sweep.lua - sweeps: what they expand to, and that every mistake names its file and line.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
package.loaded.kd = require "fake_kd"

local lu = require "luaunit"
local json = require "json"
local near = require "near"
local source = require "source"
local sweep = require "sweep"

local PAIR = "pair = { teacher = 'resnet20', student = 'resnet8' }"

-- a whole sweep around some of its keys
local function text_with(keys)
  local parts = { "name = 't'", "dataset = fashion_mnist {}", PAIR, "method = none {}" }
  for i, part in ipairs(parts) do
    local key = string.match(part, "^%w+")
    for _, given in ipairs(keys) do
      if string.match(given, "^%w+") == key then
        parts[i] = nil
      end
    end
  end
  local all = {}
  for i = 1, 4 do
    all[#all + 1] = parts[i]
  end
  table.move(keys, 1, #keys, #all + 1, all)
  return "return sweep {\n" .. table.concat(all, ",\n") .. " }"
end

local function loaded(...)
  local result, err = sweep.parse("t.lua", text_with { ... })
  lu.assertNil(err)
  return result
end

local function refused(text, line, ...)
  local result, err = sweep.parse("t.lua", text)
  lu.assertNil(result)
  lu.assertStrContains(err, "t.lua:" .. line .. ": ")
  for _, part in ipairs { ... } do
    lu.assertStrContains(err, part)
  end
end

-- ---- what a sweep expands to -----------------------------------------------------

TestExpansion = {}

function TestExpansion.test_each_multiplies()
  lu.assertEquals(#loaded("seed = range(0, 4)", "method = each(none {}, kd { T = each(2, 4, 8) })",
                          "train = { lr = each(0.1, 0.2) }").runs, 5 * 4 * 2)
end

function TestExpansion.test_each_inside_each_is_a_longer_each()
  lu.assertEquals(#loaded("method = each(none {}, each(kd {}, at {}))").runs, 3)
end

function TestExpansion.test_zip_moves_together()
  local runs = loaded("train = zip { epochs = each(1, 2), lr = each(0.1, 0.2), batch = 32 }").runs
  lu.assertEquals(#runs, 2)
  lu.assertEquals(runs[2].spec.train.epochs, 2)
  lu.assertEquals(runs[2].spec.train.lr, 0.2)
  lu.assertEquals(runs[2].spec.train.batch, 32)
end

function TestExpansion.test_zip_inside_a_constructor()
  local runs = loaded("method = kd(zip { T = each(2, 4), alpha = each(0.5, 0.9) })").runs
  lu.assertEquals(#runs, 2)
  lu.assertEquals(runs[1].spec.method.options.alpha, 0.5)
end

function TestExpansion.test_equal_runs_are_one()
  lu.assertEquals(#loaded("method = each(kd {}, kd { T = 4 }, 'kd')").runs, 1)
end

function TestExpansion.test_seeds_are_outside_so_that_a_cut_sweep_has_whole_tables()
  local runs = loaded("seed = range(0, 1)", "method = each(none {}, kd {})").runs
  lu.assertEquals({ runs[1].spec.seed, runs[2].spec.seed, runs[3].spec.seed }, { 0, 0, 1 })
end

function TestExpansion.test_range_takes_a_step()
  local runs = loaded("seed = range(1, 7, 3)").runs
  lu.assertEquals({ runs[1].spec.seed, runs[2].spec.seed, runs[3].spec.seed }, { 1, 4, 7 })
end

-- ---- specs -----------------------------------------------------------------------

TestSpec = {}

function TestSpec.test_all_options_are_written_out()
  local spec = loaded("method = kd { T = 2 }").runs[1].spec
  lu.assertEquals(spec.method.options, { T = 2.0, alpha = 0.9, reduction = "mean", clip = false })
  lu.assertEquals(spec.train.momentum, 0.9)
end

function TestSpec.test_the_text_of_a_spec_never_changes()
  local text = loaded("method = kd { alpha = ramp(0, 1, { over = 0.2 }) }").runs[1].text
  lu.assertEquals(text, '{"dataset":{"augment":"none","augment_seed":0,"name":"fashion_mnist",'
    .. '"options":{},"train":0},"method":{"name":"kd","options":{"T":4,"alpha":{"from":0,'
    .. '"over":0.2,"schedule":"ramp","to":1},"clip":false,"reduction":"mean"}},'
    .. '"pair":"resnet20-resnet8","reference":[],"schema":1,"seed":0,"student":{"model":'
    .. '{"arch":"resnet8","family":"resnet","options":{"depth":8,"width":1}}},"teacher":[{"model":'
    .. '{"arch":"resnet20","family":"resnet","options":{"depth":20,"width":1}},"run":'
    .. '"' .. loaded().runs[1].spec.reference[1].run .. '"}],"train":{"batch":64,"beta1":0.9,'
    .. '"beta2":0.999,"clip":0,"epochs":8,"eps":1e-08,"eval_every":1,"floor":0,"gamma":0.1,'
    .. '"lr":0.05,"milestones":[],"momentum":0.9,"nesterov":false,"optimizer":"sgd",'
    .. '"schedule":"cosine","warmup":0,"weight_decay":0.0005}}')
end

function TestSpec.test_an_attack_is_of_students_alone_and_absent_where_nobody_asks()
  lu.assertNil(loaded().runs[1].spec.attack)
  local sweep = loaded("attack = { steps = 20 }")
  lu.assertEquals(sweep.runs[1].spec.attack, { eps = 8 / 255, step = 2 / 255, steps = 20,
                                               samples = 0 })
  lu.assertEquals(sweep.runs[1].needs, loaded().runs[1].needs)
  refused(text_with { "attack = { step = 2 }" }, 6, "attack: step must be from 0 to 1, is 2")
  refused(text_with { "attack = { stps = 2 }" }, 6, "stps", "did you mean 'step")
  refused(text_with { "attack = 2" }, 6, "attack must be a table")
end

function TestSpec.test_a_hash_does_not_depend_on_how_a_value_is_written()
  local function hash(method)
    return loaded("method = " .. method).runs[1].hash
  end
  lu.assertEquals(hash("kd { T = 4 }"), hash("kd { T = 4.0, alpha = 0.90 }"))
  lu.assertEquals(hash("kd { T = 4 }"), hash("kd {}"))
  lu.assertNotEquals(hash("kd { T = 4 }"), hash("kd { T = 4.5 }"))
end

function TestSpec.test_names_and_captions_do_not_change_hashes()
  lu.assertEquals(loaded("caption = 'x'", "name = 'other'").runs[1].hash, loaded().runs[1].hash)
end

function TestSpec.test_a_constructor_and_a_name_give_the_same_network()
  local one = loaded("pair = { teacher = 'resnet20', student = 'resnet8x4' }").runs[1]
  local two = loaded("pair = { teacher = resnet {}, student = resnet { width = 4, depth = 8 } }")
  lu.assertEquals(one.hash, two.runs[1].hash)
end

function TestSpec.test_methods_without_teacher_keep_it_as_reference()
  local runs = loaded("method = each(none {}, dml {}, kd {})").runs
  for i = 1, 2 do
    lu.assertEquals(#runs[i].spec.teacher, 0)
    lu.assertEquals(runs[i].spec.reference[1].model.arch, "resnet20")
  end
  lu.assertEquals(#runs[3].spec.reference, 0)
  lu.assertEquals(runs[3].spec.teacher[1].run, runs[1].spec.reference[1].run)
end

function TestSpec.test_a_pair_may_have_no_teacher()
  local s = loaded("pair = { student = 'lenet' }", "method = each(none {}, dml {})")
  lu.assertEquals(#s.runs[1].needs, 0)
  lu.assertEquals(s.runs[1].spec.pair, "lenet")
  lu.assertNil(next(s.teachers))
end

function TestSpec.test_several_teachers()
  local spec = loaded("method = many {}",
                      "pair = { teacher = { 'resnet20', 'lenet' }, student = 'resnet8' }").runs[1]
  lu.assertEquals(#spec.spec.teacher, 2)
  lu.assertEquals(spec.spec.pair, "resnet20+lenet-resnet8")
end

function TestSpec.test_teachers_have_their_own_training_and_data()
  local s = loaded("train = { epochs = 3, lr = 0.1 }",
                   "dataset = fashion_mnist { train = 100 }",
                   "teacher = { train = { epochs = 9 }, data = { train = 500, augment = 'flip' } }")
  local _, teacher = next(s.teachers)
  lu.assertEquals(teacher.spec.train.epochs, 9)
  lu.assertEquals(teacher.spec.train.lr, 0.1)
  lu.assertEquals(teacher.spec.dataset.train, 500)
  lu.assertEquals(teacher.spec.dataset.augment, "flip")
  lu.assertEquals(teacher.spec.method.name, "none")
  lu.assertEquals(s.runs[1].spec.dataset.train, 100)
end

function TestSpec.test_one_teacher_serves_all_seeds_unless_told_otherwise()
  local function teachers(...)
    local n = 0
    for _ in pairs(loaded("seed = range(0, 3)", ...).teachers) do
      n = n + 1
    end
    return n
  end
  lu.assertEquals(teachers(), 1)
  lu.assertEquals(teachers("teacher_seeds = 2"), 2)
end

function TestSpec.test_augmentation_is_shared_unless_per_seed()
  local function seeds(...)
    local runs = loaded("seed = range(0, 1)", "dataset = fashion_mnist { augment = 'crop' }", ...)
    return { runs.runs[1].spec.dataset.augment_seed, runs.runs[2].spec.dataset.augment_seed }
  end
  lu.assertEquals(seeds(), { 0, 0 })
  lu.assertEquals(seeds("augment = 'per_seed'"), { 0, 1 })
end

function TestSpec.test_taps_are_paired_as_told()
  local s = loaded("pair = { teacher = 'resnet20', student = 'resnet8', taps = { { 'a', 'b' } } }")
  lu.assertEquals(s.runs[1].spec.pairs[1], { "a", "b" })
end

function TestSpec.test_schedules_are_tables_that_the_engine_reads()
  local function T(value)
    return loaded("method = kd { T = " .. value .. " }").runs[1].spec.method.options.T
  end
  lu.assertEquals(T "steps { 8, 4, at = { 0.5 } }",
                  { schedule = "steps", values = { { at = 0.0, value = 8.0 },
                                                   { at = 0.5, value = 4.0 } } })
  lu.assertEquals(T "cosine(1, 4)", { schedule = "cosine", from = 1.0, to = 4.0, over = 1.0 })
end

-- ---- every method, and columns with a name -------------------------------------------

TestAllMethods = {}

-- "at kd{T=2.0}": methods of the runs, with T where it is not 4
local function methods_of(result)
  local list = {}
  for i, run in ipairs(result.runs) do
    local m = run.spec.method
    list[i] = m.name .. (m.options.T and m.options.T ~= 4 and "{T=" .. m.options.T .. "}" or "")
  end
  return table.concat(list, " ")
end

function TestAllMethods.test_those_that_can_learn_from_one_teacher()
  lu.assertEquals(methods_of(loaded("method = all_methods {}")), "at dml kd own none")
end

function TestAllMethods.test_those_that_take_several_teachers()
  lu.assertEquals(methods_of(loaded("method = all_methods { teachers = 2 }",
                                    "pair = { teacher = { 'resnet20', 'resnet32' }, "
                                    .. "student = 'resnet8' }")), "many")
end

function TestAllMethods.test_some_with_other_options_or_left_out()
  lu.assertEquals(methods_of(loaded("method = all_methods { without = { 'dml', 'own' }, "
                                    .. "kd { T = each(2, 8) } }")), "at kd{T=2.0} kd{T=8.0} none")
end

function TestAllMethods.test_beside_others()
  lu.assertEquals(#loaded("method = each(kd { T = 2 }, all_methods {})").runs, 6)
end

function TestAllMethods.test_mistakes_name_their_line()
  local function method(text)
    return text_with { "method =\n" .. text }
  end
  refused(method("all_methods { teacher = 2 }"), 6, "no teacher; did you mean 'teachers'?")
  refused(method("all_methods { teachers = 1.5 }"), 6, "whole number from 1 to 16")
  refused(method("all_methods { teachers = '1' }"), 6, "whole number from 1 to 16")
  refused(method("all_methods { without = { 'kdd' } }"), 6, "no method kdd; did you mean 'kd'?")
  refused(method("all_methods { without = 'kd' }"), 6, "list of names")
  refused(method("all_methods { resnet {} }"), 6, "wants methods with their options")
  refused(method("all_methods { many {} }"), 6, "many is not among these methods")
  refused(method("all_methods { kd {}, kd { T = 2 } }"), 6, "kd stands here twice")
  refused(method("all_methods(1)"), 6, "wants a table")
  refused(method("all_methods { teachers = 9 }"), 6, "no method is left")
end

TestColumns = {}

local TWO_WAYS = [[return sweep {
  name = "t", dataset = fashion_mnist {},
  pair = each(
    { column = "c", student = "resnet8", teacher = "resnet20", method = each(none {}, kd {}) },
    { column = "c", student = "resnet8", teacher = { "resnet20", "resnet14" }, method = many {} },
    { column = "c", student = "resnet8", teacher = trained { model = "resnet14", method = kd {},
      teacher = "resnet20" }, method = kd {}, as = "assisted" }),
}]]

function TestColumns.test_a_pair_may_have_methods_of_its_own()
  local result = assert(sweep.parse("t.lua", TWO_WAYS))
  lu.assertEquals(methods_of(result), "none kd many kd")
  lu.assertEquals(result.runs[4].as, "assisted")
  lu.assertEquals(result.runs[4].column, "c")
  lu.assertEquals(result.runs[4].spec.pair, "resnet20-resnet14-resnet8")
  lu.assertNil(result.runs[4].spec.column) -- what a table shows is not part of a run
end

function TestColumns.test_the_sweeps_methods_are_for_pairs_without()
  local result = loaded("method = each(none {}, kd {})",
                        "pair = each({ student = 'resnet8', teacher = 'resnet20' },"
                        .. "{ student = 'resnet14', teacher = 'resnet20', method = at {} })")
  lu.assertEquals(methods_of(result), "none kd at")
end

function TestColumns.test_mistakes()
  local function swap(from, to)
    local text, n = TWO_WAYS:gsub(from, to)
    lu.assertEquals(n, 1)
    return text
  end
  refused(swap(', as = "assisted"', ""), 3, "kd of column c is taught in two ways", "as = ")
  refused(swap('"c", student = "resnet8", teacher = {', '"c", student = "resnet14", teacher = {'), 3,
          "column c is of student resnet8 and of resnet14")
  refused(swap('fashion_mnist {},', 'fashion_mnist {}, method = at {},'), 2,
          "method is read by nobody")
  refused(swap('as = "assisted"', 'as = 1'), 3, "as must be a text")
  refused(text_with { "pair = { student = 'resnet8', teacher = 'resnet20' }", "method = nil" }, 1,
          "a sweep needs method")
end

-- ---- mistakes --------------------------------------------------------------------

TestMistakes = {}

function TestMistakes.test_an_unknown_key_says_what_was_meant()
  refused(text_with { "trian = {}" }, 6, "trian", "did you mean 'train'?")
end

function TestMistakes.test_an_unknown_option_names_its_own_line()
  refused(text_with { "method = each(\nnone {},\nkd {\nalpha = 0.5,\nTT = 3 })" }, 9, "TT",
          "did you mean 'T'?")
end

function TestMistakes.test_a_value_out_of_range_names_its_own_line()
  refused(text_with { "train = {\nepochs = 3,\nlr = -1 }" }, 8, "lr", "from 0 to 1000", "-1")
end

function TestMistakes.test_a_wrong_type()
  refused(text_with { "train = { epochs = 'many' }" }, 6, "epochs", "whole number", '"many"')
  refused(text_with { "method = kd { T = true }" }, 5, "T", "a number", "true")
  refused(text_with { "method = kd { clip = 1 }" }, 5, "clip", "true or false")
  refused(text_with { "method = kd { reduction = 'max' }" }, 5, "mean, sum")
end

function TestMistakes.test_an_unknown_method()
  refused(text_with { "method = kdd {}" }, 5, "kdd", "did you mean")
  refused(text_with { "method = 'kdd'" }, 5, "kdd", "did you mean 'kd'?")
end

function TestMistakes.test_a_method_where_a_data_set_should_be()
  refused(text_with { "dataset = kd {}" }, 5, "dataset", "kd {...}")
end

function TestMistakes.test_a_word_without_its_arguments()
  refused(text_with { "method = none" }, 5, "without its arguments")
end

function TestMistakes.test_an_unknown_network()
  refused(text_with { "pair = { teacher = 'resnet20', student = 'resnat8' }" }, 5, "resnat8")
  refused(text_with { "pair = { teacher = 'resnet20', student = resnet { depth = 9 } }" }, 5,
          "6n+2")
end

function TestMistakes.test_a_missing_part()
  refused("return sweep { name = 't' }", 1, "needs dataset")
  refused("return sweep {\ndataset = idx {} }", 1, "needs a name")
end

function TestMistakes.test_no_sweep_at_all()
  refused("return 3", 1, "return sweep")
  refused("", 1, "return sweep")
end

function TestMistakes.test_a_syntax_error()
  refused("return sweep {\nname = = 3 }", 2, "unexpected symbol")
end

function TestMistakes.test_a_global_is_no_setting()
  refused("epochs = 3\nreturn sweep {}", 1, "epochs", "local")
end

function TestMistakes.test_nothing_but_sweep_words_exists()
  for _, word in ipairs { "os.exit()", "io.open('x')", "require 'lfs'", "print(1)", "load('x')",
                          "string.rep('x', 9)", "setmetatable({}, {})" } do
    refused("local x = 1\n" .. word, 2, "there is no word")
  end
  refused("local x = ('x'):rep(1e9)", 1, "index")
end

function TestMistakes.test_a_setting_is_one_value()
  local s, err = sweep.parse("t.lua", text_with {}, { set = { { "seed", "1, 2" } } })
  lu.assertNil(s)
  lu.assertStrContains(err, "--set:1: ")
end

function TestMistakes.test_a_loop_in_one_line_ends_soon()
  local began = os.clock()
  refused("while true do end", 1, "loop without end")
  lu.assertTrue(os.clock() - began < 20)
end

function TestMistakes.test_a_loop_without_end()
  refused("local n = 0\nwhile true do\nn = n + 1 end", 3, "too long")
end

function TestMistakes.test_a_text_without_end()
  refused("local s = 'x'\nwhile true do s = s .. s end", 2, "too much memory")
end

function TestMistakes.test_a_table_that_contains_itself()
  refused("local t = {}\nt.x = t\n" .. text_with { "train = t" }, 3, "contain itself")
end

function TestMistakes.test_too_many_runs()
  refused(text_with { "seed = range(0, 999)", "train = { lr = each(1, 2), batch = range(1, 99) }" },
          1, "more than")
end

function TestMistakes.test_a_schedule_for_a_whole_number()
  refused(text_with { "method = at { p = ramp(1, 2) }" }, 5, "p", "whole number")
end

function TestMistakes.test_a_schedule_for_what_the_engine_does_not_move()
  refused(text_with { "train = { lr = cosine(1, 0) }" }, 6, "lr", "only options of methods")
  refused(text_with { "pair = { student = resnet { depth = 8, width = ramp(1, 2) } }" }, 5, "width",
          "only options of methods")
end

function TestMistakes.test_a_schedule_that_leaves_the_range()
  refused(text_with { "method = kd { alpha = ramp(0, 2) }" }, 5, "alpha", "schedule", "0 to 1")
end

function TestMistakes.test_bad_arguments_of_words()
  refused(text_with { "seed = range(3, 1)" }, 6, "range")
  refused(text_with { "seed = range(0.5, 1)" }, 6, "whole numbers")
  refused(text_with { "seed = each()" }, 6, "at least one")
  refused(text_with { "seed = each(1, nil, 2)" }, 6, "value 2")
  refused(text_with { "train = zip { lr = 0.1 }" }, 6, "none of its keys is an `each`")
  refused(text_with { "pair = { teacher = 'resnet20', student = 'resnet8', taps = { { 'a', 'c' } } }" },
          5, "the teacher resnet20 has no tap c")
  refused(text_with { "train = zip { lr = each(1, 2), batch = each(1, 2, 3) }" }, 6, "values")
  refused(text_with { "method = kd { T = ramp(1, 2, { ovre = 1 }) }" }, 5, "ovre")
  refused(text_with { "method = kd { T = steps { 1, 2, at = { 2 } } }" }, 5, "between 0 and 1")
end

function TestMistakes.test_a_setting_that_nobody_reads()
  refused(text_with { "train = { schedule = 'cosine', milestones = { 0.5 } }" }, 6, "milestones",
          "not read")
  refused(text_with { "train = { optimizer = 'adam', momentum = 0.5 }" }, 6, "momentum")
end

function TestMistakes.test_too_few_teachers()
  refused(text_with { "pair = { student = 'lenet' }", "method = kd {}" }, 5, "kd needs 1 teacher")
  refused(text_with { "method = many {}" }, 5, "many needs 2 teachers, the pair has 1")
end

function TestMistakes.test_a_name_that_is_no_folder()
  refused(text_with { "name = '../x'" }, 5, "names a folder")
end

-- ---- include, --set ----------------------------------------------------------------

TestKinds = {}

function TestKinds.test_a_network_is_fed_what_the_data_set_has()
  local s = loaded("dataset = things {}", "pair = { teacher = 'resnet20', student = pointnet {} }",
                   "method = kd {}")
  lu.assertEquals(s.runs[1].spec.pair, "resnet20-pointnet")
  lu.assertEquals(s.runs[1].net.input.points, 64) -- what the data set says of its points
  lu.assertEquals(s.runs[1].teacher_nets[1].input.height, 32) -- and not of its images
end

function TestKinds.test_one_that_cannot_be_fed_is_refused_where_it_stands()
  refused(text_with { "pair = {\nteacher = 'resnet20',\nstudent = pointnet {} }" }, 7,
          "pointnet is fed points, fashion_mnist has images")
  refused(text_with { "dataset = shapes {}",
                      "pair = {\nteacher = 'resnet20',\nstudent = pointnet {} }" }, 6,
          "resnet is fed images, shapes has points")
  refused(text_with { "dataset = shapes {}", "pair = { student = pointnet {}, teacher =\n"
                      .. "trained { model = 'lenet', method = none {} } }" }, 6,
          "lenet is fed images, shapes has points")
end

function TestKinds.test_a_network_for_another_task_is_refused_where_it_stands()
  refused(text_with { "pair = {\nteacher = 'resnet20',\nstudent = gpt {} }" }, 7,
          "gpt is a network for the task lm, fashion_mnist is for classify")
end

function TestKinds.test_augmentations_are_those_of_the_kinds()
  lu.assertEquals(loaded("dataset = things { augment = each('jitter', 'crop') }").runs[1].spec
                  .dataset.augment, "jitter")
  refused(text_with { "dataset = shapes {\naugment = 'crop' }", "pair = { student = pointnet {} }" },
          5, "augment must be one of none, jitter, is \"crop\"")
end

TestFiles = {}

function TestFiles.setUp()
  TestFiles.root = os.tmpname()
  os.remove(TestFiles.root)
  os.execute("mkdir " .. TestFiles.root)
end

function TestFiles.tearDown()
  os.execute("rm -r " .. TestFiles.root)
end

local function write(name, text)
  local file = assert(io.open(TestFiles.root .. "/" .. name, "w"))
  file:write(text)
  file:close()
  return TestFiles.root .. "/" .. name
end

function TestFiles.test_include_gives_what_another_file_returns()
  write("common.lua", "return { epochs = 2 }")
  local path = write("s.lua", text_with { "train = include 'common.lua'" })
  lu.assertEquals(assert(sweep.load(path)).runs[1].spec.train.epochs, 2)
end

function TestFiles.test_a_mistake_in_an_included_file_names_that_file()
  write("common.lua", "local x\nreturn { epochs = nonsense }")
  local path = write("s.lua", text_with { "train = include 'common.lua'" })
  local _, err = sweep.load(path)
  lu.assertStrContains(err, "common.lua:2: there is no word nonsense")
end

function TestFiles.test_a_file_that_includes_itself()
  local path = write("s.lua", "return include 's.lua'")
  local _, err = sweep.load(path)
  lu.assertStrContains(err, "includ")
end

function TestFiles.test_a_missing_include()
  local _, err = sweep.load(write("s.lua", "local x\nlocal y = include 'gone.lua'"))
  lu.assertStrContains(err, "s.lua:2: include: ")
end

function TestFiles.test_a_teacher_may_be_a_finished_run()
  local other = loaded()
  local _, teacher = next(other.teachers)
  local run = write("run.h5", json.encode { spec = { json = teacher.text } })
  local path = write("s.lua", text_with {
    "pair = { teacher = trained '" .. run .. "', student = 'resnet8' }", "method = kd {}" })
  local s = assert(sweep.load(path))
  lu.assertEquals(s.runs[1].spec.teacher[1].run, teacher.hash)
  lu.assertEquals(s.teachers[teacher.hash].kind, "trained")
  lu.assertEquals(s.teachers[teacher.hash].path, run)
end

-- ---- teachers that are taught themselves -----------------------------------------

TestTrained = {}

local CHAIN = [[pair = { student = "resnet8", teacher = trained { model = "resnet14",
  method = kd { T = 2 },
  teacher = trained { model = "resnet20", method = at {}, teacher = "resnet32" } } }]]

local function by_arch(s)
  local map = {}
  for _, run in pairs(s.teachers) do
    map[run.spec.student.model.arch] = run
  end
  return map
end

function TestTrained.test_a_chain_is_a_run_for_each_network()
  local s = loaded(CHAIN, "method = kd {}")
  local t = by_arch(s)
  lu.assertEquals(s.runs[1].needs, { t.resnet14.hash })
  lu.assertEquals(t.resnet14.needs, { t.resnet20.hash })
  lu.assertEquals(t.resnet20.needs, { t.resnet32.hash })
  lu.assertEquals(t.resnet32.needs, {})
  lu.assertEquals(t.resnet14.kind, "teacher")
  lu.assertEquals(t.resnet14.spec.method.name, "kd")
  lu.assertEquals(t.resnet14.spec.method.options.T, 2.0)
  lu.assertEquals(t.resnet14.spec.teacher[1].run, t.resnet20.hash)
  lu.assertEquals(t.resnet20.spec.method.name, "at")
  lu.assertEquals(s.runs[1].spec.pair, "resnet32-resnet20-resnet14-resnet8")
end

function TestTrained.test_what_taught_it_changes_the_hash_of_all_who_come_after()
  local one, other = loaded(CHAIN), loaded((CHAIN:gsub("at {}", "at { p = 4 }")))
  lu.assertNotEquals(by_arch(one).resnet14.hash, by_arch(other).resnet14.hash)
  lu.assertNotEquals(one.runs[1].hash, other.runs[1].hash)
  lu.assertEquals(by_arch(one).resnet32.hash, by_arch(other).resnet32.hash)
end

function TestTrained.test_each_generation_begins_with_other_weights_than_who_taught_it()
  local s = loaded([[pair = { student = "resnet8", teacher = trained { model = "resnet20",
    method = kd {},
    teacher = trained { model = "resnet20", method = kd {}, teacher = "resnet20" } } }]],
    "seed = range(0, 3)", "teacher_seeds = 2")
  local seeds = {}
  for _, run in pairs(s.teachers) do
    seeds[#seeds + 1] = run.spec.seed
  end
  table.sort(seeds)
  lu.assertEquals(seeds, { 0, 1, 1000, 1001, 2000, 2001 })
end

function TestTrained.test_settings_are_the_teachers_with_its_own_above_them()
  local s = loaded("train = { epochs = 3, lr = 0.1 }",
                   "teacher = { train = { epochs = 9 }, data = { train = 500, augment = 'flip' } }",
                   [[pair = { student = "resnet8", teacher = trained { model = "resnet14",
                     train = { lr = 0.2 }, data = { train = 400 }, method = kd {},
                     teacher = "resnet20" } }]])
  local t = by_arch(s).resnet14.spec
  lu.assertEquals({ t.train.epochs, t.train.lr }, { 9, 0.2 })
  lu.assertEquals({ t.dataset.train, t.dataset.augment, t.dataset.augment_seed },
                  { 400, "flip", 0 })
  lu.assertEquals(by_arch(s).resnet20.spec.train.lr, 0.1)
end

function TestTrained.test_without_a_teacher_it_is_a_plain_teacher_with_settings_of_its_own()
  local plain = loaded("pair = { student = 'resnet8', teacher = 'resnet20' }")
  local same = loaded("pair = { student = 'resnet8', teacher = trained { model = 'resnet20' } }")
  lu.assertEquals(same.runs[1].hash, plain.runs[1].hash)
end

function TestTrained.test_one_of_several_teachers_may_be_taught()
  local s = loaded([[pair = { student = "resnet8", teacher = { "lenet",
    trained { model = "resnet14", method = kd {}, teacher = "resnet20" } } }]], "method = many {}")
  lu.assertEquals(s.runs[1].spec.pair, "lenet+resnet20-resnet14-resnet8")
  lu.assertEquals(s.runs[1].needs, { by_arch(s).lenet.hash, by_arch(s).resnet14.hash })
end

function TestTrained.test_several_teachers_may_teach_it_through_taps()
  local s = loaded([[pair = { student = "resnet8", teacher = trained { model = "resnet14",
    method = many {}, taps = { { "a", "b" } }, teacher = { "lenet", "resnet20" } } }]])
  lu.assertEquals(#by_arch(s).resnet14.spec.teacher, 2)
  lu.assertEquals(by_arch(s).resnet14.spec.pairs[1], { "a", "b" })
end

function TestTrained.test_each_inside_multiplies()
  local s = loaded([[pair = { student = "resnet8", teacher = trained {
    model = each("resnet14", "resnet20"), method = kd { T = each(2, 4) }, teacher = "lenet" } }]])
  lu.assertEquals(#s.runs, 4)
  s = loaded([[pair = { student = "resnet8", teacher = trained(zip {
    model = each("resnet14", "resnet20"), method = each(kd {}, at {}), teacher = "lenet" }) }]])
  lu.assertEquals(#s.runs, 2)
end

function TestTrained.test_a_setting_of_it_can_be_set()
  local s = assert(sweep.parse("t.lua", text_with { CHAIN },
                               { set = { { "pair.teacher.train.epochs", "5" } } }))
  lu.assertEquals(by_arch(s).resnet14.spec.train.epochs, 5)
  lu.assertEquals(by_arch(s).resnet20.spec.train.epochs, 8)
end

function TestTrained.test_mistakes_name_their_line()
  local function pair(teacher)
    return text_with { "pair = { student = 'resnet8', teacher =\n" .. teacher .. " }" }
  end
  refused(pair "trained {\nmodle = 'resnet14' }", 7, "trained has no modle", "'model'")
  refused(pair "trained {}", 6, "trained needs the path of a run.h5, or model =")
  refused(pair "trained(3)", 6, "trained wants")
  refused(pair "trained { model = 'resnet14',\nmethod = kd {} }", 7, "kd needs 1 teacher",
          "trained has none")
  refused(pair "trained { model = 'resnet14',\nteacher = 'resnet20' }", 6, "none takes no teacher")
  refused(pair "trained { model = 'resnet14', teacher = 'resnet20',\nmethod = own {} }", 7,
          "leaves no network that could teach")
  refused(pair "trained { model = 'resnet14',\ntrain = { epochs = 0 } }", 7, "trained.train",
          "epochs")
  refused(pair "trained { model = 'resnet14',\ntrain = 3 }", 7, "must be a table")
  refused(pair "trained { model = 'resnet14', method = kd {},\nteacher = { { 'resnet20' } } }", 7,
          "model must be")
  refused(pair "{ resnet = 'resnet20' }", 5, "a list of networks")
end

TestSet = {}

local function with_set(key, value, ...)
  local result, err = sweep.parse("t.lua", text_with { ... }, { set = { { key, value } } })
  return result, err
end

function TestSet.test_a_training_setting()
  lu.assertEquals(with_set("train.lr", "0.25").runs[1].spec.train.lr, 0.25)
  lu.assertEquals(with_set("train.schedule", "linear").runs[1].spec.train.schedule, "linear")
end

function TestSet.test_a_whole_axis()
  lu.assertEquals(#with_set("seed", "range(0, 2)").runs, 3)
  lu.assertEquals(#with_set("method", "each(kd {}, at {})").runs, 2)
end

function TestSet.test_an_option_of_one_method()
  local runs = with_set("method.kd.T", "7", "method = each(none {}, kd {}, at {})").runs
  lu.assertEquals(runs[2].spec.method.options.T, 7.0)
  lu.assertEquals(#runs, 3)
end

function TestSet.test_inside_each()
  local runs = with_set("dataset.train", "50",
                        "dataset = each(fashion_mnist {}, idx { train = 3 })").runs
  lu.assertEquals({ runs[1].spec.dataset.train, runs[2].spec.dataset.train }, { 50, 50 })
end

function TestSet.test_nonsense_is_refused()
  for key, value in pairs { ["trian.lr"] = "1", ["train.lr"] = "lots", ["seed.x"] = "1",
                            ["method.kd"] = "each(", name = "a b" } do
    local result, err = with_set(key, value, "method = kd {}", "seed = 0")
    lu.assertNil(result, key)
    lu.assertStrMatches(err, "[^\n]+:%d+: .*")
  end
end

-- ---- small parts -------------------------------------------------------------------

TestParts = {}

function TestParts.test_canonical_json()
  lu.assertEquals(json.encode { b = 1.0, a = json.list {}, c = {}, d = 0.1, e = { 1, 2.5, "x\n" } },
                  '{"a":[],"b":1,"c":{},"d":0.1,"e":[1,2.5,"x\\n"]}')
  lu.assertEquals(json.number(1 / 3), "0.3333333333333333")
  lu.assertEquals(json.number(1e300), "1e+300")
  lu.assertEquals(json.number(-0.0), "0")
  lu.assertEquals(json.number(2 ^ 60), "1.152921504606847e+18")
  lu.assertError(json.number, 0 / 0)
  lu.assertError(json.encode, { [2.5] = 1 })
end

function TestParts.test_numbers_come_back_as_they_were()
  for _, v in ipairs { 0.1, 1e-300, 123456789.123, 2 ^ 52 + 0.5, 5e-324 } do
    lu.assertEquals(json.decode(json.encode { v })[1], v)
  end
  lu.assertEquals(math.type(json.decode("[8.0]")[1]), "integer")
end

function TestParts.test_edit_distance()
  lu.assertEquals(near.distance("kitten", "sitting"), 3)
  lu.assertEquals(near.distance("", "abc"), 3)
  lu.assertEquals(near.nearest("learning", { "lr", "leaning" }), "leaning")
  lu.assertNil(near.nearest("xyz", { "momentum" }))
end

function TestParts.test_a_key_is_found_in_its_own_braces()
  local text = "local a = x { k = 1 } -- k = 2\nf {\n s = \"{ k = 3\",\n [=[ k = 4 ]=],\n"
               .. " n = { k = 5 },\n k == 6,\n k = 7,\n}"
  lu.assertEquals(source.line(text, 2, "f", { "k" }), 7)
  lu.assertEquals(source.line(text, 2, "f", { "n", "k" }), 5)
  lu.assertEquals(source.line(text, 2, "f", { "missing" }), 2)
end

os.exit(lu.LuaUnit.run())
