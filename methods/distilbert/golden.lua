-- one step of the authors' training script; labels are those of masked words, -100 elsewhere
return {
  distilbert = function(case)
    local hp = case.hp
    local terms = { "ce", "kd" }
    if hp.alpha_mse > 0 then terms[#terms + 1] = "mse" end
    if hp.alpha_cos > 0 then terms[#terms + 1] = "cos" end
    return {
      options = { ce = hp.alpha_mlm, kd = hp.alpha_ce, T = hp.temperature, cos = hp.alpha_cos,
        mse = hp.alpha_mse, restrict_to_labels = hp.restrict_ce_to_mask ~= 0 },
      student = { logits = "in/logits_s", taps = "in/hidden_s" },
      teacher = { logits = "in/logits_t", taps = "in/hidden_t" },
      mask = "in/attention_mask",
      label = "in/labels",
      terms = terms,
    }
  end,
}
