-- fetch.lua - getting files from outside with the system's own programs, none of which needs root.

local lfs = require "lfs"
local checksum = require "checksum"
local quote = checksum.quote

local M = {}

-- output and errors together, and whether it went well
function M.run(command)
  local pipe = io.popen("LC_ALL=C; export LC_ALL; { " .. command .. "\n} 2>&1 </dev/null", "r")
  local out = pipe:read("a")
  return pipe:close() == true, (string.gsub(out, "%s+$", ""))
end

function M.has(program)
  return (M.run("command -v " .. quote(program)))
end

-- what a program complained about, in one line
local function complaint(out)
  return string.match(out, "E: ([^\n]*)") or string.match(out, "([^\n]*)$") or out
end

-- name=version with apt-get into `folder`; returns the .deb's path
function M.debian(package, folder)
  if not (M.has("apt-get") and M.has("dpkg-deb")) then
    return nil, "apt-get and dpkg-deb are not there"
  end
  local wanted = package.name .. "=" .. package.version
  local ok, out = M.run("cd " .. quote(folder) .. " && apt-get -q -o Acquire::Retries=2 "
    .. "-o Acquire::http::Timeout=30 download " .. quote(wanted))
  if not ok then
    return nil, "apt-get download " .. wanted .. ": " .. complaint(out)
      .. " (are the package lists there? root runs apt-get update once)"
  end
  for entry in lfs.dir(folder) do
    if string.match(entry, "%.deb$") then
      return folder .. "/" .. entry
    end
  end
  return nil, "apt-get download " .. wanted .. " left no file"
end

function M.unpack_deb(deb, folder)
  local ok, out = M.run("dpkg-deb -x " .. quote(deb) .. " " .. quote(folder))
  return ok or nil, not ok and "dpkg-deb -x " .. deb .. ": " .. complaint(out) or nil
end

function M.unpack_tar(archive, folder)
  local ok, out = M.run("tar -xzf " .. quote(archive) .. " -C " .. quote(folder)
    .. " --no-same-owner")
  return ok or nil, not ok and "tar: " .. archive .. ": " .. complaint(out) or nil
end

-- one address into one file
function M.public(address, path)
  local command
  if M.has("curl") then
    command = "curl -fsSL --connect-timeout 20 --retry 2 -o " .. quote(path) .. " " .. quote(address)
  elseif M.has("wget") then
    command = "wget -q --timeout=20 --tries=2 -O " .. quote(path) .. " " .. quote(address)
  else
    return nil, "neither curl nor wget is there"
  end
  local ok, out = M.run(command)
  return ok or nil, not ok and address .. ": " .. complaint(out) or nil
end

return M
