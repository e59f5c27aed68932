-- fake_kd.lua - stands for the C module `kd` where tests run under the plain interpreter. Only what
-- the modules under test call; networks and methods are the few that a test needs.

local M = {}

local function real(name, default, min, max)
  return { name = name, help = name, type = "real", default = default, min = min, max = max }
end

local function int(name, default, min, max)
  return { name = name, help = name, type = "int", default = default, min = min, max = max }
end

local function cite(key, authors, year)
  return { key = key, authors = authors, title = "On " .. key, venue = "Proceedings", year = year,
           url = "https://example.org/" .. key }
end

local methods = {
  { name = "at", title = "Attention transfer", scheme = "offline", source = { "feature" },
    category = "Sources/Feature",
    options = { real("weight", 1000, 0, 1e6), int("p", 2, 1, 8) },
    cite = cite("zagoruyko2017", "Sergey Zagoruyko and Nikos Komodakis", 2017) },
  { name = "dml", title = "Deep mutual learning", scheme = "online", source = { "response" },
    options = {}, cite = cite("zhang2018", "Ying Zhang and Tao Xiang", 2018) },
  { name = "kd", title = "Knowledge distillation", scheme = "offline", source = { "response" },
    options = { real("T", 4, 0.01, 1000), real("alpha", 0.9, 0, 1),
                { name = "reduction", help = "r", type = "choice", default = "mean",
                  choice = { "mean", "sum" } },
                { name = "clip", help = "c", type = "bool", default = false } },
    cite = cite("hinton2015", "Geoffrey Hinton and Oriol Vinyals and Jeff Dean", 2015) },
  { name = "many", title = "Many teachers", scheme = "offline", source = { "response" },
    teachers = { min = 2, max = 3 }, options = {}, cite = cite("many2020", "A. Many", 2020) },
  { name = "own", title = "Own prediction", scheme = "offline", source = { "response" },
    predicts = true, options = {}, cite = cite("own2021", "A. Own", 2021) },
  { name = "none", title = "Labels only", scheme = "offline", baseline = true, options = {},
    source = { "response" }, cite = cite("none", "Nobody", 2000) },
}

local models = {
  { name = "lenet", help = "small", kind = "image", options = { real("width", 1, 0.1, 8) } },
  { name = "gpt", help = "next tokens", kind = "tokens", task = "lm", options = {} },
  { name = "pointnet", help = "points", kind = "points", options = { real("width", 1, 0.1, 8) } },
  { name = "resnet", help = "CIFAR style", kind = "image",
    options = { int("depth", 20, 8, 110), real("width", 1, 0.1, 64) } },
}

local augmentations = {
  { name = "none", help = "as it is", kinds = { "image", "points", "tokens" } },
  { name = "crop", help = "moved", kinds = { "image" } },
  { name = "flip", help = "mirrored", kinds = { "image" } },
  { name = "crop_flip", help = "moved, mirrored", kinds = { "image" } },
  { name = "jitter", help = "moved a little", kinds = { "points" } },
}

local datasets = {
  { name = "things", title = "Things", options = {}, kinds = { "image", "points" },
    input = { points = 64, channels = 3, classes = 18 } },
  { name = "shapes", title = "Shapes", options = {}, kinds = { "points" },
    input = { points = 64, channels = 3, classes = 18 } },
  { name = "fashion_mnist", title = "Fashion-MNIST", options = {}, kinds = { "image" },
    input = { channels = 1, height = 28, width = 28, classes = 10 },
    cite = cite("xiao2017", "Han Xiao", 2017) },
  { name = "idx", title = "IDX files", options = { { name = "folder", help = "where",
                                                    type = "text", default = "" } } },
}

function M.catalog()
  return { methods = methods, models = models, datasets = datasets,
           augmentations = augmentations }
end

local function spell(family, options)
  local width = options.width or 1
  local tail = width ~= 1 and string.format("x%g", width) or ""
  return family .. (options.depth and math.tointeger(options.depth) or "") .. tail
end

