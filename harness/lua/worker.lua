-- worker.lua - one run in this process, from its folder: spec.json says what it is, with.json where
-- its data and teachers lie. `run` starts one of these for each run of a sweep.

local kd = require "kd"
local files = require "files"
local json = require "json"
local outcome = require "outcome"

local M = {}

local NOT_APPLICABLE = 8 -- KD_E_NOT_APPLICABLE of kd/error.h

-- a file's JSON and its text without the last newline
local function read(path)
  local text, err = files.read(path)
  if not text then
    return nil, err
  end
  text = text:gsub("\n$", "")
  local value
  value, err = json.decode(text)
  if type(value) ~= "table" then
    return nil, path .. " is not JSON: " .. tostring(err)
  end
  return value, text
end

-- exit code
function M.main(folder)
  local spec, text = read(folder .. "/spec.json")
  local with, err = read(folder .. "/with.json")
  if not spec or not with then
    io.stderr:write("kdbench: ", spec and err or text, "\n")
    return 2
  end
  with.json = text
  kd.catch_stop()
  local work = with.cache and kd.cache or with.weights and kd.measure or kd.train
  local done, code
  done, err, code = work(spec, folder, with)
  for _, why in ipairs(type(done) == "table" and done or {}) do
    io.stdout:write("computed again: ", why, "\n")
  end
  if done then
    return 0
  elseif kd.stop_requested() then
    return outcome.STOPPED
  end
  io.stderr:write("kdbench: ", tostring(err), "\n")
  return code == NOT_APPLICABLE and outcome.NOT_APPLICABLE or 3
end

return M
