-- options.lua - what --slurm-option asks of sbatch, and how a directive of a script is spelt.

local M = {}

-- what the harness sets itself, and must
local OWN = {}
for _, name in ipairs { "array", "chdir", "dependency", "error", "help", "hold", "input",
                        "open-mode", "output", "parsable", "quiet", "test-only", "usage", "version",
                        "wait", "wrap" } do
  OWN[name] = true
end

-- { key, value or nil } of "partition=long" or "exclusive"; nil and what is wrong
function M.parse(text)
  local key, value = text:match("^([%w-]+)=(.+)$")
  key = key or text:match("^[%w-]+$")
  if not key or not key:match("^%l[%w-]+$") then
    return nil, string.format("'%s' must be an option of sbatch by its long name, such as "
                              .. "partition=long or exclusive", text)
  elseif OWN[key] then
    return nil, string.format("'%s': %s is set by kdbench itself", text, key)
  elseif not M.can_be_said(value or "") then
    return nil, string.format("'%s': a value has no line end, quotation mark or backslash", text)
  end
  return { key, value }
end

-- sbatch reads no escapes
function M.can_be_said(value)
  return not value:find('["\\%c]')
end

-- "#SBATCH --key=value"
function M.directive(key, value)
  if value == nil then
    return "#SBATCH --" .. key
  end
  value = tostring(value)
  local plain = value:match("^[%w%%%%_./:,@+=-]+$")
  return string.format(plain and "#SBATCH --%s=%s" or '#SBATCH --%s="%s"', key, value)
end

return M
