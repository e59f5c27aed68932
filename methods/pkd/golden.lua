-- layers are chosen already, and their first tokens taken: patience is samples x layers x channels
local function layers(name, n)
  local taps = {}
  for i = 1, n do
    taps[i] = string.format("in/%s[:,%d]", name, i - 1)
  end
  return taps
end

return {
  pkd = function(case)
    local hp, n = case.hp, case.input.patience_s.shape[2]
    local terms = { "ce" }
    if hp.alpha > 0 then terms[#terms + 1] = "kd" end
    if hp.beta > 0 then terms[#terms + 1] = "patience" end
    return {
      options = { ce = 1 - hp.alpha, kd = hp.alpha, T = hp.T, beta = hp.beta,
        normalized = hp.normalized ~= 0, layers = "all" },
      student = { logits = "in/logits_s", taps = layers("patience_s", n) },
      teacher = { logits = "in/logits_t", taps = layers("patience_t", n) },
      label = "in/target",
      terms = terms,
    }
  end,
}
