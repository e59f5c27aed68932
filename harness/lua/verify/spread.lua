-- spread.lua - do the means of two folders agree, cell by cell? Simultaneous intervals of the
-- differences: all hold their true value with a chance of 1 - ERROR (Bonferroni). Each is a
-- t interval over the seeds that both have, or of two samples where they share none.
-- Standard deviations are moderated over the cells of a data set (stat/moderated.lua), because two
-- or three seeds alone would give intervals so wide that anything agrees.

local moderated = require "stat.moderated"
local stats = require "stats"

local M = {}

M.ERROR = 0.01
-- Variance that other weights of a teacher bring, as a share of what a student's own seed brings. In
-- a trial on 3,000 images (resnet8, three teachers, two seeds each) it was above one for kd and sp,
-- though known but roughly: to allow for less would call chance a difference.
M.TEACHER = 1
local MANY = 1e7 -- degrees of freedom, as good as infinity

-- Students of one teacher all move with it, which the spread over their seeds does not show.
function M.teacher_share(other)
  return other and M.TEACHER or 0
end

-- ---- one cell ----------------------------------------------------------------------------

local function variance(list)
  local sd = stats.sd(list)
  return sd and sd * sd
end

-- over the seeds of both: mean difference b - a, its own variance, and what that is divided by
local function paired(cell)
  local list = {}
  for i, a in ipairs(cell.a) do
    list[i] = cell.b[i] - a
  end
  return { difference = stats.mean(list), variance = variance(list), df = #list - 1,
           share = 1 / #list + M.teacher_share(cell.other_teacher), family = "paired" }
end

-- Of different seeds. If the folders are of one experiment their spreads are one.
local function unpaired(cell)
  local na, nb = #cell.a, #cell.b
  local df = na + nb - 2
  local sum = (na - 1) * (variance(cell.a) or 0) + (nb - 1) * (variance(cell.b) or 0)
  return { difference = stats.mean(cell.b) - stats.mean(cell.a), df = df,
           variance = df > 0 and sum / df or nil, share = 1 / na + 1 / nb, family = "unpaired" }
end

-- ---- all ----------------------------------------------------------------------------------

-- priors by family: list of { family, variance (nil for one value), df }
function M.priors(list)
  local known, priors = {}, {}
  for _, one in ipairs(list) do
    known[one.family] = known[one.family] or {}
    if one.variance then
      table.insert(known[one.family], one)
    end
  end
  for family, members in pairs(known) do
    priors[family] = moderated.prior(members)
  end
  return priors
end

-- half the width of one of `n` simultaneous intervals around a value whose variance is share times
-- what { family, variance, df } and its prior say; nil where nothing says how large it is
function M.half_width(one, prior, n)
  local v, df = moderated.posterior(prior, one.variance, one.df)
  local t = v and stats.t_quantile(1 - M.ERROR / (2 * n), math.min(df, MANY))
  return v and t * math.sqrt(v * one.share)
end

-- cells: list of { a, b: values; paired: are they of the same seeds, in order?; family: name of
-- what shares its spread; other_teacher: have their teachers other weights? }. Gives each `difference` of the means (b - a) and `half`, nil where no
-- interval can be said.
function M.judge(list)
  local found = {}
  for i, cell in ipairs(list) do
    found[i] = cell.paired and paired(cell) or unpaired(cell)
    found[i].family = cell.family .. "\0" .. found[i].family
  end
  local priors = M.priors(found)
  for i, cell in ipairs(list) do
    cell.difference = found[i].difference
    cell.half = M.half_width(found[i], priors[found[i].family], #list)
  end
end

-- what it is, in a sentence or two
function M.text(n)
  return string.format("Intervals of the difference of means hold simultaneously over %d cell%s "
                       .. "with family error %g %% (Bonferroni): t over the seeds that both have, "
                       .. "or of two samples where they share none, standard deviations moderated "
                       .. "over the cells of a data set; where a teacher has other weights, its "
                       .. "variance is taken to be a seed's.", n, n == 1 and "" or "s",
                       100 * M.ERROR)
end

return M
