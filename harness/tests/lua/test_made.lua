-- test_made.lua - data sets that are made from a package: which source, and what is made again.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/../../lua/?.lua;" .. package.path

local lu = require "luaunit"
local lfs = require "lfs"
local checksum = require "checksum"
local fetch = require "fetch"
local prepare = require "prepare"
local datasets = here .. "/../../../datasets"

local root, made -- a fresh folder for each test; what was asked of the maker

local function write(path, text)
  fetch.run("mkdir -p " .. checksum.quote(string.match(path, "^(.*)/")))
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- stands in for C: a made file is three lines, the checksums of package, manifest and content
local kd = {}

function kd.data_make(spec)
  made[#made + 1] = spec.from
  if kd.fails then
    return nil, "x.wrl:3: Transform is not read"
  end
  write(spec.out, spec.package .. "\n" .. checksum.sha256(spec.manifest) .. "\ncontent\n")
  return "content"
end

function kd.data_made_from(path)
  local package, manifest, content = read(path):match("^(.-)\n(.-)\n(.-)\n$")
  if not package then
    return nil, path .. " is damaged"
  end
  return { package = package, manifest = manifest, content = content }
end

local function recipe()
  write(root .. "/sets/toy/manifest.tsv", "class\nbed\n")
  return { name = "toy", folder = root .. "/sets/toy", files = {},
           made = { file = "toy.h5", manifest = "manifest.tsv", sha256 = "content" },
           package = { name = "toy-package", version = "1-1", file = "toy_1-1_all.deb", size = 7,
                       deb_sha256 = "-", folder = root .. "/installed" },
           sources = { "user", "cache", "installed" } }
end

local function run(r, more)
  local env = { KD_CACHE = root .. "/cache", KD_DATA = root .. "/mine" }
  local opts = { project = root, kd = kd, make = true, env = function(name) return env[name] end }
  for key, value in pairs(more or {}) do
    opts[key] = value
  end
  return prepare.dataset(r, opts)
end

-- a recipe whose package, with this content, lies in the user's folder
local function with_deb()
  local r = recipe()
  local deb = root .. "/mine/toy/toy_1-1_all.deb"
  write(deb, "package")
  r.package.deb_sha256 = checksum.sha256(deb)
  return r, deb
end

TestMade = {}

function TestMade:setUp()
  local _, folder = fetch.run("mktemp -d ./made-XXXXXX")
  root, made, kd.fails = lfs.currentdir() .. string.sub(folder, 2), {}, nil
end

function TestMade:tearDown()
  fetch.run("rm -rf " .. checksum.quote(root))
end

function TestMade:test_a_package_of_the_user_is_made_once_into_the_cache()
  local r, deb = with_deb()
  lu.assertEquals(run(r), root .. "/cache/toy")
  lu.assertEquals(made, { deb })
  lu.assertEquals(run(r), root .. "/cache/toy")
  lu.assertEquals(#made, 1)
end

function TestMade:test_what_was_made_from_another_manifest_or_package_is_made_again()
  local r = with_deb()
  run(r)
  write(r.folder .. "/manifest.tsv", "class\nsofa\n")
  run(r)
  lu.assertEquals(#made, 2)
  write(root .. "/cache/toy/toy.h5", "another\nx\ncontent\n")
  run(r)
  lu.assertEquals(#made, 3)
  write(root .. "/cache/toy/toy.h5", "damaged")
  run(r)
  lu.assertEquals(#made, 4)
end

function TestMade:test_a_wrong_package_is_never_used()
  local r, deb = with_deb()
  write(deb, "another")
  local folder, err = run(r)
  lu.assertNil(folder)
  lu.assertStrContains(err, deb .. " has the wrong SHA-256")
  lu.assertEquals(made, {})
end

function TestMade:test_a_content_that_is_not_the_recipes_is_refused_and_not_kept()
  local r = with_deb()
  r.made.sha256 = "other"
  local folder, err = run(r)
  lu.assertNil(folder)
  lu.assertStrContains(err, "found content, expected other")
  lu.assertNil(lfs.attributes(root .. "/cache/toy/toy.h5"))
end

function TestMade:test_what_the_maker_says_is_said_and_nothing_stays()
  local r = with_deb()
  kd.fails = true
  local folder, err = run(r)
  lu.assertNil(folder)
  lu.assertStrContains(err, "x.wrl:3")
  for entry in lfs.dir(root .. "/cache") do
    lu.assertStrMatches(entry, "%.+")
  end
end

function TestMade:test_nothing_is_made_when_only_looking()
  local r = with_deb()
  local folder, err = run(r, { make = false })
  lu.assertNil(folder)
  lu.assertStrContains(err, "kdbench prepare toy")
  lu.assertEquals(made, {})
end

function TestMade:test_a_made_file_in_the_users_folder_is_used_where_it_lies()
  local r = recipe()
  r.package.deb_sha256 = "p"
  write(root .. "/mine/toy/toy.h5", "p\n" .. checksum.sha256(r.folder .. "/manifest.tsv")
        .. "\ncontent\n")
  lu.assertEquals(run(r), root .. "/mine/toy")
  write(root .. "/mine/toy/toy.h5", "p\nx\ncontent\n")
  local folder, err = run(r)
  lu.assertNil(folder)
  lu.assertStrContains(err, "was made from another package, manifest or version")
end

function TestMade:test_a_folder_with_neither_says_what_is_looked_for()
  local r = recipe()
  write(root .. "/mine/toy/other.txt", "x")
  local folder, err = run(r)
  lu.assertNil(folder)
  lu.assertStrContains(err, "has neither toy.h5 nor toy_1-1_all.deb")
end

function TestMade:test_another_installed_version_is_not_used()
  local r = recipe()
  write(root .. "/installed/x.wrl", "x")
  r.package.name = "dpkg" -- there, in a version of its own
  local folder, err = run(r)
  lu.assertNil(folder)
  lu.assertStrContains(err, "the package dpkg is installed as")
  lu.assertStrContains(err, "not 1-1")
end

function TestMade:test_a_debian_version_that_is_gone_is_an_error()
  local r = recipe()
  r.sources = { "debian" }
  r.package.name = "no-such-package-at-all"
  local folder, err = run(r)
  lu.assertNil(folder)
  lu.assertStrContains(err, "no-such-package-at-all")
end

function TestMade:test_the_recipes_are_whole()
  for _, name in ipairs { "kicad29", "sh3d18" } do
    local r = assert(prepare.recipe(name, datasets))
    lu.assertEquals(#r.made.sha256, 64)
    lu.assertEquals(#r.package.deb_sha256, 64)
    lu.assertNotNil(lfs.attributes(r.folder .. "/" .. r.made.manifest))
  end
  local _, err = prepare.recipe("nowhere", datasets)
  lu.assertStrContains(err, "no recipe for nowhere")
end

os.exit(lu.LuaUnit.run())