function M.model(m)
  if m.family == "resnet" and (m.options.depth - 2) % 6 ~= 0 then
    return nil, "depth must be 6n+2, is " .. m.options.depth
  end
  local width = m.options.width or 1
  return { arch = spell(m.family, m.options), input = { channels = m.channels or 3,
             height = not m.points and (m.height or 32) or nil, width = m.width or 32,
             points = m.points, classes = m.classes or 100 }, params = math.floor(1000 * width ^ 2),
           flops = 1e6 * (m.options.depth or 5) * width ^ 2, taps = { "a", "b" },
           real_bytes = 4, outputs = { { name = "logits", kind = "logits", reals = 10 },
                                       { name = "a", kind = "stage", reals = 1000 },
                                       { name = "b", kind = "stage", reals = 500 },
                                       { name = "pooled", kind = "pooled", reals = 64 } } }
end

local reads = { kd = { "logits" }, at = { "logits", "a", "b", "pooled" } }

function M.teacher_outputs(ask)
  return { outputs = reads[ask.method.name] or { "logits", "pooled" } }
end

-- a pretended cache says of itself that it is one
function M.cache_facts(path)
  local file = io.open(path)
  local text = file:read("a")
  file:close()
  if text:find("broken") then
    return nil, path .. " is damaged"
  end
  return { key = { split = text }, about = {}, columns = {}, rows = 1 }
end

function M.model_parse(arch)
  local depth, width = arch:match("^resnet(%d+)x?([%d.]*)$")
  if depth then
    return { family = "resnet", options = { depth = math.tointeger(depth),
                                            width = tonumber(width) or 1 } }
  elseif arch == "lenet" then
    return { family = "lenet", options = {} }
  end
  return nil, "no family knows it"
end

function M.source_hashes()
  return { engine = "e1", method = "m1", dataset = "d1", model = "n1" }
end

function M.cpus()
  return 2
end

function M.environment()
  return { version = "0.1.0", commit = "0123abc" }
end

-- not SHA-256, but as long, and different for different texts
function M.sha256(text)
  local parts = {}
  for lane = 1, 8 do
    local h = 2166136261 + lane
    for i = 1, #text do
      h = ((h ~ text:byte(i)) * 16777619 + lane) & 0xffffffff
    end
    parts[lane] = string.format("%08x", h)
  end
  return table.concat(parts)
end

-- ---- files and processes ---------------------------------------------------------

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

function M.mkdirs(path)
  return os.execute("mkdir -p " .. quoted(path))
end

function M.write_atomic(path, text)
  local file, err = io.open(path, "wb")
  if not file then
    return nil, err
  end
  file:write(text)
  return file:close()
end

function M.append_sync(path, line)
  local file, err = io.open(path, "ab")
  if not file then
    return nil, err
  end
  file:write(line, "\n")
  return file:close()
end

-- runs at once and to its end; wait then tells how it went
local over

function M.spawn(how)
  local parts = { "env" }
  for key, value in pairs(how.env or {}) do
    parts[#parts + 1] = quoted(key .. "=" .. value)
  end
  for _, arg in ipairs(how.argv) do
    parts[#parts + 1] = quoted(arg)
  end
  local command = table.concat(parts, " ") .. " >" .. quoted(how.stdout) .. " 2>&1"
  local _, kind, code = os.execute(command)
  over = { pid = 1000, [kind == "signal" and "signal" or "exit"] = code }
  return over.pid
end

function M.wait()
  local ended = over
  over = nil
  return ended
end

function M.kill() return true end
function M.now() return os.clock() end
function M.utc() return "2026-01-31T12:00:00Z" end
function M.isatty() return false end

-- a made-up run.h5 is JSON
function M.run_read(path)
  local json = require "json"
  local file, why = io.open(path)
  if not file then
    return nil, why
  end
  local tree, err = json.decode(file:read("a"))
  file:close()
  return tree, err
end

function M.runs_read(paths)
  local list = {}
  for i, path in ipairs(paths) do
    local tree, err = M.run_read(path)
    list[i] = tree or { error = err }
  end
  return list
end

function M.run_verify() return true end

return M
