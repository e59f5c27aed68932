-- How good networks become alone on each data set, all training data and no teacher: what a teacher
-- of this size should reach. PointNet of 82,000 parameters on 1,024 points (65 % on KiCad-29), on
-- SH3D-18 each of the four folds in turn (65 %); TextCNN (78.7 %; three seeds here: 78.4) and a bag
-- of words (73.4 %) on WordNet's definitions.

local points = sweep {
  name = "kicad29", seed = range(0, 2),
  dataset = kicad29 { points = 1024 },
  pair = { student = pointnet { width = 0.3125 } },
  train = { epochs = 60, batch = 32, lr = 0.05, schedule = "onecycle", nesterov = true,
            weight_decay = 0.002, eval_every = 20 },
  method = none {}, metrics = { "mean_class" },
}

local folds = sweep {
  name = "sh3d18", seed = 0,
  dataset = sh3d18 { points = 256, fold = each(0, 1, 2, 3), augment = "redraw" },
  pair = { student = pointnet { width = 0.3125 } },
  train = { epochs = 100, batch = 32, lr = 0.05, schedule = "onecycle", nesterov = true,
            weight_decay = 0.002, eval_every = 50 },
  method = none {}, metrics = { "mean_class" },
}

local words = sweep {
  name = "wordnet38_textcnn", seed = range(0, 2),
  dataset = wordnet38 { length = 32, augment = "word_dropout_strong" },
  pair = { student = textcnn { width = 96, filters = 128, widths1 = 1, widths2 = 2, widths3 = 3,
                               mean = true, embed_dropout = 0.4, dropout = 0 } },
  train = { epochs = 12, batch = 64, lr = 0.003, optimizer = "adam", weight_decay = 0,
            schedule = "linear", eval_every = 12 },
  method = none {}, metrics = { "macro_f1" },
}

local texts = sweep {
  name = "wordnet38", seed = 0,
  dataset = wordnet38 { length = 32, augment = "word_dropout_strong" },
  pair = each({ student = transformer { depth = 4, width = 64, heads = 4 } },
              { student = fasttext { width = 16 } }),
  train = { epochs = 7, batch = 64, lr = 0.003, optimizer = "adam", weight_decay = 0,
            schedule = "linear", eval_every = 7 },
  method = none {}, metrics = { "macro_f1" },
}

return profile { name = "pilots", points, folds, words, texts }
