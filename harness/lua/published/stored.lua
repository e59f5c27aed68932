-- stored.lua - runs as a committed report keeps them, runs.csv, in groups as measured.lua makes
-- them of run files: what the report does not keep (training settings, options at their defaults)
-- is missing in them.

local csv = require "published.csv"
local files = require "files"

local M = {}

M.NAME = "runs.csv"

-- "lskd base=dkd" -> "lskd", { base = "dkd" }
local function method_of(label)
  local method = { name = label:match("^%S+"), options = {} }
  for key, value in label:gmatch("([%w_]+)=(%S+)") do
    method.options[key] = tonumber(value) or value
  end
  return method
end

-- "resnet20-resnet8" -> the student's name, and the teacher's where there is one
local function networks_of(pair)
  local teacher, student = pair:match("^(.*)%-([^-]+)$")
  return student or pair, teacher
end

local function new_group(row)
  local student, teacher = networks_of(row.pair)
  return { kind = row.kind, dataset = { name = row.dataset, options = {}, train = 0 }, train = {},
           method = method_of(row.method), student = student, teacher = teacher, pair = row.pair,
           networks = 1, runs = {}, taught_by = {} }
end

local function add(groups, known, row)
  local key = table.concat({ row.kind, row.dataset, row.method, row.pair }, "\0")
  if not known[key] then
    known[key] = new_group(row)
    groups[#groups + 1] = known[key]
  end
  local group, run = known[key], known[key .. "\0" .. row.hash]
  if not run then
    run = { spec = { seed = tonumber(row.seed) }, hash = row.hash, final = {} }
    known[key .. "\0" .. row.hash] = run
    table.insert(group.runs, run)
  end
  run.final[row.protocol] = run.final[row.protocol] or {}
  run.final[row.protocol][row.metric] = tonumber(row.value)
end

-- groups of one runs.csv; or nil and a message
function M.groups(path)
  local rows, err = csv.read(path)
  if not rows then
    return nil, err
  end
  local groups, known = {}, {}
  for _, row in ipairs(rows) do
    if row.state == "done" and row.value ~= "" then
      add(groups, known, row)
    end
  end
  return groups
end

-- paths of every runs.csv below a folder
function M.find(folder)
  return files.find(folder, M.NAME)
end

return M
