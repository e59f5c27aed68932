-- stream.lua - random numbers from a name: the same name gives the same numbers, everywhere.
-- Splitmix64 (Steele, Lea and Flood 2014), begun at the name's FNV-1a hash.

local M = {}

local function hash(name)
  local h = 0xcbf29ce484222325
  for i = 1, #name do
    h = (h ~ name:byte(i)) * 0x100000001b3
  end
  return h
end

-- next(): 64 random bits; below(n): one of 0 .. n - 1
function M.new(name)
  local state, s = hash(name), {}
  function s.next()
    state = state + 0x9e3779b97f4a7c15
    local z = state
    z = (z ~ (z >> 30)) * 0xbf58476d1ce4e5b9
    z = (z ~ (z >> 27)) * 0x94d049bb133111eb
    return z ~ (z >> 31)
  end
  function s.below(n)
    return math.floor((s.next() >> 11) * 0x1p-53 * n)
  end
  return s
end

return M
