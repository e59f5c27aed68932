-- test_store.lua - the schema and its document are one, and every kind of contradiction in a record is
-- named with its place.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
local kd = require "fake_kd"
package.loaded.kd = kd

local lu = require "luaunit"
local curves = require "store.curves"
local files = require "files"
local judge = require "store.judge"
local schema = require "store.schema"

local SPEC = '{"dataset":{"name":"idx"},"method":{"name":"kd"},"pair":"a-b","seed":3}'
local SUM = ("0123456789abcdef"):rep(4)

-- ---- a whole record ------------------------------------------------------------------

local function metrics()
  return { { name = "top1", unit = "%", help = "h", higher_better = true, primary = true },
           { name = "nll", unit = "nat", help = "h", higher_better = false, primary = false } }
end

local function protocol()
  return { epoch = 2, test_top1 = 50.5, test_nll = 1.5 }
end

-- what is missing is put in as the schema has it
local function complete(tree)
  local filler = { text = "x", int64 = 4, float64 = 1.0, boolean = true }
  for _, one in ipairs(schema.run) do
    local group, name = one.path:match("^/?([^@]*)@(.*)$")
    if group and one.must and not one.path:find("<", 1, true) and name ~= "@list"
       and not group:find("/") then
      local at = group == "" and tree or tree[group]
      at[name] = at[name] == nil and filler[one.type] or at[name]
    end
  end
  return tree
end

local function record()
  return complete {
    schema_version = 1, content_sha256 = SUM, rest_sha256 = SUM,
    spec = { json = SPEC, dataset = "idx", method = "kd", pair = "a-b", seed = 3 },
    curve = { lr = { 0.1, 0.05 }, loss = { 2.0, 1.0 }, test_top1 = { 40.0, 50.5 } },
    final = { last = protocol(), best_val = protocol(), best_test = protocol(),
              metrics = metrics() },
    env = { sources = {}, dataset_sha256 = SUM }, cost = {},
    status = { state = "done" },
  }
end

-- ---- what a survey of its file would say ------------------------------------------------

local KINDS = { integer = "int64", float = "float64" }

