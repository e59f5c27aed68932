-- submit.lua - carries out a plan by Slurm: writes job arrays, teachers before caches before
-- students, and submits those of its runs that are neither done nor queued.

local kd = require "kd"
local lfs = require "lfs"
local arrays = require "slurm.arrays"
local budget = require "budget"
local files = require "files"
local folder = require "slurm.folder"
local launch = require "launch"
local outcome = require "outcome"
local planning = require "plan"
local queue = require "slurm.queue"
local script = require "slurm.script"
local options = require "slurm.options"
local waiting = require "waiting"

local M = {}

-- ---- what is to be submitted -------------------------------------------------------

-- marks the runs of a part that are queued; true and whether there are any, or nil and a message
local function mark_queued(part, at, dry_run)
  if not files.is_folder(at) or dry_run and not queue.is_here() then
    return true, false
  end
  local by_hash, err = folder.queued(at)
  for _, run in ipairs(by_hash and part.runs or {}) do
    run.queued = by_hash[run.hash]
  end
  return by_hash and true, by_hash and next(by_hash) ~= nil or err
end

-- those whose teacher never will be there
local function skip(part, how)
  for _, run in ipairs(part.runs) do
    if run.status == "waiting" then
      local ready, other = waiting.ready(waiting.needs_of(run))
      if ready == false then
        local over = outcome.without(other)
        run.status, run.reason = over.status, over.reason
        if not how.dry_run then
          outcome.keep(run, over)
        end
      end
    end
  end
end

-- what lies in the way is removed; not what a job of this folder may be using
local function make_room(part, in_use, how)
  waiting.clear(part)
  if not in_use then
    budget.make_room(part.shared, part.root, how.say)
  end
end

-- "2 teachers, 14 students"
local function content(runs)
  local n, parts = { teacher = 0, cache = 0, student = 0 }, {}
  for _, run in ipairs(runs) do
    local kind = n[run.kind] and run.kind or "student"
    n[kind] = n[kind] + 1
  end
  for _, kind in ipairs { "teacher", "cache", "student" } do
    parts[#parts + 1] = n[kind] > 0 and string.format("%d %s%s", n[kind], kind,
                                                      n[kind] > 1 and "s" or "") or nil
  end
  return table.concat(parts, ", ")
end

local function is_sayable(where)
  for _, path in ipairs { where.root, where.chdir, where.folder } do
    if not options.can_be_said(path) then
      return nil, "sbatch cannot be told of this folder: " .. path
    end
  end
  return true
end

-- { arrays, where }, or nil and a message; most: tasks of an array; before: the last array of the parts before
local function plan_part(part, how, most, before)
  local where = { name = part.name, root = part.root, chdir = lfs.currentdir(),
                  folder = folder.path(part.root), program = kd.self(), throttle = how.throttle,
                  options = how.slurm_options, getenv = os.getenv }
  where.logs = folder.logs(where.folder)
  local ok, in_use = mark_queued(part, where.folder, how.dry_run)
  if not ok then
    return nil, in_use
  end
  local said, err = is_sayable(where)
  if not said then
    return nil, err
  end
  waiting.mark(part, how)
  skip(part, how)
  if not how.dry_run then
    make_room(part, in_use, how)
  end
  local list = arrays.of(part.runs, most, how.throttle ~= nil, before)
  local number = folder.next_number(where.folder)
  for k, array in ipairs(list) do
    array.name, array.what = string.format("%04d-%d", number, k), content(array.runs)
  end
  return { arrays = list, where = where }
end

-- ---- submitting ---------------------------------------------------------------------

local function write(array, where, how)
  local lines = {}
  for i, run in ipairs(array.runs) do
    local inputs, err = launch.inputs(run, how)
    if not inputs then
      return nil, err
    end
    lines[i] = folder.line(run, waiting.needs_of(run), inputs)
  end
  return folder.write(where.folder, array.name, lines, script.text(array, where))
end

