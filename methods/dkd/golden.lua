-- both parts with their weights and T^2, without the warm-up
return {
  dkd = function(case)
    local hp = case.hp
    return {
      options = { alpha = hp.alpha, beta = hp.beta, T = hp.T, warmup = 0 },
      student = { logits = "in/logits_s" },
      teacher = { logits = "in/logits_t" },
      label = "in/target",
    }
  end,
}
