-- teacher.lua - a teacher that others trained, as a run of no training steps: its weights are
-- fitted and measured, and it stands where a teacher of the sweep's own would.

local kd = require "kd"
local files = require "files"
local json = require "json"
local options = require "options"
local settings = require "settings"

local M = {}

local function defaults(list)
  local all = {}
  for _, option in ipairs(list) do
    all[option.name] = option.default
  end
  return all
end

-- nothing is trained; what a training setting would be is no part of who the teacher is
local function untrained()
  local train = defaults(settings.train)
  train.epochs, train.milestones = 0, json.list {}
  return train
end

-- its spec: the whole of the data set is only measured on. accuracy: what it should have, or nil
function M.spec(model, dataset, sha256, accuracy)
  local arch = model.arch or kd.model(model).arch
  return { schema = 1, student = { model = model }, teacher = json.list {},
           reference = json.list {},
           dataset = { name = dataset.name, options = dataset.options, train = 0, augment = "none",
                       augment_seed = 0 },
           method = { name = "none", options = defaults(options.find(kd.catalog().methods,
                                                                     "none").options) },
           train = untrained(), seed = 0, pair = arch,
           weights = { sha256 = sha256, accuracy = accuracy } }
end

-- the run of a weights file; net: kd.model's facts. nil and a message where there is no such file
function M.run(model, net, dataset, path, accuracy)
  if not files.exists(path) then
    return nil, "there is no file " .. path
  end
  local hash, err = kd.sha256_file(path)
  if not hash then
    return nil, err
  end
  local run = { kind = "teacher", weights = path, needs = {}, net = net, teacher_nets = {},
                name = model.arch, spec = M.spec(model, dataset, hash, accuracy) }
  run.text = json.encode(run.spec)
  run.hash = kd.sha256(run.text)
  return run
end

return M
