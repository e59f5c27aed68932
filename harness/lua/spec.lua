-- spec.lua - the parts of a run's spec, each from what a sweep says, checked and with every default
-- written out. A place (note of a sweep word, path of keys inside it) says where an error is.

local kd = require "kd"
local expand = require "expand"
local feed = require "feed"
local json = require "json"
local near = require "near"
local options = require "options"
local settings = require "settings"
local source = require "source"

local M = {}

-- ---- places ------------------------------------------------------------------

function M.place(note, ...)
  return { note = note, path = { ... } }
end

function M.inside(at, key)
  local path = table.move(at.path, 1, #at.path, 1, {})
  path[#path + 1] = type(key) == "string" and key or nil
  return { note = at.note, path = path }
end

function M.fail(at, fmt, ...)
  local note = at.note
  local line = note.text and source.line(note.text, note.line, note.name or note.kind, at.path)
  error(string.format("%s:%d: " .. fmt, note.file, line or note.line, ...), 0)
end

-- every key is one of these
function M.check_keys(args, known, at, owner)
  for _, key in ipairs(expand.sorted_keys(args)) do
    local found = false
    for _, name in ipairs(known) do
      found = found or name == key
    end
    if not found then
      local what = type(key) == "string" and key .. near.hint(key, known) or "value without a name"
      M.fail(M.inside(at, key), "%s has no %s", owner, what)
    end
  end
end

local function resolve(list, given, at, owner, scheduled)
  return options.resolve(list, given, function(key, message)
    M.fail(M.inside(at, key), "%s: %s", owner, message)
  end, scheduled)
end

-- the call of a constructor, or a name alone, with its entry in the catalogue
local function entry_of(catalog, what, value, at)
  local kind = expand.kind(value)
  local name = kind == "call" and value.what == what and value.name or value
  local list = catalog[what .. "s"]
  local entry = type(name) == "string" and options.find(list, name)
  if entry then
    return entry, kind == "call" and value.args or {},
           kind == "call" and M.place(value.note) or at
  elseif type(name) == "string" then
    M.fail(at, "there is no %s %s%s", what, name, near.hint(name, options.names(list)))
  end
  M.fail(at, "%s must be a %s such as %s {}, is %s", what, what, list[1] and list[1].name or what,
         options.show(value))
end

-- ---- data set ----------------------------------------------------------------

function M.dataset(catalog, value, at)
  local entry, args, place = entry_of(catalog, "dataset", value, at)
  local list = table.move(entry.options or {}, 1, #(entry.options or {}), 1, {})
  local ours = settings.dataset(catalog, feed.kinds_of(catalog, entry.name))
  table.move(ours, 1, #ours, #list + 1, list)
  local all = resolve(list, args, place, entry.name)
  local out = { name = entry.name, options = {}, train = all.train, augment = all.augment }
  for _, o in ipairs(entry.options or {}) do
    out.options[o.name] = all[o.name]
  end
  return out
end

-- the teachers' part of a data set: other images or augmentation
function M.teacher_dataset(catalog, dataset, given, at, owner)
  local ours = settings.dataset(catalog, feed.kinds_of(catalog, dataset.name))
  local all = resolve(ours, given, at, owner)
  local out = { name = dataset.name, options = dataset.options, train = dataset.train,
                augment = dataset.augment }
  for key in pairs(given) do
    out[key] = all[key]
  end
  return out
end

-- the network must be for the task, and the data set have what it is fed
function M.check_kind(catalog, family, arch, dataset, at)
  local model = options.find(catalog.models, family)
  if model and model.task and model.task ~= "classify" then
    M.fail(at, "%s is a network for the task %s, %s is for classify", arch, model.task, dataset.name)
  end
  local kind = feed.kind_of(catalog, family)
  local kinds = feed.kinds_of(catalog, dataset.name)
  if not feed.has(kinds, kind) then
    M.fail(at, "%s is fed %s, %s has %s", arch, feed.plural(kind), dataset.name,
           feed.several(kinds))
  end
end

-- ---- models ------------------------------------------------------------------

local function family_of(catalog, value, at)
  if type(value) ~= "string" then
    local entry, args, place = entry_of(catalog, "model", value, at)
    return entry, resolve(entry.options, args, place, entry.name), place
  end
  local parsed, err = kd.model_parse(value)
  if not parsed then
    M.fail(at, "there is no network %s: %s", options.show(value), err or "no family knows it")
  end
  local entry = options.find(catalog.models, parsed.family)
  return entry, resolve(entry.options, parsed.options, at, value), at
end

local made = setmetatable({}, { __mode = "k" })

-- { family, options, arch }, and the numbers of the network: params, flops
function M.model(catalog, value, dataset, at)
  local entry, resolved, place = family_of(catalog, value, at)
  M.check_kind(catalog, entry.name, entry.name, dataset, place)
  local ask = feed.ask(catalog, { family = entry.name, options = resolved },
                       feed.before(catalog, dataset.name))
  local key = json.encode(ask)
  made[catalog] = made[catalog] or {}
  if not made[catalog][key] then
    local net, err = kd.model(ask)
    if not net then
      M.fail(place, "%s: %s", entry.name, err or "cannot be built")
    end
    made[catalog][key] = net
  end
  local net = made[catalog][key]
  return { family = entry.name, options = resolved, arch = net.arch }, net
end

-- ---- training ----------------------------------------------------------------

-- a setting that the others leave without a reader is a mistake
local function refuse_unread(given, all, at, owner)
  for key, needs in pairs(settings.train_readers) do
    for other, readers in pairs(needs) do
      if given[key] ~= nil and not readers[all[other]] then
        M.fail(M.inside(at, key), "%s.%s is not read when %s is %q", owner, key, other, all[other])
      end
    end
  end
end

-- settings, some said again by those above them
function M.merged(under, over)
  local all = {}
  for _, source in ipairs { under, over } do
    for key, value in pairs(source) do
      all[key] = value
    end
  end
  return all
end

function M.train(given, at, owner)
  if expand.kind(given) ~= "table" then
    M.fail(at, "%s must be a table of settings, is %s", owner, options.show(given))
  end
  local all = resolve(settings.train, given, at, owner)
  refuse_unread(given, all, at, owner)
  if all.schedule == "multistep" and #all.milestones == 0 then
    M.fail(M.inside(at, "schedule"), "%s: schedule multistep needs milestones = { share, ... }",
           owner)
  elseif all.lr <= 0 then
    M.fail(M.inside(at, "lr"), "%s.lr must be above 0", owner)

  end
  all.milestones = json.list(all.milestones)
  return all
end

-- what finished students are attacked with; nil: nothing
function M.attack(given, at)
  if given == nil then
    return nil
  elseif expand.kind(given) ~= "table" then
    M.fail(at, "attack must be a table such as { steps = 10 }, is %s", options.show(given))
  end
  return resolve(settings.attack, given, at, "attack")
end

-- ---- methods -----------------------------------------------------------------

-- how many teachers a method can take; where it does not say, its scheme does
function M.teachers_of(entry)
  local most = entry.teachers and entry.teachers.max or 0
  if most > 0 then
    return entry.teachers.min or 0, most
  elseif entry.scheme == "offline" and not entry.baseline then
    return 1, 1
  end
  return 0, 0
end

function M.method(catalog, value, at)
  local entry, args, place = entry_of(catalog, "method", value, at)
  local all = resolve(entry.options, args, place, entry.name, true)
  return { name = entry.name, options = all }, entry, place
end

return M
