-- The smoke profile: every stage once, on few real samples of every track, for tests and continuous
-- integration.

local vision = sweep {
  name = "vision", profile = "smoke", seed = 0,
  dataset = fashion_mnist { train = 500 },
  pair = { teacher = resnet { depth = 8, width = 0.5 },
           student = resnet { depth = 8, width = 0.25 } },
  train = { epochs = 2, batch = 50, lr = 0.05 },
  method = each(none {}, kd {}, dkd {}, fitnet { hint_epochs = 1 }, at {}, sp {}, rkd {}, pkt {},
                crd { nce_k = 64 }, dml {}, tfkd {}),
}

return profile { name = "smoke", vision }
