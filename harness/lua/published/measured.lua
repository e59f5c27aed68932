-- measured.lua - kdbench's own runs as the literature's cells ask for them: by data set, networks
-- and method, in groups that differ by seed alone.

local json = require "json"

local M = {}

-- the literature's metric and how ours becomes it
local METRICS = {
  ["top1_acc_%"] = { "top1", function(v) return v end },
  ["top5_acc_%"] = { "top5", function(v) return v end },
  ["top1_err_%"] = { "top1", function(v) return 100 - v end },
  ["top5_err_%"] = { "top5", function(v) return 100 - v end },
  ["NLL"] = { "nll", function(v) return v end },
  ["ECE_%"] = { "ece", function(v) return 100 * v end },
}

-- value of a run at "last", "best_val" or "best_test" in the literature's unit; nil: it has none
function M.value(run, at, metric)
  local known = METRICS[metric]
  local final = known and run.final[at]
  local value = final and final["test_" .. known[1]]
  return value and value == value and known[2](value) or nil
end

local function arch_of(entry)
  return entry and entry.model and entry.model.arch
end

local function group_key(row)
  local d = row.spec.dataset
  return json.encode { row.kind, { d.name, d.options, d.train, d.augment }, row.spec.train,
                       row.spec.method, row.spec.student, arch_of(row.teacher) or "",
                       row.cost.students or 1 }
end

local function new_group(row)
  local spec = row.spec
  return { kind = row.kind, dataset = spec.dataset, train = spec.train, method = spec.method,
           student = arch_of(spec.student), teacher = arch_of(row.teacher),
           networks = row.cost.students or 1, runs = {}, taught_by = {} }
end

-- the teachers that a group's runs learned from, or none: the rows of their runs
local function add_teacher(group, row, set)
  local taught_by = row.teacher and set.by_hash[row.teacher.run]
  if taught_by and taught_by.state == "done" then
    group.taught_by[taught_by.hash] = taught_by
  end
end

-- groups of finished runs of sets as results.load gives them: { kind, dataset, train, method,
-- student, teacher (arch), networks, runs, taught_by (rows by hash) }
function M.groups(sets)
  local list, known = {}, {}
  for _, set in ipairs(sets) do
    for _, row in ipairs(set.rows) do
      if row.state == "done" and row.final.last then
        row.teacher = row.spec.teacher[1] or (row.spec.reference or {})[1]
        local key = group_key(row)
        if not known[key] then
          known[key] = new_group(row)
          list[#list + 1] = known[key]
        end
        table.insert(known[key].runs, row)
        add_teacher(known[key], row, set)
      end
    end
  end
  return list
end

-- values of a group's runs, in order of seed
function M.values(group, at, metric)
  local list = {}
  table.sort(group.runs, function(a, b)
    return a.spec.seed < b.spec.seed or a.spec.seed == b.spec.seed and a.hash < b.hash
  end)
  for _, run in ipairs(group.runs) do
    list[#list + 1] = M.value(run, at, metric)
  end
  return list
end

-- values of the teachers of a group
function M.teacher_values(group, at, metric)
  local hashes, list = {}, {}
  for hash in pairs(group.taught_by) do
    hashes[#hashes + 1] = hash
  end
  table.sort(hashes)
  for _, hash in ipairs(hashes) do
    list[#list + 1] = M.value(group.taught_by[hash], at, metric)
  end
  return list
end

-- the plain students trained as a group was
function M.plain_of(groups, group)
  local same = json.encode { group.dataset.name, group.dataset.options, group.dataset.train,
                             group.dataset.augment, group.train, group.student }
  for _, other in ipairs(groups) do
    if other.kind == "student" and other.method.name == "none"
       and json.encode { other.dataset.name, other.dataset.options, other.dataset.train,
                         other.dataset.augment, other.train, other.student } == same then
      return other
    end
  end
end

function M.knows(metric)
  return METRICS[metric] ~= nil
end

return M
