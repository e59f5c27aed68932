-- verdict.lua - does kdbench find what was published? Only where data, protocol and baselines are
-- the same is the question asked at all.

local interval = require "stat.interval"
local distributions = require "stat.distributions"
local data = require "published.data"
local json = require "json"
local layout = require "published.layout"
local measured = require "published.measured"
local options = require "options"

local M = {}

M.BASELINES = 0.3 -- points by which own baselines may differ from the published ones
local CONFIDENCE = 0.95

-- ---- what was asked for ------------------------------------------------------------

local SELF = { ["-"] = true, self = true, peers = true }

-- a cell of the literature in kdbench's words: { dataset, teacher (nil: none), student, method,
-- options, networks }, or nil and why kdbench has no such run
local function wanted_of(all, block, cell)
  local alias, kind = data.resolve(all, cell.method, cell.table), layout.kind_of(all, cell)
  local place = kind == "teacher" and cell.teacher ~= "-" and "teacher" or "student"
  local want = { kind = kind, dataset = data.dataset(cell.dataset),
                 student = data.network(all, cell[place], block.block),
                 alone = kind ~= nil or SELF[cell.teacher] }
  want.teacher = not want.alone and data.network(all, cell.teacher, block.block) or nil
  if not alias or alias.method == data.NOT_IMPLEMENTED then
    return nil, "not implemented" .. (alias and alias.note ~= "" and ": " .. alias.note or "")
  elseif not want.dataset or not measured.knows(cell.metric) then
    return nil, string.format("kdbench does not measure %s on %s", cell.metric, cell.dataset)
  elseif not want.student or not (want.alone or want.teacher) then
    return nil, "kdbench has no such network"
  end
  want.method, want.options = kind == "teacher" and "none" or alias.method, alias.options
  want.networks, want.options.networks = want.options.networks, nil
  return want
end

local function fits(want, group)
  return group.dataset.name == want.dataset and group.student == want.student
         and group.method.name == want.method
         and (want.alone or group.teacher == want.teacher)
         and (not want.networks or group.networks == want.networks)
         and (want.kind ~= "student" or group.kind == "student")
end

-- ---- reasons ------------------------------------------------------------------------

local function show(v)
  return type(v) == "number" and string.format("%.6g", v) or type(v) == "table" and json.encode(v)
         or tostring(v)
end

-- options that are neither the defaults nor what the literature's row asks for
local function other_options(catalog, want, group)
  local entry, list = options.find(catalog.methods, group.method.name), {}
  for _, o in ipairs(entry and entry.options or {}) do
    local right = want.options[o.name]
    if right == nil then
      right = o.default
    end
    local value = group.method.options[o.name]
    if value ~= nil and show(value) ~= show(right) then
      list[#list + 1] = string.format("%s is %s, not %s", o.name, show(value), show(right))
    end
  end
  return #list > 0 and "options: " .. table.concat(list, ", ") or nil
end

local function other_data(catalog, group)
  local entry = options.find(catalog.datasets, group.dataset.name)
  for _, o in ipairs(entry and entry.options or {}) do
    local value = group.dataset.options[o.name]
    if value ~= nil and show(value) ~= show(o.default) then
      return string.format("data: %s is %s, not %s", o.name, show(value), show(o.default))
    end
  end
  return group.dataset.train > 0
         and string.format("trained on a subset of %d samples", group.dataset.train) or nil
end

local function said(ours, theirs, what)
  return theirs and ours ~= theirs
         and string.format("%s %s, published %s", what, show(ours), show(theirs)) or nil
end

local function other_protocol(protocol, group)
  local list = {}
  list[#list + 1] = not protocol.epochs and "the source does not say its epochs" or nil
  list[#list + 1] = not protocol.at and "the source does not say which epoch counts" or nil
  for _, pair in ipairs { { "epochs", "epochs" }, { "lr", "learning rate" },
                          { "batch", "batch" } } do
    list[#list + 1] = said(group.train[pair[1]], protocol[pair[1]], pair[2])
  end
  return list
end

-- is our plain network what the literature's is?
local function other_baseline(values, published, name)
  if not published then
    return "no baseline of the " .. name .. " is published"
  elseif #values == 0 then
    return "the plain " .. name .. " was not run"
  end
  local ours = interval.mean(values)
  return math.abs(ours - published) > M.BASELINES + 1e-9
         and string.format("the plain %s has %.2f, published %.2f", name, ours, published) or nil
end

local function baselines(all, block, cell, group, groups, at)
  local list, plain = {}, measured.plain_of(groups, group)
  local student = plain and measured.values(plain, at, cell.metric) or {}
  list[1] = other_baseline(student, layout.baseline(all, block, cell, "student"), "student")
  if not SELF[cell.teacher] then
    local teacher = measured.teacher_values(group, "last", cell.metric)
    list[#list + 1] = other_baseline(teacher, layout.baseline(all, block, cell, "teacher"),
                                     "teacher")
  end
  return list
end

-- all that stands against comparing a group with a cell
local function reasons(all, block, cell, want, group, groups, protocol)
  local list = { data.number(cell.value).second and "the cell has two values" or nil }
  list[#list + 1] = other_data(all.catalog, group)
  local others = other_protocol(protocol, group)
  table.move(others, 1, #others, #list + 1, list)
  list[#list + 1] = other_options(all.catalog, want, group)
  if not want.kind then
    local more = baselines(all, block, cell, group, groups, protocol.at or "last")
    table.move(more, 1, #more, #list + 1, list)
  end
  local values = measured.values(group, protocol.at or "last", cell.metric)
  list[#list + 1] = #values < 2 and "one run has no spread" or nil
  return list
end

-- ---- the interval -------------------------------------------------------------------

-- low and high end of what a mean of m more runs would be
function M.prediction(list, m)
  local n, sd = #list, interval.sd(list)
  local t = distributions.t_quantile(0.5 + CONFIDENCE / 2, n - 1)
  local half = t * sd * math.sqrt(1 / n + 1 / m)
  return interval.mean(list) - half, interval.mean(list) + half
end

local function place(value, low, high)
  return value > high and "below" or value < low and "above" or "within"
end

local function judged(cell, group, why, protocol)
  local at = protocol.at or "last"
  local list = measured.values(group, at, cell.metric)
  if #list == 0 then
    return { verdict = "not run", why = "the runs did not measure it" }
  end
  local out = { mean = interval.mean(list), sd = interval.sd(list), n = #list, at = at }
  if #why > 0 then
    out.verdict, out.why = "not comparable", table.concat(why, "; ")
    return out
  end
  out.low, out.high = M.prediction(list, protocol.runs or 1)
  out.verdict = place(data.number(cell.value).value, out.low, out.high)
  return out
end

-- ---- a cell -------------------------------------------------------------------------

-- all: data.load's, with `catalog`; groups: measured.groups'. { verdict, why, mean, sd, n, at, low,
-- high }: within, below, above, not comparable, not run; nothing is measured in the last.
function M.of(all, block, cell, groups)
  local want, why = wanted_of(all, block, cell)
  if not want then
    return { verdict = "not run", why = why }
  end
  local protocol, best, least = data.protocol(cell.protocol), nil, nil
  for _, group in ipairs(groups) do
    if fits(want, group) then
      local list = reasons(all, block, cell, want, group, groups, protocol)
      if not best or #list < #least then
        best, least = group, list
      end
    end
  end
  if not best then
    return { verdict = "not run", why = "no run of it" }
  end
  return judged(cell, best, least, protocol)
end

return M
