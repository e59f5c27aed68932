-- runs.lua - the runs behind each cell: values, curve, environment, spec, and the command that runs
-- each again.

local captions = require "captions"
local cells = require "cells"
local cite = require "cite"
local drawing = require "html.drawing"
local environments = require "html.environments"
local grid = require "grid"
local json = require "json"
local markup = require "html.markup"
local rerun = require "html.rerun"
local results = require "results"
local trials = require "html.trials"

local M = {}

local escape = markup.escape

local PROTOCOLS = { { "last", "Last epoch" }, { "best_val", "Best on validation" },
                    { "best_test", "Best on test" } }

-- ---- the runs of a cell ---------------------------------------------------------------

local function value_cell(row, protocol, metric)
  local value = results.value(row, protocol, metric.name)
  local epoch = value and row.final[protocol].epoch
  return string.format('<td class="n">%s%s</td>', value and cells.show(metric, value) or "",
                       epoch and string.format(' <small>epoch %d</small>', epoch) or "")
end

local function seconds(row)
  local cost = row.state == "done" and row.cost or {}
  local spent = cost.train_seconds and cost.train_seconds + (cost.eval_seconds or 0)
  return spent and string.format("%.1f", spent) or ""
end

local function state_of(row)
  local text = row.reason and row.state .. ": " .. row.reason or row.state
  return row.stale and text .. ", older sources" or text
end

