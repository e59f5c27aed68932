-- sweep.lua - from a sweep file to the list of its runs: each a canonical spec with its hash.

local kd = require "kd"
local expand = require "expand"
local files = require "files"
local json = require "json"
local near = require "near"
local options = require "options"
local override = require "override"
local runfile = require "runfile"
local sandbox = require "sandbox"
local settings = require "settings"
local sizes = require "sizes"
local spec = require "spec"

local M = {}

local MOST_RUNS = 20000

local place, inside, fail = spec.place, spec.inside, spec.fail

-- ---- the keys at the top -----------------------------------------------------

local function check_keys(args, known, at, owner)
  for _, key in ipairs(expand.sorted_keys(args)) do
    local found = false
    for _, name in ipairs(known) do
      found = found or name == key
    end
    if not found then
      local what = type(key) == "string" and key .. near.hint(key, known) or "value without a name"
      fail(inside(at, key), "%s has no %s", owner, what)
    end
  end
end

local function text_of(args, key, at)
  local value = args[key]
  if value ~= nil and type(value) ~= "string" then
    fail(inside(at, key), "%s must be a text, is %s", key, options.show(value))
  end
  return value
end

local function name_of(args, at)
  local name = text_of(args, "name", at)
  if not name then
    fail(at, 'a sweep needs a name: name = "vision"')
  elseif not name:find("^[%w_][%w_.-]*$") or #name > 100 then
    fail(inside(at, "name"), "the name %q names a folder: only letters, digits, '_', '-' and '.'",
         name)
  end
  return name
end

-- bytes of teachers' outputs kept at most; nil: what the command line or the default says
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
  if args.tune ~= nil then
    fail(inside(at, "tune"), "tune is not there yet: list the values with each(...)")
  end
  local axes = { dataset = alternatives(args, "dataset", nil, at),
                 pair = alternatives(args, "pair", nil, at),
                 train = alternatives(args, "train", {}, at),
                 teacher = alternatives(args, "teacher", {}, at),
                 method = alternatives(args, "method", nil, at) }
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

local function finish(run)
  run.text = json.encode(run.spec)
  run.hash = kd.sha256(run.text)
  return run
end

-- a teacher that this sweep trains: a run of its own
local function teacher_run(sweep, build, value, at)
  local model, net = spec.model(sweep.catalog, value, build.teacher_dataset, at)
  local seed = build.seed % build.teacher_seeds
  local dataset = build.teacher_dataset
  local none = spec.method(sweep.catalog, "none", at)
  return finish {
    kind = "teacher", needs = {}, net = net, teacher_nets = {},
    spec = { schema = 1, student = { model = model },
             teacher = json.list {}, reference = json.list {},
             dataset = { name = dataset.name, options = dataset.options, train = dataset.train,
                         augment = dataset.augment, augment_seed = 0 },
             method = none, train = build.teacher_train, seed = seed, pair = model.arch },
  }
end

-- a teacher that some finished run left
local function trained_run(value)
  local at = place(value.note)
  local run, err = runfile.read(value.path)
  if not run then
    fail(at, "trained: %s", err)
  end
  return { kind = "trained", path = value.path, hash = run.hash, text = run.text, needs = {},
           spec = run.spec, net = {}, teacher_nets = {} }
end

-- the teacher may be one value or a list of them
local function teacher_values(pair)
  if expand.kind(pair.teacher) == "table" then
    return pair.teacher
  end
  return { pair.teacher }
end

local function teachers_of(sweep, build, pair, at)
  local entries, used = json.list {}, {}
  for i, value in ipairs(teacher_values(pair)) do
    local run = expand.kind(value) == "trained" and trained_run(value)
                or teacher_run(sweep, build, value, inside(at, "teacher"))
    sweep.teachers[run.hash] = sweep.teachers[run.hash] or run
    entries[i] = { model = run.spec.student.model, run = run.hash }
    used[i] = sweep.teachers[run.hash]
  end
  return entries, used
end

local function pair_name(teachers, student)
  local names = {}
  for i, t in ipairs(teachers) do
    names[i] = t.model.arch
  end
  return #names > 0 and table.concat(names, "+") .. "-" .. student.arch or student.arch
end

local function check_pair(pair, at)
  if expand.kind(pair) ~= "table" then
    fail(at, "pair must be { teacher = ..., student = ... }, is %s", options.show(pair))
  end
  check_keys(pair, { "teacher", "student", "taps" }, at, "pair")
  if pair.student == nil then
    fail(at, "pair needs a student")
  end
end

