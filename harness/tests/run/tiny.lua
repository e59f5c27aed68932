-- A sweep of a second on a few real images, with everything that a checkpoint must keep: batch-norm
-- statistics, momentum, a memory bank, several students, a teacher and its cache.
return sweep {
  name = "tiny", seed = 0,
  dataset = idx { train = 192, classes = 10, train_images = "train-images-idx3-ubyte",
                  train_labels = "train-labels-idx1-ubyte", test_images = "t10k-images-idx3-ubyte",
                  test_labels = "t10k-labels-idx1-ubyte" },
  pair = { teacher = lenet {}, student = resnet { depth = 8, width = 0.25 } },
  train = { epochs = 3, batch = 64, lr = 0.05, eval_every = 3 },
  teacher = { train = { epochs = 1 } },
  method = each(none {}, crd { nce_k = 16, feat_dim = 8 }, dml {}),
}
