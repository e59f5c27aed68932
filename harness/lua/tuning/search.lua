-- search.lua - the trials of a sweep that tunes: for each method and pair as many runs, each with
-- settings of its own, all of one seed that is not reported. Trial 1 has the sweep's own settings.

local kd = require "kd"
local json = require "json"
local options = require "options"
local draw = require "tuning.draw"
local keys = require "tuning.keys"
local space = require "tuning.space"
local spec = require "spec"

local M = {}

local MOST_TRIALS = 20000

function M.is_tuned(tune, method)
  for _, name in ipairs(tune.methods or { method }) do
    if name == method then
      return true
    end
  end
  return false
end

local function copy(t)
  local out = setmetatable({}, getmetatable(t))
  for key, value in pairs(t) do
    out[key] = type(value) == "table" and copy(value) or value
  end
  return out
end

-- A copy of a run's spec that is written as it was: what was read from a file has forgotten which
-- of its empty tables are lists.
local function spec_of(run)
  local s = copy(run.spec)
  json.list(s.teacher)
  json.list(s.reference)
  json.list(s.train.milestones)
  if json.encode(s) ~= run.text then
    error("the spec of run " .. run.hash .. " cannot be written again as it was", 0)
  end
  return s
end

-- a run like `run`, of another spec
function M.changed(run, kind, change)
  local other = { kind = kind, needs = run.needs, net = run.net, teacher_nets = run.teacher_nets,
                  name = run.name, column = run.column, as = run.as, spec = spec_of(run) }
  change(other.spec)
  other.text = json.encode(other.spec)
  other.hash = kd.sha256(other.text)
  return other
end

-- puts a trial's values where they belong
local function put(out, dimensions, values)
  for i, d in ipairs(dimensions) do
    local to = d.of == "train" and out.train or out.method.options
    to[d.key] = values[i]
  end
end

local function trial_of(search, prototype, tune, number)
  local s = prototype.spec
  local name = { tune.seed, s.method.name, s.pair, s.dataset.name }
  local trial = M.changed(prototype, "trial", function(out)
    if number > 1 then
      put(out, search.dimensions, draw.trial(search.dimensions, name, number))
    end
    out.train.epochs, out.attack = tune.epochs or out.train.epochs, nil
    out.trial = { number = number }
  end)
  trial.search, trial.number = search.id, number
  return trial
end

local function new_search(sweep, id, prototype)
  local s = prototype.spec
  local search = { id = id, method = s.method.name, runs = {}, trials = {} }
  local entry = options.find(sweep.catalog.methods, s.method.name)
  search.dimensions, search.kept = space.dimensions(entry, s, sweep.tune)
  for number = 1, sweep.tune.trials do
    local trial = trial_of(search, prototype, sweep.tune, number)
    search.trials[number] = trial.hash
    sweep.trials[#sweep.trials + 1] = trial
  end
  return search
end

-- Notes that `run` is to be tuned. prototype: the same run at the trials' seed; runs that have the
-- same one differ by seed alone, and are tuned together.
function M.add(sweep, run, prototype, at)
  local id = kd.sha256(json.encode { prototype.hash, run.column or 0, run.as or 0 }):sub(1, 12)
  local search = sweep.search_by_id[id]
  if not search then
    if (#sweep.searches + 1) * sweep.tune.trials > MOST_TRIALS then
      spec.fail(at, "tune multiplies to more than %d trials", MOST_TRIALS)
    end
    search = new_search(sweep, id, prototype)
    sweep.search_by_id[id] = search
    sweep.searches[#sweep.searches + 1] = search
  end
  search.runs[#search.runs + 1] = run.hash
end

-- what a sweep says under `tune`, and room for what follows from it
function M.begin(sweep, said, seeds, at)
  sweep.tune = keys.read(said, sweep.catalog, seeds, at)
  sweep.trials, sweep.searches, sweep.tuned, sweep.search_by_id = {}, {}, {}, {}
end

-- when every run is known
function M.close(sweep, at)
  if sweep.tune then
    keys.check_methods(sweep.tune, sweep.runs, at)
  end
end

return M
