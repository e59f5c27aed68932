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
  set title 'textcnn_w96_f128_k123_mean_p0_e0.3 →'."\n".'textcnn_w64_f64_k123_mean_p0' offset 0,-0.2
  set xlabel 'training step, times the plain student''s' offset 0,0.3
  set xrange [-1.19883:21.3893]; set xtics 5; set yrange [38.6737:61.3366]
  set label 101 'none' at graph 0.1390, graph 0.7383 left tc rgb '#777777' font ',10'
  set label 102 'kd' at graph 0.1397, graph 0.9167 left tc rgb '#D55E00' font ',10'
  set label 103 'dkd' at graph 0.0990, graph 0.5556 center tc rgb '#009E73' font ',10'
  set label 104 'fitnet' at graph 0.3421, graph 0.0833 left tc rgb '#E69F00' font ',10'
  set label 105 'sp' at graph 0.2317, graph 0.6173 left tc rgb '#999933' font ',10'
  set label 106 'rkd' at graph 0.8616, graph 0.5413 right tc rgb '#0072B2' font ',10'
  set label 107 'pkt' at graph 0.0602, graph 0.6282 right tc rgb '#0072B2' font ',10'
  set label 108 'crd' at graph 0.2328, graph 0.4668 left tc rgb '#CC79A7' font ',10'
  set label 109 'dml' at graph 0.0973, graph 0.7223 right tc rgb '#56B4E9' font ',10'
  set label 110 'tfkd' at graph 0.0551, graph 0.7827 right tc rgb '#882255' font ',10'
  set label 111 'lrc_bert' at graph 0.4836, graph 0.7658 left tc rgb '#44AA99' font ',10'
  plot data index 1 using 1:2 with steps lc rgb '#777777' lw 1.2 dt 3, \
    data index 0 every ::0::0 using 1:2 with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 0 every ::1::1 using 1:2 with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 0 every ::2::2 using 1:2 with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 0 every ::3::3 using 1:2 with points lc rgb '#E69F00' pt 9 ps 0.8, \
    data index 0 every ::4::4 using 1:2 with points lc rgb '#999933' pt 7 ps 0.8, \
    data index 0 every ::5::5 using 1:2 with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 0 every ::6::6 using 1:2 with points lc rgb '#0072B2' pt 6 ps 0.8, \
    data index 0 every ::7::7 using 1:2 with points lc rgb '#CC79A7' pt 12 ps 0.8, \
    data index 0 every ::8::8 using 1:2 with points lc rgb '#56B4E9' pt 12 ps 0.8, \
    data index 0 every ::9::9 using 1:2 with points lc rgb '#882255' pt 13 ps 0.8, \
    data index 0 every ::10::10 using 1:2 with points lc rgb '#44AA99' pt 6 ps 0.8
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
  set title 'transformer_d4_w64_h4 →'."\n".'transformer_d2_w64_h4' offset 0,-0.2
  set xlabel 'training step, times the plain student''s' offset 0,0.3
  set xrange [0.703981:3.76285]; set xtics 1; set yrange [36.5499:72.0157]
  set label 101 'none' at graph 0.1384, graph 0.4187 left tc rgb '#777777' font ',10'
  set label 102 'kd' at graph 0.1424, graph 0.8341 left tc rgb '#D55E00' font ',10'
  set label 103 'dkd' at graph 0.1470, graph 0.9030 left tc rgb '#009E73' font ',10'
  set label 104 'fitnet' at graph 0.1595, graph 0.9965 left tc rgb '#E69F00' font ',10'
  set label 105 'sp' at graph 0.1890, graph 0.7344 left tc rgb '#999933' font ',10'
  set label 106 'rkd' at graph 0.5613, graph 0.6711 left tc rgb '#0072B2' font ',10'
  set label 107 'pkt' at graph 0.1061, graph 0.6498 center tc rgb '#0072B2' font ',10'
  set label 108 'crd' at graph 0.3375, graph 0.6458 left tc rgb '#CC79A7' font ',10'
  set label 109 'dml' at graph 0.4698, graph 0.5164 left tc rgb '#56B4E9' font ',10'
  set label 110 'tfkd' at graph 0.1003, graph 0.5014 center tc rgb '#882255' font ',10'
  set label 111 'distilbert' at graph 0.1515, graph 0.5842 left tc rgb '#CC79A7' font ',10'
  set label 112 'pkd' at graph 0.0698, graph 0.8130 right tc rgb '#882255' font ',10'
  set label 113 'tinybert' at graph 0.6558, graph 0.0833 left tc rgb '#44AA99' font ',10'
  set label 114 'minilm' at graph 0.7637, graph 0.4452 right tc rgb '#CC79A7' font ',10'
  set label 115 'minilmv2' at graph 0.8616, graph 0.5223 right tc rgb '#009E73' font ',10'
  set label 116 'mobilebert' at graph 0.6773, graph 0.9167 right tc rgb '#0072B2' font ',10'
  set label 117 'lrc_bert' at graph 0.2877, graph 0.7520 left tc rgb '#44AA99' font ',10'
  plot data index 3 using 1:2 with steps lc rgb '#777777' lw 1.2 dt 3, \
    data index 2 every ::0::0 using 1:2 with points lc rgb '#777777' pt 7 ps 0.8, \
    data index 2 every ::1::1 using 1:2 with points lc rgb '#D55E00' pt 7 ps 0.8, \
    data index 2 every ::2::2 using 1:2 with points lc rgb '#009E73' pt 4 ps 0.8, \
    data index 2 every ::3::3 using 1:2 with points lc rgb '#E69F00' pt 9 ps 0.8, \
    data index 2 every ::4::4 using 1:2 with points lc rgb '#999933' pt 7 ps 0.8, \
    data index 2 every ::5::5 using 1:2 with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 2 every ::6::6 using 1:2 with points lc rgb '#0072B2' pt 6 ps 0.8, \
    data index 2 every ::7::7 using 1:2 with points lc rgb '#CC79A7' pt 12 ps 0.8, \
    data index 2 every ::8::8 using 1:2 with points lc rgb '#56B4E9' pt 12 ps 0.8, \
    data index 2 every ::9::9 using 1:2 with points lc rgb '#882255' pt 13 ps 0.8, \
    data index 2 every ::10::10 using 1:2 with points lc rgb '#CC79A7' pt 4 ps 0.8, \
    data index 2 every ::11::11 using 1:2 with points lc rgb '#882255' pt 8 ps 0.8, \
    data index 2 every ::12::12 using 1:2 with points lc rgb '#44AA99' pt 9 ps 0.8, \
    data index 2 every ::13::13 using 1:2 with points lc rgb '#CC79A7' pt 11 ps 0.8, \
    data index 2 every ::14::14 using 1:2 with points lc rgb '#009E73' pt 10 ps 0.8, \
    data index 2 every ::15::15 using 1:2 with points lc rgb '#0072B2' pt 4 ps 0.8, \
    data index 2 every ::16::16 using 1:2 with points lc rgb '#44AA99' pt 6 ps 0.8
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
