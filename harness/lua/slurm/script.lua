-- script.lua - the job script of an array: a task is one run, carried out by `kdbench task`, which
-- takes the script's place, so that Slurm's signals reach it.

local quote = require("checksum").quote
local directive = require("slurm.options").directive

local M = {}

-- what a job's program must find as the one that submitted it did
local KEPT = { "KD_HOME", "KD_DATA", "KD_CACHE", "KD_METHOD_PATH", "KD_SIMD", "XDG_CACHE_HOME" }

-- seconds before the time limit at which a run is told to stop
local NOTICE = 60

local function pattern(path)
  return (path:gsub("%%", "%%%%"))
end

local function directives(array, where)
  return {
    { "job-name", "kdbench-" .. where.name },
    { "array", "1-" .. #array.runs .. (where.throttle and "%" .. where.throttle or "") },
    { "chdir", where.chdir },
    { "output", pattern(where.logs) .. "/" .. array.name .. ".%a.log" },
    { "open-mode", "append" },
    { "nodes", 1 }, { "ntasks", 1 }, { "cpus-per-task", 1 },
    { "requeue" },
    { "signal", "B:TERM@" .. NOTICE },
  }
end

-- those that were asked for last stand for the same ones
local function with_options(list, options)
  local asked = {}
  for _, option in ipairs(options) do
    asked[option[1]] = option
  end
  local all = {}
  for _, one in ipairs(list) do
    all[#all + 1] = not asked[one[1]] and one or nil
  end
  for _, option in ipairs(options) do
    all[#all + 1] = asked[option[1]] == option and option or nil
  end
  return all
end

-- array: name, runs; where: name (of the sweep), root, chdir, folder, logs, program, throttle,
-- options (of --slurm-option), getenv
function M.text(array, where)
  local lines = { "#!/bin/sh",
                  string.format("# kdbench: %s of %s, one a task; which: %s.jsonl", array.what,
                                where.root, array.name) }
  for _, one in ipairs(with_options(directives(array, where), where.options)) do
    lines[#lines + 1] = directive(one[1], one[2])
  end
  for _, name in ipairs(KEPT) do
    local value = where.getenv(name)
    lines[#lines + 1] = value and string.format("export %s=%s", name, quote(value)) or nil
  end
  lines[#lines + 1] = string.format('exec %s task %s "$SLURM_ARRAY_TASK_ID"', quote(where.program),
                                    quote(where.folder .. "/" .. array.name .. ".jsonl"))
  return table.concat(lines, "\n") .. "\n"
end

return M
