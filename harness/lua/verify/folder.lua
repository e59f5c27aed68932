-- folder.lua - the runs of a results folder as one list of rows, wherever they are: run files, a
-- merged file, one sweep, the sweeps of a profile, or a folder of such folders.

local lfs = require "lfs"
local files = require "files"
local merged = require "store.merged"
local planning = require "plan"
local results = require "results"
local suite = require "suite"
local sweepfile = require "sweepfile"

local M = {}

local MERGED = merged.NAME

local function holds_a_sweep(folder)
  return files.exists(folder .. "/" .. sweepfile.NAME) or files.exists(folder .. "/" .. MERGED)
end

local function inner(folder)
  local list = {}
  for name in lfs.dir(folder) do
    local path = folder .. "/" .. name
    if name:sub(1, 1) ~= "." and files.is_folder(path) and holds_a_sweep(path) then
      list[#list + 1] = path
    end
  end
  table.sort(list)
  return list
end

-- folders of single sweeps that a folder stands for
local function sweeps(folder)
  if holds_a_sweep(folder) then
    return { folder }
  elseif suite.read(folder) then
    return suite.folders { folder }
  end
  local list = inner(folder)
  return #list > 0 and list or { folder }
end

local TEACHER = { teacher = true, trained = true }

local function complete(row)
  row.kind = TEACHER[row.kind] and "teacher" or "student"
  row.label = planning.label(row)
  row.own_file = row.path ~= nil and files.exists(row.path)
  return row
end

-- A run that several sweeps ask for, or a setting that was tuned and is the sweep's own, is one.
local function add(all, at, row)
  local before = at[row.hash]
  if not before then
    all.rows[#all.rows + 1] = row
    at[row.hash] = #all.rows
  elseif row.state == "done" and all.rows[before].state ~= "done" then
    all.rows[before] = row
  end
end

-- { root, rows }, or nil and a message. A row is as results.load gives it, with its label (data
-- set/method/pair/seed); own_file: is there a run.h5 at its path, or was it in a merged file? every:
-- trials, and runs with the settings that they chose, among them.
function M.load(root, every)
  root = files.base(root) == MERGED and files.folder_of(root) or root
  if not files.is_folder(root) then
    return nil, root .. " is not a folder"
  end
  local all, at = { root = root, rows = {} }, {}
  for _, folder in ipairs(sweeps(root)) do
    local set, err = results.load(folder, { allow_stale = true })
    if not set then
      return nil, err
    end
    for _, row in ipairs(every and results.every(set) or set.rows) do
      add(all, at, complete(row))
    end
  end
  return all
end

return M
