# What the tests of whole runs share. $1 of each test: the folder of the programs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kdbench=$1/kdbench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail()
{
    echo "FAILED: $*" >&2
    exit 1
}

# the checksums of what must rerun bit for bit, one line a run
content()
{
    (cd "$1" && find . -name run.h5 | sort | while read -r file; do
        sum=$(h5dump -a /content_sha256 "$file" | sed -n 's/.*(0): "\(.*\)"/\1/p')
        [ -n "$sum" ] || fail "$file has no checksum"
        echo "$file $sum"
    done)
}

same_content()
{
    content "$1" > "$work/one"
    content "$2" > "$work/two"
    [ -s "$work/one" ] || fail "$1 holds no runs"
    diff "$work/one" "$work/two" || fail "$2 does not hold the same bits as $1: $3"
}

# the first 600 training and 200 test images of the real Fashion-MNIST, as an IDX data set of one's
# own: a run takes a fraction of a second
cut_images() # name, count, its four bytes in octal
{
    from=$("$kdbench" prepare fashion_mnist | sed 's/^fashion_mnist: //')
    { printf '\0\0\10\3'"$3"'\0\0\0\34\0\0\0\34'
      zcat "$from/$1-images-idx3-ubyte.gz" | tail -c +17 | head -c $(($2 * 784)); } \
        > "$KD_DATA/idx/$1-images-idx3-ubyte"
    { printf '\0\0\10\1'"$3"
      zcat "$from/$1-labels-idx1-ubyte.gz" | tail -c +9 | head -c "$2"; } \
        > "$KD_DATA/idx/$1-labels-idx1-ubyte"
}

few_images()
{
    mkdir -p "$work/data/idx"
    KD_DATA=$work/data
    cut_images train 600 '\0\0\2\130'
    cut_images t10k 200 '\0\0\0\310'
    export KD_DATA
}

run()
{
    "$kdbench" run "$here/tiny.lua" -q "$@"
}

few_images
