-- made.lua - data sets that are computed once from a Debian package: recipes with `made`.
--
-- made = { file, manifest, sha256 }: the HDF5 file that is left, the table beside the recipe that says
-- what is taken from the package, and the checksum of the content. Whatever the shapes came from, a
-- content with that checksum is right; a cache that was made from something else is made anew.

local lfs = require "lfs"
local checksum = require "checksum"
local fetch = require "fetch"
local has_kd, kd = pcall(require, "kd")

local M = {}

local function is_folder(path)
  return lfs.attributes(path, "mode") == "directory"
end

local function manifest_of(recipe)
  return recipe.folder .. "/" .. recipe.made.manifest
end

local function cache_of(recipe, opts)
  return opts.cache .. "/" .. recipe.name
end

-- folder when the file in it is what the recipe describes, else nil and why
local function good(folder, recipe, opts)
  local path = folder .. "/" .. recipe.made.file
  if not lfs.attributes(path, "mode") then
    return nil, recipe.made.file .. " is not in " .. folder
  end
  local from, err = opts.kd.data_made_from(path)
  if not from then
    return nil, err
  end
  local manifest = checksum.sha256(manifest_of(recipe))
  if from.package ~= recipe.package.deb_sha256 or from.manifest ~= manifest
    or from.content ~= recipe.made.sha256 then
    return nil, path .. " was made from another package, manifest or version of kdbench"
  end
  return folder
end

-- computes the file from `from` inside a stage, and renames it to its place
local function make(from, stage, recipe, opts)
  local out = stage .. "/" .. recipe.made.file
  local sum, err = opts.kd.data_make { name = recipe.name, from = from, out = out, progress_fd = 2,
                                       manifest = manifest_of(recipe),
                                       package = recipe.package.deb_sha256 }
  if not sum then
    return nil, err, true
  elseif sum ~= recipe.made.sha256 then
    return nil, string.format("what was made from %s has the wrong SHA-256: found %s, expected %s",
                              from, sum, recipe.made.sha256), true
  end
  local to = cache_of(recipe, opts)
  lfs.mkdir(to)
  local ok
  ok, err = os.rename(out, to .. "/" .. recipe.made.file)
  if not ok then
    return nil, "cannot move " .. recipe.made.file .. " into " .. to .. ": " .. err, true
  end
  return to
end

local function not_now(recipe)
  return nil, "it is not made yet: kdbench prepare " .. recipe.name
end

-- the package as a file, when it is the right one
local function make_from_deb(deb, stage, recipe, opts, origin)
  local package, found = recipe.package, checksum.sha256(deb)
  if found ~= package.deb_sha256 then
    return nil, string.format("%s has the wrong SHA-256: found %s, expected %s", origin,
                              tostring(found), package.deb_sha256), true
  end
  opts.say("making " .. recipe.made.file .. " from " .. package.name .. " " .. package.version)
  return make(deb, stage, recipe, opts)
end

-- ---- the sources, as in prepare.lua -------------------------------------------------------------

local source = {}

-- the user's folder has the file itself, or the package
function source.user(recipe, opts)
  local root = opts.env("KD_DATA")
  local folder = opts.folder or root and root .. "/" .. recipe.name
  if not folder then
    return nil, "KD_DATA is not set"
  elseif not is_folder(folder) then
    return nil, folder .. " is not there", opts.folder ~= nil
  end
  local deb = folder .. "/" .. recipe.package.file
  if lfs.attributes(folder .. "/" .. recipe.made.file, "mode") then
    local used, err = good(folder, recipe, opts)
    return used, err, not used
  elseif not lfs.attributes(deb, "mode") then
    return nil, string.format("%s has neither %s nor %s", folder, recipe.made.file,
                              recipe.package.file), true
  end
  if good(cache_of(recipe, opts), recipe, opts) then
    return cache_of(recipe, opts)
  elseif not opts.make then
    return not_now(recipe)
  end
  return opts.with_stage(opts.cache, function(stage)
    return make_from_deb(deb, stage, recipe, opts, deb)
  end)
end

function source.cache(recipe, opts)
  return good(cache_of(recipe, opts), recipe, opts)
end

-- of an installed package the version is asked; its content is known by what comes of it
function source.installed(recipe, opts)
  local package = recipe.package
  if not is_folder(package.folder) then
    return nil, package.folder .. " is not there"
  end
  local _, version = fetch.run("dpkg-query -W -f '${Version}' " .. checksum.quote(package.name))
  if version ~= package.version then
    return nil, string.format("the package %s is installed as %s, not %s", package.name,
                              version:match("^[^\n]*"), package.version)
  elseif not opts.make then
    return not_now(recipe)
  end
  opts.say("making " .. recipe.made.file .. " from " .. package.folder)
  return opts.with_stage(opts.cache, function(stage)
    return make(package.folder, stage, recipe, opts)
  end)
end

function source.debian(recipe, opts)
  local package = recipe.package
  return opts.with_stage(opts.cache, function(stage)
    opts.say(string.format("fetching %s %s from Debian (%.0f MB)", package.name, package.version,
                           package.size / 1e6))
    local deb, err = fetch.debian(package, stage)
    if not deb then
      return nil, err
    end
    return make_from_deb(deb, stage, recipe, opts, "Debian's package " .. package.name .. " "
                         .. package.version)
  end)
end

M.source = source

-- what a recipe with `made` lacks
function M.fault(recipe)
  local made, package = recipe.made, recipe.package
  if not (made.file and made.manifest and made.sha256) then
    return "has a made without file, manifest or sha256"
  elseif not (package and package.name and package.version and package.deb_sha256 and package.file
              and package.folder and package.size) then
    return "has a made, but no package with name, version, deb_sha256, file, folder and size"
  end
end

-- the interpreter of the program, or what a test gives instead
function M.prepare(opts, with_stage)
  opts.kd = opts.kd or has_kd and kd
  opts.with_stage = with_stage
end

return M
