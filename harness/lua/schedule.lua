-- schedule.lua - which run comes next, and on which processor it runs. Nothing here changes a bit of
-- any result: only when it is there.

local kd = require "kd"
local files = require "files"

local M = {}

-- others wait for teachers and caches
local STAGE = { teacher = 1, cache = 2 }

-- Of two runs that could start now, does the first? That of the earlier sweep; then the longest, so
-- that short ones fill the end.
function M.before(a, b)
  if a.plan.number ~= b.plan.number then
    return a.plan.number < b.plan.number
  end
  local first, second = STAGE[a.kind] or 3, STAGE[b.kind] or 3
  if first ~= second then
    return first < second
  end
  return a.estimate > b.estimate
end

-- a core's name, the same for the processors that share it
local function core_of(cpu)
  local path = string.format("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu)
  return files.read(path) or tostring(cpu)
end

-- one processor of every core, then the others
local function spread(cpus)
  local first, second, taken = {}, {}, {}
  for _, cpu in ipairs(cpus) do
    local core = core_of(cpu)
    table.insert(taken[core] and second or first, cpu)
    taken[core] = true
  end
  return table.move(second, 1, #second, #first + 1, first)
end

local function lock_of(cpu)
  return string.format("%s/kdbench-cpu%d.lock", os.getenv("XDG_RUNTIME_DIR") or "/tmp", cpu)
end

-- Processors for workers 1..n. One that another sweep of this machine has taken is left to it; a
-- worker for which none is left runs where the system puts it.
function M.processors(n)
  local list = {}
  for _, cpu in ipairs(spread(kd.cpu_list() or {})) do
    if #list < n and kd.lock(lock_of(cpu)) then
      list[#list + 1] = cpu
    end
  end
  return list
end

return M
