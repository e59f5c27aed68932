-- test_report.lua - tables and figures of made-up runs: as stored, and the same bytes each time.
-- KD_EXPECT=write stores what is made now; look at the difference before it is committed.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
local kd = require "fake_kd"
package.loaded.kd = kd

local lu = require "luaunit"
local files = require "files"
local made_up = require "made_up"
local plot = require "plot"
local report = require "report"
local results = require "results"
local sweep = require "sweep"
local tables = require "tables"

local SWEEP = [[
return sweep {
  name = "made_up", profile = "test", seed = range(0, 2),
  dataset = fashion_mnist { train = 1000 },
  pair = each({ teacher = "resnet20", student = "resnet8" },
              { teacher = "resnet20", student = lenet { width = 0.5 } }),
  train = { epochs = 4 }, teacher = { train = { epochs = 2 }, data = { train = 5000 } },
  method = each(none {}, kd { T = each(2, 4) }, at {}, dml {}),
}]]

-- one run failed, one pair of a method was never run
local function change(run, tree)
  local spec = run.spec
  if spec.method.name == "at" and spec.seed == 1 and spec.pair:find("resnet8") then
    tree.status = { state = "failed", reason = "the loss is not a number in epoch 3" }
    tree.final, tree.curve = {}, {}
  end
  return not (spec.method.name == "dml" and spec.pair:find("lenet"))
end

local root

local function make(sweep_text, how)
  root = os.tmpname()
  os.remove(root)
  made_up.write(assert(sweep.parse("made_up.lua", sweep_text or SWEEP)), root, how or change)
end

local function render(args)
  local all = { folder = root, output = root .. "/out", quiet = true, tables = true }
  for key, value in pairs(args or {}) do
    all[key] = value
  end
  return report.main(all)
end

local function read(name)
  return assert(files.read(root .. "/out/" .. name))
end

local function has_gnuplot()
  return os.execute("command -v gnuplot >/dev/null 2>&1")
end

TestReport = {}

function TestReport.setUp()
  make()
end

function TestReport.tearDown()
  os.execute("rm -rf '" .. root .. "'")
end

function TestReport.test_tables_are_as_stored()
  lu.assertEquals(render(), 0)
  for _, name in ipairs { "accuracy.md", "accuracy.tex", "accuracy.csv", "difference-none.md",
                          "difference-kd.md", "gap.md", "beside.md", "protocols.md", "cost.md",
                          "networks.md" } do
    local path = here .. "/expected/" .. name
    if os.getenv("KD_EXPECT") == "write" then
      assert(kd.write_atomic(path, read(name)))
    end
    lu.assertEquals(read(name), files.read(path), name)
  end
end

