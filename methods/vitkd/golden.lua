-- the first two layers lie in one tensor, N,2,P,C
return {
  vitkd = function(case)
    return {
      options = { alpha = case.hp.alpha, beta = case.hp.beta, lambda = case.hp.lambda_ },
      student = { taps = { "in/low_s[:,0]", "in/low_s[:,1]", "in/high_s" } },
      teacher = { taps = { "in/low_t[:,0]", "in/low_t[:,1]", "in/high_t" } },
      draws = { mask = "in/rand" },
    }
  end,
}
