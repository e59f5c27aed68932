-- The smoke profile: every stage once, on few real samples of every track, for tests and continuous
-- integration. Its clouds are SH3D-18's, whose package is small.

local methods = each(none {}, kd {}, fitnet { hint_epochs = 1, hint_layer = 1 }, at {}, sp {}, rkd {})
local short = { epochs = 2, batch = 50, lr = 0.02, eval_every = 2, clip = 5 }

local function track(name, data, student, teacher, method)
  return sweep { name = name, profile = "smoke", seed = 0, dataset = data, train = short,
                 pair = { teacher = teacher, student = student }, method = method or methods }
end

return profile {
  name = "smoke",
  track("vision", fashion_mnist { train = 500 }, resnet { depth = 8, width = 0.25 },
        resnet { depth = 8, width = 0.5 },
        each(methods, dkd {}, pkt {}, crd { nce_k = 64 }, dml {}, tfkd {})),
  track("pointcloud", sh3d18 { train = 300, points = 64 }, pointnet { width = 0.125 },
        pointnet { width = 0.25 }),
  track("text", wordnet38 { train = 500, vocabulary = 2000 },
        transformer { depth = 1, width = 16 }, transformer { depth = 2, width = 16 }),
  track("crossmodal", sh3d18 { train = 200, points = 64 }, pointnet { width = 0.125 },
        resnet { depth = 8, width = 0.25 }),
}
