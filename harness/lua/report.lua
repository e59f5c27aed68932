-- report.lua - tables and figures from stored runs. The same runs give the same bytes.

local kd = require "kd"
local accuracy = require "accuracy"
local beside = require "beside"
local captions = require "captions"
local costs = require "costs"
local detectable = require "stat.detectable"
local files = require "files"
local grid = require "grid"
local intervals = require "stat.intervals"
local html = require "html.page"
local protocols = require "protocols"
local ranking = require "stat.ranking"
local recall = require "recall"
local results = require "results"
local tables = require "tables"
local tests = require "stat.tests"
local times = require "times"
local tuning = require "tuning.tables"
local wins = require "stat.wins"

local M = {}

-- ---- which metric ------------------------------------------------------------------

local function metric_of(set, name)
  local names = {}
  for i, metric in ipairs(set.metrics) do
    names[i] = metric.name
    if metric.name == name or (not name and metric.primary) then
      return metric
    end
  end
  if #names == 0 then
    return { name = name or "top1", unit = "%", higher_better = true, primary = true }
  end
  return nil, string.format("no metric %s was measured; there is %s", tostring(name),
                            table.concat(names, ", "))
end

-- ---- tables ------------------------------------------------------------------------

-- each: name, title and a function that gives the table or nil, and its caption
local KINDS = {
  { "accuracy", "Results", accuracy.metric_table, captions.metric },
  { "difference-none", "Difference to the plain student",
    function(view) return accuracy.difference_table(view, "none") end,
    function(view) return captions.difference(view, "none") end },
  { "difference-kd", "Difference to kd",
    function(view) return accuracy.difference_table(view, "kd") end,
    function(view) return captions.difference(view, "kd") end },
  { "intervals", "Intervals of the means", intervals.table, intervals.caption },
  { "tests-none", "Tests against the plain student",
    function(view) return tests.table(view, "none") end,
    function(view) return tests.caption(view, "none") end },
  { "tests-kd", "Tests against kd",
    function(view) return tests.table(view, "kd") end,
    function(view) return tests.caption(view, "kd") end },
  { "detectable", "What these seeds can see", detectable.table, detectable.caption },
  { "wins", "Wins, ties and losses", wins.table, wins.caption },
  { "gap", "Gap to the teacher", accuracy.gap_table, captions.gap },
  { "beside", "Cost, fidelity and calibration beside the result", beside.table, captions.beside },
  { "protocols", "Three protocols", protocols.table, protocols.caption },
  { "cost", "Cost", costs.step_table, captions.cost },
  { "networks", "Networks", costs.network_table, captions.networks },
}

local RETRIEVAL = { to = "Retrieval of the teacher's samples by the student's",
                    from = "Retrieval of the student's samples by the teacher's" }

-- file names tell the groups apart when there are several
local function suffix(group, groups)
  return #groups > 1 and string.format("-%s-%d", group.dataset.name, group.number) or ""
end

-- the primary metric under attack, where it was measured: after the last epoch, so last alone
local function robust_view(set, group, how)
  for _, metric in ipairs(set.metrics) do
    if metric.name:find("^robust_") and metric.name ~= how.metric.name then
      return accuracy.view(set, group, { metric = metric, protocol = "last" })
    end
  end
end

