#!/bin/sh
# Who may include what: the picture in CONTRIBUTING.md stays true.
#   include_rules.sh ROOT
set -eu
cd "$1"
bad=0

refuse() # message, lines found
{
    [ -z "$2" ] && return
    printf '%s:\n%s\n' "$1" "$2" >&2
    bad=1
}

includes() # files... -> file:line:#include "..."
{
    grep -nH '^ *# *include' "$@" /dev/null || true
}

c_files=$(git ls-files '*.c' '*.h' 2>/dev/null || find . -name '*.[ch]' -not -path './build*')
product=$(echo "$c_files" | grep -v harness/tests/)

engine_headers=$(echo "$product" | sed -n 's|^harness/engine/\([a-z0-9_]*\)\.h$|\1|p' | paste -sd '|')
refuse "the engine includes only itself, kd/, C's and its two libraries' headers" \
    "$(includes $(echo "$product" | grep '^harness/engine/') | grep -vE \
       "include (<kd/|\"($engine_headers)\.h\"|<[a-z]+\.h>|<sanitizer/|<oneapi/|<sys/)")"
refuse "a method includes only <kd/method.h> and C's headers" \
    "$(includes $(echo "$product" | grep '^methods/') | grep -vE \
       'include <(kd/method|math|stdbool|stddef|stdint|stdlib|string)\.h>')"
refuse "a data set includes only kd/, the harness's readers and C's headers" \
    "$(includes $(echo "$product" | grep '^datasets/') | grep -vE \
       'include (<kd/|"data/|"store/|"base/|<[a-z]+\.h>)')"

only() # header, files that may see it
{
    refuse "only $2 may see $1" \
        "$(includes $product | grep -E "include [<\"]$1" | grep -vE "^($2):" || true)"
}
only 'hdf5\.h' 'harness/store/h5[a-z_]*\.c'
only '(lua|lualib|lauxlib)\.h' 'harness/lua/bind\.c'
only 'cblas\.h' 'harness/engine/blas\.c'
only 'archive(_entry)?\.h' 'harness/data/unpack\.c'
only 'png\.h' 'harness/(data/picture|exchange/samples_image)\.c'
only 'jansson\.h' 'harness/store/json_read\.c'
only 'oneapi/' 'harness/engine/onednn\.c'

refuse "malloc and free belong to harness/engine/arena.c" \
    "$(grep -nE '\b(malloc|calloc|realloc)\(' $product | grep -v '^harness/engine/arena\.c:' || true)"
refuse "a process ends in error.c and arena.c, a child in process.c and pack.c" \
    "$(grep -nE '\b(exit|_exit|abort)\(' $product |
       grep -vE '^harness/(engine/(arena|error)|base/process|store/pack)\.c:' || true)"
exit $bad
