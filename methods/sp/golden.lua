-- sum over layers, weight 1
return {
  sp = function()
    return {
      options = { beta = 1 },
      student = { taps = "in/feat_s" },
      teacher = { taps = "in/feat_t" },
    }
  end,
}
