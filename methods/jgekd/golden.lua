-- both parts, at the end of the warm-up; the groups differ in the edges among the other classes
local function group(variant)
  return function(case)
    local hp = case.hp
    return {
      options = { kd = hp.kd, target = hp.target, others = hp.others, T = hp.T, warmup = hp.warmup,
        variant = variant },
      student = { logits = "in/logits_s" },
      teacher = { logits = "in/logits_t" },
      label = "in/target",
      epoch = hp.epoch,
      nepochs = hp.epochs,
      terms = { "target", "others" },
    }
  end
end

return {
  jgekd = group "paper",
  jgekd_authors = group "authors_code",
}
