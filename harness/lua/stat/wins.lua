-- wins.lua - the table of wins, ties and losses: each method against each other, over the pairs.

local accuracy = require "accuracy"
local captions = require "captions"
local stats = require "stats"
local words = require "stat.words"

local M = {}

local MANY = 16 -- methods up to which every one has a column

local function label(method)
  return method.name == accuracy.PLAIN and "Student" or method.label
end

-- "wins", "ties" or "losses" of a over b on a pair; nil with fewer than two common seeds
local function outcome(view, a, b, column)
  local _, own = view.values(a.key, column)
  local _, theirs = view.values(b.key, column)
  local found = stats.interval(stats.differences(own, theirs))
  if not found then
    return nil
  elseif found.low <= 0 and found.high >= 0 then
    return "ties"
  end
  return view.better(found.low, 0) and "wins" or "losses"
end

local TURNED = { wins = "losses", losses = "wins", ties = "ties" }

local function nothing()
  return { wins = 0, ties = 0, losses = 0 }
end

-- counts[a.key][b.key] = { wins, ties, losses }
local function count(view)
  local methods, counts = view.group.methods, {}
  for _, method in ipairs(methods) do
    counts[method.key] = {}
  end
  for i, a in ipairs(methods) do
    for j = i + 1, #methods do
      local b, one, other = methods[j], nothing(), nothing()
      for _, column in ipairs(view.group.columns) do
        local what = outcome(view, a, b, column)
        if what then
          one[what], other[TURNED[what]] = one[what] + 1, other[TURNED[what]] + 1
        end
      end
      counts[a.key][b.key], counts[b.key][a.key] = one, other
    end
  end
  return counts
end

local function sum_of(counts, key)
  local sum = nothing()
  for _, one in pairs(counts[key]) do
    for what, n in pairs(one) do
      sum[what] = sum[what] + n
    end
  end
  return sum
end

local function text(one, pairs_there_are)
  if not one or one.wins + one.ties + one.losses == 0 then
    return ""
  elseif pairs_there_are == 1 then
    return one.wins == 1 and "win" or one.ties == 1 and "tie" or "loss"
  end
  return string.format("%d/%d/%d", one.wins, one.ties, one.losses)
end

-- those that have a column: all of few methods, of many the plain student and kd
local function shown(view)
  if #view.group.methods <= MANY then
    return view.group.methods
  end
  local list = { accuracy.base(view, accuracy.PLAIN) }
  list[#list + 1] = accuracy.base(view, "kd")
  return list
end

local function csv_of(view, counts)
  local csv = { { "method", "other", "metric", "protocol", "wins", "ties", "losses" } }
  for _, a in ipairs(view.group.methods) do
    for _, b in ipairs(view.group.methods) do
      local one = counts[a.key][b.key]
      csv[#csv + 1] = one and { a.label, b.label, view.metric.name, view.protocol, one.wins,
                                one.ties, one.losses }
    end
  end
  return csv
end

function M.table(view)
  local counts, columns, rows = count(view), shown(view), {}
  local head = { "Method", "All" }
  for _, other in ipairs(columns) do
    head[#head + 1] = label(other)
  end
  for _, method in ipairs(view.group.methods) do
    local row = { label(method), text(sum_of(counts, method.key)) }
    for _, other in ipairs(columns) do
      row[#row + 1] = method.key == other.key and "–"
                      or text(counts[method.key][other.key], #view.group.columns)
    end
    rows[#rows + 1] = row
  end
  return #rows > 1 and { head = head, rows = rows, csv = csv_of(view, counts) } or nil
end

local ACCOUNT = "On how many pairs the method of the row wins, ties and loses against that of the "
  .. "column%s. Win: all of the 95 %% interval of %s of the mean difference, seed by seed, is "
  .. "better than 0; loss: all of it is worse; tie: it includes 0, or every seed is equal. Not "
  .. "corrected for the number of comparisons; pairs with fewer than two common seeds are left out."

function M.caption(view)
  local few = #view.group.methods > MANY and " (of so many methods, the CSV file has the others)"
              or ""
  return captions.of(view, "wins/ties/losses in",
                     string.format(ACCOUNT, few, words.interval(words.most_values(view.group))))
end

return M
