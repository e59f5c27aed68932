# gnuplot accuracy.gp makes accuracy.svg and accuracy.pdf from accuracy.dat
data = 'accuracy.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 342,350 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'accuracy'
  } else {
    set terminal pdfcairo size 3.562in,3.646in noenhanced font 'DejaVu Sans,9'
  }
  set output 'accuracy.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set multiplot layout 1,1 margins 0.1871,0.9649,0.1657,0.8514 spacing 0.0643,0.3200
  set xrange [56.2415:62.5927]; set xtics 2; set yrange [0.4:10.6]
  set ytics ('none' 10, 'kd' 9, 'dkd' 8, 'rkd' 7, 'pkt' 6, 'crd' 5, 'dml' 4, 'tfkd' 3, 'jgekd' 2, 'dist' 1)
  set label 8 'pointnet_w0.5 → pointnet_w0.125_d0' at graph 0.5, graph 1 center offset 0,2.4
  set label 9 'teacher 65.21' at graph 0.5, graph 1 center offset 0,0.6 tc rgb '#444444'
  set xlabel 'test top-1 (%)' offset 0,0.3
  set arrow 1 from 59.4792, graph 0 to 59.4792, graph 1 nohead dt 3 lc rgb '#777777' lw 1.2 back
  plot data index 0 every ::0::0 using 2:1:3:4 with xerrorbars lc rgb '#777777' pt 7 ps 0.8 lw 1.6, \
    data index 0 every ::1::1 using 2:1:3:4 with xerrorbars lc rgb '#D55E00' pt 7 ps 0.8 lw 1.6, \
    data index 0 every ::2::2 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 4 ps 0.8 lw 1.6, \
    data index 0 every ::3::3 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 4 ps 0.8 lw 1.6, \
    data index 0 every ::4::4 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 6 ps 0.8 lw 1.6, \
    data index 0 every ::5::5 using 2:1:3:4 with xerrorbars lc rgb '#CC79A7' pt 12 ps 0.8 lw 1.6, \
    data index 0 every ::6::6 using 2:1:3:4 with xerrorbars lc rgb '#56B4E9' pt 12 ps 0.8 lw 1.6, \
    data index 0 every ::7::7 using 2:1:3:4 with xerrorbars lc rgb '#882255' pt 13 ps 0.8 lw 1.6, \
    data index 0 every ::8::8 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 12 ps 0.8 lw 1.6, \
    data index 0 every ::9::9 using 2:1:3:4 with xerrorbars lc rgb '#882255' pt 10 ps 0.8 lw 1.6
  unset multiplot
  set output
}
