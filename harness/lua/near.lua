-- near.lua - "did you mean": the known name nearest to a misspelt one.

local M = {}

-- number of single-character edits that turn a into b
function M.distance(a, b)
  local row = {}
  for j = 0, #b do
    row[j] = j
  end
  for i = 1, #a do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #b do
      local same = string.byte(a, i) == string.byte(b, j)
      local cost = math.min(row[j] + 1, row[j - 1] + 1, diagonal + (same and 0 or 1))
      diagonal, row[j] = row[j], cost
    end
  end
  return row[#b]
end

function M.nearest(name, known)
  local best, least
  for _, other in ipairs(known) do
    local d = M.distance(string.lower(name), string.lower(other))
    if not least or d < least or (d == least and other < best) then
      best, least = other, d
    end
  end
  if least and least <= math.max(1, (#name + 1) // 3) then
    return best
  end
end

-- a sentence to end an error message with; says what there is when nothing is near
function M.hint(name, known)
  local best = #name <= 100 and M.nearest(name, known)
  if best then
    return "; did you mean '" .. best .. "'?"
  end
  local sorted = table.move(known, 1, #known, 1, {})
  table.sort(sorted)
  return "; there is " .. (#sorted > 0 and table.concat(sorted, ", ") or "none")
end

return M
