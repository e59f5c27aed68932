-- list.lua - kdbench list [WHAT]: what there is.

local exits = require "exits"

local M = { help = "List methods, datasets, models, augmentations or metrics." }

function M.options(c)
  c:argument("what"):choices { "methods", "datasets", "models", "augmentations", "metrics" }
    :args("?")
  c:option("--category", "Only methods with this in their category, such as logit or online.")
    :argname("TEXT")
  c:option("--scheme", "Only methods of this one.")
    :choices { "offline", "online", "self", "baseline" }
  c:flag("--json", "As JSON.")
end

function M.main(args)
  return exits.answer(require "catalogue".list(args.what or "methods", args.json,
                                               { category = args.category, scheme = args.scheme }))
end

return M
