-- The quick profile: what `make reproduce` runs. Small networks and a subset, so that two cores do it
-- in well under an hour. No augmentation: a teacher's outputs are computed once and shared.

return sweep {
  name = "quick", profile = "quick", seed = range(0, 2),
  dataset = fashion_mnist { train = 10000 },
  pair = each(
    { teacher = "resnet14", student = resnet { depth = 8, width = 0.5 } },  -- the same family
    { teacher = "resnet14", student = mobilenetv2 { width = 0.25 } },       -- another family
    { teacher = "resnet20", student = resnet { depth = 8, width = 0.25 } }), -- a large gap
  train = { epochs = 8, batch = 64, lr = 0.1, schedule = "onecycle" },
  teacher = { train = { epochs = 4 }, data = { train = 0 } }, -- all images but validation
  method = each(none {}, kd {}, dkd {}, fitnet {}, at {}, sp {}, rkd {}, pkt {}, crd {}, dml {},
                tfkd {}),
}
