-- describe.lua - kdbench describe NAME: a method, data set, family or network in full.

local exits = require "exits"

local M = { help = "Explain a method, data set, model family or network." }

function M.options(c)
  c:argument("name", "Such as kd, fashion_mnist, resnet, resnet8x4.")
  c:flag("--json", "As JSON.")
end

function M.main(args)
  return exits.answer(require "describe".one(args.name, args.json))
end

return M
