-- check.lua - `kdbench check`: every point for every method asked for, in both builds, each method
-- and build in a process of its own, so that a crash is a failed point and no more.

local kd = require "kd"
local files = require "files"
local golden = require "golden"
local json = require "json"
local text = require "check_text"
local vectors = require "vectors"
local worker = require "check_worker"

local M = {}

local DONE, FAILED, USAGE = 0, 1, 2
local PATIENCE = 300 -- seconds until a check counts as hanging
local SLOWEST = 10
local POINTS = { "descriptor", "golden", "gradient", "frozen", "property", "repeat", "edge",
  "distil" }

-- ---- both programs -----------------------------------------------------------------

-- the float and the double build lie side by side
local function programs()
  local float = kd.self():gsub("%-double$", "")
  return { { build = "float", path = float }, { build = "double", path = float .. "-double" } }
end

local one_thread = { OMP_NUM_THREADS = "1", OPENBLAS_NUM_THREADS = "1" }

local function command(job, how)
  local argv = { job.program, "check", "--worker" }
  if job.models then
    table.move({ "--models", "--golden", job.models }, 1, 3, #argv + 1, argv)
    table.move(how.names, 1, #how.names, #argv + 1, argv)
    return argv
  end
  argv[#argv + 1] = job.name
  for _, option in ipairs { "golden", "point" } do
    if how[option] then
      table.move({ "--" .. option, how[option] }, 1, 2, #argv + 1, argv)
    end
  end
  if how.all then
    argv[#argv + 1] = "--all"
  end
  return argv
end

-- ---- processes -----------------------------------------------------------------------

local function start(job, how)
  job.out = os.tmpname()
  job.err = os.tmpname()
  local pid, err = kd.spawn { argv = command(job, how), env = job.env or one_thread,
    stdout = job.out, stderr = job.err }
  job.began = kd.now()
  return pid, err
end

local function last_lines(path, most)
  local lines = {}
  for line in (files.read(path) or ""):gmatch("[^\n]+") do
    lines[#lines + 1] = line
  end
  return table.concat(lines, "\n", math.max(1, #lines - most + 1))
end

local function ending(job, status)
  if job.late then
    return "was still running after " .. PATIENCE .. " seconds"
  elseif status.signal then
    return "died of signal " .. status.signal
  end
  return "ended with code " .. status.exit
end

-- what the process wrote: job.results, and job.death where it did not come to its end
local function collect(job, status)
  local open
  job.results, job.seconds = {}, 0
  for line in (files.read(job.out) or ""):gmatch("[^\n]+") do
    local value = json.decode(line)
    if not value then
      break
    elseif value.begin then
      open = value
    elseif value.over then
      job.seconds, open, job.over = value.seconds, nil, true
    else
      table.insert(job.results, value)
    end
  end
  if status.signal or status.exit ~= 0 or not job.over then
    job.death = { at = open, why = ending(job, status) .. "\n" .. last_lines(job.err, 12) }
  end
  os.remove(job.out)
  os.remove(job.err)
end

local function kill_late(running)
  for pid, job in pairs(running) do
    if kd.now() - job.began > PATIENCE and not job.late then
      job.late = true
      kd.kill(pid, "KILL")
    end
  end
end

-- calls done(job) for each, as they end
local function run_all(jobs, how, done)
  local running, busy, next_job = {}, 0, 1
  while next_job <= #jobs or busy > 0 do
    while next_job <= #jobs and busy < how.jobs do
      local job = jobs[next_job]
      local pid, err = start(job, how)
      if not pid then
        return nil, err
      end
      running[pid], busy, next_job = job, busy + 1, next_job + 1
    end
    local status = kd.wait(1, true)
    kill_late(running)
    local job = status and running[status.pid]
    if job then
      running[status.pid], busy = nil, busy - 1
      collect(job, status)
      done(job)
    end
  end
  return true
end

-- ---- one method from two processes -----------------------------------------------------

local function add_death(method, job)
  local at = job.death.at or { begin = "check", number = 0 }
  local detail = "the check " .. job.death.why
  table.insert(method.points, { point = at.begin, number = at.number, build = job.build,
    ok = false, seconds = 0, detail = detail, faults = json.list { detail },
    remarks = json.list() })
end

local function merge(method, job)
  for _, p in ipairs(job.results) do
    p.build = job.build
    p.detail = table.concat(p.faults, "\n")
    p.faults, p.remarks = json.list(p.faults), json.list(p.remarks)
    if p.cases then
      p.cases = json.list(p.cases)
    end
    table.insert(method.points, p)
  end
  if job.death then
    add_death(method, job)
  end
  method.seconds = method.seconds + job.seconds
  method.waiting = method.waiting - 1
end

local function finish(method)
  table.sort(method.points, function(a, b)
    if a.number ~= b.number then
      return a.number < b.number
    end
    return a.build > b.build
  end)
  method.ok, method.waiting = true, nil
  for _, p in ipairs(method.points) do
    method.ok = method.ok and p.ok
  end
end

local function plan(names)
  local methods, jobs = {}, {}
  for i, name in ipairs(names) do
    methods[i] = { name = name, points = json.list(), seconds = 0, waiting = 2 }
    for _, p in ipairs(programs()) do
      jobs[#jobs + 1] = { name = name, build = p.build, program = p.path, method = methods[i] }
    end
  end
  return methods, jobs
end

local function check_methods(names, how, show)
  local methods, jobs = plan(names)
  local shown = 1
  local ok, err = run_all(jobs, how, function(job)
    merge(job.method, job)
    while methods[shown] and methods[shown].waiting == 0 do
      finish(methods[shown])
      show(methods[shown])
      shown = shown + 1
    end
  end)
  if not ok then
    return nil, err
  end
  return json.list(methods)
end

local function slowest(methods)
  local list = json.list()
  for i, m in ipairs(methods) do
    list[i] = { name = m.name, seconds = m.seconds }
  end
  table.sort(list, function(a, b) return a.seconds > b.seconds end)
  for i = #list, SLOWEST + 1, -1 do
    list[i] = nil
  end
  return list
end

-- with --all and a file of vectors: groups that no method claims
local function unclaimed(names, how)
  if not (how.all and how.golden) then
    return json.list()
  end
  local folders = {}
  for _, name in ipairs(names) do
    folders[name] = vectors.folder(name)
  end
  local open, err = golden.unclaimed(kd, how.golden, folders)
  return json.list(open or { err })
end

local function all_ok(list)
  for _, item in ipairs(list) do
    if not item.ok then
      return false
    end
  end
  return true
end

-- ---- the networks -------------------------------------------------------------------------

-- networks for images; those for points, text and noise
local REFERENCES = { "/harness/models/golden.h5", "/harness/models/golden2.h5" }

local function references(how)
  if how.golden then
    return { how.golden }
  end
  local list = {}
  for i, path in ipairs(REFERENCES) do
    list[i] = os.getenv("KD_HOME") .. path
  end
  return list
end

-- of each file: both builds, and the float build's portable path too
local function model_jobs(how)
  local jobs, plain = {}, { KD_SIMD = "off" }
  for key, value in pairs(one_thread) do
    plain[key] = value
  end
  for _, file in ipairs(references(how)) do
    for _, p in ipairs(programs()) do
      jobs[#jobs + 1] = { models = file, build = p.build, program = p.path }
      if p.build == "float" then
        jobs[#jobs + 1] = { models = file, build = p.build, program = p.path, env = plain }
      end
    end
  end
  return jobs
end

local function check_models(how)
  local found = { groups = json.list(), faults = json.list() }
  local ok, err = run_all(model_jobs(how), how, function(job)
    local report = job.results[1] or {}
    if job.death then
      table.insert(found.faults, job.build .. ": the check " .. job.death.why)
    elseif report.reason then
      table.insert(found.faults, job.build .. ": " .. tostring(report.reason))
    end
    for _, group in ipairs(report.groups or {}) do
      group.build, group.path = job.build, report.path
      table.insert(found.groups, group)
    end
  end)
  if not ok then
    return nil, err
  end
  table.sort(found.groups, function(a, b)
    return a.group .. b.build .. a.path < b.group .. a.build .. b.path
  end)
  -- a family that no file has a network of
  found.none = #how.names > 0 and #found.groups == 0
  found.ok = #found.faults == 0 and (#found.groups > 0 or found.none) and all_ok(found.groups)
  return found
end

-- ---- the verb --------------------------------------------------------------------------------

local function complain(message)
  io.stderr:write("kdbench: ", message, "\n")
  return USAGE
end

-- list of names, or nil and why not
local function wanted(args)
  local known, names = {}, {}
  local catalog, err = kd.catalog()
  if not catalog then
    return nil, err
  end
  for i, m in ipairs(catalog.methods) do
    known[m.name] = true
    names[i] = m.name
  end
  if args.all then
    return names
  end
  for _, name in ipairs(args.names) do
    if not known[name] then
      return nil, "no method '" .. name .. "': kdbench list methods shows them all"
    end
  end
  return args.names
end

-- nil, or what is wrong with the names of families
local function unknown_family(names)
  local catalog, err = kd.catalog()
  local known = {}
  for _, m in ipairs(catalog and catalog.models or {}) do
    known[m.name] = true
  end
  for _, name in ipairs(names) do
    if not known[name] then
      return err or "no family '" .. name .. "': kdbench list models shows them all"
    end
  end
end

local function missing_program()
  for _, p in ipairs(programs()) do
    if not files.exists(p.path) then
      return p.path .. " is missing: both builds are needed to check (make builds them)"
    end
  end
end

local function run_methods(names, how, args)
  local quiet = args.json
  local points = how.point and { how.point } or POINTS
  if not quiet then
    io.stdout:write(text.head(names, points))
  end
  local methods, err = check_methods(names, how, function(method)
    if not quiet then
      io.stdout:write(text.method(method, names, points, args.verbose))
      io.stdout:flush()
    end
  end)
  if not methods then
    return nil, err
  end
  local found = { methods = methods, slowest = slowest(methods), unclaimed = unclaimed(names, how) }
  found.ok = all_ok(methods) and #found.unclaimed == 0
  if not quiet then
    io.stdout:write(text.summary(found))
  end
  return found
end

local function absolute(path)
  return path and path:sub(1, 1) ~= "/" and require "lfs".currentdir() .. "/" .. path or path
end

-- args: names, all, models, golden, point, json, verbose, jobs, worker. Exit code.
function M.main(args)
  if args.worker then
    return worker.main(args)
  end
  local how = { golden = absolute(args.golden), all = args.all, point = args.point,
    jobs = args.jobs or kd.cpus() }
  local missing = missing_program()
  if missing then
    return complain(missing) and FAILED
  elseif not (args.all or args.models or #args.names > 0) then
    return complain("check what? Give names of methods, --all or --models")
  elseif how.golden and not files.exists(how.golden) then
    return complain("there is no file " .. how.golden)
  end
  local found, err
  if args.models then
    how.names = args.names
    err = unknown_family(args.names)
    if not err then
      found, err = check_models(how)
    end
    if found and not args.json then
      io.stdout:write(text.models(found))
    end
  else
    local names
    names, err = wanted(args)
    if not names then
      return complain(err)
    end
    found, err = run_methods(names, how, args)
  end
  if not found then
    return complain(err) and FAILED
  end
  if args.json then
    io.stdout:write(json.encode(found), "\n")
  end
  return found.ok and DONE or FAILED
end

return M
