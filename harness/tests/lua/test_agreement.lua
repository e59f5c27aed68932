-- test_agreement.lua - orders of methods, kdbench's against published ones: made-up gains whose
-- agreement is known.

local here = string.match(arg[0], "^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../../lua/?.lua;" .. package.path
package.loaded.kd = require "fake_kd"

local lu = require "luaunit"
local agreement = require "published.agreement"
local data = require "published.data"
local orders = require "published.orders"
local rank = require "published.rank"
local stored = require "published.stored"
local stream = require "stat.stream"

local METHODS = { "at", "cc", "crd", "dkd", "fitnet", "kd", "pkt", "rkd" }

-- gains 1, 2, ... in the order of METHODS, turned round or blurred by up to half of `noise`
local function common_of(how)
  local s = stream.new("noise of a test")
  local function gain(i)
    return (how.turned and #METHODS - i or i) + how.noise * (s.below(1001) / 1000 - 0.5)
  end
  local common = { methods = METHODS, blocks = {}, columns = {} }
  for b = 1, how.blocks do
    local block = { gains = {}, seeds = { 0, 1, 2 } }
    for i, name in ipairs(METHODS) do
      block.gains[name] = { [0] = gain(i), gain(i), gain(i) }
    end
    common.blocks[b] = block
  end
  for c = 1, 4 do
    common.columns[c] = { gain = {} }
    for i, name in ipairs(METHODS) do
      common.columns[c].gain[name] = i + 0.2 * s.below(1001) / 1000
    end
  end
  return common
end

TestRank = {}

-- scipy.stats.kendalltau(x, y, method="exact").pvalue
function TestRank.test_what_chance_alone_would_do_is_scipys()
  lu.assertAlmostEquals(rank.chance(-0.8, 5), 0.08333333333333333, 1e-12)
  lu.assertAlmostEquals(rank.chance(13 / 21, 7), 0.06904761904761905, 1e-12)
  lu.assertAlmostEquals(rank.chance(35 / 45, 10), 0.000946318342151675, 1e-12)
  lu.assertAlmostEquals(rank.chance(0, 6), 1, 1e-12)
end

function TestRank.test_one_order_on_both_sides_agrees()
  local found = rank.agreement(common_of { blocks = 3, noise = 1 }, "same")
  lu.assertEquals(found.verdict, "agrees")
  lu.assertAlmostEquals(found.tau, 1, 1e-12)
  lu.assertTrue(found.low > 0.8 and found.high <= 1)
end

function TestRank.test_the_order_turned_round_is_opposed()
  local found = rank.agreement(common_of { blocks = 3, noise = 1, turned = true }, "turned")
  lu.assertEquals(found.verdict, "opposed")
  lu.assertAlmostEquals(found.tau, -1, 1e-12)
end

function TestRank.test_noise_above_the_differences_cannot_be_resolved()
  local found = rank.agreement(common_of { blocks = 3, noise = 40 }, "noise")
  lu.assertEquals(found.verdict, "cannot resolve")
  lu.assertTrue(found.high - found.low > 0.3)
end

function TestRank.test_one_block_has_no_spread_between_blocks()
  local found = rank.agreement(common_of { blocks = 1, noise = 1 }, "one")
  lu.assertAlmostEquals(found.tau, 1, 1e-12)
  lu.assertEquals(found.verdict, "cannot resolve")
end

function TestRank.test_five_methods_in_nearly_one_order_are_too_few()
  local common = common_of { blocks = 3, noise = 0 }
  common.methods = { "at", "crd", "cc", "dkd", "fitnet" }
  for _, column in ipairs(common.columns) do
    column.gain.at, column.gain.cc = column.gain.cc, column.gain.at
    column.gain.dkd, column.gain.fitnet = column.gain.fitnet, column.gain.dkd
  end
  local found = rank.agreement(common, "few")
  lu.assertTrue(found.low > 0)
  lu.assertEquals(found.verdict, "cannot resolve") -- chance does as much
end

function TestRank.test_the_same_name_gives_the_same_interval()
  local common = common_of { blocks = 3, noise = 8 }
  lu.assertEquals(rank.agreement(common, "a"), rank.agreement(common, "a"))
  lu.assertNotEquals({ rank.agreement(common, "a").low, rank.agreement(common, "a").high },
                     { rank.agreement(common, "b").low, rank.agreement(common, "b").high })
end

-- ---- both sides ------------------------------------------------------------------

local function all_of()
  local all = assert(data.load(nil, here .. "/../../../results/published"))
  all.catalog = { methods = { { name = "lskd", options = { { name = "base", default = "kd" } } },
                              { name = "kd", options = {} } },
                  datasets = { { name = "fashion_mnist", title = "Fashion-MNIST" } } }
  return all
end

TestOrders = {}

function TestOrders.test_published_gains_are_over_the_plain_student_of_their_block()
  local all = all_of()
  local side = orders.published(all, all.by_name["C100-SimKD"])[1]
  lu.assertEquals(side.dataset, "CIFAR-100")
  lu.assertEquals(side.columns[1].student, "resnet8x4")
  lu.assertAlmostEquals(side.columns[1].gain.kd, 74.42 - 73.09, 1e-9)
  lu.assertAlmostEquals(side.columns[1].gain["simkd factor=2"], 78.08 - 73.09, 1e-9)
  lu.assertNil(side.columns[1].gain.none)
end

-- a report's runs.csv: methods with these gains, two pairs, two seeds
local function write_csv(path, gains)
  local lines = { "dataset,kind,method,pair,seed,hash,state,reason,stale,protocol,epoch,metric,"
                  .. "value" }
  for _, pair in ipairs { "resnet20-resnet8_w0.5", "wrn_16_2-vgg8_w0.25" } do
    for seed = 0, 1 do
      for method, gain in pairs(gains) do
        lines[#lines + 1] = string.format("fashion_mnist,student,%s,%s,%d,%s%s%d,done,,,last,8,"
                                          .. "test_top1,%.2f", method, pair, seed, method, pair,
                                          seed, 80 + seed / 10 + gain)
      end
    end
  end
  lines[#lines + 1] = "fashion_mnist,student,sp,resnet20-resnet8_w0.5,0,x,failed,why,,,,,"
  local file = assert(io.open(path, "w"))
  file:write(table.concat(lines, "\n"), "\n")
  file:close()
end

local GAINS = { none = 0, kd = 1.2, at = 0.9, fitnet = 0.3, rkd = 0.1, ["lskd base=dkd"] = 2,
                crd = 1.7 }

function TestOrders.test_a_reports_runs_are_groups_with_options_and_seeds()
  local path = os.tmpname()
  write_csv(path, GAINS)
  local groups = assert(stored.groups(path))
  lu.assertEquals(#groups, 14)
  local found = 0
  for _, group in ipairs(groups) do
    if group.method.name == "lskd" then
      found = found + 1
      lu.assertEquals(group.method.options, { base = "dkd" })
      lu.assertEquals(#group.runs, 2)
    end
  end
  lu.assertEquals(found, 2)
  os.remove(path)
end

function TestOrders.test_methods_in_common_and_the_gains_of_both()
  local path, all = os.tmpname(), all_of()
  write_csv(path, GAINS)
  local groups = assert(stored.groups(path))
  os.remove(path)
  local side = orders.published(all, all.by_name["C100-same-LSKD"])[1]
  local common = orders.common(all.catalog, groups, "fashion_mnist", side, 5)
  lu.assertEquals(common.methods, { "at", "crd", "fitnet", "kd", "lskd base=dkd", "rkd" })
  lu.assertEquals(#common.blocks, 2)
  lu.assertEquals(common.blocks[1].seeds, { 0, 1 })
  lu.assertAlmostEquals(common.blocks[2].gains.crd[1], 1.7, 1e-9)
  lu.assertEquals(#common.columns, 7)
  lu.assertNil(orders.common(all.catalog, groups, "cifar100", side, 5))
  lu.assertNil(orders.common(all.catalog, groups, "fashion_mnist", side, 7))
end

function TestOrders.test_the_table_and_the_figure_name_both_data_sets()
  local path, all = os.tmpname(), all_of()
  write_csv(path, GAINS)
  local set = { name = "made", groups = assert(stored.groups(path)) }
  os.remove(path)
  local list = agreement.comparisons(all, { set })
  lu.assertTrue(#list > 2)
  local t, figure = agreement.table(list), agreement.figure(list)
  lu.assertEquals(t.rows[1][1], "Fashion-MNIST (made)")
  lu.assertStrContains(t.rows[1][2], "CIFAR-100")
  lu.assertStrContains(table.concat(figure.body, "\n"),
                       "kdbench Fashion-MNIST (made) against published")
  lu.assertEquals(agreement.comparisons(all_of(), { set })[1].low, list[1].low)
end

os.exit(lu.LuaUnit.run())
