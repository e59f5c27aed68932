-- fuzz_sweep.lua - feeds mutated sweeps to the loader: each must give runs or a message that begins
-- with file:line, soon, and never an error from inside the harness.
--   lua5.4 fuzz_sweep.lua SECONDS [SEED]     mutates the files of corpus/sweep; a failing input is
--                                            written there as failed-<n>.lua

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
package.loaded.kd = require "fake_kd"

local lfs = require "lfs"
local files = require "files"
local sweep = require "sweep"

local CORPUS = here .. "/../corpus/sweep"
local PLACE = "^" .. CORPUS:gsub("%p", "%%%0") .. "/[%w_]+%.lua:%d+: "
local SLOW = 5 -- seconds that one input may take

local TOKENS = { "each(", "zip", "range(0, 3)", "ramp(0, 1)", "steps", "cosine", "include",
                 "trained", "trained {", "sweep", "{", "}", "(", ")", ",", "=", "nil", "true", "0",
                 "-1", "1e308", "1/0",
                 "0/0", "2^63", "math.huge", "''", "'x'", "[[", "]]", "--", "local", "function",
                 "end", "return", "kd", "none {}", "resnet", "fashion_mnist", "T", "train", "pair",
                 "method", "seed", "name", "_ENV", "goto", "::x::", "...", "#", "~=", "\0", "\255",
                 "for i = 1, 9 do", "while true do", "pairs", "ipairs({})", "{ [1] = 2 }",
                 "{ [{}] = 1 }", "each({})", "each(each(1, 2), 3)", "(function() return kd end)()" }

local NUMBERS = { "0", "1", "2", "7", "0.5", "-3", "1e9", "1e308", "20", "0.999", "each(1, 2)",
                  "range(0, 3)", "ramp(0.1, 0.9)", "1/0", "0/0", "nil", "'1'" }

local random = math.random

local function cut(text)
  local a = random(#text + 1)
  local b = math.min(#text, a + random(0, 40))
  return a, b
end

-- one match of a pattern with its two ends becomes one of `others`
local function replace_one(text, pattern, others)
  local places = {}
  for from, to in text:gmatch(pattern) do
    places[#places + 1] = { from, to }
  end
  local p = places[random(math.max(1, #places))]
  return p and text:sub(1, p[1] - 1) .. others[random(#others)] .. text:sub(p[2]) or text
end

local mutations = {
  function(text)
    local a, b = cut(text)
    return text:sub(1, a - 1) .. text:sub(b + 1)
  end,
  function(text)
    local a = random(#text + 1)
    return text:sub(1, a - 1) .. TOKENS[random(#TOKENS)] .. text:sub(a)
  end,
  function(text)
    local a, b = cut(text)
    local at = random(#text + 1)
    return text:sub(1, at - 1) .. text:sub(a, b) .. text:sub(at)
  end,
  function(text)
    local a = random(#text + 1)
    return text:sub(1, a - 1) .. string.char(random(0, 255)) .. text:sub(a + 1)
  end,
  -- one word or mark becomes another
  function(text)
    return replace_one(text, "()[%w_.]+()", TOKENS)
  end,
  -- one number becomes another: what is still a sweep reaches the checks of values
  function(text)
    return replace_one(text, "%f[%w]()%d[%d.]*()%f[^%w.]", NUMBERS)
  end,
}

-- texts of the corpus; what takes long by nature (once_*) is not mutated
local function seeds()
  local names, list, once = {}, {}, {}
  for name in lfs.dir(CORPUS) do
    names[#names + 1] = name:find("%.lua$") and name or nil
  end
  table.sort(names)
  for _, name in ipairs(names) do
    table.insert(name:find("^once_") and once or list, files.read(CORPUS .. "/" .. name))
  end
  return list, once
end

local function mutate(list)
  local text = list[random(#list)]
  if random(8) == 1 then
    local other = list[random(#list)]
    text = text:sub(1, random(#text + 1)) .. other:sub(random(#other + 1))
  end
  for _ = 1, random(1, 3) do
    text = mutations[random(#mutations)](text)
  end
  return text
end

local accepted = 0

-- what is wrong with how the loader took this text; nil when nothing is
local function fault(text)
  local path = CORPUS .. "/x.lua"
  local began = os.clock()
  local ok, result, err = pcall(sweep.parse_all, path, text)
  local took = os.clock() - began
  if not ok then
    return "raised: " .. tostring(result)
  elseif took > SLOW then
    return string.format("took %.1f s", took)
  elseif result then
    accepted = accepted + 1
    return (#result == 0 or #result[1].runs == 0) and "no runs and no message" or nil
  elseif type(err) ~= "string" or not err:find(PLACE) then
    return "message without file and line: " .. tostring(err)
  elseif err:find("/lua/%w+%.lua:%d+:") then
    return "an error inside the harness: " .. err
  end
end

local function try(text, n)
  local wrong = fault(text)
  if wrong then
    local path = string.format("%s/failed-%d.lua", CORPUS, n)
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
    io.stderr:write(path, ": ", wrong, "\n")
    os.exit(1)
  end
end

local seconds, list, once = tonumber(arg[1]) or 2, seeds()
math.randomseed(tonumber(arg[2]) or 1)
for _, texts in ipairs { list, once } do
  for n, text in ipairs(texts) do
    try(text, -n)
  end
end
local n, till = 0, os.time() + seconds
while os.time() < till do
  n = n + 1
  try(mutate(list), n)
end
print(string.format("%d inputs of %d seeds, %d of them sweeps", n, #list, accepted))
