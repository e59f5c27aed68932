#!/bin/sh
# A student out and a teacher in: exported in both formats, imported bit for bit, used as a teacher
# whose accuracy is the run's, and asked what it makes of the test images.
. "$(dirname "$0")/tools.sh"

# enough training to be better than guessing
sed 's/method = .*/method = each(none {}, kd {}),/; s/train = 192/train = 512/
     s/epochs = 3, batch = 64, lr = 0.05, eval_every = 3/epochs = 12, batch = 32, lr = 0.1/' \
    "$here/tiny.lua" > "$work/first.lua"
"$kdbench" run "$work/first.lua" -q -j 1 -o "$work/first" || fail "the first sweep"
run=$(echo "$work"/first/idx/kd/*/seed0-*/run.h5)
[ -e "$run" ] || fail "no run: $run"

# ---- out, in, and out again ----------------------------------------------------------
for format in h5 safetensors; do
    out=$work/student.$format
    "$kdbench" export "$run" -o "$out" > "$work/out" || fail "export to $format"
    grep -q 'resnet8_w0.25, 47 tensors, test top1' "$work/out" || fail "$(cat "$work/out")"
    "$kdbench" import "$out" -o "$work/again.$format" --measure > "$work/out" || fail "import $format"
    "$kdbench" predict "$out" "$KD_DATA/idx/t10k-images-idx3-ubyte" --csv --top 1 \
        > "$work/$format.csv" || fail "predict with $format"
done
cmp "$work/h5.csv" "$work/safetensors.csv" || fail "the formats say different things"
"$kdbench" export "$(dirname "$run")" -o "$work/two.h5" > /dev/null || fail "export of a folder"
cmp "$work/student.h5" "$work/two.h5" || fail "the same student, other bytes"
"$kdbench" predict "$run" "$KD_DATA/idx/t10k-images-idx3-ubyte" --csv --top 1 > "$work/run.csv"
cmp "$work/h5.csv" "$work/run.csv" || fail "a run and its student say different things"

# what the run itself says of the test images, and how right it is
h5dump -y -w 1 -d /pred/test/class "$run" | sed -n 's/^ *\([0-9][0-9]*\),\{0,1\} *$/\1/p' \
    > "$work/want"
tail -n +2 "$work/run.csv" | cut -d, -f4 > "$work/got"
[ "$(wc -l < "$work/want")" = 200 ] || fail "the run has $(wc -l < "$work/want") predictions"
cmp "$work/want" "$work/got" || fail "predict and /pred differ"

# ---- one image alone is what it is among others -----------------------------------------
pgm=$work/third.pgm
{ printf 'P5\n28 28\n255\n'
  tail -c +17 "$KD_DATA/idx/t10k-images-idx3-ubyte" | tail -c +$((2 * 784 + 1)) | head -c 784; } > "$pgm"
"$kdbench" predict "$work/student.h5" "$pgm" "$pgm" --csv > "$work/alone.csv" || fail "a PGM"
"$kdbench" predict "$work/student.h5" "$KD_DATA/idx/t10k-images-idx3-ubyte" --csv > "$work/all.csv"
[ "$(wc -l < "$work/alone.csv")" = 11 ] || fail "two pictures, five classes each"
for n in 2 7; do
    tail -n +$n "$work/alone.csv" | head -n 5 | cut -d, -f3- > "$work/one"
    tail -n +12 "$work/all.csv" | head -n 5 | cut -d, -f3- > "$work/two"
    diff "$work/one" "$work/two" || fail "an image depends on its neighbours"
done
"$kdbench" predict "$work/student.h5" "$pgm" --top 2 --json > "$work/json"
lua5.4 -e 'local j = require "cjson".decode(io.read("a")); assert(#j.top == 2 and j.file)
           assert(j.top[1].probability >= j.top[2].probability)' < "$work/json" || fail "JSON"

