-- estimate.lua - how long a run will take: as long as finished runs like it, else by its FLOPs.

local M = {}

-- FLOPs a second of one core that small networks reach; used until a finished run says better
M.RATE = 50e9

-- seconds that a run takes beside its arithmetic: it starts, opens the data, saves
local START = 1

-- of a data set whose size is not known before it is opened
local SAMPLES, MEASURED = 50000, 10000

-- samples that a run trains on, all epochs together
local function samples(run)
  local spec, all = run.spec, run.samples or SAMPLES
  local n = spec.dataset.train > 0 and math.min(spec.dataset.train, all) or all
  return n * (run.kind == "cache" and run.epochs or spec.train.epochs)
end

local function sum_of_flops(nets)
  local sum = 0
  for _, net in ipairs(nets) do
    sum = sum + (net.flops or 0)
  end
  return sum
end

-- validation and test samples that a run is measured on, all epochs together
local function measured(run)
  local train = run.spec.train
  local times = (run.kind == "cache" or run.weights) and 1
                or math.ceil(train.epochs / train.eval_every)
  return times * (run.measured_samples or MEASURED)
end

-- passes over an image that attacking the finished student takes: forward and back to the image
local function attack_passes(run)
  local attack = run.spec.attack
  if not attack then
    return 0
  end
  local all = run.measured_samples or MEASURED
  local n = attack.samples > 0 and math.min(2 * attack.samples, all) or all
  return n * 2 * attack.steps
end

-- does a run do the teachers' forward passes?
local function runs_teachers(run)
  local first = run.cached and run.cached[1]
  return #run.spec.teacher > 0 and not (first and first.train)
end

-- backward costs about twice the forward pass; a cache spares students their teachers
function M.flops(run)
  local teachers = sum_of_flops(run.teacher_nets)
  if run.kind == "cache" then
    return (samples(run) + measured(run)) * teachers
  end
  local own = run.net.flops or 0
  return samples(run) * (3 * own + (runs_teachers(run) and teachers or 0)) + measured(run) * own
         + attack_passes(run) * own
end

-- what runs must share for one to tell how long the other takes
local function likeness(run)
  local spec = run.spec
  local kind = (run.kind == "trial" or run.kind == "tuned") and "student" or run.kind
  local names = { kind, spec.method.name, spec.student.model.arch, spec.dataset.name }
  for _, t in ipairs(spec.teacher) do
    names[#names + 1] = t.model.arch
  end
  return table.concat(names, " ")
end

local function median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

-- finished: list of { run, seconds }. Gives estimate(run) -> seconds, whether it was measured
function M.from(finished)
  local alike, rates = {}, {}
  for _, f in ipairs(finished) do
    local key = likeness(f.run)
    alike[key] = alike[key] or {}
    table.insert(alike[key], f.seconds / samples(f.run))
    if f.run.net and M.flops(f.run) > 0 then
      rates[#rates + 1] = M.flops(f.run) / f.seconds
    end
  end
  local rate = #rates > 0 and median(rates) or M.RATE
  return function(run)
    local same = alike[likeness(run)]
    if same then
      return median(same) * samples(run), true
    end
    return START + M.flops(run) / rate, false
  end, rate
end

-- 75 -> "1m15s"
function M.duration(seconds)
  seconds = math.floor(seconds + 0.5)
  if seconds < 60 then
    return seconds .. "s"
  elseif seconds < 3600 then
    return string.format("%dm%02ds", seconds // 60, seconds % 60)
  end
  return string.format("%dh%02dm", seconds // 3600, seconds % 3600 // 60)
end

return M
