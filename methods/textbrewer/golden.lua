-- TextBrewer's functions one by one. The teacher's states are differentiated too.
local function mask(case)
  return case.input.mask and "in/mask" or nil
end

local function predictions(kind)
  return function(case)
    return {
      options = { logits = kind, T = case.hp.temperature, match = "none" },
      student = { logits = "in/logits_s" },
      teacher = { logits = "in/logits_t" },
      terms = { "kd" },
    }
  end
end

local function match(name, student, teacher)
  return function(case)
    return {
      options = { kd = 0, match = name, mask_keys = false },
      student = student,
      teacher = teacher,
      mask = mask(case),
      terms = { "match" },
    }
  end
end

local function states(name)
  return match(name, { taps = "in/state_s" }, { taps = "in/state_t", gradient = true })
end

local function scores(name)
  return match(name, { output = { score1 = "in/state_s" } },
    { output = { score1 = "in/state_t" }, gradient = true })
end

return {
  tb_kd_ce = predictions("ce"),
  tb_kd_mse = predictions("mse"),
  tb_hid_mse = states("hid_mse"),
  tb_cos = states("cos"),
  tb_pkd = states("pkd"),
  tb_fsp = states("fsp"),
  tb_mmd = states("mmd"),
  tb_att_mse = scores("att_mse"),
  tb_att_mse_sum = scores("att_mse_sum"),
  tb_att_ce = scores("att_ce"),
  tb_att_ce_mean = scores("att_ce_mean"),
}
