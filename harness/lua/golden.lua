-- golden.lua - methods against reference vectors, through the map in each method's folder.
--
-- methods/<name>/golden.lua returns a table: name of a group of the vectors -> function(case). A group
-- holds the cases of one loss; a method may claim several (fitnet: fitnet, hint_mse). `case` is the
-- vector without its numbers:
--   case.hp                        hyper-parameters by name
--   case.input, .param, .state, .out, .grad, .part
--                                  by name: { shape = {...}, attributes }, or a list of those
-- (never case.case: what a case is called is no business of a map). The function returns a table
-- that says what is what to the plugin. References are strings: "in/logits_s", "in/feat_s[0]" (the
-- first of a list), "in/feat_s[:,0]" (the first along axis 1), "param/conv.weight", "state/...",
-- "out/...".
--   options    option -> value; those left out have their default
--   phase      name of the method's phase; default: the last
--   student    { logits = ref, pooled = ref, stem = ref, taps = ref or list of refs, pre = the same
--   teacher      before the activation, output = { score1 = ref, ... }: what kd_view_get finds beside
--              these, elements in the file's order; head = the network behind them, for kd_net_head,
--              kd_net_from and kd_net_forward: { weight = ref, bias = ref }, "identity", { mean = ref,
--              var = ref } (a batch-norm), or the ref of what it says of everything; one from param/
--              gets a gradient; gradient = true where the reference differentiates by what a frozen
--              network says }, or a list of such tables, one a network.
--              A ref to a list of tensors gives one tap each. Tap i of the student is paired with
--              tap i of the teacher.
--   student2, teacher2
--              the same networks on the second image of each sample (a method's .second)
--   mask       ref to N,L: 1 at a text's token, 0 at padding
--   label      ref
--   input      ref to the images, for methods that run networks on them
--   pixel      list of { mean, sd, low, high }, one a channel of the input: kd_build's pixel
--   index      ref, or "rows": sample i of the batch is sample i of the training set
--   nsamples, nclasses, epoch, nepochs, step, nsteps
--              numbers, as in kd_build and kd_step
--   draws      name of a random draw -> ref to what it gives
--   params     the plugin's parameter -> ref. One `*` on both sides stands for the same text.
--              Default: ["*"] = "param/*"
--   buffers    the plugin's buffer -> ref, or list of numbers. Default: ["*"] = "state/*", where
--              there is such a state
--   terms      list of the terms whose sum is the vector's loss ("ce" is what kd_label_term adds).
--              Default: all terms that distil
--   factor     the vector's loss is that many times the sum; default 1
--   after      the plugin's buffer after .after -> "out/x", or { value = "out/x", rows = ref }: only
--              those rows of it
--   ignore     "in/x", "param/x" or "grad/x" -> the reason why it is not looked at
-- f32(x) rounds a number as a reference did that kept it in single precision even in its double run.
-- Layout is not the map's business: taps N,C,H,W become N,H,W,C, logits and labels of maps become rows,
-- weights leave torch's order. Every in/ and param/ must be used, every grad/ compared, every
-- parameter of the plugin given; what is not, without a reason under `ignore`, fails the case.

local files = require "files"

local M = {}

local function f32(x)
  return (string.unpack("f", string.pack("f", x)))
end

local words = { f32 = f32, math = math, string = string, table = table, ipairs = ipairs, pairs = pairs,
  tostring = tostring, tonumber = tonumber, type = type, error = error, assert = assert }

-- the table in a method's folder; nil where there is none, nil and a message where it is wrong
function M.maps(folder)
  local path = folder .. "/golden.lua"
  if not files.exists(path) then
    return nil
  end
  local chunk, err = loadfile(path, "t", setmetatable({}, { __index = words }))
  if not chunk then
    return nil, err
  end
  local ok, maps = pcall(chunk)
  if not ok then
    return nil, maps
  end
  if type(maps) ~= "table" then
    return nil, path .. " must return a table: group -> function(case)"
  end
  return maps
end

local function failed(method, at, message)
  return { method = method, group = at.method, case = at.case, ok = false, message = message,
    tensors = {}, missing = {}, ignored = {} }
end

local function map_of(kd, path, at, make)
  local case, err = kd.golden_shapes(path, at.method, at.case)
  if not case then
    return nil, err
  end
  case.input, case["in"], case.case = case["in"], nil, nil
  local ok, map = pcall(make, case)
  if not ok then
    return nil, map
  end
  if type(map) ~= "table" then
    return nil, "the map of group " .. at.method .. " gave no table"
  end
  return map
end

local function run(kd, method, path, at, make)
  local map, err = map_of(kd, path, at, make)
  if not map then
    return failed(method, at, err)
  end
  local report
  report, err = kd.golden_run { method = method, path = path, group = at.method, case = at.case,
    map = map }
  if not report then
    return failed(method, at, err)
  end
  report.method, report.group, report.case = method, at.method, at.case
  return report
end

-- Reports, one a case of `path` (nil: the folder's own golden.h5) in a group that the method claims;
-- empty when there is none. nil and a message when the file or the map cannot be read.
function M.check(kd, folder, path, method)
  local maps, err = M.maps(folder)
  if not maps then
    if err then
      return nil, err
    end
    return {}
  end
  path = path or folder .. "/golden.h5"
  local cases
  cases, err = kd.golden_list(path)
  if not cases then
    return nil, err
  end
  local reports = {}
  for _, at in ipairs(cases) do
    if maps[at.method] then
      reports[#reports + 1] = run(kd, method, path, at, maps[at.method])
    end
  end
  return reports
end

-- groups of `path` that none of these methods' maps claims, sorted; folders: method -> folder
function M.unclaimed(kd, path, folders)
  local cases, err = kd.golden_list(path)
  if not cases then
    return nil, err
  end
  local claimed = {}
  for _, folder in pairs(folders) do
    for group in pairs(M.maps(folder) or {}) do
      claimed[group] = true
    end
  end
  local open = {}
  for _, at in ipairs(cases) do
    if not claimed[at.method] then
      claimed[at.method] = true
      open[#open + 1] = at.method
    end
  end
  table.sort(open)
  return open
end

-- a report as lines of text; the first says whether it holds
function M.lines(report)
  local name = string.format("%s %s/%s", report.method, report.group, report.case)
  local out = { (report.ok and "ok   " or "FAIL ") .. name }
  if report.message then
    out[#out + 1] = "  " .. report.message
  end
  local loss = report.loss
  if loss and not loss.ok then
    out[#out + 1] = string.format("  loss is %.10g, should be %.10g (tolerance %.2g)", loss.got,
      loss.want, loss.tol)
  end
  for _, t in ipairs(report.tensors) do
    if not t.ok then
      out[#out + 1] = string.format("  %s is off by %.3g (tolerance %.2g)", t.name, t.err, t.tol)
    end
  end
  for _, text in ipairs(report.missing) do
    out[#out + 1] = "  " .. text
  end
  return out
end

return M
