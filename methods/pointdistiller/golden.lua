-- the graphs' distance; the groups differ in the weights of the centres
local function group(variant)
  return function(case)
    local hp = case.hp
    return {
      options = { beta = hp.beta, share = hp.share, k = hp.k, tau = hp.tau, variant = variant },
      student = { taps = "in/feat_s" },
      teacher = { taps = "in/feat_t" },
      terms = { "graph" },
    }
  end
end

return {
  pointdistiller = group "authors_code",
  pointdistiller_paper = group "paper",
}
