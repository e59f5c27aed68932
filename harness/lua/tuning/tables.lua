-- tables.lua - the tables of a report that tunes: results after tuning, differences to the tuned
-- plain student, what tuning gained, and which setting was chosen on what grounds.

local accuracy = require "accuracy"
local after = require "tuning.after"
local captions = require "captions"
local cells = require "cells"
local grid = require "grid"
local options = require "options"
local outcome = require "tuning.outcome"
local stats = require "stats"
local text = require "tuning.text"

local M = {}

-- ---- captions -----------------------------------------------------------------

local function is_tuned(view, name)
  local method = accuracy.base(view, name)
  for _, column in ipairs(method and view.group.columns or {}) do
    for _, row in ipairs(grid.runs(view.group, method.key, column)) do
      if row.number then
        return true
      end
    end
  end
end

local function caption(view, said, budget)
  local plain = view.plain and not is_tuned(view, "none")
                and " The plain student was not tuned: no tuned result is set against it." or ""
  return string.format("%s Tuned: %s. Random search over the options, learning rate (above: the "
                       .. "sweep's) and weight decay; the first trial has the sweep's own "
                       .. "settings, and the best on validation is trained anew on the reported "
                       .. "seeds.%s", said, budget, plain)
end

-- ---- what tuning gained --------------------------------------------------------

-- a cell: values after less values before, seed by seed
local function gain_cell(view, before, method, column, notes)
  local rows = grid.runs(view.group, method.key, column)
  local _, a = view.values(method.key, column)
  local _, b = before.values(method.key, column)
  local mean, half, n = stats.paired(a, b)
  if not mean then
    return cells.empty(rows, notes)
  end
  local cell = cells.difference(view.metric, mean, half, n, view.better)
  cell.stale = cells.any_stale(rows)
  return cell
end

