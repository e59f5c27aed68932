# gnuplot cost.gp makes cost.svg and cost.pdf from cost.dat
data = 'cost.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 650,350 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'cost'
  } else {
    set terminal pdfcairo size 6.771in,3.646in noenhanced font 'DejaVu Sans,9'
  }
  set output 'cost.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set multiplot layout 1,2 margins 0.1015,0.9815,0.1657,0.8514 spacing 0.0708,0.3200
  set label 3 'test top-1 (%)' at screen 0.0200, screen 0.5 center rotate
  set title 'resnet14 → deit_p4_d3_w48_h3' offset 0,-0.2
  set xlabel 'training step, times the plain student''s' offset 0,0.3
  set xrange [0.986496:1.12603]; set xtics 0.05; set yrange [76.8667:80.5867]
  set label 101 'none' at graph 0.0968, graph 0.1519 center tc rgb '#777777' font ',10'
  set label 102 'kd' at graph 0.2217, graph 0.2177 left tc rgb '#D55E00' font ',10'
  set label 103 'dkd' at graph 0.2250, graph 0.0833 left tc rgb '#009E73' font ',10'
  set label 104 'rkd' at graph 0.8616, graph 0.9167 right tc rgb '#0072B2' font ',10'
  set label 105 'deit tau=1 type=hard' at graph 0.2150, graph 0.2880 left tc rgb '#0072B2' font ',10'
  set label 106 'deit tau=3 type=soft' at graph 0.2362, graph 0.4077 left tc rgb '#0072B2' font ',10'
  plot data index 1 using 1:2 with steps lc rgb '#777777' lw 1.2 dt 3, \
    data index 0 every ::0::0 using 1:2 with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 0 every ::1::1 using 1:2 with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 0 every ::2::2 using 1:2 with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 0 every ::3::3 using 1:2 with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 0 every ::4::4 using 1:2 with points lc rgb '#0072B2' pt 13 ps 0.8, \
    data index 0 every ::5::5 using 1:2 with points lc rgb '#0072B2' pt 13 ps 0.8
  unset label 101
  unset label 102
  unset label 103
  unset label 104
  unset label 105
  unset label 106
  unset label 3
  set title 'vit_p4_d4_w72_h3 → vit_p4_d3_w48_h3' offset 0,-0.2
  set xlabel 'training step, times the plain student''s' offset 0,0.3
  set xrange [0.951549:1.45221]; set xtics 0.2; set yrange [76.2723:82.0043]
  set label 101 'none' at graph 0.1384, graph 0.3055 left tc rgb '#777777' font ',10'
  set label 102 'kd' at graph 0.1031, graph 0.2455 center tc rgb '#D55E00' font ',10'
  set label 103 'dkd' at graph 0.1437, graph 0.0833 left tc rgb '#009E73' font ',10'
  set label 104 'rkd' at graph 0.3839, graph 0.9167 left tc rgb '#0072B2' font ',10'
  set label 105 'vitkd' at graph 0.8616, graph 0.4311 right tc rgb '#E69F00' font ',10'
  plot data index 3 using 1:2 with steps lc rgb '#777777' lw 1.2 dt 3, \
    data index 2 every ::0::0 using 1:2 with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 2 every ::1::1 using 1:2 with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 2 every ::2::2 using 1:2 with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 2 every ::3::3 using 1:2 with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 2 every ::4::4 using 1:2 with points lc rgb '#E69F00' pt 11 ps 0.8
  unset label 101
  unset label 102
  unset label 103
  unset label 104
  unset label 105
  unset multiplot
  set output
}
