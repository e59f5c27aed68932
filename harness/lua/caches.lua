-- caches.lua - `kdbench cache ls|rm|verify`: what is kept of teachers' outputs, for people.

local kd = require "kd"
local cache = require "cache"
local files = require "files"
local json = require "json"
local sizes = require "sizes"
local slurm_folder = require "slurm.folder"

local M = {}

local DONE, WRONG, USAGE, FAILED = 0, 1, 2, 3
local DEFAULT = "results/runs"

local function complain(code, ...)
  io.stderr:write("kdbench: ", string.format(...), "\n")
  return code
end

-- ---- which there are -------------------------------------------------------------

-- <runs>/<data set>/cache/<teacher>/seed<k>-<hash>/<file>: the same name wherever <runs> lies
local function id_of(path)
  return kd.sha256(path:match("([^/]+/cache/[^/]+/[^/]+/[^/]+)$") or path):sub(1, 8)
end

local function columns_of(facts)
  local names = {}
  for i, column in ipairs(facts.columns) do
    names[i] = column.name
  end
  return table.concat(names, " ")
end

local function describe(file)
  local facts, err = kd.cache_facts(file.path)
  local one = { id = id_of(file.path), file = file.path, bytes = file.bytes,
                last_used = os.date("!%Y-%m-%dT%H:%M:%SZ", file.used) }
  if not facts then
    one.damaged = err
    one.teacher = file.path:match("/cache/([^/]+)/")
    return one
  end
  one.teacher, one.dataset = facts.about.teacher, facts.about.dataset
  one.split, one.contents, one.rows = facts.key.split, columns_of(facts), facts.rows
  one.augment = facts.key.augment
  one.epochs = facts.key.samples and facts.rows // facts.key.samples
  return one
end

local function all_below(root)
  local list = json.list {}
  for _, file in ipairs(cache.find(root)) do
    list[#list + 1] = not file.part and describe(file) or nil
  end
  return list
end

-- ---- which are meant ---------------------------------------------------------------

local function is_meant(one, name)
  return one.teacher == name or one.file == name or #name >= 4 and one.id:sub(1, #name) == name
end

-- those that some name means; nil and the name that means none
local function chosen(list, names)
  local taken = json.list {}
  for _, name in ipairs(names) do
    local found = false
    for _, one in ipairs(list) do
      if is_meant(one, name) then
        found, one.taken = true, true
      end
    end
    if not found then
      return nil, name
    end
  end
  for _, one in ipairs(list) do
    if one.taken or #names == 0 then
      one.taken = nil
      taken[#taken + 1] = one
    end
  end
  return taken
end

-- ---- the three ---------------------------------------------------------------------

local function print_json(value)
  io.stdout:write(json.encode(value), "\n")
end

local function total(list)
  local bytes = 0
  for _, one in ipairs(list) do
    bytes = bytes + one.bytes
  end
  return bytes
end

local function count(list)
  return string.format("%d file%s, %s", #list, #list == 1 and "" or "s", sizes.text(total(list)))
end

-- "train" or "train, crop_flip, 3 epochs"
local function split_of(one)
  return one.damaged and "damaged" or one.augment == "none" and one.split
         or string.format("%s, %s, %d epoch%s", one.split, one.augment, one.epochs,
                          one.epochs == 1 and "" or "s")
end

local function ls(list, args, root)
  if args.json then
    print_json(list)
    return DONE
  end
  local row = "%-8s  %-14s %-14s %-26s %-10s %8s  %-16s  %s\n"
  io.stdout:write(row:format("ID", "TEACHER", "DATA SET", "SPLIT", "CONTENTS", "SIZE", "LAST USED",
                             "FILE"))
  for _, one in ipairs(list) do
    io.stdout:write(row:format(one.id, one.teacher or "?", one.dataset or "?", split_of(one),
                               one.contents or "?", sizes.text(one.bytes),
                               one.last_used:gsub("T", " "):sub(1, 16), one.file))
  end
  io.stdout:write(count(list), " in ", root, "\n")
  return DONE
end

-- no run may be under way: one that starts later is told of files that it needs
local function lock_runs(list)
  local locked = {}
  for _, one in ipairs(list) do
    local runs = one.file:match("^(.*)/[^/]+/cache/[^/]+/[^/]+/[^/]+$")
    local lock = runs and runs .. "/.lock"
    if lock and not locked[lock] and files.exists(lock) then
      local ok, err = kd.lock(lock)
      if ok then
        ok, err = slurm_folder.is_idle(runs)
      end
      if not ok then
        return nil, err
      end
      locked[lock] = true
    end
  end
  return true
end

local function rm(list, args)
  local ok, err = lock_runs(list)
  for _, one in ipairs(ok and list or {}) do
    ok, err = os.remove(one.file)
    if not ok then
      break
    end
  end
  if not ok then
    return complain(FAILED, "%s", err)
  elseif args.json then
    print_json(list)
  else
    for _, one in ipairs(list) do
      io.stdout:write("removed ", one.file, "\n")
    end
    io.stdout:write(count(list), " removed\n")
  end
  return DONE
end

local function verify(list, args)
  local bad = 0
  for _, one in ipairs(list) do
    local ok, err = kd.cache_check(one.file)
    one.damaged, one.ok = err, ok or false
    bad = bad + (ok and 0 or 1)
    if not args.json then
      io.stdout:write(ok and "right    " .. one.file or "damaged  " .. err, "\n")
    end
  end
  if args.json then
    print_json(list)
  else
    io.stdout:write(count(list), bad > 0 and string.format(", %d damaged", bad)
                                  or ", every checksum holds", "\n")
  end
  return bad > 0 and WRONG or DONE
end

local actions = { ls = ls, rm = rm, verify = verify }

-- exit code
function M.main(args)
  local root = (args.output or DEFAULT):gsub("(.)/+$", "%1")
  if args.output and not files.is_folder(root) then
    return complain(USAGE, "%s is not a folder", root)
  elseif args.action == "rm" and (#args.names > 0) == (args.all or false) then
    return complain(USAGE, "cache rm needs either names (ids, teachers, files) or --all")
  elseif args.action ~= "rm" and args.all then
    return complain(USAGE, "--all is for cache rm: cache %s takes all unless some are named",
                    args.action)
  end
  local list, missing = chosen(all_below(root), args.names)
  if not list then
    return complain(USAGE, "no cache in %s is called %s: `kdbench cache ls` prints ids, teachers "
                    .. "and files", root, missing)
  end
  return actions[args.action](list, args, root)
end

return M
