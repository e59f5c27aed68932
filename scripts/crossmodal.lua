-- The quick profile's cross-modal track: pieces of furniture as clouds of points and as rendered
-- pictures. A teacher of pictures for students of clouds, and the other way; beside accuracy, how
-- well student and teacher find each other's sample (recall at 1, 5 and 10).

return sweep {
  name = "crossmodal", profile = "quick", seed = range(0, 2),
  dataset = sh3d18 { points = 256 },
  pair = each(
    { teacher = resnet { depth = 8 }, student = pointnet { width = 0.25 } },
    { teacher = pointnet { width = 0.5 }, student = resnet { depth = 8, width = 0.5 } }),
  train = { epochs = 60, batch = 32, lr = 0.01, optimizer = "adam", schedule = "cosine",
            weight_decay = 1e-4, clip = 5, eval_every = 6 },
  teacher = { train = { lr = 0.002 } },
  method = each(none {}, kd {}, dkd {}, gupta { transfer_epochs = 20 }, thoker { ce = 1 }, mdsn {}, c2kd {},
                crd { nce_k = 256 }, infonce { K = 512 }, sp {}, rkd {}, jgekd {}),
}
