-- test_tune.lua - the table of kernel choices: how it is written, and which rows go into it.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
local kd = require "fake_kd"
package.loaded.kd = kd

local lu = require "luaunit"
local files = require "files"
local tune = require "tune"

local COLUMNS = { "size", "stride", "pad", "groups", "height", "width", "in", "out" }

local function row(isa, pass, kernel, numbers, before)
  local r = { isa = isa, pass = pass, kernel = kernel, before = before or kernel }
  for i, name in ipairs(COLUMNS) do
    r[name] = numbers[i]
  end
  return r
end

local avx2 = row("AVX2", "FORWARD", "direct", { 1, 1, 0, 1, 8, 8, 16, 96 }, "onednn")
local avx512 = row("AVX512", "BACKWARD_DATA", "winograd", { 3, 1, 1, 1, 32, 32, 16, 16 })

TestText = {}

function TestText.test_the_committed_table_is_what_would_be_written_of_its_rows()
  local committed, rows = files.read(here .. "/../../engine/conv_table.c"), {}
  for isa, pass, numbers, kernel in committed:gmatch("ROW%(([%w_]+), ([%w_]+), ([%d, ]+), (%w+)%)") do
    local list = {}
    for n in numbers:gmatch("%d+") do
      list[#list + 1] = tonumber(n)
    end
    rows[#rows + 1] = row(isa, pass, kernel:lower(), list)
  end
  lu.assertTrue(#rows > 100)
  lu.assertEquals(tune.text(rows), committed)
end

TestMain = {}

local function measured(answers)
  local said, asked = {}, {}
  return function(what, name, _, env)
    asked[#asked + 1] = what .. " " .. name .. " " .. env.KD_SIMD
    return answers[name], answers.err
  end, function(text)
    said[#said + 1] = text
  end, asked, said
end

local function main(answers)
  local in_process, say, asked, said = measured(answers)
  local written
  kd.write_atomic = function(path, text)
    written = { path = path, text = text }
    return true
  end
  kd.bench_table = function() return { avx2, avx512 } end
  local rows, err = tune.main("table.c", in_process, say)
  return { rows = rows, err = err, written = written, asked = asked, said = said }
end

function TestMain.test_each_instruction_set_is_measured_in_a_process_of_its_own()
  local got = main { avx2 = { avx2 }, avx512 = { avx512 } }
  lu.assertEquals(got.asked, { "tune avx2 avx2", "tune avx512 avx512" })
  lu.assertEquals(got.written, { path = "table.c", text = tune.text { avx2, avx512 } })
  lu.assertStrContains(got.said[1], "avx2: 1 choices, 1 of them others")
  lu.assertStrContains(got.said[2], "avx512: 1 choices, 0 of them others")
end

function TestMain.test_rows_of_instructions_that_the_machine_lacks_stay()
  local got = main { avx2 = { avx2 }, avx512 = { avx2 } }
  lu.assertEquals(got.written.text, tune.text { avx2, avx512 })
  lu.assertStrContains(got.said[2], "not on this machine")
end

function TestMain.test_nothing_is_written_when_a_process_failed()
  local got = main { avx2 = { avx2 }, err = "died of signal 9" }
  lu.assertNil(got.rows)
  lu.assertNil(got.written)
  lu.assertEquals(got.err, "died of signal 9")
end

function TestMain.test_a_folder_that_is_not_there_is_found_before_anything_is_measured()
  local in_process, say, asked = measured { avx2 = { avx2 }, avx512 = { avx512 } }
  local rows, err = tune.main("no/such/folder/table.c", in_process, say)
  lu.assertNil(rows)
  lu.assertStrContains(err, "no/such/folder")
  lu.assertEquals(asked, {})
end

os.exit(lu.LuaUnit.run())
