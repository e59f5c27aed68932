-- KL alone, with its T^2
return {
  kd = function(case)
    return {
      options = { T = case.hp.T, kd = 1 },
      student = { logits = "in/logits_s" },
      teacher = { logits = "in/logits_t" },
    }
  end,
}
