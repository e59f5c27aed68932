-- bench.lua - kdbench bench: times fixed workloads.

local arguments = require "arguments"

local M = { help = "Time fixed workloads, one after the other." }

function M.options(c)
  c:option("--only", "Only this one; names with commas between them, * is any text.")
    :argname("WORKLOAD")
  c:option("--repeats", "The median of how many; default: 5."):argname("N")
    :convert(arguments.whole(1, 1000))
  c:option("--trace", "Write three steps of one workload to an HDF5 file instead.")
    :argname("FILE")
  c:option("--soak", "Train one workload for so long: do memory and step time stay?")
    :argname("MINUTES"):convert(arguments.minutes)
  c:option("--tune", "Time the kernels of every convolution and write the table of choices.")
    :argname("FILE")
  c:flag("--list", "Print the workloads.")
  c:flag("--json", "As JSON.")
  c:option("--worker", "One workload in this process; started by bench."):hidden(true)
  c:option("--file", "What a worker reads or leaves."):hidden(true)
end

function M.main(args)
  return require "bench".main(args)
end

return M
