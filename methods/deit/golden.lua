-- the vector's loss has the label term in it
return {
  deit = function(case)
    return {
      options = { alpha = case.hp.alpha, tau = case.hp.tau, type = case.hp.type },
      student = { logits = "in/logits_cls", output = { logits_dist = "in/logits_dist" } },
      teacher = { logits = "in/logits_t" },
      label = "in/target",
      terms = { "ce", "deit" },
    }
  end,
}
