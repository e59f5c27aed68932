-- after.lua - the runs of a report with what tuning made of them: each stands where the run at the
-- sweep's own settings stood, so that the tables after tuning are the tables before it, refilled.

local M = {}

local NOT_TUNED = "not tuned"

-- searches by the hash of a run that they are for
local function searches_of(set)
  local map = {}
  for _, one in ipairs(set.searches) do
    for _, hash in ipairs(one.runs) do
      map[hash] = one
    end
  end
  return map
end

local function by_base(rows)
  local map = {}
  for _, row in ipairs(rows) do
    map[row.base] = row
  end
  return map
end

-- why a run of a search has no chosen setting
local function missing(one, trials)
  local ended, done, reason = 0, false, nil
  for _, hash in ipairs(one.trials) do
    local row = trials[hash]
    ended = ended + (row and row.state ~= "not run" and 1 or 0)
    done = done or row and row.state == "done"
    reason = reason or row and row.state ~= "done" and row.reason
  end
  if ended < #one.trials then
    return "not run", string.format("%d of %d trials are done", ended, #one.trials)
  elseif done then
    return "not run", "all trials are done, what they chose is not trained yet"
  end
  return "failed", "no trial left a result" .. (reason and ": " .. reason or "")
end

-- a row with the name and place of `own` and the numbers of `tuned`
local function refilled(own, tuned, state, reason)
  local row = { kind = "student", spec = own.spec, hash = own.hash, text = own.text,
                path = own.path, column = own.column, as = own.as, final = {}, curve = {}, cost = {}, env = {},
                state = state, reason = reason }
  for _, key in ipairs(tuned and { "state", "reason", "final", "curve", "cost", "env", "stale",
                                   "path", "finished" } or {}) do
    row[key] = tuned[key]
  end
  row.number, row.measured = tuned and tuned.number, tuned
  return row
end

local function by_hash(rows)
  local map = {}
  for _, row in ipairs(rows) do
    map[row.hash] = row
  end
  return map
end

-- the set after tuning; its rows of students say in `number` which trial was chosen
function M.set(set)
  local searches, tuned, trials = searches_of(set), by_base(set.tuned), by_hash(set.trials)
  local after = setmetatable({ rows = {} }, { __index = set })
  for i, row in ipairs(set.rows) do
    local one = row.kind == "student" and searches[row.hash]
    if row.kind ~= "student" then
      after.rows[i] = row
    elseif not one then
      after.rows[i] = refilled(row, nil, NOT_TUNED)
    elseif tuned[row.hash] then
      after.rows[i] = refilled(row, tuned[row.hash])
    else
      after.rows[i] = refilled(row, nil, missing(one, trials))
    end
  end
  after.by_hash = by_hash(after.rows)
  return after
end

return M