-- views of the metrics that the sweep names, beside the report's own
local function more_views(set, group, how)
  local list = {}
  for _, name in ipairs(set.tabled or {}) do
    for _, metric in ipairs(set.metrics) do
      if metric.name == name and name ~= how.metric.name then
        list[#list + 1] = accuracy.view(set, group, { metric = metric, protocol = how.protocol })
      end
    end
  end
  return list
end

-- results and differences to the plain student, in another metric
local function kinds_in(metric)
  local list = {}
  for i = 1, 2 do
    local name, title, make, caption = table.unpack(KINDS[i])
    list[i] = { name .. "-" .. metric.name, title .. " in " .. captions.short(metric), make, caption }
  end
  return list
end

local function tables_of(set, groups, how)
  local list = {}
  local function add(kind, group, view)
    local t = kind[3](view)
    if t then
      t.name, t.title, t.caption = kind[1] .. suffix(group, groups), kind[2], kind[4](view)
      t.title = t.title .. (kind[1] == "accuracy" and tuning.title(set) or "")
      t.group = group
      list[#list + 1] = t
    end
  end
  for _, group in ipairs(groups) do
    local view, robust = accuracy.view(set, group, how), robust_view(set, group, how)
    for _, kind in ipairs(KINDS) do
      add(kind, group, view)
      if robust and kind[1] == "accuracy" then
        add({ "robust", "Results under attack", accuracy.metric_table, captions.metric }, group,
            robust)
      end
    end
    for _, other in ipairs(more_views(set, group, how)) do
      for _, kind in ipairs(kinds_in(other.metric)) do
        add(kind, group, other)
      end
    end
    for _, way in ipairs(recall.WAYS) do
      local found = recall.view(set, group, way)
      if found then
        add({ "retrieval-" .. way .. "-teacher", RETRIEVAL[way], recall.table, captions.recall },
            group, found)
      end
    end
  end
  list[#list + 1] = ranking.sweep_table(set, groups, how)
  local tuned, later = tuning.all(set, groups, how)
  table.move(tuned, 1, #tuned, #list + 1, list)
  list[#list + 1] = times.table(how.root)
  return list, later
end

-- ---- writing -----------------------------------------------------------------------

function M.writer(folder, quiet)
  return function(name, text)
    local path = folder .. "/" .. name
    local ok, err = kd.mkdirs(files.folder_of(path))
    if ok then
      ok, err = kd.write_atomic(path, text)
    end
    if not ok then
      error(err, 0)
    end
    if not quiet then
      io.stdout:write(path, "\n")
    end
  end
end

local function method_labels(groups)
  local labels = {}
  for _, group in ipairs(groups) do
    for _, method in ipairs(group.methods) do
      for _, rows in pairs(group.cells[method.key]) do
        for _, row in ipairs(rows) do
          labels[row] = method.label
        end
      end
    end
  end
  return function(row)
    return labels[row] or row.spec.method.name
  end
end

local function write_tables(set, groups, how, write)
  local list, later = tables_of(set, groups, how)
  for _, t in ipairs(list) do
    write(t.name .. ".md", tables.markdown(t))
    write(t.name .. ".tex", tables.latex(t))
    write(t.name .. ".csv", tables.csv(t.csv))
  end
  write("runs.csv", tables.csv(costs.runs_csv(set, method_labels(groups))))
  if set.tune then
    write("tuned-trials.csv", tables.csv(tuning.trials_csv(set, groups)))
  end
  return list, later
end

-- ---- one page of all of it -----------------------------------------------------------

function M.summary(set)
  local n = {}
  for _, row in ipairs(set.rows) do
    n[row.state] = (n[row.state] or 0) + 1
  end
  local parts = {}
  for _, state in ipairs { "done", "failed", "skipped", "not applicable", "not run" } do
    parts[#parts + 1] = n[state] and n[state] .. " " .. state or nil
  end
  return string.format("%d runs: %s.", #set.rows, table.concat(parts, ", "))
end

local function page(set, list, figures)
  local parts = { "# " .. set.name, M.summary(set) .. (set.notes and " " .. set.notes or "") }
  for _, t in ipairs(list) do
    parts[#parts + 1] = tables.markdown(t)
  end
  for _, figure in ipairs(figures) do
    parts[#parts + 1] = string.format("![%s](figures/%s.svg)\n\n%s", figure.title, figure.name,
                                      figure.caption)
  end
  return table.concat(parts, "\n\n") .. "\n"
end

-- args: folder, output, protocol, metric, tables, figures, allow_stale, quiet. What it was made of,
-- { set, groups, how, tables, figures, folder }; or nil and a message.
function M.make(args)
  local root, began = args.folder:gsub("(.)/+$", "%1"), kd.now()
  local set, err = results.load(root, { allow_stale = args.allow_stale, metric = args.metric })
  if not set then
    return nil, err
  end
  local metric
  metric, err = metric_of(set, args.metric)
  if not metric then
    return nil, err
  end
  local out, groups = args.output or root .. "/report", grid.groups(set)
  local how = { metric = metric, protocol = args.protocol or "last", root = root, groups = groups }
  local write, all = M.writer(out, args.quiet), not args.tables == not args.figures
  local made = { name = set.name, set = set, groups = groups, how = how, folder = out, tables = {} }
  local ok, failed = pcall(function()
    if all or args.tables then
      made.tables, made.later = write_tables(set, groups, how, write)
    end
    made.figures = (all or args.figures)
                   and require "figures".write(set, groups, how, out, write) or {}
    if all then
      write("report.md", page(set, made.tables, made.figures))
      write("report.html", html.html { name = set.name, notes = set.notes, tracks = { made } })
    end
  end)
  if not ok then
    return nil, failed
  end
  if all then
    times.note_report(root, kd.now() - began, args.quiet)
  end
  return made
end

-- exit code; or nil and a message
function M.main(args)
  local made, err = M.make(args)
  return made and 0, err
end

return M
