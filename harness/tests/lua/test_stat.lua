-- test_stat.lua - every statistic against what scipy 1.10.1 gives (S is scipy.stats; the call is
-- beside its values), and by hand where scipy has none.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/../../lua/?.lua;" .. package.path

local lu = require "luaunit"
local bootstrap = require "stat.bootstrap"
local distributions = require "stat.distributions"
local effect = require "stat.effect"
local friedman = require "stat.friedman"
local interval = require "stat.interval"
local noncentral = require "stat.noncentral"
local paired = require "stat.paired"
local range = require "stat.range"
local ranks = require "stat.ranks"
local stats = require "stats"
local stream = require "stat.stream"

local LISTS = {
  two = { 1.5, 2.25 },
  three = { 0.4, -0.1, 0.9 },
  five = { 1.2, 0.7, -0.3, 2.1, 1.4 },
  ties5 = { 0.5, 0.5, -0.5, 1.0, 1.0 },
  zeros6 = { 0.0, 0.3, 0.0, -0.2, 0.7, 0.3 },
  above6 = { 0.1, 0.2, 0.3, 0.4, 0.5, 0.6 },
  twelve = { 0.31, -0.12, 0.58, 0.94, -0.27, 0.43, 0.66, 0.05, 1.12, -0.41, 0.77, 0.29 },
  ties12 = { 1, 2, -1, 3, 2, 2, -2, 4, 1, -3, 0, 5 },
  skewed10 = { 0.1, 0.2, 0.1, 0.3, 0.2, 0.1, 4.0, 0.2, 0.5, 0.1 },
}

local function near(got, wanted, far, what)
  lu.assertAlmostEquals(got, wanted, far * math.max(1e-300, math.abs(wanted)), what)
end

-- ---- distributions -----------------------------------------------------------------

TestDistributions = {}

function TestDistributions.test_normal()
  -- S.norm.cdf(x), S.norm.ppf(p)
  for x, p in pairs { [-3] = 0.0013498980316300933, [-10] = 7.61985302416047e-24,
                      [2] = 0.9772498680518208, [0.3] = 0.6179114221889526,
                      [-37] = 5.7255712225239266e-300 } do
    near(distributions.normal_cdf(x), p, 1e-12, x)
  end
  near(distributions.normal_quantile(0.975), 1.959963984540054, 1e-13)
  near(distributions.normal_quantile(1e-10), -6.361340902404056, 1e-13)
  lu.assertEquals(distributions.normal_quantile(0.5), 0)
end

function TestDistributions.test_t_f_and_chi_squared()
  near(distributions.t_two_sided(2.5, 5), 0.054490099342376204, 1e-13) -- 2 * S.t.sf(2.5, 5)
  near(distributions.t_two_sided(30, 2), 0.0011092626819596588, 1e-12) -- 2 * S.t.sf(30, 2)
  near(distributions.f_above(3.2, 4, 12), 0.05257985915709917, 1e-13) -- S.f.sf(3.2, 4, 12)
  near(distributions.f_above(0.2, 1, 1), 0.73227952719877, 1e-13) -- S.f.sf(0.2, 1, 1)
  near(distributions.chi2_above(7.7, 3), 0.05263626600872372, 1e-13) -- S.chi2.sf(7.7, 3)
  near(distributions.chi2_above(0.3, 10), 0.9999994414192152, 1e-13) -- S.chi2.sf(0.3, 10)
  near(distributions.chi2_above(90, 10), 5.355926124581609e-15, 1e-11) -- S.chi2.sf(90, 10)
  near(distributions.f_quantile(0.95, 10, 30), 2.164579917125473, 1e-12) -- S.f.ppf(0.95, 10, 30)
  near(distributions.chi2_quantile(0.95, 10), 18.307038053275146, 1e-12) -- S.chi2.ppf(0.95, 10)
end

function TestDistributions.test_quantiles_below_a_half_are_those_above_turned()
  near(distributions.t_quantile(0.025, 5), -distributions.t_quantile(0.975, 5), 1e-14)
