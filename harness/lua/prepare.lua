-- prepare.lua - a data set's files, from the first of its recipe's sources that has them, verified.
--
-- A source that has nothing is passed over; one that has something wrong ends the search, because
-- somebody must look at it. What is fetched is staged beside its place, verified there, and renamed.

local lfs = require "lfs"
local checksum = require "checksum"
local fetch = require "fetch"
local made = require "made"

local M = {}

-- ---- folders ------------------------------------------------------------------------------------

local function is_folder(path)
  return lfs.attributes(path, "mode") == "directory"
end

local function make_folders(path)
  local at = string.sub(path, 1, 1) == "/" and "" or "."
  for part in string.gmatch(path, "[^/]+") do
    at = at .. "/" .. part
    if not is_folder(at) then
      lfs.mkdir(at)
    end
  end
  return is_folder(path) or nil, "cannot make the folder " .. path
end

local function writable(folder)
  if not make_folders(folder) then
    return false
  end
  local ok, probe = fetch.run("mktemp -- " .. checksum.quote(folder .. "/.probe-XXXXXX"))
  return ok and os.remove(probe) == true
end

-- KD_CACHE, else the user's cache folder, else data/ in the project
local function cache_folder(opts)
  local own = opts.env("KD_CACHE")
  if own then
    return own
  end
  local xdg, home = opts.env("XDG_CACHE_HOME"), opts.env("HOME")
  local users = xdg and xdg .. "/kdbench" or home and home .. "/.cache/kdbench"
  return users and writable(users) and users or opts.project .. "/data"
end

local function remove_tree(folder)
  fetch.run("rm -rf -- " .. checksum.quote(folder))
end

-- what a killed fetch left behind more than a day ago
local function sweep_stages(cache)
  for entry in lfs.dir(cache) do
    local path = cache .. "/" .. entry
    if string.match(entry, "^%.fetch%-") and os.time() - lfs.attributes(path, "modification") > 86400
    then
      remove_tree(path)
    end
  end
end

-- runs f(stage) with a fresh folder inside the cache, and removes it whatever happens
local function with_stage(cache, f)
  if not writable(cache) then
    return nil, "cannot write to the cache folder " .. cache
  end
  sweep_stages(cache)
  local ok, stage = fetch.run("mktemp -d -- " .. checksum.quote(cache .. "/.fetch-XXXXXX"))
  if not ok then
    return nil, "cannot make a folder in " .. cache .. ": " .. stage
  end
  local results = table.pack(pcall(f, stage))
  remove_tree(stage)
  if not results[1] then
    error(results[2], 0)
  end
  return table.unpack(results, 2, results.n)
end

-- ---- staging and installing -----------------------------------------------------------------------

-- verified files of a stage to their place in the cache; a rename is whole or not at all
local function install(from, recipe, opts, origin)
  local ok, err = checksum.verify_all(from, recipe.files, origin)
  if not ok then
    return nil, err, true
  end
  local to = opts.cache .. "/" .. recipe.name
  ok, err = make_folders(to)
  if not ok then
    return nil, err, true
  end
  for _, file in ipairs(recipe.files) do
    ok, err = os.rename(from .. "/" .. file.name, to .. "/" .. file.name)
    if not ok then
      return nil, "cannot move " .. file.name .. " into " .. to .. ": " .. err, true
    end
  end
  return to
end

local function unpack_archive(archive_folder, stage, recipe, opts, origin)
  local archive = recipe.archive
  local ok, err = checksum.verify(archive_folder, archive, origin)
  if not ok then
    return nil, err, true
  end
  local unpacked = stage .. "/unpacked"
  lfs.mkdir(unpacked)
  ok, err = fetch.unpack_tar(archive_folder .. "/" .. archive.name, unpacked)
  if not ok then
    return nil, err, true
  end
  return install(unpacked .. "/" .. archive.folder, recipe, opts, origin)
end

local function has_all(folder, recipe)
  for _, file in ipairs(recipe.files) do
    if checksum.missing(folder, file) then
      return false, file.name .. " is not in " .. folder
    end
  end
  return true
end

-- a folder that is used where it lies
local function use(folder, recipe, origin)
  local ok, err = checksum.verify_all(folder, recipe.files, origin)
  if not ok then
    return nil, err, true
  end
  return folder
end

-- ---- the sources: folder, or nil and why; a third result, true, ends the search ---------------------

local source = {}

