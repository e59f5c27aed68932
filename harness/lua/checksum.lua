-- checksum.lua - is a file the one that a recipe means?

local lfs = require "lfs"
local has_kd, kd = pcall(require, "kd")

local M = {}

-- for the shell
function M.quote(text)
  return "'" .. string.gsub(text, "'", "'\\''") .. "'"
end

local function digest(command, path)
  local pipe = io.popen(command, "r")
  local out = pipe:read("a")
  local ok = pipe:close()
  local hex = string.match(out, "^\\?(%x+)")
  if not ok or not hex or #hex ~= 64 then
    return nil, "cannot compute the SHA-256 of " .. path
  end
  return hex
end

function M.sha256(path)
  if has_kd and kd.sha256_file then
    return kd.sha256_file(path)
  end
  return digest("sha256sum -- " .. M.quote(path) .. " 2>/dev/null", path)
end

-- of what a gzip file unpacks to; a broken one has none
function M.content_sha256(path)
  return digest("bash -o pipefail -c 'gzip -dc -- \"$0\" | sha256sum' " .. M.quote(path)
    .. " 2>/dev/null", path)
end

-- file.name, or the same without .gz when that is what lies there
local function locate(folder, file)
  local path = folder .. "/" .. file.name
  local plain = string.match(path, "^(.*)%.gz$")
  if not lfs.attributes(path, "mode") and plain and file.content_sha256
    and lfs.attributes(plain, "mode") then
    return plain, true
  end
  return path, false
end

function M.missing(folder, file)
  return lfs.attributes((locate(folder, file)), "mode") == nil
end

-- true, or nil and what is wrong. `file`: name, and sha256 (of the file), content_sha256 (of what it
-- unpacks to): either makes it right. `origin` says where it came from.
function M.verify(folder, file, origin)
  local path, plain = locate(folder, file)
  local size = lfs.attributes(path, "size")
  if not size then
    return nil, string.format("%s is missing (wanted from %s)", path, origin)
  end
  local found, err = M.sha256(path)
  if not found then
    return nil, err
  end
  local wanted = plain and file.content_sha256 or file.sha256
  if found == wanted then
    return true
  end
  if not plain and file.content_sha256 and M.content_sha256(path) == file.content_sha256 then
    return true
  end
  return nil, string.format(
    "%s, which came from %s, has the wrong SHA-256: found %s (%d bytes), expected %s (%d bytes)",
    path, origin, found, size, wanted, plain and file.content_size or file.size)
end

-- every file of a recipe in one folder
function M.verify_all(folder, files, origin)
  for _, file in ipairs(files) do
    local ok, err = M.verify(folder, file, origin)
    if not ok then
      return nil, err
    end
  end
  return true
end

return M
