-- verify.lua - runs of a folder trained again from their stored specs, and held against what is
-- stored: same bits, within the tolerance where machine, versions or sources are others, or
-- different.

local bits = require "verify.bits"
local cells = require "cells"
local kd = require "kd"
local machine = require "verify.machine"
local rerun = require "verify.rerun"
local runfile = require "runfile"
local scratch = require "verify.scratch"
local tolerance = require "verify.tolerance"

local M = { SAME = "same bits", WITHIN = "within tolerance", DIFFERENT = "different",
            FAILED = "not rerun" }

local STOPPED = 3
local GROUPS = { "spec", "final", "curve", "env", "status" }

-- ---- one run ----------------------------------------------------------------------------

-- is what is stored what was once written? A merged file was checked when it was opened.
local function damage(row)
  if row.state ~= "done" and row.state ~= "not applicable" then
    return "what is stored is no result: " .. (row.reason or row.state)
  end
  local ok, err = true, nil
  if row.own_file then
    ok, err = kd.run_verify(row.path)
  end
  return not ok and err or nil
end

local function near(one, row, now, allowed, why)
  local then_, metric = tolerance.value(row)
  local value = tolerance.value(now)
  if not then_ or not value or not allowed then
    return M.DIFFERENT, "other bits, and no tolerance to judge the values by"
  end
  one.difference, one.tolerance = value - then_, allowed
  local text = string.format("test %s %s, stored %s (%s; tolerance %s, %s)", metric.name,
                             cells.show(metric, value), cells.show(metric, then_),
                             cells.show(metric, one.difference, true),
                             cells.show(metric, allowed), why)
  return math.abs(one.difference) <= allowed and M.WITHIN or M.DIFFERENT, text
end

local function exact(one, now)
  if one.other_teacher then
    return M.DIFFERENT, "its teacher has other weights than the one it learned from"
  elseif one.row.env.dataset_sha256 ~= now.env.dataset_sha256 then
    return M.DIFFERENT, "other data"
  end
  return M.DIFFERENT, #one.values == 0 and "other weights or predictions" or nil
end

local function judge_result(one, now, tolerance_of)
  local same
  same, one.values = bits.same(one.row, now)
  one.excuse = machine.excuse(one.row.env, now.env)
  one.other_teacher = machine.other_teacher(one.row.env, now.env, one.row.spec)
  if same then
    return M.SAME
  elseif one.excuse and one.row.env.dataset_sha256 == now.env.dataset_sha256 then
    return near(one, one.row, now, tolerance_of(one.row, one.other_teacher))
  end
  return exact(one, now)
end

local function judge(one, tolerance_of)
  local bad = damage(one.row)
  if bad then
    return M.DIFFERENT, bad
  elseif not one.run then
    return M.FAILED, one.reason
  elseif one.run.status == one.row.state and one.row.state ~= "done" then
    return M.SAME, one.row.state .. " again"
  elseif one.run.status == "done" and one.row.state ~= "done" then
    return M.DIFFERENT, "stored as " .. one.row.state .. ", and now it is done"
  elseif one.run.status ~= "done" then
    return M.FAILED, one.run.reason or one.run.status
  end
  local now, err = runfile.read(one.run.path, GROUPS)
  if not now then
    return M.FAILED, err
  end
  return judge_result(one, now, tolerance_of)
end

-- ---- all ------------------------------------------------------------------------------------

local function any_run(list)
  for _, one in ipairs(list) do
    if one.run then
      return true
    end
  end
end

-- where the runs go, and whether that was made for them
local function room(how)
  if how.scratch then
    local path, err = scratch.given(how.scratch)
    return path, false, err
  end
  local path, err = scratch.new("kdbench-verify")
  return path, true, err
end

-- Trains `picked` of `rows` again. how: scratch, retrain, tolerance (points), jobs, quiet, verbose.
-- Gives { list = { row, verdict, why, values, excuse }, scratch, own: made here?, stopped }, or nil
-- and a message.
function M.all(picked, rows, how)
  local sweep, list = rerun.sweep(picked, rows, how.retrain)
  local path, own, err = room(how)
  if not path then
    return nil, err
  end
  local all = { list = list, scratch = path, own = own }
  local code
  if any_run(list) then
    code, err = rerun.carry_out(sweep, path, how)
    all.stopped = code == STOPPED
  end
  if err or all.stopped then
    return all, err
  end
  local tolerance_of = tolerance.of(rows, #list, how.tolerance)
  for _, one in ipairs(list) do
    one.verdict, one.why = judge(one, tolerance_of)
  end
  return all
end

-- does every run agree?
function M.agrees(all)
  for _, one in ipairs(all.list) do
    if one.verdict ~= M.SAME and one.verdict ~= M.WITHIN then
      return false
    end
  end
  return true
end

return M
