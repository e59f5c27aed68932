-- estimate.lua - how long a run will take: as long as finished runs like it, else by its FLOPs.

local M = {}

-- FLOPs a second of one core that small networks reach; used until a finished run says better
M.RATE = 15e9

local SAMPLES = 50000 -- of a data set whose size is not known before it is opened

local function images(spec)
  return (spec.dataset.train > 0 and spec.dataset.train or SAMPLES) * spec.train.epochs
end

-- backward costs about twice the forward pass; without augmentation teachers run once a sample
function M.flops(run)
  local spec = run.spec
  local n = images(spec)
  local total = 3 * n * (run.net.flops or 0)
  local teacher_share = spec.dataset.augment == "none" and 1 / spec.train.epochs or 1
  for _, net in ipairs(#spec.teacher > 0 and run.teacher_nets or {}) do
    total = total + n * teacher_share * (net.flops or 0)
  end
  return total
end

-- what runs must share for one to tell how long the other takes
local function likeness(spec)
  local names = { spec.method.name, spec.student.arch, spec.dataset.name }
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
    local key = likeness(f.run.spec)
    alike[key] = alike[key] or {}
    table.insert(alike[key], f.seconds / images(f.run.spec))
    if f.run.net and M.flops(f.run) > 0 then
      rates[#rates + 1] = M.flops(f.run) / f.seconds
    end
  end
  local rate = #rates > 0 and median(rates) or M.RATE
  return function(run)
    local same = alike[likeness(run.spec)]
    if same then
      return median(same) * images(run.spec), true
    end
    return M.flops(run) / rate, false
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