end

function TestDistributions.test_noncentral_t()
  -- S.nct.cdf(t, df, shift)
  for _, row in ipairs { { 2.5, 5, 1.2, 0.824539238872626 }, { 50, 5, 40, 0.6689374205353815 },
                         { -1, 2, 1, 0.04205626374370475 }, { 0, 2, 1, 0.15865525393145707 },
                         { 3, 1, 0.5, 0.8231218864004439 }, { 2, 500, 1, 0.8406199803328014 } } do
    near((noncentral.cdf(row[1], row[2], row[3])), row[4], 1e-10, row[4])
  end
  for _, row in ipairs { { 2.5, 5 }, { -40, 2 }, { 0, 11 }, { 300, 5 } } do
    near((noncentral.cdf(row[1], row[2], noncentral.shift(row[1], row[2], 0.975))), 0.975, 1e-9)
  end
end

function TestDistributions.test_studentized_range_at_infinite_df()
  -- S.studentized_range.ppf(0.95, k, inf) / sqrt(2)
  for k, q in pairs { [2] = 1.9599639845400534, [3] = 2.343700586378409, [5] = 2.7277743708703763,
                      [10] = 3.163683577053373, [20] = 3.5437991315177815,
                      [73] = 4.1643202848808 } do
    near(range.quantile(0.95, k) / math.sqrt(2), q, 1e-9, k)
  end
  near(range.cdf(3.5, 5), 0.9036615360345732, 1e-11) -- S.studentized_range.cdf(3.5, 5, inf)
  near(range.cdf(1, 3), 0.24071264122933875, 1e-11) -- S.studentized_range.cdf(1, 3, inf)
  lu.assertEquals(range.cdf(0, 3), 0)
end

-- ---- intervals ---------------------------------------------------------------------

TestIntervals = {}

function TestIntervals.test_below_ten_they_are_students()
  -- S.t.interval(0.95, n - 1, mean(x), std(x, ddof=1) / sqrt(n)); its quantile for one degree of
  -- freedom is tan(0.475 pi) to ten digits only
  for name, ends in pairs { two = { -2.8898267761620353, 6.639826776162035 },
                            three = { -0.8420688559218763, 1.6420688559218766 },
                            five = { -0.0884937523933027, 2.128493752393303 },
                            ties5 = { -0.2603608068958191, 1.260360806895819 },
                            zeros6 = { -0.15128143260519675, 0.5179480992718634 } } do
    local found = interval.of(LISTS[name])
    near(found.low, ends[1], 1e-9, name)
    near(found.high, ends[2], 1e-9, name)
    lu.assertEquals(found.by, "t")
  end
  lu.assertNil(interval.of { 3 })
end

-- S.bootstrap((x,), np.mean, n_resamples=1999, method='BCa', batch=1999, confidence_level=c), its
-- rng_integers replaced by this stream's draws (splitmix64 in Python); whole numbers, whose sums
-- are exact. c: 0.95, then 2 S.norm.cdf(sqrt(n / (n-1)) S.t.ppf(0.975, n-1)) - 1
local DRAWN = {
  { { 31, -12, 58, 94, -27, 43, 66, 5, 112, -41, 77, 29 },
    { 10.333333333333334, 63.25 }, { 6.115195878396042, 66.69862009315202 } },
  { LISTS.ties12, { -0.16666666666666666, 2.3333333333333335 }, { -0.5, 2.5 } },
  { { 1, 2, 1, 3, 2, 1, 40, 2, 5, 1 },
    { 1.7432577968109342, 18.21163842821711 }, { 1.6, 21.575348840766765 } },
}

function TestIntervals.test_the_bootstrap_is_bca()
  for i, row in ipairs(DRAWN) do
    local low, high = bootstrap.mean(row[1], 0.95)
    near(low, row[2][1], 1e-9, i)
    near(high, row[2][2], 1e-9, i)
  end
end

