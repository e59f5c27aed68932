# gnuplot protocols.gp makes protocols.svg and protocols.pdf from protocols.dat
data = 'protocols.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 824,350 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'protocols'
  } else {
    set terminal pdfcairo size 8.583in,3.646in noenhanced font 'DejaVu Sans,9'
  }
  set output 'protocols.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set multiplot layout 1,3 margins 0.0364,0.9854,0.1657,0.8514 spacing 0.0267,0.3200
  set ytics 1; set xtics ('last' 0, 'val.' 1, 'test' 2)
  set xlabel 'last epoch, or best on' offset 0,0.3
  set title 'resnet20 → resnet8_w0.5' offset 0,-0.2
  set label 101 'fitnet' at 2.15, 1 left font ',10'
  set label 102 'sp' at 2.15, 2 left font ',10'
  set label 103 'rkd' at 2.15, 3 left font ',10'
  set label 104 'pkt' at 2.15, 4 left font ',10'
  set label 105 'at' at 2.15, 5 left font ',10'
  set label 106 'kd' at 2.15, 6 left font ',10'
  set label 107 'dkd' at 2.15, 7 left font ',10'
  set label 108 'none' at 2.15, 8 left font ',10'
  set label 109 'dml' at 2.15, 9 left font ',10'
  set label 110 'crd' at 2.15, 10 left font ',10'
  set label 111 'tfkd' at 2.15, 11 left font ',10'
  set xrange [-0.2:5]; set yrange [11.5:0.5]
  plot data index 0 every ::0::0 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#777777' lw 1.6, data index 0 every ::0::0 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#777777' lw 1.6, for [k=0:2] data index 0 every ::0::0 using (k):(column(k+2)) with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 0 every ::1::1 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#D55E00' lw 1.6, data index 0 every ::1::1 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#D55E00' lw 1.6, for [k=0:2] data index 0 every ::1::1 using (k):(column(k+2)) with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 0 every ::2::2 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#009E73' lw 1.6, data index 0 every ::2::2 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#009E73' lw 1.6, for [k=0:2] data index 0 every ::2::2 using (k):(column(k+2)) with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 0 every ::3::3 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#E69F00' lw 1.6, data index 0 every ::3::3 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#E69F00' lw 1.6, for [k=0:2] data index 0 every ::3::3 using (k):(column(k+2)) with points lc rgb '#E69F00' pt 9 ps 0.8, \
    data index 0 every ::4::4 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#44AA99' lw 1.6, data index 0 every ::4::4 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#44AA99' lw 1.6, for [k=0:2] data index 0 every ::4::4 using (k):(column(k+2)) with points lc rgb '#44AA99' pt 7 ps 0.8, \
    data index 0 every ::5::5 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#999933' lw 1.6, data index 0 every ::5::5 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#999933' lw 1.6, for [k=0:2] data index 0 every ::5::5 using (k):(column(k+2)) with points lc rgb '#999933' pt 7 ps 0.8, \
    data index 0 every ::6::6 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#0072B2' lw 1.6, data index 0 every ::6::6 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#0072B2' lw 1.6, for [k=0:2] data index 0 every ::6::6 using (k):(column(k+2)) with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 0 every ::7::7 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#0072B2' lw 1.6, data index 0 every ::7::7 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#0072B2' lw 1.6, for [k=0:2] data index 0 every ::7::7 using (k):(column(k+2)) with points lc rgb '#0072B2' pt 6 ps 0.8, \
    data index 0 every ::8::8 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#CC79A7' lw 1.6, data index 0 every ::8::8 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#CC79A7' lw 1.6, for [k=0:2] data index 0 every ::8::8 using (k):(column(k+2)) with points lc rgb '#CC79A7' pt 12 ps 0.8, \
    data index 0 every ::9::9 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#56B4E9' lw 1.6, data index 0 every ::9::9 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#56B4E9' lw 1.6, for [k=0:2] data index 0 every ::9::9 using (k):(column(k+2)) with points lc rgb '#56B4E9' pt 12 ps 0.8, \
    data index 0 every ::10::10 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#882255' lw 1.6, data index 0 every ::10::10 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#882255' lw 1.6, for [k=0:2] data index 0 every ::10::10 using (k):(column(k+2)) with points lc rgb '#882255' pt 13 ps 0.8
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
  set title 'wrn_16_2 → vgg8_w0.25' offset 0,-0.2
  set label 101 'pkt' at 2.15, 1 left font ',10'
  set label 102 'sp' at 2.15, 2 left font ',10'
  set label 103 'rkd' at 2.15, 3 left font ',10'
  set label 104 'kd' at 2.15, 4 left font ',10'
  set label 105 'dkd' at 2.15, 5 left font ',10'
  set label 106 'fitnet' at 2.15, 6 left font ',10'
  set label 107 'dml' at 2.15, 7 left font ',10'
  set label 108 'tfkd' at 2.15, 8 left font ',10'
  set label 109 'none' at 2.15, 9 left font ',10'
  set label 110 'crd' at 2.15, 10 left font ',10'
  set label 111 'at' at 2.15, 11 left font ',10'
  set xrange [-0.2:5]; set yrange [11.5:0.5]
  plot data index 1 every ::0::0 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#777777' lw 1.6, data index 1 every ::0::0 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#777777' lw 1.6, for [k=0:2] data index 1 every ::0::0 using (k):(column(k+2)) with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 1 every ::1::1 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#D55E00' lw 1.6, data index 1 every ::1::1 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#D55E00' lw 1.6, for [k=0:2] data index 1 every ::1::1 using (k):(column(k+2)) with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 1 every ::2::2 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#009E73' lw 1.6, data index 1 every ::2::2 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#009E73' lw 1.6, for [k=0:2] data index 1 every ::2::2 using (k):(column(k+2)) with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 1 every ::3::3 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#E69F00' lw 1.6, data index 1 every ::3::3 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#E69F00' lw 1.6, for [k=0:2] data index 1 every ::3::3 using (k):(column(k+2)) with points lc rgb '#E69F00' pt 9 ps 0.8, \
    data index 1 every ::4::4 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#44AA99' lw 1.6, data index 1 every ::4::4 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#44AA99' lw 1.6, for [k=0:2] data index 1 every ::4::4 using (k):(column(k+2)) with points lc rgb '#44AA99' pt 7 ps 0.8, \
    data index 1 every ::5::5 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#999933' lw 1.6, data index 1 every ::5::5 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#999933' lw 1.6, for [k=0:2] data index 1 every ::5::5 using (k):(column(k+2)) with points lc rgb '#999933' pt 7 ps 0.8, \
    data index 1 every ::6::6 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#0072B2' lw 1.6, data index 1 every ::6::6 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#0072B2' lw 1.6, for [k=0:2] data index 1 every ::6::6 using (k):(column(k+2)) with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 1 every ::7::7 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#0072B2' lw 1.6, data index 1 every ::7::7 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#0072B2' lw 1.6, for [k=0:2] data index 1 every ::7::7 using (k):(column(k+2)) with points lc rgb '#0072B2' pt 6 ps 0.8, \
    data index 1 every ::8::8 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#CC79A7' lw 1.6, data index 1 every ::8::8 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#CC79A7' lw 1.6, for [k=0:2] data index 1 every ::8::8 using (k):(column(k+2)) with points lc rgb '#CC79A7' pt 12 ps 0.8, \
    data index 1 every ::9::9 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#56B4E9' lw 1.6, data index 1 every ::9::9 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#56B4E9' lw 1.6, for [k=0:2] data index 1 every ::9::9 using (k):(column(k+2)) with points lc rgb '#56B4E9' pt 12 ps 0.8, \
    data index 1 every ::10::10 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#882255' lw 1.6, data index 1 every ::10::10 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#882255' lw 1.6, for [k=0:2] data index 1 every ::10::10 using (k):(column(k+2)) with points lc rgb '#882255' pt 13 ps 0.8
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
  set label 101 'rkd' at 2.15, 1 left font ',10'
  set label 102 'fitnet' at 2.15, 2 left font ',10'
  set label 103 'dkd' at 2.15, 3 left font ',10'
  set label 104 'kd' at 2.15, 4 left font ',10'
  set label 105 'sp' at 2.15, 5 left font ',10'
  set label 106 'pkt' at 2.15, 6 left font ',10'
  set label 107 'none' at 2.15, 7 left font ',10'
  set label 108 'crd' at 2.15, 8 left font ',10'
  set label 109 'dml' at 2.15, 9 left font ',10'
  set label 110 'tfkd' at 2.15, 10 left font ',10'
  set label 111 'at' at 2.15, 11 left font ',10'
  set xrange [-0.2:5]; set yrange [11.5:0.5]
  plot data index 2 every ::0::0 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#777777' lw 1.6, data index 2 every ::0::0 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#777777' lw 1.6, for [k=0:2] data index 2 every ::0::0 using (k):(column(k+2)) with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 2 every ::1::1 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#D55E00' lw 1.6, data index 2 every ::1::1 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#D55E00' lw 1.6, for [k=0:2] data index 2 every ::1::1 using (k):(column(k+2)) with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 2 every ::2::2 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#009E73' lw 1.6, data index 2 every ::2::2 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#009E73' lw 1.6, for [k=0:2] data index 2 every ::2::2 using (k):(column(k+2)) with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 2 every ::3::3 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#E69F00' lw 1.6, data index 2 every ::3::3 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#E69F00' lw 1.6, for [k=0:2] data index 2 every ::3::3 using (k):(column(k+2)) with points lc rgb '#E69F00' pt 9 ps 0.8, \
    data index 2 every ::4::4 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#44AA99' lw 1.6, data index 2 every ::4::4 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#44AA99' lw 1.6, for [k=0:2] data index 2 every ::4::4 using (k):(column(k+2)) with points lc rgb '#44AA99' pt 7 ps 0.8, \
    data index 2 every ::5::5 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#999933' lw 1.6, data index 2 every ::5::5 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#999933' lw 1.6, for [k=0:2] data index 2 every ::5::5 using (k):(column(k+2)) with points lc rgb '#999933' pt 7 ps 0.8, \
    data index 2 every ::6::6 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#0072B2' lw 1.6, data index 2 every ::6::6 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#0072B2' lw 1.6, for [k=0:2] data index 2 every ::6::6 using (k):(column(k+2)) with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 2 every ::7::7 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#0072B2' lw 1.6, data index 2 every ::7::7 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#0072B2' lw 1.6, for [k=0:2] data index 2 every ::7::7 using (k):(column(k+2)) with points lc rgb '#0072B2' pt 6 ps 0.8, \
    data index 2 every ::8::8 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#CC79A7' lw 1.6, data index 2 every ::8::8 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#CC79A7' lw 1.6, for [k=0:2] data index 2 every ::8::8 using (k):(column(k+2)) with points lc rgb '#CC79A7' pt 12 ps 0.8, \
    data index 2 every ::9::9 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#56B4E9' lw 1.6, data index 2 every ::9::9 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#56B4E9' lw 1.6, for [k=0:2] data index 2 every ::9::9 using (k):(column(k+2)) with points lc rgb '#56B4E9' pt 12 ps 0.8, \
    data index 2 every ::10::10 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#882255' lw 1.6, data index 2 every ::10::10 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#882255' lw 1.6, for [k=0:2] data index 2 every ::10::10 using (k):(column(k+2)) with points lc rgb '#882255' pt 13 ps 0.8
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
