#!/bin/sh
# Every registered method, as the methods profile runs it, trains on a few real images: none fails, and
# none is missing from the tables; two students cost more than one.
. "$(dirname "$0")/tools.sh"
root=$(cd "$here/../../.." && pwd)

sed 's/train = 5000/train = 192/; s/epochs = 6, eval_every = 6/epochs = 3, eval_every = 3/' \
    "$root/scripts/methods.lua" > "$work/methods.lua"
images='idx { train = 192, classes = 10, train_images = "train-images-idx3-ubyte",
              train_labels = "train-labels-idx1-ubyte", test_images = "t10k-images-idx3-ubyte",
              test_labels = "t10k-labels-idx1-ubyte" }'
"$kdbench" run "$work/methods.lua" -q -j 1 -o "$work/runs" --seed 0 --only resnet8_w0.5 \
    --set "dataset=$images" --set train.lr=0.02 --set teacher.data.train=192 \
    --set teacher.train.epochs=1 || fail "some methods do not train"
"$kdbench" report "$work/runs" -q --tables
for method in $("$kdbench" list | awk 'NR > 1 && $1 != "none" { print $1 }'); do
    grep -Eq "^[|] $method .*[|] ([*]*[0-9]|not applicable)" "$work/runs/report/accuracy.md" ||
        fail "$method is not in the table"
done
awk -F, '$1 == "dml" && $4 > 1.3 && $5 > 1.3 { found = 1 } END { exit !found }' \
    "$work/runs/report/cost.csv" || fail "cost of two students: $(grep ^dml "$work/runs/report/cost.csv")"
echo "every method trains"
