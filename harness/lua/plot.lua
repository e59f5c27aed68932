-- plot.lua - drawing with gnuplot: one script and one data file a figure, kept beside the SVG and
-- the PDF. Colours are told apart by colour-blind readers, and a method always has the same one.

local kd = require "kd"
local lfs = require "lfs"

local M = {}

-- Okabe and Ito's, without yellow and black, and four of Tol's
local COLOURS = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#882255",
                  "#332288", "#999933", "#44AA99" }
-- filled: square, circle, triangle up, triangle down, diamond; then open ones
local SHAPES = { 5, 7, 9, 11, 13, 4, 6, 8, 10, 12 }
M.GREY = "#777777"
local SALT = 807 -- the first with which the eleven methods of the quick profile use all colours

-- colour and point type from the name alone, so that another method never changes them
function M.style(name)
  if name == "none" then
    return M.GREY, 7
  end
  local h = SALT
  for i = 1, #name do
    h = ((h ~ name:byte(i)) * 16777619) & 0xffffffff
  end
  h = h ~ (h >> 15)
  return COLOURS[h % #COLOURS + 1], SHAPES[h // #COLOURS % #SHAPES + 1]
end

-- a gnuplot string; enhanced text is off, so only quotes matter
function M.quote(text)
  return "'" .. text:gsub("'", "''"):gsub("[\r\n]", " ") .. "'"
end

function M.number(v)
  return v and v == v and string.format("%.6g", v) or "NaN"
end

-- a step of 1, 2 or 5 times a power of ten that gives at most `most` tics
function M.step(low, high, most)
  local rough = (high - low) / most
  local power = 10.0 ^ math.floor(math.log(rough, 10))
  for _, times in ipairs { 1, 2, 5 } do
    if times * power >= rough then
      return times * power
    end
  end
  return 10 * power
end

-- ---- files -------------------------------------------------------------------------

-- blocks of rows for `index`, with a comment each; gnuplot counts no block without a row
function M.data(blocks)
  local parts = {}
  for _, block in ipairs(blocks) do
    local lines = { "# " .. block.title }
    for _, row in ipairs(block) do
      local fields = {}
      for i, v in ipairs(row) do
        fields[i] = type(v) == "string" and '"' .. v:gsub('"', "'") .. '"' or M.number(v)
      end
      lines[#lines + 1] = table.concat(fields, " ")
    end
    lines[2] = lines[2] or "NaN"
    parts[#parts + 1] = table.concat(lines, "\n") .. "\n"
  end
  return table.concat(parts, "\n\n")
end

local SCRIPT = [[
# gnuplot %s.gp makes %s.svg and %s.pdf from %s.dat
data = '%s.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size %d,%d noenhanced font 'DejaVu Sans,12' background '#ffffff' name '%s'
  } else {
    set terminal pdfcairo size %.3fin,%.3fin noenhanced font 'DejaVu Sans,9'
  }
  set output '%s.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
%s
  set output
}
]]

-- body: lines of gnuplot, drawn once a format; sizes in pixels
function M.script(name, width, height, body)
  local lines = {}
  for i, line in ipairs(body) do
    lines[i] = "  " .. line
  end
  return string.format(SCRIPT, name, name, name, name, name, width, height,
                       name:gsub("[^%w]", "_"), width / 96, height / 96, name,
                       table.concat(lines, "\n"))
end

local function wait_for(pid)
  local deadline = kd.now() + 120
  while kd.now() < deadline do
    local ended = kd.wait(1, true)
    if ended and ended.pid == pid then
      return ended.exit == 0
    end
  end
  kd.kill(pid, "KILL")
  return false
end

-- cairo 1.16 writes the time of day whatever SOURCE_DATE_EPOCH says: another date of the same
-- length leaves every offset in the file right
local function fix_date(path)
  local file, err = io.open(path, "rb")
  if not file then
    return nil, err
  end
  local text = file:read("a")
  file:close()
  text = text:gsub("(/CreationDate %(D:)%d%d%d%d%d%d%d%d%d%d%d%d%d%d", "%120200101000000")
  return kd.write_atomic(path, text)
end

-- runs gnuplot in the folder of the script; the same input gives the same bytes
function M.draw(folder, name)
  local here = lfs.currentdir()
  local ok, err = lfs.chdir(folder)
  if not ok then
    return nil, err
  end
  local log = name .. ".log"
  os.remove(log)
  local pid
  pid, err = kd.spawn { argv = { "gnuplot", name .. ".gp" }, stdout = log, stderr = log,
                        env = { SOURCE_DATE_EPOCH = "1577836800", LC_ALL = "C.UTF-8" } }
  ok = pid and wait_for(pid) and fix_date(name .. ".pdf")
  local file = io.open(log)
  local said = file and file:read("a") or ""
  if file then
    file:close()
    os.remove(log)
  end
  lfs.chdir(here)
  if not ok then
    return nil, "gnuplot could not draw " .. name .. ": " .. (err or said)
  end
  return true
end

return M
