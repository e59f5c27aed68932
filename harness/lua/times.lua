-- times.lua - where the time of a sweep went: one line a session in DIR/times.jsonl, printed at its
-- end, summed in the report. Clocks only: nothing here is among what reruns bit for bit.

local kd = require "kd"
local lfs = require "lfs"
local estimate = require "estimate"
local files = require "files"
local json = require "json"
local merged = require "store.merged"

local M = {}

-- wall seconds before the first worker, then seconds of workers
local PARTS = { "data", "plan", "teachers", "caches", "students", "evaluation", "overhead", "idle" }
local SAID = { evaluation = "measuring students", overhead = "starting and saving" }

local HELP = {
  data = "finding, checking and opening the data, before any worker",
  plan = "looking at what is there already, before any worker",
  teachers = "training and measuring teachers",
  caches = "what teachers say of every sample, computed once",
  students = "training students",
  evaluation = "measuring students on validation and test",
  overhead = "students' workers from start to end, less training and measuring",
  idle = "workers without a run",
}

local function path_of(root)
  return root .. "/times.jsonl"
end

local function append(path, entry)
  return kd.append_sync(path, json.encode(entry))
end

-- ---- a session's clock -----------------------------------------------------------------

local WHOLE = { teacher = "teachers", trained = "teachers", cache = "caches" }

-- A student's seconds, split by what it says of itself. One that went on from a checkpoint counts
-- what it did before it was stopped too: then these are shares.
local function split(spent, seconds, cost)
  local train, eval = cost.train_seconds or 0, cost.eval_seconds or 0
  local share = math.min(1, seconds / math.max(train + eval, 1e-9))
  spent.students = spent.students + share * train
  spent.evaluation = spent.evaluation + share * eval
  spent.overhead = spent.overhead + seconds - share * (train + eval)
end

local function text(entry)
  local all, list = entry.workers * entry.worker_seconds, {}
  for i = 3, #PARTS do
    local part = PARTS[i]
    list[#list + 1] = string.format("%s %.1f%%", SAID[part] or part,
                                    100 * entry.parts[part] / math.max(all, 1e-9))
  end
  return string.format("data %s, plan %s; %d worker%s for %s: %s",
                       estimate.duration(entry.parts.data), estimate.duration(entry.parts.plan),
                       entry.workers, entry.workers == 1 and "" or "s",
                       estimate.duration(entry.worker_seconds), table.concat(list, ", "))
end

local function new_track(one)
  local track = { path = one.file or path_of(one.root), name = one.sweep.name, busy = 0, runs = 0,
                  spent = {} }
  for _, part in ipairs(PARTS) do
    track.spent[part] = 0
  end
  return track
end

-- Idle workers wait for all sweeps: each has the share of that time that it has of the work.
local function share_idle(tracks, workers, lasted)
  local busy = 0
  for _, track in ipairs(tracks) do
    busy = busy + track.busy
  end
  local idle = workers * lasted - busy
  for _, track in ipairs(tracks) do
    track.spent.idle = busy > 0 and idle * track.busy / busy or idle / #tracks
  end
end

local function entry_of(track, workers)
  local spent = track.spent
  local lasted = (track.busy + spent.idle) / workers
  return { event = "run", finished = kd.utc(), workers = workers, runs = track.runs,
           seconds = spent.data + spent.plan + lasted, worker_seconds = lasted, parts = spent }
end

local function close(tracks, workers, quiet)
  for _, track in ipairs(tracks) do
    local entry = entry_of(track, workers)
    entry.parent_cpu_seconds = #tracks == 1 and os.clock() or nil
    if track.runs > 0 then
      append(track.path, entry)
    end
    if track.runs > 0 and not quiet then
      io.stderr:write("kdbench: ", #tracks > 1 and track.name .. ": " or "", text(entry), "\n")
    end
  end
end

-- Of the sweeps in list: { sweep, root; file: where to store it, if not in the folder }. lap(part,
-- i): what was done since the last for sweep i; start(workers): now they may begin; note(run,
-- seconds, cost or nil): a worker ended; close: says and stores it all, for each sweep of which a
-- worker ran.
function M.new(list)
  local tracks, since, workers = {}, kd.now(), 0
  for i, one in ipairs(list) do
    tracks[i] = new_track(one)
  end
  local clock = {}

  function clock.lap(part, i)
    local spent = tracks[i].spent
    spent[part] = spent[part] + kd.now() - since
    since = kd.now()
  end

  function clock.start(n)
    workers, since = n, kd.now()
  end

  function clock.note(run, seconds, cost)
    local track = tracks[run.plan.number]
    local whole = WHOLE[run.kind] or (not cost and "students")
    track.runs, track.busy = track.runs + 1, track.busy + seconds
    if whole then
      track.spent[whole] = track.spent[whole] + seconds
    else
      split(track.spent, seconds, cost)
    end
  end

  function clock.close(quiet)
    share_idle(tracks, workers, kd.now() - since)
    close(tracks, workers, quiet)
  end

  return clock
end

-- ---- what is stored -------------------------------------------------------------------------

-- how long the tables and figures took; a merged file is not changed by its report
function M.note_report(root, seconds, quiet)
  if not merged.is_alone(root) then
    append(path_of(root), { event = "report", finished = kd.utc(), seconds = seconds })
  end
  if not quiet then
    io.stderr:write(string.format("kdbench: report in %.1fs\n", seconds))
  end
end

-- where it is stored: by those who carried out sweeps, and by jobs of Slurm
local function stored(root)
  local list, jobs = {}, root .. "/slurm/log"
  for name in lfs.dir(files.is_folder(jobs) and jobs or "/") do
    list[#list + 1] = name:find("%.times%.jsonl$") and jobs .. "/" .. name or nil
  end
  table.sort(list)
  table.insert(list, 1, path_of(root))
  return list
end

-- the lines of all sessions in which a worker ran
function M.sessions(root)
  local sweep, list = merged.sweep(root), {}
  for _, path in ipairs(sweep and {} or stored(root)) do
    for line in (files.read(path) or ""):gmatch("[^\n]+") do
      local entry = json.decode(line)
      list[#list + 1] = type(entry) == "table" and entry.event == "run" and line or nil
    end
  end
  return sweep and sweep.times or list
end

-- seconds of each part over all sessions; nil where no session left any
local function sums(root)
  local all, found = {}, false
  for _, line in ipairs(M.sessions(root)) do
    local parts = json.decode(line).parts or {}
    for _, part in ipairs(PARTS) do
      all[part] = (all[part] or 0) + (tonumber(parts[part]) or 0)
      found = found or parts[part] ~= nil
    end
  end
  return found and all or nil
end

-- seconds by part of a folder, and the parts' names in order; nil where nothing is stored
function M.sums(root)
  return sums(root), PARTS
end

-- the table of the report; nil where nothing is stored
function M.table(root)
  local spent = sums(root)
  if not spent then
    return nil
  end
  local rows, csv, total = {}, { { "part", "seconds" } }, 0
  for _, part in ipairs(PARTS) do
    total = total + spent[part]
  end
  for _, part in ipairs(PARTS) do
    rows[#rows + 1] = { part, HELP[part], string.format("%.1f", spent[part]),
                        string.format("%.1f", 100 * spent[part] / math.max(total, 1e-9)) }
    csv[#csv + 1] = { part, spent[part] }
  end
  return { name = "times", title = "Time", labels = 2, rows = rows, csv = csv,
           head = { "Part", "What", "Seconds", "%" },
           caption = "Where the time of this sweep went, over all its sessions: seconds of the "
             .. "one process that plans, then of its workers, one core each." }
end

return M