function TestReport.test_twice_the_same_bytes()
  local wanted = { "accuracy.md", "runs.csv" }
  local figures = has_gnuplot()
  if figures then
    table.move({ "figures/accuracy.svg", "figures/accuracy.pdf", "figures/cost.svg",
                 "figures/protocols.svg", "figures/curves-resnet20-resnet8.pdf", "report.md" },
               1, 6, 3, wanted)
  end
  local args = { tables = not figures }
  lu.assertEquals(render(args), 0)
  local first = {}
  for i, name in ipairs(wanted) do
    first[i] = read(name)
    lu.assertTrue(#first[i] > 200, name)
  end
  os.execute("rm -rf '" .. root .. "/out'; sleep 1.1")
  lu.assertEquals(render(args), 0)
  for i, name in ipairs(wanted) do
    lu.assertEquals(read(name) == first[i], true, name)
  end
end

function TestReport.test_protocols_differ()
  render { protocol = "last" }
  local last = read("accuracy.csv")
  render { protocol = "best_test" }
  lu.assertNotEquals(read("accuracy.csv"), last)
  lu.assertStrContains(read("accuracy.md"), "optimistic")
end

-- fields of a CSV file's rows by the names in its first
local function records(text)
  local names, list = nil, {}
  for line in text:gmatch("[^\n]+") do
    local row = {}
    for field in (line .. ","):gmatch("([^,]*),") do
      row[#row + 1] = field
    end
    local record = {}
    for i, name in ipairs(names or {}) do
      record[name] = row[i]
    end
    list[#list + 1] = names and record or nil
    names = names or row
  end
  return list
end

function TestReport.test_best_on_test_is_never_worse_than_last_and_ranks_add_up()
  render()
  local by, sums, n = {}, {}, {}
  for _, row in ipairs(records(read("protocols.csv"))) do
    local key = row.pair .. " " .. row.protocol
    if row.mean ~= "" then
      by[key .. " " .. row.method] = tonumber(row.mean)
      sums[key], n[key] = (sums[key] or 0) + tonumber(row.rank), (n[key] or 0) + 1
    end
  end
  for key, mean in pairs(by) do
    local best = by[key:gsub(" last ", " best_test ")]
    lu.assertTrue(best >= mean - 1e-12, key)
  end
  for key, sum in pairs(sums) do
    lu.assertEquals(sum, n[key] * (n[key] + 1) / 2, key)
  end
end

function TestReport.test_on_paretos_front_what_costs_more_is_better()
  if not has_gnuplot() then
    return
  end
  render { tables = false, figures = true }
  local fronts = 0
  for block in (read("figures/cost.dat") .. "\n\n\n"):gmatch("(#.-\n)\n\n") do
    local cost, value = -math.huge, -math.huge
    for x, y in (block:find("Pareto") and block or ""):gmatch("\n([%d.]+) ([%d.]+) ") do
      lu.assertTrue(tonumber(x) > cost and tonumber(y) > value, block)
      cost, value, fronts = tonumber(x), tonumber(y), fronts + 1
    end
  end
  lu.assertTrue(fronts >= 2)
end

function TestReport.test_where_lower_is_better_the_lowest_is_bold()
  render { metric = "nll" }
  local text = read("accuracy.md")
  lu.assertStrContains(text, "lower is better")
  local best, least
  for label, bold, mean in text:gmatch("\n| (%S+)[^|]* | [^|]* | (%**)([%d.]+) ±") do
    if label ~= "Teacher" and tonumber(mean) == least then
      best = best .. bold -- equal as printed
    elseif label ~= "Teacher" and (not least or tonumber(mean) < least) then
      best, least = bold, tonumber(mean)
    end
  end
  lu.assertEquals(best, "**")
end

-- a catalog with metrics while f runs
local function with_metrics(f)
  local catalog = kd.catalog
  kd.catalog = function()
    local all = catalog()
    all.metrics = { { name = "top1" }, { name = "nll" } }
    return all
  end
  local ok, err = pcall(f)
  kd.catalog = catalog
  assert(ok, err)
end

function TestReport.test_a_sweep_names_metrics_that_are_tabled_too()
  with_metrics(function()
    make((SWEEP:gsub("method = each", 'metrics = { "top1", "nll" }, %0')))
    lu.assertEquals(render(), 0)
  end)
  lu.assertStrContains(read("accuracy-nll.md"), "Results in NLL")
  lu.assertStrContains(read("accuracy-nll.md"), "lower is better")
  lu.assertStrContains(read("difference-none-nll.csv"), "nll")
  lu.assertNil(files.read(root .. "/out/accuracy-top1.md")) -- is accuracy.md
  lu.assertStrContains(read("accuracy.md"), "top-1")
end

function TestReport.test_a_sweep_names_metrics_that_there_are()
  with_metrics(function()
    local function refused(value, message)
      local text = SWEEP:gsub("method = each", "metrics = " .. value .. ", %0")
      local parsed, err = sweep.parse("made_up.lua", text)
      lu.assertNil(parsed)
      lu.assertStrContains(err, message)
    end
    refused('{ "nl" }', 'there is no metric "nl"; did you mean \'nll\'?')
    refused('"nll"', "metrics must be a list")
    refused("{ 3 }", "there is no metric 3")
  end)
end

function TestReport.test_an_unknown_metric_is_refused()
  local code, err = render { metric = "bleu" }
  lu.assertNil(code)
  lu.assertStrContains(err, "there is top1, nll")
end

function TestReport.test_every_run_and_metric_is_in_the_long_file()
  render()
  local text = read("runs.csv")
  local _, lines = text:gsub("\n", "")
  local finished = 2 * 5 * 3 - 3 - 1 + 1 -- students, less dml on lenet, less the failed; a teacher
  lu.assertEquals(lines, 1 + finished * 3 * 3 + 3 + 1)
  lu.assertStrContains(text, "failed,the loss is not a number in epoch 3")
  lu.assertStrContains(text, "not run")
end

TestGenerations = {}

function TestGenerations.tearDown()
  os.execute("rm -rf '" .. root .. "'")
end

local function older(run, tree)
  if run.spec.seed == 2 then
    tree.env.sources.engine = "e0"
  end
end

function TestGenerations.test_runs_of_different_sources_are_not_mixed()
  make(nil, older)
  local code, err = render()
  lu.assertNil(code)
  lu.assertStrContains(err, "10 of 31 runs")
  lu.assertStrContains(err, "--allow-stale")
end

function TestGenerations.test_unless_asked_and_then_they_are_marked()
  make(nil, older)
  lu.assertEquals(render { allow_stale = true }, 0)
  lu.assertStrContains(read("accuracy.md"), "†: measured with older sources")
end

function TestGenerations.test_all_of_one_older_generation_is_fine()
  make(nil, function(_, tree) tree.env.sources.engine = "e0" end)
  lu.assertEquals(render(), 0)
end

TestRows = {}

function TestRows.tearDown()
  os.execute("rm -rf '" .. root .. "'")
end

function TestRows.test_without_the_sweep_teachers_are_known_by_their_students()
  make()
  os.remove(root .. "/sweep.jsonl")
  local set = assert(results.load(root, {}))
  local n = { teacher = 0, student = 0 }
  for _, row in ipairs(set.rows) do
    n[row.kind] = n[row.kind] + 1
  end
  lu.assertEquals(n, { teacher = 1, student = 27 })
end

function TestRows.test_an_empty_folder_is_refused()
  root = os.tmpname()
  os.remove(root)
  os.execute("mkdir '" .. root .. "'")
  local set, err = results.load(root, {})
  lu.assertNil(set)
  lu.assertStrContains(err, "no runs")
end

TestChains = { tearDown = TestRows.tearDown }

function TestChains.test_tables_say_who_taught_the_teachers()
  make([[return sweep {
    name = "made_up", seed = range(0, 1), dataset = fashion_mnist { train = 1000 },
    pair = { student = "resnet8", teacher = each("resnet14",
             trained { model = "resnet14", method = each(kd { T = 2 }, at {}),
                       teacher = "resnet20" }) },
    train = { epochs = 4 }, teacher = { train = { epochs = 2 } }, method = each(none {}, kd {}) }]],
    function() end)
  lu.assertEquals(render(), 0)
  local text = read("accuracy.md")
  lu.assertStrContains(text, "| resnet14-resnet8 | resnet20-resnet14-resnet8 | "
                             .. "resnet20-resnet14-resnet8 (2) |")
  lu.assertStrContains(text, "Teachers that were taught themselves: resnet14 learned from resnet20 "
                             .. "by at; resnet14 learned from resnet20 by kd (T 2).")
  lu.assertStrContains(text, "conditional on the one teacher of each pair")
  text = read("networks.md")
  for _, role in ipairs { "| resnet20 | teacher |", "| resnet14 | teacher |",
                          "| resnet14 | teacher by kd |", "| resnet14 | teacher by at |" } do
    lu.assertStrContains(text, role)
  end
end

TestColumns = {}

function TestColumns.test_a_column_with_a_name_holds_what_was_taught_in_other_ways()
  make([[return sweep {
    name = "made_up", seed = range(0, 2), dataset = fashion_mnist { train = 1000 },
    pair = each(
      { column = "small", student = "resnet8", teacher = "resnet20", method = each(none {}, kd {}) },
      { column = "small", student = "resnet8", teacher = { "resnet20", "lenet" }, method = many {} },
      { column = "small", student = "resnet8", method = kd {}, as = "assisted",
        teacher = trained { model = "resnet14", method = kd {}, teacher = "resnet20" } }),
    train = { epochs = 4 }, teacher = { train = { epochs = 2 } } }]], function() end)
  lu.assertEquals(render(), 0)
  local text = read("accuracy.md")
  lu.assertStrContains(text, "| Method | Reference | small |\n")
  lu.assertStrMatches(text:match("| Teacher [^\n]*"), "| Teacher |  | %d%d.%d%d %(1%) |") -- resnet20
  lu.assertStrMatches(text:match("| many [^\n]*"), "| many | Many 2020 | .* %(3%).* %[1%] |")
  lu.assertStrMatches(text:match("| assisted [^\n]*"), "| assisted |  | .* %(3%).* %[2%] |")
  lu.assertStrContains(text, "[1] taught as resnet20+lenet-resnet8\n")
  lu.assertStrContains(text, "[2] taught as resnet20-resnet14-resnet8\n")
  lu.assertStrContains(text, "conditional on the one teacher of each pair")
  lu.assertStrContains(text, "resnet14 learned from resnet20 by kd")
  -- paired with the plain student of the same seed, whoever taught
  lu.assertStrMatches(read("difference-none.md"):match("| many [^\n]*"), "| many .* %(3%).* |")
  lu.assertStrMatches(read("difference-kd.md"):match("| assisted [^\n]*"), "| assisted .* %(3%).* |")
  lu.assertStrContains(read("networks.md"), "| lenet | teacher |")
end

TestApplicable = { tearDown = TestRows.tearDown }

-- all seeds of kd on resnet8 left no run.h5 but a status
function TestApplicable.test_a_method_that_has_no_meaning_is_a_row_of_every_table()
  local parsed, no = assert(sweep.parse("made_up.lua", SWEEP)), {}
  make(nil, function(run)
    no[#no + 1] = run.spec.method.name == "at" and run.spec.pair:find("resnet8") and run or nil
    return no[#no] ~= run
  end)
  for _, run in ipairs(no) do
    local folder = require "plan".folder_of(root, run)
    os.execute("mkdir -p '" .. folder .. "'")
    kd.write_atomic(folder .. "/status.json", [[{"state":"not applicable","reason":"no 50 % & b_c"}]])
  end
  lu.assertEquals(#parsed.runs, 30)
  lu.assertEquals(render { tables = false }, 0)
  for _, name in ipairs { "accuracy", "difference-none", "difference-kd", "gap", "cost" } do
    local md = read(name .. ".md")
    lu.assertStrContains(md:match("\n| at [^\n]*"), "| not applicable [1] |")
    lu.assertStrContains(md, "[1] not applicable: no 50 % & b_c")
    lu.assertStrContains(read(name .. ".tex"), "not applicable\\textsuperscript{1}")
    lu.assertStrContains(read(name .. ".tex"), "not applicable: no 50 \\% \\& b\\_c")
    lu.assertStrMatches(read(name .. ".csv"):match("\nat,resnet20%-resnet8[^\n]*"),
                        ".*,not applicable: no 50 %% & b_c")
  end
  lu.assertStrContains(read("runs.csv"), "not applicable,no 50 % & b_c")
  lu.assertStrContains(read("report.md"), "3 not applicable")
end

TestRecall = {}

-- of pairs of two kinds of data: those with resnet8 here; seed 1 of at failed
local function recalled(run, tree)
  local kept, metrics = change(run, tree), { table.unpack(tree.final.metrics or {}) }
  if run.kind == "student" and run.spec.pair:find("resnet8") and tree.final.last then
    for i, k in ipairs { 1, 5, 10 } do
      metrics[#metrics + 1] = { name = "recall" .. k .. "_to_teacher", unit = "%",
                                higher_better = true, primary = false }
      tree.final.last["test_recall" .. k .. "_to_teacher"] = 10 * i + run.spec.seed
    end
    tree.final.metrics = metrics
  end
  return kept
end

function TestRecall.test_retrieval_between_kinds_has_a_table_a_direction()
  make(nil, recalled)
  lu.assertEquals(render { tables = false }, 0)
  local md = read("retrieval-to-teacher.md")
  lu.assertStrContains(md, "| Method | Reference | resnet20-resnet8 |\n")
  lu.assertStrContains(md, "| dml | Zhang 2018 | 11.00 ± 1.00 (3) / 21.00 / 31.00 |")
  lu.assertStrMatches(md:match("\n| at [^\n]*"), ".*2017 | .*11.00 ± 1.41 %(2 of 3%).*%[1%] |")
  lu.assertStrContains(md, "[1] failed: the loss is not a number in epoch 3")
  lu.assertStrContains(md, "looks for itself as the teacher does")
  lu.assertStrContains(read("retrieval-to-teacher.csv"),
                       "\ndml,resnet20-resnet8,to_teacher,10,3,3,31,1,")
  lu.assertFalse(files.exists(root .. "/out/retrieval-from-teacher.md"))
  lu.assertStrContains(read("report.md"), "### Retrieval of the teacher's samples")
end

function TestRecall.test_runs_of_one_kind_have_none()
  make()
  lu.assertEquals(render { tables = false }, 0)
  lu.assertFalse(files.exists(root .. "/out/retrieval-to-teacher.md"))
end

TestKinds = { tearDown = TestRows.tearDown }

local function of_kind(dataset, student)
  make("return sweep { name = 'made_up', dataset = " .. dataset .. " { train = 1000 }, "
       .. "pair = { student = " .. student .. ", teacher = pointnet {} }, train = { epochs = 2 }, "
       .. "method = each(none {}, kd {}) }", function() end)
  lu.assertEquals(render(), 0)
  return read("accuracy.md"), read("networks.md")
end

function TestKinds.test_samples_are_called_what_they_are()
  local accuracy, networks = of_kind("shapes", "pointnet { width = 0.5 }")
  lu.assertStrContains(accuracy, "Students saw 1,000 training clouds for 2 epochs")
  lu.assertStrContains(networks, "| Latency (ms) | Clouds | Epochs |")
  lu.assertStrContains(networks, "latency of one cloud on one core")
  os.execute("rm -rf '" .. root .. "'")
  accuracy, networks = of_kind("things", "'resnet8'")
  lu.assertStrContains(accuracy, "Students saw 1,000 training samples for 2 epochs")
  lu.assertStrContains(networks, "| Latency (ms) | Samples | Epochs |")
end

TestCosts = {}

function TestCosts.test_what_costs_more_than_three_plain_steps_is_marked()
  make([[return sweep { name = "made_up", dataset = fashion_mnist { train = 1000 },
    pair = { student = "resnet8", teacher = "resnet20" }, train = { epochs = 2 },
    method = each(none {}, kd {}, at {}) }]], function(run, tree)
    local times = { none = 1, kd = 2.99, at = 3.01 }
    tree.cost.cpu_seconds_per_step = 0.01 * (times[run.spec.method.name] or 1)
    tree.cost.step_memory_bytes = 1e6 * (times[run.spec.method.name] or 1)
  end)
  lu.assertEquals(render(), 0)
  local text = read("cost.md")
  lu.assertStrContains(text, "| kd | 29.9 (2.99×) | 3.0 (2.99×) |\n")
  lu.assertStrContains(text, "| at | **30.1 (3.01×)** | **3.0 (3.01×)** |\n")
  lu.assertStrContains(read("cost.csv"), "at,resnet20-resnet8,1,3.01,3.01,0.0301")
end

TestSmall = {}

function TestSmall.test_latex_specials_are_escaped()
  lu.assertStrContains(tables.latex { title = "", caption = "50 % of a_b & c", head = { "x" },
                                      rows = { { "-1 ± 2" } } }, "50 \\% of a\\_b \\& c")
end

function TestSmall.test_csv_quotes_what_must_be_quoted()
  lu.assertEquals(tables.csv { { "a", "b", "c" }, { 'x,"y"', nil, 0.1 } },
                  'a,b,c\n"x,""y""",,0.1\n')
end

function TestSmall.test_a_method_has_one_style_whatever_else_there_is()
  local colour, shape = plot.style("kd")
  lu.assertEquals({ plot.style("kd") }, { colour, shape })
  lu.assertEquals(plot.style("none"), plot.GREY)
  local seen, n = {}, 0
  for _, name in ipairs { "kd", "dkd", "fitnet", "at", "sp", "rkd", "pkt", "crd", "dml", "tfkd" } do
    local style = table.concat({ plot.style(name) }, " ")
    n, seen[style] = n + (seen[style] and 0 or 1), true
  end
  lu.assertEquals(n, 10)
end

function TestSmall.test_tics_are_round()
  lu.assertEquals(plot.step(0, 1, 5), 0.2)
  lu.assertEquals(plot.step(83.1, 88.4, 6), 1)
  lu.assertEquals(plot.step(0, 230, 5), 50)
end

function TestSmall.test_runs_of_one_seed_and_two_teachers_are_two_values()
  local grid = require "grid"
  local function row(seed, teacher, value)
    return { kind = "student", value = value,
             spec = { seed = seed, dataset = { augment_seed = 0 }, teacher = { { run = teacher } } } }
  end
  local list = grid.values({ row(1, "b", 3), row(0, "a", 1), row(0, "b", 2) }, function(r)
    return r.value
  end)
  lu.assertEquals(list, { 1, 2, 3 })
end

function TestReport.test_times_of_all_sessions_are_summed()
  make()
  local session = [[{"event":"run","workers":2,"parts":{"data":1,"plan":0,"teachers":6,"caches":2,]]
    .. [["students":8,"evaluation":2,"overhead":0.5,"idle":0.5}}]]
  kd.write_atomic(root .. "/times.jsonl", session .. "\n" .. session .. "\n"
                  .. [[{"event":"report","seconds":3}]] .. "\n{half a li")
  lu.assertEquals(render { tables = false }, 0)
  lu.assertStrContains(read "times.csv", "students,16")
  lu.assertStrContains(read "times.md", "| 12.0 | 30.0 |")
  lu.assertStrContains(read "report.md", "### Time")
  local before = read "report.md"
  lu.assertEquals(render { tables = false }, 0)
  lu.assertEquals(read "report.md", before) -- its own time is stored, not shown
  local _, lines = files.read(root .. "/times.jsonl"):gsub('"event":"report"', "")
  lu.assertEquals(lines, 3)
end

os.exit(lu.LuaUnit.run())
