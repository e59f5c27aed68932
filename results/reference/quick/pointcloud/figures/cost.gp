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
  set xrange [0.212967:8.34564]; set xtics 2; set yrange [57.5174:61.8924]
  set label 101 'none' at graph 0.1384, graph 0.5595 left tc rgb '#777777' font ',10'
  set label 102 'kd' at graph 0.1414, graph 0.6454 left tc rgb '#D55E00' font ',10'
  set label 103 'dkd' at graph 0.1414, graph 0.2579 left tc rgb '#009E73' font ',10'
  set label 104 'sp' at graph 0.8616, graph 0.5040 right tc rgb '#999933' font ',10'
  set label 105 'rkd' at graph 0.1626, graph 0.9167 left tc rgb '#0072B2' font ',10'
  set label 106 'pkt' at graph 0.0992, graph 0.4867 center tc rgb '#0072B2' font ',10'
  set label 107 'crd' at graph 0.2275, graph 0.2024 left tc rgb '#CC79A7' font ',10'
  set label 108 'dml' at graph 0.2388, graph 0.4167 left tc rgb '#56B4E9' font ',10'
  set label 109 'tfkd' at graph 0.1401, graph 0.7075 left tc rgb '#882255' font ',10'
  set label 110 'jgekd' at graph 0.0571, graph 0.5516 right tc rgb '#009E73' font ',10'
  set label 111 'dist' at graph 0.1414, graph 0.0833 left tc rgb '#882255' font ',10'
  plot data index 0 every ::0::0 using 1:2 with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 0 every ::1::1 using 1:2 with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 0 every ::2::2 using 1:2 with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 0 every ::3::3 using 1:2 with points lc rgb '#999933' pt 7 ps 0.8, \
    data index 0 every ::4::4 using 1:2 with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 0 every ::5::5 using 1:2 with points lc rgb '#0072B2' pt 6 ps 0.8, \
    data index 0 every ::6::6 using 1:2 with points lc rgb '#CC79A7' pt 12 ps 0.8, \
    data index 0 every ::7::7 using 1:2 with points lc rgb '#56B4E9' pt 12 ps 0.8, \
    data index 0 every ::8::8 using 1:2 with points lc rgb '#882255' pt 13 ps 0.8, \
    data index 0 every ::9::9 using 1:2 with points lc rgb '#009E73' pt 12 ps 0.8, \
    data index 0 every ::10::10 using 1:2 with points lc rgb '#882255' pt 10 ps 0.8
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
  unset multiplot
  set output
}