function TestIntervals.test_from_ten_they_are_the_bootstraps_at_a_wider_level()
  for i, row in ipairs(DRAWN) do
    local found = interval.of(row[1])
    near(found.low, row[3][1], 1e-9, i)
    near(found.high, row[3][2], 1e-9, i)
    near(found.half, (row[3][2] - row[3][1]) / 2, 1e-9)
    lu.assertEquals(found.by, "bootstrap")
  end
end

function TestIntervals.test_one_more_value_changes_the_kind()
  local list = { table.unpack(LISTS.skewed10, 1, 9) }
  lu.assertEquals(interval.of(list).by, "t")
  list[10] = 1
  lu.assertEquals(interval.of(list).by, "bootstrap")
end

function TestIntervals.test_percentiles_are_linear_between_estimates()
  -- np.percentile([1, 2, 4, 8, 16], [2.5, 97.5])
  local low, high = bootstrap.percentiles { 16, 2, 8, 4, 1 }
  lu.assertAlmostEquals(low, 1.1, 1e-12)
  lu.assertAlmostEquals(high, 15.2, 1e-12)
end

function TestIntervals.test_equal_values_have_none_that_is_wide()
  local list = { 0.1 + 0.2, 0.1 + 0.2, 0.1 + 0.2 }
  lu.assertEquals(interval.sd(list), 0)
  lu.assertEquals(interval.of(list).half, 0)
  for i = 4, 12 do
    list[i] = list[1]
  end
  lu.assertEquals({ interval.of(list).low, interval.of(list).high }, { list[1], list[1] })
end

function TestIntervals.test_a_name_is_a_stream_of_its_own()
  local a, b = stream.new("a"), stream.new("b")
  -- the same in Python, by Steele's splitmix64 and FNV-1a
  lu.assertEquals({ a.next(), a.next(), a.next() },
                  { 0x5f29c2aadd9b8527, 0xff84f1bdb6d3884f, 0xfdfab147e960346e })
  local drawn = {}
  for i = 1, 10 do
    drawn[i] = a.below(10)
  end
  lu.assertEquals(drawn, { 6, 4, 0, 5, 6, 9, 5, 2, 6, 6 })
  lu.assertNotEquals(b.next(), stream.new("a").next())
end

-- the share of intervals of ten standard normals that hold 0; 3.6 standard errors of 400 are 0.04
function TestIntervals.test_the_bootstrap_of_ten_covers_what_it_says()
  local s, held = stream.new("coverage"), 0
  for _ = 1, 400 do
    local list = {}
    for i = 1, 10 do
      list[i] = distributions.normal_quantile((s.below(1 << 30) + 0.5) / (1 << 30))
    end
    local found = interval.of(list)
    held = held + (found.low < 0 and found.high > 0 and 1 or 0)
  end
  lu.assertTrue(held / 400 > 0.91 and held / 400 < 0.98, held / 400)
end

-- ---- paired tests ------------------------------------------------------------------

TestPaired = {}

function TestPaired.test_t()
  -- S.ttest_rel(x, zeros(n)): statistic, pvalue
  for name, row in pairs { two = { 5.0, 0.12566591637800234 },
                           three = { 1.3856406460551023, 0.3001457877762348 },
                           five = { 2.5547947394266837, 0.06298443520879801 },
                           ties5 = { 1.8257418583505538, 0.14192744777405542 },
                           zeros6 = { 1.4084056792618558, 0.21804982822159058 },
                           above6 = { 4.582575694955841, 0.00593354451759226 },
                           twelve = { 2.6086026375435285, 0.024318041315301655 },
                           ties12 = { 1.7069017293076698, 0.1158751754020495 } } do
    local test = paired.t_test(LISTS[name])
    near(test.t, row[1], 1e-12, name)
    near(test.p, row[2], 1e-11, name)
    lu.assertTrue(test.spread)
  end
  lu.assertNil(paired.t_test { 1 })
end

