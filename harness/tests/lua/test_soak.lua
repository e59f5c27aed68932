-- test_soak.lua - the verdict on a long run.

local here = arg[0]:match("^(.*)/") or "."
package.path = here .. "/../../lua/?.lua;" .. package.path
local lu = require "luaunit"
local soak = require "soak"

-- a hundred epochs of a second; change(i, row) spoils them
local function epochs(change)
  local list = {}
  for i = 1, 100 do
    list[i] = { at = i, step_ms = 10, cpu = 1, resident = 1e8, arenas = 5e6, mallocs = 13 }
    if change then
      change(i, list[i])
    end
  end
  return list
end

TestSoak = {}

function TestSoak.test_a_run_that_stays_is_flat()
  local rows, verdict = soak.judge(epochs())
  lu.assertEquals(#rows, 10)
  lu.assertTrue(verdict.ok)
  lu.assertStrContains(soak.text(rows, verdict), "\nflat\n")
end

function TestSoak.test_every_epoch_but_the_first_is_in_one_row()
  local counted = 0
  for _, row in ipairs(soak.judge(epochs())) do
    counted = counted + row.epochs
  end
  lu.assertEquals(counted, 99)
end

function TestSoak.test_the_first_epoch_may_be_slow_and_small()
  local _, verdict = soak.judge(epochs(function(i, row)
    if i == 1 then
      row.cpu, row.resident = 3, 1e6
    end
  end))
  lu.assertTrue(verdict.ok)
end

function TestSoak.test_one_slow_epoch_is_nobodys_fault()
  local _, verdict = soak.judge(epochs(function(i, row)
    if i == 97 then
      row.cpu = 9
    end
  end))
  lu.assertTrue(verdict.ok)
end

function TestSoak.test_whatever_grows_is_found()
  for _, field in ipairs { "cpu", "resident", "arenas" } do
    local rows, verdict = soak.judge(epochs(function(i, row)
      row[field] = row[field] * (1 + i / 500)
    end))
    lu.assertFalse(verdict.ok, field)
    lu.assertStrContains(soak.text(rows, verdict), "NOT flat")
  end
end

function TestSoak.test_a_single_allocation_that_stays_is_found()
  local _, verdict = soak.judge(epochs(function(i, row)
    row.arenas = row.arenas + (i > 50 and 64 or 0)
  end))
  lu.assertFalse(verdict.ok)
end

function TestSoak.test_too_short_a_run_says_so()
  local rows, why = soak.judge({ epochs()[1] })
  lu.assertNil(rows)
  lu.assertStrContains(why, "1 epochs are too few")
end

os.exit(lu.LuaUnit.run())
