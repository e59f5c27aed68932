-- main.lua - what `kdbench published` does: list, print or write the tables of blocks.

local kd = require "kd"
local catalogue = require "catalogue"
local data = require "published.data"
local exits = require "exits"
local files = require "files"
local measured = require "published.measured"
local near = require "near"
local render = require "published.render"
local report = require "report"
local results = require "results"
local suite = require "suite"
local tables = require "tables"

local M = {}

M.OUTPUT = "results/report/published"

local function usage(text)
  return nil, { code = exits.USAGE, text = text }
end

-- ---- what is asked for -------------------------------------------------------------

local function blocks_of(all, names)
  if #names == 0 then
    return all.blocks
  end
  local list, known = {}, {}
  for i, block in ipairs(all.blocks) do
    known[i] = block.block
  end
  for i, name in ipairs(names) do
    list[i] = all.by_name[name]
    if not list[i] then
      return usage(string.format("there is no block %s%s; see kdbench published --list", name,
                                 near.hint(name, known)))
    end
  end
  return list
end

-- runs of every folder, those of a profile one by one
function M.sets(folders)
  for _, folder in ipairs(folders) do
    if not files.is_folder(folder) then
      return usage(folder .. " is not a folder")
    end
  end
  local list = {}
  for i, folder in ipairs(suite.folders(folders)) do
    local err
    list[i], err = results.load(folder, { allow_stale = true })
    if not list[i] then
      return nil, folder .. ": " .. err
    end
  end
  return list
end

-- ---- list --------------------------------------------------------------------------

local function listing(all)
  local rows = { { "BLOCK", "VALUES", "TITLE" } }
  for i, block in ipairs(all.blocks) do
    rows[i + 1] = { block.block, tostring(#block.rows), block.title }
  end
  return catalogue.aligned(rows)
end

-- ---- writing -----------------------------------------------------------------------

local HEAD = [[
# The literature beside kdbench

Published values, block by block, with kdbench's own measurement where a run of the same data,
networks and method exists. Names of blocks are ours: the survey's own tables could not be had.
CIFAR and ImageNet are not on the machines that made the committed results, so there nearly every
value is `not run`.
]]

local function overview(list, counts)
  local t = { title = "Blocks", head = { "Block", "Title", "Values", "Verdicts" }, labels = 2,
              rows = {}, caption = "Verdicts: see results/published/README.md." }
  for i, block in ipairs(list) do
    t.rows[i] = { string.format("[%s](%s.md)", block.block, block.block), block.title,
                  tostring(#block.rows), render.counted(counts[i]) }
  end
  return HEAD .. "\n" .. tables.markdown(t)
end

local function write_all(all, list, groups, out, quiet)
  local write, counts = report.writer(out, quiet), {}
  for i, block in ipairs(list) do
    local made
    made, counts[i] = render.files(all, block, groups)
    for _, file in ipairs(made) do
      write(block.block .. "." .. file[1], file[2])
    end
  end
  write("README.md", overview(list, counts))
end

local function print_all(all, list, groups)
  for _, block in ipairs(list) do
    io.stdout:write(render.files(all, block, groups)[1][2], "\n")
  end
  return exits.DONE
end

-- ---- the verb ----------------------------------------------------------------------

local function tables_of(all, args)
  local list, err = blocks_of(all, args.blocks)
  if not list then
    return nil, err
  end
  local sets
  sets, err = M.sets(args.runs)
  if not sets then
    return nil, err
  end
  local groups = measured.groups(sets)
  if #args.blocks > 0 and not args.output then
    return print_all(all, list, groups)
  end
  local ok, failed = pcall(write_all, all, list, groups, args.output or M.OUTPUT, args.quiet)
  return ok and exits.DONE or nil, failed
end

-- args: blocks, list, runs, output, taxonomy, agreement, tables, quiet. Exit code; or nil and a
-- message (a text, or { code, text }).
function M.main(args)
  local all, err = data.load(kd.catalog())
  if not all then
    return nil, err
  end
  all.catalog = kd.catalog()
  if args.list then
    io.stdout:write(listing(all))
    return exits.DONE
  elseif args.taxonomy then
    return require "published.taxonomy".main(args)
  elseif args.agreement then
    return require "published.agreement".main(all, args)
  end
  return tables_of(all, args)
end

return M
