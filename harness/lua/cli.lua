-- cli.lua - the command: kdbench VERB ... Exit codes: 0 done, 1 ran but with failures, 2 bad usage,
-- 3 failed.

local argparse = require "argparse"
local kd = require "kd"
local files = require "files"
local sizes = require "sizes"

local M = {}

local DONE, USAGE, FAILED = 0, 2, 3

local function complain(code, message)
  io.stderr:write("kdbench: ", tostring(message), "\n")
  return code
end

-- is there such a module? what a build leaves out is not offered
local function has(name)
  for _, search in ipairs(package.searchers) do
    local loader = search(name)
    if type(loader) == "function" then
      return true
    end
  end
  return false
end

-- ---- what arguments mean -------------------------------------------------------

local function duration(text)
  local total, rest = 0, text
  for number, unit in text:gmatch("([%d.]+)([hms])") do
    total = total + (tonumber(number) or 0) * ({ h = 3600, m = 60, s = 1 })[unit]
    rest = rest:gsub("^[%d.]+[hms]", "")
  end
  if rest ~= "" then
    total = tonumber(rest)
  end
  return total and total > 0 and total or nil, "a time such as 90s, 30m or 1h30m"
end

-- a whole number from least to most
local function within(least, most)
  return function(text)
    local n = math.tointeger(tonumber(text))
    return n and n >= least and n <= most and n or nil,
      string.format("a whole number from %d to %d", least, most)
  end
end

local count = within(1, 4096)

local function minutes(text)
  local n = tonumber(text)
  return n and n > 0 and n <= 1e4 and n or nil, "minutes, such as 30"
end

local function size(text)
  return sizes.parse(text), sizes.WANTED
end

local function converter(convert)
  return function(text)
    local value, wanted = convert(text)
    if value == nil then
      return nil, string.format("'%s' must be %s", text, wanted)
    end
    return value
  end
end

local function setting(text)
  local key, value = text:match("^([%w_.]+)=(.+)$")
  if not key then
    return nil, "'" .. text .. "' must be key=value, such as train.lr=0.1"
  end
  return { key, value }
end

-- ---- the verbs -------------------------------------------------------------------

local verbs = {}

