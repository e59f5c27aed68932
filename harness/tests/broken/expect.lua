-- expect.lua - a check must fail at exactly the points named, in both builds.
--   lua expect.lua KDBENCH FOLDER METHOD none|POINT,POINT...

local cjson = require "cjson"

local program, folder, name, points = table.unpack(arg)

local expected = {}
for point in points:gmatch("[^,]+") do
  expected[point] = point ~= "none" or nil
end

local command = string.format("KD_METHOD_PATH='%s' '%s' check '%s' --json", folder, program, name)
local pipe = assert(io.popen(command))
local found = cjson.decode(pipe:read("a"))
local _, _, code = pipe:close()

local wrong = {}
local function complain(...)
  wrong[#wrong + 1] = string.format(...)
end

local method = found.methods[1]
if #found.methods ~= 1 or method.name ~= name then
  complain("checked something else than %s", name)
end

local seen, died = {}, false
for _, p in ipairs(method.points) do
  local fails = expected[p.point] or false
  seen[p.build] = (seen[p.build] or 0) + 1
  -- a sanitizer ends the process itself
  died = died or p.detail:find("died of signal", 1, true) or p.detail:find("ended with code", 1, true)
  if p.ok == fails then
    complain("%s, %s: should %s: %s", p.point, p.build, fails and "fail" or "pass", p.detail)
  elseif fails and p.detail == "" then
    complain("%s, %s: fails without a reason", p.point, p.build)
  end
  if p.point == "golden" and #p.cases == 0 then
    complain("golden, %s: no case was compared", p.build)
  end
  print(string.format("%-11s %-7s %-4s %s", p.point, p.build, p.ok and "ok" or "FAIL",
    p.detail:match("[^\n]*")))
end

if not died and (seen.double ~= 8 or seen.float ~= 7) then -- numeric differences are for the double build alone
  complain("%s points in the double build, %s in the float build", tostring(seen.double),
    tostring(seen.float))
end
local should_pass = next(expected) == nil
if method.ok ~= should_pass or found.ok ~= should_pass or code ~= (should_pass and 0 or 1) then
  complain("ok is %s and the exit code %s", tostring(found.ok), tostring(code))
end

for _, text in ipairs(wrong) do
  io.stderr:write(text, "\n")
end
os.exit(#wrong == 0)
