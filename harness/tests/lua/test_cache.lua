-- test_cache.lua - how the room for teachers' outputs is shared out, and who goes when it is short.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
local kd = require "fake_kd"
package.loaded.kd = kd
package.loaded.data = {
  folder = function() return "somewhere" end, facts = function() end,
  counts = function(dataset) return { train = dataset.train, validation = 10, test = 20 } end,
}

local lu = require "luaunit"
local lfs = require "lfs"
local budget = require "budget"
local cache = require "cache"
local files = require "files"
local planning = require "plan"
local sizes = require "sizes"
local sweep = require "sweep"

local SWEEP = [[
return sweep { name = "t", dataset = fashion_mnist { train = 1000, augment = "%s" },
  pair = { teacher = "resnet20", student = "resnet8" }, train = { epochs = %s }, %s
  method = %s }]]

local root

local function setup()
  root = os.tmpname()
  os.remove(root)
end

local function teardown()
  os.execute("rm -rf '" .. root .. "'")
end

-- methods of the pretended kd: kd reads logits, at logits, a, b and pooled, the others logits and
-- pooled; a row is 40, 4000, 2000, 256 bytes
local function plan(how, what)
  what = what or {}
  local text = SWEEP:format(what.augment or "none", what.epochs or "2", what.more or "",
                            what.method or "each(none {}, kd {}, at {})")
  return planning.make(assert(sweep.parse("t.lua", text)), root, how or {})
end

local function cache_of(p)
  for _, run in ipairs(p.runs) do
    if run.kind == "cache" then
      return run
    end
  end
end

