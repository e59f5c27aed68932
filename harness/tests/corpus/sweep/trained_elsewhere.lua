return sweep {
  name = "chain", seed = range(0, 1), dataset = fashion_mnist { train = 100 }, teacher_seeds = 2,
  pair = {
    student = "resnet8",
    teacher = { trained"lenet", trained {
      model = each("resnet14", "resnet20"), method = kd { T = 2 }, train = { epochs = 1 },
      data = { train = 50 }, taps = { { "a", "b" } },
      teacher = trained { model = "resnet20", method = "at", teacher = resnet { depth = 32 } } } } },
  method = each(none {}, many {}),
}
