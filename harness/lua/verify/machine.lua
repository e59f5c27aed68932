-- machine.lua - the type of machine and the versions that a run's bits depend on, out of its /env:
-- whether two runs have the same, in what they differ, and how a person reads it.

local expand = require "expand"

local M = {}

-- what decides the last digits: kernels chosen by processor and caches, libraries, compiler
local BITS = { "cpu", "cpu_l1d_bytes", "cpu_l2_bytes", "cpu_l3_bytes", "simd", "openblas",
               "openblas_core", "onednn", "onednn_isa", "conv_table", "glibc", "compiler", "flags",
               "real_bytes" }

local function shown(v)
  return v == nil and "not stored" or tostring(v)
end

-- "cpu: EPYC, Xeon" for each of the keys in which two environments differ; empty: the same bits are
-- to be expected of the same sources
function M.differences(a, b)
  local list = {}
  for _, key in ipairs(BITS) do
    if a[key] ~= b[key] then
      list[#list + 1] = string.format("%s: %s, %s", key, shown(a[key]), shown(b[key]))
    end
  end
  return list
end

-- names of the sources (engine, model, method, dataset) that are others
function M.changed_sources(a, b)
  local one, two, list = a.sources or {}, b.sources or {}, {}
  for _, kind in ipairs { "dataset", "engine", "method", "model" } do
    if one[kind] ~= two[kind] then
      list[#list + 1] = kind
    end
  end
  return list
end

-- Why two runs need not have the same bits; nil where they must.
function M.excuse(a, b)
  local list = M.differences(a, b)
  for _, kind in ipairs(M.changed_sources(a, b)) do
    list[#list + 1] = "sources of " .. kind
  end
  return #list > 0 and table.concat(list, "; ") or nil
end

-- Do two runs of one spec learn from networks with other weights?
function M.other_teacher(a, b, spec)
  local one, two = a.teacher_sha256 or {}, b.teacher_sha256 or {}
  for i = 1, #spec.teacher do
    if one[i] ~= two[i] then
      return true
    end
  end
  return false
end

-- ---- for people ----------------------------------------------------------------------

local function kibibytes(bytes)
  return bytes and bytes > 0 and string.format("%d KiB", bytes // 1024)
end

local function joined(parts)
  local list = {}
  for _, part in ipairs(parts) do
    list[#list + 1] = part or nil
  end
  return table.concat(list, "/")
end

local function named(name, ...)
  local parts = { name }
  for _, value in ipairs { ... } do
    parts[#parts + 1] = tostring(value)
  end
  return #parts > 1 and table.concat(parts, " ") or nil
end

-- of "OpenBLAS 0.3.21 NO_LAPACKE ...": 0.3.21
local function version(text)
  return text and (text:match("%d[%d.]*") or text)
end

local function compiler(env)
  return env.compiler and ((env.compiler .. " " .. (env.flags or "")):gsub("%s+", " "))
end

-- "AMD EPYC (caches 32 KiB/1024 KiB/...), simd avx512, oneDNN 2.6.3 ..., commit 0123456789ab"
function M.text(env)
  local caches = joined { kibibytes(env.cpu_l1d_bytes) or false,
                          kibibytes(env.cpu_l2_bytes) or false,
                          kibibytes(env.cpu_l3_bytes) or false }
  local list = { env.cpu or "unknown processor" }
  list[1] = list[1] .. (caches ~= "" and " (caches " .. caches .. ")" or "")
  for _, part in ipairs { named("simd", env.simd) or false,
                          named("oneDNN", env.onednn, env.onednn_isa) or false,
                          named("OpenBLAS", version(env.openblas), env.openblas_core) or false,
                          named("glibc", env.glibc) or false,
                          compiler(env) or false,
                          env.real_bytes == 8 and "double precision" or false,
                          env.commit and "commit " .. env.commit:sub(1, 12)
                            .. (env.dirty and ", changed" or "") or false } do
    list[#list + 1] = part or nil
  end
  return table.concat(list, ", ")
end

-- the texts of all machines of some rows, the most frequent first, with how many runs each has
function M.list(rows)
  local count = {}
  for _, row in ipairs(rows) do
    if row.state == "done" then
      local text = M.text(row.env)
      count[text] = (count[text] or 0) + 1
    end
  end
  local list = {}
  for _, text in ipairs(expand.sorted_keys(count)) do
    list[#list + 1] = { text = text, runs = count[text] }
  end
  table.sort(list, function(a, b)
    return a.runs > b.runs or a.runs == b.runs and a.text < b.text
  end)
  return list
end

return M
