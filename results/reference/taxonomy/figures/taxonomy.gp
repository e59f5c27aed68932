# gnuplot taxonomy.gp makes taxonomy.svg and taxonomy.pdf from taxonomy.dat
data = 'taxonomy.dat'
do for [kind in "svg pdf"] {
  if (kind eq "svg") {
    set terminal svg size 852,711 noenhanced font 'DejaVu Sans,12' background '#ffffff' name 'taxonomy'
  } else {
    set terminal pdfcairo size 8.875in,7.406in noenhanced font 'DejaVu Sans,9'
  }
  set output 'taxonomy.'.kind
  set encoding utf8
  set border 3 lc rgb '#444444'
  set tics nomirror out scale 0.5 tc rgb '#222222'
  set grid lt 1 dt 1 lc rgb '#e6e6e6' lw 0.7
  unset key
  set lmargin at screen 0.3310; set rmargin at screen 0.8239; set bmargin at screen 0.0872; set tmargin at screen 0.9269
  set xrange [0:173]; set yrange [-0.7:27.9]
  unset ytics; set border 1 lc rgb '#444444'
  set xlabel 'papers in the category' offset 0,0.3
  set label 1 'Sources' at screen 0.0141, first 27.4 left font ',12' tc rgb '#000000'
  set label 2 'Logit-based Distillation' at first 0, first 26.4 right offset -0.8,0; set label 202 '19, 8, 8 (+2)' at first 19, first 26.4 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 3 'Feature-based Distillation' at first 0, first 25.4 right offset -0.8,0; set label 203 '20, 10, 10 (+2)' at first 20, first 25.4 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 4 'Similarity-based Distillation' at first 0, first 24.4 right offset -0.8,0; set label 204 '26, 9, 9 (+2)' at first 26, first 24.4 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 5 'Schemes' at screen 0.0141, first 23.05 left font ',12' tc rgb '#000000'
  set label 6 'Online Distillation' at first 0, first 22.05 right offset -0.8,0; set label 206 '13, 6, 6 (+1)' at first 13, first 22.05 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 7 'Self-Distillation' at first 0, first 21.05 right offset -0.8,0; set label 207 '19, 5, 5 (+3)' at first 19, first 21.05 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 8 'Algorithms' at screen 0.0141, first 19.7 left font ',12' tc rgb '#000000'
  set label 9 'Attention Distillation' at first 0, first 18.7 right offset -0.8,0; set label 209 '15, 3, 3 (+2)' at first 15, first 18.7 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 10 'Adversarial Distillation' at first 0, first 17.7 right offset -0.8,0; set label 210 '56, 6, 6 (+1)' at first 56, first 17.7 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 11 'Multi-teacher Distillation' at first 0, first 16.7 right offset -0.8,0; set label 211 '22, 0, 0 (+3)' at first 22, first 16.7 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 12 'Cross-modal Distillation' at first 0, first 15.7 right offset -0.8,0; set label 212 '19, 4, 4' at first 19, first 15.7 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 13 'Graph-based Distillation' at first 0, first 14.7 right offset -0.8,0; set label 213 '50, 8, 8' at first 50, first 14.7 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 14 'Adaptive Distillation' at first 0, first 13.7 right offset -0.8,0; set label 214 '25, 3, 3 (+3)' at first 25, first 13.7 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 15 'Contrastive Distillation' at first 0, first 12.7 right offset -0.8,0; set label 215 '10, 1, 1 (+4)' at first 10, first 12.7 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 16 'Modalities' at screen 0.0141, first 11.35 left font ',12' tc rgb '#000000'
  set label 17 '3D Input' at first 0, first 10.35 right offset -0.8,0; set label 217 '69, 2, 2' at first 69, first 10.35 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 18 'Multi-View' at first 0, first 9.35 right offset -0.8,0; set label 218 '16, 0, 0' at first 16, first 9.35 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 19 'Text' at first 0, first 8.35 right offset -0.8,0; set label 219 '31, 0, 0' at first 31, first 8.35 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 20 'Speech' at first 0, first 7.35 right offset -0.8,0; set label 220 '66, 0, 0' at first 66, first 7.35 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 21 'Video' at first 0, first 6.35 right offset -0.8,0; set label 221 '21, 0, 0' at first 21, first 6.35 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 22 'Applications' at screen 0.0141, first 5 left font ',12' tc rgb '#000000'
  set label 23 'Large Language Models' at first 0, first 4 right offset -0.8,0; set label 223 '27, 5, 5 (+2)' at first 27, first 4 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 24 'Foundation Models' at first 0, first 3 right offset -0.8,0; set label 224 '138, 2, 2' at first 138, first 3 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 25 'Self-Supervised Learning' at first 0, first 2 right offset -0.8,0; set label 225 '18, 0, 0' at first 18, first 2 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 26 'Diffusion Models' at first 0, first 1 right offset -0.8,0; set label 226 '19, 0, 0' at first 19, first 1 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 27 'Knowledge Distillation in Visual Recognition' at first 0, first 0 right offset -0.8,0; set label 227 '173, 3, 3' at first 173, first 0 left offset 0.8,0 font ',10' tc rgb '#444444'
  set label 401 'surveyed 831' at screen 0.0141, graph 1.0 offset 0,1.6 left tc rgb '#777777' font ',11'
  set label 402 'implemented 69' at screen 0.1408, graph 1.0 offset 0,1.6 left tc rgb '#444444' font ',11'
  set label 403 'verified: authors'' vectors 51' at screen 0.2864, graph 1.0 offset 0,1.6 left tc rgb '#0072B2' font ',11'
  set label 404 'derived 18' at screen 0.5211, graph 1.0 offset 0,1.6 left tc rgb '#56B4E9' font ',11'
  set label 409 'surveyed, implemented, verified (+ beside the list)' at screen 0.9859, graph 1.0 offset 0,1.6 right tc rgb '#444444' font ',10'
  plot data using (0):1:(0):2:($1-0.36):($1+0.36) with boxxyerror fs solid 1 noborder lc rgb '#d4d4d4', \
    data using (0):1:(0):5:($1-0.36):($1+0.36) with boxxyerror fs solid 1 noborder lc rgb '#8a8a8a', \
    data using (0):1:(0):4:($1-0.36):($1+0.36) with boxxyerror fs solid 1 noborder lc rgb '#56B4E9', \
    data using (0):1:(0):3:($1-0.36):($1+0.36) with boxxyerror fs solid 1 noborder lc rgb '#0072B2'
  set output
}
