-- settings.lua - the sweep's own keys, as option tables: how a network is trained, which part of a
-- data set is used, and what stands at the top of a sweep.

local feed = require "feed"
local json = require "json"

local M = {}

M.train = {
  { name = "epochs", type = "int", default = 8, min = 1, max = 100000,
    help = "passes over the training samples" },
  { name = "batch", type = "int", default = 64, min = 1, max = 65536,
    help = "samples a step; what is left of an epoch is dropped" },
  { name = "optimizer", type = "choice", default = "sgd", choice = { "sgd", "adam", "adamw" },
    help = "update rule" },
  { name = "lr", type = "real", default = 0.05, min = 0, max = 1000,
    help = "learning rate; the highest one where a schedule changes it" },
  { name = "momentum", type = "real", default = 0.9, min = 0, max = 1,
    help = "of sgd" },
  { name = "nesterov", type = "bool", default = false, help = "Nesterov's momentum, of sgd" },
  { name = "weight_decay", type = "real", default = 0.0005, min = 0, max = 1,
    help = "of sgd and adam added to the gradient, of adamw taken from the weights" },
  { name = "beta1", type = "real", default = 0.9, min = 0, max = 1, help = "of adam and adamw" },
  { name = "beta2", type = "real", default = 0.999, min = 0, max = 1, help = "of adam and adamw" },
  { name = "eps", type = "real", default = 1e-8, min = 0, max = 1, help = "of adam and adamw" },
  { name = "schedule", type = "choice", default = "cosine",
    choice = { "constant", "multistep", "cosine", "onecycle", "linear" },
    help = "how the learning rate changes" },
  { name = "warmup", type = "real", default = 0, min = 0, max = 1,
    help = "share of the run in which the learning rate rises from 0; onecycle: 0 means 0.3" },
  { name = "floor", type = "real", default = 0, min = 0, max = 1000,
    help = "learning rate at the end of cosine, onecycle and linear" },
  { name = "milestones", type = "list", default = json.list {}, min = 0, max = 1,
    help = "shares of the run after which multistep multiplies the rate by gamma" },
  { name = "gamma", type = "real", default = 0.1, min = 0, max = 1, help = "factor of multistep" },
  { name = "clip", type = "real", default = 0, min = 0, max = 1e9,
    help = "largest norm of the gradient; 0: any" },
  { name = "eval_every", type = "int", default = 1, min = 1, max = 100000,
    help = "epochs between measurements; the last epoch is always measured" },
}

-- what the finished student is attacked with, where a sweep says `attack`: projected gradient ascent
M.attack = {
  { name = "eps", type = "real", default = 8 / 255, min = 0, max = 1,
    help = "the most that a pixel of 0..1 may change" },
  { name = "step", type = "real", default = 2 / 255, min = 0, max = 1,
    help = "what a step changes it by" },
  { name = "steps", type = "int", default = 10, min = 1, max = 1000, help = "steps of the attack" },
  { name = "samples", type = "int", default = 0, min = 0, max = 2 ^ 40,
    help = "images of validation and of test that are attacked, the first ones; 0: all" },
}

-- a key that only some settings read: saying it with others is a mistake
M.train_readers = {
  momentum = { optimizer = { sgd = true } },
  nesterov = { optimizer = { sgd = true } },
  beta1 = { optimizer = { adam = true, adamw = true } },
  beta2 = { optimizer = { adam = true, adamw = true } },
  eps = { optimizer = { adam = true, adamw = true } },
  floor = { schedule = { cosine = true, onecycle = true, linear = true } },
  milestones = { schedule = { multistep = true } },
  gamma = { schedule = { multistep = true } },
}

-- beside a data set's own options; of the augmentations those that do something to one of its kinds
function M.dataset(catalog, kinds)
  local names = {}
  for _, one in ipairs(catalog.augmentations) do
    for _, kind in ipairs(kinds) do
      names[#names + 1] = feed.has(one.kinds, kind) and names[#names] ~= one.name and one.name or nil
    end
  end
  return {
    { name = "train", type = "int", default = 0, min = 0, max = 2 ^ 40,
      help = "training samples used, a fixed subset; 0: all" },
    { name = "augment", type = "choice", default = "none", choice = names,
      help = "what is done to training samples: see `list augmentations`" },
  }
end

M.top = { "name", "seed", "dataset", "pair", "teacher", "train", "method", "augment", "attack",
          "teacher_seeds", "cache_size", "tune", "profile", "notes", "caption",
          "metrics" }

-- shared: one augmentation for all seeds, so that teachers' outputs can be shared; per_seed: each
-- seed has its own
M.augment = { name = "augment", type = "choice", default = "shared",
              choice = { "shared", "per_seed" } }
M.seed = { name = "seed", type = "int", min = 0, max = 2 ^ 31 - 1 }
M.teacher_seeds = { name = "teacher_seeds", type = "int", default = 1, min = 1, max = 1000 }

return M
