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
  c:flag("--markdown", "Methods as the survey's categories have them: methods/CATALOGUE.md.")
end

-- all methods in the survey's order: nothing else can be chosen with it
local function page(args)
  if (args.what or "methods") ~= "methods" or args.json or args.category or args.scheme then
    return nil, "--markdown is of all methods, without --json, --category and --scheme"
  end
  return require "published.page".text(require "kd".catalog().methods)
end

function M.main(args)
  if args.markdown then
    return exits.answer(page(args))
  end
  return exits.answer(require "catalogue".list(args.what or "methods", args.json,
                                               { category = args.category, scheme = args.scheme }))
end

return M
