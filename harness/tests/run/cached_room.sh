#!/bin/sh
# The caches of a folder stay within --cache-size: what was used longest ago goes, but nothing that a
# run still waits for; and what `kdbench cache` lists, verifies and removes.
. "$(dirname "$0")/tools.sh"

sed 's/crd {[^}]*}, dml {}/kd {}, at {}, sp {}/' "$here/tiny.lua" > "$work/sweep.lua"

train() # OPTION...
{
    "$kdbench" run "$work/sweep.lua" -o "$work/runs" "$@" 2> "$work/said" ||
        fail "run $*: $(cat "$work/said")"
}

bytes()
{
    find "$work/runs" -path '*/cache/*.h5' -printf '%s\n' | awk '{ n += $1 } END { print n + 0 }'
}

there() # PATTERN
{
    find "$work/runs" -path "*/cache/*$1*" | grep -q .
}

planned() # what is said to be kept, in bytes at most: no file is larger than that
{
    "$kdbench" plan "$work/sweep.lua" -o "$work/nowhere" "$@"
}

planned | grep -q 'kept: .* of 2.0G' || fail "no word about the budget: $(planned)"
planned --cache-size 1M | grep -q 'not kept, the teacher runs live: .* for at: logits .*stage.*left' ||
    fail "no word about what does not fit: $(planned --cache-size 1M)"
planned --set 'cache_size="3M"' | grep -q 'of 3.0M' || fail "the sweep's own setting"

train
content "$work/runs" > "$work/before"
[ "$(bytes)" -gt 2000000 ] || fail "taps are small here: $(bytes)"
"$kdbench" cache ls -o "$work/runs" > "$work/list"
grep -q "lenet .* train .*logits .*train.logits.h5" "$work/list" || fail "ls: $(cat "$work/list")"

# everything is done, so that anything may go: the taps, used longest ago, are enough
find "$work/runs" -name 'train.logits.h5' -exec touch -d '2001-01-02' {} +
find "$work/runs" -name 'train.*.h5' ! -name '*logits*' -exec touch -d '2001-01-01' {} +
train --cache-size 500K
grep -q "removed .*train.stage.*last used 2001-01-01 .*--cache-size 500.0K" "$work/said" ||
    fail "what goes is said: $(cat "$work/said")"
there 'train.stage1' && fail "the oldest are still there"
there 'test.logits' || fail "the newest are gone"
[ "$(bytes)" -le 512000 ] || fail "$(bytes) bytes are left"

# kd waits: what it needs stays although it is the oldest; the rest makes room
find "$work/runs" -path '*/kd/*' -name run.h5 -delete
find "$work/runs" -path '*/cache/*.h5' -exec touch -d '2001-01-02' {} +
train --cache-size 100K
there 'train.logits' || fail "what a run waits for was removed"
[ "$(bytes)" -le 102400 ] || fail "$(bytes) bytes in spite of 100K"
content "$work/runs" | diff "$work/before" - || fail "the size of the cache decides bits"

# a smaller one than anything: all live, and said in the plan
find "$work/runs" -path '*/kd/*' -name run.h5 -delete
planned --cache-size 1K | grep -q 'kept: 0 of 1.0K' || fail "1K: $(planned --cache-size 1K)"
train --cache-size 1K
[ "$(bytes)" -eq 0 ] || fail "$(bytes) bytes in spite of 1K"
content "$work/runs" | diff "$work/before" - || fail "live runs have other bits"

# ---- the verbs ----
expect() # CODE ARGUMENT...
{
    wanted=$1 code=0
    shift
    "$kdbench" cache "$@" -o "$work/runs" > "$work/out" 2> "$work/err" || code=$?
    [ "$code" = "$wanted" ] || fail "cache $*: $code, not $wanted: $(cat "$work/out" "$work/err")"
}

find "$work/runs" -path '*/at/*' -name run.h5 -delete
train
expect 0 verify
grep -q 'every checksum holds' "$work/out" || fail "verify: $(cat "$work/out")"
stage=$(find "$work/runs" -name train.stage1.h5)
printf 'x' | dd of="$stage" bs=1 seek=200000 conv=notrunc 2> /dev/null
expect 1 verify
grep -q "damaged .*train.stage1.h5.*CRC-32" "$work/out" || fail "verify: $(cat "$work/out")"
expect 1 verify --json
grep -q '"ok":false' "$work/out" || fail "verify --json: $(cat "$work/out")"
expect 0 ls "$stage" --json
id=$(sed 's/.*"id":"\([0-9a-f]*\)".*/\1/' "$work/out")
expect 2 rm
expect 2 rm nothing_like_it
grep -q 'no cache in .* is called nothing_like_it' "$work/err" || fail "$(cat "$work/err")"
there train.stage1 || fail "removed all the same"
expect 2 ls --all
python3 -c 'import fcntl, sys, time
lock = open(sys.argv[1], "a")
fcntl.lockf(lock, fcntl.LOCK_EX)
time.sleep(60)' "$work/runs/.lock" &
holder=$!
sleep 1
expect 3 rm "$id"
grep -q 'in use' "$work/err" || fail "$(cat "$work/err")"
kill "$holder"
wait "$holder" 2> /dev/null || true
there train.stage1 || fail "removed under a run"
expect 0 rm "$id"
there train.stage1 && fail "not removed"
expect 0 verify
expect 0 rm lenet
[ "$(bytes)" -eq 0 ] || fail "rm lenet leaves $(bytes) bytes"
find "$work/runs" -path '*/at/*' -name run.h5 -delete
train
expect 0 rm --all --json
grep -q '"teacher":"lenet"' "$work/out" || fail "rm --json: $(cat "$work/out")"
[ "$(bytes)" -eq 0 ] || fail "rm --all leaves $(bytes) bytes"
train
[ "$(bytes)" -eq 0 ] || fail "computed again although no run waits"
content "$work/runs" | diff "$work/before" - || fail "other bits after all that"
echo "within the size, and never what is needed"
