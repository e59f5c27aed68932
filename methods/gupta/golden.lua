-- the distance alone, in both phases
local function distance(phase, weight)
  return function(case)
    return {
      phase = phase,
      options = { [weight] = case.hp.weight },
      student = { pooled = "in/feat_s" },
      teacher = { pooled = "in/feat_t" },
      params = { ["map.*"] = "param/map.*" },
      terms = { "transfer" },
    }
  end
end

return {
  gupta = distance("transfer", "transfer"),
  gupta_joint = distance("main", "beta"),
}
