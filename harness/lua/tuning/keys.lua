-- keys.lua - what a sweep says under `tune`: how many trials, on what, within which ranges; checked
-- like every other key, with the line of the mistake.

local expand = require "expand"
local near = require "near"
local options = require "options"
local space = require "tuning.space"
local spec = require "spec"

local M = {}

local inside, fail = spec.inside, spec.fail

-- a seed that no sweep reports by accident: its trials are of no reported seed
M.SEED = 1000000

M.KEYS = {
  { name = "trials", type = "int", min = 2, max = 1000,
    help = "runs of each method on each pair; the first is of the sweep's own settings" },
  { name = "on", type = "choice", choice = { "validation" }, help = "what a trial is judged by" },
  { name = "protocol", type = "choice", default = "last", choice = { "last", "best_val" },
    help = "which epoch of a trial counts" },
  { name = "seed", type = "int", default = M.SEED, min = 0, max = 2 ^ 31 - 1,
    help = "of the draws, and of every trial's training; no reported seed" },
  { name = "epochs", type = "int", min = 1, max = 100000,
    help = "of a trial; without it as many as train.epochs" },
  { name = "around", type = "real", default = 4, min = 1.01, max = 1000,
    help = "how many times above and below the sweep's value an option without a range is drawn" },
}

-- ---- ranges ------------------------------------------------------------------

-- checked ranges of the options of one owner; nil leaves an option to its own rule
local function ranges_of(list, given, owner, at)
  if expand.kind(given) ~= "table" then
    fail(at, "tune.space.%s must be a table of options, is %s", owner, options.show(given))
  end
  spec.check_keys(given, options.names(list), at, "tune.space." .. owner)
  local out = {}
  for _, key in ipairs(expand.sorted_keys(given)) do
    local range, err = space.range(options.find(list, key), given[key])
    if not range then
      fail(inside(at, key), "tune.space.%s.%s %s", owner, key, err)
    end
    out[key] = range
  end
  return out
end

local function space_of(given, catalog, at)
  if expand.kind(given) ~= "table" then
    fail(at, "tune.space must be a table such as { kd = { T = { 1, 16, log = true } } }, is %s",
         options.show(given))
  end
  local out = {}
  for _, owner in ipairs(expand.sorted_keys(given)) do
    local here = inside(at, owner)
    local entry = options.find(catalog.methods, owner)
    if owner == "train" then
      out.train = ranges_of(space.train_options(), given.train, "train", here)
    elseif entry then
      out[owner] = ranges_of(entry.options or {}, given[owner], owner, here)
    else
      fail(here, "tune.space has no method %s%s", options.show(owner),
           near.hint(tostring(owner), options.names(catalog.methods)))
    end
  end
  return out
end

-- ---- methods -----------------------------------------------------------------

-- names of the methods that are tuned; nil: all
local function methods_of(given, catalog, at)
  if given == nil then
    return nil
  elseif expand.kind(given) ~= "table" or #given == 0 then
    fail(at, 'tune.methods must be a list of names such as { "none", "kd" }, is %s',
         options.show(given))
  end
  for _, name in ipairs(given) do
    if not options.find(catalog.methods, name) then
      fail(at, "there is no method %s%s", options.show(name),
           near.hint(tostring(name), options.names(catalog.methods)))
    end
  end
  return given
end

-- every method that tune names is one of the sweep's
function M.check_methods(tune, runs, at)
  local used = {}
  for _, run in ipairs(runs) do
    used[run.spec.method.name] = true
  end
  for _, name in ipairs(tune.methods or {}) do
    if not used[name] then
      fail(inside(at, "methods"), "tune.methods names %s, which the sweep does not run", name)
    end
  end
  for _, name in ipairs(expand.sorted_keys(tune.space)) do
    if name ~= "train" and not used[name] then
      fail(inside(inside(at, "space"), name), "tune.space names %s, which the sweep does not run",
           name)
    end
  end
end

-- ---- all of it ---------------------------------------------------------------

local function one_table(value, at)
  local note = at.note
  local list = expand.all(value, { file = note.file, line = note.line })
  if #list ~= 1 or expand.kind(list[1]) ~= "table" then
    fail(at, 'tune must be one table such as { trials = 8, on = "validation" }, is %s',
         #list > 1 and #list .. " of them" or options.show(list[1]))
  end
  return list[1]
end

local function check_on(given, at)
  if given.on == nil then
    fail(at, 'tune needs on = "validation"')
  elseif given.on ~= "validation" then
    fail(inside(at, "on"), 'tune.on must be "validation", is %s: what is chosen on other data than '
         .. "validation is not measured on test any more", options.show(given.on))
  elseif given.trials == nil then
    fail(at, "tune needs trials = a number of runs for each method and pair")
  end
end

local function check_seed(tune, seeds, at)
  for _, seed in ipairs(seeds) do
    if seed == tune.seed then
      fail(inside(at, "seed"), "tune.seed %d is also a seed that is reported: trials must be of "
           .. "another one, or the settings are chosen for it", seed)
    end
  end
end

-- { trials, protocol, seed, epochs, around, space, methods }; nil where the sweep does not tune.
-- seeds: those that are reported
function M.read(value, catalog, seeds, at)
  if value == nil then
    return nil
  end
  local given = one_table(value, at)
  local known = table.move({ "space", "methods" }, 1, 2, #M.KEYS + 1, options.names(M.KEYS))
  spec.check_keys(given, known, at, "tune")
  check_on(given, at)
  local plain = {}
  for key, v in pairs(given) do
    plain[key] = options.find(M.KEYS, key) and v or nil
  end
  local tune = options.resolve(M.KEYS, plain, function(key, message)
    fail(inside(at, key), "tune: %s", message)
  end)
  check_seed(tune, seeds, at)
  tune.space = space_of(given.space or {}, catalog, inside(at, "space"))
  tune.methods = methods_of(given.methods, catalog, inside(at, "methods"))
  return tune
end

return M
