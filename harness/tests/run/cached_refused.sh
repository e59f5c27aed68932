#!/bin/sh
# A cache that is damaged, cut short, stale or something else is refused with what it is and what is
# wanted, however often it is tried; --rebuild-cache computes it again, and the bits are as before.
. "$(dirname "$0")/tools.sh"

sed 's/seed = 0/seed = range(0, 1), augment = "per_seed"/; s/train = 192,/train = 192, augment = "flip",/
     s/each(.*)/kd {}/' "$here/tiny.lua" > "$work/sweep.lua"

train() # FOLDER OPTION...
{
    folder=$1
    shift
    "$kdbench" run "$work/sweep.lua" -q -o "$folder" "$@"
}

train "$work/runs" || fail "the sweep itself"
content "$work/runs" > "$work/before"
cp -r "$work/runs" "$work/whole"
cache=$(dirname "$(find "$work/runs" -path '*kd*seed0*' -name with.json -exec \
    sed 's/.*"train":\["\([^"]*\)".*/\1/' {} \;)")
file=$cache/train.logits.h5
[ -e "$file" ] || fail "there is no $file"

# refused WHAT PATTERN OPTION...: student and cache say so, twice; nothing is computed in its place
refused()
{
    what=$1 pattern=$2
    shift 2
    cp "$file" "$work/bad"
    find "$work/runs" -path '*/kd/*seed0*' -name run.h5 -delete
    for try in 1 2; do
        if "$@" "$kdbench" run "$work/sweep.lua" -q -o "$work/runs" 2> "$work/said"; then
            fail "$what: accepted"
        fi
        grep -q "$file.*$pattern.*--rebuild-cache" "$work/said" ||
            fail "$what: $(cat "$work/said")"
        cmp -s "$file" "$work/bad" || fail "$what: replaced without being asked"
    done
}

mended() # WHAT
{
    train "$work/runs" --rebuild-cache || fail "$1: cannot be rebuilt"
    content "$work/runs" | diff "$work/before" - || fail "$1: rebuilt with other bits"
    "$kdbench" cache verify -o "$work/runs" > /dev/null || fail "$1: not right after all"
}

size=$(stat -c %s "$file")
rows=$(sed -n 's/^rows \([0-9]*\) .*/\1/p' "$file" | head -n 1)
printf '\125' | dd of="$file" bs=1 seek=$((rows + 700)) conv=notrunc 2> /dev/null
refused "a changed row" "is damaged: rows .* of 'logits' do not have their CRC-32" env
mended "a changed row"

printf '\125' | dd of="$file" bs=1 seek=700 conv=notrunc 2> /dev/null
refused "a changed head" "is damaged: its head does not have its checksum" env
mended "a changed head"

truncate -s $((size / 2)) "$file"
refused "half a file" "has $((size / 2)) bytes, was written with $size" env
mended "half a file"

echo "not a cache" > "$file"
refused "a text" "is not a teacher cache of version 2: it is something else" env
mended "a text"

cp "$(find "$work/runs" -path '*teacher*' -name run.h5)" "$file"
refused "a run file" "it is another sealed file of kdbench" env
mended "a run file"

# of the other seed's augmentation, which is as good a file but for another key
other=$(find "$work/runs" -name train.logits.h5 | grep -v "$file")
cp "$other" "$file"
refused "another augmentation" "its augment_seed is 1, wanted 0" env
mended "another augmentation"

another() # FOLDER OPTION...: the same file of another sweep
{
    train "$@" || fail "$*"
    number=$("$kdbench" cache ls --json -o "$1" | grep -c augment || true)
    [ "$number" -gt 0 ] || fail "$*: no cache"
    cp "$(find "$1" -path '*kd*seed0*' -name with.json -exec \
        sed 's/.*"train":\["\([^"]*\)".*/\1/' {} \;)" "$file"
}

another "$work/weights" --set teacher.train.lr=0.01 --seed 0
refused "another teacher" "its teacher_sha256 is [0-9a-f]*, wanted [0-9a-f]*" env
mended "another teacher"

another "$work/samples" --set dataset.train=128 --seed 0
refused "fewer samples" "its samples is 128, wanted 192" env
mended "fewer samples"

cp -r "$KD_DATA" "$work/data2"
printf '\377' | dd of="$work/data2/idx/train-images-idx3-ubyte" bs=1 seek=1016 conv=notrunc 2> /dev/null
KD_DATA=$work/data2 another "$work/pixels" --seed 0
refused "other data" "its data_sha256 is [0-9a-f]*, wanted [0-9a-f]*" env
mended "other data"

if [ -x "$kdbench-double" ]; then
    single=$kdbench
    kdbench=$kdbench-double
    another "$work/double" --seed 0
    kdbench=$single
    refused "the other precision" "its real_bytes is 8, wanted 4" env
    mended "the other precision"
fi

# other kernels, where the machine has a choice: all files of the folder are of the wrong key
find "$work/runs" -path '*/kd/*seed0*' -name run.h5 -delete
if KD_SIMD=off "$kdbench" run "$work/sweep.lua" -q -o "$work/runs" 2> "$work/said"; then
    echo "(one kind of kernels only)"
else
    grep -q "is of another key: its .* is .*, wanted .*--rebuild-cache" "$work/said" ||
        fail "other kernels: $(cat "$work/said")"
    mended "other kernels"
fi
echo "refused until told to rebuild, and then the same bits"
