-- words.lua - how captions and cells call intervals and chances.

local bootstrap = require "stat.bootstrap"
local interval = require "stat.interval"

local M = {}

-- values of the fullest cell of a group of runs
function M.most_values(group)
  local most = 0
  for _, columns in pairs(group.cells) do
    for _, rows in pairs(columns) do
      most = math.max(most, #rows)
    end
  end
  return most
end

-- the interval's name in a sentence, where the fullest cell has `most` values
function M.interval(most)
  if most < interval.MANY then
    return "Student's t"
  end
  return string.format("Student's t, from %d seeds [ends] of a BCa bootstrap (%d resamples, level "
                       .. "widened for few seeds)", interval.MANY, bootstrap.RESAMPLES)
end

-- a chance as tables show it
function M.p(p)
  return p < 0.001 and "<0.001" or string.format("%.3f", p)
end

M.NOT_HERE = "cannot resolve at this n"

return M
