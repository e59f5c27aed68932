-- test_prepare.lua - data sets from every kind of source, and what happens when something is wrong.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/../../lua/?.lua;" .. package.path

local lu = require "luaunit"
local lfs = require "lfs"
local prepare = require "prepare"
local checksum = require "checksum"
local fetch = require "fetch"
local datasets = here .. "/../../../datasets"

local root -- a fresh folder for each test

local function sh(command, ...)
  command = string.format(command, ...)
  local pipe = io.popen("{ " .. command .. "\n} 2>&1")
  local out = pipe:read("a")
  lu.assertTrue(pipe:close(), command .. ": " .. out)
  return (string.gsub(out, "\n$", ""))
end

local function write(path, text)
  sh("mkdir -p %s", checksum.quote(string.match(path, "^(.*)/")))
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

local function entries(folder)
  local found = {}
  for entry in lfs.dir(folder) do
    if entry ~= "." and entry ~= ".." then
      found[#found + 1] = entry
    end
  end
  table.sort(found)
  return found
end

local text = { a = "pixels of the first file", b = "labels of the second file" }
local sum = {} -- their SHA-256, from the system's own sha256sum

-- two files, known by their content
local function recipe(sources)
  local function file(name, body)
    return { name = name, size = #body, sha256 = sum[name] }
  end
  return { name = "toy", files = { file("a", text.a), file("b", text.b) }, sources = sources }
end

local function options(env)
  env.KD_CACHE = env.KD_CACHE or root .. "/cache"
  return { project = root .. "/project", env = function(name) return env[name] end }
end

local function put(folder)
  write(folder .. "/a", text.a)
  write(folder .. "/b", text.b)
end

local function run(r, env)
  return prepare.dataset(r, options(env or {}))
end

local function refused(r, env, ...)
  local folder, err = run(r, env)
  lu.assertNil(folder)
  for _, part in ipairs { ... } do
    lu.assertStrContains(err, part)
  end
end

-- the cache has nothing, not even something half done
local function cache_is_empty()
  local cache = root .. "/cache"
  if lfs.attributes(cache, "mode") then
    lu.assertEquals(entries(cache), {})
  end
end

TestPrepare = {}

function TestPrepare:setUp()
  root = sh("mktemp -d ./prepare-XXXXXX")
  root = lfs.currentdir() .. string.sub(root, 2)
  for _, name in ipairs { "a", "b" } do
    write(root .. "/sum", text[name])
    sum[name] = string.match(sh("sha256sum '%s/sum'", root), "^%x+")
  end
end

function TestPrepare:tearDown()
  sh("chmod -R u+w '%s'; rm -rf '%s'", root, root)
end

-- ---- the user's folder ----------------------------------------------------------------------------

function TestPrepare:test_the_users_folder_is_used_where_it_lies()
  put(root .. "/mine/toy")
  lu.assertEquals(run(recipe { "user" }, { KD_DATA = root .. "/mine" }), root .. "/mine/toy")
  cache_is_empty()
end

function TestPrepare:test_a_folder_given_directly_comes_before_KD_DATA()
  put(root .. "/direct")
  local opts = options { KD_DATA = root .. "/nowhere" }
  opts.folder = root .. "/direct"
  lu.assertEquals(prepare.dataset(recipe { "user" }, opts), root .. "/direct")
end

function TestPrepare:test_a_wrong_checksum_names_file_found_expected_and_origin()
  put(root .. "/mine/toy")
  write(root .. "/mine/toy/b", "labels of the sesond file")
  local found = string.match(sh("sha256sum '%s/mine/toy/b'", root), "^%x+")
  refused(recipe { "user", "cache" }, { KD_DATA = root .. "/mine" },
    root .. "/mine/toy/b", "found " .. found, "expected " .. sum.b, "KD_DATA")
end

function TestPrepare:test_a_truncated_file_shows_both_sizes()
  put(root .. "/mine/toy")
  write(root .. "/mine/toy/a", string.sub(text.a, 1, 5))
  refused(recipe { "user" }, { KD_DATA = root .. "/mine" }, "(5 bytes)",
    "(" .. #text.a .. " bytes)")
end

function TestPrepare:test_a_missing_file_in_the_users_folder_is_an_error_not_passed_over()
  put(root .. "/mine/toy")
  put(root .. "/cache/toy")
  os.remove(root .. "/mine/toy/b")
  refused(recipe { "user", "cache" }, { KD_DATA = root .. "/mine" }, "toy/b is missing", "KD_DATA")
end

function TestPrepare:test_without_the_users_folder_the_next_source_is_tried()
  put(root .. "/cache/toy")
  lu.assertEquals(run(recipe { "user", "cache" }, { KD_DATA = root .. "/mine" }),
    root .. "/cache/toy")
end

-- ---- gzip -------------------------------------------------------------------------------------------

-- one file packed in a way that the recipe has not seen
local function packed_recipe(level)
  local path = root .. "/mine/toy/a"
  write(path, text.a)
  sh("gzip -n -%d '%s'", level, path)
  return { name = "toy", sources = { "user" }, files = {
    { name = "a.gz", size = 1, content_size = #text.a, content_sha256 = sum.a,
      sha256 = string.rep("0", 64) } } }
end

function TestPrepare:test_the_same_content_packed_by_another_is_right()
  lu.assertEquals(run(packed_recipe(9), { KD_DATA = root .. "/mine" }), root .. "/mine/toy")
end

function TestPrepare:test_the_unpacked_file_is_right_too()
  local r = packed_recipe(1)
  sh("gzip -d '%s/mine/toy/a.gz'", root)
  lu.assertEquals(run(r, { KD_DATA = root .. "/mine" }), root .. "/mine/toy")
  write(root .. "/mine/toy/a", "another")
  refused(r, { KD_DATA = root .. "/mine" }, "toy/a,", "expected " .. sum.a)
end

function TestPrepare:test_a_packed_file_with_a_wrong_crc_is_refused()
  local r = packed_recipe(6)
  local path = root .. "/mine/toy/a.gz"
  local bytes = read(path)
  write(path, string.sub(bytes, 1, -9) .. "XXXX" .. string.sub(bytes, -4))
  refused(r, { KD_DATA = root .. "/mine" }, "a.gz", "wrong SHA-256")
end

-- ---- package and cache ----------------------------------------------------------------------------------

function TestPrepare:test_an_installed_packages_files_are_used_where_they_lie()
  local r = recipe { "installed" }
  r.package = { name = "toy-data", folder = root .. "/usr/share/toy" }
  put(r.package.folder)
  lu.assertEquals(run(r), r.package.folder)
  write(r.package.folder .. "/a", "spoilt")
  refused(r, {}, "toy/a", "expected " .. sum.a, "the package toy-data")
end

function TestPrepare:test_the_cache_is_checked_each_time()
  put(root .. "/cache/toy")
  lu.assertEquals(run(recipe { "cache" }), root .. "/cache/toy")
  write(root .. "/cache/toy/a", "spoilt")
  refused(recipe { "cache" }, {}, "cache/toy/a", "expected " .. sum.a, "the cache")
end

function TestPrepare:test_the_cache_folder_follows_the_environment()
  local function used(env)
    local opts = options(env)
    if env.none then
      env.KD_CACHE = nil
    end
    return prepare.dataset(recipe { "cache" }, opts)
  end
  put(root .. "/xdg/kdbench/toy")
  put(root .. "/home/.cache/kdbench/toy")
  put(root .. "/project/data/toy")
  lu.assertEquals(used { none = true, XDG_CACHE_HOME = root .. "/xdg", HOME = root .. "/home" },
    root .. "/xdg/kdbench/toy")
  lu.assertEquals(used { none = true, HOME = root .. "/home" }, root .. "/home/.cache/kdbench/toy")
  lu.assertEquals(used { none = true, HOME = "/proc/1/nobody" }, root .. "/project/data/toy")
  lu.assertEquals(used { none = true }, root .. "/project/data/toy")
end

-- ---- the public address (a file:// one) ---------------------------------------------------------------------

local function public_recipe()
  lu.skipIf(not fetch.has("curl"), "wget cannot read file://")
  local r = recipe { "user", "cache", "public" }
  r.public = { base = "file://" .. root .. "/web/" }
  return r
end

function TestPrepare:test_files_from_the_public_address_end_up_in_the_cache()
  put(root .. "/web")
  lu.assertEquals(run(public_recipe()), root .. "/cache/toy")
  lu.assertEquals(entries(root .. "/cache"), { "toy" })
  lu.assertEquals(entries(root .. "/cache/toy"), { "a", "b" })
  sh("rm -r '%s/web'", root)
  lu.assertEquals(run(public_recipe()), root .. "/cache/toy")
end

function TestPrepare:test_a_wrong_download_is_refused_and_nothing_is_kept()
  put(root .. "/web")
  write(root .. "/web/b", "somebody else's labels")
  refused(public_recipe(), {}, "/b,", "expected " .. sum.b, "file://" .. root .. "/web/")
  cache_is_empty()
end

function TestPrepare:test_a_download_that_fails_keeps_nothing_and_says_why()
  put(root .. "/web")
  os.remove(root .. "/web/b")
  refused(public_recipe(), {}, "no source has its files", "user: KD_DATA is not set",
    "cache: a is not in", "public: file://" .. root .. "/web/b")
  cache_is_empty()
end

function TestPrepare:test_a_part_of_the_files_in_the_cache_is_not_taken_for_all()
  put(root .. "/web")
  write(root .. "/cache/toy/a", text.a)
  lu.assertEquals(run(public_recipe()), root .. "/cache/toy")
  lu.assertEquals(read(root .. "/cache/toy/b"), text.b)
end

function TestPrepare:test_a_half_written_stage_is_never_looked_at_and_goes_after_a_day()
  put(root .. "/web")
  write(root .. "/cache/.fetch-old/a", "half")
  write(root .. "/cache/.fetch-new/a", "half")
  sh("touch -d '2 days ago' '%s/cache/.fetch-old'", root)
  lu.assertEquals(run(public_recipe()), root .. "/cache/toy")
  lu.assertEquals(read(root .. "/cache/toy/a"), text.a)
  lu.assertEquals(entries(root .. "/cache"), { ".fetch-new", "toy" })
end

function TestPrepare:test_names_with_spaces_and_quotes_are_only_names()
  put(root .. "/it's mine/toy")
  lu.assertEquals(run(recipe { "user" }, { KD_DATA = root .. "/it's mine" }),
    root .. "/it's mine/toy")
end

-- ---- archives --------------------------------------------------------------------------------------------------

-- toy.tar.gz with inner/a and inner/b, in `folder`
local function archive_recipe(folder)
  lu.skipIf(folder == root .. "/web" and not fetch.has("curl"), "wget cannot read file://")
  local r = recipe { "user", "cache", "public" }
  put(root .. "/build/inner")
  sh("mkdir -p '%s' && tar -C '%s/build' -czf '%s/toy.tar.gz' inner", folder, root, folder)
  r.archive = { name = "toy.tar.gz", folder = "inner",
                size = lfs.attributes(folder .. "/toy.tar.gz", "size"),
                sha256 = string.match(sh("sha256sum '%s/toy.tar.gz'", folder), "^%x+") }
  r.public = { base = "file://" .. root .. "/web/" }
  return r
end

function TestPrepare:test_an_archive_from_the_public_address_is_unpacked_into_the_cache()
  local r = archive_recipe(root .. "/web")
  lu.assertEquals(run(r), root .. "/cache/toy")
  lu.assertEquals(entries(root .. "/cache/toy"), { "a", "b" })
end

function TestPrepare:test_the_users_archive_is_unpacked_into_the_cache_once()
  local r = archive_recipe(root .. "/mine/toy")
  local env = { KD_DATA = root .. "/mine" }
  lu.assertEquals(run(r, env), root .. "/cache/toy")
  write(root .. "/mine/toy/toy.tar.gz", "spoilt, but not needed again")
  lu.assertEquals(run(r, env), root .. "/cache/toy")
end

function TestPrepare:test_the_users_unpacked_archive_is_used_where_it_lies()
  local r = archive_recipe(root .. "/web")
  put(root .. "/mine/toy/inner")
  lu.assertEquals(run(r, { KD_DATA = root .. "/mine" }), root .. "/mine/toy/inner")
end

function TestPrepare:test_a_spoilt_archive_is_refused()
  local r = archive_recipe(root .. "/mine/toy")
  write(root .. "/mine/toy/toy.tar.gz", "spoilt")
  refused(r, { KD_DATA = root .. "/mine" }, "toy.tar.gz", "expected " .. r.archive.sha256, "KD_DATA")
  cache_is_empty()
end

-- ---- Debian: a real package, handed over by a script in apt-get's place -------------------------------------------

local function debian_recipe()
  lu.skipIf(not fetch.has("dpkg-deb"), "no dpkg-deb")
  local r = recipe { "cache", "debian" }
  put(root .. "/deb/usr/share/toy")
  write(root .. "/deb/DEBIAN/control", "Package: toy-data\nVersion: 1:2.0-1\nArchitecture: all\n"
    .. "Maintainer: nobody <nobody@example.org>\nDescription: toy\n")
  local deb = root .. "/toy.deb"
  sh("dpkg-deb -b '%s/deb' '%s'", root, deb)
  r.package = { name = "toy-data", version = "1:2.0-1", folder = "/usr/share/toy",
                deb_sha256 = string.match(sh("sha256sum '%s'", deb), "^%x+") }
  return r
end

-- prepares in another process whose apt-get is `script`; background: a shell suffix
local function with_apt(r, script, background)
  write(root .. "/bin/apt-get", "#!/bin/sh\n" .. script .. "\n")
  sh("chmod +x '%s/bin/apt-get'", root)
  write(root .. "/run.lua", string.format([[
package.path = %q
local prepare = require "prepare"
local recipe = { name = "toy", sources = { "cache", "debian" }, files = {
  { name = "a", size = %d, sha256 = %q }, { name = "b", size = %d, sha256 = %q } },
  package = { name = %q, version = %q, folder = %q, deb_sha256 = %q } }
local folder, err = prepare.dataset(recipe)
io.write(tostring(folder), " ", tostring(err))
]], package.path, #text.a, sum.a, #text.b, sum.b, r.package.name, r.package.version,
    r.package.folder, r.package.deb_sha256))
  return sh("PATH='%s/bin':$PATH KD_CACHE='%s/cache' lua5.4 '%s/run.lua' %s", root, root, root,
    background or "")
end

local function give_deb()
  return "echo \"$@\" >> '" .. root .. "/asked'; cp '" .. root .. "/toy.deb' toy-data.deb"
end

function TestPrepare:test_debians_package_is_fetched_by_version_and_unpacked_without_root()
  lu.assertEquals(with_apt(debian_recipe(), give_deb()), root .. "/cache/toy nil")
  lu.assertStrContains(read(root .. "/asked"), "download toy-data=1:2.0-1")
  lu.assertEquals(entries(root .. "/cache/toy"), { "a", "b" })
  lu.assertEquals(entries(root .. "/cache"), { "toy" })
end

function TestPrepare:test_another_package_than_the_pinned_one_is_refused()
  local r = debian_recipe()
  r.package.deb_sha256 = string.rep("1", 64)
  local out = with_apt(r, give_deb())
  lu.assertStrContains(out, "toy-data 1:2.0-1 has the wrong SHA-256")
  lu.assertStrContains(out, "expected " .. r.package.deb_sha256)
  cache_is_empty()
end

function TestPrepare:test_what_apt_get_says_is_passed_on()
  local out = with_apt(debian_recipe(), "echo 'E: Version 1:2.0-1 was not found'; exit 100")
  lu.assertStrContains(out, "no source has its files")
  lu.assertStrContains(out, "Version 1:2.0-1 was not found")
end

function TestPrepare:test_a_fetch_that_was_killed_leaves_nothing_that_counts()
  local r = debian_recipe()
  with_apt(r, "head -c 200 '" .. root .. "/toy.deb' > toy-data.deb; touch '" .. root
    .. "/half'; exec sleep 5", "> /dev/null 2>&1 & echo $! > '" .. root .. "/pid'; "
    .. "while [ ! -e '" .. root .. "/half' ]; do sleep 0.05; done; kill -9 $(cat '" .. root
    .. "/pid')")
  lu.assertNil(lfs.attributes(root .. "/cache/toy", "mode"))
  lu.assertEquals(with_apt(r, give_deb()), root .. "/cache/toy nil")
  lu.assertEquals(read(root .. "/cache/toy/a"), text.a)
end

-- ---- recipes ---------------------------------------------------------------------------------------------------------

function TestPrepare:test_every_data_set_has_a_sound_recipe()
  for _, name in ipairs(entries(datasets)) do
    local r, err = prepare.recipe(name, datasets)
    lu.assertNotNil(r, err)
    lu.assertEquals(r.name, name)
    for _, file in ipairs(r.files) do
      lu.assertStrMatches(file.sha256, "%x+")
      lu.assertEquals(#file.sha256, 64)
    end
  end
end

function TestPrepare:test_a_recipe_is_data_and_cannot_run_anything()
  write(root .. "/sets/evil/recipe.lua", "os.execute('true') return {}")
  local r, err = prepare.recipe("evil", root .. "/sets")
  lu.assertNil(r)
  lu.assertStrContains(err, "evil/recipe.lua")
end

function TestPrepare:test_a_recipe_that_lacks_something_says_what()
  write(root .. "/sets/poor/recipe.lua", "return { title = 'poor', licence = 'none' }")
  local r, err = prepare.recipe("poor", root .. "/sets")
  lu.assertNil(r)
  lu.assertStrContains(err, "has no homepage")
  r, err = prepare.recipe("absent", root .. "/sets")
  lu.assertNil(r)
  lu.assertStrContains(err, "absent")
end

function TestPrepare:test_both_ways_to_a_checksum_agree_with_the_standard()
  write(root .. "/abc", "abc")
  lu.assertEquals(checksum.sha256(root .. "/abc"),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  lu.assertNil((checksum.sha256(root .. "/absent")))
end

os.exit(lu.LuaUnit.run())
