-- test_stats.lua - means, spreads, Student's t: against tables and against sums done by hand.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/../../lua/?.lua;" .. package.path

local lu = require "luaunit"
local stats = require "stats"

TestStats = {}

function TestStats.test_quantiles_are_those_of_the_tables()
  -- degrees of freedom, chance, quantile to the digits that tables print
  for _, row in ipairs { { 1, 0.975, 12.7062 }, { 2, 0.975, 4.30265 }, { 3, 0.975, 3.18245 },
                         { 4, 0.975, 2.77645 }, { 9, 0.975, 2.26216 }, { 30, 0.975, 2.04227 },
                         { 120, 0.975, 1.97993 }, { 1, 0.95, 6.31375 }, { 5, 0.995, 4.03214 },
                         { 10, 0.9995, 4.58689 } } do
    lu.assertAlmostEquals(stats.t_quantile(row[2], row[1]), row[3], 5e-5)
  end
end

function TestStats.test_with_many_degrees_of_freedom_it_is_the_normal_quantile()
  lu.assertAlmostEquals(stats.t_quantile(0.975, 1e7), 1.959964, 1e-5)
end

function TestStats.test_one_degree_of_freedom_is_cauchys()
  for _, t in ipairs { -3, -0.5, 0, 0.1, 2, 40 } do
    lu.assertAlmostEquals(stats.t_cdf(t, 1), 0.5 + math.atan(t) / math.pi, 1e-13)
  end
end

function TestStats.test_the_quantile_undoes_the_distribution()
  for df = 1, 40, 3 do
    for _, p in ipairs { 0.6, 0.9, 0.975, 0.999 } do
      lu.assertAlmostEquals(stats.t_cdf(stats.t_quantile(p, df), df), p, 1e-12)
    end
  end
end

function TestStats.test_mean_and_deviation_by_hand()
  lu.assertEquals(stats.mean { 1, 2, 6 }, 3)
  lu.assertAlmostEquals(stats.sd { 1, 2, 6 }, math.sqrt(7), 1e-15)
  lu.assertNil(stats.mean {})
  lu.assertNil(stats.sd { 5 })
  lu.assertNil(stats.half_width { 5 })
end

function TestStats.test_the_interval_by_hand()
  -- sd 1, three values: 4.30265 / sqrt(3)
  lu.assertAlmostEquals(stats.half_width { 1, 2, 3 }, 4.302652729696 / math.sqrt(3), 1e-9)
end

function TestStats.test_differences_are_taken_seed_by_seed()
  local mean, half, n = stats.paired({ [0] = 5, [1] = 7, [2] = 9 }, { [0] = 4, [2] = 5, [7] = 1 })
  lu.assertEquals(mean, 2.5)
  lu.assertEquals(n, 2)
  lu.assertAlmostEquals(half, 12.7062047 * math.sqrt(4.5) / math.sqrt(2), 1e-5)
end

function TestStats.test_no_common_seed_no_difference()
  local mean, half, n = stats.paired({ [0] = 1 }, { [1] = 1 })
  lu.assertNil(mean)
  lu.assertNil(half)
  lu.assertEquals(n, 0)
end

os.exit(lu.LuaUnit.run())
