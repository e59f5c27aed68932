-- The quick profile's texts: WordNet's definitions, of which students see 8,000 and teachers all.
-- A convolutional pair, and transformers of one width, as methods that compare hidden states want.

local wide = trained {
  model = textcnn { width = 96, filters = 128, widths1 = 1, widths2 = 2, widths3 = 3, mean = true,
                    embed_dropout = 0.3, dropout = 0 },
  train = { epochs = 10, batch = 64, lr = 0.003, weight_decay = 0, schedule = "linear" },
  data = { train = 0, augment = "word_dropout_strong" },
}
local narrow = textcnn { width = 64, filters = 64, widths1 = 1, widths2 = 2, widths3 = 3,
                         mean = true, dropout = 0 }
local deep = transformer { depth = 4, width = 64, heads = 4 }
local shallow = transformer { depth = 2, width = 64, heads = 4 }

return sweep {
  name = "text", profile = "quick", seed = range(0, 2),
  dataset = wordnet38 { train = 8000, augment = "none" },
  pair = each({ teacher = wide, student = narrow }, { teacher = deep, student = shallow }),
  train = { epochs = 8, batch = 128, lr = 0.004, optimizer = "adam", weight_decay = 0,
            schedule = "onecycle", eval_every = 4 },
  teacher = { train = { epochs = 5, eval_every = 5 }, data = { train = 0, augment = "word_dropout" } },
  method = each(none {}, kd {}, dkd {}, fitnet { hint_layer = 1 }, sp {}, rkd {}, pkt {},
                crd { nce_k = 512 }, dml {}, tfkd {}, distilbert {}, pkd {}, tinybert {}, minilm {},
                minilmv2 {}, mobilebert {}, lrc_bert {}),
  metrics = { "macro_f1" },
}
