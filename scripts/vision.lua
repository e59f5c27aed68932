-- The quick profile's images. Small networks and a subset of the training images, so that two cores
-- do it in about a quarter of an hour. No augmentation: what a teacher says of a sample is computed
-- once and shared.
--
-- Loss weights are the methods' defaults: the papers', or their reference code's. Only CRD differs:
-- 16384 negatives a sample are more than there are training images.

local small = resnet { depth = 8, width = 0.5 }
local tiny = resnet { depth = 8, width = 0.25 }

return sweep {
  name = "vision", profile = "quick", seed = range(0, 2),
  dataset = fashion_mnist { train = 5000 },
  pair = each(
    { teacher = "resnet20", student = small },                           -- the same family
    { teacher = "wrn_16_2", student = vgg { depth = 8, width = 0.25 } }, -- another family
    { teacher = "wrn_16_2", student = tiny }),                           -- a large gap
  train = { epochs = 8, batch = 64, lr = 0.1, schedule = "onecycle", nesterov = true,
            eval_every = 2 },
  teacher = { train = { epochs = 3, eval_every = 1 }, data = { train = 0 } }, -- all but validation
  method = each(none {}, kd {}, dkd {}, fitnet {}, at {}, sp {}, rkd {}, pkt {},
                crd { nce_k = 512 }, dml {}, tfkd {}),
}
