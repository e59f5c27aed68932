# gnuplot cost.gp makes cost.svg and cost.pdf from cost.dat
data = 'cost.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 932,350 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'cost'
  } else {
    set terminal pdfcairo size 9.708in,3.646in noenhanced font 'DejaVu Sans,9'
  }
  set output 'cost.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set multiplot layout 1,3 margins 0.0708,0.9871,0.1657,0.8514 spacing 0.0494,0.3200
  set label 3 'test top-1 (%)' at screen 0.0139, screen 0.5 center rotate
  set title 'resnet20 → resnet8_w0.5' offset 0,-0.2
  set xlabel 'training step, times the plain student''s' offset 0,0.3
  set xrange [0.865266:2.16068]; set xtics 0.5; set yrange [83.987:88.423]
  set label 101 'none' at graph 0.1457, graph 0.2855 left tc rgb '#777777' font ',10'
  set label 102 'kd' at graph 0.1556, graph 0.7048 left tc rgb '#D55E00' font ',10'
  set label 103 'dkd' at graph 0.1020, graph 0.6235 center tc rgb '#009E73' font ',10'
  set label 104 'fitnet' at graph 0.2569, graph 0.9167 left tc rgb '#E69F00' font ',10'
  set label 105 'at' at graph 0.3870, graph 0.7205 left tc rgb '#44AA99' font ',10'
  set label 106 'sp' at graph 0.1483, graph 0.8731 right tc rgb '#999933' font ',10'
  set label 107 'rkd' at graph 0.3824, graph 0.8212 left tc rgb '#0072B2' font ',10'
  set label 108 'pkt' at graph 0.1018, graph 0.7837 center tc rgb '#0072B2' font ',10'
  set label 109 'crd' at graph 0.6245, graph 0.1292 left tc rgb '#CC79A7' font ',10'
  set label 110 'dml' at graph 0.8616, graph 0.1480 right tc rgb '#56B4E9' font ',10'
  set label 111 'tfkd' at graph 0.1384, graph 0.0833 left tc rgb '#882255' font ',10'
  plot data index 1 using 1:2 with steps lc rgb '#777777' lw 1.2 dt 3, \
    data index 0 every ::0::0 using 1:2 with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 0 every ::1::1 using 1:2 with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 0 every ::2::2 using 1:2 with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 0 every ::3::3 using 1:2 with points lc rgb '#E69F00' pt 9 ps 0.8, \
    data index 0 every ::4::4 using 1:2 with points lc rgb '#44AA99' pt 7 ps 0.8, \
    data index 0 every ::5::5 using 1:2 with points lc rgb '#999933' pt 7 ps 0.8, \
    data index 0 every ::6::6 using 1:2 with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 0 every ::7::7 using 1:2 with points lc rgb '#0072B2' pt 6 ps 0.8, \
    data index 0 every ::8::8 using 1:2 with points lc rgb '#CC79A7' pt 12 ps 0.8, \
    data index 0 every ::9::9 using 1:2 with points lc rgb '#56B4E9' pt 12 ps 0.8, \
    data index 0 every ::10::10 using 1:2 with points lc rgb '#882255' pt 13 ps 0.8
  unset label 101
  unset label 102
  unset label 103
  unset label 104
  unset label 105
  unset label 106
  unset label 107
  unset label 108
  unset label 109
  unset label 110
  unset label 111
  unset label 3
  set title 'wrn_16_2 → vgg8_w0.25' offset 0,-0.2
  set xlabel 'training step, times the plain student''s' offset 0,0.3
  set xrange [0.84484:2.44816]; set xtics 0.5; set yrange [85.9183:90.3783]
  set label 101 'none' at graph 0.0968, graph 0.4305 center tc rgb '#777777' font ',10'
  set label 102 'kd' at graph 0.1429, graph 0.8606 left tc rgb '#D55E00' font ',10'
  set label 103 'dkd' at graph 0.1028, graph 0.7900 center tc rgb '#009E73' font ',10'
  set label 104 'fitnet' at graph 0.8616, graph 0.7694 right tc rgb '#E69F00' font ',10'
  set label 105 'at' at graph 0.3253, graph 0.0833 left tc rgb '#44AA99' font ',10'
  set label 106 'sp' at graph 0.2218, graph 0.9152 left tc rgb '#999933' font ',10'
  set label 107 'rkd' at graph 0.5947, graph 0.8636 left tc rgb '#0072B2' font ',10'
  set label 108 'pkt' at graph 0.1130, graph 0.9708 center tc rgb '#0072B2' font ',10'
  set label 109 'crd' at graph 0.5055, graph 0.4809 left tc rgb '#CC79A7' font ',10'
  set label 110 'dml' at graph 0.7971, graph 0.5781 left tc rgb '#56B4E9' font ',10'
  set label 111 'tfkd' at graph 0.1523, graph 0.5004 left tc rgb '#882255' font ',10'
  plot data index 3 using 1:2 with steps lc rgb '#777777' lw 1.2 dt 3, \
    data index 2 every ::0::0 using 1:2 with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 2 every ::1::1 using 1:2 with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 2 every ::2::2 using 1:2 with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 2 every ::3::3 using 1:2 with points lc rgb '#E69F00' pt 9 ps 0.8, \
    data index 2 every ::4::4 using 1:2 with points lc rgb '#44AA99' pt 7 ps 0.8, \
    data index 2 every ::5::5 using 1:2 with points lc rgb '#999933' pt 7 ps 0.8, \
    data index 2 every ::6::6 using 1:2 with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 2 every ::7::7 using 1:2 with points lc rgb '#0072B2' pt 6 ps 0.8, \
    data index 2 every ::8::8 using 1:2 with points lc rgb '#CC79A7' pt 12 ps 0.8, \
    data index 2 every ::9::9 using 1:2 with points lc rgb '#56B4E9' pt 12 ps 0.8, \
    data index 2 every ::10::10 using 1:2 with points lc rgb '#882255' pt 13 ps 0.8
  unset label 101
  unset label 102
  unset label 103
  unset label 104
  unset label 105
  unset label 106
  unset label 107
  unset label 108
  unset label 109
  unset label 110
  unset label 111
  set title 'wrn_16_2 → resnet8_w0.25' offset 0,-0.2
  set xlabel 'training step, times the plain student''s' offset 0,0.3
  set xrange [0.85563:2.34746]; set xtics 0.5; set yrange [80.3543:85.0223]
  set label 101 'none' at graph 0.1384, graph 0.4539 left tc rgb '#777777' font ',10'
  set label 102 'kd' at graph 0.1647, graph 0.7232 left tc rgb '#D55E00' font ',10'
  set label 103 'dkd' at graph 0.1621, graph 0.8902 left tc rgb '#009E73' font ',10'
  set label 104 'fitnet' at graph 0.4299, graph 0.8504 center tc rgb '#E69F00' font ',10'
  set label 105 'at' at graph 0.6391, graph 0.0833 left tc rgb '#44AA99' font ',10'
  set label 106 'sp' at graph 0.3383, graph 0.5810 left tc rgb '#999933' font ',10'
  set label 107 'rkd' at graph 0.5696, graph 0.9167 left tc rgb '#0072B2' font ',10'
  set label 108 'pkt' at graph 0.1069, graph 0.5361 right tc rgb '#0072B2' font ',10'
  set label 109 'crd' at graph 0.8616, graph 0.4047 right tc rgb '#CC79A7' font ',10'
  set label 110 'dml' at graph 0.8560, graph 0.3033 left tc rgb '#56B4E9' font ',10'
  set label 111 'tfkd' at graph 0.1488, graph 0.1947 left tc rgb '#882255' font ',10'
  plot data index 5 using 1:2 with steps lc rgb '#777777' lw 1.2 dt 3, \
    data index 4 every ::0::0 using 1:2 with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 4 every ::1::1 using 1:2 with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 4 every ::2::2 using 1:2 with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 4 every ::3::3 using 1:2 with points lc rgb '#E69F00' pt 9 ps 0.8, \
    data index 4 every ::4::4 using 1:2 with points lc rgb '#44AA99' pt 7 ps 0.8, \
    data index 4 every ::5::5 using 1:2 with points lc rgb '#999933' pt 7 ps 0.8, \
    data index 4 every ::6::6 using 1:2 with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 4 every ::7::7 using 1:2 with points lc rgb '#0072B2' pt 6 ps 0.8, \
    data index 4 every ::8::8 using 1:2 with points lc rgb '#CC79A7' pt 12 ps 0.8, \
    data index 4 every ::9::9 using 1:2 with points lc rgb '#56B4E9' pt 12 ps 0.8, \
    data index 4 every ::10::10 using 1:2 with points lc rgb '#882255' pt 13 ps 0.8
  unset label 101
  unset label 102
  unset label 103
  unset label 104
  unset label 105
  unset label 106
  unset label 107
  unset label 108
  unset label 109
  unset label 110
  unset label 111
  unset multiplot
  set output
}
