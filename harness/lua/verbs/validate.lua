-- validate.lua - kdbench validate FILE|DIR...: are results whole, and as the schema says?

local M = { help = "Check run files and merged files against the schema.", bare = true }

function M.options(c)
  c:argument("files", "Files, or folders of them."):argname("FILE"):args("*")
  c:flag("--schema", "Print the schema instead, as in results/SCHEMA.md.")
  c:flag("-v --verbose", "Name files without a fault, too.")
end

function M.main(args)
  return require "store.validate".main(args)
end

return M
