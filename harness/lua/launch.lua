-- launch.lua - starts the worker of one run: what lies in its folder beforehand, what it is told.

local kd = require "kd"
local cache = require "cache"
local data = require "data"
local files = require "files"
local json = require "json"
local planning = require "plan"

local M = {}

-- a worker has one thread, and finds the opened data set where the parent put it
local function environment(fd)
  return { OMP_NUM_THREADS = "1", OPENBLAS_NUM_THREADS = "1",
           KD_SHARED_DATA = fd and tostring(fd) or "" }
end

-- A checkpoint of other sources is no beginning for a run of these.
function M.note_sources(run)
  local path, now = run.folder .. "/sources.json", json.encode(planning.sources_now(run.spec))
  local before = files.read(path)
  if before and before ~= now .. "\n" then
    os.remove(run.folder .. "/checkpoint.h5")
  end
  return kd.write_atomic(path, now .. "\n")
end

-- files that the spec does not name: data, teachers and what they said
local function surroundings(run, how)
  local with = { teachers = json.list {} }
  local err
  with.data, err = data.folder(run.spec.dataset.name)
  for i, hash in ipairs(run.needs) do
    with.teachers[i] = { run = run.plan.by_hash[hash].path, cache = cache.files(run, i) }
  end
  with.cache = run.kind == "cache" and cache.request(run, how.rebuild_cache) or nil
  with.weights = run.weights
  return with.data and json.encode(with), err
end

-- What a worker is told, text of JSON by the name of its file; nil and a message where the data are
-- nowhere. how: rebuild_cache
function M.inputs(run, how)
  local with, err = surroundings(run, how)
  cache.touch(run)
  return with and { ["spec.json"] = run.text, ["with.json"] = with }, err
end

-- makes the folder of a run ready for its worker
function M.write_inputs(run, inputs)
  os.remove(run.folder .. "/status.json")
  local ok, err = kd.mkdirs(run.folder)
  for _, name in ipairs { "spec.json", "with.json" } do
    if ok then
      ok, err = kd.write_atomic(run.folder .. "/" .. name, inputs[name] .. "\n")
    end
  end
  if ok then
    ok, err = M.note_sources(run)
  end
  return ok, err
end

-- pid of the worker in a folder that is ready, or nil and a message; where: cpu, and fd of data that
-- are open already
function M.start(folder, where)
  local log = folder .. "/worker.log"
  return kd.spawn { argv = { kd.self(), "worker", folder }, env = environment(where.fd),
                    stdout = log, stderr = log, cpu = where.cpu, fd = where.fd }
end

-- the worker's pid, or nil and a message; how: rebuild_cache
function M.worker(run, how, cpu)
  local inputs, err = M.inputs(run, how)
  local ok = inputs
  if ok then
    ok, err = M.write_inputs(run, inputs)
  end
  if not ok then
    return nil, err
  end
  local fd = not run.weights and data.share(run.spec.dataset) or nil -- no texts are shared
  return M.start(run.folder, { cpu = cpu, fd = fd })
end

return M
