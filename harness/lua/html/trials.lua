-- trials.lua - the trials behind the runs of a cell whose setting tuning has chosen.

local M = {}

local function set_of(list)
  local set = {}
  for _, item in ipairs(list) do
    set[item] = true
  end
  return set
end

-- does a search serve one of these runs?
local function serves(search, hashes)
  for _, hash in ipairs(search.runs or {}) do
    if hashes[hash] then
      return true
    end
  end
  return false
end

-- the trials that an entry's runs were chosen among; none where it has no tuned runs
function M.of(entry)
  local set, bases, names, list = entry.track.set, {}, {}, {}
  for _, row in ipairs(entry.rows) do
    bases[row.kind == "tuned" and row.base or ""] = true
  end
  for _, search in ipairs(set.searches or {}) do
    if serves(search, bases) then
      table.move(search.trials, 1, #search.trials, #names + 1, names)
    end
  end
  local wanted = set_of(names)
  for _, row in ipairs(set.trials or {}) do
    list[#list + 1] = wanted[row.hash] and row or nil
  end
  return list
end

return M
