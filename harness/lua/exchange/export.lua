-- export.lua - the student of a run, alone, as others read it: torch's names and layout in HDF5 or
-- safetensors, with what its network is fed.

local kd = require "kd"
local options = require "options"
local runfile = require "runfile"
local weights = require "exchange.weights"

local M = {}

-- "test top1 91.20%"
local function result_of(run, which)
  local metric = runfile.primary(run)
  local final = run.final[which] or {}
  local value = metric and final["test_" .. metric.name]
  return value and string.format("test %s %.2f%s", metric.name, value,
                                 metric.unit == "%" and "%" or "") or "not measured"
end

-- what was measured is not what is exported
local function warn(run)
  local entry = options.find(kd.catalog().methods, run.spec.method.name)
  if entry and entry.predicts then
    io.stderr:write(string.format("kdbench: %s scores more than its student network: alone, the "
                                  .. "student is not as good as the run\n", entry.name))
  end
end

-- exit code; or nil and a message
function M.main(path, out, which)
  local run
  path, run = weights.run(path)
  if not path then
    return nil, run
  end
  local folder, err = weights.data(run.spec.dataset.name)
  if not folder then
    return nil, err
  end
  local done
  done, err = kd.weights_export { run = path, which = which, data = folder, out = out,
                                  classes = weights.classes(run.spec.dataset.name) }
  if not done then
    return nil, err
  end
  warn(run)
  io.stdout:write(string.format("%s: %s, %d tensors, %s (%s)\n", out, done.arch, done.tensors,
                                result_of(run, which), which))
  return 0
end

return M
