-- check_worker.lua - one method (or the networks) checked in this process, by this build. Prints one
-- line of JSON before and one after each point, so that whoever started it knows where it died.

local kd = require "kd"
local golden = require "golden"
local json = require "json"
local vectors = require "vectors"

local M = {}

local function say(value)
  io.stdout:write(json.encode(value), "\n")
  io.stdout:flush()
end

-- a number that JSON has no word for becomes a text
local function plain(v)
  if type(v) == "table" then
    local out = #v > 0 and json.list() or {}
    for key, item in pairs(v) do
      out[key] = plain(item)
    end
    return out
  elseif type(v) == "number" and (v ~= v or v == math.huge or v == -math.huge) then
    return tostring(v)
  end
  return v
end

local function case_of(report)
  local loss = report.loss and { got = report.loss.got, want = report.loss.want,
    tol = report.loss.tol, ok = report.loss.ok }
  return plain { group = report.group, case = report.case, ok = report.ok,
    compared = #report.tensors, message = report.message, loss = loss }
end

-- point 2. path: nil means the method's own vectors, which it need not have; of a file that is given
-- some method must have a case, and each that was asked for by name
local function check_golden(name, path, all)
  local began = os.clock()
  local faults, cases = json.list(), json.list()
  local reports, err = golden.check(kd, vectors.folder(name), path, name)
  if not reports then
    faults[1] = err
  elseif path and #reports == 0 and not all then
    faults[1] = "no case of " .. name .. " in " .. path
  end
  for i, report in ipairs(reports or {}) do
    cases[i] = case_of(report)
    if not report.ok then
      faults[#faults + 1] = table.concat(golden.lines(report), "\n")
    end
  end
  return { point = "golden", number = 2, ok = #faults == 0, seconds = os.clock() - began,
    faults = faults, remarks = json.list(), cases = cases,
    note = #faults == 0 and #cases == 0 and "no case" or nil }
end

local function points()
  local list = kd.check_points()
  table.insert(list, { number = 2, point = "golden" })
  table.sort(list, function(a, b) return a.number < b.number end)
  return list
end

local function check_point(name, p, args)
  local result, err
  if p.point == "golden" then
    result = check_golden(name, args.golden, args.all)
  else
    result, err = kd.check_point(name, p.point)
  end
  result = result or { point = p.point, number = p.number, ok = false, seconds = 0,
    faults = { err }, remarks = {} }
  result.faults, result.remarks = json.list(result.faults), json.list(result.remarks)
  return result
end

local function check_method(name, args)
  for _, p in ipairs(points()) do
    if not args.point or args.point == p.point then
      say { begin = p.point, number = p.number }
      say(check_point(name, p, args))
    end
  end
end

local function check_models(path, families)
  say { begin = "models" }
  local report, err = kd.check_models(path, #families > 0 and families or nil)
  report = plain(report or { ok = false, groups = {}, reason = err })
  report.groups = json.list(report.groups)
  say(report)
end

-- args: those of the verb, with one name. Exit code; what was found is on stdout.
function M.main(args)
  if args.models then
    check_models(args.golden, args.names)
  else
    check_method(args.names[1], args)
  end
  say { over = true, seconds = os.clock() }
  return 0
end

return M
