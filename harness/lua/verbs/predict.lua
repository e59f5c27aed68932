-- predict.lua - kdbench predict WEIGHTS FILE...: classes of pictures, clouds of points or texts.

local arguments = require "arguments"
local exits = require "exits"

local M = { help = "Say what a network makes of pictures, clouds or texts." }

function M.options(c)
  c:argument("weights", "What export or import wrote, or a run.h5 or its folder.")
  c:argument("files", "Pictures, clouds of points, or texts of one a line."):args("+")
  c:option("--top", "So many classes of each.", "5"):argname("N"):convert(arguments.whole(1, 1000))
  c:option("--which", "Of a run: last or best_val."):choices { "last", "best_val" }:default "last"
  c:flag("--resize", "Average larger PNG images down to what the network takes.")
  c:mutex(c:flag("--json", "One object a line."), c:flag("--csv", "One line a class."))
end

function M.main(args)
  args.format = args.json and "json" or args.csv and "csv" or "text"
  local code, err = require "exchange.predict".main(args)
  return code or exits.complain(exits.FAILED, err)
end

return M
