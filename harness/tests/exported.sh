#!/bin/sh
# Modules may call every function that kd/*.h declares, so the programs must export them all.
#   exported.sh SOURCE PROGRAM...
set -eu
source=$1
shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cat "$source"/harness/include/kd/*.h | tr '\n' ' ' | sed 's|/\*[^*]*\*/| |g' |
    grep -oE '\bkd_[a-z0-9_]+\(' | tr -d '(' | sort -u > "$scratch/declared"
[ "$(wc -l < "$scratch/declared")" -gt 100 ] || { echo "found too few declarations" >&2; exit 1; }
for program; do
    nm -D --defined-only "$program" | awk '{ print $NF }' | sort -u > "$scratch/exported"
    missing=$(comm -23 "$scratch/declared" "$scratch/exported")
    [ -z "$missing" ] || { echo "$program does not export:" $missing >&2; exit 1; }
done
