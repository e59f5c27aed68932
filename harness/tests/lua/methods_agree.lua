-- Every method against reference vectors: arg[1] is the folder of methods, arg[2] (optional) a file
-- of vectors to use instead of the methods' own. Prints a line a case; fails when one fails or when
-- a method with a map has no case.

local kd = require "kd"
local files = require "files"
local golden = require "golden"
local lfs = require "lfs"

local M = {}

local function method_names(folder)
  local names = {}
  for name in lfs.dir(folder) do
    if files.exists(folder .. "/" .. name .. "/golden.lua") then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

local function check(folder, name, path)
  local reports, err = golden.check(kd, folder .. "/" .. name, path, name)
  if not reports or #reports == 0 then
    print("FAIL " .. name .. ": " .. (err or "no case"))
    return false
  end
  local ok = true
  for _, report in ipairs(reports) do
    print(table.concat(golden.lines(report), "\n"))
    ok = ok and report.ok
  end
  return ok
end

function M.main(arg)
  local ok = true
  for _, name in ipairs(method_names(arg[1])) do
    ok = check(arg[1], name, arg[2]) and ok
  end
  return ok and 0 or 1
end

return M
