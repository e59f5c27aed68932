-- across.lua - what methods gain over several tracks. A track is one sweep's results; a block is a
-- column of its tables: a data set, the training settings and a pair.

local accuracy = require "accuracy"
local cells = require "cells"
local grid = require "grid"
local stats = require "stats"

local M = {}

local PLAIN = "none"

-- ---- tracks and blocks ------------------------------------------------------------

-- gains are such that more is better, whatever the metric
local function sign_of(view)
  return view.metric.higher_better and 1 or -1
end

local function block_of(track, view, column)
  return { track = track, view = view, column = column, dataset = view.group.dataset.name,
           pair = column.label }
end

-- { name, set, metric, protocol, blocks }: of what report.make gives
local function track_of(made)
  local track = { name = made.set.name, set = made.set, metric = made.how.metric,
                  protocol = made.how.protocol, blocks = {} }
  for _, group in ipairs(made.groups) do
    local view = accuracy.view(made.set, group, made.how)
    for _, column in ipairs(group.columns) do
      table.insert(track.blocks, block_of(track, view, column))
    end
  end
  return track
end

-- the method's runs of a block; a method is its label
function M.runs(block, label)
  return grid.runs(block.view.group, label, block.column)
end

-- all the method's runs of a track
function M.all_runs(track, label)
  local rows = {}
  for _, block in ipairs(track.blocks) do
    table.move(M.runs(block, label), 1, #M.runs(block, label), #rows + 1, rows)
  end
  return rows
end

-- ---- methods ----------------------------------------------------------------------

local function methods_of(track)
  local list, seen = {}, {}
  for _, block in ipairs(track.blocks) do
    for _, method in ipairs(block.view.group.methods) do
      if not seen[method.label] then
        seen[method.label], list[#list + 1] = true, method
      end
    end
  end
  return list
end

-- methods that more than one track asks for, in the order in which they are met: { name, label }
local function shared_methods(tracks)
  local list, n = {}, {}
  for _, track in ipairs(tracks) do
    for _, method in ipairs(methods_of(track)) do
      n[method.label] = (n[method.label] or 0) + 1
      list[#list + 1] = n[method.label] == 2 and { name = method.name, label = method.label } or nil
    end
  end
  return list
end

-- ---- ranks ------------------------------------------------------------------------

-- places from 1, by label; equal means share the mean of their places
local function places(means, labels, better)
  local rank = {}
  for _, label in ipairs(labels) do
    local before, same = 0, 0
    for _, other in ipairs(labels) do
      before = before + (better(means[other], means[label]) and 1 or 0)
      same = same + (means[other] == means[label] and 1 or 0)
    end
    rank[label] = before + (same + 1) / 2
  end
  return rank
end

local function rank_block(block, methods)
  local means, labels = {}, {}
  for _, method in ipairs(methods) do
    local mean = stats.mean((block.view.values(method.label, block.column)))
    if mean then
      means[method.label], labels[#labels + 1] = mean, method.label
    end
  end
  block.means, block.ranked = means, #labels
  block.rank = places(means, labels, block.view.better)
end

-- mean over the blocks of a track in which the method ran
local function rank_in(track, label)
  local list = {}
  for _, block in ipairs(track.blocks) do
    list[#list + 1] = block.rank[label]
  end
  return stats.mean(list), #list
end

-- ---- gains ------------------------------------------------------------------------

-- by seed: the mean difference to `base` over what is paired in that seed
local function by_seed(block, label, base)
  local sums, n, seeds = {}, {}, {}
  local _, theirs = block.view.values(base, block.column)
  for _, row in ipairs(M.runs(block, label)) do
    local _, own = grid.values({ row }, block.view.value)
    for key, value in pairs(own) do
      if theirs[key] then
        local seed = row.spec.seed
        sums[seed] = (sums[seed] or 0) + sign_of(block.view) * (value - theirs[key])
        n[seed] = (n[seed] or 0) + 1
      end
    end
  end
  for seed, sum in pairs(sums) do
    seeds[seed] = sum / n[seed]
  end
  return seeds
end

local function better(a, b)
  return a > b
end

-- { mean, half, n, verdict, ... } of a block's paired differences; nil where there are none
local function block_gain(block, label)
  local base = block.view.plain
  local _, own = block.view.values(label, block.column)
  local _, theirs = block.view.values(base or PLAIN, block.column)
  local sign = sign_of(block.view)
  local mean, _, n, found = stats.paired(sign > 0 and own or theirs, sign > 0 and theirs or own)
  return mean and cells.difference(block.view.metric, mean, found, n, better)
end

-- Over the blocks of a track that have any: the mean difference of each seed that all of them have,
-- then mean and interval over seeds. nil where there is none.
local function track_gain(track, label)
  local maps, list = {}, {}
  for _, block in ipairs(track.blocks) do
    local seeds = block.view.plain and by_seed(block, label, block.view.plain) or {}
    maps[#maps + 1] = next(seeds) and seeds or nil
  end
  for seed in pairs(maps[1] or {}) do
    local sum, n = 0, 0
    for _, seeds in ipairs(maps) do
      sum, n = sum + (seeds[seed] or 0), n + (seeds[seed] and 1 or 0)
    end
    list[#list + 1] = n == #maps and { seed = seed, gain = sum / n } or nil
  end
  table.sort(list, function(a, b) return a.seed < b.seed end)
  for i, one in ipairs(list) do
    list[i] = one.gain
  end
  return #list > 0 and cells.difference(track.metric, stats.mean(list), stats.interval(list), #list,
                                        better) or nil
end

-- ---- all of it --------------------------------------------------------------------

local function measure(method, tracks)
  local ranks = {}
  method.track, method.verdicts = {}, { helps = 0, hurts = 0, neither = 0, unresolved = 0 }
  for _, track in ipairs(tracks) do
    local rank, blocks = rank_in(track, method.label)
    method.track[track] = { rank = rank, blocks = blocks, gain = track_gain(track, method.label) }
    ranks[#ranks + 1] = rank
    for _, block in ipairs(track.blocks) do
      local gain = block_gain(block, method.label)
      block.gain[method.label] = gain or nil
      if gain and method.name ~= PLAIN then
        method.verdicts[gain.verdict] = method.verdicts[gain.verdict] + 1
      end
    end
  end
  method.rank, method.tracks = stats.mean(ranks), #ranks
end

-- best first; those that ran in fewer tracks have their places among them
local function best_first(methods)
  for i, method in ipairs(methods) do
    method.place = i
  end
  table.sort(methods, function(a, b)
    if (a.rank or math.huge) ~= (b.rank or math.huge) then
      return (a.rank or math.huge) < (b.rank or math.huge)
    end
    return a.place < b.place
  end)
end

-- made: list of what report.make gives. { tracks, methods }: of a track its blocks, of a block by
-- label means, rank and gain (beside the plain student, more is better), of a method its mean rank,
-- verdicts (numbers of blocks) and by track rank, blocks, gain.
function M.of(made)
  local all = { tracks = {} }
  for i, one in ipairs(made) do
    all.tracks[i] = track_of(one)
  end
  all.methods = shared_methods(all.tracks)
  for _, track in ipairs(all.tracks) do
    for _, block in ipairs(track.blocks) do
      block.gain = {}
      rank_block(block, all.methods)
    end
  end
  for _, method in ipairs(all.methods) do
    measure(method, all.tracks)
  end
  best_first(all.methods)
  return all
end

M.PLAIN = PLAIN

return M
