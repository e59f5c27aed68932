-- task.lua - kdbench task FILE INDEX: one run as a job of Slurm; run --executor slurm submits it.

local whole = require("arguments").whole

local M = { help = "One run as a job; submitted by run.", hidden = true }

function M.options(c)
  c:argument("file")
  c:argument("index"):convert(whole(1, 1000))
end

function M.main(args)
  return require("slurm.task").main(args.file, args.index)
end

return M
