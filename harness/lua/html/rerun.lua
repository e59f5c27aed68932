-- rerun.lua - the command that runs a run again, from the project's folder. Where scripts/ has the
-- sweep and it still asks for the same spec, that sweep with --only; else what the run was asked
-- for is in the command itself.

local files = require "files"
local json = require "json"
local merged = require "store.merged"
local only = require "only"
local sweepfile = require "sweepfile"

local M = {}

local OUT = "results/runs/rerun"

-- a word of the shell
local function quoted(text)
  return text:find("^[%w_./+=-]+$") and text or "'" .. text:gsub("'", "'\\''") .. "'"
end

-- the first line of sweep.jsonl, { name, file, ... }; {} where no sweep asked for the runs
local function said(root)
  local inside = merged.sweep(root)
  local file = not inside and io.open(root .. "/" .. sweepfile.NAME)
  local line = inside and inside.lines and inside.lines[1] or file and file:read("l")
  if file then
    file:close()
  end
  local head = line and json.decode(line)
  return type(head) == "table" and head or {}
end

-- hashes of all runs that a sweep file asks for now, and whether it is a profile
local function hashes_of(path)
  local list = files.exists(path) and require "sweep".load_all(path)
  local known = {}
  for _, one in ipairs(list or {}) do
    for _, run in ipairs(one.runs) do
      known[run.hash] = true
    end
    for hash in pairs(one.teachers) do
      known[hash] = true
    end
  end
  return known, list and list.profile ~= nil
end

-- how the runs of a folder are run again; cache: a table for all tracks of a page
function M.of(set, cache)
  local head = said(set.root)
  local script = "scripts/" .. (head.file or "")
  if head.file and head.file ~= "" and not cache[script] then
    local known, is_profile = hashes_of((os.getenv("KD_HOME") or ".") .. "/" .. script)
    cache[script] = { known = known, is_profile = is_profile }
  end
  return { set = set, head = head, script = script, name = set.name,
           current = cache[script] or { known = {} } }
end

-- is the sweep in scripts/ still the one that asked for this run?
function M.is_current(how, row)
  return how.current.known[row.hash] == true
end

function M.all_current(how, rows)
  for _, row in ipairs(rows) do
    if not M.is_current(how, row) then
      return false
    end
  end
  return true
end

-- where runs are run again that no sweep in scripts/ asks for any more
function M.folder(how)
  return OUT .. "/" .. how.name
end

-- what --only takes for this run alone
local function name_of(row)
  local plain = row.kind == "student" or row.kind == "teacher" or row.kind == "trained"
  return plain and only.name(row) or row.hash:sub(1, 12)
end

-- one line that runs it
function M.command(how, row)
  local name = quoted(name_of(row))
  if M.is_current(how, row) then
    return string.format("build/kdbench run %s --only %s -o %s", quoted(how.script), name,
                         quoted(how.current.is_profile and OUT or M.folder(how)))
  end
  return string.format("build/kdbench resume %s --only %s", quoted(M.folder(how)), name)
end

-- teachers first, each once
local function with_teachers(set, rows)
  local list, seen = {}, {}
  local function add(row)
    if seen[row.hash] then
      return
    end
    seen[row.hash] = true
    for _, given in ipairs { row.spec.teacher, row.spec.reference or {} } do
      for _, entry in ipairs(given) do
        if set.by_hash[entry.run] then
          add(set.by_hash[entry.run])
        end
      end
    end
    list[#list + 1] = row
  end
  for _, row in ipairs(rows) do
    add(row)
  end
  return list
end

local function needs_of(row)
  local needs = json.list {}
  for _, given in ipairs { row.spec.teacher, row.spec.reference or {} } do
    for _, entry in ipairs(given) do
      needs[#needs + 1] = entry.run
    end
  end
  return needs
end

-- runs of tuning are students like any other here
local function line_of(row)
  local kind = (row.kind == "tuned" or row.kind == "trial") and "student" or row.kind
  local head = json.encode { hash = row.hash, kind = kind, needs = needs_of(row),
                             column = row.column, as = row.as,
                             path = kind == "trained" and row.path or nil }
  return head:sub(1, -2) .. ',"spec":' .. row.text .. "}"
end

-- What must be typed before the commands of these runs: nil where they are all in scripts/; else a
-- folder's sweep.jsonl with them and their teachers.
function M.setting(how, rows)
  local list = {}
  for _, row in ipairs(rows) do
    list[#list + 1] = not M.is_current(how, row) and row.text and row or nil
  end
  if #list == 0 then
    return nil
  end
  local folder = quoted(M.folder(how))
  local lines = { "mkdir -p " .. folder, "cat > " .. folder .. "/" .. sweepfile.NAME .. " <<'END'",
                  json.encode { name = how.name, file = how.head.file or "" } }
  for _, row in ipairs(with_teachers(how.set, list)) do
    lines[#lines + 1] = row.text and line_of(row) or nil
  end
  lines[#lines + 1] = "END"
  return table.concat(lines, "\n")
end

return M