local function run_row(page, entry, i, curves)
  local row, metric, parts = entry.rows[i], entry.track.how.metric, {}
  parts[1] = string.format('<th scope="row">%d</th>', row.spec.seed)
  parts[2] = page.teachers and string.format("<td>%s</td>", escape(row.spec.pair)) or ""
  for _, protocol in ipairs(PROTOCOLS) do
    parts[#parts + 1] = value_cell(row, protocol[1], metric)
  end
  local curve = curves and drawing.curve(curves, i, row.spec.train.epochs)
  parts[#parts + 1] = curves and "<td>" .. (curve or "") .. "</td>" or nil
  parts[#parts + 1] = string.format('<td class="n">%s</td><td class="n">%s</td><td>%s</td>',
                                    seconds(row), environments.link(page.environments, row),
                                    escape(state_of(row)))
  parts[#parts + 1] = string.format("<td><code>%s</code></td>", escape(row.hash:sub(1, 12)))
  return "<tr>" .. table.concat(parts) .. "</tr>"
end

local function runs_table(page, entry)
  local metric, lines = entry.track.how.metric, {}
  local curves = page.in_full and drawing.curves(entry.rows, metric)
  for i = 1, #entry.rows do
    lines[i] = run_row(page, entry, i, curves)
  end
  local heads = {}
  for i, protocol in ipairs(PROTOCOLS) do
    heads[i] = '<th scope="col" class="n">' .. protocol[2] .. "</th>"
  end
  return string.format([[
<div class="scroll" role="region" aria-label="Runs" tabindex="0"><table>
<caption>Test %s of each run</caption>
<thead><tr><th scope="col">Seed</th>%s%s%s
<th scope="col" class="n">Seconds</th><th scope="col" class="n">Environment</th>
<th scope="col">State</th><th scope="col">Run</th></tr></thead>
<tbody>%s</tbody></table></div>]], escape(captions.short(metric)),
                       page.teachers and '<th scope="col">Network</th>' or "",
                       table.concat(heads), curves and '<th scope="col">Curve</th>' or "",
                       table.concat(lines, "\n"))
end

-- ---- every metric ---------------------------------------------------------------------

-- names of all values that some run has under a protocol
local function value_names(rows, protocol)
  local names, seen = {}, {}
  for _, row in ipairs(rows) do
    for name, value in pairs(row.state == "done" and row.final[protocol] or {}) do
      if type(value) == "number" and not seen[name] then
        seen[name] = true
        names[#names + 1] = name
      end
    end
  end
  table.sort(names)
  return names
end

local function values_table(entry)
  local protocol, lines, heads = entry.track.how.protocol, {}, {}
  local names = value_names(entry.rows, protocol)
  if #names == 0 then
    return ""
  end
  for i, row in ipairs(entry.rows) do
    heads[i] = string.format('<th scope="col" class="n">seed %d</th>', row.spec.seed)
  end
  for _, name in ipairs(names) do
    local parts = { string.format('<th scope="row">%s</th>', escape((name:gsub("_", " ")))) }
    for _, row in ipairs(entry.rows) do
      local value = row.state == "done" and (row.final[protocol] or {})[name]
      parts[#parts + 1] = string.format('<td class="n">%s</td>',
                                        value and string.format("%.6g", value) or "")
    end
    lines[#lines + 1] = "<tr>" .. table.concat(parts) .. "</tr>"
  end
  return string.format([[
<details><summary>All final values %s</summary>
<div class="scroll" role="region" aria-label="All final values" tabindex="0"><table>
<caption class="vh">Final values of each run</caption>
<thead><tr><th scope="col">Value</th>%s</tr></thead><tbody>%s</tbody></table></div></details>]],
                       escape(captions.protocol(protocol)), table.concat(heads),
                       table.concat(lines, "\n"))
end

-- ---- commands and specs ---------------------------------------------------------------

local function code(text)
  return '<pre tabindex="0"><code>' .. escape(text) .. "</code></pre>"
end

-- what must come before the commands; nothing where scripts/ has the sweep
local function before(page, how, rows)
  if rerun.all_current(how, rows) then
    return ""
  elseif not page.in_full then
    return "<p>scripts/ no longer has a sweep that asks for these runs: first put the sweep.jsonl "
           .. "from their folder into <code>" .. escape(rerun.folder(how)) .. "</code>.</p>\n"
  end
  local setting = rerun.setting(how, rows)
  return "<p>scripts/ no longer has a sweep that asks for these runs. First, what they were asked "
         .. "for:</p>\n" .. (setting and code(setting) or "") .. "<p>Then any of</p>\n"
end

local function commands(page, entry)
  local how, lines = page.rerun[entry.track], {}
  for i, row in ipairs(entry.rows) do
    lines[i] = code(rerun.command(how, row))
  end
  return string.format('<details class="commands"><summary>Run again</summary>\n<p>In the '
                       .. "project's folder, after <code>make</code>; teachers that are not there "
                       .. "yet are trained first.</p>\n%s%s</details>",
                       before(page, how, entry.rows), table.concat(lines, "\n"))
end

-- canonical JSON with a line a part, and no other change; brackets inside of strings do not count
local function spec_text(text)
  local bare = text:gsub("\\.", "__"):gsub('"[^"]*"', function(word) return ("_"):rep(#word) end)
  local parts, depth, from = {}, 0, 1
  local function cut(past, with)
    parts[#parts + 1] = text:sub(from, past - 1) .. with
    from = past
  end
  for at, mark in bare:gmatch("()([{}%[%],])") do
    depth = depth + ((mark == "{" or mark == "[") and 1 or 0)
    if depth == 1 and (mark == "{" or mark == ",") then
      cut(at + 1, "\n  ")
    elseif depth == 1 and mark == "}" then
      cut(at, "\n")
    end
    depth = depth - ((mark == "}" or mark == "]") and 1 or 0)
  end
  return table.concat(parts) .. text:sub(from)
end

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b
  end
  for key, value in pairs(a) do
    if not same(value, b[key]) then
      return false
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      return false
    end
  end
  return true
end

-- the parts of specs that are not all the same
local function differing(rows)
  local first, names = rows[1].spec, {}
  for key in pairs(first) do
    for _, row in ipairs(rows) do
      if not same(row.spec[key], first[key]) then
        names[#names + 1] = key
        break
      end
    end
  end
  table.sort(names)
  return names
end

local function spec_of(entry)
  local names, first = differing(entry.rows), entry.rows[1]
  local others = #names > 0 and "; the others differ in " .. table.concat(names, ", ") or ""
  return string.format("<details><summary>Spec</summary>\n<p>Of seed %d%s.</p>\n%s</details>",
                       first.spec.seed, escape(others),
                       code(spec_text(first.text or json.encode(first.spec))))
end

-- ---- all of them ----------------------------------------------------------------------

local function mean_text(entry)
  local how = entry.track.how
  local list = grid.values(entry.rows, function(row)
    return results.value(row, how.protocol, how.metric.name)
  end)
  return #list > 0 and cells.mean_text(how.metric, list, #entry.rows)
         or cells.reason(entry.rows) or "not run"
end

-- all that is said of the runs of an entry
local function body(page, entry)
  return table.concat({ runs_table(page, entry), page.in_full and values_table(entry) or "",
                        commands(page, entry), page.in_full and spec_of(entry) or "" }, "\n")
end

-- the trials that the runs' setting was chosen among, or nothing
local function trials_of(page, entry)
  local rows = page.in_full and trials.of(entry) or {}
  local own = { track = entry.track, column = entry.column, rows = rows }
  return #rows > 0 and string.format("<details><summary>Trials: %d</summary>\n%s\n</details>",
                                     #rows, body(page, own)) or ""
end

local function cell(page, entry)
  page.teachers = entry.teachers
  return string.format([[
<details class="cell" id="%s" data-p="%s"><summary>%s: <b>%s</b></summary>
%s
%s
</details>]], entry.id, entry.pair, escape(entry.column.label), escape(mean_text(entry)),
                       body(page, entry), trials_of(page, entry))
end

-- "Knowledge distillation, Hinton 2015; Sources/Logit"
local function about(known)
  if not known or not known.title then
    return ""
  end
  local text = known.title .. (known.name ~= "none" and ", " .. cite.short(known.entry) or "")
  text = text .. (known.category and "; " .. known.category or "")
  return string.format("<p>%s</p>", escape(text))
end

local function section_html(page, section)
  local name = section.method and section.method.label
  local known = name and page.places.about[name]
  local filtered = known and known.name ~= "none"
  local list = {}
  for i, entry in ipairs(section) do
    entry.teachers = not section.method
    list[i] = cell(page, entry)
  end
  local title = known and known.name == "none" and "Student alone (" .. section.label .. ")"
                or not section.method and "Teachers" or section.label
  return string.format('<section id="%s" class="method"%s%s>\n<h4>%s</h4>\n%s\n%s\n</section>',
                       section.id,
                       filtered and string.format(' data-m="%s"', escape(name)) or "",
                       filtered and known.category
                         and string.format(' data-c="%s"', escape(known.category)) or "",
                       escape(title), about(known), table.concat(list, "\n"))
end

local CURVES = "Curves: %s on validation (thin) and test (thick), training loss (dotted)."
local LEFT_OUT = "There are too many for curves, other values and specs on this page: those are in "
  .. "each run's file and in runs.csv."

function M.html(page, track)
  local parts, short = {}, captions.short(track.how.metric)
  for i, section in ipairs(page.places.sections[track]) do
    parts[i] = section_html(page, section)
  end
  return string.format('<section class="runs" id="%s">\n<h3>Runs</h3>\n<p>One entry a cell of the '
                       .. "tables. %s <code>kdbench verify</code> trains runs again and compares "
                       .. "them with what is stored.</p>\n%s\n</section>", track.runs_id,
                       page.in_full and string.format(CURVES, escape(short)) or LEFT_OUT,
                       table.concat(parts, "\n"))
end

return M
