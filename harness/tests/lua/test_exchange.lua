-- test_exchange.lua - teachers that others trained, in sweeps; which file is meant; what predict
-- prints.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
local kd = require "fake_kd"
package.loaded.kd = kd

local lu = require "luaunit"
local csv = require "exchange.csv"
local import = require "exchange.import"
local sweep = require "sweep"

-- ---- a file of weights ----------------------------------------------------------------

local file = os.tmpname()
local content = "first"

-- the fake kd hashes texts: of a file, its content
function kd.sha256_file(path)
  local handle = io.open(path, "rb")
  local text = handle:read("a")
  handle:close()
  return kd.sha256(text)
end

local function write(text)
  content = text
  local handle = io.open(file, "wb")
  handle:write(text)
  handle:close()
end

local function text_with(teacher, method)
  return string.format([[return sweep { name = "t", dataset = fashion_mnist {}, method = %s,
train = { epochs = 3 },
pair = { student = "resnet8",
  teacher = %s } }]], method or "kd {}", teacher)
end

local function loaded(teacher, method)
  write(content)
  local result, err = sweep.parse("t.lua", text_with(teacher, method))
  lu.assertNil(err)
  return result
end

local function refused(teacher, ...)
  write(content)
  local result, err = sweep.parse("t.lua", text_with(teacher))
  lu.assertNil(result)
  for _, part in ipairs { "t.lua:4: ", ... } do
    lu.assertStrContains(err, part)
  end
end

local function given(more)
  return string.format('trained { model = "resnet20", weights = %q%s }', file, more or "")
end

local function only_teacher(result)
  local hash, teacher = next(result.teachers)
  lu.assertNil(next(result.teachers, hash))
  return teacher
end

-- ---- teachers ----------------------------------------------------------------------------

TestGiven = {}

function TestGiven.test_a_file_of_weights_is_a_teacher_of_no_epochs()
  local result = loaded(given())
  local teacher = only_teacher(result)
  lu.assertEquals(teacher.kind, "teacher")
  lu.assertEquals(teacher.weights, file)
  lu.assertEquals(teacher.needs, {})
  lu.assertEquals(teacher.spec.train.epochs, 0)
  lu.assertEquals(teacher.spec.weights.sha256, kd.sha256("first"))
  lu.assertEquals(teacher.name, "resnet20")
  lu.assertEquals(result.runs[1].needs, { teacher.hash })
  lu.assertEquals(result.runs[1].spec.teacher[1].run, teacher.hash)
end

function TestGiven.test_the_content_says_who_it_is_and_the_name_does_not()
  local before = only_teacher(loaded(given())).hash
  local other = file
  file = os.tmpname()
  lu.assertEquals(only_teacher(loaded(given())).hash, before)
  os.remove(file)
  file = other
  content = "second"
  lu.assertNotEquals(only_teacher(loaded(given())).hash, before)
  content = "first"
  lu.assertEquals(only_teacher(loaded(given())).hash, before)
end

function TestGiven.test_how_students_are_trained_is_no_part_of_it()
  local before = only_teacher(loaded(given())).hash
  local text = text_with(given()):gsub("epochs = 3", "epochs = 5, lr = 0.01")
  lu.assertEquals(only_teacher(assert(sweep.parse("t.lua", text))).hash, before)
end

function TestGiven.test_one_file_is_one_teacher_for_all_methods_and_seeds()
  local text = text_with(given(), "each(kd {}, at {})"):gsub("name =", "seed = range(0, 2), name =")
  local result = assert(sweep.parse("t.lua", text))
  only_teacher(result)
  lu.assertEquals(#result.runs, 6)
end

function TestGiven.test_a_stated_accuracy_is_part_of_the_spec()
  lu.assertEquals(only_teacher(loaded(given(", accuracy = 91.5"))).spec.weights.accuracy, 91.5)
  refused(given(", accuracy = 915"), "accuracy must be test top-1")
  refused(given(", accuracy = 'good'"), "accuracy must be test top-1")
end

function TestGiven.test_it_may_stand_among_other_teachers_and_teach_a_teacher()
  local result = loaded("trained { model = 'resnet14', method = kd {}, teacher = " .. given() .. " }")
  local n = 0
  for _, teacher in pairs(result.teachers) do
    n = n + 1
    lu.assertEquals(teacher.weights and #teacher.needs or 1 - #teacher.needs, 0)
  end
  lu.assertEquals(n, 2)
end

function TestGiven.test_what_makes_no_sense_is_refused_with_its_line()
  refused('trained { model = "resnet20", weights = "/nowhere/x.h5" }', "no file /nowhere/x.h5")
  refused(string.format("trained { weights = %q }", file), "needs model")
  refused('trained { model = "resnet20", weights = 3 }', "weights must be the path")
  refused(given(", method = kd {}"), "has no method")
  refused(given(", train = { epochs = 3 }"), "has no train")
  refused(string.format('trained { model = "nonet", weights = %q }', file), 'there is no network "nonet"')
end

-- ---- import's words -------------------------------------------------------------------------

TestMeaning = {}

function TestMeaning.test_a_name_or_an_expression()
  local model, dataset = import.meaning("resnet20", "fashion_mnist")
  lu.assertEquals(model.arch, "resnet20")
  lu.assertEquals(dataset.name, "fashion_mnist")
  model = import.meaning("resnet { depth = 14 }", "fashion_mnist { train = 5 }")
  lu.assertEquals(model.options.depth, 14)
end

function TestMeaning.test_errors_say_of_what()
  local model, err = import.meaning("nonet", "fashion_mnist")
  lu.assertNil(model)
  lu.assertStrContains(err, "--model: there is no network")
  model, err = import.meaning("resnet20", "fashion_mnis")
  lu.assertNil(model)
  lu.assertStrContains(err, "--dataset: there is no dataset")
  model, err = import.meaning("each('resnet8', 'resnet20')", "fashion_mnist")
  lu.assertNil(model)
  lu.assertStrContains(err, "one network")
end

-- ---- CSV ------------------------------------------------------------------------------------

TestCsv = {}

function TestCsv.test_what_has_commas_or_quotes_is_quoted()
  lu.assertEquals(csv.line { "a,b", 'say "x"', 3, "" }, '"a,b","say ""x""",3,\n')
end

local code = lu.LuaUnit.run()
os.remove(file)
os.exit(code)