function TestPaired.test_without_spread_t_says_nothing()
  lu.assertEquals(paired.t_test { 0.4, 0.4, 0.4 }, { t = math.huge, df = 2, p = 0.0 })
  lu.assertEquals(paired.t_test { 0, 0 }, { df = 1 })
end

function TestPaired.test_wilcoxon()
  -- z = x[x != 0]; S.permutation_test((z,), sum of rankdata(abs(z)) where z > 0,
  -- permutation_type='samples', n_resamples=inf): statistic, pvalue
  for name, row in pairs { two = { 3, 0.5 }, three = { 5, 0.5 }, five = { 14, 0.125 },
                           ties5 = { 13, 0.25 }, zeros6 = { 9, 0.25 }, above6 = { 21, 0.03125 },
                           twelve = { 67, 0.02685546875 }, ties12 = { 50, 0.1455078125 } } do
    local test = paired.wilcoxon(LISTS[name])
    lu.assertEquals(test.sum, row[1], name)
    near(test.p, row[2], 1e-13, name)
  end
  -- without ties and zeros also S.wilcoxon(x, method='exact').pvalue
  near(paired.wilcoxon(LISTS.twelve).p, 0.02685546875, 1e-13)
  lu.assertEquals(paired.wilcoxon { 0, 0, 0 }, { sum = 0, n = 0, p = 1.0 })
end

function TestPaired.test_wilcoxon_of_many()
  -- x = ((i * 37) % 101 - 45) / 10 for i in 1 .. 120; S.wilcoxon(x, method='approx')
  local list = {}
  for i = 1, 120 do
    list[i] = ((i * 37) % 101 - 45) / 10
  end
  local test = paired.wilcoxon(list)
  near(test.p, 0.06473582303115048, 1e-11)
end

function TestPaired.test_no_p_is_below_that_of_all_on_one_side()
  lu.assertEquals(paired.least_p(6), paired.wilcoxon(LISTS.above6).p)
  lu.assertEquals(paired.least_p(2), 0.5)
  lu.assertEquals(paired.least_p(1), paired.wilcoxon { 2 }.p)
end

function TestPaired.test_holm()
  -- statsmodels.stats.multitest.multipletests(p, method='holm')[1], by hand: sorted p times what
  -- is left, never falling
  local got = paired.holm { 0.01, 0.04, 0.03, 0.005 }
  for i, p in ipairs { 0.03, 0.06, 0.06, 0.02 } do
    near(got[i], p, 1e-12)
  end
  lu.assertEquals(paired.holm { 0.6, 0.7 }, { 1, 1 })
  lu.assertEquals(paired.holm { 0.2 }, { 0.2 })
  lu.assertEquals(paired.holm {}, {})
end

-- ---- sizes -------------------------------------------------------------------------

TestEffect = {}

function TestEffect.test_sizes_and_their_intervals()
  -- dz = mean / std(ddof=1); J = gamma(df/2) / (sqrt(df/2) gamma((df-1)/2)); J dz; J / sqrt(n)
  -- times the shifts where S.nct.cdf(dz sqrt(n), df, shift) is 0.975 and 0.025, by optimize.brentq
  for name, row in pairs {
    three = { 0.8, 0.4513516668382051, -0.34022499584400984, 1.1772811893994346 },
    five = { 1.1425389411833855, 0.9116141812862762, -0.0440844608129596, 1.8103185883387334 },
    ties5 = { 0.8164965809277261, 0.65147001587056, -0.19945851039870172, 1.4483228325398205 },
    zeros6 = { 0.5749792108382483, 0.4834130139539692, -0.26918017376249237, 1.1970633913200208 },
    twelve = { 0.753038717497262, 0.7002957426281577, 0.08788495332514736, 1.288597420215803 },
    above6 = { 1.870828693386971, 1.572896759072878, 0.3921769173954883, 2.7114194099259854 },
  } do
    local found = effect.of(LISTS[name])
    near(found.dz, row[1], 1e-12, name)
    near(found.g, row[2], 1e-12, name)
    near(found.low, row[3], 1e-8, name)
    near(found.high, row[4], 1e-8, name)
  end
  lu.assertNil(effect.of(LISTS.two)) -- Hedges' factor is 0
  lu.assertNil(effect.of { 0.3, 0.3, 0.3 })
