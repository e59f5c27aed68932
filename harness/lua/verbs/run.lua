-- run.lua - kdbench run SWEEP.lua...: trains what sweeps ask for.

local arguments = require "arguments"
local exits = require "exits"

local M = { help = "Train what a sweep asks for." }

M.options = arguments.sweeps

-- sweep.load's `how`
local function changes(args)
  local set = table.move(args.set, 1, #args.set, 1, {})
  if args.seed then
    set[#set + 1] = { "seed", args.seed }
  end
  return { set = set }
end

local function loaded_suite(args)
  local loaded, err = {}, nil
  for i, path in ipairs(args.sweeps) do
    loaded[i], err = require "sweep".load_all(path, changes(args))
    if not loaded[i] then
      return nil, err
    end
  end
  return require "suite".new(loaded, args.output)
end

-- run.all's `how`
local function how_to_run(args)
  return { jobs = args.jobs or require "kd".cpus(), only = args.only, budget = args.budget,
           dry_run = args.dry_run, quiet = args.quiet, verbose = args.verbose,
           keep_stale = args.keep_stale, cache_size = args.cache_size,
           rebuild_cache = args.rebuild_cache, executor = args.executor, throttle = args.jobs,
           slurm_options = args.slurm_option }
end

-- what does not go together, or nil
local function contradiction(args)
  if args.executor ~= "slurm" and #args.slurm_option > 0 then
    return "--slurm-option is for --executor slurm"
  elseif args.executor == "slurm" and args.budget then
    return "--budget is of this process: a job has a time limit, --slurm-option time=4:00:00"
  end
end

-- runs a suite as the arguments say; or says what is wrong with it
function M.carry_out(suite, err, args)
  err = contradiction(args) or err
  if err then
    return exits.complain(exits.USAGE, err)
  end
  local code, failed, misused = require "run".all(suite, how_to_run(args))
  return code or exits.complain(misused and exits.USAGE or exits.FAILED, failed)
end

function M.main(args)
  local suite, err = loaded_suite(args)
  return M.carry_out(suite, err, args)
end

return M
