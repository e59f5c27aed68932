-- hidden states of chosen layers; one linear layer fits the student's to the teacher's
return {
  lrc_bert = function(case)
    return {
      options = { alpha = case.hp.alpha, kd = 0 },
      student = { taps = "in/hidden_s" },
      teacher = { taps = "in/hidden_t" },
      params = { ["fit.*"] = "param/*" },
      phase = "contrast",
      terms = { "contrast" },
    }
  end,
}
