#!/bin/sh
# Installs the Debian packages that kdbench needs and that are missing, and nothing else.
# As root, or with sudo. Set KD_NO_SETUP=1 to skip it (packages come from elsewhere).
#   setup.sh [test]     test: also what only the tests need
set -eu

# what builds and runs kdbench; the README says why each
packages="build-essential cmake ninja-build pkg-config libdnnl-dev libopenblas-dev libhdf5-dev
liblua5.4-dev lua5.4 lua-argparse lua-cjson lua-filesystem nettle-dev zlib1g-dev libarchive-dev
libpng-dev libjansson-dev gnuplot-nox ca-certificates git"
# what only the tests need; the largest are python3-torch (180 MB with what it needs), which kdbench is
# held against, and chromium (100 MB), in which report.html is looked at
test_packages="libcmocka-dev lua-unit valgrind hdf5-tools python3-h5py python3-torch poppler-utils
slurm-wlm munge chromium"

[ "${KD_NO_SETUP:-}" = 1 ] && exit 0
[ "${1:-}" = test ] && packages="$packages $test_packages"

missing=""
for package in $packages; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

as_root=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
        echo "setup: these packages are missing, and only root or sudo can install them:$missing" >&2
        exit 1
    }
    as_root="sudo"
fi
echo "setup: installing$missing" >&2
$as_root apt-get update -qq
# shellcheck disable=SC2086 # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    $missing >/dev/null