-- sweep.load's `how`
local function changes(args)
  local set = table.move(args.set, 1, #args.set, 1, {})
  if args.seed then
    set[#set + 1] = { "seed", args.seed }
  end
  return { set = set }
end

local function how_to_run(args)
  return { jobs = args.jobs or kd.cpus(), only = args.only,
           budget = args.budget, dry_run = args.dry_run, quiet = args.quiet,
           verbose = args.verbose, keep_stale = args.keep_stale, cache_size = args.cache_size,
           rebuild_cache = args.rebuild_cache }
end

local function carry_out(suite, how)
  local code, err, misused = require "run".all(suite, how)
  return code or complain(misused and USAGE or FAILED, err)
end

function verbs.run(args)
  local loaded, err = {}, nil
  for i, path in ipairs(args.sweeps) do
    loaded[i], err = require "sweep".load_all(path, changes(args))
    if not loaded[i] then
      return complain(USAGE, err)
    end
  end
  local suite
  suite, err = require "suite".new(loaded, args.output)
  if not suite then
    return complain(USAGE, err)
  end
  return carry_out(suite, how_to_run(args))
end

function verbs.plan(args)
  args.dry_run = true
  return verbs.run(args)
end

function verbs.resume(args)
  local suite, err = require "suite".resumed(args.folders)
  if not suite then
    return complain(USAGE, err)
  end
  return carry_out(suite, how_to_run(args))
end

function verbs.list(args)
  local text, err = require "catalogue".list(args.what or "methods", args.json,
                                             { category = args.category, scheme = args.scheme })
  if not text then
    return complain(USAGE, err)
  end
  io.stdout:write(text)
  return DONE
end

function verbs.describe(args)
  local text, err = require "describe".one(args.name, args.json)
  if not text then
    return complain(USAGE, err)
  end
  io.stdout:write(text)
  return DONE
end

function verbs.cite(args)
  local text, err = require "cite".text(args.what)
  if not text then
    return complain(USAGE, err)
  end
  io.stdout:write(text)
  return DONE
end

function verbs.report(args)
  for _, folder in ipairs(args.folders) do
    if not files.is_folder(folder) then
      return complain(USAGE, folder .. " is not a folder")
    end
  end
  local code, err = require "tracks".main(args)
  return code or complain(FAILED, err)
end

function verbs.prepare(args)
  return require "data".prepare(args.names, args.quiet)
end

function verbs.check(args)
  return require "check".main(args)
end

function verbs.cache(args)
  return require "caches".main(args)
end

function verbs.bench(args)
  return require "bench".main(args)
end

function verbs.worker(args)
  return require "worker".main(args.folder)
end

-- ---- their arguments ---------------------------------------------------------------

local function running_options(command)
  command:option("-j --jobs", "Runs at once; default: one a core."):argname("N")
    :convert(converter(count))
  command:option("--only", "Only runs with this in data set/method/pair/seed; * is any text.")
    :argname("PATTERN")
  command:option("--budget", "Stop cleanly after this time."):argname("TIME")
    :convert(converter(duration))
  command:flag("--dry-run", "Print the plan, run nothing.")
  command:flag("--keep-stale", "Count runs of older sources as done.")
  command:option("--cache-size", "Keep at most this much of what teachers say; default: 2G.")
    :argname("SIZE"):convert(converter(size))
  command:flag("--rebuild-cache", "Compute kept outputs that cannot be used again.")
  command:flag("-q --quiet", "Print failures only.")
  command:flag("-v --verbose", "Print every epoch.")
end

local function sweep_options(command)
  command:argument("sweeps", "Files of sweeps or profiles."):argname("SWEEP.lua"):args("+")
  command:option("-o --output", "Folder of the runs; default: results/runs/<name>. Several sweeps "
                 .. "have each a folder in it."):argname("DIR")
  command:option("--set", "Change one value of the sweep."):argname("KEY=VALUE"):count("*")
    :convert(setting)
  command:option("--seed", "Instead of the sweep's seeds."):argname("K")
  running_options(command)
end

local arguments = {}

function arguments.run(p)
  sweep_options(p:command("run", "Train what a sweep asks for."))
end

function arguments.plan(p)
  sweep_options(p:command("plan", "Print what run would do, and how long it would take."))
end

function arguments.resume(p)
  local c = p:command("resume", "Go on with an interrupted sweep.")
  c:argument("folders", "Folders of the runs."):argname("DIR"):args("+")
  running_options(c)
end

function arguments.list(p)
  local c = p:command("list", "List methods, datasets, models, augmentations or metrics.")
  c:argument("what"):choices { "methods", "datasets", "models", "augmentations",
                                "metrics" }:args("?")
  c:option("--category", "Only methods with this in their category, such as logit or online.")
    :argname("TEXT")
  c:option("--scheme", "Only methods of this one.")
    :choices { "offline", "online", "self", "baseline" }
  c:flag("--json", "As JSON.")
end

function arguments.describe(p)
  local c = p:command("describe", "Explain a method, data set, model family or network.")
  c:argument("name", "Such as kd, fashion_mnist, resnet, resnet8x4.")
  c:flag("--json", "As JSON.")
end

function arguments.prepare(p)
  local c = p:command("prepare", "Fetch and verify data sets.")
  c:argument("names", "Data sets, such as fashion_mnist."):args("+")
  c:flag("-q --quiet", "Print failures only.")
end

function arguments.report(p)
  local c = p:command("report", "Make tables and figures from stored runs.")
  c:argument("folders", "Folders of the runs."):argname("DIR"):args("+")
  c:option("-o --output", "Where to write; default: DIR/report."):argname("DIR")
  c:option("--protocol", "Which epoch counts."):choices { "last", "best_val", "best_test" }
    :default("last")
  c:option("--metric", "Metric of the tables; default: the primary one."):argname("NAME")
  c:flag("--tables", "Only tables.")
  c:flag("--figures", "Only figures.")
  c:flag("--allow-stale", "Use runs of different sources together; their cells are marked.")
  c:flag("-q --quiet", "Do not list the files written.")
end

function arguments.cite(p)
  local c = p:command("cite", "Print BibTeX of methods, or of what the runs in a folder used.")
  c:argument("what", "Names or folders; default: every method."):args("*")
end

function arguments.check(p)
  local c = p:command("check", "Prove methods right.")
  c:argument("names", "Methods."):argname("NAME"):args("*")
  c:flag("--all", "Every method.")
  c:flag("--models", "The networks, or those of the families named.")
  c:option("--golden", "Reference vectors to compare with, instead of those in the folders.")
    :argname("FILE")
  c:option("--point", "Only this one."):choices { "descriptor", "golden", "gradient", "frozen",
    "property", "repeat", "edge", "distil" }
  c:option("-j --jobs", "Processes at once; default: one a core."):argname("N")
    :convert(converter(count))
  c:flag("--json", "As JSON.")
  c:flag("-v --verbose", "Print remarks on what passes.")
  c:flag("--worker", "One method in this process; started by check."):hidden(true)
end

function arguments.bench(p)
  local c = p:command("bench", "Time fixed workloads, one after the other.")
  c:option("--only", "Only this one; names with commas between them, * is any text.")
    :argname("WORKLOAD")
  c:option("--repeats", "The median of how many; default: 5."):argname("N")
    :convert(converter(within(1, 1000)))
  c:option("--trace", "Write three steps of one workload to an HDF5 file instead.")
    :argname("FILE")
  c:option("--soak", "Train one workload for so long: do memory and step time stay?")
    :argname("MINUTES"):convert(converter(minutes))
  c:option("--tune", "Time the kernels of every convolution and write the table of choices.")
    :argname("FILE")
  c:flag("--list", "Print the workloads.")
  c:flag("--json", "As JSON.")
  c:option("--worker", "One workload in this process; started by bench."):hidden(true)
  c:option("--file", "What a worker reads or leaves."):hidden(true)
end

function arguments.cache(p)
  local c = p:command("cache", "List, remove or verify what is kept of teachers' outputs.")
  c:argument("action"):choices { "ls", "rm", "verify" }
  c:argument("names", "Ids, teachers or files; ls and verify: default all."):argname("NAME")
    :args("*")
  c:option("-o --output", "Folder of the runs; default: results/runs, every sweep."):argname("DIR")
  c:flag("--all", "Remove all.")
  c:flag("--json", "As JSON.")
end

function arguments.worker(p)
  local c = p:command("worker", "One run; started by run."):hidden(true)
  c:argument("folder")
end

function arguments.completion(p)
  local c = p:command("completion", "Completion of this command for a shell."):hidden(true)
  c:argument("shell"):choices { "bash", "zsh", "fish" }
end

-- what is not shown in help is not offered for completion either
local function without_hidden(list)
  local shown = {}
  for _, element in ipairs(list) do
    shown[#shown + 1] = not element._hidden and element or nil
  end
  return shown
end

-- the script that a shell reads to complete this command's verbs and options
local function completion(p, shell)
  p._commands = without_hidden(p._commands)
  for _, command in ipairs(p._commands) do
    command._options = without_hidden(command._options)
  end
  return p["get_" .. shell .. "_complete"](p)
end

local ORDER = { "run", "plan", "resume", "report", "list", "describe", "cite", "prepare", "check",
                "cache", "bench", "worker", "completion" }
local NEEDS = { prepare = "prepare", check = "check", report = "report" }

local function parser()
  local p = argparse("kdbench", "Benchmark of knowledge distillation.")
    :epilog("Exit codes: 0 done, 1 ran but with failures, 2 bad usage, 3 failed.")
  p:command_target("verb")
  p:require_command(false)
  p:flag("--version", "Print the version.")
  for _, verb in ipairs(ORDER) do
    if not NEEDS[verb] or has(NEEDS[verb]) then
      arguments[verb](p)
    end
  end
  return p
end

local function version()
  local env = kd.environment() or {}
  return string.format("kdbench %s (%s%s)", env.version or "?", env.commit or "unknown commit",
                       env.dirty and ", changed" or "")
end

-- of the verb that was asked for, where there is one
local function usage_of(p, argv)
  for _, command in ipairs(p._commands) do
    if command._name == argv[1] then
      return command:get_usage()
    end
  end
  return p:get_usage()
end

-- argv: list of arguments, without the program's name. Exit code.
function M.main(argv)
  local p = parser()
  local ok, args = p:pparse(argv)
  if not ok then
    io.stderr:write(usage_of(p, argv), "\n\n")
    return complain(USAGE, args)
  elseif args.version then
    io.stdout:write(version(), "\n")
    return DONE
  elseif not args.verb then
    io.stderr:write(p:get_help(), "\n")
    return USAGE
  elseif args.verb == "completion" then
    io.stdout:write(completion(p, args.shell))
    return DONE
  end
  local catalog, err = kd.catalog() -- fails where KD_METHOD_PATH names what is no method
  if not catalog then
    return complain(USAGE, err)
  end
  return verbs[args.verb](args)
end

return M
