-- bench.lua - `kdbench bench`: fixed workloads, each in a process of its own on one processor, so
-- that its peak memory is its own; one after the other, never two at once.

local kd = require "kd"
local files = require "files"
local json = require "json"
local near = require "near"

local M = {}

local DONE, OUTSIDE, USAGE, FAILED = 0, 1, 2, 3
local REPEATS = 5
local SOAKED = "kd_resnet20_resnet8"

local function complain(code, message)
  io.stderr:write("kdbench: ", tostring(message), "\n")
  return code
end

-- ---- which workloads -----------------------------------------------------------------

local function names_of(list)
  local names = {}
  for i, w in ipairs(list) do
    names[i] = w.name
  end
  return names
end

-- "*" is any text, as in run --only; else the whole name
local function matcher(pattern)
  local lua = pattern:gsub("[^%w_*]", "%%%0"):gsub("%*", ".*")
  return function(name)
    return name:match("^" .. lua .. "$") ~= nil
  end
end

-- those of `list` that `only` names, in the order of the list; nil and why not
local function choose(list, only)
  local chosen, wanted = {}, {}
  for pattern in (only or "*"):gmatch("[^,%s]+") do
    local matches, found = matcher(pattern), false
    for _, w in ipairs(list) do
      if matches(w.name) then
        wanted[w.name], found = true, true
      end
    end
    if not found then
      return nil, "no workload '" .. pattern .. "'" .. near.hint(pattern, names_of(list))
    end
  end
  for _, w in ipairs(list) do
    chosen[#chosen + 1] = wanted[w.name] and w or nil
  end
  return #chosen > 0 and chosen or nil, "--only names no workload"
end

-- ---- one workload in a process of its own ------------------------------------------------

local one_thread = { OMP_NUM_THREADS = "1", OPENBLAS_NUM_THREADS = "1" }

local function last_line(path)
  local last
  for line in (files.read(path) or ""):gmatch("[^\n]+") do
    last = line
  end
  return last
end

-- the last of the processors that we may use: the first is the busiest with interrupts
local function processor()
  local cpus = kd.cpu_list()
  return cpus[#cpus]
end

local function wait_for(pid)
  local status
  repeat
    status = kd.wait(1, true)
  until status and status.pid == pid
  return status
end

local function with_one_thread(env)
  local all = {}
  for _, part in ipairs { one_thread, env or {} } do
    for key, value in pairs(part) do
      all[key] = value
    end
  end
  return all
end

-- runs `kdbench bench --worker WHAT --only NAME ...`; what it printed, decoded
local function in_process(what, name, more, env)
  local out, err = os.tmpname(), os.tmpname()
  local argv = { kd.self(), "bench", "--worker", what, "--only", name }
  table.move(more, 1, #more, #argv + 1, argv)
  local pid, why = kd.spawn { argv = argv, env = with_one_thread(env), stdout = out, stderr = err,
    cpu = processor() }
  local value
  if pid then
    local status = wait_for(pid)
    value = status.exit == 0 and json.decode(last_line(out) or "")
    why = last_line(err) or (status.signal and "died of signal " .. status.signal)
      or "ended with code " .. tostring(status.exit)
  end
  os.remove(out)
  os.remove(err)
  if not value then
    return nil, name .. ": " .. tostring(why):gsub("^kdbench: ", "")
  end
  return value
end

-- a name for a file that is gone afterwards
local function with_file(use)
  local path = os.tmpname()
  os.remove(path)
  local value, err = use(path)
  os.remove(path)
  return value, err
end

local function measure(w, repeats)
  local more = { "--repeats", tostring(repeats) }
  if not w.cached then
    return in_process("run", w.name, more)
  end
  return with_file(function(cache)
    table.move({ "--file", cache }, 1, 2, #more + 1, more)
    local value, err = in_process("fill", w.name, more)
    if value then
      value, err = in_process("run", w.name, more)
    end
    return value, err
  end)
end

-- the other side: prints one line of JSON
local function work(args)
  local value, err
  if args.worker == "fill" then
    value, err = kd.bench_fill(args.only, args.file)
  elseif args.worker == "soak" then
    value, err = kd.bench_soak(args.only, 60 * args.soak, args.file)
  elseif args.worker == "tune" then
    value, err = require "tune".worker()
  else
    value, err = kd.bench_run(args.only, args.repeats or REPEATS, args.file or "")
  end
  if not value then
    return complain(FAILED, err)
  end
  io.stdout:write(json.encode(type(value) == "table" and value or { done = value }), "\n")
  return DONE
end

-- ---- all of them ---------------------------------------------------------------------------

-- the best matrix product of the whole run is what every workload is held against
local function add_shares(results)
  local best = 0
  for _, r in ipairs(results) do
    best = math.max(best, r.sgemm_gflops)
  end
  for _, r in ipairs(results) do
    r.sgemm_gflops = best
    r.sgemm_share = r.gflops / best
  end
end

local function measure_all(chosen, repeats, show)
  local results = json.list()
  for i, w in ipairs(chosen) do
    local r, err = measure(w, repeats)
    if not r then
      return nil, err
    end
    results[i] = r
    show(r)
  end
  add_shares(results)
  return results
end

-- ---- as text ---------------------------------------------------------------------------------

local columns = {
  { "WORKLOAD", function(r) return r.workload end },
  { "INPUT", function(r) return r.input end },
  { "SAMPLES/S", function(r) return string.format("%.1f", r.samples_per_s) end },
  { "STEP MS", function(r) return string.format("%.1f", r.step_ms) end },
  { "MIN-MAX", function(r) return string.format("%.1f-%.1f", r.spread.min, r.spread.max) end },
  { "GFLOP/S", function(r) return string.format("%.1f", r.gflops) end },
  { "OF SGEMM", function(r) return string.format("%.0f %%", 100 * r.sgemm_share) end },
  { "PEAK MB", function(r) return string.format("%.0f", r.peak_bytes / 1e6) end },
  { "ALLOCATIONS", function(r) return tostring(r.allocations) end },
  { "LOADER", function(r) return string.format("%.2f %%", 100 * r.loader_share) end },
}

-- rows of texts; the columns up to the last left one begin together, those after it end together
local function aligned(rows, last_left)
  local width, lines = {}, {}
  for _, row in ipairs(rows) do
    for c, text in ipairs(row) do
      width[c] = math.max(width[c] or 0, #text)
    end
  end
  for i, row in ipairs(rows) do
    local parts = {}
    for c, text in ipairs(row) do
      parts[c] = string.format("%" .. (c <= last_left and "-" or "") .. width[c] .. "s", text)
    end
    lines[i] = table.concat(parts, "  "):gsub("%s+$", "")
  end
  return table.concat(lines, "\n") .. "\n"
end

local function as_text(results)
  local rows = { {} }
  for c, column in ipairs(columns) do
    rows[1][c] = column[1]
  end
  for i, r in ipairs(results) do
    rows[i + 1] = {}
    for c, column in ipairs(columns) do
      rows[i + 1][c] = column[2](r)
    end
  end
  return aligned(rows, 2) .. string.format(
    "one thread on processor %s, batch %d; SGEMM %.1f GFLOP/s, the best of this run\n",
    processor(), results[1].batch, results[1].sgemm_gflops)
end

local function list_text(list)
  local rows = { { "WORKLOAD", "INPUT", "METHOD", "STUDENT", "TEACHER" } }
  for _, w in ipairs(list) do
    local student = w.method ~= "" and w.student or "-"
    rows[#rows + 1] = { w.name, w.input, w.method ~= "" and w.method or "-", student,
      w.teacher ~= "" and w.teacher or "-" }
  end
  return aligned(rows, #rows[1])
end

-- ---- the verb -----------------------------------------------------------------------------------

local function progress(count)
  local at = 0
  return function(r)
    at = at + 1
    if kd.isatty(2) then
      io.stderr:write(string.format("%d/%d %s: %.1f samples/s\n", at, count, r.workload,
                                    r.samples_per_s))
    end
  end
end

local function run(chosen, args)
  local results, err = measure_all(chosen, args.repeats or REPEATS, progress(#chosen))
  if not results then
    return complain(FAILED, err)
  end
  io.stdout:write(args.json and json.encode(results) .. "\n" or as_text(results))
  return DONE
end

local function trace(chosen, path)
  if #chosen ~= 1 then
    return complain(USAGE, "--trace wants one workload: name it with --only")
  end
  local ok, err, code = kd.bench_trace(chosen[1].name, path)
  return ok and DONE or complain(code == 1 and USAGE or FAILED, err)
end

local function soak(chosen, minutes, as_json)
  if #chosen ~= 1 then
    return complain(USAGE, "--soak wants one workload: name it with --only")
  end
  local epochs, err = with_file(function(path)
    return in_process("soak", chosen[1].name, { "--soak", tostring(minutes), "--file", path })
  end)
  local rows, verdict
  if epochs then
    rows, verdict = require "soak".judge(epochs)
    err = verdict
  end
  if not rows then
    return complain(FAILED, err)
  end
  io.stdout:write(as_json and json.encode { rows = rows, verdict = verdict } .. "\n"
    or require "soak".text(rows, verdict))
  return verdict.ok and DONE or OUTSIDE
end

local function tune(path, as_json)
  local rows, err = require "tune".main(path, in_process, function(text)
    io.stderr:write("kdbench: ", text, "\n")
  end)
  if not rows then
    return complain(FAILED, err)
  elseif as_json then
    io.stdout:write(json.encode(json.list(rows)), "\n")
  end
  return DONE
end

-- args: json, only, repeats, list, trace, soak, tune, worker, file. Exit code.
function M.main(args)
  if args.worker then
    return work(args)
  elseif args.tune then
    return tune(args.tune, args.json)
  end
  local list = kd.bench_list()
  local chosen, err = choose(list, args.only or args.soak and SOAKED)
  if not chosen then
    return complain(USAGE, err)
  elseif args.list then
    io.stdout:write(args.json and json.encode(json.list(chosen)) .. "\n" or list_text(chosen))
    return DONE
  elseif args.trace then
    return trace(chosen, args.trace)
  elseif args.soak then
    return soak(chosen, args.soak, args.json)
  end
  return run(chosen, args)
end

return M
