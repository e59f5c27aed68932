#!/bin/sh
# SIGTERM and SIGINT stop a sweep cleanly: exit code 3, nothing half-written, and it goes on from
# where it was. A second run on the same folder is refused while the first works.
. "$(dirname "$0")/tools.sh"

long="--set train.epochs=30" # still at work when it is told to stop
run $long -j 2 -o "$work/whole" || fail "the sweep itself"
for signal in TERM INT; do
    rm -rf "$work/stopped"
    # a background job of a shell ignores SIGINT; setsid and a trap-free program do not
    perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' \
        "$kdbench" run "$here/tiny.lua" -q $long -j 2 -o "$work/stopped" 2> "$work/said" &
    parent=$!
    sleep 0.7
    if "$kdbench" run "$here/tiny.lua" -q -o "$work/stopped" 2> "$work/second"; then
        fail "a second run was not refused"
    fi
    grep -q "in use" "$work/second" || fail "refused without a reason: $(cat "$work/second")"
    kill -$signal $parent || fail "the sweep was over before it could be stopped"
    code=0
    wait $parent || code=$?
    [ $code = 3 ] || fail "SIG$signal: exit code $code: $(cat "$work/said")"
    grep -q "resume" "$work/said" || fail "SIG$signal: no word about resuming"
    "$kdbench" resume "$work/stopped" -q -j 2 || fail "resuming after SIG$signal"
    same_content "$work/whole" "$work/stopped" "SIG$signal"
done
echo "stopped and resumed"