# ---- others read it ----------------------------------------------------------------------
/usr/bin/python3 -c 'import h5py, numpy' 2> /dev/null && /usr/bin/python3 - "$work" "$run" <<'END'
import json, struct, sys
import h5py, numpy as np
work, run = sys.argv[1:]
with open(work + "/student.safetensors", "rb") as f:
    header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
    data = f.read()
assert f"{header.pop('__metadata__')['format']}" == "pt"
with h5py.File(run) as r, h5py.File(work + "/student.h5") as e:
    want = {k: v[()] for k, v in r["weights/last"].items()}
    assert want.keys() == header.keys() == set(e["weights"])
    for name, x in want.items():
        begin, end = header[name]["data_offsets"]
        y = np.frombuffer(data[begin:end], "<f4").reshape(header[name]["shape"])
        assert x.dtype == y.dtype == e["weights"][name].dtype and x.shape == y.shape
        assert x.tobytes() == y.tobytes() == e["weights"][name][()].tobytes()
print(len(want), "tensors, bit for bit")
END

# ---- PyTorch's own file of the same network, halves included --------------------------------
/usr/bin/python3 -c 'import h5py, torch' 2> /dev/null && /usr/bin/python3 - "$work" <<'END'
import json, struct, sys
import h5py, numpy as np, torch
work = sys.argv[1]
with h5py.File(work + "/student.h5") as e:
    state = {k: torch.from_numpy(v[()]) for k, v in e["weights"].items()}
for name in [k for k in state if k.endswith("running_var")]:
    state[name.replace("running_var", "num_batches_tracked")] = torch.tensor(9)
def write(path, kind, dtype):
    header, body = {}, b""
    for k, v in state.items():
        v = v.to(dtype) if v.is_floating_point() else v
        raw = v.contiguous().view(torch.int16).numpy().tobytes() if v.element_size() == 2 \
            else v.numpy().tobytes()
        t = "I64" if not v.is_floating_point() else kind
        header["module." + k] = {"dtype": t, "shape": list(v.shape),
                                 "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header).encode()
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + body)
write(work + "/torch.safetensors", "F32", torch.float32)
write(work + "/bf16.safetensors", "BF16", torch.bfloat16)
write(work + "/f64.safetensors", "F64", torch.float64)
with h5py.File(work + "/f16.h5", "w") as f:
    for k, v in state.items():
        f[k] = v.half().numpy() if v.is_floating_point() else v.numpy()
END
for file in torch.safetensors f64.safetensors bf16.safetensors f16.h5; do
    [ -e "$work/$file" ] || continue
    "$kdbench" import "$work/$file" --model resnet8_w0.25 -o "$work/in.safetensors" \
        --dataset "$(sed -n '/dataset = idx/,/},/p' "$here/tiny.lua" |
                     sed 's/.*dataset = //; s/train = 192, //' | tr -d '\n' | sed 's/, *$//')" \
        > "$work/out" || fail "import of $file"
    "$kdbench" predict "$work/in.safetensors" "$KD_DATA/idx/t10k-images-idx3-ubyte" --csv --top 1 \
        > "$work/in.csv"
    case $file in
    torch* | f64*) cmp "$work/in.csv" "$work/run.csv" || fail "$file is another network" ;;
    esac
done

# ---- as a teacher ---------------------------------------------------------------------------
teacher='trained { model = "resnet8_w0.25", weights = "'$work'/student.safetensors" }'
sed "s|teacher = lenet {}|teacher = $teacher|; s/method = .*/method = each(none {}, kd {}, fitnet {}),/" \
    "$here/tiny.lua" > "$work/second.lua"
"$kdbench" run "$work/second.lua" -j 2 -o "$work/second" 2> "$work/said" || fail "$(cat "$work/said")"
grep 'done idx' "$work/said" | head -n 1 | grep -q 'idx/teacher/resnet8_w0.25' ||
    fail "something was trained before the teacher was measured: $(cat "$work/said")"
