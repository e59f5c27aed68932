-- cache.lua - the planned runs that compute what a teacher says of every sample, once for all
-- methods and seeds that learn from it.

local kd = require "kd"
local files = require "files"
local json = require "json"
local options = require "options"

local M = {}

-- taps of the training split are kept when they take no more than this
local MOST_BYTES = 1024 * 1024 * 1024

local SPLITS = { "train", "validation", "test" }

-- a training image that is augmented is another one every epoch: that split is not kept
local function splits_of(dataset)
  local list = {}
  for _, split in ipairs(SPLITS) do
    if split ~= "train" or dataset.augment == "none" then
      list[#list + 1] = split
    end
  end
  return list
end

-- the files of a cache by split
function M.files(run)
  local paths = {}
  for _, split in ipairs(splits_of(run.spec.dataset)) do
    paths[split] = run.folder .. "/" .. split .. ".h5"
  end
  return paths
end

function M.is_there(run)
  for _, path in pairs(M.files(run)) do
    if not files.exists(path) then
      return false
    end
  end
  return true
end

function M.discard(run)
  for _, path in pairs(M.files(run)) do
    os.remove(path)
  end
end

-- what kd.cache is asked for
function M.request(run)
  local request = M.files(run)
  request.taps, request.budget = run.taps, MOST_BYTES
  return request
end

-- The run that fills the cache of teacher `entry` ({ model, run }) for the data of `student`. Its
-- spec is that of a plain student, which a cache does not depend on.
local function cache_run(student, entry, teacher)
  local from = student.spec
  local spec = { schema = 1, dataset = from.dataset, student = from.student,
                 teacher = json.list {}, reference = json.list { entry }, seed = 0,
                 method = { name = "none", options = {} }, train = from.train,
                 pair = entry.model.arch }
  return { kind = "cache", spec = spec, text = json.encode(spec), needs = { entry.run },
           net = student.net, teacher_nets = { teacher and teacher.net }, taps = false }
end

local function key_of(dataset, entry)
  return kd.sha256(json.encode { dataset = dataset, teacher = entry.run })
end

-- List of cache runs that the students need; each student gets `caches`, one a teacher, and needs
-- them. `by_hash` finds the teachers.
function M.plan(students, by_hash, catalog)
  local list, known = {}, {}
  for _, student in ipairs(students) do
    local spec = student.spec
    student.caches = {}
    local method = options.find(catalog.methods, spec.method.name)
    local taps = method and method.taps and method.taps ~= "none"
    for i, entry in ipairs(#spec.teacher > 0 and spec.teacher or spec.reference) do
      local key = key_of(spec.dataset, entry)
      if not known[key] then
        known[key] = cache_run(student, entry, by_hash[entry.run])
        known[key].hash = key
        list[#list + 1] = known[key]
      end
      known[key].taps = known[key].taps or taps or false
      student.caches[i] = known[key]
    end
  end
  return list
end

return M
