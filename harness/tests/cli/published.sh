#!/bin/sh
# The literature beside kdbench, with the real methods: what is committed is what the command writes.
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

refused() # code text command...
{
    wanted=$1 text=$2 code=0
    shift 2
    "$kdbench" "$@" > "$work/out" 2> "$work/err" || code=$?
    [ "$code" = "$wanted" ] || fail "kdbench $*: exit code $code, not $wanted"
    grep -q -- "$text" "$work/err" || fail "no '$text' in: $(cat "$work/err")"
}

# the catalogue and the figure of the survey's tree: `make catalogue` writes both
"$kdbench" list methods --markdown > "$work/CATALOGUE.md"
diff "$project/methods/CATALOGUE.md" "$work/CATALOGUE.md" > "$work/diff" ||
    fail "methods/CATALOGUE.md is not what make catalogue writes: $(head -5 "$work/diff")"
if command -v gnuplot > /dev/null; then
    "$kdbench" published --taxonomy -q -o "$work/taxonomy"
    [ -s "$work/taxonomy/figures/taxonomy.pdf" ] || fail "no figure was drawn"
else
    "$kdbench" published --taxonomy -q --tables -o "$work/taxonomy"
fi
for file in "$work"/taxonomy/taxonomy.* "$work"/taxonomy/figures/*.dat "$work"/taxonomy/figures/*.gp; do
    [ -e "$file" ] || continue
    diff "$project/results/reference/taxonomy/${file#"$work/taxonomy/"}" "$file" > "$work/diff" ||
        fail "results/reference/taxonomy is not what make catalogue writes: $(head -5 "$work/diff")"
done

# the agreement of orders, from the committed runs.csv: `make reference` writes it
"$kdbench" published --agreement -q --tables -o "$work/agreement"
for file in "$work"/agreement/*; do
    diff "$project/results/reference/agreement/$(basename "$file")" "$file" > "$work/diff" ||
        fail "results/reference/agreement is not what make reference writes: $(head -5 "$work/diff")"
done
grep -q 'Fashion-MNIST (quick' "$work/agreement/agreement.csv" || fail "the quick images are missing"

# every alias names a method and its options, every method of survey.csv is one
"$kdbench" list methods --json > "$work/methods"
KD_HOME=$project LUA_PATH="$project/harness/lua/?.lua;;" lua5.4 - "$work/methods" <<'END' || fail "a name is unknown"
local cjson, csv, data = require "cjson", require "published.csv", require "published.data"
local known, networks = {}, {}
for _, m in ipairs(cjson.decode(io.open(arg[1]):read("a"))) do
  known[m.name] = { networks = true }
  for _, o in ipairs(m.options) do known[m.name][o.name] = o end
end
local home = os.getenv "KD_HOME"
for _, row in ipairs(csv.read(home .. "/results/published/aliases.csv")) do
  if row.method ~= data.TEACHER and row.method ~= data.NOT_IMPLEMENTED then
    assert(known[row.method], row.name .. " is " .. row.method)
    for key, value in pairs(data.options(row.options)) do
      local o = assert(known[row.method][key], row.method .. " has no option " .. key)
      assert(o == true or type(o.default) == type(value), row.name .. ": " .. key)
    end
  end
end
for _, row in ipairs(csv.read(home .. "/methods/survey.csv")) do
  assert(row.method == "" or known[row.method], row.title .. ": " .. row.method)
end
END
sed -n '2,$s/.*,//p' "$project/results/published/networks.csv" | grep -v 'not here' | sort -u > "$work/networks"
[ -s "$work/networks" ] || fail "no networks"
while read -r network; do
    "$kdbench" describe "$network" > /dev/null 2>&1 || fail "there is no network $network"
done < "$work/networks"

# tables
"$kdbench" published --list > "$work/out"
grep -q '^C100-same-RD  *101 ' "$work/out" || fail "no block C100-same-RD"
"$kdbench" published C100-same-RD > "$work/out"
grep -q '^| KD | 74.92 | 73.54 | 70.66 | 70.67 | 73.08 | 73.33 | 72.98 |$' "$work/out" ||
    fail "the block has another order or other values: $(cat "$work/out")"
"$kdbench" published -q -o "$work/all"
[ "$(ls "$work"/all/*.tex | wc -l)" = "$(($(wc -l < "$project/results/published/blocks.csv") - 1))" ] ||
    fail "not every block was written"
grep -q 'not run' "$work/all/README.md" || fail "the overview does not say what was not run"

refused 2 "did you mean 'C100-DKD'" published C100-DKT
refused 2 "is not a folder" published --runs "$work/nowhere"
refused 2 "markdown is of all methods" list datasets --markdown
echo "the literature is as committed"
