# gnuplot tracks-friedman.gp makes tracks-friedman.svg and tracks-friedman.pdf from tracks-friedman.dat
data = 'tracks-friedman.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 676,129 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'tracks_friedman'
  } else {
    set terminal pdfcairo size 7.042in,1.344in noenhanced font 'DejaVu Sans,9'
  }
  set output 'tracks-friedman.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set lmargin 0; set rmargin 0; set tmargin 0; set bmargin 0
  unset border; unset tics; unset grid
  set xrange [-128:548]; set yrange [-57:72]
  set arrow 1 from 0, 0 to 420, 0 nohead lw 1.4
  set arrow 2 from 0.0, 0 to 0.0, 5 nohead lw 1.4
  set label 3 '1' at 0.0, 13 center
  set arrow 4 from 140.0, 0 to 140.0, 5 nohead lw 1.4
  set label 5 '2' at 140.0, 13 center
  set arrow 6 from 280.0, 0 to 280.0, 5 nohead lw 1.4
  set label 7 '3' at 280.0, 13 center
  set arrow 8 from 420.0, 0 to 420.0, 5 nohead lw 1.4
  set label 9 '4' at 420.0, 13 center
  set arrow 10 from 0, 36 to 207.7, 36 heads size 4,90 lw 1.4
  set label 11 'CD 1.48' at 103.8, 50 center
  plot data index 0 every ::0::0 using 1:(0):(0):2 with vectors nohead lw 1.2 lc rgb '#0072B2', \
    data index 0 every ::0::0 using 1:2:(-14-$1):(0) with vectors nohead lw 1.2 lc rgb '#0072B2', \
    data index 0 every ::0::0 using (-20):2:3 with labels right tc rgb '#222222', \
    data index 0 every ::1::1 using 1:(0):(0):2 with vectors nohead lw 1.2 lc rgb '#D55E00', \
    data index 0 every ::1::1 using 1:2:(-14-$1):(0) with vectors nohead lw 1.2 lc rgb '#D55E00', \
    data index 0 every ::1::1 using (-20):2:3 with labels right tc rgb '#222222', \
    data index 1 every ::0::0 using 1:(0):(0):2 with vectors nohead lw 1.2 lc rgb '#777777', \
    data index 1 every ::0::0 using 1:2:(434-$1):(0) with vectors nohead lw 1.2 lc rgb '#777777', \
    data index 1 every ::0::0 using (440):2:3 with labels left tc rgb '#222222', \
    data index 1 every ::1::1 using 1:(0):(0):2 with vectors nohead lw 1.2 lc rgb '#009E73', \
    data index 1 every ::1::1 using 1:2:(434-$1):(0) with vectors nohead lw 1.2 lc rgb '#009E73', \
    data index 1 every ::1::1 using (440):2:3 with labels left tc rgb '#222222', \
    data index 2 using 1:3:($2-$1):(0) with vectors nohead lw 5 lc rgb '#222222'
  set output
}
