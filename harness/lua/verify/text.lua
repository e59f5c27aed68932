-- text.lua - what `kdbench compare` prints: the two machines, a line a cell, what only one has, and
-- how many cells agree; or the same as JSON.

local cells = require "cells"
local compare = require "verify.compare"
local json = require "json"
local machine = require "verify.machine"
local spread = require "verify.spread"

local M = {}

local SIDES = { a = "A", b = "B" }

-- ---- columns --------------------------------------------------------------------------------

-- rows of texts, the first the head; all but the last column are filled up, numbers to the left
local function columns(rows, numbers)
  local width, lines = {}, {}
  for _, row in ipairs(rows) do
    for i, text in ipairs(row) do
      width[i] = math.max(width[i] or 0, utf8.len(text))
    end
  end
  for n, row in ipairs(rows) do
    local parts = {}
    for i, text in ipairs(row) do
      local room = (" "):rep(width[i] - utf8.len(text))
      parts[i] = numbers[i] and room .. text or i == #row and text or text .. room
    end
    lines[n] = table.concat(parts, "  "):gsub("%s+$", "")
  end
  return table.concat(lines, "\n") .. "\n"
end

local function seeds_text(list)
  local parts = {}
  for i, seed in ipairs(list) do
    parts[i] = tostring(seed)
  end
  return table.concat(parts, ",")
end

local function number(cell, v, sign)
  return v and cells.show(cell.metric, v, sign) or ""
end

local function count_text(cell)
  return cell.paired and tostring(#cell.a) or #cell.a .. ", " .. #cell.b
end

local function cell_row(cell)
  return { cell.dataset, cell.pair, cell.method, count_text(cell), number(cell, cell.mean_a),
           number(cell, cell.mean_b), number(cell, cell.difference, true),
           cell.half and "± " .. number(cell, cell.half) or "",
           cell.verdict .. (cell.why and ": " .. cell.why or "") }
end

local function table_text(all, which)
  local rows = { { "data set", "pair", "method", "n", "A", "B", "B - A", "interval", "" } }
  for _, cell in ipairs(all.cells) do
    rows[#rows + 1] = which(cell) and cell_row(cell) or nil
  end
  return #rows > 1 and columns(rows, { [4] = true, [5] = true, [6] = true, [7] = true, [8] = true })
                       .. "\n" or ""
end

-- ---- words ------------------------------------------------------------------------------------

local function machines_text(side, folder)
  local lines = {}
  for _, one in ipairs(machine.list(folder.rows)) do
    lines[#lines + 1] = string.format("   %d run%s on %s\n", one.runs, one.runs == 1 and "" or "s",
                                      one.text)
  end
  return side .. ": " .. folder.root .. "\n" .. table.concat(lines)
end

local function rule_text(all)
  local lines = {}
  for _, reason in ipairs(all.excuses) do
    lines[#lines + 1] = "Bits need not be the same: " .. reason .. "\n"
  end
  if #lines == 0 and #all.cells > 0 then
    lines[1] = "Same type of machine, versions and sources: runs of a seed are compared bit by "
               .. "bit.\n"
  end
  if all.tested > 0 then
    lines[#lines + 1] = spread.text(all.tested) .. "\n"
  end
  return table.concat(lines) .. "\n"
end

local function only_text(all)
  local rows = {}
  for _, one in ipairs(all.only) do
    local cell = one.cell
    rows[#rows + 1] = { "only in " .. SIDES[one.side] .. ":", cell.dataset, cell.pair, cell.method,
                        "seeds " .. seeds_text(one.seeds) }
  end
  return #rows > 0 and columns(rows, {}) .. "\n" or ""
end

local function unexcused_text(all)
  local lines = {}
  for _, cell in ipairs(all.cells) do
    if cell.unexcused and not cell.settings then
      lines[#lines + 1] = string.format("other bits for no reason: %s/%s/%s, %s\n", cell.dataset,
                                        cell.method, cell.pair, cell.unexcused)
    end
  end
  return table.concat(lines)
end

local function summary(all)
  local parts, order = {}, { compare.SAME, compare.WITHIN, compare.DIFFERENT, compare.UNRESOLVED }
  for _, verdict in ipairs(order) do
    parts[#parts + 1] = all.counts[verdict] .. " " .. verdict
  end
  local alone = { a = 0, b = 0 }
  for _, one in ipairs(all.only) do
    alone[one.side] = alone[one.side] + 1
  end
  return string.format("%d cells in both: %s; only in A: %d, only in B: %d\n", #all.cells,
                       table.concat(parts, ", "), alone.a, alone.b)
end

-- quiet: only the cells that do not agree, and the counts
function M.text(all, quiet)
  local function shown(cell)
    return not quiet or cell.verdict == compare.DIFFERENT or cell.verdict == compare.UNRESOLVED
  end
  return machines_text("A", all.a) .. machines_text("B", all.b) .. rule_text(all)
         .. table_text(all, shown) .. (quiet and "" or only_text(all)) .. unexcused_text(all)
         .. summary(all)
end

-- ---- JSON -------------------------------------------------------------------------------------

local function folder_json(folder)
  return { folder = folder.root, machines = json.list(machine.list(folder.rows)) }
end

local function cell_json(cell)
  return { dataset = cell.dataset, pair = cell.pair, method = cell.method, kind = cell.kind,
           verdict = cell.verdict, why = cell.why, metric = cell.metric and cell.metric.name,
           n_a = #cell.a, n_b = #cell.b, paired = cell.paired, mean_a = cell.mean_a,
           mean_b = cell.mean_b, difference = cell.difference, half_width = cell.half,
           unexcused = cell.unexcused }
end

function M.json(all)
  local list, only = json.list {}, json.list {}
  for i, cell in ipairs(all.cells) do
    list[i] = cell_json(cell)
  end
  for i, one in ipairs(all.only) do
    only[i] = { side = SIDES[one.side], dataset = one.cell.dataset, pair = one.cell.pair,
                method = one.cell.method, seeds = json.list(one.seeds) }
  end
  return json.encode { A = folder_json(all.a), B = folder_json(all.b), cells = list, only = only,
                       counts = all.counts, excuses = json.list(all.excuses), tested = all.tested,
                       family_error = spread.ERROR, protocol = all.how.protocol } .. "\n"
end

return M
