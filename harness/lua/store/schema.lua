-- schema.lua - what a run file and a merged file hold, as data: `kdbench validate` compares files
-- with it, and results/SCHEMA.md has its tables from here (kdbench validate --schema).

local M = {}

-- path, type, unit, meaning, and: must ("always", "done": of a finished run; nil: may be missing),
-- low, high. A path is /group/dataset or /group@attribute; <name> stands for any name, <NAME> for
-- one in capitals. type: that of an attribute or, with [axes], of a dataset; "group" otherwise.
local function row(path, kind, unit, meaning, more)
  local one = { path = path, type = kind, unit = unit, meaning = meaning }
  for key, value in pairs(more or {}) do
    one[key] = value
  end
  return one
end

local ALWAYS, DONE = { must = "always" }, { must = "done" }

local function number(low, high, must)
  return { low = low, high = high, must = must }
end

local SECONDS, COUNT = number(0, nil, "done"), number(0, nil, "done")

-- ---- of a run -----------------------------------------------------------------------

M.run = {}

local function add(list)
  table.move(list, 1, #list, #M.run + 1, M.run)
end

add {
  row("@schema_version", "int64", "", "1", number(1, 1, "always")),
  row("@creator", "text", "", "program and version", ALWAYS),
  row("@content_sha256", "text", "", "of the content of `spec curve final weights pred`", ALWAYS),
  row("@rest_sha256", "text", "", "of the content of `env cost status`", ALWAYS),

  row("/spec", "group", "", "what was asked for", ALWAYS),
  row("/spec@json", "text", "", "the whole canonical spec; its SHA-256 is the run's hash", ALWAYS),
  row("/spec@dataset", "text", "", "name of the data set, a copy", ALWAYS),
  row("/spec@method", "text", "", "name of the method, a copy", ALWAYS),
  row("/spec@pair", "text", "", "teacher and student, a copy", ALWAYS),
  row("/spec@seed", "int64", "", "a copy", ALWAYS),

  row("/curve", "group", "", "one value an epoch, NaN where not measured", DONE),
  row("/curve/lr", "float64[1]", "", "learning rate", number(0, nil, "done")),
  row("/curve/loss", "float64[1]", "", "loss, mean over the epoch", DONE),
  row("/curve/term_<name>", "float64[1]", "", "a term of the loss, mean over the epoch"),
  row("/curve/distil_grad_norm", "float64[1]", "", "norm of the gradient of all terms but the "
      .. "label's, mean over the epoch"),
  row("/curve/validation_<metric>", "float64[1]", "its metric's", "on validation"),
  row("/curve/test_<metric>", "float64[1]", "its metric's", "on test"),

  row("/final", "group", "", "the metrics under each protocol", DONE),
}

for _, one in ipairs { { "last", "after the last epoch" },
                       { "best_val", "after the epoch that was best on validation" },
                       { "best_test", "after the epoch that was best on test: optimistic" } } do
  local at = "/final/" .. one[1]
  add {
    row(at, "group", "", one[2], DONE),
    row(at .. "@epoch", "int64", "epoch", "which, from 1", number(1, nil, "done")),
    row(at .. "@validation_<metric>", "float64", "its metric's", "on validation"),
    row(at .. "@test_<metric>", "float64", "its metric's", "on test"),
  }
end

add {
  row("/final/metrics", "group", "", "list of the metrics that were measured", DONE),
  row("/final/metrics@@list", "int64", "", "how many", number(1, nil, "done")),
  row("/final/metrics/<number>", "group", "", "one metric, from 0"),
  row("/final/metrics/<number>@name", "text", "", "`top1`, `nll`, ...", DONE),
  row("/final/metrics/<number>@unit", "text", "", "`%`, `nat`, or nothing", DONE),
  row("/final/metrics/<number>@help", "text", "", "what it is", DONE),
  row("/final/metrics/<number>@higher_better", "boolean", "", "is more better?", DONE),
  row("/final/metrics/<number>@primary", "boolean", "", "is the track judged by it?", DONE),

  row("/weights", "group", "", "of student 0; not in merged files"),
  row("/weights/last", "group", "", "after the last epoch"),
  row("/weights/last/<name>", "float[n]", "", "a parameter or buffer by torch's name, in torch's "
      .. "shape and order (counters: int64)"),
  row("/weights/best_val", "group", "", "after the epoch that was best on validation"),
  row("/weights/best_val/<name>", "float[n]", "", "likewise"),

  row("/pred", "group", "", "what was said of every example, in the order of the split; in merged "
      .. "files only when asked for"),
  row("/pred/<split>", "group", "", "`validation`, `test`"),
  row("/pred/<split>/class", "int32[1]", "class", "the one that was predicted", number(0)),
  row("/pred/<split>/nll", "float64[1]", "nat", "of the label's class", number(0)),

  row("/env", "group", "", "where and by what it ran", DONE),
  row("/env@version", "text", "", "of kdbench", DONE),
  row("/env@commit", "text", "", "of its sources", DONE),
  row("/env@dirty", "boolean", "", "had they been changed?", DONE),
  row("/env@compiler", "text", "", "and its version", DONE),
  row("/env@flags", "text", "", "of the compiler", DONE),
  row("/env@real_bytes", "int64", "byte", "of a number in tensors: 4, or 8 in the double build",
      number(4, 8, "done")),
  row("/env@system", "text", "", "kernel and machine"),
  row("/env@cpu", "text", "", "its name"),
  row("/env@cpus", "int64", "", "processors of the machine", number(1)),
  row("/env@cpu_l1d_bytes", "int64", "byte", "cache", number(0)),
  row("/env@cpu_l2_bytes", "int64", "byte", "cache", number(0)),
  row("/env@cpu_l3_bytes", "int64", "byte", "cache", number(0)),
  row("/env@threads", "int64", "", "of the process", number(1)),
  row("/env@processors", "text", "", "those that it might run on"),
  row("/env@simd", "text", "", "what `KD_SIMD` and the machine allow"),
  row("/env@openblas", "text", "", "version"),
  row("/env@openblas_core", "text", "", "its kernels"),
  row("/env@onednn", "text", "", "version"),
  row("/env@onednn_isa", "text", "", "its instruction set"),
  row("/env@conv_table", "text", "", "SHA-256 of the table of kernel choices"),
  row("/env@hdf5", "text", "", "version"),
  row("/env@zlib", "text", "", "version"),
  row("/env@glibc", "text", "", "version"),
  row("/env@<VARIABLE>", "text", "", "an environment variable that decides about threads, or "
      .. "`unset`"),
  row("/env@dataset_sha256", "text", "", "of the data as opened", DONE),
  row("/env/teacher_sha256", "text[1]", "", "of each teacher's weights"),
  row("/env/sources", "group", "", "hashes of the sources that the bits depend on", DONE),
  row("/env/sources@<kind>", "text", "", "`engine`, `model`, `method`, `dataset`"),

  row("/cost", "group", "", "what it took", DONE),
  row("/cost@seconds", "float64", "s", "training and measuring", SECONDS),
  row("/cost@train_seconds", "float64", "s", "training", SECONDS),
  row("/cost@eval_seconds", "float64", "s", "measuring", SECONDS),
  row("/cost@seconds_per_step", "float64", "s", "by the wall clock", SECONDS),
  row("/cost@seconds_per_step_without_teacher", "float64", "s", "less the teachers' passes",
      SECONDS),
  row("/cost@cpu_seconds_per_step", "float64", "s", "what the process computed, whatever else the "
      .. "machine did", number(0)),
  row("/cost@student_latency_seconds", "float64", "s", "one example", SECONDS),
  row("/cost@step_memory_bytes", "int64", "byte", "the most that a step held: weights, the "
      .. "method's state, activations, gradients", number(0)),
  row("/cost@peak_memory_bytes", "int64", "byte", "of the process", COUNT),
  row("/cost@student_params", "int64", "", "parameters of the student", COUNT),
  row("/cost@teacher_params", "int64", "", "of the teacher", number(0)),
  row("/cost@method_params", "int64", "", "that the method adds", COUNT),
  row("/cost@student_flops", "float64", "FLOP", "one forward pass of one example", SECONDS),
  row("/cost@teacher_flops", "float64", "FLOP", "likewise", number(0)),
  row("/cost@batch", "int64", "example", "in a step", number(1, nil, "done")),
  row("/cost@steps", "int64", "", "of training", number(1, nil, "done")),
  row("/cost@students", "int64", "", "trained together", number(1, nil, "done")),
  row("/cost@train_samples", "int64", "example", "of the training split", number(1, nil, "done")),

  row("/status", "group", "", "how it ended", ALWAYS),
  row("/status@state", "text", "", "`done`, or `failed`", ALWAYS),
  row("/status@finished", "text", "UTC", "when", DONE),
  row("/status@reason", "text", "", "why it failed"),
}

-- ---- of a merged file --------------------------------------------------------------------

M.merged = {
  row("@merged_version", "int64", "", "1", number(1, 1, "always")),
  row("@schema_version", "int64", "", "of the runs", number(1, 1, "always")),
  row("@creator", "text", "", "program and version", ALWAYS),
  row("/sweep", "group", "", "what the runs belong to", ALWAYS),
  row("/sweep@name", "text", "", "of the sweep", ALWAYS),
  row("/sweep/lines", "text[1]", "", "`sweep.jsonl`: the sweep, then a line a run; missing where "
      .. "the folder had none"),
  row("/sweep/times", "text[1]", "", "`times.jsonl`: the sessions in which a worker ran"),
  row("/runs", "group", "", "a group a run, by its hash", ALWAYS),
}

-- what a run's group says beside the groups and attributes of its run.h5
M.member = {
  row("@number", "int64", "", "its place in tables, from 1", number(1, nil, "always")),
  row("@path", "text", "", "of its run.h5 in the folder", ALWAYS),
  row("@kind", "text", "", "`student`, `teacher`, `trained`, ...", ALWAYS),
  row("@column", "text", "", "the column that the sweep puts it in"),
  row("@as", "text", "", "the method's name in tables, where it is another"),
  row("@state", "text", "", "`done`, `failed`, `skipped`, `not applicable`, `not run`", ALWAYS),
  row("@reason", "text", "", "why there is no result: then there is only `/spec`"),
}

-- ---- looking paths up -----------------------------------------------------------------------

local function pattern_of(path)
  local escaped = path:gsub("[%^%$%(%)%%%.%[%]%*%+%-%?]", "%%%0")
  return "^" .. escaped:gsub("<(%l[^>]*)>", "[^/@]+"):gsub("<%u+>", "[%%u%%d_]+") .. "$"
end

-- exact paths first, so that a pattern never stands for what has a row of its own
function M.finder(...)
  local exact, patterns = {}, {}
  for _, list in ipairs { ... } do
    for _, one in ipairs(list) do
      if one.path:find("<", 1, true) then
        patterns[#patterns + 1] = { pattern_of(one.path), one }
      else
        exact[one.path] = one
      end
    end
  end
  return function(path)
    if exact[path] then
      return exact[path]
    end
    for _, one in ipairs(patterns) do
      if path:find(one[1]) then
        return one[2]
      end
    end
  end
end

-- ---- the document ------------------------------------------------------------------------------

local function range_of(one)
  if one.low and one.high then
    return one.low == one.high and "" or string.format("%g to %g", one.low, one.high)
  end
  return one.low and string.format("from %g", one.low) or ""
end

local NEEDED = { always = "always", done = "when done" }

local function table_of(list)
  local lines = { "| object | type | unit | range | there | meaning |",
                  "| --- | --- | --- | --- | --- | --- |" }
  for _, one in ipairs(list) do
    lines[#lines + 1] = string.format("| `%s` | %s | %s | %s | %s | %s |", one.path, one.type,
                                      one.unit, range_of(one), NEEDED[one.must] or "", one.meaning)
  end
  return table.concat(lines, "\n")
end

function M.markdown()
  return table.concat({ "### A run file", table_of(M.run), "### A merged file", table_of(M.merged),
                        "Each `/runs/<hash>`, beside what its run file says:",
                        table_of(M.member) }, "\n\n") .. "\n"
end

return M
