local n, s = 0, "x"
while true do n = n + 1; s = s .. s end
return sweep {}
