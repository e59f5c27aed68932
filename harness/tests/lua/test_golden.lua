-- test_golden.lua - maps of reference vectors: what they are given, what happens when they are wrong.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/../../lua/?.lua;" .. package.path

local lu = require "luaunit"
local golden = require "golden"

local folder -- of a method, fresh for each test

-- three cases of two groups; what golden_run was asked is kept in `asked`
local function fake(asked)
  return {
    golden_list = function(path)
      if path == "missing.h5" then
        return nil, "cannot open missing.h5"
      end
      return { { method = "rkd", case = "n10" }, { method = "rkd", case = "n4" },
        { method = "other", case = "x" } }
    end,
    golden_shapes = function(_, group, case)
      return { method = group, case = case, hp = { T = 4 }, ["in"] = { z = { shape = { 2, 3 } } } }
    end,
    golden_run = function(spec)
      asked[#asked + 1] = spec
      if spec.case == "n4" then
        return nil, "rkd has no term x"
      end
      return { ok = true, loss = { ok = true }, tensors = {}, missing = {}, ignored = {} }
    end,
  }
end

local function write(text)
  local file = assert(io.open(folder .. "/golden.lua", "wb"))
  file:write(text)
  file:close()
end

TestGolden = {}

function TestGolden:setUp()
  folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir " .. folder))
end

function TestGolden:tearDown()
  os.execute("rm -r " .. folder)
end

function TestGolden:test_each_case_of_a_claimed_group_is_run_and_no_other()
  write [[return { rkd = function(case) return { seen = case.hp.T * case.input.z.shape[2] } end }]]
  local asked = {}
  local reports = golden.check(fake(asked), folder, "any.h5", "relational")
  lu.assertEquals(#reports, 2)
  lu.assertEquals(asked[1].map.seen, 12)
  lu.assertEquals({ asked[1].method, asked[1].group, asked[1].case, asked[1].path },
    { "relational", "rkd", "n10", "any.h5" })
  lu.assertEquals({ reports[1].method, reports[1].group, reports[1].case, reports[1].ok },
    { "relational", "rkd", "n10", true })
end

function TestGolden:test_a_case_that_cannot_be_run_is_a_failing_report_with_the_reason()
  write [[return { rkd = function() return {} end }]]
  local reports = golden.check(fake {}, folder, "any.h5", "rkd")
  lu.assertFalse(reports[2].ok)
  lu.assertEquals(golden.lines(reports[2]), { "FAIL rkd rkd/n4", "  rkd has no term x" })
end

function TestGolden:test_a_map_never_learns_what_its_case_is_called()
  write [[return { rkd = function(case) return { name = case.case or "unknown" } end }]]
  local asked = {}
  golden.check(fake(asked), folder, "any.h5", "rkd")
  lu.assertEquals(asked[1].map.name, "unknown")
end

function TestGolden:test_a_map_that_raises_or_gives_no_table_fails_its_cases()
  write [[return { rkd = function(case) return case.hp.absent.deeper end }]]
  local reports = golden.check(fake {}, folder, "any.h5", "rkd")
  lu.assertFalse(reports[1].ok)
  lu.assertStrContains(reports[1].message, "absent")
  write [[return { rkd = function() return 3 end }]]
  reports = golden.check(fake {}, folder, "any.h5", "rkd")
  lu.assertStrContains(reports[1].message, "gave no table")
end

function TestGolden:test_a_map_file_that_is_no_map_is_an_error_and_none_at_all_is_no_case()
  lu.assertEquals(golden.check(fake {}, folder, "any.h5", "rkd"), {})
  write "return 3"
  local reports, err = golden.check(fake {}, folder, "any.h5", "rkd")
  lu.assertNil(reports)
  lu.assertStrContains(err, "must return a table")
  write "return {"
  reports, err = golden.check(fake {}, folder, "any.h5", "rkd")
  lu.assertNil(reports)
  lu.assertStrContains(err, "golden.lua")
end

function TestGolden:test_a_map_can_compute_but_not_touch_files()
  write [[return { rkd = function() return { x = io == nil and os == nil and f32(0.1) } end }]]
  local asked = {}
  golden.check(fake(asked), folder, "any.h5", "rkd")
  lu.assertNotEquals(asked[1].map.x, 0.1)
  lu.assertAlmostEquals(asked[1].map.x, 0.1, 1e-8)
end

function TestGolden:test_groups_that_no_map_claims_are_named_once()
  write [[return { rkd = function() return {} end }]]
  lu.assertEquals(golden.unclaimed(fake {}, "any.h5", { rkd = folder }), { "other" })
  lu.assertEquals(golden.unclaimed(fake {}, "any.h5", {}), { "other", "rkd" })
  local open, err = golden.unclaimed(fake {}, "missing.h5", {})
  lu.assertNil(open)
  lu.assertStrContains(err, "missing.h5")
end

function TestGolden:test_a_failing_report_names_every_tensor_that_is_off_and_none_that_is_right()
  local lines = golden.lines { method = "kd", group = "kd", case = "T4", ok = false,
    loss = { ok = false, got = 1, want = 2, tol = 0.5, err = 1 },
    tensors = { { name = "grad/a", ok = true, err = 0, tol = 1 },
      { name = "grad/b", ok = false, err = 3, tol = 1 } },
    missing = { "in/c is not used" }, ignored = {} }
  lu.assertEquals(lines, { "FAIL kd kd/T4", "  loss is 1, should be 2 (tolerance 0.5)",
    "  grad/b is off by 3 (tolerance 1)", "  in/c is not used" })
end

os.exit(lu.LuaUnit.run())
