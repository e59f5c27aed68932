-- curves.lua - a run's curves, of which a report draws two: the rest is read when somebody asks for
-- it, and not kept in memory before.

local M = {}

-- all of them, in place of the few
local function fill(curve, read)
  setmetatable(curve, nil)
  for name, list in pairs(read() or {}) do
    curve[name] = list
  end
  return curve
end

-- few: the curves that were read; read(): all of them by name
function M.lazy(few, read)
  return setmetatable(few, {
    __index = function(curve, name)
      return rawget(fill(curve, read), name)
    end,
    __pairs = function(curve)
      return next, fill(curve, read)
    end,
  })
end

return M
