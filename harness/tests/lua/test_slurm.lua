-- test_slurm.lua - sweeps as job arrays and a run as a job, with a queue and workers that are only
-- pretended.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
local kd = require "fake_kd"
package.loaded.kd = kd
package.loaded.data = { folder = function() return "somewhere" end, facts = function() end,
                        counts = function() end, share = function() return 7 end }

local lu = require "luaunit"
local cli = require "cli"
local files = require "files"
local folder = require "slurm.folder"
local json = require "json"
local made_up = require "made_up"
local options = require "slurm.options"
local outcome = require "outcome"
local planning = require "plan"
local queue = require "slurm.queue"
local run = require "run"
local script = require "slurm.script"
local sweep = require "sweep"
local task = require "slurm.task"

local SWEEP = [[
return sweep { name = "t", dataset = fashion_mnist { train = 100 }, seed = range(0, 1),
  pair = each({ teacher = "resnet20", student = "resnet8" },
              { teacher = "resnet14", student = "resnet8" }), train = { epochs = 2 },
  method = each(none {}, kd {}, dml {}) }]]

local root, submitted, jobs, spawned, behave, requeued, state_now

-- ---- a pretended Slurm --------------------------------------------------------------

local function pretended_queue()
  queue.is_here = function() return true end
  queue.most_tasks = function() return 100 end
  queue.jobs = function() return jobs end
  queue.submit = function(path, after)
    submitted[#submitted + 1] = { script = path, after = table.concat(after, ":") }
    return tostring(#submitted + 10)
  end
  queue.state = function() return table.unpack(state_now) end
  queue.requeue = function(id)
    requeued = id
    return true
  end
end

-- ---- pretended workers -----------------------------------------------------------------

local function write_run(at, text, status)
  local tree = made_up.tree { kind = "student", spec = json.decode(text), text = text,
                              hash = kd.sha256(text) }
  tree.status = status or tree.status
  kd.write_atomic(at .. "/run.h5", json.encode(tree))
end

local function work(at)
  local with = json.decode(files.read(at .. "/with.json"))
  for _, file in ipairs(with.cache and with.cache.files or {}) do
    kd.write_atomic(file.path, file.split)
  end
  if not with.cache then
    write_run(at, (files.read(at .. "/spec.json"):gsub("\n$", "")))
  end
  return { exit = 0 }
end

local function setup()
  root = os.tmpname()
  os.remove(root)
  submitted, jobs, spawned, requeued, state_now = {}, {}, {}, nil, { "RUNNING", 1000 }
  behave = function() end
  local over, stop
  kd.spawn = function(how)
    spawned[#spawned + 1] = how
    local ended = behave(how.argv[3], #spawned)
    stop = ended == "stopped" or stop
    over = type(ended) == "table" and ended or ended and { exit = outcome.STOPPED }
           or work(how.argv[3])
    over.pid = 99
    return over.pid
  end
  kd.wait = function()
    local ended = over
    over = nil
    return ended
  end
  kd.stop_requested = function() return stop end
  kd.catch_stop = function() end
  kd.lock = function() return true end
  kd.kill_point = function() end
  kd.self = function() return "/bin/kdbench" end
  pretended_queue()
end

local function teardown()
  os.execute("rm -rf '" .. root .. "'")
end

-- what a call wrote to a stream, and what it gave
local function listen(stream, f, ...)
  local said, before = {}, io[stream]
  io[stream] = { write = function(_, ...) said[#said + 1] = table.concat { ... } end,
                 flush = function() end }
  local results = table.pack(pcall(f, ...))
  io[stream] = before
  lu.assertTrue(results[1], results[2])
  return table.concat(said), table.unpack(results, 2, results.n)
end

local function submit(how, text)
  local all = { out = root, jobs = 2, executor = "slurm", slurm_options = {} }
  for key, value in pairs(how or {}) do
    all[key] = value
  end
  local stream = all.dry_run and "stdout" or "stderr"
  return listen(stream, run.run, assert(sweep.parse("t.lua", text or SWEEP)), all)
end

local function tasks_of(name)
  local list = {}
  for line in files.read(root .. "/slurm/" .. name .. ".jsonl"):gmatch("[^\n]+") do
    list[#list + 1] = json.decode(line)
  end
  return list
end

-- carries out one task: what it said, exit code
local function carry_out(name, index)
  return listen("stdout", task.main, root .. "/slurm/" .. name .. ".jsonl", index)
end

local function status_of(one)
  return json.decode(files.read(one.folder .. "/status.json") or "null")
end

-- ---- options and scripts ------------------------------------------------------------------

TestOptions = {}

function TestOptions.test_long_names_with_and_without_a_value()
  lu.assertEquals(options.parse("time=4:00:00"), { "time", "4:00:00" })
  lu.assertEquals(options.parse("gres=gpu:a=1"), { "gres", "gpu:a=1" })
  lu.assertEquals(options.parse("exclusive"), { "exclusive" })
end

function TestOptions.test_what_is_wrong_is_said()
  for text, why in pairs { ["--time=1"] = "long name", ["p=x"] = "long name", ["=x"] = "long name",
                           ["array=1-3"] = "set by kdbench", ["output=x"] = "set by kdbench",
                           ['comment=a"b'] = "quotation mark", ["comment=a\nb"] = "line end" } do
    local option, err = options.parse(text)
    lu.assertNil(option, text)
    lu.assertStrContains(err, why)
  end
end

function TestOptions.test_directives()
  lu.assertEquals(options.directive("time", "4:00:00"), "#SBATCH --time=4:00:00")
  lu.assertEquals(options.directive("requeue"), "#SBATCH --requeue")
  lu.assertEquals(options.directive("comment", "two words"), '#SBATCH --comment="two words"')
end

function TestOptions.test_what_does_not_go_together_is_bad_usage()
  local path = os.tmpname()
  local file = io.open(path, "w")
  file:write(SWEEP)
  file:close()
  for _, case in ipairs { { "--slurm-option is for", "--slurm-option", "mem=1G" },
                          { "--budget is of", "--executor", "slurm", "--budget", "1h" },
                          { "set by kdbench", "--executor", "slurm", "--slurm-option", "wait" },
                          { "must be one of", "--executor", "pbs" } } do
    local said, code = listen("stderr", cli.main, { "run", path, table.unpack(case, 2) })
    lu.assertEquals(code, 2)
    lu.assertStrContains(said, case[1])
  end
  os.remove(path)
end

TestScript = {}

function TestScript.test_what_is_asked_for_replaces_what_is_usual_and_the_last_holds()
  local text = script.text({ name = "0001-1", what = "2 students", runs = { {}, {} } }, {
    name = "t", root = "r", chdir = "/here", folder = "/here/r%/slurm", logs = "/here/r%/slurm/log",
    program = "/it's/kdbench", throttle = 3,
    options = { { "mem", "1G" }, { "cpus-per-task", "2" }, { "mem", "2G" } },
    getenv = function(name) return name == "KD_DATA" and "/d" or nil end })
  lu.assertStrContains(text, "#SBATCH --array=1-2%3\n")
  lu.assertStrContains(text, '#SBATCH --output=/here/r%%/slurm/log/0001-1.%a.log\n')
  lu.assertStrContains(text, "#SBATCH --signal=B:TERM@60\n")
  lu.assertStrContains(text, "#SBATCH --cpus-per-task=2\n#SBATCH --mem=2G\n")
  lu.assertNil(text:find("cpus-per-task=1", 1, true))
  lu.assertNil(text:find("mem=1G", 1, true))
  lu.assertStrContains(text, "\nexport KD_DATA='/d'\n")
  lu.assertStrContains(text, "exec '/it'\\''s/kdbench' task '/here/r%/slurm/0001-1.jsonl' "
                             .. '"$SLURM_ARRAY_TASK_ID"\n')
end

-- ---- submitting ------------------------------------------------------------------------------

TestSubmit = { setUp = setup, tearDown = teardown }

function TestSubmit.test_students_wait_for_their_own_teacher_and_cache()
  local said, code = submit()
  lu.assertEquals(code, 0)
  lu.assertStrContains(said, "16 of 16 runs submitted")
  lu.assertEquals(#submitted, 5)
  lu.assertEquals(submitted[1], { script = root .. "/slurm/0001-1.sh", after = "" })
  local cache, students = tasks_of("0001-2"), tasks_of("0001-4")
  lu.assertEquals(#tasks_of("0001-1"), 2)
  lu.assertEquals(#cache, 1)
  lu.assertEquals(#students, 6)
  lu.assertEquals(submitted[2].after, "11_1")
  lu.assertEquals(submitted[3].after, "11_2")
  lu.assertEquals(students[1].needs[1].label, tasks_of("0001-1")[1].label)
  lu.assertEquals(students[1].needs[2].label, cache[1].label)
  lu.assertEquals(submitted[4].after, "11_1:12")
end

function TestSubmit.test_with_a_limit_stages_follow_each_other()
  local _, code = submit { throttle = 2 }
  lu.assertEquals(code, 0)
  local after = {}
  for i, one in ipairs(submitted) do
    after[i] = one.after
  end
  lu.assertEquals(after, { "", "11", "11:12" })
  lu.assertStrContains(files.read(root .. "/slurm/0001-3.sh"), "#SBATCH --array=1-12%2\n")
end

function TestSubmit.test_long_lists_are_several_arrays()
  queue.most_tasks = function() return 4 end
  submit { throttle = 2 }
  lu.assertEquals(#submitted, 5)
  lu.assertEquals(#tasks_of("0001-5"), 4)
  lu.assertStrContains(submitted[5].after, "14")
end

function TestSubmit.test_what_is_queued_is_not_submitted_again_and_is_waited_for()
  submit()
  jobs = { { id = "11_2", state = "RUNNING", script = submitted[1].script },
           { id = "13_1", state = "PENDING", script = submitted[3].script },
           { id = "9_1", state = "PENDING", script = "/elsewhere/slurm/0001-1.sh" } }
  submitted = {}
  local said = submit()
  lu.assertStrContains(said, "14 of 16 runs submitted, 2 queued before")
  lu.assertEquals(#tasks_of("0002-1"), 1)
  lu.assertEquals(submitted[2].after, "11_2:13_1")
end

function TestSubmit.test_a_folder_of_which_jobs_are_queued_is_no_place_for_another_executor()
  submit()
  jobs = { { id = "11_2", state = "RUNNING", script = submitted[1].script } }
  local _, code, err = submit { executor = "local", quiet = true }
  lu.assertNil(code)
  lu.assertStrContains(err, "1 job in Slurm's queue (11_2)")
  lu.assertEquals(spawned, {})
end

function TestSubmit.test_what_a_queued_run_may_be_using_stays()
  submit()
  local teacher = tasks_of("0001-1")[1]
  jobs = { { id = "11_1", state = "RUNNING", script = submitted[1].script } }
  kd.mkdirs(teacher.folder)
  kd.write_atomic(teacher.path, json.encode { spec = { json = "{}" } })
  kd.run_verify = function(path) return path ~= teacher.path, "half" end
  submit()
  kd.run_verify = function() return true end
  lu.assertTrue(files.exists(teacher.path))
  jobs = {}
  kd.run_verify = function(path) return path ~= teacher.path, "half" end
  submit()
  kd.run_verify = function() return true end
  lu.assertFalse(files.exists(teacher.path))
end

function TestSubmit.test_a_queue_that_does_not_answer_is_no_empty_one()
  submit()
  submitted = {}
  queue.jobs = function() return nil, "squeue does not say" end
  local _, code, err = submit()
  lu.assertNil(code)
  lu.assertStrContains(err, "squeue does not say")
  lu.assertEquals(submitted, {})
end

function TestSubmit.test_what_slurm_refuses_ends_it()
  queue.submit = function(path) return nil, "sbatch refused " .. path end
  local said, code, err = submit()
  lu.assertNil(code)
  lu.assertStrContains(said, "0 of 16 runs submitted")
  lu.assertStrContains(err, "sbatch refused " .. root)
end

function TestSubmit.test_a_dry_run_writes_nothing()
  local said, code = submit { dry_run = true }
  lu.assertEquals(code, 0)
  lu.assertStrContains(said, 'job2=$(sbatch --parsable "--dependency=afterany:${job1}_1" ')
  lu.assertFalse(files.exists(root))
  lu.assertEquals(submitted, {})
end

function TestSubmit.test_a_sweep_that_tunes_says_that_more_follows()
  local text = SWEEP:gsub("method = ", 'tune = { trials = 2, on = "validation" },\n  method = ')
  local said = submit(nil, text)
  lu.assertStrContains(said, "6 searches for settings: say this again when the trials are over")
  lu.assertNil(submit():find("search", 1, true))
end

-- ---- a job ------------------------------------------------------------------------------------

TestTask = { setUp = setup, tearDown = teardown }

function TestTask.test_jobs_in_order_do_what_the_local_executor_does()
  submit()
  for array = 1, 5 do
    for i = 1, #tasks_of("0001-" .. array) do
      local said, code = carry_out("0001-" .. array, i)
      lu.assertEquals(code, 0, said)
      lu.assertStrContains(said, "done fashion_mnist/")
    end
  end
  lu.assertEquals(#spawned, 16)
  lu.assertEquals(spawned[1].env.OMP_NUM_THREADS, "1")
  lu.assertEquals(spawned[1].env.KD_SHARED_DATA, "")
  lu.assertStrContains(submit(), "0 of 16 runs submitted, 16 done")
  lu.assertEquals(#files.find(root, "status.json"), 0)
  lu.assertStrContains(files.read(root .. "/slurm/log/0001-4.3.times.jsonl"), '"runs":1')
end

function TestTask.test_what_is_done_is_left()
  submit()
  carry_out("0001-1", 1)
  local said, code = carry_out("0001-1", 1)
  lu.assertEquals(code, 0)
  lu.assertStrContains(said, "before")
  lu.assertEquals(#spawned, 1)
end

function TestTask.test_a_run_whose_teacher_is_not_there_stays_to_be_done()
  submit()
  local said, code = carry_out("0001-2", 1)
  lu.assertEquals(code, 3)
  lu.assertStrContains(said, "left alone")
  lu.assertNil(status_of(tasks_of("0001-2")[1]))
  lu.assertEquals(spawned, {})
end

function TestTask.test_a_run_whose_teacher_failed_is_skipped()
  submit()
  behave = function(at)
    kd.write_atomic(at .. "/worker.log", "kdbench: it broke\n")
    return { exit = 3 }
  end
  local _, code = carry_out("0001-1", 1)
  lu.assertEquals(code, 1)
  lu.assertEquals(status_of(tasks_of("0001-1")[1]), { state = "failed", reason = "it broke" })
  for _, name in ipairs { "0001-2", "0001-4" } do
    _, code = carry_out(name, 1)
    lu.assertEquals(code, 1)
    lu.assertEquals(status_of(tasks_of(name)[1]), { state = "skipped",
      reason = "fashion_mnist/teacher/resnet20/seed0 failed" })
  end
  lu.assertEquals(#spawned, 1)
end

function TestTask.test_a_method_without_meaning_is_no_failure()
  submit()
  behave = function(at)
    kd.write_atomic(at .. "/worker.log", "kdbench: no sense\n")
    return { exit = outcome.NOT_APPLICABLE }
  end
  local _, code = carry_out("0001-1", 2)
  lu.assertEquals(code, 0)
  lu.assertEquals(status_of(tasks_of("0001-1")[2]), { state = planning.NOT_APPLICABLE,
                                                      reason = "no sense" })
end

function TestTask.test_a_killed_worker_is_started_again_once()
  submit()
  behave = function(_, try) return try == 1 and { signal = 9 } or nil end
  local said, code = carry_out("0001-1", 1)
  lu.assertEquals(code, 0)
  lu.assertStrContains(said, "again fashion_mnist/teacher/resnet20/seed0: ended by signal 9")
  behave = function() return { signal = 9 } end
  said, code = carry_out("0001-1", 2)
  lu.assertEquals(code, 1)
  lu.assertStrContains(said, "ended by signal 9, twice")
end

local function in_a_job(f)
  local getenv = os.getenv
  os.getenv = function(name) -- luacheck: ignore
    return ({ SLURM_ARRAY_JOB_ID = "12", SLURM_ARRAY_TASK_ID = "1" })[name] or getenv(name)
  end
  local ok, err = pcall(f)
  os.getenv = getenv -- luacheck: ignore
  lu.assertTrue(ok, err)
end

function TestTask.test_a_stopped_job_that_still_runs_is_queued_again()
  submit()
  behave = function(at)
    kd.append_sync(at .. "/journal.jsonl", '{"epoch":1}')
    return "stopped"
  end
  in_a_job(function()
    state_now = { "RUNNING", 30 }
    local _, code = carry_out("0001-1", 1)
    lu.assertEquals(code, 3)
    lu.assertEquals(requeued, "12_1")
  end)
  lu.assertNil(status_of(tasks_of("0001-1")[1]))
end

function TestTask.test_a_job_that_was_cancelled_is_left_to_slurm()
  submit()
  behave = function() return "stopped" end
  in_a_job(function()
    state_now = { "COMPLETING", 1000 }
    local _, code = carry_out("0001-1", 1)
    lu.assertEquals(code, 3)
    lu.assertNil(requeued)
  end)
  lu.assertNil(status_of(tasks_of("0001-1")[1]))
end

function TestTask.test_a_time_limit_too_short_for_an_epoch_is_a_failure()
  submit()
  behave = function() return "stopped" end
  in_a_job(function()
    state_now = { "RUNNING", 30 }
    local said, code = carry_out("0001-1", 1)
    lu.assertEquals(code, 1)
    lu.assertStrContains(said, "its time limit ended")
    lu.assertNil(requeued)
  end)
  lu.assertEquals(status_of(tasks_of("0001-1")[1]).state, "failed")
end

function TestTask.test_asked_to_make_room_early_it_is_queued_again_without_an_epoch()
  submit()
  behave = function() return "stopped" end
  in_a_job(function()
    carry_out("0001-1", 1)
    lu.assertEquals(requeued, "12_1")
  end)
end

function TestTask.test_a_list_without_that_task_is_named()
  submit()
  local said, code = listen("stderr", task.main, root .. "/slurm/0001-1.jsonl", 9)
  lu.assertEquals(code, 3)
  lu.assertStrContains(said, "has no task 9: 2 lines")
  said = listen("stderr", task.main, root .. "/gone.jsonl", 1)
  lu.assertStrContains(said, "cannot read")
end

-- ---- what Slurm prints -----------------------------------------------------------------------

TestQueue = {}

function TestQueue.setUp()
  package.loaded["slurm.queue"] = nil
  TestQueue.real = require "slurm.queue"
  package.loaded["slurm.queue"] = queue
end

local function pretending(text, ok, f)
  local popen = io.popen
  io.popen = function() -- luacheck: ignore
    return { read = function() return text end, close = function() return ok end }
  end
  local results = table.pack(pcall(f))
  io.popen = popen -- luacheck: ignore
  lu.assertTrue(results[1], results[2])
  return table.unpack(results, 2, results.n)
end

function TestQueue.test_jobs()
  local list = pretending("12_3|RUNNING|/a b/slurm/0001-1.sh\n14|PENDING|/x|y.sh\n", true,
                          TestQueue.real.jobs)
  lu.assertEquals(list, { { id = "12_3", state = "RUNNING", script = "/a b/slurm/0001-1.sh" },
                          { id = "14", state = "PENDING", script = "/x|y.sh" } })
  local none, err = pretending("", nil, TestQueue.real.jobs)
  lu.assertNil(none)
  lu.assertStrContains(err, "squeue")
end

function TestQueue.test_the_number_of_a_job_is_read_from_a_cluster_of_several_too()
  lu.assertEquals(pretending("15;east\n", true, function()
    return TestQueue.real.submit("/s.sh", {})
  end), "15")
end

function TestQueue.test_state_and_time_left()
  for text, wanted in pairs { ["RUNNING|1-02:03:04\n"] = { "RUNNING", 93784 },
                              ["RUNNING|0:45\n"] = { "RUNNING", 45 },
                              ["PENDING|UNLIMITED\n"] = { "PENDING" }, [""] = {} } do
    local state, left = pretending(text, true, function() return TestQueue.real.state("1") end)
    lu.assertEquals({ state, left }, wanted)
  end
end

function TestQueue.test_without_slurm_it_says_what_is_missing()
  local is_here, err = pretending("", nil, TestQueue.real.is_here)
  lu.assertNil(is_here)
  lu.assertStrContains(err, "sbatch and squeue are not in PATH")
end

function TestQueue.test_the_limit_of_arrays()
  local function most(text, ok)
    return pretending(text, ok, TestQueue.real.most_tasks)
  end
  lu.assertEquals(most("MaxArraySize            = 6\n", true), 5)
  lu.assertEquals(most("", nil), 1000)
end

os.exit(lu.LuaUnit.run())
