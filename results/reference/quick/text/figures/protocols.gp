# gnuplot protocols.gp makes protocols.svg and protocols.pdf from protocols.dat
data = 'protocols.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 566,470 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'protocols'
  } else {
    set terminal pdfcairo size 5.896in,4.896in noenhanced font 'DejaVu Sans,9'
  }
  set output 'protocols.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set multiplot layout 1,2 margins 0.0530,0.9788,0.1234,0.8894 spacing 0.0389,0.2383
  set ytics 1; set xtics ('last' 0, 'val.' 1, 'test' 2)
  set xlabel 'last epoch, or best on' offset 0,0.3
  set title 'textcnn_w96_f128_k123_mean_p0_e0.3 →'."\n".'textcnn_w64_f64_k123_mean_p0' offset 0,-0.2
  set label 101 'kd' at 2.15, 1 left font ',10'
  set label 102 'lrc_bert' at 2.15, 2 left font ',10'
  set label 103 'dml' at 2.15, 3 left font ',10'
  set label 104 'none' at 2.15, 4 left font ',10'
  set label 105 'pkt' at 2.15, 5 left font ',10'
  set label 106 'tfkd' at 2.15, 6 left font ',10'
  set label 107 'sp' at 2.15, 7 left font ',10'
  set label 108 'dkd' at 2.15, 8 left font ',10'
  set label 109 'rkd' at 2.15, 9 left font ',10'
  set label 110 'crd' at 2.15, 10 left font ',10'
  set label 111 'fitnet' at 2.15, 11 left font ',10'
  set xrange [-0.2:5]; set yrange [17.5:0.5]
  plot data index 0 every ::0::0 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#777777' lw 1.6, data index 0 every ::0::0 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#777777' lw 1.6, for [k=0:2] data index 0 every ::0::0 using (k):(column(k+2)) with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 0 every ::1::1 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#D55E00' lw 1.6, data index 0 every ::1::1 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#D55E00' lw 1.6, for [k=0:2] data index 0 every ::1::1 using (k):(column(k+2)) with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 0 every ::2::2 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#009E73' lw 1.6, data index 0 every ::2::2 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#009E73' lw 1.6, for [k=0:2] data index 0 every ::2::2 using (k):(column(k+2)) with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 0 every ::3::3 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#E69F00' lw 1.6, data index 0 every ::3::3 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#E69F00' lw 1.6, for [k=0:2] data index 0 every ::3::3 using (k):(column(k+2)) with points lc rgb '#E69F00' pt 9 ps 0.8, \
    data index 0 every ::4::4 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#999933' lw 1.6, data index 0 every ::4::4 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#999933' lw 1.6, for [k=0:2] data index 0 every ::4::4 using (k):(column(k+2)) with points lc rgb '#999933' pt 7 ps 0.8, \
    data index 0 every ::5::5 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#0072B2' lw 1.6, data index 0 every ::5::5 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#0072B2' lw 1.6, for [k=0:2] data index 0 every ::5::5 using (k):(column(k+2)) with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 0 every ::6::6 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#0072B2' lw 1.6, data index 0 every ::6::6 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#0072B2' lw 1.6, for [k=0:2] data index 0 every ::6::6 using (k):(column(k+2)) with points lc rgb '#0072B2' pt 6 ps 0.8, \
    data index 0 every ::7::7 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#CC79A7' lw 1.6, data index 0 every ::7::7 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#CC79A7' lw 1.6, for [k=0:2] data index 0 every ::7::7 using (k):(column(k+2)) with points lc rgb '#CC79A7' pt 12 ps 0.8, \
    data index 0 every ::8::8 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#56B4E9' lw 1.6, data index 0 every ::8::8 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#56B4E9' lw 1.6, for [k=0:2] data index 0 every ::8::8 using (k):(column(k+2)) with points lc rgb '#56B4E9' pt 12 ps 0.8, \
    data index 0 every ::9::9 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#882255' lw 1.6, data index 0 every ::9::9 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#882255' lw 1.6, for [k=0:2] data index 0 every ::9::9 using (k):(column(k+2)) with points lc rgb '#882255' pt 13 ps 0.8, \
    data index 0 every ::10::10 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#44AA99' lw 1.6, data index 0 every ::10::10 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#44AA99' lw 1.6, for [k=0:2] data index 0 every ::10::10 using (k):(column(k+2)) with points lc rgb '#44AA99' pt 6 ps 0.8
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
  set title 'transformer_d4_w64_h4 →'."\n".'transformer_d2_w64_h4' offset 0,-0.2
  set label 101 'mobilebert' at 2.15, 1 left font ',10'
  set label 102 'fitnet' at 2.15, 2 left font ',10'
  set label 103 'dkd' at 2.15, 3 left font ',10'
  set label 104 'kd' at 2.15, 4 left font ',10'
  set label 105 'pkd' at 2.15, 5 left font ',10'
  set label 106 'distilbert' at 2.15, 6 left font ',10'
  set label 107 'sp' at 2.15, 7 left font ',10'
  set label 108 'pkt' at 2.15, 8 left font ',10'
  set label 109 'rkd' at 2.15, 9 left font ',10'
  set label 110 'crd' at 2.15, 10 left font ',10'
  set label 111 'lrc_bert' at 2.15, 11 left font ',10'
  set label 112 'dml' at 2.15, 12 left font ',10'
  set label 113 'minilmv2' at 2.15, 13 left font ',10'
  set label 114 'minilm' at 2.15, 14 left font ',10'
  set label 115 'tfkd' at 2.15, 15 left font ',10'
  set label 116 'none' at 2.15, 16 left font ',10'
  set label 117 'tinybert' at 2.15, 17 left font ',10'
  set xrange [-0.2:5]; set yrange [17.5:0.5]
  plot data index 1 every ::0::0 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#777777' lw 1.6, data index 1 every ::0::0 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#777777' lw 1.6, for [k=0:2] data index 1 every ::0::0 using (k):(column(k+2)) with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 1 every ::1::1 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#D55E00' lw 1.6, data index 1 every ::1::1 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#D55E00' lw 1.6, for [k=0:2] data index 1 every ::1::1 using (k):(column(k+2)) with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 1 every ::2::2 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#009E73' lw 1.6, data index 1 every ::2::2 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#009E73' lw 1.6, for [k=0:2] data index 1 every ::2::2 using (k):(column(k+2)) with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 1 every ::3::3 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#E69F00' lw 1.6, data index 1 every ::3::3 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#E69F00' lw 1.6, for [k=0:2] data index 1 every ::3::3 using (k):(column(k+2)) with points lc rgb '#E69F00' pt 9 ps 0.8, \
    data index 1 every ::4::4 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#999933' lw 1.6, data index 1 every ::4::4 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#999933' lw 1.6, for [k=0:2] data index 1 every ::4::4 using (k):(column(k+2)) with points lc rgb '#999933' pt 7 ps 0.8, \
    data index 1 every ::5::5 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#0072B2' lw 1.6, data index 1 every ::5::5 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#0072B2' lw 1.6, for [k=0:2] data index 1 every ::5::5 using (k):(column(k+2)) with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 1 every ::6::6 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#0072B2' lw 1.6, data index 1 every ::6::6 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#0072B2' lw 1.6, for [k=0:2] data index 1 every ::6::6 using (k):(column(k+2)) with points lc rgb '#0072B2' pt 6 ps 0.8, \
    data index 1 every ::7::7 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#CC79A7' lw 1.6, data index 1 every ::7::7 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#CC79A7' lw 1.6, for [k=0:2] data index 1 every ::7::7 using (k):(column(k+2)) with points lc rgb '#CC79A7' pt 12 ps 0.8, \
    data index 1 every ::8::8 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#56B4E9' lw 1.6, data index 1 every ::8::8 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#56B4E9' lw 1.6, for [k=0:2] data index 1 every ::8::8 using (k):(column(k+2)) with points lc rgb '#56B4E9' pt 12 ps 0.8, \
    data index 1 every ::9::9 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#882255' lw 1.6, data index 1 every ::9::9 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#882255' lw 1.6, for [k=0:2] data index 1 every ::9::9 using (k):(column(k+2)) with points lc rgb '#882255' pt 13 ps 0.8, \
    data index 1 every ::10::10 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#CC79A7' lw 1.6, data index 1 every ::10::10 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#CC79A7' lw 1.6, for [k=0:2] data index 1 every ::10::10 using (k):(column(k+2)) with points lc rgb '#CC79A7' pt 4 ps 0.8, \
    data index 1 every ::11::11 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#882255' lw 1.6, data index 1 every ::11::11 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#882255' lw 1.6, for [k=0:2] data index 1 every ::11::11 using (k):(column(k+2)) with points lc rgb '#882255' pt 8 ps 0.8, \
    data index 1 every ::12::12 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#44AA99' lw 1.6, data index 1 every ::12::12 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#44AA99' lw 1.6, for [k=0:2] data index 1 every ::12::12 using (k):(column(k+2)) with points lc rgb '#44AA99' pt 9 ps 0.8, \
    data index 1 every ::13::13 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#CC79A7' lw 1.6, data index 1 every ::13::13 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#CC79A7' lw 1.6, for [k=0:2] data index 1 every ::13::13 using (k):(column(k+2)) with points lc rgb '#CC79A7' pt 11 ps 0.8, \
    data index 1 every ::14::14 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#009E73' lw 1.6, data index 1 every ::14::14 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#009E73' lw 1.6, for [k=0:2] data index 1 every ::14::14 using (k):(column(k+2)) with points lc rgb '#009E73' pt 10 ps 0.8, \
    data index 1 every ::15::15 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#0072B2' lw 1.6, data index 1 every ::15::15 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#0072B2' lw 1.6, for [k=0:2] data index 1 every ::15::15 using (k):(column(k+2)) with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 1 every ::16::16 using (0):2:(1):($3-$2) with vectors nohead lc rgb '#44AA99' lw 1.6, data index 1 every ::16::16 using (1):3:(1):($4-$3) with vectors nohead lc rgb '#44AA99' lw 1.6, for [k=0:2] data index 1 every ::16::16 using (k):(column(k+2)) with points lc rgb '#44AA99' pt 6 ps 0.8
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
  unset label 113
  unset label 114
  unset label 115
  unset label 116
  unset label 117
  unset multiplot
  set output
}
