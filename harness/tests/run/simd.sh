#!/bin/sh
# KD_SIMD: a sweep runs on the portable path and with AVX2 alone; libraries keep to it, results say so,
# bits do not depend on the number of workers, and a word that means nothing is bad usage.
. "$(dirname "$0")/tools.sh"

for word in on AVX2 0 avx512f; do
    code=0
    KD_SIMD=$word "$kdbench" list methods > "$work/said" 2>&1 || code=$?
    [ $code = 2 ] || fail "KD_SIMD=$word ended with $code"
    grep -q "KD_SIMD is '$word', should be off, avx2 or avx512" "$work/said" ||
        fail "KD_SIMD=$word: $(cat "$work/said")"
done

few() # KD_SIMD FOLDER OPTION...
{
    word=$1 folder=$2
    shift 2
    KD_SIMD=$word run --only '*none*' -o "$folder" "$@" || fail "KD_SIMD=$word"
}

env_of() # FOLDER ATTRIBUTE
{
    file=$(find "$1" -path '*none*' -name run.h5 | head -n 1)
    h5dump -a "/env/$2" "$file" | sed -n 's/.*(0): "\(.*\)"/\1/p'
}

says() # FOLDER ATTRIBUTE VALUE
{
    [ "$(env_of "$1" "$2")" = "$3" ] || fail "$1: $2 is '$(env_of "$1" "$2")', not '$3'"
}

few "" "$work/whole"
few off "$work/off" -j 1
few off "$work/off2" -j 2
same_content "$work/off" "$work/off2" "two workers on the portable path"
says "$work/off" simd off
says "$work/off" onednn_isa unused

table=$(sha256sum "$here/../../engine/conv_table.c" | cut -d ' ' -f 1)
says "$work/whole" conv_table "$table"
says "$work/off" conv_table "$table"

full=$(env_of "$work/whole" simd)
if [ "$full" = baseline ]; then
    echo "nothing but the portable path to run on this machine"
    exit 0
fi
says "$work/off" openblas_core Prescott
content "$work/whole" > "$work/one"
content "$work/off" > "$work/two"
! cmp -s "$work/one" "$work/two" || fail "KD_SIMD=off gave the bits of $full: it changed nothing"

few avx2 "$work/avx2"
says "$work/avx2" simd avx2
case $(env_of "$work/avx2" onednn_isa) in
avx2 | "") ;;
*) fail "oneDNN runs $(env_of "$work/avx2" onednn_isa) with KD_SIMD=avx2" ;;
esac
case $full/$(env_of "$work/avx2" openblas_core) in
avx2/* | avx512/Haswell | avx512/Zen) ;;
*) fail "OpenBLAS runs $(env_of "$work/avx2" openblas_core) with KD_SIMD=avx2" ;;
esac
echo "portable, AVX2 and $full: each as it was told"
