#!/bin/sh
# Stored runs are trained again and come out with the same bits; what was changed in a file is found,
# whether its checksums were made anew or not. Two folders side by side: the same, another machine's,
# other settings, what is missing.
. "$(dirname "$0")/tools.sh"
root=$(cd "$here/../../.." && pwd)
TMPDIR=$work/tmp
export TMPDIR
mkdir "$TMPDIR"

expect() # exit code, command...
{
    wanted=$1
    shift
    code=0
    "$kdbench" "$@" > "$work/said" 2>&1 || code=$?
    [ $code = "$wanted" ] || { cat "$work/said"; fail "kdbench $*: exit code $code, not $wanted"; }
}

says()
{
    grep -q -- "$1" "$work/said" || { cat "$work/said"; fail "it does not say '$1'"; }
}

# Changes one value of a run's file: by=write makes all checksums anew, by=seal only the outer one,
# as if somebody wrote the file by other means. A Lua tree of its own stands for the command's.
mkdir -p "$work/forge/harness"
cp -r "$root/harness/lua" "$work/forge/harness/lua"
cat > "$work/forge/harness/lua/cli.lua" <<'EOF'
local kd = require "kd"
return { main = function(argv)
  local path, by, group, name, points = table.unpack(argv)
  local tree = assert(kd.run_read(path))
  local at = group == "curve" and tree.curve[name] or tree.final.last
  local key = group == "curve" and #at or name
  at[key] = at[key] + tonumber(points)
  assert((by == "write" and kd.run_write or kd.h5_write)(path, tree))
  return 0
end }
EOF
forge()
{
    KD_HOME=$work/forge "$kdbench" "$@" || fail "forging $*"
}

run -o "$work/one" -j 2 || fail "run"

# ---- verify ------------------------------------------------------------------------------

expect 0 verify "$work/one" -q
[ "$(grep -c '^same bits: ' "$work/said")" = 3 ] || { cat "$work/said"; fail "a sample of 3"; }
says 'now: '
[ -z "$(ls "$TMPDIR")" ] || fail "a scratch folder is left: $(ls "$TMPDIR")"
expect 0 verify "$work/one" -q --sample 1 --retrain --json
says '"agrees":true'
[ "$(grep -o '"verdict":"same bits"' "$work/said" | wc -l)" = 2 ] || fail "student and teacher"
expect 0 verify "$work/one" -q --cell teacher
says '^same bits: idx/teacher/lenet/'
expect 2 verify "$work/one" --cell nobody
expect 2 verify "$work/nowhere"

cp -r "$work/one" "$work/forged"
for method in crd dml none; do
    set -- "$work"/forged/idx/$method/*/*/run.h5
    case $method in
    crd) forge "$1" write curve loss 1e-9 ;;
    dml) forge "$1" write final test_top1 0.5 ;;
    none) forge "$1" seal curve loss 1 ;;
    esac
done
expect 1 verify "$work/forged" -q
says '^different: idx/crd/'
says 'curve/loss epoch 3: .* (by -1e-09)'
says '^different: idx/dml/'
says 'final/last/test_top1: .* (by -0.5)'
says '^different: idx/none/.*does not have its content_sha256'
scratch=$(sed -n 's/^the reruns are in //p' "$work/said")
[ -d "$scratch/idx" ] || fail "the reruns are not in '$scratch'"
expect 0 compare "$work/one" "$scratch"

# from a merged file alone, whose teacher has to be trained again
"$kdbench" merge "$work/one" -q -o "$work/merged/results.h5" || fail "merge"
expect 0 verify "$work/merged" -q --cell none
says '^same bits: idx/none/'
says '^same bits: idx/teacher/lenet/'
expect 0 compare "$work/merged" "$work/one"
says '^4 cells in both: 4 same bits'
"$kdbench" merge "$work/forged" -q -o "$work/bad/results.h5" 2> "$work/said" && fail "a forged file merged"
expect 1 compare "$work/one" "$work/bad"
says 'done in A, failed: .*content_sha256 in B'
says 'different: other bits'
expect 1 verify "$work/bad" -q --cell crd
says '^different: idx/crd/'

# another instruction set's digits, within a tolerance and beyond none
KD_SIMD=off
export KD_SIMD
expect 0 verify "$work/one" -q --cell none --tolerance 100 --scratch "$work/portable"
says '^within tolerance: idx/none/'
says 'bits need not be the same: .*simd'
unset KD_SIMD
[ -d "$work/portable/idx" ] || fail "--scratch was not kept"
expect 3 verify "$work/one" -q --cell none --scratch "$work/portable"
says 'must be a new or empty folder'

# ---- compare -------------------------------------------------------------------------------

expect 0 compare "$work/one" "$work/one"
says 'compared bit by bit'
says '^4 cells in both: 4 same bits, 0 within spread, 0 different, 0 unresolved; only in A: 0'
expect 1 compare "$work/one" "$work/forged"
says 'other bits for no reason: idx/crd/.*curve/loss epoch 3'

run -o "$work/other" -j 2 --set train.lr=0.1 || fail "another learning rate"
expect 1 compare "$work/one" "$work/other"
says 'different: other settings: train.lr: 0.05, 0.1'
says '0 same bits, 0 within spread, 4 different'

run -o "$work/fewer" -j 2 --only none || fail "fewer"
expect 0 compare "$work/one" "$work/fewer"
says 'only in A:  idx  lenet-resnet8_w0.25  crd  *seeds 0'
says '2 cells in both: 2 same bits.*only in A: 2, only in B: 0'
expect 1 compare "$work/fewer" "$work/other" --json
says '"only":\[{"dataset":"idx","method":"crd"'

# another instruction set stands for another machine: intervals, whatever they say of so few images
run -o "$work/seeds" -j 2 --only none --set 'seed=range(0, 2)' || fail "three seeds"
(
    KD_SIMD=off
    export KD_SIMD
    run -o "$work/off" -j 2 --only none --set 'seed=range(0, 2)' || fail "three seeds, portable"
)
code=0
"$kdbench" compare "$work/seeds" "$work/off" > "$work/said" 2>&1 || code=$?
[ $code -le 1 ] || { cat "$work/said"; fail "exit code $code"; }
says 'Bits need not be the same: .*simd: '
says 'hold simultaneously over'
says 'none  *3 .* ± '
says '2 cells in both: 0 same bits'

# the images are others
mv "$KD_DATA/idx" "$work/idx"
mkdir "$KD_DATA/idx"
cut_images train 500 '\0\0\1\364'
cut_images t10k 200 '\0\0\0\310'
run -o "$work/data" -j 2 --only none || fail "other data"
expect 1 compare "$work/one" "$work/data"
says 'different: seed 0: other data'
expect 1 verify "$work/one" -q --cell none
says '^different: idx/none/.*other data'
echo "stored runs are verified, folders are compared"
