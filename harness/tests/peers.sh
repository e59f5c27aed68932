#!/bin/sh
# scripts/bench/peers --check: PyTorch takes the same three steps as kdbench, one plain workload and
# one that distils; and a trace with another learning rate is noticed.
#   peers.sh SOURCE KDBENCH
peers=$1/scripts/bench/peers
kdbench=$2

fail() { echo "FAIL: $*"; exit 1; }

for python in python3 /usr/bin/python3; do
    "$python" -c 'import torch, h5py' 2> /dev/null && break
    python=
done
[ -n "$python" ] || { echo "no python3 with torch and h5py here: nothing to compare with"; exit 77; }

"$python" "$peers" --python "$python" --kdbench "$kdbench" --check \
    --only resnet20,kd_resnet20_resnet8 || fail "the steps differ"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$kdbench-double" bench --only kd_resnet20_resnet8 --trace "$work/steps.h5" || fail "no trace"
"$python" -c 'import h5py, sys; h5py.File(sys.argv[1], "a").attrs["lr"] *= 1.0001' "$work/steps.h5"
"$python" "$peers" --python "$python" --trace "$work/steps.h5" > "$work/said"
[ $? = 1 ] || fail "another learning rate passed: $(cat "$work/said")"
grep -q 'update of student' "$work/said" || fail "$(cat "$work/said")"
echo "another learning rate is noticed"
