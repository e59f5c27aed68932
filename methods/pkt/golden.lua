-- weight 1
return {
  pkt = function(case)
    return {
      options = { beta = 1, eps = case.hp.eps, variant = "authors_code" },
      student = { pooled = "in/feat_s" },
      teacher = { pooled = "in/feat_t" },
    }
  end,
}
