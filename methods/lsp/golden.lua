-- the structure loss; the groups differ in the direction of the KL
local function group(variant)
  return function(case)
    local hp = case.hp
    return {
      options = { beta = hp.beta, k = hp.k, nodes = hp.nodes, kernel = hp.kernel, sigma = hp.sigma,
        variant = variant },
      student = { taps = "in/feat_s" },
      teacher = { taps = "in/feat_t" },
      input = "in/input",
      terms = { "lsp" },
    }
  end
end

return {
  lsp = group "paper",
  lsp_authors = group "authors_code",
}
