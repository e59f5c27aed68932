# Hundreds of run files ($2: copies of each of three students; 3333 of them when timed, ctest -C bench):
# every one is in the report, and the same tables come from the one file that they merge into.
. "$(dirname "$0")/tools.sh"
copies=${2:-67}
runs=$((3 * copies + 1))

run -o "$work/one"
"$1/harness/tests/many_runs" "$work/one" "$work/many" "$copies"
[ "$(find "$work/many" -name run.h5 | wc -l)" = $runs ] || fail "not $runs files"

began=$(date +%s%N)
"$kdbench" report "$work/many" -q -o "$work/a" || fail "no report"
took=$((($(date +%s%N) - began) / 1000000))
echo "$runs run files: report in $took ms"
[ "$(cut -d, -f6 "$work/a/runs.csv" | sort -u | wc -l)" = $((runs + 1)) ] \
    || fail "runs.csv has not every run"
[ "$(cut -d, -f5 "$work/a/accuracy.csv" | grep -c "^$copies$")" -ge 3 ] \
    || fail "accuracy.csv does not have $copies seeds of each student"

"$kdbench" merge -q "$work/many" -o "$work/merged" || fail "no merged file"
"$kdbench" report "$work/merged" -q -o "$work/b" || fail "no report of the merged file"
diff -r "$work/a" "$work/b" || fail "the merged file gives another report"

[ "$copies" -lt 3333 ] || [ $took -lt 10000 ] || fail "$took ms, not under 10 s"
