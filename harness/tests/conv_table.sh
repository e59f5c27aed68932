#!/bin/sh
# The table of kernel choices compiles, and does not where a row is damaged.
#   conv_table.sh ROOT CC [FILE]; FILE: another table
set -eu
root=$1 cc=$2 table=${3:-$1/harness/engine/conv_table.c}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compiles() # FILE
{
    "$cc" -std=c11 -D_GNU_SOURCE -fsyntax-only -I "$root/harness/engine" -I "$root/harness/include" \
        "$1" 2> "$work/said"
}

compiles "$table" || { cat "$work/said"; exit 1; }

bad=0
refused() # WHAT SED-COMMAND: changes the first row
{
    sed "0,/^    ROW(/{/^    ROW(/{$2}}" "$table" > "$work/table.c"
    ! cmp -s "$table" "$work/table.c" || { echo "$1: nothing was changed"; bad=1; }
    ! compiles "$work/table.c" || { echo "$1: compiles all the same"; bad=1; }
}
refused "a column too few" 's/, 1,/,/'
refused "a column too many" 's/, 1,/, 1, 1,/'
refused "an unknown kernel" 's/[A-Z0-9]*)$/FASTEST)/'
refused "an unknown pass" 's/FORWARD/SIDEWAYS/'
refused "an unknown instruction set" 's/AVX2/SSE/'
refused "a word for a size" 's/, 1,/, one,/'
refused "half a row" 's/,[^,]*,[^,]*)$//'
exit $bad
