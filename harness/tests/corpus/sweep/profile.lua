local function track(name, data, student)
  return sweep { name = name, seed = range(0, 1), dataset = data, train = { epochs = 2 },
                 pair = { teacher = "resnet20", student = student }, method = each(none {}, kd {}) }
end
return profile {
  name = "all", notes = "two",
  track("vision", fashion_mnist { train = 100, augment = "crop" }, "resnet8"),
  track("things", things { augment = each("jitter", "crop") }, pointnet { width = 0.5 }),
}
