-- the hint alone: with RepDistiller's regressor, and without one
local function hint(options)
  options.hint = 1
  return {
    options = options,
    phase = "hint",
    student = { taps = "in/feat_s" },
    teacher = { taps = "in/feat_t" },
  }
end

return {
  fitnet = function(case)
    return hint { regressor = "auto", use_relu = case.hp.use_relu ~= 0 }
  end,
  hint_mse = function()
    return hint { regressor = "none" }
  end,
}
