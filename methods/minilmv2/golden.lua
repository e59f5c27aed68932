-- relations 1, 2, 3 are of queries, keys, values
local letters = { "q", "k", "v" }

local function outputs(side)
  return { query1 = "in/q_" .. side, key1 = "in/k_" .. side, value1 = "in/v_" .. side }
end

return {
  minilmv2 = function(case)
    local hp = case.hp
    local options = { heads = hp.A_r, qq = 0, kk = 0, vv = 0 }
    for i = 1, #hp.rel_a do
      local name = letters[hp.rel_a[i]] .. letters[hp.rel_b[i]]
      options[name] = (options[name] or 0) + hp.rel_w[i]
    end
    return {
      options = options,
      student = { output = outputs("s") },
      teacher = { output = outputs("t") },
      mask = "in/attention_mask",
      terms = { "relation" },
    }
  end,
}
