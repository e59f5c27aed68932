-- The quick profile's cross-modal track: pieces of furniture as clouds of points and as rendered
-- pictures. A teacher of pictures for students of clouds, and the other way; beside accuracy, how
-- well student and teacher find each other's sample (recall at 1, 5 and 10).

return sweep {
  name = "crossmodal", profile = "quick", seed = range(0, 2),
  dataset = sh3d18 { points = 256 },
  pair = each(
    { teacher = resnet { depth = 8, width = 2 }, student = pointnet { width = 0.25 } },
    { teacher = pointnet { width = 0.5 }, student = resnet { depth = 8, width = 0.5 } }),
  train = { epochs = 40, batch = 32, lr = 0.002, optimizer = "adam", schedule = "cosine",
            weight_decay = 1e-4, eval_every = 20 },
  teacher = { train = { epochs = 80, weight_decay = 1e-3 } },
  method = each(none {}, kd {}, dkd {}, gupta { transfer_epochs = 12 }, thoker {}, mdsn {}, c2kd {},
                crd { nce_k = 256 }, infonce { K = 256 }, sp {}, rkd {}, jgekd {}),
}
