-- captions.lua - what a reader must know beside a table: data, training, seeds, protocol, marks.

local accuracy = require "accuracy"
local costs = require "costs"
local feed = require "feed"
local grid = require "grid"
local options = require "options"
local words = require "stat.words"

local M = {}

local PROTOCOL = { last = "after the last epoch",
                   best_val = "at the epoch that was best on validation",
                   best_test = "at the epoch that was best on test (optimistic: test chose it)" }

function M.protocol(name)
  return PROTOCOL[name]
end

-- smallest and largest of what the rows say, as text
local function span(rows, value, format)
  local low, high
  for _, row in ipairs(rows) do
    local v = value(row)
    if v then
      low, high = math.min(low or v, v), math.max(high or v, v)
    end
  end
  if not low then
    return nil
  elseif low == high then
    return format(low), low, high
  end
  return format(low) .. " to " .. format(high), low, high
end

local function teacher_rows(set, group)
  local rows, seen = {}, {}
  for _, column in ipairs(group.columns) do
    for _, row in ipairs(grid.ancestors(set, column)) do
      rows[#rows + 1] = not seen[row.hash] and row or nil
      seen[row.hash] = true
    end
  end
  return rows
end

local function samples_of(row)
  return row.cost.train_samples or (row.spec.dataset.train > 0 and row.spec.dataset.train or nil)
end

local function epochs_of(row)
  return row.spec.train.epochs
end

-- how many seeds there are
function M.seeds(rows)
  local seen, n = {}, 0
  for _, row in ipairs(rows) do
    n = n + (seen[row.spec.seed] and 0 or 1)
    seen[row.spec.seed] = true
  end
  return n
end

function M.title(set, name)
  local entry = options.find(set.catalog.datasets, name)
  return entry and entry.title or name
end

local function plural(n, word)
  return n .. " " .. word .. (tostring(n) == "1" and "" or "s")
end

local function trained_here(rows)
  local list = {}
  for _, row in ipairs(rows) do
    list[#list + 1] = not row.spec.weights and row or nil
  end
  return list
end

-- "Teachers trained by others: resnet20 (weights 0123456789ab)", or nil
local function given(set, group)
  local list, seen = {}, {}
  for _, row in ipairs(teacher_rows(set, group)) do
    local weights = row.spec.weights
    local text = weights and string.format("%s (weights of SHA-256 %s)", row.spec.student.model.arch,
                                           weights.sha256:sub(1, 12))
    list[#list + 1] = text and not seen[text] and text or nil
    seen[text or ""] = true
  end
  table.sort(list)
  return #list > 0 and "Teachers trained by others: " .. table.concat(list, ", ") .. "." or nil
end

-- "Students saw 10,000 training images for 8 epochs; ..."
local function training(set, group)
  local word = feed.samples(set.catalog, group.dataset.name)[2]
  local samples, most = span(group.rows, samples_of, costs.thousands)
  local epochs = span(group.rows, epochs_of, tostring)
  local text = string.format("Students saw %s training %s for %s", samples or "all", word,
                             plural(epochs, "epoch"))
  local teachers = trained_here(teacher_rows(set, group))
  local theirs, least, largest = span(teachers, samples_of, costs.thousands)
  if not theirs then
    return text .. "."
  end
  text = text .. string.format("; teachers saw %s for %s", theirs,
                               plural(span(teachers, epochs_of, tostring), "epoch"))
  if least == largest and most and largest > most then
    text = text .. string.format(", %.1f times more %s", largest / most, word)
  end
  return text .. "."
end

-- "kd (T 2)": a method and what is not at its default
local function method_text(set, method)
  local entry, parts = options.find(set.catalog.methods, method.name), {}
  for _, o in ipairs(entry and entry.options or {}) do
    local value = grid.option_text(method.options[o.name])
    parts[#parts + 1] = value ~= grid.option_text(o.default) and o.name .. " " .. value or nil
  end
  return method.name .. (#parts > 0 and " (" .. table.concat(parts, ", ") .. ")" or "")
end

-- "resnet14 learned from resnet20 by kd", for every teacher that was taught itself
local function taught(set, group)
  local list, seen = {}, {}
  for _, row in ipairs(teacher_rows(set, group)) do
    local names = {}
    for i, entry in ipairs(row.spec.teacher) do
      names[i] = set.by_hash[entry.run] and set.by_hash[entry.run].spec.pair or entry.model.arch
    end
    local line = #names > 0 and string.format("%s learned from %s by %s",
                                              row.spec.student.model.arch,
                                              table.concat(names, " and "),
                                              method_text(set, row.spec.method))
    if line and not seen[line] then
      seen[line], list[#list + 1] = true, line
    end
  end
  table.sort(list)
  return #list > 0 and "Teachers that were taught themselves: " .. table.concat(list, "; ") .. "."
         or nil
end

-- do all seeds see the same augmented samples?
local function one_augmentation(group)
  local seen, n = {}, 0
  for _, row in ipairs(group.rows) do
    local seed = row.spec.dataset.augment_seed
    n = n + (seen[seed] and 0 or 1)
    seen[seed] = true
  end
  return group.dataset.augment ~= "none" and n == 1
end

-- teachers that differ by seed alone, at most
local function most_teachers(set, group)
  local most = 0
  for _, column in ipairs(group.columns) do
    local of_place = {}
    for _, row in ipairs(grid.teacher_runs(set, column)) do
      local i = column.teachers[row.hash]
      of_place[i] = (of_place[i] or 0) + 1
      most = math.max(most, of_place[i])
    end
  end
  return most
end

local function conditions(set, group)
  local d, t = group.dataset, group.train
  local teachers = most_teachers(set, group)
  local cut = (t.clip or 0) > 0 and string.format("gradients cut at a length of %g, ", t.clip) or ""
  local parts = { string.format("%s, batch %d, learning rate %.4g, %s schedule, %saugmentation %s.",
                                t.optimizer, t.batch, t.lr, t.schedule, cut, d.augment),
                  plural(M.seeds(group.rows), "seed") .. "; at one seed every method starts from "
                  .. "the same weights and sees the same batches." }
  if teachers > 0 then
    local given = teachers == 1 and "the one teacher of each pair" or teachers .. " teachers a pair"
    parts[#parts + 1] = string.format("Intervals are conditional on %s%s.", given,
                                      one_augmentation(group) and " and on one augmentation" or "")
  end
  return table.concat(parts, " ")
end

local function commits(rows)
  local seen, list = {}, {}
  for _, row in ipairs(rows) do
    local commit = row.env.commit
    local name = commit and commit:sub(1, 12) .. (row.env.dirty and " (changed)" or "")
    if name and not seen[name] then
      seen[name] = true
      list[#list + 1] = name
    end
  end
  table.sort(list)
  return #list > 0 and "Commit " .. table.concat(list, ", ") .. "." or nil
end

local function any(rows, test)
  for _, row in ipairs(rows) do
    if test(row) then
      return true
    end
  end
end

-- data, training and marks: what every table's caption ends with
local function common(set, group)
  local parts = { training(set, group) }
  parts[#parts + 1] = given(set, group)
  parts[#parts + 1] = taught(set, group)
  parts[#parts + 1] = conditions(set, group)
  if any(group.rows, function(row) return row.stale end) then
    parts[#parts + 1] = "†: measured with older sources than the others."
  end
  parts[#parts + 1] = commits(group.rows)
  parts[#parts + 1] = set.caption
  return table.concat(parts, " ")
end

local function opening(set, group)
  return (set.profile and "Profile " .. set.profile .. ", " or "") .. M.title(set,
                                                                            group.dataset.name)
end

local SHORT = { mean_class = "class-mean accuracy", macro_f1 = "macro-F1" }

-- "top-1" for top1, "robust top-1" for robust_top1, "NLL" for nll
function M.short(metric)
  local robust = metric.name:match("^robust_(.+)")
  if robust then
    return "robust " .. M.short { name = robust }
  end
  local k = metric.name:match("^top(%d+)$")
  return SHORT[metric.name] or k and "top-" .. k or #metric.name <= 4 and metric.name:upper() or metric.name
end

local function metric_name(metric)
  return "test " .. M.short(metric) .. (metric.unit ~= "1" and " (" .. metric.unit .. ")" or "")
         .. (metric.higher_better and "" or ", lower is better")
end

-- what is looked at, whatever the protocol
function M.subject(view)
  return string.format("%s: %s.", opening(view.set, view.group), metric_name(view.metric))
end

-- of a table with an account of its own: "KiCad-29: what test top-1 (%) after the last epoch. ..."
function M.of(view, what, account)
  return string.format("%s: %s %s %s. %s %s", opening(view.set, view.group), what,
                       metric_name(view.metric), PROTOCOL[view.protocol], account,
                       common(view.set, view.group))
end

function M.metric(view)
  return string.format("%s: %s %s, measured. %s %s", opening(view.set, view.group),
                       metric_name(view.metric), PROTOCOL[view.protocol],
                       "Mean ± sample standard deviation (number of seeds). Bold: best student of "
                       .. "the column; ↓: worse than the plain student.",
                       common(view.set, view.group))
end

function M.difference(view, base)
  local to = base == "none" and "the plain student" or accuracy.base(view, base).label
  return string.format("%s: difference to %s in %s %s, seed by seed. Mean ± half width of the "
                       .. "95 %% interval of %s (number of seeds), not corrected for the "
                       .. "number of comparisons; unresolved: half width above 1 point, or one "
                       .. "seed. Bold: all of the interval is better than %s; ↓: all of it is "
                       .. "worse. %s", opening(view.set, view.group), to, metric_name(view.metric),
                       PROTOCOL[view.protocol], words.interval(words.most_values(view.group)), to,
                       common(view.set, view.group))
end

function M.gap(view)
  return string.format("%s: share (%%) of the way from the plain student to the teacher that the "
                       .. "mean of each method covers, %s %s. Blank: not measured, or the distance "
                       .. "to the teacher is within the plain student's 95 %% interval. %s",
                       opening(view.set, view.group), metric_name(view.metric),
                       PROTOCOL[view.protocol], common(view.set, view.group))
end

local LOOKS = { to = "as the student sees it, looks for itself as the teacher does",
                from = "as the teacher sees it, looks for itself as the student does" }

function M.recall(view)
  return string.format("%s: each test sample, %s. R@1, mean ± sample standard deviation (number "
                       .. "of seeds), then R@5 and R@10, in %%, by the cosine between the method's "
                       .. "embeddings, or else the logits less their mean over classes; of equally "
                       .. "near ones in random order; after the last epoch. Bold: best R@1 of the "
                       .. "column. %s", opening(view.set, view.group), LOOKS[view.way],
                       common(view.set, view.group))
end

function M.beside(view)
  return string.format("%s: %s %s, and beside it: the share of the way from the plain student to "
                       .. "the teacher (blank where that distance is within the plain student's "
                       .. "95 %% interval), the time that a step computes over the plain "
                       .. "student's (bold: more than 3), the process's peak memory, parameters "
                       .. "that the method trains beside the student's, the share of a step in "
                       .. "which the teacher computes (0: its outputs are cached), how often "
                       .. "student and teacher name the same class, KL(teacher‖student), NLL and "
                       .. "expected calibration error on test. Means over seeds. %s",
                       opening(view.set, view.group), metric_name(view.metric),
                       PROTOCOL[view.protocol], common(view.set, view.group))
end

function M.cost(view)
  return string.format("%s: milliseconds that a training step computes on one core, and megabytes "
                       .. "that it holds: weights, the method's state, activations, gradients "
                       .. "(as multiples of the plain student's; bold: more than 3). Means over "
                       .. "seeds and all of a run's steps. Cached teacher outputs are read, not "
                       .. "computed. %s", opening(view.set, view.group),
                       common(view.set, view.group))
end

function M.networks(view)
  local one = feed.samples(view.set.catalog, view.group.dataset.name)[1]
  return string.format("%s: the networks, and what they were trained on. FLOPs of one forward pass; "
                       .. "latency of one %s on one core.", opening(view.set, view.group), one)
end

return M
