-- tune.lua - `kdbench bench --tune FILE`: which kernel is fastest for each convolution of the networks
-- that are benchmarked, written as engine/conv_table.c.

local kd = require "kd"
local feed = require "feed"
local files = require "files"
local json = require "json"
local sweep = require "sweep"

local M = {}

local ISAS = { "AVX2", "AVX512" } -- as the table sorts them
local SIDE, CHANNELS, CLASSES = 32, 3, 100 -- of the networks that are known by name alone

-- ---- which networks -------------------------------------------------------------------

local function home(path)
  return (os.getenv("KD_HOME") or ".") .. "/" .. path
end

local function network(model, channels, side, classes)
  return { family = model.family, options = model.options, channels = channels, height = side,
           width = side, classes = classes }
end

local function of_workloads(list)
  for _, w in ipairs(kd.bench_list()) do
    local channels, side = w.input:match("^(%d+)x(%d+)")
    for _, arch in ipairs { w.student, w.teacher ~= "" and w.teacher or nil } do
      list[#list + 1] = network(kd.model_parse(arch), tonumber(channels), tonumber(side), CLASSES)
    end
  end
end

local function input_of(dataset)
  for _, d in ipairs(kd.catalog().datasets) do
    if d.name == dataset then
      return d.input
    end
  end
end

local function of_sweep(list, path)
  local loaded, err = sweep.load(path, { set = {} })
  if not loaded then
    return nil, err
  end
  for _, run in ipairs(loaded.runs) do
    local input, model = input_of(run.spec.dataset.name), run.spec.student.model
    if feed.kind_of(loaded.catalog, model.family) == "image" then
      list[#list + 1] = network(model, input.channels, input.height, input.classes)
    end
  end
  return true
end

local function of_references(list, path)
  local names, err = kd.bench_networks(path)
  for _, name in ipairs(names or {}) do
    list[#list + 1] = network(kd.model_parse(name), CHANNELS, SIDE, CLASSES)
  end
  return names and true, err
end

-- of the workloads, of scripts/vision.lua, and those with reference outputs
local function networks()
  local list = {}
  of_workloads(list)
  local ok, err = of_sweep(list, home "scripts/vision.lua")
  if ok then
    ok, err = of_references(list, home "harness/models/golden.h5")
  end
  return ok and list, err
end

-- ---- the file -------------------------------------------------------------------------

local HEAD = [[
/* Which kernel computes which convolution, where that was measured; conv.c has the rule for all
 * else. Written by kdbench bench --tune: not to be edited. */
#include "conv_table.h"

/* clang-format off */
const kdi_conv_row kdi_conv_rows[] = {
    /* isa, pass, kernel, stride, pad, groups, height, width, in, out -> kernel */
]]

local TAIL = [[
};
/* clang-format on */

const int kdi_conv_nrows = sizeof kdi_conv_rows / sizeof *kdi_conv_rows;
]]

-- rows, sorted, as C
function M.text(rows)
  local lines = {}
  for i, r in ipairs(rows) do
    lines[i] = string.format("    ROW(%s, %s, %d, %d, %d, %d, %d, %d, %d, %d, %s)\n", r.isa, r.pass,
      r.size, r.stride, r.pad, r.groups, r.height, r.width, r["in"], r.out, r.kernel:upper())
  end
  return HEAD .. table.concat(lines) .. TAIL
end

-- ---- measuring --------------------------------------------------------------------------

-- in the process that has this instruction set: the measured rows
function M.worker()
  local list, err = networks()
  if not list then
    return nil, err
  end
  local rows
  rows, err = kd.bench_tune(list)
  return rows and json.list(rows), err
end

local function rows_of(rows, isa)
  local found = {}
  for _, r in ipairs(rows) do
    found[#found + 1] = r.isa == isa and r or nil
  end
  return found
end

local function changed(rows)
  local count = 0
  for _, r in ipairs(rows) do
    count = count + (r.kernel ~= r.before and 1 or 0)
  end
  return count
end

-- measured, or where this machine has no such instructions what the table has
local function choices(isa, in_process, say)
  local simd = isa:lower()
  local rows, err = in_process("tune", simd, {}, { KD_SIMD = simd })
  if not rows then
    return nil, err
  end
  rows = rows_of(rows, isa)
  if #rows == 0 then
    say(simd .. ": not on this machine, its rows stay")
    return rows_of(kd.bench_table(), isa)
  end
  say(string.format("%s: %d choices, %d of them others than before", simd, #rows, changed(rows)))
  return rows
end

-- Measures and writes the table to `path`; the rows, with their times. `in_process` and `say` are
-- bench.lua's.
function M.main(path, in_process, say)
  local all, folder = {}, files.folder_of(path)
  if not files.is_folder(folder) then
    return nil, folder .. " is not a folder"
  end
  for _, isa in ipairs(ISAS) do
    local rows, err = choices(isa, in_process, say)
    if not rows then
      return nil, err
    end
    table.move(rows, 1, #rows, #all + 1, all)
  end
  local ok, err = kd.write_atomic(path, M.text(all))
  return ok and all, err
end

return M
