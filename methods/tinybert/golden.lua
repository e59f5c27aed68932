-- the first phase: hidden[0] are the embeddings; the second: predictions alone
local function network(case, side)
  local net = { stem = "in/hidden_" .. side .. "[0]", taps = {}, output = {} }
  for i = 1, #case.input["hidden_" .. side] - 1 do
    net.taps[i] = string.format("in/hidden_%s[%d]", side, i)
  end
  for i = 1, #case.input["att_" .. side] do
    net.output["score" .. i] = string.format("in/att_%s[%d]", side, i - 1)
  end
  return net
end

return {
  tinybert = function(case)
    local hp, x = case.hp, case.input
    assert(hp.student_layers == #x.att_s and hp.teacher_layers == #x.att_t, "layers")
    return {
      phase = "intermediate",
      options = { intermediate_epochs = 1, embedding = 1, attention = 1, hidden = 1 },
      student = network(case, "s"),
      teacher = network(case, "t"),
      terms = { "embedding", "attention", "hidden" },
    }
  end,
  tinybert_pred = function(case)
    return {
      phase = "prediction",
      options = { intermediate_epochs = 0, kd = 1, T = case.hp.temperature },
      student = { logits = "in/logits_s" },
      teacher = { logits = "in/logits_t" },
      terms = { "prediction" },
    }
  end,
}
