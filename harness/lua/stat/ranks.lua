-- ranks.lua - places of numbers in their order, equal ones sharing the mean of theirs, and what is
-- said by ranks alone: Kendall's tau-b.

local M = {}

-- places from 1 (the least), and a list of how many share each place
function M.of(list)
  local order, places, groups = {}, {}, {}
  for i = 1, #list do
    order[i] = i
  end
  table.sort(order, function(a, b) return list[a] < list[b] end)
  local first = 1
  while first <= #list do
    local last = first
    while last < #list and list[order[last + 1]] == list[order[first]] do
      last = last + 1
    end
    for i = first, last do
      places[order[i]] = (first + last) / 2
    end
    groups[#groups + 1] = last - first + 1
    first = last + 1
  end
  return places, groups
end

local function sign(v)
  return v > 0 and 1 or v < 0 and -1 or 0
end

-- Kendall's tau-b of two lists of one length: pairs in the same order less pairs in the other, over
-- the geometric mean of the pairs that each list orders. nil where one of them is all equal.
function M.kendall(a, b)
  local sum, of_a, of_b = 0, 0, 0
  for i = 1, #a do
    for j = i + 1, #a do
      local x, y = sign(a[i] - a[j]), sign(b[i] - b[j])
      sum, of_a, of_b = sum + x * y, of_a + x * x, of_b + y * y
    end
  end
  return of_a > 0 and of_b > 0 and sum / math.sqrt(of_a * of_b) or nil
end

return M
