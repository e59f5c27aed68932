-- merge.lua - `kdbench merge`: all runs of a sweep in one file, results.h5, with what the sweep
-- asked for and what failed; small enough to be kept and sent around.

local kd = require "kd"
local exits = require "exits"
local files = require "files"
local json = require "json"
local merged = require "store.merged"
local results = require "results"
local suite = require "suite"
local sweepfile = require "sweepfile"
local times = require "times"

local M = {}

local GROUPS = { "spec", "curve", "final", "env", "cost", "status" }
local WITH_PRED = { "pred", table.unpack(GROUPS) }

-- ---- one run ------------------------------------------------------------------------

local function spec_of(row)
  local spec = row.spec
  return { json = row.text or json.encode(spec), dataset = spec.dataset.name,
           method = spec.method.name, pair = spec.pair, seed = spec.seed }
end

-- below the folder, where it is
local function relative(path, root)
  return path:sub(1, #root + 1) == root .. "/" and path:sub(#root + 2) or path
end

-- what stands in a run's group: its own file's groups, where that is whole, else why there are none
local function record(row, number, root)
  local own = row.content ~= nil
  local ok, err
  if own then
    ok, err = kd.run_verify(row.path)
  end
  local one = { hash = row.hash, file = ok and row.path or nil,
                record = { number = number, path = relative(row.path, root), kind = row.kind,
                           column = row.column, as = row.as,
                           state = own and not ok and "failed" or row.state,
                           reason = err and relative(err, root) or row.reason } }
  one.record.spec = not ok and spec_of(row) or nil
  return one, err
end

-- ---- one sweep ----------------------------------------------------------------------

local function lines_of(text)
  local list = {}
  for line in text:gmatch("[^\n]+") do
    list[#list + 1] = line
  end
  return list
end

local function sweep_of(root, set)
  local text = files.read(root .. "/" .. sweepfile.NAME)
  local sessions = times.sessions(root)
  return { name = set.name, lines = text and lines_of(text),
           times = #sessions > 0 and sessions or nil }
end

local function say(args, ...)
  if not args.quiet then
    io.stdout:write(string.format(...), "\n")
  end
end

-- how many runs could not be taken; or nil and a message
local function merge_sweep(root, out, args)
  if merged.is_alone(root) then
    return nil, root .. " has no run files: its runs are merged already"
  end
  local set, err = results.load(root, { allow_stale = true })
  if not set then
    return nil, err
  end
  local runs, left_out = {}, 0
  for i, row in ipairs(results.every(set)) do
    runs[i], err = record(row, i, root)
    if err then
      io.stderr:write("kdbench: left out: ", err, "\n")
    end
    left_out = left_out + ((err or not row.content and files.exists(row.path)) and 1 or 0)
  end
  local ok
  ok, err = kd.mkdirs(files.folder_of(out))
  if ok then
    ok, err = kd.merge(out, sweep_of(root, set), runs, args.predictions and WITH_PRED or GROUPS)
  end
  if not ok then
    return nil, err
  end
  say(args, "%s: %d runs, %.2f MiB", out, #runs, files.bytes(out) / 2 ^ 20)
  return left_out
end

-- ---- the verb -----------------------------------------------------------------------

-- list of { root, out }, and the folder that is to say that they belong together
local function jobs_of(args)
  local folder, base = args.folder:gsub("(.)/+$", "%1"), (args.output or args.folder)
  base = base:gsub("(.)/+$", "%1")
  local roots, is_file = suite.folders { folder }, base:find("%.h5$")
  if #roots == 1 and roots[1] == folder then
    return { { root = folder, out = is_file and base or base .. "/" .. merged.NAME } }
  elseif is_file then
    return nil, string.format("%s holds %d sweeps, each with a file of its own: -o is a folder, "
                              .. "not %s", folder, #roots, base)
  end
  local jobs = {}
  for i, root in ipairs(roots) do
    jobs[i] = { root = root, out = base .. "/" .. files.base(root) .. "/" .. merged.NAME }
  end
  return jobs, base ~= folder and base, folder
end

-- exit code
function M.main(args)
  local jobs, base, folder = jobs_of(args)
  if not jobs then
    return exits.complain(exits.USAGE, base)
  end
  local left_out = 0
  for _, job in ipairs(jobs) do
    local n, err = merge_sweep(job.root, job.out, args)
    if not n then
      return exits.complain(exits.FAILED, err)
    end
    left_out = left_out + n
  end
  if base then
    local ok, err = kd.write_atomic(base .. "/" .. suite.NAME,
                                    files.read(folder .. "/" .. suite.NAME))
    if not ok then
      return exits.complain(exits.FAILED, err)
    end
  end
  return left_out > 0 and exits.DIFFERENT or exits.DONE
end

return M
