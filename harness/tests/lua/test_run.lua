-- test_run.lua - plans and how they are carried out, with workers that are only pretended.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
local kd = require "fake_kd"
package.loaded.kd = kd
package.loaded.data = { folder = function() return "somewhere" end, facts = function() end,
                        counts = function() end, share = function() return 7 end }

local lu = require "luaunit"
local files = require "files"
local json = require "json"
local made_up = require "made_up"
local planning = require "plan"
local plantext = require "plantext"
local run = require "run"
local sweep = require "sweep"
local sweepfile = require "sweepfile"

local SWEEP = [[
return sweep { name = "t", dataset = fashion_mnist { train = 100 }, seed = range(0, 1),
  pair = { teacher = "resnet20", student = "resnet8" }, train = { epochs = 2 },
  method = each(none {}, kd {}, dml {}) }]]

local root, started, behave, stop_after

-- ---- pretended workers -----------------------------------------------------------

local function label_of(folder)
  return folder:sub(#root + 2):gsub("/seed(%d+)%-%x+$", "/seed%1")
end

-- does what a worker would leave; behave(label, try) may give another end
local function work(folder)
  local text = files.read(folder .. "/spec.json"):gsub("\n$", "")
  local with = json.decode(files.read(folder .. "/with.json"))
  for _, file in ipairs(with.cache and with.cache.files or {}) do
    if not files.exists(file.path) then
      kd.write_atomic(file.path, file.split)
    end
  end
  if not with.cache then
    local tree = made_up.tree { kind = "student", spec = json.decode(text), text = text,
                                hash = kd.sha256(text) }
    kd.write_atomic(folder .. "/run.h5", json.encode(tree))
  end
  return { exit = 0 }
end

local tries, ended, next_pid

local function spawn(how)
  local folder = how.argv[3]
  local label = label_of(folder)
  started[#started + 1] = label
  tries[label] = (tries[label] or 0) + 1
  next_pid = next_pid + 1
  local over = behave(label, tries[label], folder, how) or work(folder)
  over.pid = next_pid
  ended[#ended + 1] = over
  return next_pid
end

local function setup()
  root = os.tmpname()
  os.remove(root)
  started, tries, ended, next_pid = {}, {}, {}, 100
  behave, stop_after = function() end, math.huge
  kd.spawn = spawn
  kd.wait = function() return table.remove(ended, 1) end
  kd.lock = function() return true end
  kd.catch_stop = function() end
  kd.stop_requested = function() return #started >= stop_after end
  kd.cpu_list = function() return { 3, 5 } end
  kd.self = function() return "kdbench" end
end

local function teardown()
  os.execute("rm -rf '" .. root .. "'")
end

-- runs the sweep quietly: exit code and what was said
local function carry_out(how, text)
  local all = { out = root, jobs = 2, quiet = true }
  for key, value in pairs(how or {}) do
    all[key] = value
  end
  local said, stderr = {}, io.stderr
  io.stderr = { write = function(_, ...) said[#said + 1] = table.concat { ... } end }
  local ok, code, err = pcall(run.run, assert(sweep.parse("t.lua", text or SWEEP)), all)
  io.stderr = stderr
  lu.assertTrue(ok, code)
  return code, table.concat(said) .. (err or "")
end

local function status(label)
  for _, path in ipairs(files.find(root, "status.json")) do
    if label_of(files.folder_of(path)) == label then
      return json.decode(files.read(path))
    end
  end
end

local NONE, KD = "fashion_mnist/none/resnet20-resnet8", "fashion_mnist/kd/resnet20-resnet8"
local TEACHER, CACHE = "fashion_mnist/teacher/resnet20/seed0", "fashion_mnist/cache/resnet20/seed0"

-- ---- plans -----------------------------------------------------------------------

TestPlan = { setUp = setup, tearDown = teardown }

local function plan(how)
  return planning.join { planning.make(assert(sweep.parse("t.lua", SWEEP)), root, how or {}) }
end

function TestPlan.test_teachers_then_caches_then_students()
  local labels = {}
  for i, r in ipairs(plan().runs) do
    labels[i] = r.label
  end
  lu.assertEquals({ labels[1], labels[2], labels[3] }, { TEACHER, CACHE, NONE .. "/seed0" })
  lu.assertEquals(#labels, 2 + 6)
end

function TestPlan.test_folders_have_the_layout_of_the_design()
  local r = plan().runs[3]
  lu.assertEquals(r.folder, root .. "/" .. NONE .. "/seed0-" .. r.hash:sub(1, 12))
end

function TestPlan.test_only_keeps_what_the_chosen_runs_need()
  lu.assertEquals(#plan({ only = "*/kd/*" }).runs, 4)
  lu.assertEquals(#plan({ only = "/kd/resnet20-resnet8/seed1" }).runs, 3)
  lu.assertEquals(#plan({ only = "nothing" }).runs, 0)
end

function TestPlan.test_only_with_a_hash_is_one_run_be_it_a_teacher()
  for _, r in ipairs(plan().runs) do
    local name = r.folder:sub(#root + 2)
    local left = r.kind ~= "cache" and plan({ only = name }).runs or {}
    lu.assertEquals(left[#left] and left[#left].hash, r.kind ~= "cache" and r.hash or nil, name)
    lu.assertTrue(r.kind ~= "teacher" or #left == 1)
  end
  lu.assertEquals(#plan({ only = "fashion_mnist/teacher" }).runs, 0)
end

function TestPlan.test_states()
  made_up.write(assert(sweep.parse("t.lua", SWEEP)), root, function(r, tree)
    local label = planning.label(r)
    if label == KD .. "/seed0" then
      tree.env.sources.method = "m0"
    elseif label == KD .. "/seed1" then
      tree.status = { state = "failed", reason = "no" }
    end
    return label ~= NONE .. "/seed1"
  end)
  local p = plan()
  kd.mkdirs(p.runs[6].folder)
  kd.write_atomic(p.runs[6].folder .. "/checkpoint.h5", "x")
  local states = {}
  for _, r in ipairs(plan().runs) do
    states[r.label] = r.state
  end
  lu.assertEquals(states[KD .. "/seed0"], "stale")
  lu.assertEquals(states[KD .. "/seed1"], "failed")
  lu.assertEquals(states[NONE .. "/seed0"], "done")
  lu.assertEquals(states[NONE .. "/seed1"], "partial")
  lu.assertEquals(states[CACHE], "todo")
end

function TestPlan.test_the_estimate_comes_from_finished_runs()
  made_up.write(assert(sweep.parse("t.lua", SWEEP)), root, function(r)
    return r.spec.seed == 0 or r.spec.method.name ~= "kd"
  end)
  for _, r in ipairs(plan().runs) do
    if r.kind ~= "cache" then
      lu.assertTrue(r.measured)
      lu.assertAlmostEquals(r.estimate, 34, 1e-9)
    end
  end
  lu.assertStrContains(plantext.text(plan(), 2), "1 todo")
end

function TestPlan.test_the_saved_sweep_is_the_same_sweep()
  local first = assert(sweep.parse("t.lua", SWEEP))
  kd.mkdirs(root)
  assert(sweepfile.save(first, root))
  local again = assert(sweepfile.load(root))
  lu.assertEquals(#again.runs, #first.runs)
  for i, r in ipairs(first.runs) do
    lu.assertEquals(again.runs[i].text, r.text)
    lu.assertEquals(kd.sha256(again.runs[i].text), again.runs[i].hash)
  end
end

-- ---- teachers that are taught themselves --------------------------------------------

TestChain = { setUp = setup, tearDown = teardown }

local CHAIN = [[
return sweep { name = "t", dataset = fashion_mnist { train = 100 },
  pair = { student = "resnet8", teacher = trained { model = "resnet14", method = at {},
                                                    teacher = "resnet20" } },
  train = { epochs = 2 }, method = each(none {}, kd {}) }]]

local ASSISTANT = "fashion_mnist/teacher/resnet20-resnet14/seed1000"
local CHAIN_KD = "fashion_mnist/kd/resnet20-resnet14-resnet8/seed0"

local function states()
  local map = {}
  for _, r in ipairs(planning.make(assert(sweep.parse("t.lua", CHAIN)), root, {}).runs) do
    map[r.label] = r.state
  end
  return map
end

function TestChain.test_each_waits_for_its_teacher_and_what_that_says()
  lu.assertEquals((carry_out({ jobs = 1 }, CHAIN)), 0)
  lu.assertEquals({ table.unpack(started, 1, 4) },
                  { TEACHER, CACHE, ASSISTANT, "fashion_mnist/cache/resnet20-resnet14/seed0" })
  lu.assertEquals(#started, 6)
  started = {}
  lu.assertEquals((carry_out({}, CHAIN)), 0)
  lu.assertEquals(started, {})
end

function TestChain.test_the_taught_teacher_reads_its_teachers_outputs_from_the_cache()
  local with
  behave = function(label, _, folder)
    with = label == ASSISTANT and json.decode(files.read(folder .. "/with.json")) or with
  end
  carry_out({}, CHAIN)
  lu.assertStrContains(with.teachers[1].run, "/teacher/resnet20/seed0-")
  lu.assertEquals(#with.teachers[1].cache.train, 4) -- all that at reads
end

function TestChain.test_a_saved_chain_is_the_same_chain()
  kd.mkdirs(root)
  assert(sweepfile.save(assert(sweep.parse("t.lua", CHAIN)), root))
  local labels = {}
  for i, r in ipairs(planning.make(assert(sweepfile.load(root)), root, {}).runs) do
    labels[i] = r.label
  end
  lu.assertEquals({ labels[1], labels[2] }, { TEACHER, ASSISTANT })
  lu.assertEquals(#labels, 6)
end

function TestChain.test_all_after_a_failed_one_are_skipped()
  behave = function(label) return label == TEACHER and { exit = 3 } or nil end
  lu.assertEquals((carry_out({}, CHAIN)), 1)
  lu.assertEquals(started, { TEACHER })
  lu.assertEquals(status(ASSISTANT).state, "skipped")
  lu.assertEquals(status(CHAIN_KD), { state = "skipped", reason = ASSISTANT .. " failed" })
end

function TestChain.test_what_nobody_could_teach_is_not_applicable_either()
  behave = function(label, _, folder)
    if label == ASSISTANT then
      kd.write_atomic(folder .. "/worker.log", "kdbench: no maps\n")
      return { exit = run.NOT_APPLICABLE }
    end
  end
  lu.assertEquals((carry_out({}, CHAIN)), 0)
  lu.assertEquals(status(CHAIN_KD), { state = "not applicable", reason = ASSISTANT .. ": no maps" })
  lu.assertEquals(states()[CHAIN_KD], "not applicable")
end

function TestChain.test_who_learned_from_a_stale_teacher_is_stale()
  carry_out({}, CHAIN)
  local before = kd.source_hashes
  kd.source_hashes = function(what)
    return { engine = "e1", method = what.method == "at" and "m2" or "m1", dataset = "d1",
             model = "n1" }
  end
  local now = states()
  lu.assertEquals({ now[TEACHER], now[ASSISTANT], now[CHAIN_KD] }, { "done", "stale", "stale" })
  started = {}
  lu.assertEquals((carry_out({ keep_stale = true }, CHAIN)), 0)
  lu.assertEquals(started, {})
  lu.assertEquals((carry_out({ jobs = 1 }, CHAIN)), 0)
  kd.source_hashes = before
  lu.assertEquals(#started, 5) -- all but the first teacher
  lu.assertEquals({ started[1], started[2] }, { CACHE, ASSISTANT })
end

-- ---- sweeps that tune --------------------------------------------------------------

TestTuned = { setUp = setup, tearDown = teardown }

local TUNED = SWEEP:gsub("each%(none {}, kd {}, dml {}%)",
                         'each(none {}, kd {}), tune = { trials = 3, on = "validation" }')

-- how many of each kind of student were started, from the first-th run on
local function kinds(first)
  local n = { trial = 0, tuned = 0, seed = 0 }
  for i = first or 1, #started do
    local kind = started[i]:match("/(trial)%d+%-%x+$") or started[i]:match("/(tuned)%-seed%d+")
                 or "seed"
    local is_student = not started[i]:find("/cache/") and not started[i]:find("/teacher/")
    n[kind] = n[kind] + (is_student and 1 or 0)
  end
  return n
end

-- trials of this number are the best
local function best(number)
  return function(_, _, folder)
    local i = tonumber(folder:match("/trial(%d+)%-"))
    if i then
      local text = files.read(folder .. "/spec.json"):gsub("\n$", "")
      local tree = made_up.tree { kind = "trial", spec = json.decode(text), text = text,
                                  hash = kd.sha256(text) }
      tree.final.last.validation_top1 = i == number and 90 or 10
      kd.write_atomic(folder .. "/run.h5", json.encode(tree))
      return { exit = 0 }
    end
  end
end

function TestTuned.test_what_trials_chose_is_trained_after_them()
  behave = best(2)
  local code, said = carry_out({ quiet = false }, TUNED)
  lu.assertEquals(code, 0)
  lu.assertStrContains(said, "settings are chosen: 4 runs with them")
  lu.assertEquals(kinds(), { trial = 6, tuned = 4, seed = 4 })
  lu.assertEquals(kinds(#started - 3), { trial = 0, tuned = 4, seed = 0 })
  started = {}
  lu.assertEquals((carry_out({}, TUNED)), 0)
  lu.assertEquals(started, {})
end

function TestTuned.test_nothing_is_trained_again_where_the_sweeps_own_setting_is_best()
  behave = best(1)
  lu.assertEquals((carry_out({}, TUNED)), 0)
  lu.assertEquals(kinds(), { trial = 6, tuned = 0, seed = 4 })
  local n = select(2, files.read(root .. "/sweep.jsonl"):gsub('"kind":"tuned"', ""))
  lu.assertEquals(n, 4) -- they are known as what they are
end

function TestTuned.test_one_that_was_stopped_goes_on_from_its_folder()
  behave, stop_after = best(3), 8
  lu.assertEquals((carry_out({ jobs = 1 }, TUNED)), 3)
  lu.assertEquals(kinds().tuned, 0)
  stop_after = math.huge
  local saved = assert(sweepfile.load(root))
  lu.assertEquals(run.run(saved, { out = root, jobs = 1, quiet = true }), 0)
  lu.assertEquals(kinds(), { trial = 6, tuned = 4, seed = 4 })
end

function TestTuned.test_a_failed_trial_is_left_out_and_tried_again_another_time()
  local good, broken = best(2), true
  behave = function(label, try, folder)
    if broken and folder:find("/kd/.*/trial2%-") then
      kd.write_atomic(folder .. "/worker.log", "kdbench: the loss is not a number\n")
      return { exit = 3 }
    end
    return good(label, try, folder)
  end
  lu.assertEquals((carry_out({}, TUNED)), 1)
  lu.assertEquals(kinds(), { trial = 6, tuned = 2, seed = 4 }) -- kd's own was the best of the rest
  broken, started = false, {}
  lu.assertEquals((carry_out({}, TUNED)), 0)
  lu.assertEquals(kinds(), { trial = 1, tuned = 2, seed = 0 })
end

function TestTuned.test_only_takes_the_trials_of_what_is_asked_for()
  behave = best(2)
  lu.assertEquals((carry_out({ only = "/kd/" }, TUNED)), 0)
  lu.assertEquals(kinds(), { trial = 3, tuned = 2, seed = 2 })
end

-- ---- carrying them out -----------------------------------------------------------

TestRun = { setUp = setup, tearDown = teardown }

function TestRun.test_everything_is_done_once_and_in_order()
  lu.assertEquals((carry_out()), 0)
  lu.assertEquals({ started[1], started[2] }, { TEACHER, CACHE })
  lu.assertEquals(#started, 8)
  started = {}
  lu.assertEquals((carry_out()), 0)
  lu.assertEquals(started, {})
end

function TestRun.test_workers_get_one_thread_and_a_processor()
  local cpus, threads = {}, {}
  behave = function(_, _, _, how)
    cpus[how.cpu], threads[how.env.OMP_NUM_THREADS] = true, true
  end
  carry_out()
  lu.assertEquals(cpus, { [3] = true, [5] = true })
  lu.assertEquals(threads, { ["1"] = true })
end

function TestRun.test_a_processor_of_another_sweep_is_left_to_it()
  local cpus = {}
  kd.lock = function(path) return not path:find("cpu3", 1, true) end
  behave = function(_, _, _, how)
    cpus[how.cpu or "any"] = true
  end
  carry_out()
  lu.assertEquals(cpus, { [5] = true, any = true })
end

function TestRun.test_workers_inherit_the_opened_data()
  local handed = {}
  behave = function(_, _, _, how)
    handed[how.fd .. "=" .. how.env.KD_SHARED_DATA] = true
  end
  carry_out()
  lu.assertEquals(handed, { ["7=7"] = true })
end

function TestRun.test_of_what_is_ready_the_longest_comes_first()
  carry_out({}, (SWEEP:gsub('student = "resnet8"', 'student = each("resnet8", "resnet14")')))
  local short = false
  for i = 3, #started do
    short = short or started[i]:find("resnet8", 1, true) ~= nil
    lu.assertEquals(started[i]:find("resnet14", 1, true) == nil, short, started[i])
  end
  lu.assertEquals(#started, 2 + 12)
end

function TestRun.test_where_the_time_went_is_stored_and_adds_up()
  local code, said = carry_out { quiet = false }
  lu.assertEquals(code, 0)
  lu.assertStrContains(said, "2 workers for ")
  local entry = json.decode(files.read(root .. "/times.jsonl"))
  lu.assertEquals({ entry.event, entry.workers, entry.runs }, { "run", 2, 8 })
  local sum = 0
  for _, part in ipairs { "teachers", "caches", "students", "evaluation", "overhead", "idle" } do
    sum = sum + entry.parts[part]
  end
  lu.assertAlmostEquals(sum, 2 * entry.worker_seconds, 1e-9)
  carry_out()
  lu.assertEquals(select(2, files.read(root .. "/times.jsonl"):gsub("\n", "")), 1)
end

function TestRun.test_students_are_told_where_teacher_and_cache_are()
  local with
  behave = function(label, _, folder)
    if label == KD .. "/seed0" then
      with = json.decode(files.read(folder .. "/with.json"))
    end
  end
  carry_out()
  lu.assertStrContains(with.teachers[1].run, "/teacher/resnet20/seed0-")
  lu.assertStrMatches(with.teachers[1].cache.train[1], ".*/cache/resnet20/seed0%-%x+/train%.logits%.h5")
  lu.assertEquals(#with.teachers[1].cache.train, 1)
  lu.assertStrMatches(with.teachers[1].cache.test[1], ".*/test%.logits%.h5")
  lu.assertEquals(with.data, "somewhere")
end

function TestRun.test_a_failed_run_is_told_and_the_others_go_on()
  behave = function(label, _, folder)
    if label == KD .. "/seed0" then
      kd.write_atomic(folder .. "/worker.log", "kdbench: the loss is not a number\n")
      return { exit = 3 }
    end
  end
  local code, said = carry_out()
  lu.assertEquals(code, 1)
  lu.assertStrContains(said, "the loss is not a number")
  lu.assertEquals(status(KD .. "/seed0"), { state = "failed", reason = "the loss is not a number" })
  lu.assertEquals(#started, 8)
  behave = function() end
  lu.assertEquals((carry_out()), 0)
  lu.assertNil(status(KD .. "/seed0"))
end

local function refuse_kd(label, _, folder)
  if label:find(KD, 1, true) then
    kd.write_atomic(folder .. "/worker.log", "kdbench: taps have 64 and 16 points\n")
    return { exit = run.NOT_APPLICABLE }
  end
end

local NO = { state = "not applicable", reason = "taps have 64 and 16 points" }

function TestRun.test_what_is_not_applicable_is_no_failure_and_not_tried_again()
  behave = refuse_kd
  local code, said = carry_out { quiet = false }
  lu.assertEquals(code, 0)
  lu.assertStrContains(said, "not applicable " .. KD .. "/seed0: taps have 64 and 16 points")
  lu.assertStrContains(said, "0 failed, 2 not applicable")
  lu.assertEquals(status(KD .. "/seed0"), NO)
  lu.assertEquals({ tries[KD .. "/seed0"], #started }, { 1, 8 })
  started = {}
  lu.assertEquals((carry_out()), 0)
  lu.assertEquals(started, {})
  local text = plantext.text(plan(), 2)
  lu.assertStrContains(text, "2 not applicable")
  lu.assertStrContains(text, "not applicable " .. KD .. "/seed1: taps have 64 and 16 points")
end

function TestRun.test_with_other_sources_it_may_be_applicable()
  behave = refuse_kd
  carry_out()
  local before = kd.source_hashes
  kd.source_hashes = function(what)
    return { engine = "e1", method = what.method == "kd" and "m2" or "m1", dataset = "d1",
             model = "n1" }
  end
  started, behave = {}, function() end
  lu.assertEquals((carry_out()), 0)
  kd.source_hashes = before
  lu.assertEquals(#started, 3) -- the cache, then both seeds
  lu.assertNil(status(KD .. "/seed0"))
end

function TestRun.test_a_crash_is_tried_once_more()
  behave = function(label, try)
    return label == KD .. "/seed1" and try == 1 and { signal = 11 } or nil
  end
  lu.assertEquals((carry_out()), 0)
  lu.assertEquals(tries[KD .. "/seed1"], 2)
end

function TestRun.test_a_second_crash_is_a_failure()
  behave = function(label)
    return label == KD .. "/seed1" and { signal = 11 } or nil
  end
  lu.assertEquals((carry_out()), 1)
  lu.assertEquals(tries[KD .. "/seed1"], 2)
  lu.assertStrContains(status(KD .. "/seed1").reason, "signal 11")
end

function TestRun.test_students_of_a_failed_teacher_are_skipped_with_a_reason()
  behave = function(label) return label == TEACHER and { exit = 3 } or nil end
  lu.assertEquals((carry_out()), 1)
  lu.assertEquals(started, { TEACHER })
  lu.assertEquals(status(KD .. "/seed0"), { state = "skipped", reason = TEACHER .. " failed" })
end

function TestRun.test_a_worker_that_leaves_no_result_has_failed()
  kd.run_verify = function(path)
    return files.exists(path) or nil, "no such file"
  end
  behave = function(label) return label == KD .. "/seed0" and { exit = 0 } or nil end
  lu.assertEquals((carry_out()), 1)
  lu.assertStrContains(status(KD .. "/seed0").reason, "no valid result")
  kd.run_verify = function() return true end
end

function TestRun.test_a_stop_ends_cleanly_and_says_how_to_go_on()
  stop_after = 4
  local code, said = carry_out()
  lu.assertEquals(code, 3)
  lu.assertEquals(#started, 4)
  lu.assertStrContains(said, "kdbench resume " .. root)
  stop_after = math.huge
  lu.assertEquals((carry_out()), 0)
  lu.assertEquals(#started, 9) -- the cache is looked at once more
end

function TestRun.test_the_budget_ends_a_run()
  local time = 0
  kd.now = function()
    time = time + 1
    return time
  end
  local code, said = carry_out { budget = 20 }
  kd.now = os.clock
  lu.assertEquals(code, 3)
  lu.assertStrContains(said, "budget")
end

function TestRun.test_a_locked_folder_is_refused()
  kd.lock = function() return nil, "in use by another" end
  local code, said = carry_out()
  lu.assertNil(code)
  lu.assertStrContains(said, "in use")
end

function TestRun.test_a_pattern_that_leaves_nothing_is_a_mistake()
  local code, said = carry_out { only = "nothing" }
  lu.assertNil(code)
  lu.assertStrContains(said, "--only nothing leaves no run; they are named like fashion_mnist/")
end

function TestRun.test_a_teacher_trained_anew_voids_its_cache()
  carry_out()
  os.remove(files.find(root .. "/fashion_mnist/teacher", "run.h5")[1])
  started = {}
  lu.assertEquals((carry_out()), 0)
  lu.assertEquals(started, { TEACHER }) -- no run waits for the cache
  lu.assertEquals(files.find(root, "train.logits.h5"), {})
end

function TestRun.test_a_cache_is_looked_at_again_before_runs_use_it()
  carry_out()
  os.remove(files.find(root .. "/fashion_mnist/kd", "run.h5")[1])
  started = {}
  lu.assertEquals((carry_out()), 0)
  lu.assertEquals(started, { CACHE, KD .. "/seed0" })
end

function TestRun.test_stale_runs_are_run_again_unless_kept()
  carry_out()
  local before = kd.source_hashes
  kd.source_hashes = function() return { engine = "e2", method = "m1", dataset = "d1",
                                         model = "n1" } end
  started = {}
  lu.assertEquals((carry_out { keep_stale = true }), 0)
  lu.assertEquals(started, {})
  lu.assertEquals((carry_out()), 0)
  lu.assertEquals(#started, 8)
  kd.source_hashes = before
end

function TestRun.test_a_dry_run_runs_nothing()
  local out, stdout = {}, io.stdout
  io.stdout = { write = function(_, ...) out[#out + 1] = table.concat { ... } end }
  local code = run.run(assert(sweep.parse("t.lua", SWEEP)),
                       { out = root, jobs = 2, dry_run = true })
  io.stdout = stdout
  lu.assertEquals(code, 0)
  lu.assertEquals(started, {})
  lu.assertStrContains(table.concat(out), "core-seconds")
  lu.assertFalse(files.exists(root))
end

os.exit(lu.LuaUnit.run())
