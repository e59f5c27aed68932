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
  set title 'resnet8 → pointnet_w0.25' offset 0,-0.2
  set xlabel 'training step, times the plain student''s' offset 0,0.3
  set xrange [0.869828:2.21494]; set xtics 0.5; set yrange [57.5737:63.288]
  set label 101 'none' at graph 0.0968, graph 0.5450 center tc rgb '#777777' font ',10'
  set label 102 'kd' at graph 0.1660, graph 0.5992 left tc rgb '#D55E00' font ',10'
  set label 103 'dkd' at graph 0.1209, graph 0.0292 center tc rgb '#009E73' font ',10'
  set label 104 'gupta' at graph 0.1047, graph 0.1772 center tc rgb '#882255' font ',10'
  set label 105 'thoker' at graph 0.8616, graph 0.9167 right tc rgb '#882255' font ',10'
  set label 106 'mdsn' at graph 0.0857, graph 0.2313 right tc rgb '#E69F00' font ',10'
  set label 107 'c2kd' at graph 0.1810, graph 0.3214 left tc rgb '#56B4E9' font ',10'
  set label 108 'crd' at graph 0.3079, graph 0.5595 left tc rgb '#CC79A7' font ',10'
  set label 109 'infonce' at graph 0.1922, graph 0.2421 left tc rgb '#0072B2' font ',10'
  set label 110 'sp' at graph 0.2615, graph 0.4405 left tc rgb '#999933' font ',10'
  set label 111 'rkd' at graph 0.2406, graph 0.0833 left tc rgb '#0072B2' font ',10'
  set label 112 'jgekd' at graph 0.1617, graph 0.6786 left tc rgb '#009E73' font ',10'
  plot data index 1 using 1:2 with steps lc rgb '#777777' lw 1.2 dt 3, \
    data index 0 every ::0::0 using 1:2 with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 0 every ::1::1 using 1:2 with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 0 every ::2::2 using 1:2 with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 0 every ::3::3 using 1:2 with points lc rgb '#882255' pt 4 ps 0.8, \
    data index 0 every ::4::4 using 1:2 with points lc rgb '#882255' pt 10 ps 0.8, \
    data index 0 every ::5::5 using 1:2 with points lc rgb '#E69F00' pt 11 ps 0.8, \
    data index 0 every ::6::6 using 1:2 with points lc rgb '#56B4E9' pt 6 ps 0.8, \
    data index 0 every ::7::7 using 1:2 with points lc rgb '#CC79A7' pt 12 ps 0.8, \
    data index 0 every ::8::8 using 1:2 with points lc rgb '#0072B2' pt 9 ps 0.8, \
    data index 0 every ::9::9 using 1:2 with points lc rgb '#999933' pt 7 ps 0.8, \
    data index 0 every ::10::10 using 1:2 with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 0 every ::11::11 using 1:2 with points lc rgb '#009E73' pt 12 ps 0.8
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
  unset label 112
  unset label 3
  set title 'pointnet_w0.5 → resnet8_w0.5' offset 0,-0.2
  set xlabel 'training step, times the plain student''s' offset 0,0.3
  set xrange [0.866021:2.25047]; set xtics 0.5; set yrange [42.3129:59.7279]
  set label 101 'none' at graph 0.1384, graph 0.7474 left tc rgb '#777777' font ',10'
  set label 102 'kd' at graph 0.1379, graph 0.3828 right tc rgb '#D55E00' font ',10'
  set label 103 'dkd' at graph 0.1354, graph 0.4849 center tc rgb '#009E73' font ',10'
  set label 104 'gupta' at graph 0.0997, graph 0.6583 center tc rgb '#882255' font ',10'
  set label 105 'thoker' at graph 0.8616, graph 0.7474 right tc rgb '#882255' font ',10'
  set label 106 'mdsn' at graph 0.1809, graph 0.6042 left tc rgb '#E69F00' font ',10'
  set label 107 'c2kd' at graph 0.1933, graph 0.5391 left tc rgb '#56B4E9' font ',10'
  set label 108 'crd' at graph 0.3222, graph 0.6693 left tc rgb '#CC79A7' font ',10'
  set label 109 'infonce' at graph 0.1972, graph 0.9167 left tc rgb '#0072B2' font ',10'
  set label 110 'sp' at graph 0.2914, graph 0.0833 left tc rgb '#999933' font ',10'
  set label 111 'rkd' at graph 0.2536, graph 0.3958 left tc rgb '#0072B2' font ',10'
  set label 112 'jgekd' at graph 0.1997, graph 0.4849 left tc rgb '#009E73' font ',10'
  plot data index 3 using 1:2 with steps lc rgb '#777777' lw 1.2 dt 3, \
    data index 2 every ::0::0 using 1:2 with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 2 every ::1::1 using 1:2 with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 2 every ::2::2 using 1:2 with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 2 every ::3::3 using 1:2 with points lc rgb '#882255' pt 4 ps 0.8, \
    data index 2 every ::4::4 using 1:2 with points lc rgb '#882255' pt 10 ps 0.8, \
    data index 2 every ::5::5 using 1:2 with points lc rgb '#E69F00' pt 11 ps 0.8, \
    data index 2 every ::6::6 using 1:2 with points lc rgb '#56B4E9' pt 6 ps 0.8, \
    data index 2 every ::7::7 using 1:2 with points lc rgb '#CC79A7' pt 12 ps 0.8, \
    data index 2 every ::8::8 using 1:2 with points lc rgb '#0072B2' pt 9 ps 0.8, \
    data index 2 every ::9::9 using 1:2 with points lc rgb '#999933' pt 7 ps 0.8, \
    data index 2 every ::10::10 using 1:2 with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 2 every ::11::11 using 1:2 with points lc rgb '#009E73' pt 12 ps 0.8
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
  unset label 112
  unset multiplot
  set output
}
