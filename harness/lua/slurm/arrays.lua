-- arrays.lua - runs that wait as job arrays: which runs are one array, and after which others it
-- may start. Runs of an array wait for the same teachers and caches; with a limit of runs at once,
-- the arrays are one for each stage, each after the one before.

local schedule = require "schedule"
local waiting = require "waiting"

local M = {}

local MOST = 1000 -- each task reads the list of its array

-- what a run waits for: runs of this submission, and those that are queued already
local function open_needs(run)
  local list = {}
  for _, other in ipairs(waiting.needs_of(run)) do
    local open = other.status == "waiting" or other.status == "queued"
    list[#list + 1] = open and other or nil
  end
  return list
end

-- stage of each run: 1 where it waits for nothing of this submission, else after all that it waits
-- for
local function stages_of(runs)
  local known = {}
  local function stage(run)
    if not known[run] then
      local last = 0
      for _, other in ipairs(open_needs(run)) do
        last = math.max(last, other.status == "waiting" and stage(other) or 0)
      end
      known[run] = last + 1
    end
    return known[run]
  end
  for _, run in ipairs(runs) do
    stage(run)
  end
  return known
end

local function key_of(stage, needs, chained)
  local hashes = {}
  for i, other in ipairs(chained and {} or needs) do
    hashes[i] = other.hash
  end
  table.sort(hashes)
  return stage .. " " .. table.concat(hashes, " ")
end

-- groups { runs, needs (each once), stage }, in order of their stages, then of their first runs
local function groups_of(runs, chained)
  local stages, list, by_key = stages_of(runs), {}, {}
  for place, run in ipairs(runs) do
    local needs = open_needs(run)
    local key = key_of(stages[run], needs, chained)
    local group = by_key[key]
    if not group then
      group = { runs = {}, needs = {}, stage = stages[run], place = place, seen = {} }
      by_key[key], list[#list + 1] = group, group
    end
    table.insert(group.runs, run)
    for _, other in ipairs(needs) do
      if not group.seen[other] then
        group.seen[other] = true
        table.insert(group.needs, other)
      end
    end
  end
  table.sort(list, function(a, b)
    if a.stage ~= b.stage then
      return a.stage < b.stage
    end
    return a.place < b.place
  end)
  return list
end

local function those_that_wait(runs)
  local list = {}
  for _, run in ipairs(runs) do
    list[#list + 1] = run.status == "waiting" and run or nil
  end
  return list
end

local function longest_first(runs)
  local place = {}
  for i, run in ipairs(runs) do
    place[run] = i
  end
  table.sort(runs, function(a, b)
    if schedule.before(a, b) ~= schedule.before(b, a) then
      return schedule.before(a, b)
    end
    return place[a] < place[b]
  end)
end

-- Arrays of the runs that wait, in the order in which they are to be submitted: { runs, needs,
-- stage, before }; a run knows its place: run.array, run.index. most: tasks of one array; chained:
-- each array starts after the one before, the first after `before`.
function M.of(runs, most, chained, before)
  local list = {}
  most = math.min(most, MOST)
  for _, group in ipairs(groups_of(those_that_wait(runs), chained)) do
    longest_first(group.runs)
    for from = 1, #group.runs, most do
      local array = { needs = group.needs, stage = group.stage, before = chained and before or nil }
      array.runs = table.move(group.runs, from, math.min(from + most - 1, #group.runs), 1, {})
      for i, run in ipairs(array.runs) do
        run.array, run.index = array, i
      end
      list[#list + 1], before = array, array
    end
  end
  return list
end

-- "12_1 12_2 12_3" is "12" where these are all
local function add_array(list, array, indices)
  if #indices == #array.runs then
    list[#list + 1] = array.id
    return
  end
  for _, index in ipairs(indices) do
    list[#list + 1] = array.id .. "_" .. index
  end
end

-- jobs that must be over before an array starts; those before it have their numbers: array.id
function M.after(array)
  local list, order, indices = {}, {}, {}
  for _, other in ipairs(array.needs) do
    local one = other.array
    if other.queued then
      list[#list + 1] = other.queued
    elseif one ~= array.before then
      order[#order + 1] = not indices[one] and one or nil
      indices[one] = indices[one] or {}
      table.insert(indices[one], other.index)
    end
  end
  for _, one in ipairs(order) do
    add_array(list, one, indices[one])
  end
  list[#list + 1] = array.before and array.before.id
  return list
end

return M
