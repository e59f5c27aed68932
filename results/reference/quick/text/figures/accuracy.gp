# gnuplot accuracy.gp makes accuracy.svg and accuracy.pdf from accuracy.dat
data = 'accuracy.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 640,504 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'accuracy'
  } else {
    set terminal pdfcairo size 6.667in,5.250in noenhanced font 'DejaVu Sans,9'
  }
  set output 'accuracy.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set multiplot layout 1,2 margins 0.1625,0.9812,0.1151,0.8968 spacing 0.0344,0.2222
  set xrange [35.5559:62.2931]; set xtics 5; set yrange [0.4:17.6]
  set ytics ('none' 17, 'kd' 16, 'dkd' 15, 'fitnet' 14, 'sp' 13, 'rkd' 12, 'pkt' 11, 'crd' 10, 'dml' 9, 'tfkd' 8, 'distilbert' 7, 'pkd' 6, 'tinybert' 5, 'minilm' 4, 'minilmv2' 3, 'mobilebert' 2, 'lrc_bert' 1)
  set label 8 'textcnn_w96_f128_k123_mean_p0_e0.3 →'."\n".'textcnn_w64_f64_k123_mean_p0' at graph 0.5, graph 1 center offset 0,2.4
  set label 9 'teacher 78.16' at graph 0.5, graph 1 center offset 0,0.6 tc rgb '#444444'
  set xlabel 'test top-1 (%)' offset 0,0.3
  set arrow 1 from 52.9513, graph 0 to 52.9513, graph 1 nohead dt 3 lc rgb '#777777' lw 1.2 back
  plot data index 0 every ::0::0 using 2:1:3:4 with xerrorbars lc rgb '#777777' pt 7 ps 0.8 lw 1.6, \
    data index 0 every ::1::1 using 2:1:3:4 with xerrorbars lc rgb '#D55E00' pt 7 ps 0.8 lw 1.6, \
    data index 0 every ::2::2 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 4 ps 0.8 lw 1.6, \
    data index 0 every ::3::3 using 2:1:3:4 with xerrorbars lc rgb '#E69F00' pt 9 ps 0.8 lw 1.6, \
    data index 0 every ::4::4 using 2:1:3:4 with xerrorbars lc rgb '#999933' pt 7 ps 0.8 lw 1.6, \
    data index 0 every ::5::5 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 4 ps 0.8 lw 1.6, \
    data index 0 every ::6::6 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 6 ps 0.8 lw 1.6, \
    data index 0 every ::7::7 using 2:1:3:4 with xerrorbars lc rgb '#CC79A7' pt 12 ps 0.8 lw 1.6, \
    data index 0 every ::8::8 using 2:1:3:4 with xerrorbars lc rgb '#56B4E9' pt 12 ps 0.8 lw 1.6, \
    data index 0 every ::9::9 using 2:1:3:4 with xerrorbars lc rgb '#882255' pt 13 ps 0.8 lw 1.6, \
    data index 0 every ::10::10 using 2:1:3:4 with xerrorbars lc rgb '#44AA99' pt 6 ps 0.8 lw 1.6
  set xrange [35.2733:72.568]; set xtics 10; set yrange [0.4:17.6]
  set ytics ('' 17, '' 16, '' 15, '' 14, '' 13, '' 12, '' 11, '' 10, '' 9, '' 8, '' 7, '' 6, '' 5, '' 4, '' 3, '' 2, '' 1)
  set label 8 'transformer_d4_w64_h4 →'."\n".'transformer_d2_w64_h4' at graph 0.5, graph 1 center offset 0,2.4
  set label 9 'teacher 79.18' at graph 0.5, graph 1 center offset 0,0.6 tc rgb '#444444'
  set xlabel 'test top-1 (%)' offset 0,0.3
  set arrow 1 from 51.4005, graph 0 to 51.4005, graph 1 nohead dt 3 lc rgb '#777777' lw 1.2 back
  plot data index 1 every ::0::0 using 2:1:3:4 with xerrorbars lc rgb '#777777' pt 7 ps 0.8 lw 1.6, \
    data index 1 every ::1::1 using 2:1:3:4 with xerrorbars lc rgb '#D55E00' pt 7 ps 0.8 lw 1.6, \
    data index 1 every ::2::2 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 4 ps 0.8 lw 1.6, \
    data index 1 every ::3::3 using 2:1:3:4 with xerrorbars lc rgb '#E69F00' pt 9 ps 0.8 lw 1.6, \
    data index 1 every ::4::4 using 2:1:3:4 with xerrorbars lc rgb '#999933' pt 7 ps 0.8 lw 1.6, \
    data index 1 every ::5::5 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 4 ps 0.8 lw 1.6, \
    data index 1 every ::6::6 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 6 ps 0.8 lw 1.6, \
    data index 1 every ::7::7 using 2:1:3:4 with xerrorbars lc rgb '#CC79A7' pt 12 ps 0.8 lw 1.6, \
    data index 1 every ::8::8 using 2:1:3:4 with xerrorbars lc rgb '#56B4E9' pt 12 ps 0.8 lw 1.6, \
    data index 1 every ::9::9 using 2:1:3:4 with xerrorbars lc rgb '#882255' pt 13 ps 0.8 lw 1.6, \
    data index 1 every ::10::10 using 2:1:3:4 with xerrorbars lc rgb '#CC79A7' pt 4 ps 0.8 lw 1.6, \
    data index 1 every ::11::11 using 2:1:3:4 with xerrorbars lc rgb '#882255' pt 8 ps 0.8 lw 1.6, \
    data index 1 every ::12::12 using 2:1:3:4 with xerrorbars lc rgb '#44AA99' pt 9 ps 0.8 lw 1.6, \
    data index 1 every ::13::13 using 2:1:3:4 with xerrorbars lc rgb '#CC79A7' pt 11 ps 0.8 lw 1.6, \
    data index 1 every ::14::14 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 10 ps 0.8 lw 1.6, \
    data index 1 every ::15::15 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 4 ps 0.8 lw 1.6, \
    data index 1 every ::16::16 using 2:1:3:4 with xerrorbars lc rgb '#44AA99' pt 6 ps 0.8 lw 1.6
  unset multiplot
  set output
}