local function submit(array, where, how)
  local ok, err = write(array, where, how)
  if not ok then
    return nil, err
  end
  kd.kill_point("before_sbatch")
  array.id, err = queue.submit(where.folder .. "/" .. array.name .. ".sh", arrays.after(array))
  kd.kill_point("after_sbatch")
  if array.id then
    how.say(string.format("job %s: %s of %s", array.id, array.what, where.root))
  end
  return array.id, err
end

local function submit_all(parts, how)
  local n, ok, err = 0, true, nil
  for _, part in ipairs(parts) do
    for _, array in ipairs(part.arrays) do
      if ok then
        ok, err = submit(array, part.where, how)
        n = n + (ok and #array.runs or 0)
      end
    end
  end
  return n, err
end

-- ---- what is said --------------------------------------------------------------------

local function quoted(words)
  local list = {}
  for i, word in ipairs(words) do
    list[i] = word:find("^[%w%%%%_./:,@+=-]+$") and word or '"' .. word .. '"'
  end
  return table.concat(list, " ")
end

-- scripts, then the commands that would submit them, as one text that a shell can read
local function print_scripts(parts)
  local commands, n = {}, 0
  for _, part in ipairs(parts) do
    for _, array in ipairs(part.arrays) do
      n = n + 1
      local path = part.where.folder .. "/" .. array.name .. ".sh"
      io.stdout:write("# ---- ", path, "\n", script.text(array, part.where), "\n")
      local words = queue.arguments(path, arrays.after(array))
      array.id = string.format("${job%d}", n)
      commands[n] = string.format("job%d=$(sbatch %s)", n, quoted(words))
    end
  end
  io.stdout:write("# ---- submitted by\n", table.concat(commands, "\n"), n > 0 and "\n" or "")
end

local function count(plan)
  local n = { done = 0, failed = 0, queued = 0, waiting = 0, [planning.NOT_APPLICABLE] = 0 }
  for _, run in ipairs(plan.runs) do
    n[run.status] = n[run.status] + 1
  end
  return n
end

local function summary(plan, n, where)
  local text = { string.format("%d of %d runs submitted", n.submitted, #plan.runs) }
  for _, word in ipairs { "queued", "done", planning.NOT_APPLICABLE, "failed" } do
    text[#text + 1] = n[word] > 0 and string.format("%d %s", n[word],
                                                    word == "queued" and "queued before" or word)
                      or nil
  end
  local open = n.submitted + n.queued > 0
  return table.concat(text, ", ") .. (open and string.format(
    "; squeue --me shows them, kdbench report %s what they left; say this again to submit what was "
    .. "stopped or failed", where) or "")
end

-- The runs with settings that trials choose cannot be planned before these are over.
local function say_what_follows(list, how)
  local open = 0
  for _, one in ipairs(list) do
    for _, search in pairs(one.sweep.outcomes or {}) do
      open = open + (search.open > 0 and 1 or 0)
    end
  end
  if open > 0 then
    how.say(string.format("%d search%s for settings: say this again when the trials are over, to "
                          .. "submit the runs with what they choose", open,
                          open > 1 and "es" or ""))
  end
end

-- list of what plan_part gives, or nil and a message
local function plan_parts(plan, how)
  local parts, most, before, err = {}, queue.most_tasks(), nil, nil
  for i, part in ipairs(plan.parts) do
    parts[i], err = plan_part(part, how, most, before)
    if not parts[i] then
      return nil, err
    end
    before = parts[i].arrays[#parts[i].arrays] or before
  end
  return parts
end

-- how: throttle (runs at once), slurm_options, dry_run, keep_stale, rebuild_cache, say(text);
-- where: folders, for a person; list of { sweep }: what was planned. Exit code; or nil and a
-- message.
function M.carry_out(plan, how, where, list)
  local here, err = queue.is_here()
  if not here and not how.dry_run then
    return nil, err
  end
  local parts
  parts, err = plan_parts(plan, how)
  if not parts then
    return nil, err
  elseif how.dry_run then
    print_scripts(parts)
    return 0
  end
  local n = count(plan)
  n.submitted, err = submit_all(parts, how)
  how.say(summary(plan, n, where))
  say_what_follows(list, how)
  if err then
    return nil, err .. "; what was submitted before stays in the queue"
  end
  return n.failed > 0 and 1 or 0
end

return M
