-- runfile.lua - what a run.h5 says, as the other modules want it: the spec decoded, its hash, and
-- where the run stands.

local kd = require "kd"
local json = require "json"

local M = {}

M.LIGHT = { "spec", "final", "env", "cost", "status" }

-- a tree of groups as a run: { spec, text, hash, content, state, reason, finished, final, curve,
-- cost, env }; content: the checksum of what reruns bit for bit
function M.of_tree(tree, path)
  local text = tree.spec and tree.spec.json
  local spec = text and json.decode(text)
  if type(spec) ~= "table" then
    return nil, path .. " holds no spec"
  end
  local status = tree.status or {}
  return { spec = spec, text = text, hash = tree.hash or kd.sha256(text),
           content = tree.content_sha256, state = status.state or "done",
           reason = status.reason, finished = status.finished, final = tree.final or {},
           curve = tree.curve or {}, cost = tree.cost or {}, env = tree.env or {} }
end

-- groups: which to read, LIGHT when nil
function M.read(path, groups)
  local tree, err = kd.run_read(path, groups or M.LIGHT)
  if not tree then
    return nil, err
  end
  return M.of_tree(tree, path)
end

-- what is said of a file in another run's place
function M.other(path, found, wanted)
  return string.format("%s holds another run, %s, should be %s", path, found:sub(1, 12),
                       wanted:sub(1, 12))
end

-- seconds of one core that the run took
function M.seconds(run)
  local train, eval = run.cost.train_seconds, run.cost.eval_seconds
  return train and train + (eval or 0)
end

-- the metric that a track is judged by
function M.primary(run)
  for _, metric in ipairs(run.final.metrics or {}) do
    if metric.primary then
      return metric
    end
  end
end

return M
