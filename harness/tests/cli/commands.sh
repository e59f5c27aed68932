#!/bin/sh
# The command as a person uses it, with the real methods, networks and data sets; nothing is trained.
# $1: the folder of the program, $2: the project's folder.
set -eu
kdbench=$1/kdbench
project=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail()
{
    echo "FAILED: $*" >&2
    exit 1
}

# code command...: the exit code must be this
expect()
{
    wanted=$1
    shift
    code=0
    "$kdbench" "$@" > "$work/out" 2> "$work/err" || code=$?
    [ "$code" = "$wanted" ] || fail "kdbench $*: exit code $code, not $wanted: $(cat "$work/err")"
}

says()
{
    grep -q -- "$1" "$work/out" || fail "no '$1' in: $(cat "$work/out")"
}

complains()
{
    grep -q -- "$1" "$work/err" || fail "no '$1' in: $(cat "$work/err")"
}

expect 0 --version
says '^kdbench [0-9]'
expect 2
expect 2 frobnicate

expect 0 list
for method in none kd dkd fitnet at sp rkd pkt crd dml; do
    says "^$method "
done
expect 0 list --json
says '"name":"kd"'
lua5.4 - "$work/out" <<'END' || fail "list --json lacks what a catalogue needs"
local cjson = require "cjson"
local seen = {}
for _, m in ipairs(cjson.decode(io.open(arg[1]):read("a"))) do
  for _, key in ipairs { "title", "category", "scheme" } do
    assert(type(m[key]) == "string" and m[key] ~= "", m.name .. ": " .. key)
  end
  for _, key in ipairs { "key", "authors", "title", "venue", "url" } do
    assert(type(m.cite[key]) == "string" and m.cite[key] ~= "", m.name .. ": cite." .. key)
  end
  assert(m.cite.year > 1950)
  for _, key in ipairs { "source", "tracks", "options", "needs", "claims", "phases" } do
    assert(type(m[key]) == "table" and (#m[key] > 0 or next(m[key]) == nil), m.name .. ": " .. key)
  end
  assert(#m.source > 0 and #m.tracks > 0)
  local sum = 0
  for _, s in ipairs(m.golden.sources) do
    assert(#s.source > 0 and s.cases > 0, m.name .. ": a source of vectors")
    sum = sum + s.cases
  end
  assert(sum == m.golden.cases and m.golden.own <= sum and (sum == 0) == (#m.golden.groups == 0))
  seen[m.name] = m
end
assert(seen.kd.golden.cases >= 2 and seen.kd.golden.own == 0)
assert(seen.kd.golden.sources[1].source:find("^HobbitLong/RepDistiller distiller_zoo/KD.py@"))
assert(seen.kdcl.golden.own > 0 and seen.kdcl.golden.own < seen.kdcl.golden.cases)
assert(seen.none.golden.cases == 0 and seen.crd.needs[1] == "index")
END
expect 0 list --category logit --scheme offline
says '^kd  *offline  *Sources/Logit  *[0-9]'
grep -q '^crd ' "$work/out" && fail "crd is no logit method"
expect 0 describe kdcl
says '^vectors  *[0-9]* cases* from '
says ' derived independently: '
expect 0 list datasets
says '^fashion_mnist '
expect 0 list models
says '^resnet '

# every method and data set can be described and cited
for name in $("$kdbench" list | awk 'NR > 1 { print $1 }') resnet8x4 fashion_mnist; do
    expect 0 describe "$name"
done
for name in $("$kdbench" list | awk 'NR > 1 { print $1 }'); do
    expect 0 cite "$name"
    says '^@'
    says '  title = '
done
expect 2 describe kdd
complains "did you mean 'kd'"

expect 2 prepare fashon_mnist
complains "did you mean 'fashion_mnist'"
expect 0 completion bash
says 'complete -F _kdbench'

# modules that are none: whatever is asked, the answer says which and why
KD_METHOD_PATH=$work/nowhere
export KD_METHOD_PATH
for verb in list "describe kd" "cite kd" "check kd" "plan $project/scripts/smoke.lua"; do
    expect 2 $verb
    complains 'nowhere, which does not exist'
done
mkdir "$work/modules"
echo 'not a module' > "$work/modules/text.so"
cp "$work/modules/text.so" "$work/modules/text.double.so"
KD_METHOD_PATH=$work/modules expect 2 list
complains 'text.so'
unset KD_METHOD_PATH

# every sweep that is shipped expands; the estimate is printed
for sweep in "$project"/scripts/*.lua; do
    expect 0 plan "$sweep" -o "$work/runs"
    says 'core-seconds'
done
expect 0 plan "$project/scripts/smoke.lua" -o "$work/runs" --only '*/kd/*' --set train.epochs=3
says '3 runs'
for name in one two; do
    printf 'return sweep { name = "%s", dataset = fashion_mnist {}, method = kd {},\n%s' $name \
        'pair = { teacher = "resnet20", student = "resnet8" } }' > "$work/$name.lua"
done
expect 0 plan "$work/one.lua" "$work/two.lua" -o "$work/runs" -j 2
says "sweep two in $work/runs/two: 3 runs"
says 'all 2 sweeps: 6 runs'
says 'two .*3 runs, left: .* core-seconds (50%), about .* alone'
echo 'return profile { name = "both", include "one.lua", include "two.lua" }' > "$work/both.lua"
expect 0 plan "$work/both.lua"
says 'sweep one in results/runs/both/one'
expect 2 plan "$work/one.lua" "$work/one.lua"
complains 'two sweeps are called one'
[ ! -e "$work/runs" ] || fail "plan left something behind"

expect 0 plan "$project/scripts/smoke.lua" -o "$work/runs" --cache-size 1K
says 'kept: 0 of 1.0K (--cache-size)'
says 'not kept, the teacher runs live: fashion_mnist resnet8_w0.5, train for .*kd.*: logits, would take'
for size in 2X 1e3 2GB ''; do
    expect 2 plan "$project/scripts/smoke.lua" --cache-size "$size"
    complains "'$size' must be a size such as 500M or 2G"
done
expect 2 plan "$project/scripts/smoke.lua" --set 'cache_size="much"'
complains 'cache_size must be a size such as 500M'

mkdir "$work/nothing"
expect 0 cache ls -o "$work/nothing"
says '^0 files'
expect 0 cache ls -o "$work/nothing" --json
says '^\[\]$'
expect 0 cache verify -o "$work/nothing"
expect 0 cache rm --all -o "$work/nothing"
expect 2 cache rm -o "$work/nothing"
expect 2 cache ls -o "$work/nowhere"
expect 2 cache
expect 2 cache defrag
expect 0 completion bash
says 'cache-size'

printf 'return sweep {\n  name = "x",\n  dataset = fashion_mnist {},\n  metod = kd {},\n}\n' > "$work/bad.lua"
expect 2 run "$work/bad.lua" -o "$work/runs"
complains "$work/bad.lua:4: sweep has no metod; did you mean 'method'?"
expect 2 run "$project/scripts/smoke.lua" --set method.kd.T=-1 -o "$work/runs"
complains 'T must be'
expect 2 resume "$work"
mkdir "$work/empty"
expect 3 report "$work/empty"
complains 'no runs'
echo "commands answer as they should"
