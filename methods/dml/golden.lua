-- sum over peers of both parts
return {
  dml = function(case)
    local students = {}
    for i = 1, #case.input.logits do
      students[i] = { logits = string.format("in/logits[%d]", i - 1) }
    end
    return {
      options = { ce = 1, kd = 1, T = 1 },
      student = students,
      label = "in/target",
      terms = { "ce", "mutual" },
    }
  end,
}
