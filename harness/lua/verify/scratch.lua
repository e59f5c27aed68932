-- scratch.lua - a folder of its own for what is thrown away when all went well.

local kd = require "kd"
local lfs = require "lfs"
local checksum = require "checksum"
local fetch = require "fetch"

local M = {}

local MOST = 10000

-- a new, empty folder below TMPDIR; or nil and a message
function M.new(name)
  local base = os.getenv("TMPDIR") or "/tmp"
  for i = 1, MOST do
    local path = string.format("%s/%s-%d", base, name, i)
    if lfs.mkdir(path) then -- nobody else's: it fails where there is one
      return path
    end
    if not lfs.attributes(path, "mode") then
      return nil, "cannot make " .. path .. ": is TMPDIR a folder that may be written?"
    end
  end
  return nil, string.format("%s holds %d folders called %s-*: remove old ones", base, MOST, name)
end

-- a folder that somebody named: what lies in it already would be taken for a rerun
function M.given(path)
  local ok, err = kd.mkdirs(path)
  if not ok then
    return nil, err
  end
  for name in lfs.dir(path) do
    if name ~= "." and name ~= ".." then
      return nil, string.format("--scratch %s must be a new or empty folder, holds %s", path, name)
    end
  end
  return path
end

-- what new gave
function M.remove(path)
  fetch.run("rm -rf -- " .. checksum.quote(path))
end

return M
