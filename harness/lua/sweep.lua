-- sweep.lua - from a sweep file to the list of its runs: each a canonical spec with its hash.

local kd = require "kd"
local expand = require "expand"
local files = require "files"
local json = require "json"
local learner = require "learner"
local near = require "near"
local options = require "options"
local override = require "override"
local sandbox = require "sandbox"
local settings = require "settings"
local search = require "tuning.search"
local sizes = require "sizes"
local spec = require "spec"

local M = {}

local MOST_RUNS = 20000

local place, inside, fail = spec.place, spec.inside, spec.fail

-- ---- the keys at the top -----------------------------------------------------

local function text_of(args, key, at)
  local value = args[key]
  if value ~= nil and type(value) ~= "string" then
    fail(inside(at, key), "%s must be a text, is %s", key, options.show(value))
  end
  return value
end

local function name_of(args, at, what)
  local name = text_of(args, "name", at)
  if not name then
    fail(at, 'a %s needs a name: name = "vision"', what or "sweep")
  elseif not name:find("^[%w_][%w_.-]*$") or #name > 100 then
    fail(inside(at, "name"), "the name %q names a folder: only letters, digits, '_', '-' and '.'",
         name)
  end
  return name
end

-- bytes of teachers' outputs kept at most; nil: what the command line or the default says
-- what is tabled beside the primary metric
local function metrics_of(args, catalog, at)
  local known, list = options.names(catalog.metrics or {}), {}
  local value = args.metrics
  if value ~= nil and (type(value) ~= "table" or sandbox.note(value)) then
    fail(inside(at, "metrics"), 'metrics must be a list of names: metrics = { "macro_f1" }')
  end
  for i, name in ipairs(value or {}) do
    if type(name) ~= "string" or not options.find(catalog.metrics or {}, name) then
      fail(inside(at, "metrics"), "there is no metric %s%s", options.show(name),
           near.hint(tostring(name), known))
    end
    list[i] = name
  end
  return value and list
end

local function cache_size_of(args, at)
  local text = text_of(args, "cache_size", at)
  local bytes = text and sizes.parse(text)
  if text and not bytes then
    fail(inside(at, "cache_size"), "cache_size must be %s, is %q", sizes.WANTED, text)
  end
  return bytes
end

-- every value of a key, `each` and `zip` resolved
local function alternatives(args, key, default, at)
  local value = args[key]
  if value == nil then
    value = default
  end
  if value == nil then
    fail(at, "a sweep needs %s", key)
  end
  local here = inside(at, key)
  return expand.all(value, { file = here.note.file, line = here.note.line })
end

local function checked(list, option, at)
  for i, value in ipairs(list) do
    local ok, err = options.check(option, value)
    if ok == nil then
      fail(inside(at, option.name), "%s %s", option.name, err)
    end
    list[i] = ok
  end
  return list
end

-- the axes of a sweep: for each the list of its values
local function axes_of(args, at)
  local axes = { dataset = alternatives(args, "dataset", nil, at),
                 pair = alternatives(args, "pair", nil, at),
                 train = alternatives(args, "train", {}, at),
                 teacher = alternatives(args, "teacher", {}, at),
                 method = args.method ~= nil and alternatives(args, "method", nil, at)
                          or { false } }
  axes.seed = checked(alternatives(args, "seed", 0, at), settings.seed, at)
  axes.augment = checked(alternatives(args, "augment", "shared", at), settings.augment, at)
  axes.teacher_seeds = checked(alternatives(args, "teacher_seeds", 1, at), settings.teacher_seeds,
                               at)
  local total = 1
  for name, axis in pairs(axes) do
    total = total * #axis
    if name == "teacher_seeds" and #axis > 1 then
      fail(inside(at, name), "teacher_seeds is one number")
    end
  end
  if total > MOST_RUNS then
    fail(at, "the sweep multiplies to %.0f runs, more than %d", total, MOST_RUNS)
  end
  return axes
end

-- ---- runs --------------------------------------------------------------------

