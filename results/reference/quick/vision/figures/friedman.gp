# gnuplot friedman.gp makes friedman.svg and friedman.pdf from friedman.dat
data = 'friedman.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 676,201 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'friedman'
  } else {
    set terminal pdfcairo size 7.042in,2.094in noenhanced font 'DejaVu Sans,9'
  }
  set output 'friedman.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set lmargin 0; set rmargin 0; set tmargin 0; set bmargin 0
  unset border; unset tics; unset grid
  set xrange [-128:548]; set yrange [-129:72]
  set arrow 1 from 0, 0 to 420, 0 nohead lw 1.4
  set arrow 2 from 0.0, 0 to 0.0, 5 nohead lw 1.4
  set label 3 '1' at 0.0, 13 center
  set arrow 4 from 42.0, 0 to 42.0, 5 nohead lw 1.4
  set label 5 '2' at 42.0, 13 center
  set arrow 6 from 84.0, 0 to 84.0, 5 nohead lw 1.4
  set label 7 '3' at 84.0, 13 center
  set arrow 8 from 126.0, 0 to 126.0, 5 nohead lw 1.4
  set label 9 '4' at 126.0, 13 center
  set arrow 10 from 168.0, 0 to 168.0, 5 nohead lw 1.4
  set label 11 '5' at 168.0, 13 center
  set arrow 12 from 210.0, 0 to 210.0, 5 nohead lw 1.4
  set label 13 '6' at 210.0, 13 center
  set arrow 14 from 252.0, 0 to 252.0, 5 nohead lw 1.4
  set label 15 '7' at 252.0, 13 center
  set arrow 16 from 294.0, 0 to 294.0, 5 nohead lw 1.4
  set label 17 '8' at 294.0, 13 center
  set arrow 18 from 336.0, 0 to 336.0, 5 nohead lw 1.4
  set label 19 '9' at 336.0, 13 center
  set arrow 20 from 378.0, 0 to 378.0, 5 nohead lw 1.4
  set label 21 '10' at 378.0, 13 center
  set arrow 22 from 420.0, 0 to 420.0, 5 nohead lw 1.4
  set label 23 '11' at 420.0, 13 center
  set arrow 24 from 0, 36 to 366.1, 36 heads size 4,90 lw 1.4
  set label 25 'CD 8.72' at 183.0, 50 center
  plot data index 0 every ::0::0 using 1:(0):(0):2 with vectors nohead lw 1.2 lc rgb '#0072B2', \
    data index 0 every ::0::0 using 1:2:(-14-$1):(0) with vectors nohead lw 1.2 lc rgb '#0072B2', \
    data index 0 every ::0::0 using (-20):2:3 with labels right tc rgb '#222222', \
    data index 0 every ::1::1 using 1:(0):(0):2 with vectors nohead lw 1.2 lc rgb '#E69F00', \
    data index 0 every ::1::1 using 1:2:(-14-$1):(0) with vectors nohead lw 1.2 lc rgb '#E69F00', \
    data index 0 every ::1::1 using (-20):2:3 with labels right tc rgb '#222222', \
    data index 0 every ::2::2 using 1:(0):(0):2 with vectors nohead lw 1.2 lc rgb '#999933', \
    data index 0 every ::2::2 using 1:2:(-14-$1):(0) with vectors nohead lw 1.2 lc rgb '#999933', \
    data index 0 every ::2::2 using (-20):2:3 with labels right tc rgb '#222222', \
    data index 0 every ::3::3 using 1:(0):(0):2 with vectors nohead lw 1.2 lc rgb '#0072B2', \
    data index 0 every ::3::3 using 1:2:(-14-$1):(0) with vectors nohead lw 1.2 lc rgb '#0072B2', \
    data index 0 every ::3::3 using (-20):2:3 with labels right tc rgb '#222222', \
    data index 0 every ::4::4 using 1:(0):(0):2 with vectors nohead lw 1.2 lc rgb '#D55E00', \
    data index 0 every ::4::4 using 1:2:(-14-$1):(0) with vectors nohead lw 1.2 lc rgb '#D55E00', \
    data index 0 every ::4::4 using (-20):2:3 with labels right tc rgb '#222222', \
    data index 0 every ::5::5 using 1:(0):(0):2 with vectors nohead lw 1.2 lc rgb '#009E73', \
    data index 0 every ::5::5 using 1:2:(-14-$1):(0) with vectors nohead lw 1.2 lc rgb '#009E73', \
    data index 0 every ::5::5 using (-20):2:3 with labels right tc rgb '#222222', \
    data index 1 every ::0::0 using 1:(0):(0):2 with vectors nohead lw 1.2 lc rgb '#777777', \
    data index 1 every ::0::0 using 1:2:(434-$1):(0) with vectors nohead lw 1.2 lc rgb '#777777', \
    data index 1 every ::0::0 using (440):2:3 with labels left tc rgb '#222222', \
    data index 1 every ::1::1 using 1:(0):(0):2 with vectors nohead lw 1.2 lc rgb '#56B4E9', \
    data index 1 every ::1::1 using 1:2:(434-$1):(0) with vectors nohead lw 1.2 lc rgb '#56B4E9', \
    data index 1 every ::1::1 using (440):2:3 with labels left tc rgb '#222222', \
    data index 1 every ::2::2 using 1:(0):(0):2 with vectors nohead lw 1.2 lc rgb '#44AA99', \
    data index 1 every ::2::2 using 1:2:(434-$1):(0) with vectors nohead lw 1.2 lc rgb '#44AA99', \
    data index 1 every ::2::2 using (440):2:3 with labels left tc rgb '#222222', \
    data index 1 every ::3::3 using 1:(0):(0):2 with vectors nohead lw 1.2 lc rgb '#CC79A7', \
    data index 1 every ::3::3 using 1:2:(434-$1):(0) with vectors nohead lw 1.2 lc rgb '#CC79A7', \
    data index 1 every ::3::3 using (440):2:3 with labels left tc rgb '#222222', \
    data index 1 every ::4::4 using 1:(0):(0):2 with vectors nohead lw 1.2 lc rgb '#882255', \
    data index 1 every ::4::4 using 1:2:(434-$1):(0) with vectors nohead lw 1.2 lc rgb '#882255', \
    data index 1 every ::4::4 using (440):2:3 with labels left tc rgb '#222222', \
    data index 2 using 1:3:($2-$1):(0) with vectors nohead lw 5 lc rgb '#222222'
  set output
}
