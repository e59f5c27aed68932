-- check_verb.lua - what `kdbench check` answers to the world: exit codes, vectors from elsewhere,
-- groups that nobody claims.
--   lua check_verb.lua KDBENCH SOURCE

local cjson = require "cjson"
local lfs = require "lfs"

local program, source = table.unpack(arg)
local wrong = 0

local function check(holds, ...)
  if not holds then
    io.stderr:write(string.format(...), "\n")
    wrong = wrong + 1
  end
end

-- exit code and all output of `kdbench check ARGUMENTS`
local function run(arguments, home)
  local pipe = assert(io.popen(string.format("%s '%s' check %s 2>&1",
    home and "KD_HOME='" .. home .. "'" or "", program, arguments)))
  local text = pipe:read("a")
  local _, _, code = pipe:close()
  return code, text
end

local function expect(arguments, code, text, home)
  local got, output = run(arguments, home)
  check(got == code, "check %s ended with %s, not %d:\n%s", arguments, got, code, output)
  check(output:find(text, 1, true), "check %s does not say '%s':\n%s", arguments, text, output)
end

local vectors = source .. "/methods/kd/golden.h5"

-- bad usage
expect("", 2, "check what?")
expect("no_such_method", 2, "no method 'no_such_method'")
expect("kd --golden /no/such/file.h5", 2, "/no/such/file.h5")

-- a file of vectors must have a case of each method that is named, and may be any
expect("kd --golden '" .. vectors .. "'", 0, "1 of 1 methods pass")
expect("kd none --point golden --golden '" .. vectors .. "'", 1, "no case of none in")
expect("kd --point golden --golden '" .. source .. "/LICENSE'", 1, "LICENSE")

-- with --all a method without a case passes, a group that nobody claims does not: a home whose only
-- map is that of kd
local home = os.tmpname()
os.remove(home)
assert(lfs.mkdir(home) and lfs.mkdir(home .. "/methods"))
assert(lfs.link(source .. "/harness", home .. "/harness", true))
local function all(folder)
  if folder then
    assert(lfs.link(source .. "/methods/" .. folder, home .. "/methods/" .. folder, true))
  end
  local _, text = run("--all --json --point golden --golden '" .. vectors .. "'", home)
  local ok, found = pcall(cjson.decode, text)
  check(ok, "--all --json printed %s", text)
  return ok and found
end
local without, with = all(), all "kd"
check(not without.ok and without.unclaimed[1] == "kd", "an unclaimed group passed")
check(with.ok and #with.unclaimed == 0, "a claimed group did not pass")
check(#with.methods > 1 and #with.slowest == math.min(10, #with.methods), "--all left methods out")
for _, method in ipairs(with.methods) do
  for _, point in ipairs(method.points) do
    if point.point == "golden" then
      local cases = method.name == "kd" and 2 or 0
      check(#point.cases == cases and (cases > 0 or point.note == "no case"),
        "%s: %d cases, note %s", method.name, #point.cases, tostring(point.note))
    end
  end
end
os.execute("rm -r '" .. home .. "'")

-- without the other build nothing is proved
local alone = os.tmpname()
os.execute(string.format("cp '%s' '%s' && chmod +x '%s'", program, alone, alone))
local pipe = io.popen(string.format("KD_HOME='%s' '%s' check kd 2>&1", source, alone))
local text = pipe:read("a")
local _, _, code = pipe:close()
os.remove(alone)
check(code == 1 and text:find("is missing", 1, true), "one build alone: %s %s", code, text)

os.exit(wrong == 0)