end

function TestEffect.test_power_and_what_it_can_see()
  -- c = S.t.ppf(1 - alpha/2, n-1); power(s) = S.nct.sf(c, n-1, s sqrt(n)) + S.nct.cdf(-c, ...);
  -- power(0.5), optimize.brentq(power(s) - 0.8)
  for _, row in ipairs { { 2, 0.05, 0.06194860668588606, 11.549888436114843 },
                         { 3, 0.05, 0.0841070558907579, 3.2640435498141827 },
                         { 5, 0.05, 0.14051668999029754, 1.6819969659555574 },
                         { 6, 0.05, 0.17070707949426525, 1.4345447824830733 },
                         { 6, 0.005, 0.024447713490522396, 2.459126628687239 },
                         { 12, 0.05, 0.352824149330104, 0.88865426529085 },
                         { 30, 0.05, 0.7539647157437906, 0.5292356151129634 } } do
    near(effect.power(0.5, row[1], row[2]), row[3], 1e-8)
    near(effect.detectable(row[1], row[2]), row[4], 1e-8)
  end
  lu.assertNil(effect.detectable(1, 0.05))
end

function TestEffect.test_pairs_needed_are_the_fewest_with_that_power()
  for _, size in ipairs { 0.3, 0.53, 1, 2.5, 20 } do
    local n = effect.pairs_needed(size, 0.05, 1000)
    lu.assertTrue(effect.power(size, n, 0.05) >= 0.8)
    lu.assertTrue(n == 2 or effect.power(size, n - 1, 0.05) < 0.8)
  end
  lu.assertEquals(effect.pairs_needed(0.5292356151129635, 0.05, 1000), 30)
  lu.assertNil(effect.pairs_needed(0.01, 0.05, 1000))
end

-- ---- ranks -------------------------------------------------------------------------

TestRanks = {}

function TestRanks.test_places()
  -- S.rankdata(x)
  lu.assertEquals(ranks.of { 3, 1, 3, 2 }, { 3.5, 1, 3.5, 2 })
  lu.assertEquals(ranks.of {}, {})
end

function TestRanks.test_kendalls_tau_b()
  -- S.kendalltau(a, b).statistic
  near(ranks.kendall({ 1, 2, 3, 4, 5 }, { 3, 1, 2, 5, 4 }), 0.4, 1e-14)
  near(ranks.kendall({ 1, 2, 2, 4, 5, 5 }, { 3, 1, 2, 5, 5, 4 }), 0.44474958999666075, 1e-14)
  near(ranks.kendall({ 12, 2, 1, 12, 2 }, { 1, 4, 7, 1, 0 }), -0.4714045207910316, 1e-14)
  lu.assertNil(ranks.kendall({ 1, 1, 1 }, { 1, 2, 3 }))
end