taught=$(echo "$work"/second/idx/teacher/resnet8_w0.25/seed0-*/run.h5)
metric() { h5dump -a "/final/last/$2" "$1" | sed -n 's/.*(0): //p'; }
for name in test_top1 validation_top1 test_nll; do
    [ "$(metric "$run" $name)" = "$(metric "$taught" $name)" ] ||
        fail "$name: $(metric "$run" $name) in the run, $(metric "$taught" $name) as a teacher"
done
h5dump -d /pred/test/class "$taught" | tail -n +2 > "$work/one"
h5dump -d /pred/test/class "$run" | tail -n +2 > "$work/two"
cmp "$work/one" "$work/two" || fail "the teacher predicts what the run did not"
"$kdbench" run "$work/second.lua" -j 1 --cache-size 0 -q -o "$work/live" || fail "without caches"
same_content "$work/second" "$work/live" "without caches"
"$kdbench" report "$work/second" -q --tables > /dev/null || fail "report"
grep -q 'Teachers trained by others: resnet8_w0.25 (weights of SHA-256 ' "$work/second/report/accuracy.md" || fail "the caption does not say whose"

# measured again from what its run kept, whether the file is still there or not
"$kdbench" verify "$work/live" --retrain -j 2 --scratch "$work/scratch" > "$work/out" 2>&1 ||
    fail "verify: $(cat "$work/out")"
grep -q 'same bits: idx/teacher/resnet8_w0.25' "$work/out" || fail "$(cat "$work/out")"

# another file is another run, and one that changes under way is refused
cp "$work/student.safetensors" "$work/file.safetensors"
sed "s|student.safetensors|file.safetensors|" "$work/second.lua" > "$work/third.lua"
"$kdbench" plan "$work/third.lua" -o "$work/second" | grep -q 'teacher.*1 done' ||
    fail "the same content under another name is another teacher"
"$kdbench" export "$work"/first/idx/none/*/seed0-*/run.h5 -o "$work/file.safetensors" > /dev/null
"$kdbench" plan "$work/third.lua" -o "$work/second" | grep -q 'teacher.*1 todo' ||
    fail "another content is the same teacher"

# ---- what is wrong is said ---------------------------------------------------------------------
refused() # text command...
{
    text=$1
    shift
    code=0
    "$kdbench" "$@" > "$work/out" 2> "$work/err" || code=$?
    [ "$code" != 0 ] || fail "kdbench $* was accepted"
    grep -q -- "$text" "$work/err" || fail "kdbench $*: no '$text' in: $(cat "$work/err")"
}
refused "'conv1.weight' is 4x1x3x3, should be 16x1x3x3" import "$work/student.h5" --model resnet8 \
    --dataset "$(sed -n '/dataset = idx/,/},/p' "$here/tiny.lua" | sed 's/.*dataset = //' |
                 tr -d '\n' | sed 's/, *$//')" -o "$work/no.h5"
[ ! -e "$work/no.h5" ] || fail "something was written"
head -c 9000 "$work/student.safetensors" > "$work/cut.safetensors"
refused 'inside the [0-9]* bytes' predict "$work/cut.safetensors" "$pgm"
refused 'inside the [0-9]* bytes' import "$work/cut.safetensors" --model resnet8 \
    --dataset fashion_mnist -o "$work/no.h5"
refused 'none of PNG' predict "$work/student.h5" "$work/json"
refused 'cannot open' predict "$work/student.h5" "$work/nothing.png"
refused 'written to .h5 or .safetensors' export "$run" -o "$work/student.pt"
refused 'there is no file' run "$work/second.lua" --set 'pair.teacher.weights=nowhere.h5' \
    -o "$work/no"
refused 'the sweep says accuracy = 99' run "$work/second.lua" --set 'pair.teacher.accuracy=99' \
    -o "$work/no" -v
echo "students go out and teachers come in, bit for bit"
