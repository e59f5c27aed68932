# What is stored: judged, merged, read by others' tools, cleared away; and damaged on purpose in every
# way, in which case the file is named, and never counted as done.
. "$(dirname "$0")/tools.sh"
lua=$(command -v lua5.4 || command -v lua)

says() # file, words: what must stand in a file
{
    grep -q -- "$2" "$1" || { cat "$1" >&2; fail "$3: does not say '$2'"; }
}

run -o "$work/good"
good=$(cd "$work/good" && find . -path '*/none/*' -name run.h5)
other=$(cd "$work/good" && find . -path '*/dml/*' -name run.h5)
"$kdbench" validate "$work/good" > "$work/said" || fail "whole files are not valid"
says "$work/said" "4 files, as the schema says" validate
"$kdbench" report "$work/good" -q -o "$work/report" 2> "$work/said" || fail "no report"
! grep -v '^kdbench: report in' "$work/said" || fail "the report complains of whole files"

# ---- merged: small, the same bytes twice, the same report, and others' tools read it
"$kdbench" merge "$work/good" -q -o "$work/merged" || fail "no merged file"
"$kdbench" merge "$work/good" -q -o "$work/again.h5" || fail "no merged file"
cmp "$work/merged/results.h5" "$work/again.h5" || fail "merged twice, other bytes"
"$kdbench" validate "$work/merged" > /dev/null || fail "a merged file is not valid"
"$kdbench" report "$work/merged" -q -o "$work/report2" || fail "no report of a merged file"
diff -r "$work/report" "$work/report2" || fail "the merged file gives another report"
[ "$(find "$work/merged" -type f)" = "$work/merged/results.h5" ] || fail "a report wrote beside it"
[ "$(wc -c < "$work/again.h5")" -lt 100000 ] || fail "the merged file is not small"
mkdir "$work/profile"
cp -r "$work/good" "$work/profile/tiny"
echo '{"name":"two","sweeps":["tiny"]}' > "$work/profile/profile.json"
"$kdbench" merge "$work/profile" -q -o "$work/profile2" || fail "no merged files of a profile"
for from in profile profile2; do
    "$kdbench" report "$work/$from" -q -o "$work/of-$from" || fail "no report of $from"
done
diff -r "$work/of-profile" "$work/of-profile2" || fail "merged files give another page of a profile"

if /usr/bin/python3 -c 'import h5py' 2> /dev/null; then
    /usr/bin/python3 "$here/store_h5py.py" "$work/good/$good" "$work/again.h5" || fail "h5py"
else
    echo "python3-h5py is not installed: not tried"
fi
hash=$(h5dump -a /spec/json "$work/good/$good" | sed -n 's/^ *(0): "\(.*\)"$/\1/p' | tr -d '\n' \
       | sha256sum | cut -c1-64)
one=$(h5dump -d /curve/lr "$work/good/$good" | sed -n '/DATA {/,/}/p')
two=$(h5dump -d "/runs/$hash/curve/lr" "$work/again.h5" | sed -n '/DATA {/,/}/p')
[ -n "$one" ] && [ "$one" = "$two" ] || fail "h5dump reads another curve in the merged file"

# ---- damaged
hurt() # name, words that say what is wrong; the file is $file
{
    name=$1 words=$2
    "$kdbench" validate "$work/bad" > "$work/said" && fail "$name: validate finds nothing"
    says "$work/said" "none/.*run.h5.*$words" "$name: validate"
    says "$work/said" "4 files, 1 with faults" "$name: validate"
    "$kdbench" plan "$here/tiny.lua" -o "$work/bad" > "$work/said" 2> "$work/err" || fail "$name: plan"
    says "$work/err" "left out: .*none/.*run.h5.*$words" "$name: plan"
    grep -q 'damaged' "$work/said" || fail "$name: plan does not count a damaged run"
    "$kdbench" report "$work/bad" --tables -q -o "$work/hurt" 2> "$work/err" || fail "$name: report"
    says "$work/err" "left out: .*none/.*run.h5.*$words" "$name: report"
    grep -q '^idx,student,none,.*,failed,.*run.h5' "$work/hurt/runs.csv" \
        || fail "$name: runs.csv has no row with the reason"
    ! grep -q '^idx,student,none,.*,done,' "$work/hurt/runs.csv" || fail "$name: counted as done"
    rm -rf "$work/hm"
    "$kdbench" merge "$work/bad" -q -o "$work/hm" 2> "$work/err" && fail "$name: merge is silent"
    says "$work/err" "left out: .*none/.*run.h5.*$words" "$name: merge"
    "$kdbench" validate "$work/hm" > /dev/null || fail "$name: the merged file is not valid"
    "$kdbench" report "$work/hm" --tables -q -o "$work/hurt2" || fail "$name: no report of the merged file"
    diff -r "$work/hurt" "$work/hurt2" || fail "$name: the merged file gives another report"
    rm -rf "$work/hurt" "$work/hurt2"
}

