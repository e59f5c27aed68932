-- both parts with their weights, and each alone
local function relations(distance, angle)
  return {
    options = { beta = 1, w_d = distance, w_a = angle },
    student = { pooled = "in/feat_s" },
    teacher = { pooled = "in/feat_t" },
  }
end

return {
  rkd = function(case)
    return relations(case.hp.w_d, case.hp.w_a)
  end,
  rkd_d = function()
    return relations(1, 0)
  end,
  rkd_a = function()
    return relations(0, 1)
  end,
}
