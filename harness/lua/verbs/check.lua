-- check.lua - kdbench check [NAME...]: proves methods and networks right.

local arguments = require "arguments"

local M = { help = "Prove methods right." }

function M.options(c)
  c:argument("names", "Methods."):argname("NAME"):args("*")
  c:flag("--all", "Every method.")
  c:flag("--models", "The networks, or those of the families named.")
  c:option("--golden", "Reference vectors to compare with, instead of those in the folders.")
    :argname("FILE")
  c:option("--point", "Only this one."):choices { "descriptor", "golden", "gradient", "frozen",
    "property", "repeat", "edge", "distil" }
  c:option("-j --jobs", "Processes at once; default: one a core."):argname("N")
    :convert(arguments.count)
  c:flag("--json", "As JSON.")
  c:flag("-v --verbose", "Print remarks on what passes.")
  c:flag("--worker", "One method in this process; started by check."):hidden(true)
end

function M.main(args)
  return require "check".main(args)
end

return M
