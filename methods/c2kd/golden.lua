-- everything but the label loss
local function group(variant)
  return function(case)
    local hp = case.hp
    return {
      options = { proxies = hp.proxies, cross = hp.cross, krc = hp.krc, variant = variant },
      student = { logits = "in/logits_s", pooled = "in/feat_s" },
      teacher = { logits = "in/logits_t", pooled = "in/feat_t" },
      nclasses = hp.classes,
      label = "in/target",
      terms = { "student_proxy", "student", "teacher_proxy", "cross" },
    }
  end
end

return {
  c2kd = group "paper",
  c2kd_authors = group "authors_code",
}
