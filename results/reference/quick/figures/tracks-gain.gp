# gnuplot tracks-gain.gp makes tracks-gain.svg and tracks-gain.pdf from tracks-gain.dat
data = 'tracks-gain.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 1172,312 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'tracks_gain'
  } else {
    set terminal pdfcairo size 12.208in,3.250in noenhanced font 'DejaVu Sans,9'
  }
  set output 'tracks-gain.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set multiplot layout 1,5 margins 0.0614,0.9829,0.1667,0.8718 spacing 0.0171,0
  set arrow 1 from 0, graph 0 to 0, graph 1 nohead dt 3 lc rgb '#777777' lw 1.2 back
  set label 21 'not run' at graph 0.5, first 7 center tc rgb '#777777' font ',9'
  set label 22 'not run' at graph 0.5, first 6 center tc rgb '#777777' font ',9'
  set xrange [-3.92307:3.56797]; set xtics 2; set yrange [0.4:10.6]
  set ytics ('kd' 10, 'jgekd' 9, 'rkd' 8, 'fitnet' 7, 'sp' 6, 'pkt' 5, 'dkd' 4, 'tfkd' 3, 'dml' 2, 'crd' 1)
  set title 'pointcloud' offset 0,-0.4
  set xlabel 'gain, test top-1 (%)' offset 0,0.3
  plot data index 0 every ::0::0 using 2:1:3:4 with xerrorbars lc rgb '#D55E00' pt 6 ps 0.8 lw 0.8, \
    data index 0 every ::1::1 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 7 ps 0.8 lw 1.6, \
    data index 0 every ::2::2 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 6 ps 0.8 lw 0.8, \
    data index 0 every ::3::3 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 6 ps 0.8 lw 0.8, \
    data index 0 every ::4::4 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 6 ps 0.8 lw 0.8, \
    data index 0 every ::5::5 using 2:1:3:4 with xerrorbars lc rgb '#882255' pt 6 ps 0.8 lw 0.8, \
    data index 0 every ::6::6 using 2:1:3:4 with xerrorbars lc rgb '#56B4E9' pt 6 ps 0.8 lw 0.8, \
    data index 0 every ::7::7 using 2:1:3:4 with xerrorbars lc rgb '#CC79A7' pt 6 ps 0.8 lw 0.8
  unset label 21
  unset label 22
  set label 21 'not run' at graph 0.5, first 9 center tc rgb '#777777' font ',9'
  set xrange [-1.46167:12.7544]; set xtics 5; set yrange [0.4:10.6]
  set ytics ('' 10, '' 9, '' 8, '' 7, '' 6, '' 5, '' 4, '' 3, '' 2, '' 1)
  set title 'text' offset 0,-0.4
  set xlabel 'gain, test top-1 (%)' offset 0,0.3
  plot data index 1 every ::0::0 using 2:1:3:4 with xerrorbars lc rgb '#D55E00' pt 6 ps 0.8 lw 0.8, \
    data index 1 every ::1::1 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 6 ps 0.8 lw 0.8, \
    data index 1 every ::2::2 using 2:1:3:4 with xerrorbars lc rgb '#E69F00' pt 6 ps 0.8 lw 0.8, \
    data index 1 every ::3::3 using 2:1:3:4 with xerrorbars lc rgb '#999933' pt 7 ps 0.8 lw 1.6, \
    data index 1 every ::4::4 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 6 ps 0.8 lw 0.8, \
    data index 1 every ::5::5 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 6 ps 0.8 lw 0.8, \
    data index 1 every ::6::6 using 2:1:3:4 with xerrorbars lc rgb '#882255' pt 7 ps 0.8 lw 1.6, \
    data index 1 every ::7::7 using 2:1:3:4 with xerrorbars lc rgb '#56B4E9' pt 7 ps 0.8 lw 1.6, \
    data index 1 every ::8::8 using 2:1:3:4 with xerrorbars lc rgb '#CC79A7' pt 7 ps 0.8 lw 1.6
  unset label 21
  set label 21 'not run' at graph 0.5, first 7 center tc rgb '#777777' font ',9'
  set label 22 'not run' at graph 0.5, first 5 center tc rgb '#777777' font ',9'
  set label 23 'not run' at graph 0.5, first 3 center tc rgb '#777777' font ',9'
  set label 24 'not run' at graph 0.5, first 2 center tc rgb '#777777' font ',9'
  set xrange [-16.8612:6.87504]; set xtics 5; set yrange [0.4:10.6]
  set ytics ('' 10, '' 9, '' 8, '' 7, '' 6, '' 5, '' 4, '' 3, '' 2, '' 1)
  set title 'crossmodal' offset 0,-0.4
  set xlabel 'gain, test top-1 (%)' offset 0,0.3
  plot data index 2 every ::0::0 using 2:1:3:4 with xerrorbars lc rgb '#D55E00' pt 6 ps 0.8 lw 0.8, \
    data index 2 every ::1::1 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 6 ps 0.8 lw 0.8, \
    data index 2 every ::2::2 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 6 ps 0.8 lw 0.8, \
    data index 2 every ::3::3 using 2:1:3:4 with xerrorbars lc rgb '#999933' pt 6 ps 0.8 lw 0.8, \
    data index 2 every ::4::4 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 6 ps 0.8 lw 0.8, \
    data index 2 every ::5::5 using 2:1:3:4 with xerrorbars lc rgb '#CC79A7' pt 6 ps 0.8 lw 0.8
  unset label 21
  unset label 22
  unset label 23
  unset label 24
  set label 21 'not run' at graph 0.5, first 9 center tc rgb '#777777' font ',9'
  set label 22 'not run' at graph 0.5, first 7 center tc rgb '#777777' font ',9'
  set label 23 'not run' at graph 0.5, first 6 center tc rgb '#777777' font ',9'
  set label 24 'not run' at graph 0.5, first 5 center tc rgb '#777777' font ',9'
  set label 25 'not run' at graph 0.5, first 3 center tc rgb '#777777' font ',9'
  set label 26 'not run' at graph 0.5, first 2 center tc rgb '#777777' font ',9'
  set label 27 'not run' at graph 0.5, first 1 center tc rgb '#777777' font ',9'
  set xrange [-3.55048:5.25993]; set xtics 2; set yrange [0.4:10.6]
  set ytics ('' 10, '' 9, '' 8, '' 7, '' 6, '' 5, '' 4, '' 3, '' 2, '' 1)
  set title 'vit' offset 0,-0.4
  set xlabel 'gain, test top-1 (%)' offset 0,0.3
  plot data index 3 every ::0::0 using 2:1:3:4 with xerrorbars lc rgb '#D55E00' pt 7 ps 0.8 lw 1.6, \
    data index 3 every ::1::1 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 6 ps 0.8 lw 0.8, \
    data index 3 every ::2::2 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 6 ps 0.8 lw 0.8
  unset label 21
  unset label 22
  unset label 23
  unset label 24
  unset label 25
  unset label 26
  unset label 27
  set label 21 'not run' at graph 0.5, first 9 center tc rgb '#777777' font ',9'
  set xrange [-1.65074:3.5954]; set xtics 2; set yrange [0.4:10.6]
  set ytics ('' 10, '' 9, '' 8, '' 7, '' 6, '' 5, '' 4, '' 3, '' 2, '' 1)
  set title 'vision' offset 0,-0.4
  set xlabel 'gain, test top-1 (%)' offset 0,0.3
  plot data index 4 every ::0::0 using 2:1:3:4 with xerrorbars lc rgb '#D55E00' pt 7 ps 0.8 lw 1.6, \
    data index 4 every ::1::1 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 7 ps 0.8 lw 1.6, \
    data index 4 every ::2::2 using 2:1:3:4 with xerrorbars lc rgb '#E69F00' pt 7 ps 0.8 lw 1.6, \
    data index 4 every ::3::3 using 2:1:3:4 with xerrorbars lc rgb '#999933' pt 6 ps 0.8 lw 0.8, \
    data index 4 every ::4::4 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 7 ps 0.8 lw 1.6, \
    data index 4 every ::5::5 using 2:1:3:4 with xerrorbars lc rgb '#009E73' pt 7 ps 0.8 lw 1.6, \
    data index 4 every ::6::6 using 2:1:3:4 with xerrorbars lc rgb '#882255' pt 7 ps 0.8 lw 1.6, \
    data index 4 every ::7::7 using 2:1:3:4 with xerrorbars lc rgb '#56B4E9' pt 7 ps 0.8 lw 1.6, \
    data index 4 every ::8::8 using 2:1:3:4 with xerrorbars lc rgb '#CC79A7' pt 6 ps 0.8 lw 0.8
  unset label 21
  unset multiplot
  set output
}
