-- The quick profile's clouds of points: electronic parts whose test families training has not seen,
-- 256 points a shape, drawn anew in each epoch. 480 test shapes resolve little, so there are more
-- seeds than elsewhere and small networks. What reads the teacher's points runs it in every step.

return sweep {
  name = "pointcloud", profile = "quick", seed = range(0, 9),
  dataset = kicad29 { points = 256, augment = "redraw" },
  pair = { teacher = pointnet { width = 0.5 }, student = pointnet { width = 0.125, dropout = 0 } },
  train = { epochs = 30, batch = 32, lr = 0.1, schedule = "onecycle", nesterov = true, eval_every = 3 },
  teacher = { train = { epochs = 100, weight_decay = 0.001, eval_every = 10 } },
  method = each(none {}, kd {}, dkd {}, rkd {}, pkt {}, crd { nce_k = 512 }, dml {}, tfkd {},
                jgekd {}, dist {}),
  metrics = { "mean_class" },
}
