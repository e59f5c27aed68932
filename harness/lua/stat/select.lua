-- select.lua - the k-th smallest of many numbers without sorting all of them: they are counted into
-- bins, and only the bins that are asked for are sorted.

local M = {}

local BINS = 128

local function ends(list)
  local low, high = list[1], list[1]
  for i = 2, #list do
    local v = list[i]
    low, high = v < low and v or low, v > high and v or high
  end
  return low, high
end

-- at(k): the k-th smallest of the list, from 1
function M.of(list)
  local low, high = ends(list)
  local scale, counts, sorted = (BINS - 1) / (high - low), {}, {}
  if high == low then
    return function() return low end
  end
  for bin = 0, BINS - 1 do
    counts[bin] = 0
  end
  for i = 1, #list do
    local bin = (list[i] - low) * scale // 1 | 0
    counts[bin] = counts[bin] + 1
  end
  local function members(bin)
    local found = {}
    for i = 1, #list do
      found[#found + 1] = (list[i] - low) * scale // 1 | 0 == bin and list[i] or nil
    end
    table.sort(found)
    return found
  end
  return function(k)
    local bin = 0
    while k > counts[bin] do
      k, bin = k - counts[bin], bin + 1
    end
    sorted[bin] = sorted[bin] or members(bin)
    return sorted[bin][k]
  end
end

return M
