#!/bin/sh
# Every C file is as clang-format 14 (Debian 12's) puts it, but for a generated one, for which it takes
# a minute and which lua/test_tune.lua compares byte for byte. Skipped where it is not installed.
#   format.sh ROOT
set -eu
cd "$1"
clang-format --version 2>/dev/null | grep -q 'version 14' || { echo "no clang-format 14"; exit 77; }
files=$(git ls-files '*.c' '*.h' ':!harness/engine/conv_table.c' 2>/dev/null)
[ -n "$files" ] || { echo "not a git checkout"; exit 77; }
clang-format --dry-run -Werror $files
