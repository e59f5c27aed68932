-- queue.lua - what Slurm is asked and told, by its own commands. The queue itself is the record of
-- what was submitted: a job is known by the path of its script.

local quote = require("checksum").quote

local M = {}

local LIMIT = 1001 -- MaxArraySize where nothing else is said

-- what a command printed, or nil: it has said itself on stderr what is wrong
local function ask(command)
  local pipe = io.popen(command, "r")
  local text = pipe:read("a")
  return pipe:close() and text or nil
end

local function has(program)
  return ask("command -v " .. program) ~= nil
end

-- true, or nil and a message
function M.is_here()
  if has("sbatch") and has("squeue") then
    return true
  end
  return nil, "--executor slurm needs the commands of Slurm: sbatch and squeue are not in PATH"
end

-- most tasks that an array may have: its last index is one less than MaxArraySize
function M.most_tasks()
  local text = ask("scontrol show config 2> /dev/null") or ""
  local limit = math.tointeger(tonumber(text:match("MaxArraySize%s*=%s*(%d+)"))) or LIMIT
  return math.max(1, limit - 1)
end

-- jobs of this user that are pending, running or ending, one a task: list of { id = "12_3", state,
-- script }; nil and a message
function M.jobs()
  local text = ask("squeue --me --noheader --array --format='%i|%T|%o'")
  if not text then
    return nil, "squeue does not say what is queued already"
  end
  local list = {}
  for line in text:gmatch("[^\n]+") do
    local id, state, script = line:match("^%s*([%d_]+)|(%u+)|(.-)%s*$")
    if id then
      list[#list + 1] = { id = id, state = state, script = script }
    end
  end
  return list
end

-- arguments of sbatch; after: list of jobs that must be over first, however they ended
function M.arguments(script, after)
  local first = #after > 0 and "--dependency=afterany:" .. table.concat(after, ":") or nil
  return { "--parsable", first or script, first and script }
end

-- submits: the job's number, or nil and a message
function M.submit(script, after)
  local words = { "sbatch" }
  for _, word in ipairs(M.arguments(script, after)) do
    words[#words + 1] = quote(word)
  end
  local text = ask(table.concat(words, " "))
  local id = text and text:match("^(%d+)")
  return id, not id and "sbatch refused " .. script or nil
end

-- "1-02:03:04", "03:04" -> seconds; nil for UNLIMITED and the like
local function seconds(text)
  local days, rest = text:match("^(%d+)%-(.+)$")
  local total = 0
  for part in (rest or text):gmatch("[^:]+") do
    if not part:match("^%d+$") then
      return nil
    end
    total = 60 * total + tonumber(part)
  end
  return total + 86400 * (tonumber(days) or 0)
end

-- state of one job, and seconds that are left of its time limit
function M.state(id)
  local text = ask("squeue --noheader --format='%T|%L' --jobs=" .. quote(id)) or ""
  local state, left = text:match("^(%u+)|(%S+)")
  return state, left and seconds(left)
end

function M.requeue(id)
  return ask("scontrol requeue " .. quote(id)) ~= nil
end

return M
