-- relations 1, 2, 3 are of queries, keys, values: MiniLM's are of queries with keys (its attention)
-- and of values
local names = { ["1,2"] = "attention", ["3,3"] = "value" }

local function outputs(side)
  return { query1 = "in/q_" .. side, key1 = "in/k_" .. side, value1 = "in/v_" .. side }
end

return {
  minilm = function(case)
    local hp = case.hp
    local options = { heads = hp.A_r, attention = 0, value = 0 }
    for i = 1, #hp.rel_a do
      local pair = hp.rel_a[i] .. "," .. hp.rel_b[i]
      local name = names[pair] or error("relation " .. pair .. " is none of MiniLM's")
      options[name] = options[name] + hp.rel_w[i]
    end
    return {
      options = options,
      student = { output = outputs("s") },
      teacher = { output = outputs("t") },
      mask = "in/attention_mask",
      terms = { "attention", "value" },
    }
  end,
}
