-- predict.lua - what a network says of files, as lines for people, JSON or CSV.

local kd = require "kd"
local csv = require "exchange.csv"
local json = require "json"
local weights = require "exchange.weights"

local M = {}

-- "photo.png", "texts.txt:12"
local function where(sample)
  return sample.item and string.format("%s:%d", sample.file, sample.item) or sample.file
end

local function label(one)
  return one.name or tostring(one.class)
end

local writers = {}

function writers.text(sample)
  local parts = {}
  for i, one in ipairs(sample.top) do
    parts[i] = string.format("%s %.2f%%", label(one), 100 * one.probability)
  end
  return where(sample) .. ": " .. table.concat(parts, ", ") .. "\n"
end

-- one object a line
function writers.json(sample)
  local top = json.list {}
  for i, one in ipairs(sample.top) do
    top[i] = { class = one.class, name = one.name, probability = one.probability }
  end
  return json.encode { file = sample.file, item = sample.item, top = top } .. "\n"
end

function writers.csv(sample)
  local lines = {}
  for rank, one in ipairs(sample.top) do
    lines[rank] = csv.line { sample.file, sample.item or "", rank, one.class, one.name or "",
                             string.format("%.9g", one.probability) }
  end
  return table.concat(lines)
end

-- how kd.predict finds the network: a run's with its data set, an exported one's alone
local function network(path, which)
  local is_run, err = weights.is_run(path)
  if is_run == nil then
    return nil, err
  elseif not is_run then
    return { weights = path, which = which }
  end
  local run
  path, run = weights.run(path)
  if not path then
    return nil, run
  end
  local folder
  folder, err = weights.data(run.spec.dataset.name)
  if not folder then
    return nil, err
  end
  return { weights = path, which = which, is_run = true, data = folder,
           classes = weights.classes(run.spec.dataset.name) }
end

-- args: weights, files, top, which, resize, format. Exit code; or nil and a message
function M.main(args)
  local ask, err = network(args.weights, args.which)
  if not ask then
    return nil, err
  end
  ask.files, ask.top, ask.resize = args.files, args.top, args.resize
  local list
  list, err = kd.predict(ask)
  if not list then
    return nil, err
  end
  local write = writers[args.format or "text"]
  io.stdout:write(args.format == "csv" and "file,item,rank,class,name,probability\n" or "")
  for _, sample in ipairs(list) do
    io.stdout:write(write(sample))
  end
  return 0
end

return M
