-- files.lua - reading, listing and naming files.

local lfs = require "lfs"

local M = {}

function M.read(path)
  local file, err = io.open(path, "rb")
  if not file then
    return nil, "cannot open " .. tostring(err)
  end
  local text
  text, err = file:read("a")
  file:close()
  if not text then
    return nil, "cannot read " .. path .. ": " .. tostring(err)
  end
  return text
end

function M.exists(path)
  return lfs.attributes(path, "mode") ~= nil
end

function M.is_folder(path)
  return lfs.attributes(path, "mode") == "directory"
end

-- 0 where there is no file
function M.bytes(path)
  return lfs.attributes(path, "size") or 0
end

-- "." for a bare name
function M.folder_of(path)
  return string.match(path, "^(.*)/[^/]*$") or "."
end

function M.base(path)
  return string.match(path, "([^/]*)/*$")
end

-- paths of all files of one name below a folder, sorted, so that order never depends on the disk
function M.find(folder, name)
  local found = {}
  local function walk(at)
    for entry in lfs.dir(at) do
      local path = at .. "/" .. entry
      if entry == name then
        found[#found + 1] = path
      elseif entry ~= "." and entry ~= ".." and M.is_folder(path) then
        walk(path)
      end
    end
  end
  if M.is_folder(folder) then
    walk(folder)
  end
  table.sort(found)
  return found
end

return M
