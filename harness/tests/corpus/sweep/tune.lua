-- every key of tune, and every kind of range
return sweep {
  name = "t", seed = range(0, 1), dataset = fashion_mnist { train = 100 },
  pair = { teacher = "resnet20", student = each("resnet8", "lenet") },
  train = { epochs = 2, lr = 0.05 },
  tune = { trials = 3, on = "validation", protocol = "best_val", seed = 77, epochs = 1, around = 2,
           methods = { "none", "kd", "at" },
           space = { kd = { T = { 1, 16, log = true }, alpha = { 0, 1 }, reduction = { "mean", "sum" },
                            clip = "fixed" },
                     at = { p = { 1, 4 } }, train = { lr = { 0.01, 0.1, log = true } } } },
  method = each(none {}, kd { T = each(2, 4) }, at { weight = ramp(1, 2) }, dml {}),
}
