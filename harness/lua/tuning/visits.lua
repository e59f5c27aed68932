-- visits.lua - what a trial spends, the same for every method: training samples seen, a sample as
-- often as a batch held it. Phases of a method share the run's epochs; how often a step passes a
-- sample through which network is not counted here but in the table of costs.

local M = {}

-- of a run of this spec, where `samples` can be trained on; nil where that is not known yet
function M.of(spec, samples)
  local wanted = spec.dataset.train
  local n = wanted > 0 and math.min(wanted, samples or wanted) or samples
  local batch = spec.train.batch
  return n and spec.train.epochs * (n // batch) * batch
end

return M
