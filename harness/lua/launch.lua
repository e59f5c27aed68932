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
  cache.touch(run)
  return with.data and json.encode(with) .. "\n", err
end

local function write_inputs(run, how)
  local with, err = surroundings(run, how)
  local ok = with and kd.mkdirs(run.folder)
  for _, file in ipairs { { "spec.json", run.text .. "\n" }, { "with.json", with } } do
    if ok then
      ok, err = kd.write_atomic(run.folder .. "/" .. file[1], file[2])
    end
  end
  if ok then
    ok, err = M.note_sources(run)
  end
  return ok, err
end

-- the worker's pid, or nil and a message; how: rebuild_cache
function M.worker(run, how, cpu)
  os.remove(run.folder .. "/status.json")
  local ok, err = write_inputs(run, how)
  if not ok then
    return nil, err
  end
  local log, fd = run.folder .. "/worker.log", data.share(run.spec.dataset)
  return kd.spawn { argv = { kd.self(), "worker", run.folder }, env = environment(fd),
                    stdout = log, stderr = log, cpu = cpu, fd = fd }
end

return M
