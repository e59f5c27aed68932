#!/bin/sh
# kdbench bench --tune writes a table that compiles, of as many rows as the committed one where this
# machine has both instruction sets.
#   tune.sh ROOT CC KDBENCH
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$3" bench --tune "$work/table.c"
sh "$here/conv_table.sh" "$1" "$2" "$work/table.c"
rows() { grep -c '^    ROW(' "$1"; }
[ "$(rows "$work/table.c")" = "$(rows "$1/harness/engine/conv_table.c")" ] ||
    { echo "$(rows "$work/table.c") rows, other networks than when the table was made"; exit 1; }
