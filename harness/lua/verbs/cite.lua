-- cite.lua - kdbench cite [WHAT...]: BibTeX.

local exits = require "exits"

local M = { help = "Print BibTeX of methods, or of what the runs in a folder used." }

function M.options(c)
  c:argument("what", "Names or folders; default: every method."):args("*")
end

function M.main(args)
  return exits.answer(require "cite".text(args.what))
end

return M
