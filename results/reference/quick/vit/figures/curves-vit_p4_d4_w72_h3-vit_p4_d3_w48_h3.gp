# gnuplot curves-vit_p4_d4_w72_h3-vit_p4_d3_w48_h3.gp makes curves-vit_p4_d4_w72_h3-vit_p4_d3_w48_h3.svg and curves-vit_p4_d4_w72_h3-vit_p4_d3_w48_h3.pdf from curves-vit_p4_d4_w72_h3-vit_p4_d3_w48_h3.dat
data = 'curves-vit_p4_d4_w72_h3-vit_p4_d3_w48_h3.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 900,470 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'curves_vit_p4_d4_w72_h3_vit_p4_d3_w48_h3'
  } else {
    set terminal pdfcairo size 9.375in,4.896in noenhanced font 'DejaVu Sans,9'
  }
  set output 'curves-vit_p4_d4_w72_h3-vit_p4_d3_w48_h3.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set multiplot layout 2,4 margins 0.075,0.985,0.117,0.847 spacing 0.02,0.072
  set label 1 'vit_p4_d4_w72_h3 → vit_p4_d3_w48_h3' at screen 0.5, screen 0.962 center font ',13'
  set label 2 'solid: validation, dashed: test; band: lowest to highest seed; grey: none' at screen 0.5, screen 0.915 center tc rgb '#444444'
  set label 3 'mean top-1 (%)' at screen 0.016, screen 0.5 center rotate
  set xrange [1.70:8.30]; set xtics 2; set yrange [30.3901:84.8333]
  set title 'none' offset 0,-0.6
  unset xlabel; set format x ''
  set format y '%g'
  plot data index 0 using 1:3:4 with filledcurves fc rgb '#777777' fs transparent solid 0.15 noborder, \
    data index 0 using 1:2 with linespoints lc rgb '#777777' lw 2 pt 7 ps 0.25, \
    data index 1 using 1:2 with linespoints lc rgb '#777777' lw 2 dt 2 pt 7 ps 0.25
  unset label 1; unset label 2; unset label 3
  set title 'kd' offset 0,-0.6
  set xlabel 'epoch' offset 0,0.5; set format x '%g'
  set format y ''
  plot data index 2 using 1:3:4 with filledcurves fc rgb '#D55E00' fs transparent solid 0.15 noborder, \
    data index 0 using 1:2 with linespoints lc rgb '#777777' lw 1.2 pt 7 ps 0.15, \
    data index 1 using 1:2 with linespoints lc rgb '#777777' lw 1.2 dt 2 pt 7 ps 0.15, \
    data index 2 using 1:2 with linespoints lc rgb '#D55E00' lw 2 pt 7 ps 0.25, \
    data index 3 using 1:2 with linespoints lc rgb '#D55E00' lw 2 dt 2 pt 7 ps 0.25
  set title 'dkd' offset 0,-0.6
  set xlabel 'epoch' offset 0,0.5; set format x '%g'
  set format y ''
  plot data index 4 using 1:3:4 with filledcurves fc rgb '#009E73' fs transparent solid 0.15 noborder, \
    data index 0 using 1:2 with linespoints lc rgb '#777777' lw 1.2 pt 7 ps 0.15, \
    data index 1 using 1:2 with linespoints lc rgb '#777777' lw 1.2 dt 2 pt 7 ps 0.15, \
    data index 4 using 1:2 with linespoints lc rgb '#009E73' lw 2 pt 7 ps 0.25, \
    data index 5 using 1:2 with linespoints lc rgb '#009E73' lw 2 dt 2 pt 7 ps 0.25
  set title 'rkd' offset 0,-0.6
  set xlabel 'epoch' offset 0,0.5; set format x '%g'
  set format y ''
  plot data index 6 using 1:3:4 with filledcurves fc rgb '#0072B2' fs transparent solid 0.15 noborder, \
    data index 0 using 1:2 with linespoints lc rgb '#777777' lw 1.2 pt 7 ps 0.15, \
    data index 1 using 1:2 with linespoints lc rgb '#777777' lw 1.2 dt 2 pt 7 ps 0.15, \
    data index 6 using 1:2 with linespoints lc rgb '#0072B2' lw 2 pt 7 ps 0.25, \
    data index 7 using 1:2 with linespoints lc rgb '#0072B2' lw 2 dt 2 pt 7 ps 0.25
  set title 'vitkd' offset 0,-0.6
  set xlabel 'epoch' offset 0,0.5; set format x '%g'
  set format y '%g'
  plot data index 8 using 1:3:4 with filledcurves fc rgb '#E69F00' fs transparent solid 0.15 noborder, \
    data index 0 using 1:2 with linespoints lc rgb '#777777' lw 1.2 pt 7 ps 0.15, \
    data index 1 using 1:2 with linespoints lc rgb '#777777' lw 1.2 dt 2 pt 7 ps 0.15, \
    data index 8 using 1:2 with linespoints lc rgb '#E69F00' lw 2 pt 7 ps 0.25, \
    data index 9 using 1:2 with linespoints lc rgb '#E69F00' lw 2 dt 2 pt 7 ps 0.25
  unset multiplot
  set output
}
