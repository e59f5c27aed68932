#!/bin/sh
# Every command of the README, in a copy of the sources, in order: the tour, the example of a method,
# the example of a sweep. The two commands of its second section are only looked up: one of them is
# what runs this test.
. "$(dirname "$0")/tools.sh"
root=$(cd "$here/../../.." && pwd)
unset KD_DATA
export KD_NO_SETUP=1
XDG_CACHE_HOME=${XDG_CACHE_HOME:-$HOME/.cache} # the data, which is not fetched again
HOME=$work/home
export XDG_CACHE_HOME HOME
mkdir "$HOME"

mkdir "$work/tree"
(cd "$root" && git ls-files -z | xargs -0 cp --parents -t "$work/tree") || fail "copying the sources"
cd "$work/tree"

# shell blocks, each ended by a line "#end"
awk '/^```sh$/ { on = 1; next } /^```$/ { if (on) print "#end"; on = 0 } on' README.md > "$work/all"
[ "$(grep -c '^#end$' "$work/all")" -ge 4 ] || fail "the README lost its commands"

awk -v RS='#end\n' -v out="$work/block" '{ printf "%s", $0 > out NR }' "$work/all"
for block in $(ls "$work"/block* | sort -V); do
    case $(head -n 1 "$block") in
    "make reproduce" | "make test")
        target=$(sed 's/^make //' "$block")
        make -n "$target" > /dev/null || fail "there is no target $target"
        ;;
    *)
        echo "--- $(basename "$block")"
        sh -eu "$block" > "$work/said" 2>&1 || { tail -40 "$work/said"; fail "$(cat "$block")"; }
        ;;
    esac
done

ls results/runs/tour/report/vision/accuracy.md results/runs/tour/report/vision/figures/accuracy.svg > /dev/null
find results/runs/smoke -path '*normkd*' -name run.h5 | grep -q . ||
    fail "the example method was not trained"

# its table is the committed one
sed -n '/^| Method/,/^$/p' README.md | grep '^|' > "$work/table"
[ -s "$work/table" ] || fail "the README lost its table"
grep '^|' results/reference/quick/tracks-gain.md | diff - "$work/table" ||
    fail "the table is not that of results/reference/quick"

# a sweep is planned as it stands, what is a part of a pair inside of one
awk -v out="$work/lua" '/^```lua$/ { on = 1; n++; next } /^```$/ { on = 0 } on { print > out n }' README.md
for lua in "$work"/lua*; do
    if ! grep -q '^return sweep' "$lua"; then
        { echo 'return sweep { name = "part", dataset = fashion_mnist {}, method = kd {},'
          echo 'pair = { student = "resnet8",'; cat "$lua"; echo '} }'; } > "$work/part"
        mv "$work/part" "$lua"
    fi
    build/kdbench plan "$lua" > "$work/said" 2>&1 || fail "$(cat "$lua" "$work/said")"
done
echo "every command of the README works"
