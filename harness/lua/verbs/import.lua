-- import.lua - kdbench import FILE -o OUT: weights of others, for a network of ours.

local exits = require "exits"

local M = { help = "Check another program's weights and take them over." }

function M.options(c)
  c:argument("weights", "HDF5 or safetensors, in torch's names and layout.")
  c:option("--model", "The network: resnet8x4, 'resnet { depth = 20 }'."):argname("MODEL")
  c:option("--dataset", "What it was trained for: cifar100, 'wordnet38 { length = 32 }'.")
    :argname("DATASET")
  c:option("-o --output", "Where it goes: .h5 or .safetensors."):argname("FILE"):count(1)
  c:option("--which", "Of a run.h5: last or best_val."):choices { "last", "best_val" }
  c:flag("--measure", "Also measure it on validation and test.")
end

function M.main(args)
  local code, err, misused = require "exchange.import".main(args)
  return code or exits.complain(misused and exits.USAGE or exits.FAILED, err)
end

return M
