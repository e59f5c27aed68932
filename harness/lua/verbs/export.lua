-- export.lua - kdbench export RUN -o FILE: a run's student alone, for other programs.

local exits = require "exits"

local M = { help = "Write a run's student alone, for other programs." }

function M.options(c)
  c:argument("run", "A run.h5, or its folder.")
  c:option("-o --output", "Where it goes: .h5 or .safetensors."):argname("FILE"):count(1)
  c:option("--which", "After the last epoch, or the best on validation.")
    :choices { "last", "best_val" }:default "last"
end

function M.main(args)
  local code, err = require "exchange.export".main(args.run, args.output, args.which)
  return code or exits.complain(exits.FAILED, err)
end

return M
