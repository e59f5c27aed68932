-- detectable.lua - the table of what these seeds can see: on each pair, the smallest true
-- difference that the paired t test finds in 80 % of cases.

local accuracy = require "accuracy"
local captions = require "captions"
local cells = require "cells"
local effect = require "stat.effect"
local families = require "stat.family"
local interval = require "stat.interval"
local words = require "stat.words"

local M = {}

local MOST = 1000 -- seeds that anybody might run

-- ---- what there is ---------------------------------------------------------------

-- the number of seeds that most have, the smaller of equals
local function usual(counts)
  local best, most
  for n, times in pairs(counts) do
    if not most or times > most or times == most and n < best then
      best, most = n, times
    end
  end
  return best
end

-- spread of the differences on a pair, pooled over methods: { sd, low, high, n }; nil without any
local function spread_of(family, group, column)
  local squares, df, counts, low, high = 0, 0, {}, nil, nil
  for _, method in ipairs(group.methods) do
    local of_method = family.by[group][method.key]
    local one = of_method and of_method[column.key]
    local sd = one and interval.sd(one.list)
    if sd then
      squares, df = squares + sd * sd * (one.n - 1), df + one.n - 1
      counts[one.n] = (counts[one.n] or 0) + 1
      low, high = math.min(low or sd, sd), math.max(high or sd, sd)
    end
  end
  return df > 0 and { sd = math.sqrt(squares / df), low = low, high = high, n = usual(counts) }
         or nil
end

-- ---- the table -------------------------------------------------------------------

local known = {} -- in standard deviations, by seeds and level

local function detectable(n, level)
  local key = n .. " " .. level
  known[key] = known[key] or effect.detectable(n, level)
  return known[key]
end

local function needed(sd, level)
  local n = sd > 0 and effect.pairs_needed(1 / sd, level, MOST)
  return n and tostring(n) or sd > 0 and "over " .. MOST or "2"
end

local function add(t, view, family, base, column, found)
  local one, all = families.LEVEL, families.LEVEL / #family
  local show = function(v) return cells.show(view.metric, v) end
  local row = { column.label, base == accuracy.PLAIN and "Student" or base, tostring(found.n),
                string.format("%s (%s to %s)", show(found.sd), show(found.low), show(found.high)),
                show(found.sd * detectable(found.n, one)),
                show(found.sd * detectable(found.n, all)) }
  if view.metric.unit == "%" then
    row[7], row[8] = needed(found.sd, one), needed(found.sd, all)
  end
  t.rows[#t.rows + 1] = row
  t.csv[#t.csv + 1] = { column.label, base, view.metric.name, view.protocol, found.n, found.sd,
                        found.low, found.high, #family, found.sd * detectable(found.n, one),
                        found.sd * detectable(found.n, all), row[7], row[8] }
end

function M.table(view)
  local t = { head = { "Pair", "Against", "Seeds", "Deviation (least to most)",
                       "Sees (one)", "Sees (all)",
                       view.metric.unit == "%" and "Seeds for 1 point (one)" or nil,
                       view.metric.unit == "%" and "Seeds for 1 point (all)" or nil },
              labels = 2, rows = {},
              csv = { { "pair", "minus", "metric", "protocol", "n", "sd_of_differences", "sd_least",
                        "sd_most", "comparisons", "detectable", "detectable_corrected",
                        "seeds_for_1_point", "seeds_for_1_point_corrected" } } }
  for _, column in ipairs(view.group.columns) do
    for _, base in ipairs { accuracy.PLAIN, "kd" } do
      local family = families.known(view, base)
      local found = family.by[view.group] and spread_of(family, view.group, column)
      if found then
        add(t, view, family, base, column, found)
      end
    end
  end
  return #t.rows > 0 and t or nil
end

local ACCOUNT = "Deviation: standard deviation of the differences seed by seed, pooled over the "
  .. "methods of the pair (least and most of one method). Sees: the smallest true difference that "
  .. "the paired two-sided t test of so many seeds finds in 80 %% of cases, at 5 %% for one "
  .. "comparison (one), and at 5 %% over all of the family (all: %s; Holm's first step), by "
  .. "noncentral t."

function M.caption(view)
  local parts = {}
  for _, base in ipairs { accuracy.PLAIN, "kd" } do
    local family = families.known(view, base)
    parts[#parts + 1] = #family > 0 and string.format("%d against %s", #family,
                                                      base == accuracy.PLAIN and "the student"
                                                      or base) or nil
  end
  return captions.of(view, "the smallest difference that these seeds can see in",
                     string.format(ACCOUNT, table.concat(parts, ", ")))
end

return M
