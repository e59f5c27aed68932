#!/bin/sh
# SIGKILL of a worker, and of the process that started it, at the points around every write; a
# resumed sweep ends with the same bits as one that was never touched. KD_KILL_STRIDE=1: every point
# (default: every third, from a seeded start).
. "$(dirname "$0")/tools.sh"

stride=${KD_KILL_STRIDE:-3}
start=$((${KD_KILL_SEED:-0} % stride + 1))

KD_TEST_KILL_LOG=$work/points run -j 1 -o "$work/whole" || fail "the sweep itself"
for role in worker parent; do
    # points that one process passes: the busiest worker, or the only parent
    case $role in
    worker) n=$(KD_TEST_KILL_LOG=$work/one run -j 1 -o "$work/count" --only crd && grep -c '^worker' "$work/one") ;;
    parent) n=$(grep -c '^parent' "$work/points") ;;
    esac
    [ "$n" -gt 3 ] || fail "only $n points for a $role"
    at=$start
    while [ "$at" -le "$n" ]; do
        rm -rf "$work/killed"
        code=0
        KD_TEST_KILL=$role:$at run -j 1 -o "$work/killed" 2>/dev/null || code=$?
        [ $role = worker ] || [ $code = 137 ] || fail "$role:$at ended with $code, not killed"
        run -j 1 -o "$work/killed" || fail "resuming after $role:$at"
        same_content "$work/whole" "$work/killed" "$role:$at"
        at=$((at + stride))
    done
    echo "$role: points 1..$n, every $stride from $start, same bits after each"
done
