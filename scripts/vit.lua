-- The quick profile's vision transformers: a student with DeiT's token from a convolutional teacher,
-- and one transformer from another. What is made for maps has no meaning between the first two.

local cnn = trained { model = resnet { depth = 14 },
                      train = { epochs = 2, lr = 0.1, optimizer = "sgd", weight_decay = 5e-4 } }
local wide = vit { patch = 4, depth = 4, width = 72, heads = 3 }
local small = vit { patch = 4, depth = 3, width = 48, heads = 3 }
local deit_small = vit { patch = 4, depth = 3, width = 48, heads = 3, distil = true }

return sweep {
  name = "vit", profile = "quick", seed = range(0, 2),
  dataset = fashion_mnist { train = 5000 },
  pair = each({ teacher = cnn, student = deit_small }, { teacher = wide, student = small }),
  train = { epochs = 8, batch = 64, lr = 0.003, optimizer = "adamw", schedule = "onecycle",
            weight_decay = 0.05, eval_every = 2 },
  teacher = { train = { epochs = 3, eval_every = 1 }, data = { train = 0 } },
  method = each(none {}, kd {}, dkd {}, rkd {}, deit {}, deit { type = "soft", tau = 3 },
                vitkd {}),
}
