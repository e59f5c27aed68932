-- sum over layers, weight 1
return {
  at = function(case)
    return {
      options = { p = case.hp.p, beta = 1, variant = "authors_code" },
      student = { taps = "in/feat_s" },
      teacher = { taps = "in/feat_t" },
    }
  end,
}
