-- arguments.lua - what the command's arguments mean: converters that say what would have been right,
-- and the options that several verbs share.

local sizes = require "sizes"
local slurm = require "slurm.options"

local M = {}

-- ---- converters ------------------------------------------------------------------

local function duration(text)
  local total, rest = 0, text
  for number, unit in text:gmatch("([%d.]+)([hms])") do
    total = total + (tonumber(number) or 0) * ({ h = 3600, m = 60, s = 1 })[unit]
    rest = rest:gsub("^[%d.]+[hms]", "")
  end
  if rest ~= "" then
    total = tonumber(rest)
  end
  return total and total > 0 and total or nil, "a time such as 90s, 30m or 1h30m"
end

local function minutes(text)
  local n = tonumber(text)
  return n and n > 0 and n <= 1e4 and n or nil, "minutes, such as 30"
end

local function size(text)
  return sizes.parse(text), sizes.WANTED
end

-- convert(text) gives a value, or nil and what would have been right
function M.converter(convert)
  return function(text)
    local value, wanted = convert(text)
    if value == nil then
      return nil, string.format("'%s' must be %s", text, wanted)
    end
    return value
  end
end

-- a whole number from least to most
function M.whole(least, most)
  return M.converter(function(text)
    local n = math.tointeger(tonumber(text))
    return n and n >= least and n <= most and n or nil,
      string.format("a whole number from %d to %d", least, most)
  end)
end

M.count = M.whole(1, 4096)
M.duration = M.converter(duration)
M.minutes = M.converter(minutes)
M.size = M.converter(size)

-- key=value
function M.setting(text)
  local key, value = text:match("^([%w_.]+)=(.+)$")
  if not key then
    return nil, "'" .. text .. "' must be key=value, such as train.lr=0.1"
  end
  return { key, value }
end

-- ---- options of several verbs --------------------------------------------------------

-- of whatever trains
function M.running(command)
  command:option("-j --jobs", "Runs at once; default: one a core."):argname("N"):convert(M.count)
  command:option("--only", "Only runs with this in data set/method/pair/seed; * is any text.")
    :argname("PATTERN")
  command:option("--budget", "Stop cleanly after this time."):argname("TIME"):convert(M.duration)
  command:flag("--dry-run", "Print the plan, run nothing.")
  command:flag("--keep-stale", "Count runs of older sources as done.")
  command:option("--cache-size", "Keep at most this much of what teachers say; default: 2G.")
    :argname("SIZE"):convert(M.size)
  command:flag("--rebuild-cache", "Compute kept outputs that cannot be used again.")
  command:option("--executor", "local: this process carries runs out; slurm: jobs do.")
    :choices { "local", "slurm" }:default("local")
  command:option("--slurm-option", "An option of sbatch for all jobs, such as partition=long.")
    :argname("KEY=VALUE"):count("*"):convert(slurm.parse)
  command:flag("-q --quiet", "Print failures only.")
  command:flag("-v --verbose", "Print every epoch.")
end

-- of whatever reads sweeps
function M.sweeps(command)
  command:argument("sweeps", "Files of sweeps or profiles."):argname("SWEEP.lua"):args("+")
  command:option("-o --output", "Folder of the runs; default: results/runs/<name>. Several sweeps "
                 .. "have each a folder in it."):argname("DIR")
  command:option("--set", "Change one value of the sweep."):argname("KEY=VALUE"):count("*")
    :convert(M.setting)
  command:option("--seed", "Instead of the sweep's seeds."):argname("K")
  M.running(command)
end

return M
