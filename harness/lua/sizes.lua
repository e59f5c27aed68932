-- sizes.lua - bytes as people write them: 200K, 1.5G.

local M = {}

local UNIT = { [""] = 1, K = 2 ^ 10, M = 2 ^ 20, G = 2 ^ 30, T = 2 ^ 40 }
local LARGEST = 2 ^ 60

-- bytes, or nil when the text is no size
function M.parse(text)
  local number, unit = tostring(text):match("^(%d+%.?%d*)([KMGT]?)$")
  local bytes = number and tonumber(number) * UNIT[unit]
  return bytes and bytes <= LARGEST and math.floor(bytes) or nil
end

M.WANTED = "a size such as 500M or 2G (units K, M, G, T)"

-- 1536 -> "1.5K"
function M.text(bytes)
  for _, unit in ipairs { "T", "G", "M", "K" } do
    if bytes >= UNIT[unit] then
      return string.format("%.1f%s", bytes / UNIT[unit], unit)
    end
  end
  return string.format("%d", bytes)
end

return M
