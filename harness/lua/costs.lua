-- costs.lua - the tables of costs: a training step of every method, and the networks.

local cells = require "cells"
local feed = require "feed"
local grid = require "grid"
local runfile = require "runfile"
local stats = require "stats"

local M = {}

local function cost_values(view, rows, key)
  return grid.values(rows, function(row)
    return row.state == "done" and row.cost[key] or nil
  end)
end

-- what a step costs: its key in /cost, the unit of the table and how many of it one is
local STEP = { { key = "cpu_seconds_per_step", unit = "ms", factor = 1e3 },
               { key = "step_memory_bytes", unit = "MB", factor = 1e-6 } }
local MUCH = 3 -- times the plain student's: marked
M.MUCH = MUCH

-- mean of a key, and as a multiple of the plain student's; nil where nothing was measured
local function relative(view, method_key, column, key)
  local own = stats.mean((cost_values(view, grid.runs(view.group, method_key, column), key)))
  local plain = view.plain
                and stats.mean((cost_values(view, grid.runs(view.group, view.plain, column), key)))
  return own, own and plain and plain > 0 and own / plain or nil
end

-- mean seconds a step, and as a multiple of the plain student's; nil where nothing was measured
function M.step_seconds(view, method_key, column)
  return relative(view, method_key, column, STEP[1].key)
end

local COST_KEYS = { "cpu_seconds_per_step", "seconds_per_step", "seconds_per_step_without_teacher",
                    "train_seconds", "eval_seconds", "step_memory_bytes", "peak_memory_bytes",
                    "method_params", "students" }

local function cost_csv(view)
  local rows = { { "method", "pair", "n", "times_plain_step", "times_plain_memory",
                   table.unpack(COST_KEYS) } }
  table.insert(rows[1], "note")
  for _, column in ipairs(view.group.columns) do
    for _, method in ipairs(view.group.methods) do
      local runs = grid.runs(view.group, method.key, column)
      local row = { method.label, column.label, #cost_values(view, runs, COST_KEYS[1]) }
      for i, what in ipairs(STEP) do
        row[3 + i] = select(2, relative(view, method.key, column, what.key))
      end
      for i, key in ipairs(COST_KEYS) do
        row[3 + #STEP + i] = stats.mean((cost_values(view, runs, key)))
      end
      row[4 + #STEP + #COST_KEYS] = cells.reason(runs)
      rows[#rows + 1] = row
    end
  end
  return rows
end

local function step_cell(view, method_key, column, what, notes)
  local own, times = relative(view, method_key, column, what.key)
  if not own then
    return cells.empty(grid.runs(view.group, method_key, column), notes)
  end
  return { text = string.format("%.1f", what.factor * own)
                  .. (times and string.format(" (%.2f×)", times) or ""),
           bold = times and times > MUCH }
end

function M.step_table(view)
  local head, rows, notes = { "Method" }, {}, {}
  for _, column in ipairs(view.group.columns) do
    for _, what in ipairs(STEP) do
      head[#head + 1] = column.label .. ", " .. what.unit
    end
  end
  for _, method in ipairs(view.group.methods) do
    local row = { method.label }
    for _, column in ipairs(view.group.columns) do
      for _, what in ipairs(STEP) do
        row[#row + 1] = step_cell(view, method.key, column, what, notes)
      end
    end
    rows[#rows + 1] = row
  end
  return { head = head, rows = rows, notes = notes, csv = cost_csv(view) }
end

-- ---- networks ----------------------------------------------------------------------

-- one line a network: arch, role, parameters, FLOPs, latency, samples and epochs it was trained on
local function network(list, known, role, arch, numbers)
  local key = role .. " " .. arch
  if not known[key] then
    known[key] = { role = role, arch = arch }
    list[#list + 1] = known[key]
  end
  for name, value in pairs(numbers) do
    known[key][name] = known[key][name] or value
  end
end

local function networks_of(view)
  local list, known = {}, {}
  for _, column in ipairs(view.group.columns) do
    for _, row in ipairs(grid.ancestors(view.set, column)) do
      local c = row.cost
      local taught = #row.spec.teacher > 0
      network(list, known, taught and "teacher by " .. row.spec.method.name or "teacher",
              row.spec.student.model.arch,
              { params = c.student_params, flops = c.student_flops, samples = c.train_samples,
                latency = c.student_latency_seconds, epochs = row.spec.train.epochs })
    end
  end
  for _, row in ipairs(view.group.rows) do
    local c = row.cost
    network(list, known, "student", row.spec.student.model.arch,
            { params = c.student_params, flops = c.student_flops, samples = c.train_samples,
              latency = c.student_latency_seconds, epochs = row.spec.train.epochs })
  end
  return list
end

local function thousands(n)
  local text = string.format("%d", n)
  return text:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
end
M.thousands = thousands

function M.network_table(view)
  local many = feed.samples(view.set.catalog, view.group.dataset.name)[2]
  local head = { "Network", "Role", "Parameters", "MFLOPs", "Latency (ms)",
                 many:sub(1, 1):upper() .. many:sub(2), "Epochs" }
  local rows, csv = {}, { { "network", "role", "params", "flops", "latency_seconds", "samples",
                            "epochs" } }
  for _, n in ipairs(networks_of(view)) do
    rows[#rows + 1] = { n.arch, n.role, n.params and thousands(n.params) or "",
                        n.flops and string.format("%.1f", n.flops / 1e6) or "",
                        n.latency and string.format("%.2f", 1000 * n.latency) or "",
                        n.samples and thousands(n.samples) or "", tostring(n.epochs) }
    csv[#csv + 1] = { n.arch, n.role, n.params, n.flops, n.latency, n.samples, n.epochs }
  end
  return { head = head, labels = 2, rows = rows, csv = csv }
end

-- ---- every run -----------------------------------------------------------------------

local PROTOCOLS = { "last", "best_val", "best_test" }

local function sorted_metrics(final)
  local names = {}
  for name, value in pairs(final) do
    names[#names + 1] = type(value) == "number" and name ~= "epoch" and name or nil
  end
  table.sort(names)
  return names
end

-- one line a metric of a run under a protocol; one line for a run that has none
function M.runs_csv(set, method_label)
  local rows = { { "dataset", "kind", "method", "pair", "seed", "hash", "state", "reason", "stale",
                   "protocol", "epoch", "metric", "value" } }
  for _, row in ipairs(set.rows) do
    local spec = row.spec
    local start = { n = 9, spec.dataset.name, row.kind, method_label(row), spec.pair, spec.seed,
                    row.hash, row.state, row.reason, row.stale and "stale" or "" }
    if row.state ~= "done" then
      rows[#rows + 1] = { start = start }
    end
    for _, protocol in ipairs(row.state == "done" and PROTOCOLS or {}) do
      local final = row.final[protocol] or {}
      for _, name in ipairs(sorted_metrics(final)) do
        rows[#rows + 1] = { start = start, protocol, final.epoch, name, final[name] }
      end
    end
  end
  return rows
end

-- mean seconds of a whole run of the group, training and measuring
function M.run_seconds(rows)
  local list = {}
  for _, row in ipairs(rows) do
    list[#list + 1] = row.state == "done" and runfile.seconds(row) or nil
  end
  return stats.mean(list)
end

return M