-- what the user put there must be right; it may be the publisher's archive, packed or unpacked
function source.user(recipe, opts)
  local root = opts.env("KD_DATA")
  local folder = opts.folder or root and root .. "/" .. recipe.name
  if not folder then
    return nil, "KD_DATA is not set"
  end
  local origin = opts.folder or "KD_DATA"
  if not is_folder(folder) then
    return nil, folder .. " is not there", opts.folder ~= nil
  end
  local archive = recipe.archive
  local inner = archive and folder .. "/" .. archive.folder
  if inner and not has_all(folder, recipe) and is_folder(inner) then
    return use(inner, recipe, origin)
  end
  if archive and not has_all(folder, recipe) and not checksum.missing(folder, archive) then
    if has_all(opts.cache .. "/" .. recipe.name, recipe) then
      return source.cache(recipe, opts)
    end
    return with_stage(opts.cache, function(stage)
      return unpack_archive(folder, stage, recipe, opts, origin)
    end)
  end
  return use(folder, recipe, origin)
end

function source.installed(recipe)
  local folder = recipe.package.folder
  local ok, err = has_all(folder, recipe)
  if not ok then
    return nil, err
  end
  return use(folder, recipe, "the package " .. recipe.package.name)
end

function source.cache(recipe, opts)
  local folder = opts.cache .. "/" .. recipe.name
  local ok, err = has_all(folder, recipe)
  if not ok then
    return nil, err
  end
  local used, wrong = use(folder, recipe, "the cache; remove it and it is fetched again")
  return used, wrong, not used
end

function source.debian(recipe, opts)
  local package = recipe.package
  return with_stage(opts.cache, function(stage)
    opts.say("fetching " .. package.name .. " " .. package.version .. " from Debian")
    local deb, err = fetch.debian(package, stage)
    if not deb then
      return nil, err
    end
    local origin = "Debian's package " .. package.name .. " " .. package.version
    local found = checksum.sha256(deb)
    if found ~= package.deb_sha256 then
      return nil, string.format("%s has the wrong SHA-256: found %s, expected %s", origin,
                                tostring(found), package.deb_sha256), true
    end
    local ok
    ok, err = fetch.unpack_deb(deb, stage .. "/unpacked")
    if not ok then
      return nil, err, true
    end
    return install(stage .. "/unpacked" .. package.folder, recipe, opts, origin)
  end)
end

function source.public(recipe, opts)
  return with_stage(opts.cache, function(stage)
    local base = recipe.public.base
    opts.say("fetching " .. recipe.name .. " from " .. base)
    for _, file in ipairs(recipe.archive and { recipe.archive } or recipe.files) do
      local ok, err = fetch.public(base .. file.name, stage .. "/" .. file.name)
      if not ok then
        return nil, err
      end
    end
    if recipe.archive then
      return unpack_archive(stage, stage, recipe, opts, base)
    end
    return install(stage, recipe, opts, base)
  end)
end

-- ---- recipes -------------------------------------------------------------------------------------------

local needed = { "title", "licence", "homepage", "citation", "split", "files", "sources" }

local function fault(recipe)
  if type(recipe) ~= "table" then
    return "returns no table"
  end
  for _, key in ipairs(needed) do
    if recipe[key] == nil then
      return "has no " .. key
    end
  end
  for _, name in ipairs(recipe.sources) do
    if not source[name] then
      return "has an unknown source " .. tostring(name)
    end
  end
  for _, file in ipairs(recipe.files) do
    if not file.name or not file.sha256 or not file.size then
      return "has a file without name, sha256 or size"
    end
  end
  return recipe.made and made.fault(recipe)
end

-- datasets/<name>/recipe.lua: data only, so it sees no function at all
function M.recipe(name, datasets)
  local path = datasets .. "/" .. name .. "/recipe.lua"
  local chunk, err = loadfile(path, "t", {})
  if not chunk then
    return nil, "no recipe for " .. name .. ": " .. err
  end
  local ok, recipe = pcall(chunk)
  local wrong = not ok and recipe or fault(recipe)
  if wrong then
    return nil, path .. ": " .. tostring(wrong)
  end
  recipe.name = name
  recipe.folder = datasets .. "/" .. name
  return recipe
end

-- opts, all optional: project, the folder whose data/ is the last resort for a cache; folder, the
-- user's own instead of KD_DATA's; env, instead of os.getenv; say, told before something is fetched;
-- make, whether what is computed from a package may be computed now
function M.dataset(recipe, opts)
  opts = setmetatable({}, { __index = opts or {} })
  opts.project = opts.project or "."
  opts.env = opts.env or os.getenv
  opts.say = opts.say or function() end
  opts.cache = cache_folder(opts)
  made.prepare(opts, with_stage)
  local tried = {}
  for _, name in ipairs(recipe.sources) do
    local folder, err, stop = (recipe.made and made.source or source)[name](recipe, opts)
    if folder then
      return folder
    end
    if stop then
      return nil, recipe.name .. ": " .. err
    end
    tried[#tried + 1] = "  " .. name .. ": " .. err
  end
  if #recipe.files == 0 and not recipe.made then
    tried[#tried + 1] = "  it has no files of its own: set KD_DATA to a folder with "
      .. recipe.name .. "/ in it"
  end
  return nil, recipe.name .. ": no source has its files\n" .. table.concat(tried, "\n")
end

return M
