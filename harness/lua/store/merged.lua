-- merged.lua - results.h5, the runs of a sweep in one file: what it is called, when it counts, and
-- what is in it.

local kd = require "kd"
local files = require "files"

local M = {}

M.NAME = "results.h5"

local AT_ONCE = 256 -- runs in memory as trees

-- has a folder a merged file, and neither a sweep nor runs?
function M.is_alone(root)
  return files.exists(root .. "/" .. M.NAME) and not files.exists(root .. "/sweep.jsonl")
         and #files.find(root, "run.h5") == 0
end

-- { name, lines (of sweep.jsonl), times (lines of times.jsonl) }; nil where a folder is not one of
-- a merged file alone; nil and a message where that cannot be read
function M.sweep(root)
  if not M.is_alone(root) then
    return nil
  end
  local head, err = kd.merged_head(root .. "/" .. M.NAME)
  return head and head.sweep, err
end

-- f(tree, place) for every run; groups(): what to read of the next ones
function M.each(path, groups, f)
  local head, err = kd.merged_head(path)
  if not head then
    return nil, err
  end
  local first, n = 1, 1 -- the first alone: it says what to read of the others
  while first <= head.count do
    local list
    list, err = kd.merged_runs(path, groups(), first, n)
    if not list then
      return nil, err
    end
    for i, tree in ipairs(list) do
      f(tree, first + i - 1)
    end
    first, n = first + n, AT_ONCE
  end
  return true
end

return M
