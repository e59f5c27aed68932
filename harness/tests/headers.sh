#!/bin/sh
# Each header of include/kd compiles alone, as C11 and as C17, in both builds, under both compilers.
#   headers.sh INCLUDE
set -eu
found=0
for compiler in gcc clang; do
    command -v "$compiler" > /dev/null || continue
    found=1
    for header in "$1"/kd/*.h; do
        for standard in c11 c17; do
            for build in "" -DKD_DOUBLE; do
                echo "#include <kd/$(basename "$header")>" |
                    "$compiler" -std=$standard -Wall -Wextra -pedantic -Werror $build -I"$1" \
                        -fsyntax-only -x c - || { echo "$header: $compiler $standard $build" >&2; exit 1; }
            done
        done
    done
done
[ $found = 1 ] || { echo "neither gcc nor clang is there" >&2; exit 77; }