fresh()
{
    rm -rf "$work/bad"
    cp -r "$work/good" "$work/bad"
    file=$work/bad/$good
}

fresh; : > "$file"; hurt "of no length" "not a sealed file"
fresh; head -c 20000 "$work/good/$good" > "$file"; hurt "cut short" "checksum does not hold"
fresh; head -c 300 "$work/good/$good" > "$file"; hurt "cut in its head" "not a sealed file"
fresh; printf X | dd of="$file" bs=1 seek=15000 conv=notrunc 2> /dev/null; hurt "a byte changed" "checksum"
fresh; echo "no HDF5 at all" > "$file"; hurt "of another kind" "not a sealed file"
fresh; "$lua" "$here/forge.lua" "$file" schema_version 2; hurt "of another version" "schema version 2"
fresh; cp "$work/good/$other" "$file"; "$kdbench" validate "$work/bad" > "$work/said" && fail "swapped"
says "$work/said" "none/.*its folder is for" "another run's file: validate"
"$kdbench" report "$work/bad" --tables -q -o "$work/hurt" 2> "$work/err"
says "$work/err" "left out: .*none/.*holds another run" "another run's file: report"
# forged: the seal holds, the content's own checksum does not. What looks for work reads everything.
fresh; "$lua" "$here/forge.lua" "$file" test_top1 99.5
"$kdbench" validate "$work/bad" > "$work/said" && fail "a forged number is not found"
says "$work/said" "none/.*content_sha256" "a forged number: validate"
"$kdbench" merge "$work/bad" -q -o "$work/hm" 2> "$work/err" && fail "a forged number is merged"
says "$work/err" "left out: .*content_sha256" "a forged number: merge"

# half-written: the part is not looked at, and the run is not done
fresh; mv "$file" "$file.part"
"$kdbench" report "$work/bad" --tables -q -o "$work/hurt" || fail "half-written: report"
grep -q '^idx,student,none,.*,not run,' "$work/hurt/runs.csv" || fail "half-written: counted"

# trained again, with the same bits; gc has taken away what is of no use, and no more
fresh; printf X | dd of="$file" bs=1 seek=15000 conv=notrunc 2> /dev/null
crd=$(cd "$work/bad" && find . -path '*/crd/*' -name run.h5)
mkdir -p "$work/bad/idx/crd/gone/seed7-0123456789ab"
cp "$work/bad/$crd" "$work/bad/idx/crd/gone/seed7-0123456789ab/"
echo half > "$work/bad/$crd.part"
echo old > "$(dirname "$work/bad/$crd")/checkpoint.h5"
"$kdbench" gc "$work/bad" > "$work/said" 2> /dev/null || fail "gc"
for words in "damaged: " "run.h5.part: half-written" "checkpoint of a finished run" \
             "seed7-0123456789ab: not in the sweep"; do
    says "$work/said" "$words" gc
done
[ -f "$work/bad/$crd.part" ] || fail "gc removes without being told"
"$kdbench" gc "$work/bad" --force > "$work/said" 2> /dev/null || fail "gc --force"
[ ! -e "$file" ] && [ ! -e "$work/bad/$crd.part" ] && [ ! -e "$work/bad/idx/crd/gone" ] \
    && [ -f "$work/bad/$crd" ] || fail "gc --force took too little, or too much"
"$kdbench" gc "$work/bad" | grep -q "^0 things" || fail "gc finds more"
fresh; printf X | dd of="$file" bs=1 seek=15000 conv=notrunc 2> /dev/null
run -o "$work/bad" 2> "$work/err" || fail "it does not run again"
says "$work/err" "left out: .*none/.*run.h5 is damaged" run
same_content "$work/good" "$work/bad" "trained again after damage"

# gc leaves alone where something runs
"$kdbench" run "$here/tiny.lua" -q -o "$work/busy" --set train.epochs=2000 2> /dev/null &
pid=$!
until [ -n "$(find "$work/busy" -name journal.jsonl 2> /dev/null)" ]; do
    kill -0 $pid 2> /dev/null || fail "the run to look at is over"
    sleep 0.2
done
"$kdbench" gc --force "$work/busy" > "$work/said" 2> "$work/err" && fail "gc where a run is active"
says "$work/err" "left alone" "gc where a run is active"
kill $pid
wait $pid || true

# a damaged merged file is named, and gives no report
printf X | dd of="$work/merged/results.h5" bs=1 seek=9000 conv=notrunc 2> /dev/null
"$kdbench" report "$work/merged" -q -o "$work/none" 2> "$work/err" && fail "a damaged merged file"
says "$work/err" "results.h5 is damaged" "a damaged merged file: report"
"$kdbench" validate "$work/merged" > "$work/said" && fail "a damaged merged file is valid"
says "$work/said" "results.h5 is damaged" "a damaged merged file: validate"
echo "stored files are judged, merged, damaged, named and cleared away"
