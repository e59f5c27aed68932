-- sweepfile.lua - the expanded sweep that a folder of runs keeps (sweep.jsonl): one line for the
-- sweep, then one a run with its canonical spec, and one a search where it tunes. resume and report
-- read it, not the Lua file.

local kd = require "kd"
local files = require "files"
local json = require "json"
local merged = require "store.merged"
local spec = require "spec"

local M = {}

M.NAME = "sweep.jsonl"

-- the spec comes last, so that its text can be taken out as it is
local function run_line(run)
  local head = json.encode { hash = run.hash, kind = run.kind, needs = json.list(run.needs),
                             path = run.kind == "trained" and run.path or nil,
                             column = run.column, as = run.as, search = run.search,
                             number = run.number, base = run.base }
  return head:sub(1, -2) .. ',"spec":' .. (run.text or json.encode(run.spec)) .. "}"
end

local function sorted_teachers(sweep)
  local list = {}
  for _, run in pairs(sweep.teachers) do
    list[#list + 1] = run
  end
  table.sort(list, function(a, b) return a.hash < b.hash end)
  return list
end

function M.text(sweep)
  local lines = { json.encode { name = sweep.name, file = files.base(sweep.file or ""),
                                profile = sweep.profile, notes = sweep.notes,
                                caption = sweep.caption, cache_size = sweep.cache_size,
                                metrics = sweep.metrics, tune = sweep.tune } }
  for _, run in ipairs(sorted_teachers(sweep)) do
    lines[#lines + 1] = run_line(run)
  end
  for _, list in ipairs { sweep.runs, sweep.trials or {}, sweep.tuned or {} } do
    for _, run in ipairs(list) do
      lines[#lines + 1] = run_line(run)
    end
  end
  for _, one in ipairs(sweep.searches or {}) do
    lines[#lines + 1] = json.encode(spec.merged(one, { kind = "search" }))
  end
  return table.concat(lines, "\n") .. "\n"
end

function M.save(sweep, root)
  local ok, err = kd.write_atomic(root .. "/" .. M.NAME, M.text(sweep))
  if ok and sweep.source then
    ok, err = kd.write_atomic(root .. "/sweep.lua", sweep.source)
  end
  return ok, err
end

local function parse_run(line)
  local run, err = json.decode(line)
  if type(run) ~= "table" then
    return nil, err or "not a run"
  end
  if run.spec then
    run.text = line:match('"spec":(.*)}$')
    run.net, run.teacher_nets = {}, {}
  end
  return run
end

-- where a line belongs: in a list of the sweep's, or among its teachers
local LISTS = { student = "runs", trial = "trials", tuned = "tuned", search = "searches" }

local function put(sweep, item)
  local list = LISTS[item.kind]
  if list then
    table.insert(sweep[list], item)
  else
    sweep.teachers[item.hash] = item
  end
end

-- is there a sweep in a folder, in a file of its own or in that of merged runs?
function M.exists(root)
  local sweep = merged.sweep(root)
  return sweep and sweep.lines ~= nil or files.exists(root .. "/" .. M.NAME)
end

local function text_of(root)
  local sweep = merged.sweep(root)
  if sweep and sweep.lines then
    return table.concat(sweep.lines, "\n")
  end
  return files.read(root .. "/" .. M.NAME)
end

-- a sweep as sweep.load gives it, without its source
function M.load(root)
  local text, err = text_of(root)
  if not text then
    return nil, err
  end
  local sweep
  for line in text:gmatch("[^\n]+") do
    local item
    if not sweep then
      sweep, err = json.decode(line)
      if type(sweep) ~= "table" then
        return nil, root .. "/" .. M.NAME .. " is damaged: " .. tostring(err or line)
      end
      sweep.runs, sweep.teachers, sweep.catalog = {}, {}, kd.catalog()
      sweep.trials, sweep.tuned, sweep.searches = {}, {}, {}
    else
      item, err = parse_run(line)
      if not item then
        return nil, root .. "/" .. M.NAME .. ": " .. tostring(err)
      end
      put(sweep, item)
    end
  end
  return sweep or nil, not sweep and root .. "/" .. M.NAME .. " is empty" or nil
end

return M
