# gnuplot accuracy.gp makes accuracy.svg and accuracy.pdf from accuracy.dat
data = 'accuracy.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 720,284 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'accuracy'
  } else {
    set terminal pdfcairo size 7.500in,2.958in noenhanced font 'DejaVu Sans,9'
  }
  set output 'accuracy.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set multiplot layout 1,2 margins 0.2556,0.9833,0.2042,0.8169 spacing 0.0306,0.3944
  set xrange [73.9022:81.9386]; set xtics 2; set yrange [0.4:7.6]
  set ytics ('none' 7, 'kd' 6, 'dkd' 5, 'rkd' 4, 'deit tau=1 type=hard' 3, 'deit tau=3 type=soft' 2, 'vitkd' 1)
  set label 8 'resnet14 → deit_p4_d3_w48_h3' at graph 0.5, graph 1 center offset 0,2.4
  set label 9 'teacher 91.49' at graph 0.5, graph 1 center offset 0,0.6 tc rgb '#444444'
  set xlabel 'test top-1 (%)' offset 0,0.3
  set arrow 1 from 77.6333, graph 0 to 77.6333, graph 1 nohead dt 3 lc rgb '#777777' lw 1.2 back
  plot data index 0 every ::0::0 using 2:1:3:4 with xerrorbars lc rgb '#777777' pt 7 ps 0.8 lw 1.6, \
    data index 0 every ::1::1 using 2:1:3:4 with xerrorbars lc rgb '#D55E00' pt 7 ps 0.8 lw 1.6, \
    data index 0 every ::2::2 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 4 ps 0.8 lw 1.6, \
    data index 0 every ::3::3 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 4 ps 0.8 lw 1.6, \
    data index 0 every ::4::4 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 13 ps 0.8 lw 1.6, \
    data index 0 every ::5::5 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 13 ps 0.8 lw 1.6
  set xrange [73.6029:82.8315]; set xtics 2; set yrange [0.4:7.6]
  set ytics ('' 7, '' 6, '' 5, '' 4, '' 3, '' 2, '' 1)
  set label 8 'vit_p4_d4_w72_h3 → vit_p4_d3_w48_h3' at graph 0.5, graph 1 center offset 0,2.4
  set label 9 'teacher 85.61' at graph 0.5, graph 1 center offset 0,0.6 tc rgb '#444444'
  set xlabel 'test top-1 (%)' offset 0,0.3
  set arrow 1 from 78.0233, graph 0 to 78.0233, graph 1 nohead dt 3 lc rgb '#777777' lw 1.2 back
  plot data index 1 every ::0::0 using 2:1:3:4 with xerrorbars lc rgb '#777777' pt 7 ps 0.8 lw 1.6, \
    data index 1 every ::1::1 using 2:1:3:4 with xerrorbars lc rgb '#D55E00' pt 7 ps 0.8 lw 1.6, \
    data index 1 every ::2::2 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 4 ps 0.8 lw 1.6, \
    data index 1 every ::3::3 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 4 ps 0.8 lw 1.6, \
    data index 1 every ::4::4 using 2:1:3:4 with xerrorbars lc rgb '#E69F00' pt 11 ps 0.8 lw 1.6
  unset multiplot
  set output
}