local function gain_table(view, before)
  local rows, notes, head = {}, {}, { "Method" }
  local csv = { { "method", "pair", "metric", "protocol", "n", "gain", "half_width_95",
                  "verdict" } }
  for _, column in ipairs(view.group.columns) do
    head[#head + 1] = column.label
  end
  for _, method in ipairs(view.group.methods) do
    local row = { method.name == "none" and "Student" or method.label }
    for _, column in ipairs(view.group.columns) do
      local cell = gain_cell(view, before, method, column, notes)
      row[#row + 1] = cell
      csv[#csv + 1] = { method.label, column.label, view.metric.name, view.protocol, cell.n or 0,
                        cell.mean, cell.half, cell.verdict or cell.text }
    end
    rows[#rows + 1] = row
  end
  return { head = head, labels = 1, rows = rows, notes = notes, csv = csv }
end

-- ---- which setting ---------------------------------------------------------------

local function scores_of(one)
  local list = {}
  for _, trial in ipairs(one.trials) do
    list[#list + 1] = trial.score
  end
  table.sort(list)
  return list
end

local function shown(metric, v)
  return v and cells.show(metric, v) or ""
end

local function setting_of(one)
  if not one.chosen then
    return "not chosen yet"
  elseif one.chosen == 1 then
    return "the sweep's own"
  end
  return outcome.setting(one.search, one.trials[one.chosen].row)
end

local function settings_row(one, metric)
  local scores, chosen = scores_of(one), one.trials[one.chosen]
  local range = #scores > 0 and string.format("%s to %s", shown(metric, scores[1]),
                                              shown(metric, scores[#scores])) or ""
  return { one.method.label, one.column.label, setting_of(one),
           one.chosen and tostring(one.chosen) or "", shown(metric, one.trials[1].score),
           shown(metric, chosen and chosen.score), range, shown(metric, stats.sd(scores)),
           #scores .. " of " .. #one.trials }
end

local HEAD = { "Method", "Pair", "Chosen setting", "Trial", "Own", "Chosen", "All trials", "sd",
               "Scored" }

local function settings_table(searches, metric, protocol)
  local rows = {}
  local csv = { { "method", "pair", "metric", "protocol", "chosen_trial", "validation_own",
                  "validation_chosen", "validation_sd", "scored", "trials", "setting" } }
  for i, one in ipairs(searches) do
    local scores, chosen = scores_of(one), one.trials[one.chosen]
    rows[i] = settings_row(one, metric)
    csv[i + 1] = { one.method.label, one.column.label, metric.name, protocol, one.chosen,
                   one.trials[1].score, chosen and chosen.score, stats.sd(scores), #scores,
                   #one.trials, setting_of(one) }
  end
  return { head = HEAD, labels = 3, rows = rows, notes = {}, csv = csv }
end

-- every trial with every value, for who wants to look closer
function M.trials_csv(set, groups)
  local rows = { { "dataset", "method", "pair", "trial", "chosen", "state", "reason", "hash",
                   "seed", "option", "value", "metric", "protocol", "validation" } }
  local metric = outcome.metric(set)
  for _, one in ipairs(outcome.all(set, groups)) do
    for _, trial in ipairs(one.trials) do
      local row = trial.row
      for _, d in ipairs(row and one.search.dimensions or {}) do
        rows[#rows + 1] = { row.spec.dataset.name, one.method.label, one.column.label, trial.number,
                            trial.number == one.chosen and "chosen" or "", row.state, row.reason,
                            row.hash, row.spec.seed, d.of .. "." .. d.key,
                            text.value(outcome.value(row.spec, d)), metric and metric.name,
                            set.tune.protocol, trial.score }
      end
    end
  end
  return rows
end

-- ---- all of them -----------------------------------------------------------------

local function of_group(searches, group)
  local list = {}
  for _, one in ipairs(searches) do
    list[#list + 1] = one.group == group and one or nil
  end
  return list
end

-- group: of the runs after tuning; its table stands beside those of the group before it
local function finished(t, name, title, group, groups, said)
  local suffix = #groups > 1 and string.format("-%s-%d", group.dataset.name, group.number) or ""
  t.name, t.title, t.caption, t.group = name .. suffix, title, said, group
  t.beside = groups[group.number]
  return t
end

local function add_group(list, before, view, groups, searches)
  local set, metric = before.set, outcome.metric(before.set)
  local budget, k = outcome.spent(set, searches), set.tune.trials
  local function add(t, name, title, said)
    list[#list + 1] = t and finished(t, name, title, view.group, groups,
                                     caption(view, said, budget))
  end
  add(accuracy.metric_table(view), "tuned", string.format("Results after %d trials", k),
      captions.metric(view))
  if is_tuned(view, "none") then
    add(accuracy.difference_table(view, "none"), "tuned-difference-none",
        string.format("Difference to the tuned plain student, after %d trials", k),
        captions.difference(view, "none"))
  end
  add(gain_table(view, before), "tuned-gain", string.format("What %d trials gained", k),
      string.format("Test %s %s after tuning less that at the sweep's own settings, seed by seed. "
                    .. "Mean ± half width of the 95 %% interval of Student's t (number of seeds). "
                    .. "Bold: all of the interval is better than 0; ↓: all of it is worse.",
                    captions.short(view.metric), captions.protocol(view.protocol)))
  if metric then
    add(settings_table(searches, metric, set.tune.protocol), "tuned-settings",
        "Settings that were chosen",
        string.format("Validation %s: of the sweep's own setting (trial 1), of the chosen one, and "
                      .. "over all trials that left a score; one seed each. The chosen one's is "
                      .. "the best of many and so too high: what it is worth is the test result "
                      .. "on the reported seeds.", captions.short(metric)))
  end
end

-- tables of a set that tunes, and its groups of runs after tuning; none where it does not
function M.all(set, groups, how)
  if not set.tune then
    return {}, nil
  end
  local list, searches, later = {}, outcome.all(set, groups), after.set(set)
  local after_groups = grid.groups(later)
  for i, group in ipairs(after_groups) do
    local before = accuracy.view(set, groups[i], how)
    add_group(list, before, accuracy.view(later, group, how), groups, of_group(searches, groups[i]))
  end
  return list, after_groups
end

-- ---- what the other tables say ------------------------------------------------------

local function at_defaults(set)
  for _, row in ipairs(set.rows) do
    local entry = row.kind == "student" and options.find(set.catalog.methods, row.spec.method.name)
    for _, o in ipairs(entry and entry.options or {}) do
      if text.value(row.spec.method.options[o.name]) ~= text.value(o.default) then
        return false
      end
    end
  end
  return true
end

-- what is added to the title of the table of results where there is one after tuning too
function M.title(set)
  local said = set.tune and at_defaults(set) and "the papers' defaults" or "the sweep's settings"
  return set.tune and " at " .. said or ""
end

return M
