-- learner.lua - a network and whom it learns from: the run that trains it and, before it, those of
-- its teachers. A teacher may be a learner itself, trained { model, method, teacher, ... }, to any
-- depth: chains of assistants, generations of one architecture.

local kd = require "kd"
local expand = require "expand"
local json = require "json"
local options = require "options"
local runfile = require "runfile"
local spec = require "spec"
local untrained = require "exchange.teacher"

local M = {}

local place, inside, fail = spec.place, spec.inside, spec.fail

-- A teacher that was taught begins with other weights than who taught it: generation g of a chain
-- has a seed g * GENERATION above the first's. No two meet: teacher_seeds is at most as large.
local GENERATION = 1000
local LONGEST = 200 -- name of a pair, which names a folder

-- ---- who teaches -------------------------------------------------------------

-- a teacher that some finished run left
local function finished_run(value)
  local at = place(value.note)
  local run, err = runfile.read(value.path)
  if not run then
    fail(at, "trained: %s", err)
  end
  return { kind = "trained", path = value.path, hash = run.hash, text = run.text, needs = {}, at = at,
           spec = run.spec, net = {}, teacher_nets = {}, name = run.spec.student.model.arch }
end

local function check_table(value, at, owner)
  if value ~= nil and expand.kind(value) ~= "table" then
    fail(at, "%s must be a table, is %s", owner, options.show(value))
  end
  return value or {}
end

-- a network that others trained: weights = "FILE", and perhaps the accuracy that it should have
local function given_run(sweep, build, value)
  local at, args = place(value.note), value.args
  spec.check_keys(args, { "model", "weights", "accuracy" }, at, "trained with weights")
  if args.model == nil then
    fail(at, "trained with weights needs model = what they are of")
  elseif type(args.weights) ~= "string" then
    fail(inside(at, "weights"), "weights must be the path of a file, is %s",
         options.show(args.weights))
  elseif args.accuracy ~= nil and not (math.type(args.accuracy) and args.accuracy >= 0
                                       and args.accuracy <= 100) then
    fail(inside(at, "accuracy"), "accuracy must be test top-1 in %%, 0 to 100, is %s",
         options.show(args.accuracy))
  end
  local model, net = spec.model(sweep.catalog, args.model, build.dataset, inside(at, "model"))
  local run, err = untrained.run(model, net, build.dataset, args.weights, args.accuracy)
  if not run then
    fail(inside(at, "weights"), "trained: %s", err)
  end
  run.at = at
  return run
end

-- a network of its own training, as a teacher: who taught it, settings beside the other teachers'
local function taught_run(sweep, build, value)
  local at, args = place(value.note), value.args
  spec.check_keys(args, { "model", "method", "teacher", "taps", "train", "data" }, at, "trained")
  if args.model == nil then
    fail(at, "trained needs the path of a run.h5, or model = and what trains it")
  end
  local train = check_table(args.train, inside(at, "train"), "trained.train")
  local data = check_table(args.data, inside(at, "data"), "trained.data")
  return M.run(sweep, build, {
    kind = "teacher", at = at, owner = "trained", model = args.model,
    model_at = inside(at, "model"), teacher = args.teacher, taps = args.taps,
    method = args.method or "none", method_at = inside(at, "method"),
    seed = build.seed % build.teacher_seeds,
    train = spec.train(spec.merged(build.teacher_settings, train), inside(at, "train"),
                       "trained.train"),
    dataset = spec.teacher_dataset(sweep.catalog, build.teacher_dataset, data, inside(at, "data"),
                                   "trained.data"),
  })
end

-- a teacher that learns from labels alone, as the sweep's `teacher` says
local function plain_run(sweep, build, value, at)
  return M.run(sweep, build, {
    kind = "teacher", at = at, owner = "teacher", model = value, model_at = at,
    method = "none", method_at = at, seed = build.seed % build.teacher_seeds,
    train = build.teacher_train, dataset = build.teacher_dataset,
  })
end

local function run_of(sweep, build, value, at)
  if expand.kind(value) ~= "trained" then
    return plain_run(sweep, build, value, at)
  end
  if value.path then
    return finished_run(value)
  end
  return (value.args.weights ~= nil and given_run or taught_run)(sweep, build, value)
end

-- the teacher may be one value or a list of them
local function list_of(value, at)
  if expand.kind(value) ~= "table" then
    return { value }
  end
  for key in pairs(value) do
    if math.type(key) ~= "integer" or key < 1 or key > #value then
      fail(at, "teacher must be a network or a list of networks: { resnet {}, wrn {} }")
    end
  end
  return value
end

-- their entries in a spec, and their runs
local function teachers_of(sweep, build, value, at)
  local entries, runs = json.list {}, {}
  for i, one in ipairs(list_of(value, at)) do
    local run = run_of(sweep, build, one, at)
    local model = run.spec.student.model
    spec.check_kind(sweep.catalog, model.family, model.arch, build.dataset, run.at or at)
    sweep.teachers[run.hash] = sweep.teachers[run.hash] or run
    runs[i] = sweep.teachers[run.hash]
    entries[i] = { model = run.spec.student.model, run = run.hash }
  end
  return entries, runs
