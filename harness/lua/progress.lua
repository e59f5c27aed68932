-- progress.lua - what a person sees while a sweep runs: a bar with the time left on a terminal,
-- plain lines elsewhere.

local kd = require "kd"
local estimate = require "estimate"
local files = require "files"
local json = require "json"

local M = {}

local BAR = 24
local COLOUR = { red = "31", green = "32", yellow = "33" }

-- ---- how far a run is ---------------------------------------------------------

-- epochs that the journal of a running worker says are over
local function read_journal(run)
  local text = files.read(run.folder .. "/journal.jsonl")
  for line in (text or ""):gmatch("[^\n]+") do
    local entry = line:sub(-1) == "}" and json.decode(line)
    if type(entry) == "table" and math.type(entry.epoch) then
      run.epoch = math.max(run.epoch or 0, entry.epoch)
    end
  end
  return run.epoch or 0
end

local function share(run)
  return math.min(1, (run.epoch or 0) / run.spec.train.epochs)
end

-- how much slower than estimated this session's work was
local function slowness(plan)
  local took, guessed = 0, 0
  for _, run in ipairs(plan.runs) do
    if run.took and run.status == "done" then
      took, guessed = took + run.took, guessed + run.estimate
    end
  end
  return guessed > 0 and took / guessed or 1
end

-- share of all work that is done, and seconds that are left
local function outlook(plan, workers)
  local all, left = 0, 0
  for _, run in ipairs(plan.runs) do
    all = all + run.estimate
    if run.status == "waiting" or run.status == "running" then
      left = left + run.estimate * (1 - share(run))
    end
  end
  return all > 0 and 1 - left / all or 1, left * slowness(plan) / workers
end

-- ---- showing it -----------------------------------------------------------------

local OVER = { done = true, failed = true, ["not applicable"] = true }

local function count(plan)
  local n = { over = 0, running = 0, failed = 0 }
  for _, run in ipairs(plan.runs) do
    local over = OVER[run.status]
    n.over = n.over + (over and 1 or 0)
    n.failed = n.failed + (run.status == "failed" and 1 or 0)
    n.running = n.running + (run.status == "running" and 1 or 0)
  end
  return n
end

local function bar(plan, workers)
  local n, part, left = count(plan), outlook(plan, workers)
  local filled = math.floor(part * BAR)
  return string.format("[%s%s] %d/%d runs %3d%%  %s left  %d running%s",
                       ("#"):rep(filled), ("-"):rep(BAR - filled), n.over, #plan.runs,
                       math.floor(100 * part), estimate.duration(left), n.running,
                       n.failed > 0 and "  " .. n.failed .. " failed" or "")
end

-- how: quiet, verbose. Gives tick (often), say (a run's end), close.
function M.new(plan, workers, how)
  local terminal = kd.isatty(2) and not how.quiet
  local colours = terminal and (os.getenv("NO_COLOR") or "") == ""
  local drawn, last = false, -1

  local function paint(colour, text)
    return colours and "\27[" .. COLOUR[colour] .. "m" .. text .. "\27[0m" or text
  end

  local function clear()
    if drawn then
      io.stderr:write("\r\27[K")
      drawn = false
    end
  end

  local function print_line(text)
    clear()
    io.stderr:write(text, "\n")
  end

  local function look_at_epochs(run)
    local before = run.epoch or 0
    local now = read_journal(run)
    for epoch = before + 1, how.verbose and now or before do
      print_line(string.format("        %s: epoch %d of %d", run.label, epoch,
                               run.spec.train.epochs))
    end
  end

  local function tick()
    local now = kd.now()
    if how.quiet or now - last < 0.5 then
      return
    end
    last = now
    for _, run in ipairs(plan.runs) do
      if run.status == "running" then
        look_at_epochs(run)
      end
    end
    if terminal then
      io.stderr:write("\r\27[K", bar(plan, workers))
      drawn = true
    end
  end

  -- a run has ended: one line, failures even when quiet
  local function say(run, word, text)
    local bad = word == "failed"
    if how.quiet and not bad then
      return
    end
    look_at_epochs(run)
    local n, _, left = count(plan), outlook(plan, workers)
    local colour = bad and "red" or word == "done" and "green" or "yellow"
    local tail = terminal and "" or ", " .. estimate.duration(left) .. " left"
    print_line(string.format("[%3d/%d] %s %s%s%s", n.over, #plan.runs, paint(colour, word),
                             run.label, text and ": " .. text or "", bad and "" or tail))
  end

  return { tick = tick, say = say, note = print_line, close = clear }
end

return M
