# gnuplot curves-pointnet_w0.5-pointnet_w0.125_d0.gp makes curves-pointnet_w0.5-pointnet_w0.125_d0.svg and curves-pointnet_w0.5-pointnet_w0.125_d0.pdf from curves-pointnet_w0.5-pointnet_w0.125_d0.dat
data = 'curves-pointnet_w0.5-pointnet_w0.125_d0.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 900,660 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'curves_pointnet_w0_5_pointnet_w0_125_d0'
  } else {
    set terminal pdfcairo size 9.375in,6.875in noenhanced font 'DejaVu Sans,9'
  }
  set output 'curves-pointnet_w0.5-pointnet_w0.125_d0.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set multiplot layout 3,4 margins 0.075,0.985,0.083,0.891 spacing 0.02,0.052
  set label 1 'pointnet_w0.5 → pointnet_w0.125_d0' at screen 0.5, screen 0.973 center font ',13'
  set label 2 'solid: validation, dashed: test; band: lowest to highest seed; grey: none' at screen 0.5, screen 0.939 center tc rgb '#444444'
  set label 3 'mean top-1 (%)' at screen 0.016, screen 0.5 center rotate
  set xrange [2.70:30.30]; set xtics 6; set yrange [20.3213:75.7686]
  set title 'none' offset 0,-0.6
  unset xlabel; set format x ''
  set format y '%g'
  plot data index 0 using 1:3:4 with filledcurves fc rgb '#777777' fs transparent solid 0.15 noborder, \
    data index 0 using 1:2 with linespoints lc rgb '#777777' lw 2 pt 7 ps 0.25, \
    data index 1 using 1:2 with linespoints lc rgb '#777777' lw 2 dt 2 pt 7 ps 0.25
  unset label 1; unset label 2; unset label 3
  set title 'kd' offset 0,-0.6
  unset xlabel; set format x ''
  set format y ''
  plot data index 2 using 1:3:4 with filledcurves fc rgb '#D55E00' fs transparent solid 0.15 noborder, \
    data index 0 using 1:2 with linespoints lc rgb '#777777' lw 1.2 pt 7 ps 0.15, \
    data index 1 using 1:2 with linespoints lc rgb '#777777' lw 1.2 dt 2 pt 7 ps 0.15, \
    data index 2 using 1:2 with linespoints lc rgb '#D55E00' lw 2 pt 7 ps 0.25, \
    data index 3 using 1:2 with linespoints lc rgb '#D55E00' lw 2 dt 2 pt 7 ps 0.25
  set title 'dkd' offset 0,-0.6
  unset xlabel; set format x ''
  set format y ''
  plot data index 4 using 1:3:4 with filledcurves fc rgb '#009E73' fs transparent solid 0.15 noborder, \
    data index 0 using 1:2 with linespoints lc rgb '#777777' lw 1.2 pt 7 ps 0.15, \
    data index 1 using 1:2 with linespoints lc rgb '#777777' lw 1.2 dt 2 pt 7 ps 0.15, \
    data index 4 using 1:2 with linespoints lc rgb '#009E73' lw 2 pt 7 ps 0.25, \
    data index 5 using 1:2 with linespoints lc rgb '#009E73' lw 2 dt 2 pt 7 ps 0.25
  set title 'rkd' offset 0,-0.6
  unset xlabel; set format x ''
  set format y ''
  plot data index 6 using 1:3:4 with filledcurves fc rgb '#0072B2' fs transparent solid 0.15 noborder, \
    data index 0 using 1:2 with linespoints lc rgb '#777777' lw 1.2 pt 7 ps 0.15, \
    data index 1 using 1:2 with linespoints lc rgb '#777777' lw 1.2 dt 2 pt 7 ps 0.15, \
    data index 6 using 1:2 with linespoints lc rgb '#0072B2' lw 2 pt 7 ps 0.25, \
    data index 7 using 1:2 with linespoints lc rgb '#0072B2' lw 2 dt 2 pt 7 ps 0.25
  set title 'pkt' offset 0,-0.6
  unset xlabel; set format x ''
  set format y '%g'
  plot data index 8 using 1:3:4 with filledcurves fc rgb '#0072B2' fs transparent solid 0.15 noborder, \
    data index 0 using 1:2 with linespoints lc rgb '#777777' lw 1.2 pt 7 ps 0.15, \
    data index 1 using 1:2 with linespoints lc rgb '#777777' lw 1.2 dt 2 pt 7 ps 0.15, \
    data index 8 using 1:2 with linespoints lc rgb '#0072B2' lw 2 pt 7 ps 0.25, \
    data index 9 using 1:2 with linespoints lc rgb '#0072B2' lw 2 dt 2 pt 7 ps 0.25
  set title 'crd' offset 0,-0.6
  unset xlabel; set format x ''
  set format y ''
  plot data index 10 using 1:3:4 with filledcurves fc rgb '#CC79A7' fs transparent solid 0.15 noborder, \
    data index 0 using 1:2 with linespoints lc rgb '#777777' lw 1.2 pt 7 ps 0.15, \
    data index 1 using 1:2 with linespoints lc rgb '#777777' lw 1.2 dt 2 pt 7 ps 0.15, \
    data index 10 using 1:2 with linespoints lc rgb '#CC79A7' lw 2 pt 7 ps 0.25, \
    data index 11 using 1:2 with linespoints lc rgb '#CC79A7' lw 2 dt 2 pt 7 ps 0.25
  set title 'dml' offset 0,-0.6
  set xlabel 'epoch' offset 0,0.5; set format x '%g'
  set format y ''
  plot data index 12 using 1:3:4 with filledcurves fc rgb '#56B4E9' fs transparent solid 0.15 noborder, \
    data index 0 using 1:2 with linespoints lc rgb '#777777' lw 1.2 pt 7 ps 0.15, \
    data index 1 using 1:2 with linespoints lc rgb '#777777' lw 1.2 dt 2 pt 7 ps 0.15, \
    data index 12 using 1:2 with linespoints lc rgb '#56B4E9' lw 2 pt 7 ps 0.25, \
    data index 13 using 1:2 with linespoints lc rgb '#56B4E9' lw 2 dt 2 pt 7 ps 0.25
  set title 'tfkd' offset 0,-0.6
  set xlabel 'epoch' offset 0,0.5; set format x '%g'
  set format y ''
  plot data index 14 using 1:3:4 with filledcurves fc rgb '#882255' fs transparent solid 0.15 noborder, \
    data index 0 using 1:2 with linespoints lc rgb '#777777' lw 1.2 pt 7 ps 0.15, \
    data index 1 using 1:2 with linespoints lc rgb '#777777' lw 1.2 dt 2 pt 7 ps 0.15, \
    data index 14 using 1:2 with linespoints lc rgb '#882255' lw 2 pt 7 ps 0.25, \
    data index 15 using 1:2 with linespoints lc rgb '#882255' lw 2 dt 2 pt 7 ps 0.25
  set title 'jgekd' offset 0,-0.6
  set xlabel 'epoch' offset 0,0.5; set format x '%g'
  set format y '%g'
  plot data index 16 using 1:3:4 with filledcurves fc rgb '#009E73' fs transparent solid 0.15 noborder, \
    data index 0 using 1:2 with linespoints lc rgb '#777777' lw 1.2 pt 7 ps 0.15, \
    data index 1 using 1:2 with linespoints lc rgb '#777777' lw 1.2 dt 2 pt 7 ps 0.15, \
    data index 16 using 1:2 with linespoints lc rgb '#009E73' lw 2 pt 7 ps 0.25, \
    data index 17 using 1:2 with linespoints lc rgb '#009E73' lw 2 dt 2 pt 7 ps 0.25
  set title 'dist' offset 0,-0.6
  set xlabel 'epoch' offset 0,0.5; set format x '%g'
  set format y ''
  plot data index 18 using 1:3:4 with filledcurves fc rgb '#882255' fs transparent solid 0.15 noborder, \
    data index 0 using 1:2 with linespoints lc rgb '#777777' lw 1.2 pt 7 ps 0.15, \
    data index 1 using 1:2 with linespoints lc rgb '#777777' lw 1.2 dt 2 pt 7 ps 0.15, \
    data index 18 using 1:2 with linespoints lc rgb '#882255' lw 2 pt 7 ps 0.25, \
    data index 19 using 1:2 with linespoints lc rgb '#882255' lw 2 dt 2 pt 7 ps 0.25
  unset multiplot
  set output
}