end

-- what is kept of a run are the network's own weights
local function refuse_own_prediction(said, entry, at)
  if said.kind == "teacher" and entry.predicts then
    fail(at, "%s scores more than its student network: it leaves no network that could teach",
         entry.name)
  end
end

-- Who teaches and who is only measured against, by what the method takes. Nobody reads what a
-- teacher is measured against.
local function roles(said, entry, teachers, method_at)
  local least, most = spec.teachers_of(entry)
  if most == 0 and (said.kind == "student" or #teachers == 0) then
    return json.list {}, teachers
  elseif #teachers < least then
    fail(method_at, "%s needs %d teacher%s, %s has %s", entry.name, least, least == 1 and "" or "s",
         said.owner, #teachers == 0 and "none" or #teachers)
  elseif #teachers > most then
    fail(method_at, "%s takes %s teacher%s, %s has %d", entry.name, most == 0 and "no" or most,
         most == 1 and "" or "s", said.owner, #teachers)
  end
  return teachers, json.list {}
end

-- ---- taps ----------------------------------------------------------------------

-- taps = { { "stage1", "stage2" }, ... }: student tap, teacher tap; nil leaves it to the method
local function taps_of(taps, at)
  if taps == nil then
    return nil
  end
  local out = json.list {}
  for i, two in ipairs(expand.kind(taps) == "table" and taps or {}) do
    if expand.kind(two) ~= "table" or type(two[1]) ~= "string" or type(two[2]) ~= "string" then
      fail(at, "item %d of taps must be { student tap, teacher tap }", i)
    end
    out[i] = { two[1], two[2] }
  end
  if #out == 0 then
    fail(at, "taps must be a list of { student tap, teacher tap }")
  end
  return out
end

local function has_tap(net, name)
  for _, tap in ipairs(net.taps or {}) do
    if tap == name or type(tap) == "table" and tap.name == name then
      return true
    end
  end
  return not net.taps
end

-- a tap that a network does not have is a mistake, whoever reads it
local function check_taps(taps, net, teachers, at)
  for _, two in ipairs(taps or {}) do
    if not has_tap(net, two[1]) then
      fail(at, "the student %s has no tap %s", net.arch, two[1])
    end
    for _, t in ipairs(teachers) do
      if not has_tap(t.net, two[2]) then
        fail(at, "the teacher %s has no tap %s", t.net.arch, two[2])
      end
    end
  end
end

-- ---- the run ---------------------------------------------------------------------

-- "resnet20+wrn_16_2-resnet8": teachers, each with those before it, then who learns from them
local function name_of(teachers, model, at)
  local names = {}
  for i, run in ipairs(teachers) do
    names[i] = run.name
  end
  local name = (#names > 0 and table.concat(names, "+") .. "-" or "") .. model.arch
  if #name > LONGEST then
    fail(at, "%s... names a folder, with %d characters, more than %d", name:sub(1, 60), #name,
         LONGEST)
  end
  return name
end

local function seed_of(said, teachers)
  local generation = 0
  for _, run in ipairs(said.kind == "teacher" and teachers or {}) do
    generation = math.max(generation, run.spec.seed // GENERATION + 1)
  end
  return said.seed + GENERATION * generation
end

-- The run of what was said: kind (student, teacher), model, teacher, taps, method, and what is
-- settled already: dataset, train, seed. at, model_at, method_at: places; owner: a name for messages.
function M.run(sweep, build, said)
  local model, net = spec.model(sweep.catalog, said.model, build.dataset, said.model_at)
  local entries, runs = teachers_of(sweep, build, said.teacher, inside(said.at, "teacher"))
  local method, entry, method_at = spec.method(sweep.catalog, said.method, said.method_at)
  refuse_own_prediction(said, entry, method_at)
  local teacher, reference = roles(said, entry, entries, method_at)
  local taps_at = inside(said.at, "taps")
  local taps = taps_of(said.taps, taps_at)
  check_taps(taps, net, runs, taps_at)
  local needs, nets = {}, {}
  for i, run in ipairs(runs) do
    needs[i], nets[i] = run.hash, run.net
  end
  local d, name = said.dataset, name_of(runs, model, said.at)
  local run = {
    kind = said.kind, needs = needs, net = net, teacher_nets = nets, name = name,
    spec = { schema = 1, student = { model = model }, teacher = teacher, reference = reference,
             dataset = { name = d.name, options = d.options, train = d.train, augment = d.augment,
                         augment_seed = d.augment_seed or 0 },
             method = method, train = said.train, attack = said.attack,
             seed = seed_of(said, runs), pair = name, pairs = taps },
  }
  run.text = json.encode(run.spec)
  run.hash = kd.sha256(run.text)
  return run
end

return M
