# gnuplot peers.gp makes peers.svg and peers.pdf
$peer0 << END
2.6123 0
2.5952 -1
3.3741 -2
2.4705 -3
1.8671 -4
2.5624 -5
2.1677 -6
2.8110 -7
2.6787 -8
3.3854 -9
6.8765 -10
4.9781 -11
2.6298 -12
2.6065 -13
1.8611 -14
2.7955 -15
2.2691 -16
2.8802 -17
2.7779 -18
END
$peer1 << END
2.5483 0
2.5415 -1
2.8296 -2
2.3932 -3
1.8563 -4
2.5065 -5
2.2201 -6
2.7693 -7
2.7285 -8
3.5707 -9
6.9602 -10
5.0787 -11
2.6171 -12
2.6526 -13
1.8448 -14
2.6900 -15
2.3736 -16
2.9309 -17
2.7123 -18
END
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 760,546 noenhanced font 'DejaVu Sans,12'       background '#ffffff' name 'peers'
  } else {
    set terminal pdfcairo size 7.6in,5.46in noenhanced font 'DejaVu Sans,9'
  }
  set output 'peers.'.kind
  set encoding utf8
  set border 3 lc '#777777'
  set tics nomirror scale 0.5
  set grid xtics lc '#dddddd' lt 1
  set xrange [0:7.5]
  set yrange [-18.5:0.5] noreverse
  set xlabel 'samples/s of kdbench : samples/s of the faster memory format'
  set key above
  set lmargin 36
  set ytics ('resnet20' 0, 'resnet8x4' -1, 'resnet32x4' -2, 'wrn_16_2' -3, 'mobilenetv2' -4, 'vgg8' -5, 'kd_resnet20_resnet8' -6, 'kd_resnet32x4_resnet8x4' -7, 'kd_wrn_40_2_wrn_16_2' -8, 'kd_resnet20_resnet8_cached' -9, 'kd_resnet32x4_resnet8x4_cached' -10, 'kd_wrn_40_2_wrn_16_2_cached' -11, 'at_resnet32x4_resnet8x4' -12, 'sp_resnet32x4_resnet8x4' -13, 'crd_resnet32x4_resnet8x4' -14, 'dkd_resnet32x4_resnet8x4' -15, 'infer_resnet20' -16, 'infer_resnet32x4' -17, 'infer_wrn_40_2' -18)
  set arrow 1 from 1,-18.5 to 1,0.5 nohead lc '#777777'
  set arrow 2 from 2,-18.5 to 2,0.5 nohead dt 2 lc '#777777'
  plot $peer0 using 1:2 with points pt 7 ps 1.1 lc '#0072B2' title 'PyTorch 1.13.0a0', \
       $peer1 using 1:2 with points pt 5 ps 1.1 lc '#D55E00' title 'PyTorch 2.15.0+cu132'
  unset arrow
}
