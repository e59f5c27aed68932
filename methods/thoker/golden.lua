-- sum over students of all parts
return {
  thoker = function(case)
    local students, hp = {}, case.hp
    for i = 1, #case.input.logits do
      students[i] = { logits = string.format("in/logits[%d]", i - 1) }
    end
    return {
      options = { ce = hp.ce, hard = hp.hard, mutual = hp.mutual, T = hp.T },
      student = students,
      teacher = { logits = "in/logits_t" },
      label = "in/target",
      terms = { "ce", "hard", "mutual" },
    }
  end,
}
