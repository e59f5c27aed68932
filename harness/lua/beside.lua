-- beside.lua - what stands beside the metric: for every method of every pair the gap it closes, what
-- a step and the method's own parameters cost, how like its teacher the student is, and how well its
-- probabilities are calibrated.

local accuracy = require "accuracy"
local cells = require "cells"
local costs = require "costs"
local grid = require "grid"
local stats = require "stats"

local M = {}

-- ---- numbers ----------------------------------------------------------------------

-- what students share with teachers and how sure they are: metric's name, head of its column
local SAID = { { "agreement", "Agreement (%)" }, { "kl", "KL to teacher" }, { "nll", "NLL" },
               { "ece", "ECE" } }

-- a view of another metric under the same protocol; nil where nobody measured it
local function in_metric(view, name)
  for _, metric in ipairs(view.set.metrics) do
    if metric.name == name then
      return accuracy.view(view.set, view.group, { metric = metric, protocol = view.protocol })
    end
  end
end

local function mean_of(rows, key)
  return stats.mean((grid.values(rows, function(row)
    return row.state == "done" and row.cost[key] or nil
  end)))
end

-- share of a step's time in which the teacher computed; 0 where its outputs were cached
local function teacher_share(rows)
  local whole, without = mean_of(rows, "seconds_per_step"),
                         mean_of(rows, "seconds_per_step_without_teacher")
  return whole and without and whole > 0 and 100 * math.min(1, math.max(0, 1 - without / whole)) or nil
end

-- all numbers of one row of the table; plain values, nil where there is none
local function numbers(view, others, method, column)
  local rows = grid.runs(view.group, method.key, column)
  local seconds, slower = costs.step_seconds(view, method.key, column)
  local list = view.values(method.key, column)
  local n = { mean = stats.mean(list), sd = stats.sd(list), n = #list,
              gap = accuracy.gap_share(view, method.key, column), seconds = seconds,
              slower = slower, memory = mean_of(rows, "peak_memory_bytes"),
              extra = mean_of(rows, "method_params"), share = teacher_share(rows) }
  for _, what in ipairs(SAID) do
    local other = others[what[1]]
    n[what[1]] = other and stats.mean((other.values(method.key, column)))
  end
  return n, rows, list
end

-- ---- the table --------------------------------------------------------------------

local function text(format, value, factor)
  return value and string.format(format, value * (factor or 1)) or ""
end

local function said_text(name, others, value)
  return value and cells.show(others[name].metric, value) or ""
end

local function row_of(view, others, method, column, notes)
  local n, rows, list = numbers(view, others, method, column)
  if #list == 0 then
    return { column.label, method.label, cells.empty(rows, notes), "", "", "", "", "", "", "", "",
             "" }, n
  end
  local row = { column.label, method.name == "none" and "Student" or method.label,
                cells.mean_text(view.metric, list, #rows), text("%.0f", n.gap),
                { text = text("%.2f", n.slower), bold = n.slower and n.slower > costs.MUCH },
                text("%.0f", n.memory, 1e-6), n.extra and costs.thousands(n.extra // 1) or "",
                text("%.0f", n.share) }
  for _, what in ipairs(SAID) do
    row[#row + 1] = said_text(what[1], others, n[what[1]])
  end
  return row, n
end

local CSV = { "pair", "method", "metric", "protocol", "n", "mean", "sd", "gap_recovered_percent",
              "times_plain_step", "peak_memory_bytes", "method_params", "teacher_share_percent",
              "agreement", "kl", "nll", "ece" }

local function csv_row(view, method, column, n)
  return { column.label, method.label, view.metric.name, view.protocol, n.n, n.mean, n.sd, n.gap,
           n.slower, n.memory, n.extra, n.share, n.agreement, n.kl, n.nll, n.ece }
end

function M.table(view)
  local others, rows, csv, notes = {}, {}, { CSV }, {}
  for _, what in ipairs(SAID) do
    others[what[1]] = in_metric(view, what[1])
  end
  for _, column in ipairs(view.group.columns) do
    for _, method in ipairs(view.group.methods) do
      local row, n = row_of(view, others, method, column, notes)
      rows[#rows + 1], csv[#csv + 1] = row, csv_row(view, method, column, n)
    end
    rows[#rows].rule = true
  end
  if #rows == 0 then
    return nil
  end
  rows[#rows].rule = nil
  local head = { "Pair", "Method", "Result", "Gap closed (%)", "Step (×)", "Peak MB",
                 "Extra parameters", "Teacher's share (%)" }
  for _, what in ipairs(SAID) do
    head[#head + 1] = what[2]
  end
  return { head = head, labels = 2, rows = rows, notes = notes, csv = csv }
end

return M
