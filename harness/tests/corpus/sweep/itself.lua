local t = { 1 }
t[2] = t
return sweep { name = "x", train = { t }, seed = each(t), method = each(each(t), kd(t)), dataset = t, pair = t }
