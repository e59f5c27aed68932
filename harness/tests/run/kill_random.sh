#!/bin/sh
# SIGKILL at random moments, twenty times: in turn a worker, the parent, and both at once. The
# resumed sweep ends with the same bits, with one worker at a time or two.
. "$(dirname "$0")/tools.sh"

run -j 1 -o "$work/whole" || fail "the sweep itself"
run -j 2 -o "$work/killed" > /dev/null 2>&1 &
wait $!
same_content "$work/whole" "$work/killed" "two workers"

seed=${KD_KILL_SEED:-1}
random() # 0..$1-1
{
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    echo $((seed / 65536 % $1))
}

rm -rf "$work/killed"
kills=0
while [ "$kills" -lt "${KD_KILLS:-20}" ]; do
    setsid "$kdbench" run "$here/tiny.lua" -q -j 2 -o "$work/killed" > /dev/null 2>&1 &
    parent=$!
    sleep "$(printf '0.%03d' "$(random 900)")"
    if ! kill -0 $parent 2>/dev/null; then
        wait $parent || true
        same_content "$work/whole" "$work/killed" "after $kills kills"
        rm -rf "$work/killed"
        continue
    fi
    case $((kills % 3)) in
    0) pkill -KILL -P $parent || true ;;
    1) kill -KILL $parent || true ;;
    2) kill -KILL -$parent || true ;;
    esac
    kills=$((kills + 1))
    [ $((kills % 3)) = 1 ] || wait $parent 2>/dev/null || true
    if [ $((kills % 3)) = 1 ]; then
        kill -KILL -$parent 2>/dev/null || true
        wait $parent 2>/dev/null || true
    fi
done
run -j 2 -o "$work/killed" || fail "resuming after $kills kills"
same_content "$work/whole" "$work/killed" "$kills kills"
echo "$kills kills, same bits"
