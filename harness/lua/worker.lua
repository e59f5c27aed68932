-- worker.lua - one run in this process; what `run` starts for each run of a sweep.

local kd = require "kd"
local files = require "files"
local json = require "json"
local run = require "run"

local M = {}

local function teachers_of(list)
  local by_hash = {}
  for _, item in ipairs(list or {}) do
    local hash, path = item:match("^(%x+)=(.+)$")
    if not hash then
      return nil, "--teacher wants HASH=FILE, found " .. item
    end
    by_hash[hash] = path
  end
  return by_hash
end

local function read_spec(path)
  local text, err = files.read(path)
  if not text then
    return nil, err
  end
  text = text:gsub("\n$", "")
  local spec
  spec, err = json.decode(text)
  if type(spec) ~= "table" then
    return nil, path .. " is not a spec: " .. tostring(err)
  end
  return spec, text
end

-- args: spec, dir, teacher (list of HASH=FILE). Exit code.
function M.main(args)
  local teachers, err = teachers_of(args.teacher)
  local spec, text
  if teachers then
    spec, text = read_spec(args.spec)
    err = text
  end
  if not spec then
    io.stderr:write("kdbench: ", err, "\n")
    return 2
  end
  kd.catch_stop()
  local ok
  ok, err = kd.train(spec, args.dir, { text = text, hash = kd.sha256(text), teachers = teachers })
  if ok then
    return 0
  elseif kd.stop_requested() then
    return run.STOPPED
  end
  kd.write_atomic(args.dir .. "/status.json",
                  json.encode { status = "failed", reason = err } .. "\n")
  io.stderr:write("kdbench: ", err, "\n")
  return 3
end

return M