local function check_pair(pair, at)
  if expand.kind(pair) ~= "table" then
    fail(at, "pair must be { teacher = ..., student = ... }, is %s", options.show(pair))
  end
  spec.check_keys(pair, { "teacher", "student", "taps", "method", "column", "as" }, at, "pair")
  if pair.student == nil then
    fail(at, "pair needs a student")
  end
  for _, key in ipairs { "column", "as" } do
    if pair[key] ~= nil and (type(pair[key]) ~= "string" or pair[key] == "") then
      fail(inside(at, key), "%s must be a text, is %s", key, options.show(pair[key]))
    end
  end
end

-- what one combination of the axes has in common before method and pair are looked at
local function build_of(sweep, one, at)
  local dataset = spec.dataset(sweep.catalog, one.dataset, inside(at, "dataset"))
  local here = inside(at, "teacher")
  if expand.kind(one.teacher) ~= "table" then
    fail(here, "teacher must be { train = {...}, data = {...} }, is %s", options.show(one.teacher))
  end
  spec.check_keys(one.teacher, { "train", "data" }, here, "teacher")
  local data = one.teacher.data or {}
  if expand.kind(data) ~= "table" or expand.kind(one.teacher.train or {}) ~= "table" then
    fail(here, "teacher.train and teacher.data must be tables")
  end
  local train = spec.train(one.train, inside(at, "train"), "train")
  local own = spec.merged(one.train, one.teacher.train or {})
  return { dataset = dataset, train = train, seed = one.seed, teacher_seeds = one.teacher_seeds,
           teacher_dataset = spec.teacher_dataset(sweep.catalog, dataset, data,
                                                 inside(here, "data"), "teacher.data"),
           teacher_settings = own,
           teacher_train = spec.train(own, inside(here, "train"), "teacher.train") }
end

local function student_run(sweep, one, at)
  local build = build_of(sweep, one, at)
  local pair_at = inside(at, "pair")
  check_pair(one.pair, pair_at)
  local own_augmentation = one.augment == "per_seed" and build.dataset.augment ~= "none"
  build.dataset.augment_seed = own_augmentation and one.seed or 0
  local own_method = one.pair.method ~= nil
  if not own_method and not one.method then
    fail(at, "a sweep needs method, or every pair one of its own")
  end
  sweep.reads_method = sweep.reads_method or not own_method
  local run = learner.run(sweep, build, {
    kind = "student", at = pair_at, owner = "the pair", model = one.pair.student,
    model_at = inside(pair_at, "student"), teacher = one.pair.teacher, taps = one.pair.taps,
    method = own_method and one.pair.method or one.method,
    method_at = inside(own_method and pair_at or at, "method"), seed = one.seed,
    train = build.train, dataset = build.dataset, attack = sweep.attack,
  })
  run.column, run.as = one.pair.column, one.pair.as
  return run
end

-- all combinations: seeds outside, so that a sweep cut short has whole tables of fewer seeds
local ORDER = { "dataset", "train", "teacher", "augment", "teacher_seeds", "seed", "pair",
                "method" }

local function each_combination(axes, visit)
  local one = {}
  local function go(level)
    local key = ORDER[level]
    if not key then
      return visit(one)
    end
    for _, value in ipairs(axes[key]) do
      one[key] = value
      go(level + 1)
    end
  end
  go(1)
end

-- A column that has a name is of one student, and in each of its places stands one run.
local function check_place(places, run, at)
  local s = run.spec
  local student = json.encode { run.column, s.dataset.name }
  local arch = s.student.model.arch
  places[student] = places[student] or arch
  if places[student] ~= arch then
    fail(inside(at, "pair"), "column %s is of student %s and of %s: a column has one", run.column,
         places[student], arch)
  end
  local place = json.encode { run.column, run.as or s.method, s.seed, s.dataset, s.train }
  if places[place] then
    fail(inside(at, "pair"), "%s of column %s is taught in two ways: call one of them "
         .. 'as = "..."', run.as or s.method.name, run.column)
  end
  places[place] = true
end

-- a run that is tuned, with the same at the trials' seed
local function tune(sweep, run, one, at)
  if sweep.tune and search.is_tuned(sweep.tune, run.spec.method.name) then
    local other = spec.merged(one, { seed = sweep.tune.seed })
    search.add(sweep, run, student_run(sweep, other, at), inside(at, "tune"))
  end
end

