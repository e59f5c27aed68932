# gnuplot accuracy.gp makes accuracy.svg and accuracy.pdf from accuracy.dat
data = 'accuracy.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 616,394 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'accuracy'
  } else {
    set terminal pdfcairo size 6.417in,4.104in noenhanced font 'DejaVu Sans,9'
  }
  set output 'accuracy.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set multiplot layout 1,2 margins 0.1299,0.9805,0.1472,0.8680 spacing 0.0357,0.2843
  set xrange [49.7719:70.9563]; set xtics 5; set yrange [0.4:12.6]
  set ytics ('none' 12, 'kd' 11, 'dkd' 10, 'gupta' 9, 'thoker' 8, 'mdsn' 7, 'c2kd' 6, 'crd' 5, 'infonce' 4, 'sp' 3, 'rkd' 2, 'jgekd' 1)
  set label 8 'resnet8 → pointnet_w0.25' at graph 0.5, graph 1 center offset 0,2.4
  set label 9 'teacher 55.10' at graph 0.5, graph 1 center offset 0,0.6 tc rgb '#444444'
  set xlabel 'test top-1 (%)' offset 0,0.3
  set arrow 1 from 60.9977, graph 0 to 60.9977, graph 1 nohead dt 3 lc rgb '#777777' lw 1.2 back
  plot data index 0 every ::0::0 using 2:1:3:4 with xerrorbars lc rgb '#777777' pt 7 ps 0.8 lw 1.6, \
    data index 0 every ::1::1 using 2:1:3:4 with xerrorbars lc rgb '#D55E00' pt 7 ps 0.8 lw 1.6, \
    data index 0 every ::2::2 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 4 ps 0.8 lw 1.6, \
    data index 0 every ::3::3 using 2:1:3:4 with xerrorbars lc rgb '#882255' pt 4 ps 0.8 lw 1.6, \
    data index 0 every ::4::4 using 2:1:3:4 with xerrorbars lc rgb '#882255' pt 10 ps 0.8 lw 1.6, \
    data index 0 every ::5::5 using 2:1:3:4 with xerrorbars lc rgb '#E69F00' pt 11 ps 0.8 lw 1.6, \
    data index 0 every ::6::6 using 2:1:3:4 with xerrorbars lc rgb '#56B4E9' pt 6 ps 0.8 lw 1.6, \
    data index 0 every ::7::7 using 2:1:3:4 with xerrorbars lc rgb '#CC79A7' pt 12 ps 0.8 lw 1.6, \
    data index 0 every ::8::8 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 9 ps 0.8 lw 1.6, \
    data index 0 every ::9::9 using 2:1:3:4 with xerrorbars lc rgb '#999933' pt 7 ps 0.8 lw 1.6, \
    data index 0 every ::10::10 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 4 ps 0.8 lw 1.6, \
    data index 0 every ::11::11 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 12 ps 0.8 lw 1.6
  set xrange [34.194:63.7633]; set xtics 5; set yrange [0.4:12.6]
  set ytics ('' 12, '' 11, '' 10, '' 9, '' 8, '' 7, '' 6, '' 5, '' 4, '' 3, '' 2, '' 1)
  set label 8 'pointnet_w0.5 → resnet8_w0.5' at graph 0.5, graph 1 center offset 0,2.4
  set label 9 'teacher 66.67' at graph 0.5, graph 1 center offset 0,0.6 tc rgb '#444444'
  set xlabel 'test top-1 (%)' offset 0,0.3
  set arrow 1 from 55.3288, graph 0 to 55.3288, graph 1 nohead dt 3 lc rgb '#777777' lw 1.2 back
  plot data index 1 every ::0::0 using 2:1:3:4 with xerrorbars lc rgb '#777777' pt 7 ps 0.8 lw 1.6, \
    data index 1 every ::1::1 using 2:1:3:4 with xerrorbars lc rgb '#D55E00' pt 7 ps 0.8 lw 1.6, \
    data index 1 every ::2::2 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 4 ps 0.8 lw 1.6, \
    data index 1 every ::3::3 using 2:1:3:4 with xerrorbars lc rgb '#882255' pt 4 ps 0.8 lw 1.6, \
    data index 1 every ::4::4 using 2:1:3:4 with xerrorbars lc rgb '#882255' pt 10 ps 0.8 lw 1.6, \
    data index 1 every ::5::5 using 2:1:3:4 with xerrorbars lc rgb '#E69F00' pt 11 ps 0.8 lw 1.6, \
    data index 1 every ::6::6 using 2:1:3:4 with xerrorbars lc rgb '#56B4E9' pt 6 ps 0.8 lw 1.6, \
    data index 1 every ::7::7 using 2:1:3:4 with xerrorbars lc rgb '#CC79A7' pt 12 ps 0.8 lw 1.6, \
    data index 1 every ::8::8 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 9 ps 0.8 lw 1.6, \
    data index 1 every ::9::9 using 2:1:3:4 with xerrorbars lc rgb '#999933' pt 7 ps 0.8 lw 1.6, \
    data index 1 every ::10::10 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 4 ps 0.8 lw 1.6, \
    data index 1 every ::11::11 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 12 ps 0.8 lw 1.6
  unset multiplot
  set output
}
