-- soak.lua - `kdbench bench --soak`: does a long run stay as it was? Memory and time of its epochs,
-- the first stretch of the run against the last. Time is the process's own, and the fastest epoch
-- stands for its stretch: what others do on the machine only ever adds.

local M = {}

local GROWS = 1.02 -- resident memory: the allocator's pages come and go
local SLOWS = 1.10 -- an epoch: whoever shares the processor's caches slows it down
local STRETCHES = 10

local function median(list, field)
  local values = {}
  for i, row in ipairs(list) do
    values[i] = row[field]
  end
  table.sort(values)
  local half = #values // 2
  return #values % 2 == 1 and values[half + 1] or (values[half] + values[half + 1]) / 2
end

local function least(list, field)
  local value = math.huge
  for _, row in ipairs(list) do
    value = math.min(value, row[field])
  end
  return value
end

-- the epochs after the first, cut into stretches of equal time
local function cut(epochs)
  local stretches, from, last = {}, epochs[1].at, epochs[#epochs].at
  for i = 2, #epochs do
    local share = (epochs[i].at - from) / (last - from)
    local at = math.min(STRETCHES, 1 + math.floor(STRETCHES * share))
    stretches[at] = stretches[at] or {}
    table.insert(stretches[at], epochs[i])
  end
  local found = {}
  for i = 1, STRETCHES do
    found[#found + 1] = stretches[i]
  end
  return found
end

-- epochs: list of { at, step_ms, cpu, resident, arenas, mallocs }. Rows for a table, the verdict:
-- { epoch, resident, arenas (last against first), ok }; nil and why not
function M.judge(epochs)
  if #epochs < 4 then
    return nil, #epochs .. " epochs are too few to compare: soak for longer"
  end
  local rows = {}
  for i, stretch in ipairs(cut(epochs)) do
    rows[i] = { minutes = stretch[#stretch].at / 60, epochs = #stretch,
      step_ms = median(stretch, "step_ms"), cpu = least(stretch, "cpu"),
      resident = median(stretch, "resident"), arenas = stretch[#stretch].arenas,
      mallocs = stretch[#stretch].mallocs }
  end
  local first, last = rows[1], rows[#rows]
  local verdict = { epoch = last.cpu / first.cpu, resident = last.resident / first.resident,
    arenas = last.arenas / epochs[1].arenas }
  verdict.ok = verdict.epoch <= SLOWS and verdict.resident <= GROWS and verdict.arenas == 1
  return rows, verdict
end

function M.text(rows, verdict)
  local lines = { " MINUTES  EPOCHS  STEP MS  LEAST CPU S  RESIDENT MB  ARENAS MB  MALLOCS" }
  for i, r in ipairs(rows) do
    lines[i + 1] = string.format("%8.1f  %6d  %7.1f  %11.2f  %11.2f  %9.3f  %7d", r.minutes,
      r.epochs, r.step_ms, r.cpu, r.resident / 1e6, r.arenas / 1e6, r.mallocs)
  end
  lines[#lines + 1] = string.format(
    "last against first: epoch %.3f (at most %.2f), resident %.3f (at most %.2f), arenas %.3f (1)",
    verdict.epoch, SLOWS, verdict.resident, GROWS, verdict.arenas)
  return table.concat(lines, "\n") .. "\n" .. (verdict.ok and "flat" or "NOT flat") .. "\n"
end

return M
