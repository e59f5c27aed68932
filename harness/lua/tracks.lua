-- tracks.lua - `kdbench report` of several sweeps: each one's own tables and figures, then those of
-- all of them together.

local kd = require "kd"
local across = require "across"
local figures = require "figures"
local files = require "files"
local gains = require "gains"
local html = require "html.page"
local ranking = require "stat.ranking"
local report = require "report"
local suite = require "suite"
local tables = require "tables"
local trackwise = require "trackwise"

local M = {}

-- ---- the page ---------------------------------------------------------------------

-- one line a track, with its own page
local function contents(all)
  local lines = { "## Tracks", "" }
  for _, track in ipairs(all.tracks) do
    lines[#lines + 1] = string.format("- [%s](%s/report.md): %s", track.name, track.name,
                                      report.summary(track.set))
  end
  return table.concat(lines, "\n")
end

local function page(said, all, list, drawn)
  local parts = { "# " .. said.name .. (said.notes and "\n\n" .. said.notes or ""), contents(all) }
  for _, t in ipairs(list) do
    parts[#parts + 1] = tables.markdown(t)
  end
  for _, figure in ipairs(drawn) do
    parts[#parts + 1] = string.format("![%s](figures/%s.svg)\n\n%s", figure.title, figure.name,
                                      figure.caption)
  end
  return table.concat(parts, "\n\n") .. "\n"
end

-- ---- writing ----------------------------------------------------------------------

local function write_tables(all, write)
  local list = trackwise.tables(all)
  list[#list + 1] = ranking.tracks_table(all)
  for _, t in ipairs(list) do
    write(t.name .. ".md", tables.markdown(t))
    write(t.name .. ".tex", tables.latex(t))
    write(t.name .. ".csv", tables.csv(t.csv))
  end
  if #all.methods > 0 then
    write("tracks-blocks.csv", tables.csv(trackwise.blocks_csv(all)))
  end
  return list
end

-- the figures of all tracks, drawn
local function draw_all(all, out, write)
  local list = { gains.figure(all) }
  list[#list + 1] = ranking.tracks_figure(all)
  for _, figure in ipairs(list) do
    figures.draw(figure, out, write)
  end
  return list
end

local function write_all(said, made, args, out)
  local all = across.of(made)
  local write, both = report.writer(out, args.quiet), not args.tables == not args.figures
  local list = (both or args.tables) and write_tables(all, write) or {}
  local drawn = (both or args.figures) and draw_all(all, out, write) or {}
  if both then
    write("report.md", page(said, all, list, drawn))
    write("report.html", html.html { name = said.name, notes = said.notes, tracks = made,
                                     tables = list, figures = drawn, folder = out })
  end
end

-- ---- the verb ---------------------------------------------------------------------

-- what report.make takes for one of the folders
local function own_args(args, folder, out)
  local own = {}
  for key, value in pairs(args) do
    own[key] = value
  end
  own.folder, own.output = folder, out
  return own
end

-- every folder's own report, below out by its name
local function make_each(args, folders, out)
  local made, seen = {}, {}
  for i, folder in ipairs(folders) do
    local name, err = files.base(folder), nil
    if seen[name] then
      return nil, string.format("%s and %s have one name: their reports would lie in one folder",
                                seen[name], folder)
    end
    seen[name] = folder
    made[i], err = report.make(own_args(args, folder, out .. "/" .. name))
    if not made[i] then
      return nil, folder .. ": " .. err
    end
    made[i].name, made[i].set.name = name, name
  end
  return made
end

-- where the report of several folders goes, and what their common folder says of itself
local function place(args)
  local only = #args.folders == 1 and args.folders[1]:gsub("(.)/+$", "%1") or nil
  local said = only and suite.read(only) or {}
  local out = args.output or (only or files.folder_of(args.folders[1])) .. "/report"
  return out, { name = said.name or "Several tracks", notes = said.notes }
end

-- args: folders, and what report.make takes. Exit code; or nil and a message.
function M.main(args)
  local folders = suite.folders(args.folders)
  if #folders == 1 and #args.folders == 1 and not suite.read(args.folders[1]) then
    return report.main(own_args(args, folders[1], args.output))
  end
  local began, out, said = kd.now(), place(args)
  local made, err = make_each(args, folders, out)
  if not made then
    return nil, err
  end
  local ok, failed = pcall(write_all, said, made, args, out)
  if not ok then
    return nil, failed
  end
  if not args.quiet then
    io.stderr:write(string.format("kdbench: report of %d tracks in %.1fs\n", #made,
                                  kd.now() - began))
  end
  return 0
end

return M
