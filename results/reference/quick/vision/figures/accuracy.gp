# gnuplot accuracy.gp makes accuracy.svg and accuracy.pdf from accuracy.dat
data = 'accuracy.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 866,372 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'accuracy'
  } else {
    set terminal pdfcairo size 9.021in,3.875in noenhanced font 'DejaVu Sans,9'
  }
  set output 'accuracy.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set multiplot layout 1,3 margins 0.0831,0.9861,0.1559,0.8602 spacing 0.0254,0.3011
  set xrange [81.9981:90.3754]; set xtics 2; set yrange [0.4:11.6]
  set ytics ('none' 11, 'kd' 10, 'dkd' 9, 'fitnet' 8, 'at' 7, 'sp' 6, 'rkd' 5, 'pkt' 4, 'crd' 3, 'dml' 2, 'tfkd' 1)
  set label 8 'resnet20 → resnet8_w0.5' at graph 0.5, graph 1 center offset 0,2.4
  set label 9 'teacher 92.73' at graph 0.5, graph 1 center offset 0,0.6 tc rgb '#444444'
  set xlabel 'test top-1 (%)' offset 0,0.3
  set arrow 1 from 85.2533, graph 0 to 85.2533, graph 1 nohead dt 3 lc rgb '#777777' lw 1.2 back
  plot data index 0 every ::0::0 using 2:1:3:4 with xerrorbars lc rgb '#777777' pt 7 ps 0.8 lw 1.6, \
    data index 0 every ::1::1 using 2:1:3:4 with xerrorbars lc rgb '#D55E00' pt 7 ps 0.8 lw 1.6, \
    data index 0 every ::2::2 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 4 ps 0.8 lw 1.6, \
    data index 0 every ::3::3 using 2:1:3:4 with xerrorbars lc rgb '#E69F00' pt 9 ps 0.8 lw 1.6, \
    data index 0 every ::4::4 using 2:1:3:4 with xerrorbars lc rgb '#44AA99' pt 7 ps 0.8 lw 1.6, \
    data index 0 every ::5::5 using 2:1:3:4 with xerrorbars lc rgb '#999933' pt 7 ps 0.8 lw 1.6, \
    data index 0 every ::6::6 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 4 ps 0.8 lw 1.6, \
    data index 0 every ::7::7 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 6 ps 0.8 lw 1.6, \
    data index 0 every ::8::8 using 2:1:3:4 with xerrorbars lc rgb '#CC79A7' pt 12 ps 0.8 lw 1.6, \
    data index 0 every ::9::9 using 2:1:3:4 with xerrorbars lc rgb '#56B4E9' pt 12 ps 0.8 lw 1.6, \
    data index 0 every ::10::10 using 2:1:3:4 with xerrorbars lc rgb '#882255' pt 13 ps 0.8 lw 1.6
  set xrange [85.2529:90.9511]; set xtics 1; set yrange [0.4:11.6]
  set ytics ('' 11, '' 10, '' 9, '' 8, '' 7, '' 6, '' 5, '' 4, '' 3, '' 2, '' 1)
  set label 8 'wrn_16_2 → vgg8_w0.25' at graph 0.5, graph 1 center offset 0,2.4
  set label 9 'teacher 92.75' at graph 0.5, graph 1 center offset 0,0.6 tc rgb '#444444'
  set xlabel 'test top-1 (%)' offset 0,0.3
  set arrow 1 from 88.08, graph 0 to 88.08, graph 1 nohead dt 3 lc rgb '#777777' lw 1.2 back
  plot data index 1 every ::0::0 using 2:1:3:4 with xerrorbars lc rgb '#777777' pt 7 ps 0.8 lw 1.6, \
    data index 1 every ::1::1 using 2:1:3:4 with xerrorbars lc rgb '#D55E00' pt 7 ps 0.8 lw 1.6, \
    data index 1 every ::2::2 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 4 ps 0.8 lw 1.6, \
    data index 1 every ::3::3 using 2:1:3:4 with xerrorbars lc rgb '#E69F00' pt 9 ps 0.8 lw 1.6, \
    data index 1 every ::4::4 using 2:1:3:4 with xerrorbars lc rgb '#44AA99' pt 7 ps 0.8 lw 1.6, \
    data index 1 every ::5::5 using 2:1:3:4 with xerrorbars lc rgb '#999933' pt 7 ps 0.8 lw 1.6, \
    data index 1 every ::6::6 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 4 ps 0.8 lw 1.6, \
    data index 1 every ::7::7 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 6 ps 0.8 lw 1.6, \
    data index 1 every ::8::8 using 2:1:3:4 with xerrorbars lc rgb '#CC79A7' pt 12 ps 0.8 lw 1.6, \
    data index 1 every ::9::9 using 2:1:3:4 with xerrorbars lc rgb '#56B4E9' pt 12 ps 0.8 lw 1.6, \
    data index 1 every ::10::10 using 2:1:3:4 with xerrorbars lc rgb '#882255' pt 13 ps 0.8 lw 1.6
  set xrange [78.9338:86.5043]; set xtics 2; set yrange [0.4:11.6]
  set ytics ('' 11, '' 10, '' 9, '' 8, '' 7, '' 6, '' 5, '' 4, '' 3, '' 2, '' 1)
  set label 8 'wrn_16_2 → resnet8_w0.25' at graph 0.5, graph 1 center offset 0,2.4
  set label 9 'teacher 92.75' at graph 0.5, graph 1 center offset 0,0.6 tc rgb '#444444'
  set xlabel 'test top-1 (%)' offset 0,0.3
  set arrow 1 from 82.4733, graph 0 to 82.4733, graph 1 nohead dt 3 lc rgb '#777777' lw 1.2 back
  plot data index 2 every ::0::0 using 2:1:3:4 with xerrorbars lc rgb '#777777' pt 7 ps 0.8 lw 1.6, \
    data index 2 every ::1::1 using 2:1:3:4 with xerrorbars lc rgb '#D55E00' pt 7 ps 0.8 lw 1.6, \
    data index 2 every ::2::2 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 4 ps 0.8 lw 1.6, \
    data index 2 every ::3::3 using 2:1:3:4 with xerrorbars lc rgb '#E69F00' pt 9 ps 0.8 lw 1.6, \
    data index 2 every ::4::4 using 2:1:3:4 with xerrorbars lc rgb '#44AA99' pt 7 ps 0.8 lw 1.6, \
    data index 2 every ::5::5 using 2:1:3:4 with xerrorbars lc rgb '#999933' pt 7 ps 0.8 lw 1.6, \
    data index 2 every ::6::6 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 4 ps 0.8 lw 1.6, \
    data index 2 every ::7::7 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 6 ps 0.8 lw 1.6, \
    data index 2 every ::8::8 using 2:1:3:4 with xerrorbars lc rgb '#CC79A7' pt 12 ps 0.8 lw 1.6, \
    data index 2 every ::9::9 using 2:1:3:4 with xerrorbars lc rgb '#56B4E9' pt 12 ps 0.8 lw 1.6, \
    data index 2 every ::10::10 using 2:1:3:4 with xerrorbars lc rgb '#882255' pt 13 ps 0.8 lw 1.6
  unset multiplot
  set output
}
