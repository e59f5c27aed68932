-- prepare.lua - kdbench prepare NAME...: fetches and verifies data sets.

local M = { help = "Fetch and verify data sets." }

function M.options(c)
  c:argument("names", "Data sets, such as fashion_mnist."):args("+")
  c:flag("-q --quiet", "Print failures only.")
end

function M.main(args)
  return require "data".prepare(args.names, args.quiet)
end

return M
