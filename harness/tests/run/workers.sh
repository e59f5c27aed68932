#!/bin/sh
# The same bits, however many workers there are: one, two, more than there are processors; and when a
# worker opens its data by itself instead of finding it opened.
. "$(dirname "$0")/tools.sh"

run -j 1 -o "$work/runs1" || fail "one worker"
run -j 2 -o "$work/runs2" || fail "two workers"
same_content "$work/runs1" "$work/runs2" "two workers"
run -j 5 -o "$work/runs5" || fail "five workers"
same_content "$work/runs1" "$work/runs5" "five workers"

for file in $(find "$work/runs2" -name run.h5); do
    folder=$(dirname "$file")
    rm "$file" "$folder/journal.jsonl"
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 "$kdbench" worker "$folder" || fail "$folder alone"
done
same_content "$work/runs1" "$work/runs2" "workers that open their own data"

# where the time went is stored, once a session in which something ran
run -j 2 -o "$work/runs2" || fail "nothing left to do"
[ "$(wc -l < "$work/runs2/times.jsonl")" = 1 ] || fail "times.jsonl: $(cat "$work/runs2/times.jsonl")"
grep -q '"event":"run".*"workers":2' "$work/runs2/times.jsonl" || fail "no times were stored"
echo "same bits with 1, 2 and 5 workers"
