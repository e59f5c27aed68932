-- folder.lua - DIR/slurm: for each array a script (0001-2.sh) and what its tasks are, one a line
-- (0001-2.jsonl); in log/ what jobs said. The number in front is that of the submission.

local kd = require "kd"
local lfs = require "lfs"
local files = require "files"
local json = require "json"
local queue = require "slurm.queue"
local quote = require("checksum").quote

local M = {}

-- the one name of a folder that is there
local function real(path)
  local pipe = io.popen("cd " .. quote(path) .. " && pwd -P", "r")
  local text = pipe:read("a"):gsub("\n$", "")
  return pipe:close() and text or nil
end

function M.path(root)
  local here = files.is_folder(root) and real(root)
  if not here then -- as it will be
    here = root:sub(1, 1) == "/" and root or lfs.currentdir() .. "/" .. root
  end
  return here .. "/slurm"
end

function M.logs(folder)
  return folder .. "/log"
end

-- what the jobs of an array have to say of their time, one file a task: no two hosts write to one
function M.times(tasks, index)
  local name = files.base(tasks):gsub("%.jsonl$", "")
  return string.format("%s/%s.%d.times.jsonl", M.logs(files.folder_of(tasks)), name, index)
end

-- of the next submission
function M.next_number(folder)
  local last = 0
  for name in lfs.dir(files.is_folder(folder) and folder or "/") do
    last = math.max(last, math.tointeger(tonumber(name:match("^(%d%d%d%d)%-%d+%.%l+$"))) or 0)
  end
  return last + 1
end

-- ---- tasks -----------------------------------------------------------------------

local function paths_of_cache(run)
  local list = json.list {}
  for _, file in ipairs(run.kind == "cache" and run.files or {}) do
    list[#list + 1] = file.now and file.path or nil
  end
  return list
end

local function place_of(run)
  return { label = run.label, kind = run.kind, folder = run.folder, path = run.path,
           files = paths_of_cache(run) }
end

-- one line: all that a job has to know of its run; inputs: what launch.inputs gives
function M.line(run, needs, inputs)
  local task = place_of(run)
  task.hash, task.inputs, task.needs = run.hash, inputs, json.list {}
  for i, other in ipairs(needs) do
    task.needs[i] = place_of(other)
  end
  return json.encode(task)
end

function M.write(folder, name, lines, script)
  local ok, err = kd.mkdirs(M.logs(folder))
  for _, file in ipairs { { ".jsonl", table.concat(lines, "\n") .. "\n" }, { ".sh", script } } do
    if ok then
      ok, err = kd.write_atomic(folder .. "/" .. name .. file[1], file[2])
    end
  end
  return ok, err
end

-- a task as a run: plus spec; nil and a message
function M.read(path, index)
  local number, file, err = 0, io.open(path, "rb")
  if not file then
    return nil, "cannot read " .. path
  end
  local task
  for line in file:lines() do
    number = number + 1
    if number == index then
      task, err = json.decode(line)
      break
    end
  end
  file:close()
  if type(task) ~= "table" then
    return nil, string.format("%s has no task %d: %s", path, index, err or number .. " lines")
  end
  task.spec = json.decode(task.inputs["spec.json"])
  return task
end

-- ---- what is queued ----------------------------------------------------------------

-- the hash of every task of an array
local function hashes_of(path)
  local list = {}
  for line in (files.read(path) or ""):gmatch("[^\n]+") do
    local task = json.decode(line)
    list[#list + 1] = type(task) == "table" and task.hash or ""
  end
  return list
end

-- jobs of this folder that are not over: id ("12_3") by the hash of their runs, and a list of ids;
-- nil and a message
function M.queued(folder)
  local jobs, err = queue.jobs()
  if not jobs then
    return nil, err
  end
  local by_hash, ids, known = {}, {}, {}
  for _, job in ipairs(jobs) do
    local base = job.script:sub(1, #folder + 1) == folder .. "/" and job.script:match("^(.*)%.sh$")
    if base then
      known[base] = known[base] or hashes_of(base .. ".jsonl")
      local index = math.tointeger(tonumber(job.id:match("_(%d+)$")))
      by_hash[known[base][index] or ""] = job.id
      ids[#ids + 1] = job.id
    end
  end
  return by_hash, ids
end

-- A folder of which Slurm still carries out runs is in use: true, or nil and a message. Where the
-- queue cannot be asked nothing is known of it.
function M.is_idle(root)
  if not files.is_folder(root .. "/slurm") or not queue.is_here() then
    return true
  end
  local _, ids = M.queued(M.path(root))
  if type(ids) == "table" and #ids > 0 then
    return nil, string.format("%s has %d job%s in Slurm's queue (%s): wait for them, end them with "
                              .. "scancel, or add to them with --executor slurm", root, #ids,
                              #ids == 1 and "" or "s", ids[1] .. (#ids > 1 and ", ..." or ""))
  end
  return true
end

return M
