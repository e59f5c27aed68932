-- in the last of two epochs the share of the past is the option's
return {
  pskd = function(case)
    local shape = case.input.logits_s.shape
    return {
      options = { alpha = case.hp.alpha_t },
      nsamples = shape[1],
      nclasses = shape[2],
      epoch = 1,
      nepochs = 2,
      student = { logits = "in/logits_s" },
      label = "in/target",
      index = "rows",
      buffers = { past = "in/prev_probs" },
      terms = { "ce", "past" },
    }
  end,
}