local function put(list, path, value)
  local kind = type(value) == "string" and "text" or type(value) == "boolean" and "boolean"
               or KINDS[math.type(value)]
  list[#list + 1] = { path = path, what = "attribute", type = kind, shape = {} }
end

local function survey(tree, path, list)
  list[#list + 1] = { path = path, what = "group" }
  for key, value in pairs(tree) do
    local here_ = path .. "/" .. key
    if type(value) ~= "table" then
      put(list, path .. "@" .. key, value)
    elseif type(value[1]) == "table" then
      list[#list + 1] = { path = here_, what = "group" }
      put(list, here_ .. "@@list", #value)
      for i, item in ipairs(value) do
        survey(item, here_ .. "/" .. i - 1, list)
      end
    elseif value[1] then
      list[#list + 1] = { path = here_, what = "dataset", type = "float64", shape = { #value } }
    else
      survey(value, here_, list)
    end
  end
  return list
end

local function faults_of(tree, hash)
  local list = {}
  judge.run(survey(tree, "", {}), tree, { schema.run }, hash, function(path, what)
    list[#list + 1] = path .. ": " .. what
  end)
  table.sort(list)
  return list
end

-- the one fault of a record that change() has altered
local function fault(change)
  local tree = record()
  change(tree)
  local list = faults_of(tree)
  lu.assertEquals(#list, 1, table.concat(list, "\n"))
  return list[1]
end

TestSchema = {}

function TestSchema.test_the_document_has_its_tables_from_the_schema()
  local text = files.read(here .. "/../../../results/SCHEMA.md")
  local from = text:find("<!-- kdbench validate --schema -->\n", 1, true)
  lu.assertEquals(text:match("<!%-%- kdbench validate %-%-schema %-%->\n(.-)<!%-%- end %-%->", from),
                  schema.markdown(), "kdbench validate --schema says something else")
end

function TestSchema.test_a_name_of_its_own_goes_before_a_pattern()
  local find = schema.finder(schema.run)
  lu.assertEquals(find("/env@cpus").path, "/env@cpus")
  lu.assertEquals(find("/env@OMP_NUM_THREADS").path, "/env@<VARIABLE>")
  lu.assertNil(find("/env@whatever"))
  lu.assertEquals(find("/curve/test_macro_f1").path, "/curve/test_<metric>")
  lu.assertNil(find("/curve/test_top1/more"))
end

TestJudge = {}

function TestJudge.test_a_whole_record_has_no_fault()
  lu.assertEquals(faults_of(record()), {})
  lu.assertEquals(faults_of(record(), kd.sha256(SPEC)), {})
end

function TestJudge.test_what_is_missing_is_named()
  lu.assertEquals(fault(function(t) t.env.commit = nil end), "/env@commit: is missing")
  lu.assertEquals(fault(function(t) t.cost = nil end), "/cost: is missing")
  lu.assertEquals(fault(function(t) t.final.best_val.epoch = nil end),
                  "/final/best_val@epoch: is missing")
  lu.assertEquals(fault(function(t) t.final.metrics[2].unit = nil end),
                  "/final/metrics/1@unit: is missing")
end

function TestJudge.test_a_failed_run_needs_no_numbers()
  local tree = record()
  tree.final, tree.curve, tree.cost, tree.env = nil, nil, nil, nil
  tree.status = { state = "failed", reason = "the loss is not a number" }
  lu.assertEquals(faults_of(tree), {})
end

function TestJudge.test_what_nobody_knows_is_named()
  lu.assertEquals(fault(function(t) t.cost.euros = 3.5 end),
                  "/cost@euros: the schema has no such attribute")
  lu.assertEquals(fault(function(t) t.extra = {} end), "/extra: the schema has no such group")
end

function TestJudge.test_another_type_is_named()
  lu.assertEquals(fault(function(t) t.cost.steps = 4.0 end),
                  "/cost@steps: is float64, should be int64")
  lu.assertEquals(fault(function(t) t.env.dirty = "no" end),
                  "/env@dirty: is text, should be boolean")
end

function TestJudge.test_a_number_out_of_range_is_named()
  lu.assertEquals(fault(function(t) t.cost.seconds = -1.0 end),
                  "/cost@seconds: is -1, should be at least 0")
  lu.assertEquals(fault(function(t) t.final.last.test_top1 = 100.5 end),
                  "/final/last@test_top1: is 100.5, should be from 0 to 100")
  lu.assertEquals(fault(function(t) t.curve.test_top1[1] = -3.0 end),
                  "/curve/test_top1: is -3, should be from 0 to 100")
  lu.assertEquals(fault(function(t) t.schema_version = 2 end),
                  "@schema_version: is 2, should be 1")
end

function TestJudge.test_what_was_not_measured_is_no_fault()
  local tree = record()
  tree.curve.test_top1[1] = 0 / 0
  lu.assertEquals(faults_of(tree), {})
end

function TestJudge.test_contradictions_are_named()
  lu.assertEquals(fault(function(t) t.spec.seed = 4 end), "/spec@seed: is 4, /spec@json says 3")
  lu.assertEquals(fault(function(t) t.curve.lr = { 0.1 } end),
                  "/curve/lr: has 1 epochs, /curve/loss has 2")
  lu.assertEquals(fault(function(t) t.final.last.epoch = 1 end), "/final/last@epoch: is 1 of 2")
  lu.assertEquals(fault(function(t) t.final.last.test_beauty = 1.0 end),
                  "/final/last@test_beauty: /final/metrics has no metric beauty")
  lu.assertEquals(fault(function(t) t.rest_sha256 = "abc" end),
                  "@rest_sha256: is 'abc', should be 64 hexadecimal digits")
  lu.assertStrContains(faults_of(record(), SUM)[1], "/spec@json: has the hash")
end

TestCurves = {}

function TestCurves.test_what_was_not_read_is_read_when_it_is_asked_for()
  local times = 0
  local function read()
    times = times + 1
    return { loss = { 2, 1 }, test_top1 = { 3, 4 } }
  end
  local few = curves.lazy({ test_top1 = { 3, 4 } }, read)
  lu.assertEquals(few.test_top1, { 3, 4 })
  lu.assertEquals(times, 0)
  lu.assertEquals(few.loss, { 2, 1 })
  lu.assertNil(few.other)
  lu.assertEquals(times, 1)
  local names = {}
  for name in pairs(curves.lazy({}, read)) do
    names[#names + 1] = name
  end
  table.sort(names)
  lu.assertEquals(names, { "loss", "test_top1" })
end

os.exit(lu.LuaUnit.run())
