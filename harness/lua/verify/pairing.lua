-- pairing.lua - which cells of two folders belong together: the same data set, method, network pair
-- and settings; and in them, which runs: the same seed.

local expand = require "expand"
local grid = require "grid"
local json = require "json"

local M = {}

-- ---- what a run is, whatever its seed -----------------------------------------------------

local function place_of(row)
  local spec = row.spec
  return table.concat({ spec.dataset.name, row.kind == "student" and spec.method.name or "teacher",
                        spec.pair }, "\0")
end

local function models(entries)
  local list = {}
  for i, entry in ipairs(entries or {}) do
    list[i] = entry.model
  end
  return list
end

-- of a spec, all but what moves with the seed
local function settings_of(spec)
  local copy = {}
  for key, value in pairs(spec) do
    copy[key] = value
  end
  copy.seed, copy.dataset = nil, {}
  for key, value in pairs(spec.dataset) do
    copy.dataset[key] = key ~= "augment_seed" and value or nil
  end
  copy.teacher, copy.reference = models(spec.teacher), models(spec.reference)
  return copy
end

-- "train.lr: 0.05, 0.1" for each setting in which two specs differ
local function settings_differences(list, name, a, b)
  if type(a) == "table" and type(b) == "table" then
    local keys = {}
    for key in pairs(a) do keys[key] = true end
    for key in pairs(b) do keys[key] = true end
    for _, key in ipairs(expand.sorted_keys(keys)) do
      settings_differences(list, name == "" and tostring(key) or name .. "." .. key, a[key], b[key])
    end
  elseif a ~= b then
    list[#list + 1] = string.format("%s: %s, %s", name, tostring(a), tostring(b))
  end
  return list
end

-- ---- cells of one folder ------------------------------------------------------------------

local function by_hash(a, b)
  return a.hash < b.hash
end

-- places: map of place -> list of { settings, text, row (its first), seeds = { [seed] = rows } }
local function cells_of(rows)
  local places = {}
  for _, row in ipairs(rows) do
    local place, settings = place_of(row), settings_of(row.spec)
    local text = json.encode(settings)
    places[place] = places[place] or {}
    local cell = places[place][text]
    if not cell then
      cell = { settings = settings, text = text, row = row, seeds = {} }
      places[place][text] = cell
    end
    local seed = row.spec.seed
    cell.seeds[seed] = cell.seeds[seed] or {}
    table.insert(cell.seeds[seed], row)
    table.sort(cell.seeds[seed], by_hash)
  end
  return places
end

-- the cells of one folder, in order: { row, rows }
function M.groups(rows)
  local list, places = {}, cells_of(rows)
  for _, place in ipairs(expand.sorted_keys(places)) do
    for _, text in ipairs(expand.sorted_keys(places[place])) do
      local cell, all = places[place][text], {}
      for _, seed in ipairs(expand.sorted_keys(cell.seeds)) do
        table.move(cell.seeds[seed], 1, #cell.seeds[seed], #all + 1, all)
      end
      list[#list + 1] = { row = cell.row, rows = all }
    end
  end
  return list
end

-- ---- runs of a cell ------------------------------------------------------------------------

-- Several runs of a seed differ in who taught them: those of one hash belong together, the rest
-- in order.
local function match_seed(pairs_, left, seed, one, two)
  local taken = {}
  local function take(a, wanted)
    for i, b in ipairs(two) do
      if not taken[i] and (not wanted or b.hash == wanted) then
        taken[i] = true
        pairs_[#pairs_ + 1] = { seed = seed, a = a, b = b }
        return true
      end
    end
  end
  local unmatched = {}
  for _, a in ipairs(one) do
    unmatched[#unmatched + 1] = not take(a, a.hash) and a or nil
  end
  for _, a in ipairs(unmatched) do
    if not take(a) then
      left.a[#left.a + 1] = a
    end
  end
  for i, b in ipairs(two) do
    left.b[#left.b + 1] = not taken[i] and b or nil
  end
end

local function match_runs(one, two)
  local seeds, runs, left = {}, {}, { a = {}, b = {} }
  for seed in pairs(one.seeds) do seeds[seed] = true end
  for seed in pairs(two.seeds) do seeds[seed] = true end
  for _, seed in ipairs(expand.sorted_keys(seeds)) do
    match_seed(runs, left, seed, one.seeds[seed] or {}, two.seeds[seed] or {})
  end
  return runs, left
end

-- how runs of one cell were taught otherwise, though their own settings are the same
local function other_teaching(runs)
  for _, run in ipairs(runs) do
    if run.a.hash ~= run.b.hash then
      return { "how its teacher was trained" }
    end
  end
end

local function paired_cell(one, two)
  local runs, left = match_runs(one, two)
  local other = one.text ~= two.text and settings_differences({}, "", one.settings, two.settings)
                or other_teaching(runs)
  return { row = one.row, runs = runs, left = left, settings = other }
end

-- ---- all -------------------------------------------------------------------------------------

-- those of `cells` for which name(cell) is theirs alone, by that name
local function unique_by(cells, name)
  local found, many = {}, {}
  for _, cell in ipairs(cells) do
    local key = name(cell)
    many[key] = found[key] ~= nil
    found[key] = cell
  end
  for key, more in pairs(many) do
    found[key] = not more and found[key] or nil
  end
  return found
end

-- pairs cells of the same unique name; what is left of both
local function match_by(list, one, two, name)
  local first, second, left = unique_by(one, name), unique_by(two, name), { {}, {} }
  for i, side in ipairs { { one, second }, { two, first } } do
    for _, cell in ipairs(side[1]) do
      local key = name(cell)
      local both = first[key] and second[key]
      if both and i == 1 then
        list[#list + 1] = paired_cell(cell, side[2][key])
      elseif not both then
        table.insert(left[i], cell)
      end
    end
  end
  return left[1], left[2]
end

-- What cells are told apart by: all their settings; of those under other settings the method's
-- options; then nothing, so that one that is alone in both meets the other.
local NAMES = {
  function(cell) return cell.text end,
  function(cell) return json.encode(cell.settings.method) end,
  function() return "" end,
}

local function values_of(map)
  local list = {}
  for i, key in ipairs(expand.sorted_keys(map)) do
    list[i] = map[key]
  end
  return list
end

local function match_place(list, one, two)
  local a, b = values_of(one), values_of(two)
  for _, name in ipairs(NAMES) do
    a, b = match_by(list, a, b, name)
  end
  for side, cells in pairs { a = a, b = b } do
    for _, cell in ipairs(cells) do
      list[#list + 1] = { row = cell.row, only = side, seeds = expand.sorted_keys(cell.seeds) }
    end
  end
end

-- options of the methods that two cells of one place have not in common, so that they have names
local function name_cells(list)
  local rows = {}
  for i, cell in ipairs(list) do
    rows[i] = cell.row
  end
  for _, cell in ipairs(list) do
    local spec = cell.row.spec
    cell.dataset, cell.pair, cell.kind = spec.dataset.name, spec.pair, cell.row.kind
    cell.method = cell.kind == "student" and grid.method_label(cell.row, grid.varying(rows))
                  or "teacher"
  end
end

local function before(a, b)
  for _, key in ipairs { "dataset", "pair" } do
    if a[key] ~= b[key] then
      return a[key] < b[key]
    end
  end
  if a.kind ~= b.kind then
    return a.kind == "teacher"
  elseif a.method ~= b.method then
    return a.method < b.method
  end
  return a.key < b.key
end

-- Cells of rows a and b in order of data set, pair, method: { dataset, pair, method, kind, row },
-- of both with runs = { seed, a, b }, left = { a, b } (runs that one has), settings (nil: the same;
-- else texts of what differs); of one with only = "a" or "b", and seeds.
function M.cells(a, b)
  local one, two, list, places = cells_of(a), cells_of(b), {}, {}
  for place in pairs(one) do places[place] = true end
  for place in pairs(two) do places[place] = true end
  for _, place in ipairs(expand.sorted_keys(places)) do
    match_place(list, one[place] or {}, two[place] or {})
  end
  name_cells(list)
  for _, cell in ipairs(list) do
    cell.key = (cell.only or "") .. cell.row.hash
  end
  table.sort(list, before)
  return list
end

return M
