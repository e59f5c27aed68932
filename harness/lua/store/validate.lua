-- validate.lua - `kdbench validate`: run files and merged files, each whole and as the schema says.

local kd = require "kd"
local exits = require "exits"
local files = require "files"
local judge = require "store.judge"
local merged = require "store.merged"
local schema = require "store.schema"

local M = {}

local GROUPS = { "spec", "curve", "final", "pred", "env", "cost", "status" }

-- ---- a run file ---------------------------------------------------------------------

-- the hash in the name of the folder that a sweep puts it in
local function check_folder(path, hash, fault)
  local short = path:match("/seed%d+%-(%x+)/run%.h5$")
  if short and #short == 12 and hash and hash:sub(1, 12) ~= short then
    fault("/spec@json", string.format("has the hash %s, its folder is for %s", hash:sub(1, 12),
                                      short))
  end
end

local function check_run(path, fault)
  local ok, err = kd.run_verify(path)
  local tree = ok and kd.run_read(path, GROUPS)
  local items = tree and kd.h5_survey(path)
  if not items then
    return fault(nil, err or "cannot be read twice")
  end
  judge.run(items, tree, { schema.run }, nil, fault)
  check_folder(path, tree.spec and tree.spec.json and kd.sha256(tree.spec.json), fault)
end

-- ---- a merged file --------------------------------------------------------------------

-- the part of the schema that a merged run without its own file has
local function only_spec(list)
  local few = {}
  for _, one in ipairs(list) do
    few[#few + 1] = one.path:find("^/spec") and one or nil
  end
  return few
end

local function check_member(path, tree, numbers, fault)
  local at = "runs/" .. tree.hash
  local items, err = kd.h5_survey(path, at)
  local function own(where, what)
    fault("/" .. at .. where, what)
  end
  if not items then
    return fault(nil, err)
  end
  local run = tree.content_sha256 and schema.run or only_spec(schema.run)
  judge.run(items, tree, { run, schema.member }, tree.hash, own)
  if tree.number and numbers[tree.number] then
    own("@number", string.format("is %d, which is that of %s", tree.number, numbers[tree.number]))
  end
  numbers[tree.number or 0] = tree.hash
end

-- the head alone: what is below /runs is looked at run by run
local function check_head(path, fault)
  local items, err = kd.h5_survey(path, "sweep")
  local head = items and kd.merged_head(path)
  if not head then
    return nil, err
  end
  for _, item in ipairs(items) do
    item.path = "/sweep" .. item.path
  end
  judge.head(items, head, schema.merged, fault)
  return head
end

local function check_merged(path, fault)
  local head, err = kd.merged_head(path)
  if not head then
    return fault(nil, err)
  end
  check_head(path, fault)
  local numbers, n, ok = {}, 0, nil
  ok, err = merged.each(path, function() return nil end, function(tree)
    n = n + 1
    check_member(path, tree, numbers, fault)
  end)
  if not ok then
    return fault(nil, err)
  end
  for i = 1, n do
    if not numbers[i] then
      fault("/runs", string.format("no run has the number %d of %d", i, n))
    end
  end
end

-- ---- the verb ---------------------------------------------------------------------------

local function is_merged(path)
  return files.base(path) ~= "run.h5" and kd.merged_head(path) ~= nil
         or files.base(path) == merged.NAME
end

-- the files that a name stands for
local function files_of(name)
  if not files.is_folder(name) then
    return { name }
  end
  local list = files.find(name, "run.h5")
  for _, path in ipairs(files.find(name, merged.NAME)) do
    list[#list + 1] = path
  end
  return list
end

-- how many faults; each is said with file and place
local function check(path, args)
  local n = 0
  local function fault(where, what)
    n = n + 1
    -- a message of the store names the file itself
    io.stdout:write(where and string.format("%s: %s: %s", path, where, what)
                    or what:find(path, 1, true) and what or path .. ": " .. what, "\n")
  end
  local ok, err = pcall(is_merged(path) and check_merged or check_run, path, fault)
  if not ok then
    fault(nil, "cannot be judged: " .. tostring(err))
  end
  if n == 0 and args.verbose then
    io.stdout:write("right ", path, "\n")
  end
  return n
end

-- exit code
function M.main(args)
  if args.schema then
    io.stdout:write(schema.markdown())
    return exits.DONE
  elseif #args.files == 0 then
    return exits.complain(exits.USAGE, "validate needs files or folders, or --schema")
  end
  local all, bad = 0, 0
  for _, name in ipairs(args.files) do
    if not files.exists(name) then
      return exits.complain(exits.USAGE, "there is no " .. name)
    end
    local list = files_of(name)
    if #list == 0 then
      return exits.complain(exits.USAGE, name .. " holds no run.h5 and no " .. merged.NAME)
    end
    for _, path in ipairs(list) do
      all, bad = all + 1, bad + (check(path, args) > 0 and 1 or 0)
    end
  end
  io.stdout:write(string.format("%d file%s, %s\n", all, all == 1 and "" or "s",
                                bad > 0 and bad .. " with faults" or "as the schema says"))
  return bad > 0 and exits.DIFFERENT or exits.DONE
end

return M