local function runs_of(sweep, axes, at)
  local seen, places = {}, {}
  each_combination(axes, function(one)
    local run = student_run(sweep, one, at)
    if not seen[run.hash] then
      seen[run.hash] = true
      sweep.runs[#sweep.runs + 1] = run
      if run.column then
        check_place(places, run, at)
      end
      tune(sweep, run, one, at)
    end
  end)
  if axes.method[1] and not sweep.reads_method then
    fail(inside(at, "method"), "method is read by nobody: every pair has one of its own")
  end
end

local function build(value, catalog)
  local note = sandbox.note(value)
  local at = place(note)
  spec.check_keys(note.args, settings.top, at, "sweep")
  local sweep = { name = name_of(note.args, at), catalog = catalog, runs = {}, teachers = {},
                  profile = text_of(note.args, "profile", at),
                  notes = text_of(note.args, "notes", at),
                  caption = text_of(note.args, "caption", at),
                  cache_size = cache_size_of(note.args, at),
                  metrics = metrics_of(note.args, catalog, at),
                  attack = spec.attack(note.args.attack, inside(at, "attack")) }
  local axes, tune_at = axes_of(note.args, at), inside(at, "tune")
  search.begin(sweep, note.args.tune, axes.seed, tune_at)
  runs_of(sweep, axes, at)
  search.close(sweep, tune_at)
  sweep.file, sweep.source = note.file, note.text
  return sweep
end

-- ---- files -------------------------------------------------------------------

-- the sweeps of a profile, as they were said, and what it says of itself
local function members(note)
  local at, said, list = place(note), {}, {}
  for key, value in pairs(note.args) do
    local inner = sandbox.note(value)
    if math.type(key) == "integer" and not (inner and inner.kind == "sweep") then
      fail(at, "item %d of a profile must be a sweep, is %s", key, options.show(value))
    end
    said[key] = type(key) == "string" and value or nil
  end
  spec.check_keys(said, { "name", "notes" }, at, "profile")
  for i, value in ipairs(note.args) do
    list[i] = value
  end
  if #list == 0 then
    fail(at, 'a profile needs sweeps: profile { name = "quick", include "vision.lua" }')
  end
  return list, { name = name_of(note.args, at, "profile"), notes = text_of(note.args, "notes", at) }
end

-- a sweep alone, or the members of a profile and what it says of itself
local function told(value, path)
  local note = sandbox.note(value)
  if note and note.kind == "profile" then
    return members(note)
  elseif not note or note.kind ~= "sweep" then
    error(path .. ":1: a sweep file must end with `return sweep { ... }`", 0)
  end
  return { value }
end

local function refuse_twice(list)
  local seen = {}
  for _, sweep in ipairs(list) do
    if seen[sweep.name] then
      error(string.format("%s:1: two sweeps of a profile are called %s", sweep.file, sweep.name), 0)
    end
    seen[sweep.name] = true
  end
  return list
end

local function build_all(value, path, how, catalog)
  local said, profile = told(value, path)
  local list = { profile = profile }
  for i, one in ipairs(said) do
    for _, pair in ipairs(how and how.set or {}) do
      one = override.set(one, pair[1], pair[2], catalog)
    end
    list[i] = build(one, catalog)
  end
  return refuse_twice(list)
end

-- The sweeps of a text: one, or those of a profile, whose name and notes are in `profile` then.
function M.parse_all(path, text, how)
  local catalog = how and how.catalog or kd.catalog()
  local value, box = sandbox.run(path, text, catalog)
  if value == nil and type(box) == "string" then
    return nil, box
  end
  local ok, list = pcall(build_all, value, path, how, catalog)
  if not ok then
    return nil, list
  end
  return list
end

function M.load_all(path, how)
  local text, err = files.read(path)
  if not text then
    return nil, err
  end
  return M.parse_all(path, text, how)
end

local function only_one(list, err, path)
  if list and list.profile then
    return nil, path .. ":1: a profile, where one sweep is wanted"
  end
  return list and list[1], err
end

-- The sweep of a file: name, runs, teachers by hash, texts. how.set: list of { key, expression }.
-- On failure nil and a message that begins with file:line.
function M.load(path, how)
  local list, err = M.load_all(path, how)
  return only_one(list, err, path)
end

function M.parse(path, text, how)
  local list, err = M.parse_all(path, text, how)
  return only_one(list, err, path)
end

return M
