#!/bin/sh
# Every operator that kd/tensor.h declares has a row in the gradient test.
# Operators are the functions that return a tensor, outside the sections that make tensors; two more
# only hand out what exists. usage: operators_have_rows.sh HEADER ROW_FILE...
set -eu
header=$1
shift

operators=$(awk '
    /^\/\* ---- / { making = $3 ~ /^(making|scopes)$/ }
    /^kd_tensor \*kd_/ && !making { sub(/^kd_tensor \*/, ""); sub(/\(.*/, ""); print }' "$header" |
    grep -v -x -e kd_layer_tensor -e kd_batchnorm_input)
missing=
count=0
for operator in $operators; do
    count=$((count + 1))
    grep -q "^GRAD($operator," "$@" || missing="$missing $operator"
done
if [ "$count" -lt 50 ]; then
    echo "only $count operators found in $header: does this script still read it rightly?"
    exit 1
fi
if [ -n "$missing" ]; then
    echo "no row in the gradient test for:$missing"
    exit 1
fi
echo "$count operators, each with a row"
