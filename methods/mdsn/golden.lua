-- the whole loss; the groups differ in the student's temperature
local function group(variant)
  return function(case)
    local hp = case.hp
    return {
      options = { alpha = hp.alpha, lambda = hp.lambda, hall = hp.hall, T = hp.T,
        variant = variant },
      student = { logits = "in/logits_s", pooled = "in/feat_s" },
      teacher = { logits = "in/logits_t", pooled = "in/feat_t" },
      label = "in/target",
      params = { ["map.*"] = "param/map.*" },
      terms = { "ce", "imitation", "hallucination" },
    }
  end
end

return {
  mdsn = group "authors_code",
  mdsn_paper = group "paper",
}
