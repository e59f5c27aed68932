-- blocks.lua - methods over blocks, a data set and a pair each: Friedman's test and Nemenyi's
-- critical difference of the methods that ran in every block.

local accuracy = require "accuracy"
local captions = require "captions"
local friedman = require "stat.friedman"
local stats = require "stats"
local words = require "stat.words"

local M = {}

local LEVEL = 0.05

-- ---- blocks ----------------------------------------------------------------------

-- of a sweep's groups: { view, column, track }
function M.of_groups(set, groups, how)
  local list = {}
  for _, group in ipairs(groups) do
    local view = accuracy.view(set, group, how)
    for _, column in ipairs(group.columns) do
      list[#list + 1] = { view = view, column = column }
    end
  end
  return list
end

-- of several tracks: what across.of gives
function M.of_tracks(all)
  local list = {}
  for _, track in ipairs(all.tracks) do
    for _, block in ipairs(track.blocks) do
      list[#list + 1] = { view = block.view, column = block.column, track = track.name }
    end
  end
  return list
end

-- a block's means by method's label, the least is the best
local function means_of(block)
  local means, sign = {}, block.view.metric.higher_better and -1 or 1
  for _, method in ipairs(block.view.group.methods) do
    local mean = stats.mean((block.view.values(method.key, block.column)))
    means[method.label] = mean and stats.rounded(sign * mean)
  end
  return means
end

-- those that ran in all of these, and labels of those that ran in some
local function split(blocks, means)
  local every, some, seen = {}, {}, {}
  for _, block in ipairs(blocks) do
    for _, method in ipairs(block.view.group.methods) do
      local n = 0
      for _, of_block in ipairs(means) do
        n = n + (of_block[method.label] and 1 or 0)
      end
      if not seen[method.label] and n > 0 then
        table.insert(n == #blocks and every or some,
                     { name = method.name, label = method.label, order = #every })
      end
      seen[method.label] = true
    end
  end
  return every, some
end

-- ---- the test --------------------------------------------------------------------

-- chance that all blocks have one order when any order is as likely: no exact p is smaller
local function least_p(n, k)
  local p = 1.0
  for i = 2, k do
    p = p / i ^ (n - 1)
  end
  return p
end

local function add_ranks(found, test)
  for i, method in ipairs(found.methods) do
    method.rank = test.ranks[i]
  end
  table.sort(found.methods, function(a, b)
    return a.rank < b.rank or a.rank == b.rank and a.order < b.order
  end)
  found.ranks = {}
  for i, method in ipairs(found.methods) do
    found.ranks[i] = method.rank
  end
end

-- { blocks, methods (best rank first: name, label, rank), ranks, some, test, cd, tests, resolves,
-- cliques }; tests: Friedman's can say something, resolves: Nemenyi's can. nil with fewer than
-- three methods.
function M.measure(blocks)
  local means, values = {}, {}
  for i, block in ipairs(blocks) do
    means[i] = means_of(block)
  end
  local found = { blocks = blocks }
  found.methods, found.some = split(blocks, means)
  if #found.methods < 3 then
    return nil
  end
  for i, of_block in ipairs(means) do
    values[i] = {}
    for j, method in ipairs(found.methods) do
      values[i][j] = of_block[method.label]
    end
  end
  local n, k = #blocks, #found.methods
  found.test = friedman.test(values)
  found.cd = friedman.critical_difference(k, n, LEVEL)
  found.tests, found.resolves = least_p(n, k) < LEVEL, found.cd < k - 1
  add_ranks(found, found.test)
  found.cliques = friedman.cliques(found.ranks, found.cd)
  return found
end

-- ---- what is said ----------------------------------------------------------------

local function names(list)
  local labels = {}
  for i, one in ipairs(list) do
    labels[i] = one.label
  end
  return table.concat(labels, ", ")
end

-- "1 text resnet20-resnet8", by which number the block is called again
local function block_name(block, i)
  return i .. " " .. (block.track and block.track .. " " or "") .. block.column.label
end

-- groups of blocks that share a key, as text: "blocks 1, 3 (what)"
local function shared(blocks, keys_of, what)
  local by, order, texts, said = {}, {}, {}, {}
  for i, block in ipairs(blocks) do
    for _, key in ipairs(keys_of(block)) do
      order[#order + 1] = not by[key] and key or nil
      by[key] = by[key] or {}
      table.insert(by[key], i)
    end
  end
  for _, key in ipairs(order) do
    local list = #by[key] == #blocks and "all" or "blocks " .. table.concat(by[key], ", ")
    if #by[key] > 1 and not said[list .. what(key)] then
      texts[#texts + 1], said[list .. what(key)] = list .. what(key), true
    end
  end
  return table.concat(texts, "; ")
end

local function data_of(block)
  return { captions.title(block.view.set, block.view.group.dataset.name) }
end

local function teachers_of(block)
  local list = {}
  for _, hashes in ipairs { block.column.teachers, block.column.others } do
    for hash in pairs(hashes) do
      list[#list + 1] = hash
    end
  end
  table.sort(list)
  return list
end

-- the blocks that are not independent of each other; "" when all are
local function sharing(blocks)
  local data = shared(blocks, data_of, function(name) return " (" .. name .. ")" end)
  local teachers = shared(blocks, teachers_of, function() return "" end)
  if data == "" and teachers == "" then
    return ""
  end
  return " Blocks are not independent: " .. (data ~= "" and "data are shared by " .. data or "")
         .. (data ~= "" and teachers ~= "" and "; " or "")
         .. (teachers ~= "" and "a teacher is shared by " .. teachers or "")
         .. ". The tests take them as if they were, so their p and CD are too small."
end

local function friedman_text(found)
  local t = found.test
  if not found.tests then
    return "Friedman: " .. words.NOT_HERE .. "."
  elseif not t.chi2 then
    return "Friedman: all are equal in every block."
  end
  local f = t.f < math.huge and string.format("F %.2f (%d and %d), p %s", t.f, t.k - 1,
                                              (t.k - 1) * (t.n - 1), words.p(t.p_f))
            or "F is infinite where every block has one order, and its p means nothing"
  return string.format("Friedman: chi-squared %.2f (%d degrees of freedom), p %s; Iman and "
                       .. "Davenport: %s.", t.chi2, t.k - 1, words.p(t.p), f)
end

local function nemenyi_text(found)
  local most = found.test.k - 1
  if not found.resolves then
    return string.format("Nemenyi: the critical difference is %.2f, ranks cannot differ by more "
                         .. "than %d: %s.", found.cd, most, words.NOT_HERE)
  end
  return string.format("Nemenyi: two methods whose ranks are %.2f or more apart differ, at 5 %% "
                       .. "over all comparisons.", found.cd)
end

-- what table and figure say below what they show
function M.account(found)
  local t = found.test
  local listed = {}
  for i, block in ipairs(found.blocks) do
    listed[i] = block_name(block, i)
  end
  local rest = #found.some > 0 and " Not in every block: " .. names(found.some) .. "." or ""
  return string.format("Mean ranks (1 is best) of the %d methods that ran in all of %d "
                       .. "block%s (%s), by means over seeds. %s %s%s%s", t.k, t.n,
                       t.n == 1 and "" or "s", table.concat(listed, ", "), friedman_text(found),
                       nemenyi_text(found), rest, sharing(found.blocks))
end

-- ---- the table -------------------------------------------------------------------

-- "2 better, 3 worse" of the methods that a method is told apart from
local function apart(found, i)
  local better, worse = 0, 0
  for _, rank in ipairs(found.ranks) do
    better = better + (found.ranks[i] - rank >= found.cd and 1 or 0)
    worse = worse + (rank - found.ranks[i] >= found.cd and 1 or 0)
  end
  return better, worse
end

-- name: of the table's files
function M.table(found, name, caption)
  local t = { name = name, title = "Ranks over blocks", caption = caption, rows = {},
              head = { "Method", "Mean rank", "Better than it", "Worse than it" },
              csv = { { "method", "rank", "blocks", "methods", "critical_difference", "better",
                        "worse", "chi2", "p_chi2", "f", "p_f" } } }
  local test = found.test
  for i, method in ipairs(found.methods) do
    local better, worse = apart(found, i)
    t.rows[i] = { method.name == accuracy.PLAIN and "Student" or method.label,
                  string.format("%.2f", method.rank),
                  found.resolves and tostring(better) or words.NOT_HERE,
                  found.resolves and tostring(worse) or words.NOT_HERE }
    t.csv[#t.csv + 1] = { method.label, method.rank, test.n, test.k, found.cd, better, worse,
                          test.chi2, test.p, test.f, test.f ~= math.huge and test.p_f or nil }
  end
  return t
end

return M
