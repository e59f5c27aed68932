-- The quick profile: what `make reproduce` runs. Small networks and a subset, so that two cores do it
-- in well under an hour. No augmentation: a teacher's outputs are computed once and shared.
return sweep {
  name = "quick", profile = "quick", seed = range(0, 2),
  dataset = fashion_mnist { train = 10000 },
  pair = each(
    { teacher = resnet { depth = 20, width = 1 }, student = resnet { depth = 8, width = 0.5 } },
    { teacher = resnet { depth = 20, width = 1 }, student = lenet { width = ramp(0.1, 0.9) } },
    { teacher = resnet { depth = 20, width = 2 }, student = resnet { depth = 8, width = 0.25 } }),
  train = { epochs = 8, batch = 64, lr = 0.1, schedule = "onecycle", weight_decay = 0.0005 },
  teacher = { train = { epochs = 5 }, data = { train = 50000 } },
  method = each(none {}, kd {}, at {}, dml {} ),
}