-- S.friedmanchisquare(*columns): statistic, pvalue; then (n-1) chi2 / (n (k-1) - chi2) and
-- S.f.sf(that, k-1, (k-1)(n-1)); S.rankdata(x, axis=1).mean(0)
local BLOCKS = {
  { { 81.2, 82.0, 79.9, 83.1 }, { 70.1, 70.1, 69.0, 72.2 }, { 90.5, 91.0, 91.0, 91.0 },
    { 55.0, 57.5, 54.0, 56.0 }, { 66.6, 66.6, 66.6, 66.6 },
    test = { 7.628571428571434, 0.05434532101789485, 4.139534883720937, 0.031383824691842886 },
    ranks = { 2.0, 3.0, 1.7, 3.3 } },
  { { 3.1, 2.2, 1.0 }, { 4.0, 2.5, 2.6 }, { 9, 8, 7.5 },
    test = { 4.666666666666664, 0.09697196786440515, 6.999999999999984, 0.049382716049382894 },
    ranks = { 3.0, 5 / 3, 4 / 3 } },
  { { 1, 2, 3 }, { 1, 2, 3 }, { 1, 2, 3 }, { 1, 2, 3 },
    test = { 8.0, 0.018315638888734182, math.huge, 0.0 }, ranks = { 1, 2, 3 } },
  { { 1.62, -0.61, -0.53, -1.07, 0.87 }, { -2.3, 1.74, -0.76, 0.32, -0.25 },
    { 1.46, -2.06, -0.32, -0.38, 1.13 }, { -1.1, -0.17, -0.88, 0.04, 0.58 },
    { -1.1, 1.14, 0.9, 0.5, 0.9 }, { -0.68, -0.12, -0.94, -0.27, 0.53 },
    { -0.69, -0.4, -0.69, -0.85, -0.67 }, { -0.01, -1.12, 0.23, 1.66, 0.74 },
    { -0.19, -0.89, -0.75, 1.69, 0.05 }, { -0.64, 0.19, 2.1, 0.12, 0.62 },
    { 0.3, -0.35, -1.14, -0.35, -0.21 }, { 0.59, 0.84, 0.93, 0.29, 0.89 },
    test = { 7.021097046413506, 0.1347775343770763, 1.8846787479406932, 0.13005493987021782 },
    ranks = { 30.5 / 12, 35.5 / 12, 2.75, 32.5 / 12, 48.5 / 12 } },
}

function TestRanks.test_friedman_and_iman_davenport()
  for i, blocks in ipairs(BLOCKS) do
    local test = friedman.test(blocks)
    for j, key in ipairs { "chi2", "p", "f", "p_f" } do
      lu.assertTrue(test[key] == blocks.test[j]
                    or math.abs(test[key] - blocks.test[j]) < 1e-10 * blocks.test[j], i .. key)
    end
    for j, rank in ipairs(blocks.ranks) do
      near(test.ranks[j], rank, 1e-12)
    end
  end
end

function TestRanks.test_friedman_of_one_block_and_of_equal_values()
  local one = friedman.test { { 1, 2, 3 } }
  lu.assertNil(one.f)
  local equal = friedman.test { { 1, 1, 1 }, { 2, 2, 2 } }
  lu.assertEquals({ equal.chi2, equal.ranks }, { nil, { 2, 2, 2 } })
end

function TestRanks.test_critical_difference()
  -- S.studentized_range.ppf(0.95, 5, inf) / sqrt(2) * sqrt(5 * 6 / (6 * 30))
  near(friedman.critical_difference(5, 30), 2.7277743708703763 * math.sqrt(1 / 6), 1e-9)
  -- no difference of ranks of ten methods over one block can be 9.6
  lu.assertTrue(friedman.critical_difference(10, 1) > 9)
end

function TestRanks.test_cliques_are_the_longest_runs_within_the_distance()
  lu.assertEquals(friedman.cliques({ 1, 1.5, 2.2, 4, 4.4 }, 1), { { 1, 2 }, { 2, 3 }, { 4, 5 } })
  lu.assertEquals(friedman.cliques({ 1, 2, 3 }, 5), { { 1, 3 } })
  lu.assertEquals(friedman.cliques({ 1, 2, 3 }, 1), {}) -- as far as that is a difference
end

-- ---- differences -------------------------------------------------------------------

TestDifferences = {}

-- 100 * k / 480: one sample more is one sample more, whatever the last bits say
function TestDifferences.test_equal_steps_are_ties()
  local function share(k) return 100 * k / 480 end
  local list = stats.differences({ share(301), share(307), share(288), share(290) },
                                 { share(300), share(306), share(289), share(290) })
  lu.assertEquals({ list[1] == list[2], list[1] == -list[3], list[4] }, { true, true, 0 })
  lu.assertEquals({ ranks.of { math.abs(list[1]), math.abs(list[3]) } }, { { 1.5, 1.5 }, { 2 } })
end

os.exit(lu.LuaUnit.run())
