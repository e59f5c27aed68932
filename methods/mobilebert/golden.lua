-- att are scores before the softmax; hidden[0] are the embeddings
local function network(case, side)
  local net = { stem = "in/hidden_" .. side .. "[0]", taps = {}, output = {} }
  for i = 1, #case.input["att_" .. side] do
    net.taps[i] = string.format("in/hidden_%s[%d]", side, i)
    net.output["score" .. i] = string.format("in/att_%s[%d]", side, i - 1)
  end
  return net
end

return {
  mobilebert = function(case)
    local hp = case.hp
    assert(hp.num_layers == #case.input.att_s, "layers")
    return {
      options = { transfer = hp.kd_w, small = hp.pkt_small_lr, stage = hp.next_locked_layer },
      student = network(case, "s"),
      teacher = network(case, "t"),
      terms = { "feature", "attention" },
    }
  end,
}
