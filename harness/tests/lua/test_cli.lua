-- test_cli.lua - the command's arguments, answers and exit codes.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
package.loaded.kd = require "fake_kd"
package.loaded.data = { folder = function() return "somewhere" end, facts = function() end }

local lu = require "luaunit"
local cite = require "cite"
local cli = require "cli"

-- exit code, what it printed, what it complained of
local function call(...)
  local out, err = {}, {}
  local stdout, stderr = io.stdout, io.stderr
  io.stdout = { write = function(_, ...) out[#out + 1] = table.concat { ... } end }
  io.stderr = { write = function(_, ...) err[#err + 1] = table.concat { ... } end }
  local ok, code = pcall(cli.main, { [0] = "kdbench", ... })
  io.stdout, io.stderr = stdout, stderr
  lu.assertTrue(ok, code)
  return code, table.concat(out), table.concat(err)
end

TestCommand = {}

function TestCommand.test_the_version()
  local code, out = call("--version")
  lu.assertEquals(code, 0)
  lu.assertEquals(out, "kdbench 0.1.0 (0123abc)\n")
end

function TestCommand.test_bad_usage_is_2()
  for _, argv in ipairs { {}, { "frobnicate" }, { "run" }, { "run", "gone.lua" }, { "list", "x" },
                          { "describe", "kdd" }, { "run", "s.lua", "-j", "0" },
                          { "run", "s.lua", "--budget", "soon" }, { "run", "s.lua", "--set", "x" },
                          { "resume", "/nowhere" }, { "report", "/nowhere" }, { "cite", "kdd" } } do
    local code, out, err = call(table.unpack(argv))
    lu.assertEquals(code, 2, table.concat(argv, " "))
    lu.assertEquals(out, "")
    lu.assertTrue(#err > 0)
  end
end

function TestCommand.test_a_bad_sweep_says_where()
  local path = os.tmpname()
  local file = io.open(path, "w")
  file:write("return sweep {\n name = 't',\n trian = {} }")
  file:close()
  local code, _, err = call("run", path)
  os.remove(path)
  lu.assertEquals(code, 2)
  lu.assertStrContains(err, path .. ":3: sweep has no trian; did you mean 'train'?")
end

function TestCommand.test_lists()
  local code, out = call("list")
  lu.assertEquals(code, 0)
  lu.assertStrContains(out, "kd    offline")
  lu.assertStrContains(out, "Hinton 2015")
  lu.assertStrContains(select(2, call("list", "models")), "resnet")
  lu.assertStrContains(select(2, call("list", "models")), "pointnet  points")
  lu.assertStrContains(select(2, call("list", "datasets")), "image, points")
  lu.assertStrContains(select(2, call("list", "augmentations")), "jitter     points")
  lu.assertStrContains(select(2, call("list", "datasets", "--json")), '"name":"fashion_mnist"')
  lu.assertStrContains(select(2, call("describe", "things")), "images and points")
  lu.assertStrContains(select(2, call("describe", "pointnet")), "fed points")
  lu.assertStrContains(select(2, call("describe", "resnet20")), "(3x32x32, 100 classes)")
end

function TestCommand.test_methods_of_one_kind()
  local function names(...)
    local list = {}
    for name in select(2, call("list", "methods", ...)):gmatch("\n(%l+)") do
      list[#list + 1] = name
    end
    return table.concat(list, " ")
  end
  lu.assertEquals(names("--category", "feature"), "at")
  lu.assertEquals(names("--scheme", "online"), "dml")
  lu.assertEquals(names("--scheme", "baseline"), "none")
  local code, _, err = call("list", "--category", "nonsense")
  lu.assertEquals(code, 2)
  lu.assertStrContains(err, "categories: Sources/Feature")
  lu.assertEquals((call("list", "models", "--scheme", "self")), 2)
  lu.assertEquals((call("list", "--scheme", "nonsense")), 2)
end

function TestCommand.test_where_vectors_came_from()
  local vectors = require "vectors"
  lu.assertEquals(vectors.short { cases = 0, own = 0 }, "none")
  lu.assertEquals(vectors.short { cases = 5, own = 0 }, "5")
  lu.assertEquals(vectors.short { cases = 5, own = 5 }, "5 own")
  lu.assertEquals(vectors.short { cases = 5, own = 3 }, "2 + 3 own")
  lu.assertEquals(vectors.lines { sources = { { source = "a/b x.py@1", cases = 1 },
                                              { source = "derived: eq. 2", cases = 2, own = true } } },
                  { "1 case from a/b x.py@1", "2 cases derived: eq. 2" })
  lu.assertStrContains(select(2, call("describe", "kd")), "vectors   none")
end

function TestCommand.test_descriptions()
  local _, out = call("describe", "kd")
  lu.assertStrContains(out, "0.01 to 1000")
  lu.assertStrContains(out, "mean | sum")
  _, out = call("describe", "resnet8x4")
  lu.assertStrContains(out, "parameters 16000")
  _, out = call("describe", "fashion_mnist")
  lu.assertStrContains(out, "augment")
end

function TestCommand.test_a_near_name_is_suggested()
  local _, _, err = call("describe", "resnt")
  lu.assertStrContains(err, "did you mean 'resnet'?")
end

function TestCommand.test_citations()
  local code, out = call("cite", "kd")
  lu.assertEquals(code, 0)
  lu.assertStrContains(out, "@inproceedings{hinton2015,\n  author = {Geoffrey Hinton and")
  local _, all = call("cite")
  lu.assertStrContains(all, "zagoruyko2017")
end

function TestCommand.test_usage_is_the_verbs_own()
  local _, _, err = call("run")
  lu.assertStrContains(err, "Usage: kdbench run ")
end

function TestCommand.test_completion_offers_what_help_shows()
  for _, shell in ipairs { "bash", "zsh", "fish" } do
    local code, out = call("completion", shell)
    lu.assertEquals(code, 0)
    lu.assertStrContains(out, "resume")
    lu.assertStrContains(out, "allow-stale")
    lu.assertNotStrContains(out, "worker")
  end
  lu.assertEquals((call("completion", "tcsh")), 2)
end

TestCite = {}

function TestCite.test_short_names()
  local function short(authors)
    return cite.short { cite = { authors = authors, year = 2020 } }
  end
  lu.assertEquals(short("Hinton, Vinyals, Dean"), "Hinton 2020")
  lu.assertEquals(short("Geoffrey Hinton and Jeff Dean"), "Hinton 2020")
  lu.assertEquals(cite.short(nil), "")
end

function TestCite.test_surnames_become_bibtex_authors()
  lu.assertStrContains(cite.bibtex { key = "a1", authors = "Tian, Krishnan, Isola", title = "T",
                                     venue = "arXiv", year = 2020 },
                       "@misc{a1,\n  author = {Tian and Krishnan and Isola},")
end

os.exit(lu.LuaUnit.run())
