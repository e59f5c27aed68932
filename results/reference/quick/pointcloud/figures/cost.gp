# gnuplot cost.gp makes cost.svg and cost.pdf from cost.dat
data = 'cost.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 368,350 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'cost'
  } else {
    set terminal pdfcairo size 3.833in,3.646in noenhanced font 'DejaVu Sans,9'
  }
  set output 'cost.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set multiplot layout 1,1 margins 0.1793,0.9674,0.1657,0.8514 spacing 0.1250,0.3200
  set label 3 'test top-1 (%)' at screen 0.0353, screen 0.5 center rotate
  set title 'pointnet_w0.5 → pointnet_w0.125_d0' offset 0,-0.2
  set xlabel 'training step, times the plain student''s' offset 0,0.3
  set xrange [0.903431:1.90131]; set xtics 0.2; set yrange [57.7563:61.1813]
  set label 101 'none' at graph 0.1384, graph 0.5030 left tc rgb '#777777' font ',10'
  set label 102 'kd' at graph 0.1574, graph 0.6369 left tc rgb '#D55E00' font ',10'
  set label 103 'dkd' at graph 0.1624, graph 0.2658 left tc rgb '#009E73' font ',10'
  set label 104 'rkd' at graph 0.3423, graph 0.9167 left tc rgb '#0072B2' font ',10'
  set label 105 'pkt' at graph 0.1528, graph 0.4300 left tc rgb '#0072B2' font ',10'
  set label 106 'crd' at graph 0.8498, graph 0.1989 left tc rgb '#CC79A7' font ',10'
  set label 107 'dml' at graph 0.8616, graph 0.3206 right tc rgb '#56B4E9' font ',10'
  set label 108 'tfkd' at graph 0.1492, graph 0.5644 left tc rgb '#882255' font ',10'
  set label 109 'jgekd' at graph 0.1489, graph 0.3649 left tc rgb '#009E73' font ',10'
  set label 110 'dist' at graph 0.1512, graph 0.0833 left tc rgb '#882255' font ',10'
  plot data index 1 using 1:2 with steps lc rgb '#777777' lw 1.2 dt 3, \
    data index 0 every ::0::0 using 1:2 with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 0 every ::1::1 using 1:2 with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 0 every ::2::2 using 1:2 with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 0 every ::3::3 using 1:2 with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 0 every ::4::4 using 1:2 with points lc rgb '#0072B2' pt 6 ps 0.8, \
    data index 0 every ::5::5 using 1:2 with points lc rgb '#CC79A7' pt 12 ps 0.8, \
    data index 0 every ::6::6 using 1:2 with points lc rgb '#56B4E9' pt 12 ps 0.8, \
    data index 0 every ::7::7 using 1:2 with points lc rgb '#882255' pt 13 ps 0.8, \
    data index 0 every ::8::8 using 1:2 with points lc rgb '#009E73' pt 12 ps 0.8, \
    data index 0 every ::9::9 using 1:2 with points lc rgb '#882255' pt 10 ps 0.8
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
  unset label 3
  unset multiplot
  set output
}
