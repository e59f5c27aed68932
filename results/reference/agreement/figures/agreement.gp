# gnuplot agreement.gp makes agreement.svg and agreement.pdf from agreement.dat
data = 'agreement.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 770,845 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'agreement'
  } else {
    set terminal pdfcairo size 8.021in,8.802in noenhanced font 'DejaVu Sans,9'
  }
  set output 'agreement.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set lmargin at screen 0.2857; set rmargin at screen 0.7273; set bmargin at screen 0.0734; set tmargin at screen 0.9645
  set xrange [-1:1]; set xtics 0.5; set yrange [-0.7:33.7]
  unset ytics; set border 1 lc rgb '#444444'
  set xlabel 'Kendall''s tau-b of gains over the own plain student' offset 0,0.3
  set arrow 1 from 0, graph 0 to 0, graph 1 nohead dt 3 lc rgb '#777777' lw 1.2 back
  set label 1 'kdbench KiCad-29 (quick/pointcloud) against published' at screen 0.0156, first 33.2 left font ',12' tc rgb '#000000'
  set label 2 'CIFAR-100, C100-TTM' at graph 0, first 32.2 right offset -1,0
  set label 202 '5 methods, cannot resolve' at graph 1, first 32.2 left offset 1,0 font ',10' tc rgb '#444444'
  set label 3 'kdbench WordNet definitions (quick/text) against published' at screen 0.0156, first 30.8 left font ',12' tc rgb '#000000'
  set label 4 'CIFAR-100, C100-same-RD' at graph 0, first 29.8 right offset -1,0
  set label 204 '6 methods, cannot resolve' at graph 1, first 29.8 left offset 1,0 font ',10' tc rgb '#444444'
  set label 5 'CIFAR-100, C100-cross-RD' at graph 0, first 28.8 right offset -1,0
  set label 205 '6 methods, cannot resolve' at graph 1, first 28.8 left offset 1,0 font ',10' tc rgb '#444444'
  set label 6 'CIFAR-100, C100-same-LSKD' at graph 0, first 27.8 right offset -1,0
  set label 206 '5 methods, cannot resolve' at graph 1, first 27.8 left offset 1,0 font ',10' tc rgb '#444444'
  set label 7 'CIFAR-100, C100-cross-LSKD' at graph 0, first 26.8 right offset -1,0
  set label 207 '5 methods, cannot resolve' at graph 1, first 26.8 left offset 1,0 font ',10' tc rgb '#444444'
  set label 8 'CIFAR-100, C100-TTM' at graph 0, first 25.8 right offset -1,0
  set label 208 '5 methods, cannot resolve' at graph 1, first 25.8 left offset 1,0 font ',10' tc rgb '#444444'
  set label 9 'CIFAR-100, C100-SSKD' at graph 0, first 24.8 right offset -1,0
  set label 209 '6 methods, opposed' at graph 1, first 24.8 left offset 1,0 font ',10' tc rgb '#444444'
  set label 10 'CIFAR-10, Zoo-small' at graph 0, first 23.8 right offset -1,0
  set label 210 '6 methods, cannot resolve' at graph 1, first 23.8 left offset 1,0 font ',10' tc rgb '#444444'
  set label 11 'CIFAR-100, Zoo-small' at graph 0, first 22.8 right offset -1,0
  set label 211 '6 methods, cannot resolve' at graph 1, first 22.8 left offset 1,0 font ',10' tc rgb '#444444'
  set label 12 'kdbench Fashion-MNIST (quick/vision) against published' at screen 0.0156, first 21.4 left font ',12' tc rgb '#000000'
  set label 13 'CIFAR-100, C100-same-RD' at graph 0, first 20.4 right offset -1,0
  set label 213 '7 methods, cannot resolve' at graph 1, first 20.4 left offset 1,0 font ',10' tc rgb '#444444'
  set label 14 'CIFAR-100, C100-cross-RD' at graph 0, first 19.4 right offset -1,0
  set label 214 '7 methods, cannot resolve' at graph 1, first 19.4 left offset 1,0 font ',10' tc rgb '#444444'
  set label 15 'CIFAR-100, C100-same-LSKD' at graph 0, first 18.4 right offset -1,0
  set label 215 '6 methods, cannot resolve' at graph 1, first 18.4 left offset 1,0 font ',10' tc rgb '#444444'
  set label 16 'CIFAR-100, C100-cross-LSKD' at graph 0, first 17.4 right offset -1,0
  set label 216 '6 methods, cannot resolve' at graph 1, first 17.4 left offset 1,0 font ',10' tc rgb '#444444'
  set label 17 'CIFAR-100, C100-TTM' at graph 0, first 16.4 right offset -1,0
  set label 217 '6 methods, cannot resolve' at graph 1, first 16.4 left offset 1,0 font ',10' tc rgb '#444444'
  set label 18 'CIFAR-100, C100-SimKD' at graph 0, first 15.4 right offset -1,0
  set label 218 '5 methods, cannot resolve' at graph 1, first 15.4 left offset 1,0 font ',10' tc rgb '#444444'
  set label 19 'CIFAR-100, C100-SSKD' at graph 0, first 14.4 right offset -1,0
  set label 219 '7 methods, cannot resolve' at graph 1, first 14.4 left offset 1,0 font ',10' tc rgb '#444444'
  set label 20 'CIFAR-10, Zoo-small' at graph 0, first 13.4 right offset -1,0
  set label 220 '7 methods, cannot resolve' at graph 1, first 13.4 left offset 1,0 font ',10' tc rgb '#444444'
  set label 21 'CIFAR-100, Zoo-small' at graph 0, first 12.4 right offset -1,0
  set label 221 '7 methods, cannot resolve' at graph 1, first 12.4 left offset 1,0 font ',10' tc rgb '#444444'
  set label 22 'kdbench Fashion-MNIST (methods) against published' at screen 0.0156, first 11 left font ',12' tc rgb '#000000'
  set label 23 'CIFAR-100, C100-same-RD' at graph 0, first 10 right offset -1,0
  set label 223 '12 methods, cannot resolve' at graph 1, first 10 left offset 1,0 font ',10' tc rgb '#444444'
  set label 24 'CIFAR-100, C100-cross-RD' at graph 0, first 9 right offset -1,0
  set label 224 '12 methods, cannot resolve' at graph 1, first 9 left offset 1,0 font ',10' tc rgb '#444444'
  set label 25 'CIFAR-100, C100-same-LSKD' at graph 0, first 8 right offset -1,0
  set label 225 '13 methods, cannot resolve' at graph 1, first 8 left offset 1,0 font ',10' tc rgb '#444444'
  set label 26 'CIFAR-100, C100-cross-LSKD' at graph 0, first 7 right offset -1,0
  set label 226 '13 methods, cannot resolve' at graph 1, first 7 left offset 1,0 font ',10' tc rgb '#444444'
  set label 27 'ImageNet-1k, IN-LSKD' at graph 0, first 6 right offset -1,0
  set label 227 '11 methods, cannot resolve' at graph 1, first 6 left offset 1,0 font ',10' tc rgb '#444444'
  set label 28 'CIFAR-100, C100-TTM' at graph 0, first 5 right offset -1,0
  set label 228 '10 methods, cannot resolve' at graph 1, first 5 left offset 1,0 font ',10' tc rgb '#444444'
  set label 29 'ImageNet-1k, C100-ICKD' at graph 0, first 4 right offset -1,0
  set label 229 '5 methods, cannot resolve' at graph 1, first 4 left offset 1,0 font ',10' tc rgb '#444444'
  set label 30 'CIFAR-100, C100-SimKD' at graph 0, first 3 right offset -1,0
  set label 230 '9 methods, cannot resolve' at graph 1, first 3 left offset 1,0 font ',10' tc rgb '#444444'
  set label 31 'CIFAR-100, C100-SSKD' at graph 0, first 2 right offset -1,0
  set label 231 '11 methods, cannot resolve' at graph 1, first 2 left offset 1,0 font ',10' tc rgb '#444444'
  set label 32 'CIFAR-10, Zoo-small' at graph 0, first 1 right offset -1,0
  set label 232 '17 methods, cannot resolve' at graph 1, first 1 left offset 1,0 font ',10' tc rgb '#444444'
  set label 33 'CIFAR-100, Zoo-small' at graph 0, first 0 right offset -1,0
  set label 233 '17 methods, cannot resolve' at graph 1, first 0 left offset 1,0 font ',10' tc rgb '#444444'
  plot data index 0 using 2:1:3:4 with xerrorbars lc rgb '#0072B2' pt 7 ps 0.8 lw 1.4, \
    data index 1 using 2:1:3:4 with xerrorbars lc rgb '#777777' pt 6 ps 0.8 lw 1.4
  set output
}
