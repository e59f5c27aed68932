#!/bin/sh
# Equal tuning: as many trials of each method, none too; killed among its trials and among what these
# chose, and resumed, a sweep chooses the same settings and ends with the same bits. Trials stand in
# no table but their own.
. "$(dirname "$0")/tools.sh"

sed 's/seed = 0,/seed = range(0, 1), tune = { trials = 3, on = "validation" },/
     s/crd {[^}]*}, dml {}/kd {}, at {}/' "$here/tiny.lua" > "$work/tuned.lua"
"$kdbench" plan "$work/tuned.lua" -o "$work/whole" > "$work/said" || fail "plan"
grep -q 'settings chosen for 0 of 3' "$work/said" || fail "plan says nothing: $(cat "$work/said")"
grep -q '6 runs with chosen settings are planned when their trials are done' "$work/said" ||
    fail "plan does not count what waits: $(cat "$work/said")"

"$kdbench" run "$work/tuned.lua" -q -j 2 -o "$work/whole" || fail "the sweep itself"
for method in none kd at; do
    set -- "$work"/whole/idx/$method/*/trial*/run.h5
    [ $# = 3 ] || fail "$method had $# trials"
done
"$kdbench" plan "$work/tuned.lua" -o "$work/whole" > "$work/said" || fail "plan, done"
grep -q 'settings chosen for 3 of 3' "$work/said" || fail "not chosen: $(cat "$work/said")"
if grep -q 'todo' "$work/said"; then
    fail "something is left: $(cat "$work/said")"
fi
chosen() # what was chosen for what
{
    grep '"kind":"tuned"' "$1/sweep.jsonl" | sed 's/.*"number":\([0-9]*\).*"search":"\([^"]*\)".*/\2 \1/'
}
[ "$(chosen "$work/whole" | wc -l)" = 6 ] || fail "settings: $(chosen "$work/whole")"

# killed when so many runs were there: among the first stage's, among the second's
total=$(find "$work/whole" -name run.h5 | wc -l)
for n in 9 $((total - 1)); do
    rm -rf "$work/killed"
    setsid "$kdbench" run "$work/tuned.lua" -q -j 1 -o "$work/killed" 2> /dev/null &
    parent=$!
    tries=0
    while [ "$(find "$work/killed" -name run.h5 2> /dev/null | wc -l)" -lt "$n" ]; do
        tries=$((tries + 1))
        [ $tries -lt 6000 ] || fail "run $n never ended"
        sleep 0.1
    done
    kill -KILL -$parent 2> /dev/null || true
    wait $parent 2> /dev/null || true
    "$kdbench" resume "$work/killed" -q -j 2 || fail "resuming after $n runs"
    same_content "$work/whole" "$work/killed" "killed after $n of $total runs"
    [ "$(chosen "$work/killed")" = "$(chosen "$work/whole")" ] || fail "another choice after $n runs"
done

# what was asked for alone, then the rest
rm -rf "$work/only"
"$kdbench" run "$work/tuned.lua" -q -j 2 -o "$work/only" --only idx/kd/ || fail "--only"
chosen "$work/only" | sort -u > "$work/one"
[ "$(wc -l < "$work/one")" = 1 ] || fail "--only chose $(cat "$work/one")"
"$kdbench" resume "$work/only" -q -j 2 || fail "the others"
same_content "$work/whole" "$work/only" "the others after --only"

"$kdbench" report "$work/whole" -q || fail "report"
report=$work/whole/report
grep -q '^### Results after 3 trials' "$report/tuned.md" || fail "$(cat "$report/tuned.md")"
grep -q '576 training samples seen in each' "$report/tuned.md" || fail "$(cat "$report/tuned.md")"
grep -q "^### Results at the papers' defaults" "$report/accuracy.md" || fail "$(cat "$report/accuracy.md")"
grep -q '| Student |.*(2)' "$report/accuracy.md" || fail "trials were counted: $(cat "$report/accuracy.md")"
if grep -q ',1000000,' "$report/runs.csv"; then
    fail "trials among the runs of the tables"
fi
for name in tuned-difference-none.csv tuned-gain.csv tuned-settings.csv tuned-trials.csv \
            figures/sensitivity-kd.svg figures/sensitivity-none.pdf; do
    [ -s "$report/$name" ] || fail "no $name"
done
# every trial of every method, each once an option
[ "$(cut -d, -f2,4 "$report/tuned-trials.csv" | tail -n +2 | sort -u | wc -l)" = 9 ] ||
    fail "$(cat "$report/tuned-trials.csv")"

# one file of all of it says the same
"$kdbench" merge "$work/whole" -o "$work/merged" > "$work/said" || fail "merge: $(cat "$work/said")"
"$kdbench" report "$work/merged" -q --tables || fail "report of the merged file"
for name in accuracy.csv tuned.csv tuned-gain.csv tuned-settings.csv tuned-trials.csv; do
    cmp "$report/$name" "$work/merged/report/$name" || fail "$name differs after merge"
done

# they are run again like any other
"$kdbench" verify "$work/whole" --cell /kd/lenet-resnet8_w0.25/trial2 -q > "$work/said" || fail "verify"
grep -q 'same bits: idx/kd/lenet-resnet8_w0.25/trial2-' "$work/said" || fail "$(cat "$work/said")"

sed 's/on = "validation"/on = "validation", seed = 1/' "$work/tuned.lua" > "$work/overlap.lua"
code=0
"$kdbench" run "$work/overlap.lua" -q -o "$work/refused" 2> "$work/said" || code=$?
[ $code = 2 ] || fail "overlapping seeds: exit code $code"
grep -q 'overlap.lua:[0-9]*: tune.seed 1 is also a seed' "$work/said" || fail "$(cat "$work/said")"
echo "tuned, killed and resumed: the same choice and the same bits"
