local T = each(1, 2.5, ramp(1, 8, { over = 0.5 }))
local methods = {}
for i, w in ipairs { 0.1, 0.5 } do
  methods[i] = kd { T = T, alpha = cosine(w, 1), clip = true, reduction = "sum" }
end
return sweep {
  name = "schedules", dataset = "fashion_mnist", pair = { teacher = "resnet20", student = "lenet" },
  method = each(methods[1], methods[2], kd(zip { T = each(1, 2), alpha = each(0.1, 0.2) }),
                kd { T = steps { 8, 4, 2, at = { 0.3, 0.6 } } }, at { p = 2, weight = 1e3 }),
}
