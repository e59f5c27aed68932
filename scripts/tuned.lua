-- Five methods at their default weights and after eight trials each, the plain student too: does a
-- method's gain survive when everybody is tuned as much? Small networks and few images, so that two
-- cores do its 140 runs of students in about twenty minutes.
--
-- A trial trains on another seed than those that are reported and is judged on validation after its
-- last epoch; the first has the settings below. Learning rate, weight decay and the methods'
-- options are drawn by their own rules (kdbench plan -v says which), but temperatures from 1 to 16.

local warm = { T = { 1, 16, log = true } }

return sweep {
  name = "tuned", seed = range(0, 2),
  dataset = fashion_mnist { train = 3000 },
  pair = each(
    { teacher = "resnet20", student = resnet { depth = 8, width = 0.5 } },
    { teacher = "wrn_16_2", student = vgg { depth = 8, width = 0.25 } }),
  train = { epochs = 5, batch = 64, lr = 0.1, schedule = "onecycle", nesterov = true, clip = 10,
            eval_every = 5 },
  teacher = { train = { epochs = 3, eval_every = 3 }, data = { train = 0 } },
  tune = { trials = 8, on = "validation", space = { kd = warm, dkd = warm } },
  method = each(none {}, kd {}, dkd {}, at {}, sp {}),
}
