#!/bin/sh
# No memory error in three steps of a lenet. valgrind knows no AVX-512, so the libraries are told to
# keep to AVX2, and no cache is made, which it would refuse as another processor's; what libraries
# themselves leave behind is theirs.
. "$(dirname "$0")/tools.sh"
command -v valgrind >/dev/null || { echo "valgrind is not installed"; exit 77; }
! nm -D "$kdbench" | grep -q __asan_init || { echo "the sanitizers look themselves"; exit 77; }
sed 's/student = resnet {[^}]*}/student = lenet {}/; s/epochs = 3/epochs = 1/' "$here/tiny.lua" \
    > "$work/lenet.lua"
export OPENBLAS_CORETYPE=Haswell DNNL_MAX_CPU_ISA=AVX2 ONEDNN_MAX_CPU_ISA=AVX2
"$kdbench" run "$work/lenet.lua" -q -j 1 --only none --cache-size 0 -o "$work/runs" || fail "the run itself"
folder=$(dirname "$(find "$work/runs" -path '*none*' -name run.h5)")
rm "$folder/run.h5" "$folder/journal.jsonl"
OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 valgrind -q --error-exitcode=9 \
    "$kdbench" worker "$folder" > "$work/log" 2>&1 || { tail -50 "$work/log"; fail "valgrind"; }
[ -f "$folder/run.h5" ] || fail "the run left nothing"
echo "clean"
