-- ranking.lua - ranks over blocks, of one sweep and of several tracks: the table, and the diagram
-- of critical differences.

local accuracy = require "accuracy"
local blocks = require "stat.blocks"
local captions = require "captions"
local diagram = require "stat.diagram"
local trackwise = require "trackwise"

local M = {}

-- several data sets or settings: what each was is beside its own tables
local function sweep_caption(set, groups, how, found)
  local view, account = accuracy.view(set, groups[1], how), blocks.account(found)
  if #groups == 1 then
    return captions.of(view, "ranks over blocks by", account)
  end
  return string.format("%s: ranks over blocks of %d data sets or training settings, each described "
                       .. "beside its own tables, by test %s %s. %s", set.name, #groups,
                       captions.short(how.metric), captions.protocol(how.protocol), account)
end

local function of_sweep(set, groups, how)
  local found = blocks.measure(blocks.of_groups(set, groups, how))
  return found, found and sweep_caption(set, groups, how, found)
end

-- nil with fewer than three methods that ran in every block
function M.sweep_table(set, groups, how)
  local found, caption = of_sweep(set, groups, how)
  return found and blocks.table(found, "friedman", caption)
end

function M.sweep_figure(set, groups, how)
  local found, caption = of_sweep(set, groups, how)
  return diagram.figure(found, "friedman", caption)
end

-- ---- several tracks --------------------------------------------------------------

local function of_tracks(all)
  local found = #all.tracks > 1 and blocks.measure(blocks.of_tracks(all)) or nil
  return found, found and trackwise.opening(all) .. " " .. blocks.account(found)
                          .. " All of it is conditional on the teachers at hand."
end

function M.tracks_table(all)
  local found, caption = of_tracks(all)
  return found and blocks.table(found, "tracks-friedman", caption)
end

function M.tracks_figure(all)
  local found, caption = of_tracks(all)
  return diagram.figure(found, "tracks-friedman", caption)
end

return M