-- taps = { { "stage1", "stage2" }, ... }: student tap, teacher tap; nil leaves it to the method
local function taps_of(pair, at)
  if pair.taps == nil then
    return nil
  end
  local out = json.list {}
  for i, two in ipairs(expand.kind(pair.taps) == "table" and pair.taps or {}) do
    if expand.kind(two) ~= "table" or type(two[1]) ~= "string" or type(two[2]) ~= "string" then
      fail(inside(at, "taps"), "item %d of taps must be { student tap, teacher tap }", i)
    end
    out[i] = { two[1], two[2] }
  end
  if #out == 0 then
    fail(inside(at, "taps"), "taps must be a list of { student tap, teacher tap }")
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
local function check_taps(pairs_of, net, teachers, at)
  for _, two in ipairs(pairs_of or {}) do
    if not has_tap(net, two[1]) then
      fail(inside(at, "taps"), "the student %s has no tap %s", net.arch, two[1])
    end
    for _, t in ipairs(teachers) do
      if not has_tap(t.net, two[2]) then
        fail(inside(at, "taps"), "the teacher %s has no tap %s", t.net.arch, two[2])
      end
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
  check_keys(one.teacher, { "train", "data" }, here, "teacher")
  local data = one.teacher.data or {}
  if expand.kind(data) ~= "table" or expand.kind(one.teacher.train or {}) ~= "table" then
    fail(here, "teacher.train and teacher.data must be tables")
  end
  local train = spec.train(one.train, inside(at, "train"), "train")
  local own = {}
  for _, source in ipairs { one.train, one.teacher.train or {} } do
    for key, value in pairs(source) do
      own[key] = value
    end
  end
  return { dataset = dataset, train = train, seed = one.seed, teacher_seeds = one.teacher_seeds,
           teacher_dataset = spec.teacher_dataset(dataset, data, inside(here, "data")),
           teacher_train = spec.train(own, inside(here, "train"), "teacher.train") }
end

-- who teaches and who is only measured against, by what the method takes
local function roles(entry, teachers, method_at)
  local least, most = spec.teachers_of(entry)
  if most == 0 then
    return json.list {}, teachers
  elseif #teachers < least then
    fail(method_at, "%s needs %d teacher%s, the pair has %s", entry.name, least,
         least == 1 and "" or "s", #teachers == 0 and "none" or #teachers)
  elseif #teachers > most then
    fail(method_at, "%s takes %d teacher%s, the pair has %d", entry.name, most,
         most == 1 and "" or "s", #teachers)
  end
  return teachers, json.list {}
end

local function student_run(sweep, one, at)
  local build = build_of(sweep, one, at)
  local pair_at = inside(at, "pair")
  check_pair(one.pair, pair_at)
  local student, net = spec.model(sweep.catalog, one.pair.student, build.dataset,
                                  inside(pair_at, "student"))
  local teachers, used = teachers_of(sweep, build, one.pair, pair_at)
  local method, entry, method_at = spec.method(sweep.catalog, one.method, inside(at, "method"))
  local teacher, reference = roles(entry, teachers, method_at)
  local taps = taps_of(one.pair, pair_at)
  check_taps(taps, net, used, pair_at)
  local needs, nets = {}, {}
  for i, t in ipairs(used) do
    needs[i], nets[i] = t.hash, t.net
  end
  local own_augmentation = one.augment == "per_seed" and build.dataset.augment ~= "none"
  build.dataset.augment_seed = own_augmentation and one.seed or 0
  return finish {
    kind = "student", needs = needs, net = net, teacher_nets = nets,
    spec = { schema = 1, dataset = build.dataset, teacher = teacher, reference = reference,
             student = { model = student }, method = method, train = build.train,
             seed = one.seed, pair = pair_name(teachers, student),
             pairs = taps },
  }
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

local function runs_of(sweep, axes, at)
  local seen = {}
  each_combination(axes, function(one)
    local run = student_run(sweep, one, at)
    if not seen[run.hash] then
      seen[run.hash] = true
      sweep.runs[#sweep.runs + 1] = run
    end
  end)
end

local function build(value, catalog, path)
  local note = sandbox.note(value)
  if not note or note.kind ~= "sweep" then
    error(path .. ":1: a sweep file must end with `return sweep { ... }`", 0)
  end
  local at = place(note)
  check_keys(note.args, settings.top, at, "sweep")
  local sweep = { name = name_of(note.args, at), catalog = catalog, runs = {}, teachers = {},
                  profile = text_of(note.args, "profile", at),
                  notes = text_of(note.args, "notes", at),
                  caption = text_of(note.args, "caption", at),
                  cache_size = cache_size_of(note.args, at) }
  runs_of(sweep, axes_of(note.args, at), at)
  return sweep
end

-- The sweep of a file: name, runs, teachers by hash, texts. how.set: list of { key, expression }.
-- On failure nil and a message that begins with file:line.
function M.load(path, how)
  local text, err = files.read(path)
  if not text then
    return nil, err
  end
  return M.parse(path, text, how)
end

function M.parse(path, text, how)
  local catalog = how and how.catalog or kd.catalog()
  local value, box = sandbox.run(path, text, catalog)
  if value == nil and type(box) == "string" then
    return nil, box
  end
  local ok, sweep = pcall(function()
    for _, pair in ipairs(how and how.set or {}) do
      value = override.set(value, pair[1], pair[2], catalog)
    end
    return build(value, catalog, path)
  end)
  if not ok then
    return nil, sweep
  end
  sweep.file, sweep.source = path, text
  return sweep
end

return M
