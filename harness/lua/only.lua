-- only.lua - what runs are called, and which of them --only names.

local M = {}

-- what trains a student: one of those that are reported, one that settings are tried with, one with
-- the settings that were chosen
local STUDENT = { student = true, trial = true, tuned = true }

-- a student's method; what else it is for the others: teacher, trained, cache
function M.row_of(run)
  return STUDENT[run.kind] and run.spec.method.name or run.kind
end

-- "seed0" of "kd/resnet20-resnet8/seed0": which of a method's runs on a pair. Where the sweep's own
-- setting was the best, the tuned run is the one that it was chosen for.
local function which(run)
  local spec = run.spec
  return spec.trial and "trial" .. spec.trial.number
         or (spec.tuned and "tuned-" or "") .. "seed" .. spec.seed
end

function M.label(run)
  local spec = run.spec
  return string.format("%s/%s/%s/%s", spec.dataset.name, M.row_of(run), spec.pair, which(run))
end

-- the label with the start of the run's hash, as its folder has it: of one run alone
function M.name(run)
  return M.label(run) .. "-" .. run.hash:sub(1, 12)
end

-- a part of the text, or a pattern with * for all of it
local function fits(text, pattern)
  if not pattern:find("*", 1, true) then
    return text:find(pattern, 1, true) ~= nil
  end
  local lua = pattern:gsub("[%^%$%(%)%%%.%[%]%+%-%?]", "%%%0"):gsub("%*", ".*")
  return text:find("^" .. lua .. "$") ~= nil
end

local function matches(run, pattern)
  return not pattern or fits(M.label(run), pattern) or fits(M.name(run), pattern)
end

-- a teacher is asked for by its hash alone: its label is often a part of a student's
local function is_asked_for(teacher, pattern)
  return pattern and not fits(M.label(teacher), pattern) and fits(M.name(teacher), pattern)
end

-- teachers asked for, in the order of their hashes
local function teachers(sweep, pattern)
  local list = {}
  for _, run in pairs(sweep.teachers) do
    list[#list + 1] = is_asked_for(run, pattern) and run or nil
  end
  table.sort(list, function(a, b) return a.hash < b.hash end)
  return list
end

-- every run that trains a student, once: a setting that was chosen may be the sweep's own
function M.students(sweep)
  local list, taken = {}, {}
  for _, runs in ipairs { sweep.runs, sweep.trials or {}, sweep.tuned or {} } do
    for _, run in ipairs(runs) do
      list[#list + 1] = not taken[run.hash] and run or nil
      taken[run.hash] = true
    end
  end
  return list
end

local function students(sweep, pattern, kind)
  local list = {}
  for _, run in ipairs(M.students(sweep)) do
    list[#list + 1] = (not kind or run.kind == kind) and matches(run, pattern) and run or nil
  end
  return list
end

-- does --only leave anything?
function M.any(sweep, pattern)
  return #students(sweep, pattern) > 0 or #teachers(sweep, pattern) > 0
end

-- the runs asked for, after the teachers and caches that they need; a teacher after its own. kind:
-- students of that kind alone
function M.chosen(sweep, pattern, kind)
  local list, learning, taken = {}, {}, {}
  local function take(run)
    if not taken[run.hash] then
      taken[run.hash] = true
      list[#list + 1] = run
    end
  end
  local function take_teachers(hashes)
    for _, hash in ipairs(hashes) do
      local teacher = sweep.teachers[hash]
      if not taken[hash] then
        take_teachers(teacher.needs)
        take(teacher)
        learning[#learning + 1] = teacher
      end
    end
  end
  local asked = students(sweep, pattern, kind)
  for _, run in ipairs(asked) do
    take_teachers(run.needs)
  end
  for _, run in ipairs(teachers(sweep, pattern)) do
    take_teachers { run.hash }
  end
  for _, run in ipairs(table.move(asked, 1, #asked, #learning + 1, learning)) do
    for _, one in ipairs(run.caches or {}) do
      take(one)
    end
  end
  for _, run in ipairs(asked) do
    take(run)
  end
  return list
end

return M
