-- import.lua - weights of others, checked against a network of ours and written as kdbench writes
-- them.

local kd = require "kd"
local json = require "json"
local sweep = require "sweep"
local weights = require "exchange.weights"

local M = {}

-- a bare name is a text: resnet8x4, fashion_mnist
local function expression(text)
  return text:find("^[%w_.]+$") and string.format("%q", text) or "(" .. text .. ")"
end

-- The specs of a network and of a data set from what was said of them, as a sweep would read it;
-- each error names what it is about.
function M.meaning(model, dataset)
  local text = string.format("return sweep { name = 'import', method = none {},\ndataset = %s,\n"
                             .. "pair = { student = %s } }", expression(dataset), expression(model))
  local read, err = sweep.parse("import", text)
  if not read then
    return nil, (err:gsub("^import:1: ", ""):gsub("^import:2: ", "--dataset: ")
                    :gsub("^import:3: ", "--model: "))
  elseif #read.runs ~= 1 then
    return nil, "--model and --dataset mean one network and one data set"
  end
  local spec = read.runs[1].spec
  return spec.student.model, spec.dataset
end

-- what a file that kdbench wrote says of itself
local function said_before(path)
  local facts, err = kd.weights_facts(path)
  if not facts then
    return nil, err
  elseif not facts.about then
    return nil, path .. " does not say what it is: give --model and --dataset"
  end
  local about = facts.about
  return about.model, { name = about.dataset.name, options = about.dataset.options, train = 0,
                        augment = "none", augment_seed = 0 }
end

local function describe(args)
  if args.model and args.dataset then
    return M.meaning(args.model, args.dataset)
  elseif args.model or args.dataset then
    return nil, "--model and --dataset are given both, or neither"
  end
  return said_before(args.weights)
end

-- top-1 of validation and test, measured as a sweep would
local function measure(args, model, dataset, folder)
  local scratch = os.tmpname()
  os.remove(scratch)
  local spec = require "exchange.teacher".spec(model, dataset, kd.sha256_file(args.weights))
  local text = json.encode(spec)
  local ok, err = kd.measure(spec, scratch, { json = text, data = folder, weights = args.weights,
                                            as_it_is = true })
  local run = ok and require "runfile".read(scratch .. "/run.h5")
  os.remove(scratch .. "/run.h5")
  os.remove(scratch)
  if not run then
    return nil, err
  end
  return string.format("validation top1 %.2f%%, test top1 %.2f%%", run.final.last.validation_top1,
                       run.final.last.test_top1)
end

-- exit code; or nil, a message, and whether it was asked for wrongly
function M.main(args)
  local model, dataset = describe(args)
  if not model then
    return nil, dataset, true
  end
  local folder, err = weights.data(dataset.name)
  if not folder then
    return nil, err
  end
  local done
  done, err = kd.weights_import { weights = args.weights, which = args.which, model = model,
                                  dataset = dataset, data = folder, out = args.output,
                                  classes = weights.classes(dataset.name) }
  local result = done and args.measure and nil
  if done and args.measure then
    result, err = measure({ weights = args.output }, model, dataset, folder)
  end
  if not done or args.measure and not result then
    return nil, err
  end
  io.stdout:write(string.format("%s: %s on %s, %d tensors from %s, %d parameters%s\n", args.output,
                                done.arch, dataset.name, done.tensors, done.format, done.params,
                                result and "; " .. result or ""))
  if done.rounded > 0 then
    io.stderr:write(string.format("kdbench: %d tensors were float64: rounded to float32\n",
                                  done.rounded))
  end
  return 0
end

return M
