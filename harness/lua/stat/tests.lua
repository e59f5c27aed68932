-- tests.lua - the tables of tests: methods against the plain student, and against kd, pair by pair.

local accuracy = require "accuracy"
local captions = require "captions"
local cells = require "cells"
local families = require "stat.family"
local grid = require "grid"
local words = require "stat.words"

local M = {}

-- ---- cells -----------------------------------------------------------------------

local function p_cells(one)
  local t = one.t
  if not t then
    return words.NOT_HERE, ""
  elseif not t.spread then
    return "no spread", ""
  end
  return words.p(t.p), words.p(one.t_holm)
end

local function effect_text(found)
  return found and string.format("%.2f [%.2f, %.2f]", found.g, found.low, found.high) or ""
end

local function row_of(view, method, column, one)
  local verdict = families.verdict(one, view.better)
  local difference = cells.difference(view.metric, one.mean, one.interval, one.n, view.better)
  local t, t_holm = p_cells(one)
  return { column.label, method.label,
           { text = (difference.text:gsub(" unresolved", "")),
             bold = verdict == "better", down = verdict == "worse",
             stale = cells.any_stale(grid.runs(view.group, method.key, column)) },
           t, t_holm, words.p(one.wilcoxon.p),
           one.resolves and words.p(one.wilcoxon_holm) or words.NOT_HERE, effect_text(one.effect) }
end

-- of a method without a result beside the base's
local function empty_row(view, method, base, column, notes)
  local rows = grid.runs(view.group, method.key, column)
  local others = grid.runs(view.group, base.key, column)
  return { column.label, method.label, cells.empty(grid.failure(rows) and rows or others, notes),
           "", "", "", "", "" }
end

local CSV = { "method", "pair", "metric", "protocol", "minus", "n", "difference", "half_width_95",
              "low_95", "high_95", "t", "df", "p_t", "p_t_holm", "wilcoxon", "p_wilcoxon",
              "p_wilcoxon_holm", "least_p_holm", "cohen_dz", "hedges_g", "g_low_95", "g_high_95",
              "comparisons", "verdict" }

local function csv_row(view, method, column, one, family)
  local i, t, e = one.interval or {}, one.t or {}, one.effect or {}
  return { method.label, column.label, view.metric.name, view.protocol, family.base, one.n,
           one.mean, i.half, i.low, i.high, t.t, t.df, t.p, one.t_holm, one.wilcoxon.sum,
           one.wilcoxon.p, one.wilcoxon_holm, one.least, e.dz, e.g, e.low, e.high, #family,
           families.verdict(one, view.better) or one.t and "no spread" or words.NOT_HERE }
end

-- ---- the table -------------------------------------------------------------------

local function add_column(t, view, family, base, column)
  for _, method in ipairs(view.group.methods) do
    local of_method = family.by[view.group][method.key]
    local one = of_method and of_method[column.key]
    if of_method then
      t.rows[#t.rows + 1] = one and row_of(view, method, column, one)
                            or empty_row(view, method, base, column, t.notes)
    end
    t.csv[#t.csv + 1] = one and csv_row(view, method, column, one, family)
  end
end

-- nil where there is no base, or nothing beside it
function M.table(view, name)
  local base, family = accuracy.base(view, name), families.known(view, name)
  if not base or #family == 0 then
    return nil
  end
  local t = { head = { "Pair", "Method", "Difference", "t, p", "t, Holm", "Wilcoxon, p",
                       "Wilcoxon, Holm", "Hedges' g" },
              labels = 2, rows = {}, notes = {}, csv = { CSV } }
  for i, column in ipairs(view.group.columns) do
    add_column(t, view, family, base, column)
    if #t.rows > 0 and i < #view.group.columns then
      t.rows[#t.rows].rule = true
    end
  end
  return #t.rows > 0 and t or nil
end

-- ---- the caption -----------------------------------------------------------------

local function any(family, test)
  for _, one in ipairs(family) do
    if test(one) then
      return true
    end
  end
end

local function seeds_note(family)
  if any(family, function(one) return not one.resolves end) then
    return string.format(" %s: even that least p, corrected, is not below 0.05; %d seeds would "
                         .. "be enough.", words.NOT_HERE, families.seeds_needed(#family))
  end
  return ""
end

local function spread_note(family)
  if any(family, function(one) return one.t and not one.t.spread end) then
    return " no spread: every seed has the same difference, of which t says nothing."
  end
  return ""
end

local ACCOUNT = "Mean difference ± half width of its 95 %% interval of %s (number of seeds). "
  .. "Two-sided p of the paired t test, and of Wilcoxon's signed ranks (exact; zeros left out, "
  .. "ties share ranks), each corrected by Holm over the family: all methods on all pairs of this "
  .. "track against %s, %d comparisons with a result. Wilcoxon's p is never below 2/2^n of n "
  .. "seeds.%s Bold: better, ↓: worse, by the t test after Holm at 0.05.%s Hedges' g: the mean "
  .. "over the standard deviation of the differences, made unbiased, with its 95 %% interval by "
  .. "noncentral t (from 3 seeds)."

function M.caption(view, name)
  local family = families.known(view, name)
  local base = name == accuracy.PLAIN and "the plain student" or accuracy.base(view, name).label
  local account = string.format(ACCOUNT, words.interval(words.most_values(view.group)), base,
                                #family, seeds_note(family), spread_note(family))
  return captions.of(view, "methods against " .. base .. " in", account)
end

return M
