-- the whole loss, labels included
local function whole(case, options, teacher)
  options.alpha, options.T, options.multiplier = case.hp.alpha, case.hp.T, case.hp.multiplier
  options.variant = "authors_code"
  return {
    options = options,
    student = { logits = "in/logits_s" },
    teacher = teacher,
    label = "in/target",
    terms = { "ce", "kd" },
  }
end

return {
  tfkd_reg = function(case)
    return whole(case, { mode = "reg", correct = case.hp.correct_prob })
  end,
  tfkd_self = function(case)
    return whole(case, { mode = "self" }, { logits = "in/logits_t" })
  end,
}
