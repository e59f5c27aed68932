-- trackwise.lua - the tables over several tracks: ranks, gains, KD beside its plain student, time.

local across = require "across"
local captions = require "captions"
local cells = require "cells"
local cite = require "cite"
local options = require "options"
local stats = require "stats"
local times = require "times"
local words = require "stat.words"

local M = {}

-- ---- captions ---------------------------------------------------------------------

-- texts without repetition, joined
local function distinct(list)
  local seen, kept = {}, {}
  for _, text in ipairs(list) do
    kept[#kept + 1] = not seen[text] and text or nil
    seen[text] = true
  end
  return table.concat(kept, ", ")
end

local function students(track)
  local rows = {}
  for _, row in ipairs(track.set.rows) do
    rows[#rows + 1] = row.kind == "student" and row or nil
  end
  return rows
end

-- "text (WordNet, test top-1, 2 blocks, 3 seeds)"
local function track_text(track)
  local data, seeds = {}, captions.seeds(students(track))
  for i, block in ipairs(track.blocks) do
    data[i] = captions.title(track.set, block.dataset)
  end
  return string.format("%s (%s, test %s, %d block%s, %d seed%s)", track.name, distinct(data),
                       captions.short(track.metric), #track.blocks,
                       #track.blocks == 1 and "" or "s", seeds, seeds == 1 and "" or "s")
end

-- profile, tracks with data, metric and seeds, protocol: what every caption begins with
local function opening(all)
  local profiles, list = {}, {}
  for i, track in ipairs(all.tracks) do
    profiles[#profiles + 1] = track.set.profile
    list[i] = track_text(track)
  end
  return (#profiles > 0 and "Profile " .. distinct(profiles) .. ". " or "") .. "Tracks: "
         .. table.concat(list, "; ") .. ". Measured " .. captions.protocol(all.tracks[1].protocol)
         .. "."
end
M.opening = opening

local BLOCK = "A block is a data set, its training settings and a pair."

local INTERVAL = "the 95 % interval of Student's t, not corrected for the number of comparisons"

local RULE = "unresolved: half of its width is above 1 point, or there is one seed"

local MARKS = "Bold: all of the interval is better than the plain student; ↓: all of it is worse."

local ACCOUNT = {
  rank = "Rank: in each block the methods of this table that ran there are put in order of their "
    .. "means over seeds, 1 is the best, equal ones share the mean of their places; a track's rank "
    .. "is the mean over its blocks (of how many methods), and the mean rank that over the tracks "
    .. "in which a method ran, each counting the same. It says which method is ahead, not by how "
    .. "much: neighbours may differ by less than their intervals. Then the number of blocks by "
    .. "the difference to the plain student, seed by seed, and " .. INTERVAL .. ": helps, all of "
    .. "the interval is better; hurts, all of it is worse; where it includes 0, neither, or "
    .. RULE .. ".",
  gain = "Gain over the plain student of the same seed, in the metric of the track, more is "
    .. "better: mean over the blocks of a track in each seed, then mean ± half width over seeds "
    .. "(their number) of " .. INTERVAL .. "; " .. RULE .. ". " .. MARKS,
  kd = "The plain student and kd, means over seeds, and their difference seed by seed, more is "
    .. "better: mean ± half width (number of seeds) of " .. INTERVAL .. "; " .. RULE .. ". "
    .. MARKS .. " All pairs: the blocks of a track averaged in each seed.",
}

-- which interval the fullest cell of all has
local function interval_name(all)
  local most = 0
  for _, track in ipairs(all.tracks) do
    for _, block in ipairs(track.blocks) do
      most = math.max(most, words.most_values(block.view.group))
    end
  end
  return words.interval(most)
end
M.interval_name = interval_name

local function caption(all, what)
  local account = ACCOUNT[what]:gsub("Student's t", interval_name(all))
  return table.concat({ opening(all), BLOCK, account }, " ")
end

-- ---- cells ------------------------------------------------------------------------

local function reference(track, name)
  return name ~= across.PLAIN and cite.short(options.find(track.set.catalog.methods, name)) or ""
end

local function labels(all, method)
  return method.name == across.PLAIN and "Student" or method.label,
         reference(all.tracks[1], method.name)
end

-- what stands where a method has no number in a track
local function empty(track, label, notes)
  local rows = across.all_runs(track, label)
  local reason, state = cells.reason(rows)
  return { text = state or "not run",
           note = reason and cells.note_number(notes, track.name .. ": " .. reason) }
end

local function mark(cell, rows)
  cell.stale = cells.any_stale(rows)
  return cell
end

-- ---- ranks ------------------------------------------------------------------------

-- "11", "9 to 11": how many methods were put in order in the blocks of a track
local function ranked(track)
  local low, high
  for _, block in ipairs(track.blocks) do
    low, high = math.min(low or block.ranked, block.ranked), math.max(high or 0, block.ranked)
  end
  return low == high and tostring(low or 0) or low .. " to " .. high
end

local function rank_cell(method, track, notes)
  local here = method.track[track]
  if not here.rank then
    return empty(track, method.label, notes)
  end
  return mark({ text = string.format("%.2f", here.rank) }, across.all_runs(track, method.label))
end

local VERDICTS = { "helps", "hurts", "neither", "unresolved" }

local function rank_row(all, method, notes)
  local row = { labels(all, method) }
  row[3] = method.rank and string.format("%.2f (%d)", method.rank, method.tracks) or "not run"
  for _, track in ipairs(all.tracks) do
    row[#row + 1] = rank_cell(method, track, notes)
  end
  for _, verdict in ipairs(VERDICTS) do
    row[#row + 1] = method.name == across.PLAIN and "" or tostring(method.verdicts[verdict])
  end
  return row
end

local function rank_csv(all)
  local csv = { { "method", "track", "blocks", "rank", "tracks", "note", table.unpack(VERDICTS) } }
  for _, method in ipairs(all.methods) do
    local v = method.verdicts
    csv[#csv + 1] = { method.label, "all", nil, method.rank, method.tracks, nil, v.helps, v.hurts,
                      v.neither, v.unresolved }
    for _, track in ipairs(all.tracks) do
      local here = method.track[track]
      csv[#csv + 1] = { method.label, track.name, here.blocks, here.rank, nil,
                        cells.reason(across.all_runs(track, method.label))
                        or not here.rank and "not run" or nil }
    end
  end
  return csv
end

local function rank_table(all)
  local head, rows, notes = { "Method", "Reference", "Mean rank (tracks)" }, {}, {}
  for _, track in ipairs(all.tracks) do
    head[#head + 1] = string.format("%s, of %s", track.name, ranked(track))
  end
  for _, title in ipairs { "Helps", "Hurts", "Neither", "Unresolved" } do
    head[#head + 1] = title
  end
  for i, method in ipairs(all.methods) do
    rows[i] = rank_row(all, method, notes)
  end
  return { name = "tracks-rank", title = "Ranks over tracks", head = head, labels = 2, rows = rows,
           notes = notes, caption = caption(all, "rank"), csv = rank_csv(all) }
end

-- ---- gains ------------------------------------------------------------------------

local function gain_csv(all)
  local csv = { { "method", "track", "metric", "protocol", "n", "gain", "half_width_95",
                  "verdict" } }
  for _, method in ipairs(all.methods) do
    for _, track in ipairs(method.name ~= across.PLAIN and all.tracks or {}) do
      local gain = method.track[track].gain or {}
      csv[#csv + 1] = { method.label, track.name, track.metric.name, track.protocol, gain.n or 0,
                        gain.mean, gain.half, gain.verdict
                        or cells.reason(across.all_runs(track, method.label)) or "not run" }
    end
  end
  return csv
end

local function gain_table(all)
  local head, rows, notes = { "Method", "Reference" }, {}, {}
  for _, track in ipairs(all.tracks) do
    head[#head + 1] = track.name
  end
  for _, method in ipairs(all.methods) do
    local row = { labels(all, method) }
    for _, track in ipairs(all.tracks) do
      local gain = method.track[track].gain
      row[#row + 1] = gain and mark(gain, across.all_runs(track, method.label))
                      or empty(track, method.label, notes)
    end
    rows[#rows + 1] = method.name ~= across.PLAIN and row or nil
  end
  return { name = "tracks-gain", title = "Gains over tracks", head = head, labels = 2, rows = rows,
           notes = notes, caption = caption(all, "gain"), csv = gain_csv(all) }
end

-- ---- kd beside the plain student --------------------------------------------------

local function kd_of(all)
  for _, method in ipairs(all.methods) do
    if method.name == "kd" then
      return method
    end
  end
end

local function value_cell(block, label)
  local list = block.view.values(label or across.PLAIN, block.column)
  return #list > 0 and cells.mean_text(block.view.metric, list, #list) or "not run"
end

local function kd_rows(all, kd, rows, csv, notes)
  local function add(track, dataset, pair, plain, own, gain)
    rows[#rows + 1] = { track.name, dataset, pair, plain, own,
                        gain or empty(track, kd.label, notes) }
    gain = gain or {}
    csv[#csv + 1] = { track.name, dataset, pair, track.metric.name, gain.n or 0, gain.mean,
                      gain.half, gain.verdict or "not run" }
  end
  for _, track in ipairs(all.tracks) do
    for _, block in ipairs(track.blocks) do
      add(track, captions.title(track.set, block.dataset), block.pair,
          value_cell(block, block.view.plain), value_cell(block, kd.label), block.gain[kd.label])
    end
    if #track.blocks > 1 then
      add(track, "", "all pairs", "", "", kd.track[track].gain)
    end
    rows[#rows].rule = track ~= all.tracks[#all.tracks]
  end
end

local function kd_table(all)
  local kd, rows, notes = kd_of(all), {}, {}
  local csv = { { "track", "dataset", "pair", "metric", "n", "difference", "half_width_95",
                  "verdict" } }
  if not kd then
    return nil
  end
  kd_rows(all, kd, rows, csv, notes)
  return { name = "tracks-kd", title = "KD and its plain student", rows = rows, notes = notes,
           head = { "Track", "Data set", "Pair", "Student", kd.label, "Difference" }, labels = 3,
           caption = caption(all, "kd"), csv = csv }
end

-- ---- time -------------------------------------------------------------------------

local function time_table(all)
  local head, rows, csv, whole = { "Track" }, {}, {}, 0
  for _, track in ipairs(all.tracks) do
    local spent, parts = times.sums(track.set.root)
    if #csv == 0 then
      csv[1] = { "track", table.unpack(parts) }
      table.move(parts, 1, #parts, 2, head)
    end
    local row, line, sum = { track.name }, { track.name }, 0
    for i, part in ipairs(spent and parts or {}) do
      row[i + 1], line[i + 1], sum = string.format("%.0f", spent[part]), spent[part],
                                     sum + spent[part]
    end
    row.sum, whole = spent and sum, whole + sum
    rows[#rows + 1], csv[#csv + 1] = spent and row or nil, spent and line or nil
  end
  for _, row in ipairs(rows) do
    row[#row + 1] = string.format("%.0f", row.sum)
    row[#row + 1] = string.format("%.1f", 100 * row.sum / math.max(whole, 1e-9))
  end
  head[#head + 1], head[#head + 2] = "all", "%"
  return #rows > 0 and { name = "tracks-times", title = "Time", head = head, rows = rows, csv = csv,
                         caption = "Seconds that each track took, over all its sessions: of the one "
                           .. "process that plans, then of its workers, one core each. Workers "
                           .. "without a run are shared out by the tracks' work." } or nil
end

-- ---- all of them ------------------------------------------------------------------

function M.tables(all)
  local list = {}
  if #all.tracks > 1 and #all.methods > 0 then
    list = { rank_table(all), gain_table(all) }
  end
  list[#list + 1] = kd_table(all)
  list[#list + 1] = time_table(all)
  return list
end

-- one line a method and block, whatever else it says
function M.blocks_csv(all)
  local csv = { { "method", "track", "dataset", "pair", "metric", "protocol", "n", "mean", "rank",
                  "ranked", "difference", "half_width_95", "verdict" } }
  for _, track in ipairs(all.tracks) do
    for _, block in ipairs(track.blocks) do
      for _, method in ipairs(all.methods) do
        local list = block.view.values(method.label, block.column)
        local gain = method.name ~= across.PLAIN and block.gain[method.label] or {}
        csv[#csv + 1] = { method.label, track.name, block.dataset, block.pair, track.metric.name,
                          track.protocol, #list, stats.mean(list), block.rank[method.label],
                          block.ranked, gain.mean, gain.half, gain.verdict
                          or cells.reason(across.runs(block, method.label))
                          or #list == 0 and "not run" or nil }
      end
    end
  end
  return csv
end

return M
