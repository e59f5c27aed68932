-- bench_verb.lua - what `kdbench bench` answers to the world: exit codes and its JSON. No time is
-- asserted, only that there is one.
--   lua bench_verb.lua KDBENCH

local cjson = require "cjson"

local program = arg[1]
local wrong = 0

local function check(holds, ...)
  if not holds then
    io.stderr:write(string.format(...), "\n")
    wrong = wrong + 1
  end
end

-- exit code and all output of `kdbench bench ARGUMENTS`
local function run(arguments)
  local pipe = assert(io.popen(string.format("'%s' bench %s 2>&1", program, arguments)))
  local text = pipe:read("a")
  local _, _, code = pipe:close()
  return code, text
end

local function expect(arguments, code, ...)
  local got, output = run(arguments)
  check(got == code, "bench %s ended with %s, not %d:\n%s", arguments, got, code, output)
  for _, text in ipairs { ... } do
    check(output:find(text, 1, true), "bench %s does not say '%s':\n%s", arguments, text, output)
  end
end

-- bad usage
expect("--only resnet21", 2, "resnet21", "did you mean 'resnet20'")
expect("--only 'resnet20,nothing*'", 2, "nothing*")
expect("--only ,", 2, "names no workload")
for _, bad in ipairs { "0", "-1", "1.5", "many", "1001" } do
  expect("--list --repeats=" .. bad, 2, bad)
end
expect("--trace never.h5", 2, "--only")
expect("--trace never.h5 --only infer_resnet20", 2, "infer_resnet20", "trains")
expect("--trace never.h5 --only kd_resnet20_resnet8_cached", 2, "cache")
expect("--trace /no/such/folder/t.h5 --only kd_resnet20_resnet8", 3, "/no/such/folder")
expect("--tune /no/such/folder/table.c", 3, "/no/such/folder")
expect("--soak 0", 2, "minutes")
expect("--soak 1 --only 'infer_*'", 2, "one workload")

-- what there is
expect("--list", 0, "resnet8x4", "crd_resnet32x4_resnet8x4", "infer_wrn_40_2")
local _, listed = run "--list --json --only 'kd_*_cached'"
local names = cjson.decode(listed)
check(#names == 3 and names[1].cached and names[1].teacher == "resnet20", "--list gave %s", listed)

-- one of each kind, as JSON
local code, text = run "--json --repeats 1 --only 'kd_resnet20_resnet8*,infer_resnet20'"
local ok, results = pcall(cjson.decode, text)
check(code == 0 and ok, "--json ended with %s:\n%s", code, text)
check(ok and #results == 3, "not three workloads: %s", text)

local positive = { "samples_per_s", "gflops", "gflop_step", "sgemm_gflops", "sgemm_share",
  "peak_bytes", "step_ms", "loader_share" }
for _, r in ipairs(ok and results or {}) do
  for _, field in ipairs(positive) do
    local v = r[field]
    check(type(v) == "number" and v > 0 and v < math.huge, "%s of %s is %s", field, r.workload, v)
  end
  check(r.augment == (r.workload == "kd_resnet20_resnet8" and "crop_flip" or "none"),
    "%s: augment %s", r.workload, r.augment)
  check(r.allocations == 0, "%s: %s allocations", r.workload, r.allocations)
  check(r.threads == 1 and r.batch == 64 and r.repeats == 1 and r.input == "1x28x28",
    "%s: %s", r.workload, text)
  check(r.spread.min <= r.step_ms and r.step_ms <= r.spread.max, "%s: spread", r.workload)
  check(math.abs(r.samples_per_s - 64e3 / r.step_ms) < 1e-6 * r.samples_per_s, "samples a second")
  check(math.abs(r.gflops - 1e3 * r.gflop_step / r.step_ms) < 1e-6 * r.gflops, "GFLOP/s")
  check(math.abs(r.sgemm_share - r.gflops / r.sgemm_gflops) < 1e-6, "share of SGEMM")
  check(r.sgemm_gflops == results[1].sgemm_gflops, "one run, two peaks")
  check(r.loader_share < 1 and r.peak_bytes > 1e7, "%s: %s", r.workload, text)
end

-- the same as a table
expect("--repeats 1 --only infer_resnet20", 0, "SAMPLES/S", "infer_resnet20", "SGEMM")

os.exit(wrong == 0)
