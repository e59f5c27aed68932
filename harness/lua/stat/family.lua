-- family.lua - a declared family of questions: does each method differ from one base, on each pair
-- of a track? Tests of every one, corrected by Holm over all of them.

local accuracy = require "accuracy"
local effect = require "stat.effect"
local interval = require "stat.interval"
local paired = require "stat.paired"
local stats = require "stats"

local M = {}

M.LEVEL = 0.05

-- ---- members ---------------------------------------------------------------------

local function member_of(view, method, base, column)
  local _, own = view.values(method.key, column)
  local _, theirs = view.values(base.key, column)
  local list = stats.differences(own, theirs)
  return #list > 0 and { list = list, n = #list, mean = interval.mean(list),
                         interval = interval.of(list), t = paired.t_test(list),
                         wilcoxon = paired.wilcoxon(list), effect = effect.of(list) } or nil
end

-- the plain student against kd is in the family of kd against it
local function asked(method, base)
  return method.key ~= base.key and method.name ~= accuracy.PLAIN
end

local function add_group(family, view)
  local base = accuracy.base(view, family.base)
  family.by[view.group] = {}
  for _, method in ipairs(base and view.group.methods or {}) do
    for _, column in ipairs(asked(method, base) and view.group.columns or {}) do
      local one = member_of(view, method, base, column)
      local of_method = family.by[view.group][method.key] or {}
      family.by[view.group][method.key], of_method[column.key] = of_method, one
      family[#family + 1] = one
    end
  end
end

-- ---- correction ------------------------------------------------------------------

local function corrected(family, p)
  local list = {}
  for i, one in ipairs(family) do
    list[i] = p(one)
  end
  return paired.holm(list)
end

-- each member's p after Holm, and the least that its number of seeds allows
local function correct(family)
  local t = corrected(family, function(one) return one.t and one.t.spread and one.t.p or 1.0 end)
  local ranks = corrected(family, function(one) return one.wilcoxon.p end)
  local least = corrected(family, function(one) return paired.least_p(one.n) end)
  for i, one in ipairs(family) do
    one.t_holm, one.wilcoxon_holm, one.least = t[i], ranks[i], least[i]
    one.resolves = one.least < M.LEVEL
  end
end

-- fewest seeds of which Wilcoxon's least p is below the level after Holm's first step
function M.seeds_needed(size)
  local n = 1
  while size * paired.least_p(n) >= M.LEVEL do
    n = n + 1
  end
  return n
end

-- "better", "worse", "not shown" by the t test after Holm; nil where it could say nothing
function M.verdict(one, better)
  if not (one.t and one.t.spread) then
    return nil
  elseif one.t_holm >= M.LEVEL then
    return "not shown"
  end
  return better(one.mean, 0) and "better" or "worse"
end

-- ---- all of it -------------------------------------------------------------------

-- The family of a track: a list of members, and by[group][method.key][column.key]. A member: list
-- (differences), n, mean, interval, t, wilcoxon, effect, t_holm, wilcoxon_holm, least (the least p
-- of Wilcoxon's after Holm), resolves.
function M.of(view, base)
  local family = { base = base, by = {} }
  for _, group in ipairs(view.groups) do
    add_group(family, group == view.group and view
                      or accuracy.view(view.set, group, { metric = view.metric,
                                                          protocol = view.protocol }))
  end
  correct(family)
  return family
end

-- the same, made once for all tables of the groups
local known = setmetatable({}, { __mode = "k" })

function M.known(view, base)
  local of_groups = known[view.groups] or {}
  local key = table.concat({ base, view.metric.name, view.protocol }, " ")
  known[view.groups] = of_groups
  of_groups[key] = of_groups[key] or M.of(view, base)
  return of_groups[key]
end

return M