local function kept(p)
  local names = {}
  for _, file in ipairs((cache_of(p) or { files = {} }).files) do
    names[#names + 1] = file.split .. "." .. file.output
  end
  table.sort(names)
  return table.concat(names, " ")
end

local MEASURED = "test.logits"
local LOGITS = 40 * 1000

TestSizes = {}

function TestSizes.test_sizes_are_numbers_with_units()
  lu.assertEquals(sizes.parse("0"), 0)
  lu.assertEquals(sizes.parse("200"), 200)
  lu.assertEquals(sizes.parse("3K"), 3072)
  lu.assertEquals(sizes.parse("1.5M"), 1572864)
  lu.assertEquals(sizes.parse("2G"), 2147483648)
  for _, bad in ipairs { "", "G", "-1G", "2g", "2 G", "2GB", "1e3", "999999999T", "inf" } do
    lu.assertNil(sizes.parse(bad), bad)
  end
  lu.assertEquals(sizes.text(1536), "1.5K")
  lu.assertEquals(sizes.text(2 ^ 31), "2.0G")
  lu.assertEquals(sizes.text(7), "7")
end

TestShare = { setUp = setup, tearDown = teardown }

function TestShare.test_with_room_for_all_everything_that_a_method_reads_is_kept()
  lu.assertEquals(kept(plan()), MEASURED .. " train.a train.b train.logits train.pooled validation.logits")
end

function TestShare.test_nothing_is_kept_for_methods_that_do_not_learn_from_it()
  lu.assertEquals(kept(plan(nil, { method = "none {}" })), "test.logits validation.logits")
  lu.assertEquals(kept(plan(nil, { method = "each(none {}, kd {})" })),
                  "test.logits train.logits validation.logits")
end

function TestShare.test_logits_come_first_and_sets_of_taps_are_kept_whole_or_not_at_all()
  local p = plan { cache_size = 3 * 2 ^ 20 } -- a alone would fit
  lu.assertEquals(kept(p), "test.logits train.logits validation.logits")
  for _, run in ipairs(p.runs) do
    if run.kind == "student" and run.spec.method.name == "at" then
      lu.assertNil(run.cached[1].train)
      lu.assertNotNil(run.cached[1].test)
      lu.assertStrContains(run.live[1], "is left")
    elseif run.kind == "student" and run.spec.method.name == "kd" then
      lu.assertEquals(#run.cached[1].train, 1)
    end
  end
  local text = table.concat(budget.text(p.shared), "\n")
  lu.assertStrMatches(text, ".*not kept, the teacher runs live: fashion_mnist resnet20, train for at: "
                      .. "logits a b pooled, would take 6.0M, of which 2.9M is left.*")
end

function TestShare.test_the_cheapest_set_is_kept_when_not_all_fit()
  local before = kd.teacher_outputs
  kd.teacher_outputs = function(ask)
    return ask.method.options.T == 2 and { outputs = { "logits", "pooled" } } or before(ask)
  end
  local what = { method = "each(at {}, kd { T = 2 }, kd {})" }
  lu.assertEquals(kept(plan({ cache_size = 500000 }, what)),
                  "test.logits train.logits train.pooled validation.logits")
  lu.assertEquals(kept(plan({ cache_size = 200000 }, what)),
                  "test.logits train.logits validation.logits")
  kd.teacher_outputs = before
end

function TestShare.test_without_room_there_is_no_cache_run()
  local p = plan { cache_size = 0 }
  lu.assertNil(cache_of(p))
  for _, run in ipairs(p.runs) do
    lu.assertEquals(cache.needed_by(run), {})
  end
end

function TestShare.test_augmented_samples_are_kept_once_an_epoch_of_the_longest_run()
  local p = plan(nil, { augment = "flip", epochs = "each(2, 5)", method = "kd {}",
                        more = "teacher = { train = { epochs = 1 } }," })
  local run = cache_of(p)
  lu.assertEquals(run.epochs, 5)
  for _, file in ipairs(run.files) do
    if file.split == "train" then
      lu.assertTrue(file.bytes >= 5 * LOGITS and file.bytes < 5 * LOGITS + 20000)
    end
  end
  local caches = 0
  for _, one in ipairs(p.runs) do
    caches = caches + (one.kind == "cache" and 1 or 0)
  end
  lu.assertEquals(caches, 1)
end

function TestShare.test_a_choice_of_runs_changes_what_is_computed_but_not_what_room_is_kept_for()
  local all, some = plan(), plan { only = "*/kd/*" }
  lu.assertEquals(cache_of(all).folder, cache_of(some).folder)
  lu.assertEquals(kept(all), kept(some))
  local now = {}
  for _, file in ipairs(cache.request(cache_of(some)).files) do
    now[#now + 1] = file.split .. "." .. file.output
  end
  table.sort(now)
  lu.assertEquals(now, { "test.logits", "train.logits", "validation.logits" })
  lu.assertEquals(#cache.request(cache_of(all)).files, 6)
end

function TestShare.test_the_sweep_may_say_the_size_and_the_command_line_has_the_last_word()
  local more = 'cache_size = "3M",'
  lu.assertEquals(plan(nil, { more = more }).shared.size, 3 * 2 ^ 20)
  lu.assertEquals(plan({ cache_size = 7 }, { more = more }).shared.size, 7)
  lu.assertEquals(plan().shared.size, 2 ^ 31)
  local bad, err = sweep.parse("t.lua", SWEEP:format("none", "2", 'cache_size = "3X",', "kd {}"))
  lu.assertNil(bad)
  lu.assertStrContains(err, 't.lua:2: cache_size must be a size such as 500M or 2G')
end

-- ---- room ---------------------------------------------------------------------------

TestRoom = { setUp = setup, tearDown = teardown }

local function write(path, bytes, used)
  kd.mkdirs(files.folder_of(path))
  kd.write_atomic(path, ("x"):rep(bytes))
  lfs.touch(path, used)
end

-- what is removed, as base names
local function make_room(p)
  local said = {}
  budget.make_room(p.shared, root, function(text)
    said[#said + 1] = text:match("/([^/]+%.h5) ")
  end)
  return said
end

function TestRoom.test_the_least_recently_used_goes_first_and_no_more_than_must()
  local p = plan({ cache_size = 300000 }, { method = "kd {}" })
  for i, name in ipairs { "c", "a", "d", "b" } do
    write(string.format("%s/x/cache/t/seed0-1/%s.h5", root, name), 50000, 1000000 + i)
  end
  lu.assertEquals(make_room(p), {})
  p.shared.size = 220000 -- about 90,000 are needed
  lu.assertEquals(make_room(p), { "c.h5", "a.h5" })
  lu.assertEquals(make_room(p), {})
end

function TestRoom.test_what_a_run_waits_for_stays_however_old_it_is()
  local p = plan({ cache_size = 200000 }, { method = "kd {}" })
  for _, file in ipairs(cache_of(p).files) do
    write(file.path, file.bytes, 1)
  end
  write(root .. "/x/cache/t/seed0-1/young.h5", 150000, 1000000)
  lu.assertEquals(make_room(p), { "young.h5" })
  for _, file in ipairs(cache_of(p).files) do
    lu.assertTrue(files.exists(file.path), file.path)
  end
end

function TestRoom.test_half_written_files_go_and_others_are_left_alone()
  local p = plan({ cache_size = 0 }, { method = "kd {}" })
  write(root .. "/x/cache/t/seed0-1/old.h5.part", 10, 1)
  write(root .. "/x/cache/t/seed0-1/spec.json", 10, 1)
  write(root .. "/x/kd/t-s/seed0-1/run.h5", 10, 1)
  lu.assertEquals(make_room(p), {})
  lu.assertFalse(files.exists(root .. "/x/cache/t/seed0-1/old.h5.part"))
  lu.assertTrue(files.exists(root .. "/x/cache/t/seed0-1/spec.json"))
  lu.assertTrue(files.exists(root .. "/x/kd/t-s/seed0-1/run.h5"))
end

function TestRoom.test_a_file_that_looks_wrong_is_shown_in_the_plan()
  local p = plan(nil, { method = "kd {}" })
  for _, file in ipairs(cache_of(p).files) do
    write(file.path, 10, 1)
  end
  lu.assertEquals(cache_of(plan(nil, { method = "kd {}" })).state, "done")
  kd.write_atomic(cache_of(p).files[1].path, "broken")
  local run = cache_of(plan(nil, { method = "kd {}" }))
  lu.assertEquals(run.state, "damaged")
  lu.assertStrContains(run.reason, "is damaged")
end

os.exit(lu.LuaUnit.run())
