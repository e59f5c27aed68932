#!/bin/sh
# The committed tables are those that the committed runs give.
. "$(dirname "$0")/tools.sh"
root=$(cd "$here/../../.." && pwd)
reference=$root/results/reference/quick

"$kdbench" report "$reference" -o "$work/made" --tables -q > "$work/said" 2>&1 ||
    fail "report: $(cat "$work/said")"
n=0
for made in $(cd "$work/made" && find . -name '*.md' -o -name '*.csv' -o -name '*.tex'); do
    cmp "$work/made/$made" "$reference/$made" || fail "$made is not what its runs give: make reference"
    n=$((n + 1))
done
[ "$n" -ge 100 ] || fail "only $n tables were made"
echo "$n committed tables are those of their runs"
