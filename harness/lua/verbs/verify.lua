-- verify.lua - kdbench verify DIR: trains some of the runs again and says whether they come out as
-- they are stored.

local arguments = require "arguments"
local exits = require "exits"

local M = { help = "Train some stored runs again, and compare." }

local function points(text)
  local n = tonumber(text)
  return n and n >= 0 and n <= 100 and n or nil, "points of the primary metric, from 0 to 100"
end

function M.options(c)
  c:argument("folder", "Folder of the runs, or of a merged file."):argname("DIR")
  c:option("--sample", "How many; default: 3, of --cell all."):argname("N"):convert(arguments.count)
  c:option("--cell", "Only runs with this in data set/method/pair/seed; * is any text.")
    :argname("PATTERN")
  c:option("--seed", "Of the sample."):argname("K"):convert(arguments.whole(0, 2 ^ 31)):default("0")
  c:flag("--retrain", "Train teachers again, too, though they are there.")
  c:option("--tolerance", "On another type of machine; default: by the spread over seeds.")
    :argname("POINTS"):convert(arguments.converter(points))
  c:option("--scratch", "Folder to train in, which is kept."):argname("DIR")
  c:option("-j --jobs", "Runs at once; default: one a core."):argname("N"):convert(arguments.count)
  c:flag("--json", "For programs.")
  c:flag("-q --quiet", "No progress.")
end

local function how_of(args)
  return { scratch = args.scratch, retrain = args.retrain, tolerance = args.tolerance,
           jobs = args.jobs or require "kd".cpus(), quiet = args.quiet or args.json }
end

local function finish(all, rows, args)
  local verify, text = require "verify.verify", require "verify.said"
  io.stdout:write(args.json and text.json(all) or text.text(all, args.folder, rows))
  local good = verify.agrees(all)
  if good and all.own then
    require "verify.scratch".remove(all.scratch)
  elseif not args.json then
    io.stdout:write("the reruns are in ", all.scratch, "\n")
  end
  return good and exits.DONE or exits.DIFFERENT
end

function M.main(args)
  local folder, err = require "verify.folder".load(args.folder, true)
  local picked
  if folder then
    picked, err = require "verify.pick".rows(folder.rows, {
      pattern = args.cell, sample = args.sample or not args.cell and 3 or nil, seed = args.seed })
  end
  if not picked then
    return exits.complain(exits.USAGE, err)
  end
  local all
  all, err = require "verify.verify".all(picked, folder.rows, how_of(args))
  if not all or err or all.stopped then
    return exits.complain(exits.FAILED, (err or "stopped")
                          .. (all and "; what was rerun is in " .. all.scratch or ""))
  end
  return finish(all, folder.rows, args)
end

return M
