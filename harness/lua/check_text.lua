-- check_text.lua - what a check found, for people: a line a method, and why where it failed.

local M = {}

local WIDTH = 11

local function cell(text)
  return string.format("%-" .. WIDTH .. "s", text)
end

local function column(name, width)
  return string.format("%-" .. width .. "s", name)
end

local function widest(names)
  local width = 8
  for _, name in ipairs(names) do
    width = math.max(width, #name + 2)
  end
  return width
end

function M.head(names, points)
  local out = { column("method", widest(names)) }
  for _, point in ipairs(points) do
    out[#out + 1] = cell(point)
  end
  return table.concat(out) .. "seconds\n"
end

-- one mark for a point over both builds
local function mark(method, point)
  local text
  for _, p in ipairs(method.points) do
    if p.point == point then
      if not p.ok then
        return "FAIL"
      end
      text = p.cases and #p.cases > 0 and #p.cases .. (#p.cases > 1 and " cases" or " case")
        or p.note or text or "ok"
    end
  end
  return text or "-"
end

function M.method(method, names, points, verbose)
  local out = { column(method.name, widest(names)) }
  for _, point in ipairs(points) do
    out[#out + 1] = cell(mark(method, point))
  end
  out[#out + 1] = string.format("%.1f\n", method.seconds)
  for _, p in ipairs(method.points) do
    for _, fault in ipairs(p.faults) do
      out[#out + 1] = string.format("  %s, %s: %s\n", p.point, p.build, fault:gsub("\n", "\n    "))
    end
    for _, remark in ipairs(verbose and p.remarks or {}) do
      out[#out + 1] = string.format("  %s, %s: note: %s\n", p.point, p.build, remark)
    end
  end
  return table.concat(out)
end

local function count(list, wanted)
  local n = 0
  for _, item in ipairs(list) do
    n = n + (item.ok == wanted and 1 or 0)
  end
  return n
end

function M.summary(found)
  local out = {}
  if #found.methods > 1 then
    out[#out + 1] = "slowest:"
    for _, m in ipairs(found.slowest) do
      out[#out + 1] = string.format(" %s %.1f s", m.name, m.seconds)
    end
    out[#out + 1] = "\n"
  end
  for _, group in ipairs(found.unclaimed) do
    out[#out + 1] = "FAIL no method claims the group " .. group .. "\n"
  end
  out[#out + 1] = string.format("%d of %d methods pass\n", count(found.methods, true),
    #found.methods)
  return table.concat(out)
end

-- "eval 2e-07/4e-07": largest relative error of outputs and of gradients
local function mode_text(mode)
  local errors = {}
  for _, what in ipairs { "outputs", "gradients" } do
    local worst = mode[what] and mode[what].worst
    errors[#errors + 1] = worst and (type(worst) == "number" and string.format("%.0e", worst)
      or worst)
  end
  return mode.mode .. " " .. table.concat(errors, "/")
end

function M.models(found)
  local out = {}
  for _, group in ipairs(found.groups) do
    local modes = {}
    for i, mode in ipairs(group.modes or {}) do
      modes[i] = mode_text(mode)
    end
    out[#out + 1] = string.format("%-5s%-24s%-8s%s\n", group.ok and "ok" or "FAIL", group.group,
      group.build == "float" and group.path or group.build, table.concat(modes, ", "))
    if group.reason and group.reason ~= "" then
      out[#out + 1] = "  " .. group.reason .. "\n"
    end
  end
  for _, fault in ipairs(found.faults) do
    out[#out + 1] = "FAIL " .. fault .. "\n"
  end
  if found.none then
    out[#out + 1] = "no reference has a network of that family\n"
  end
  out[#out + 1] = string.format("%d of %d networks agree\n", count(found.groups, true),
    #found.groups)
  return table.concat(out)
end

return M
