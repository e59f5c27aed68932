local common = { epochs = 2, batch = 8 }
return sweep {
  name = "words", seed = each(range(0, 2), 7), profile = "test", notes = "n", caption = "c",
  dataset = each(fashion_mnist { train = 100, augment = "crop_flip" }, idx { folder = "x" }),
  pair = each({ teacher = { "resnet20", lenet {} }, student = resnet { depth = 8, width = 0.5 } },
              { teacher = "resnet20", student = "lenet", taps = { { "stem", "stage1" } } }),
  train = each(common, zip { epochs = each(1, 2), lr = each(0.1, 0.2), schedule = "onecycle" },
               { schedule = "multistep", milestones = { 0.5, 0.75 }, gamma = 0.2 }),
  teacher = { train = { epochs = 3, optimizer = "adamw", beta1 = 0.8 }, data = { train = 300 } },
  teacher_seeds = 2, augment = each("shared", "per_seed"),
  method = each(none {}, dml {}, "dml"),
}
