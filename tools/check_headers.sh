#!/bin/sh
# SPDX-License-Identifier: MIT
# Compiles each header alone, with gcc and with clang: a header must include what it uses.
# usage: check_headers.sh [ROOT [COMPILER...]]
set -u
root=${1:-$(dirname -- "$0")/..}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- gcc clang

cd "$root" || exit 1
headers=$(find src include -name '*.h' ! -name '*.gen.h' 2>/dev/null | sort)
if [ -z "$headers" ]; then
    echo "$root: no headers"
    exit 1
fi
failed=0
for compiler in "$@"; do
    if ! command -v "$compiler" >/dev/null 2>&1; then
        echo "$compiler is not installed"
        failed=1
        continue
    fi
    for header in $headers; do
        printf '#include "%s"\n' "${header#*/}" |
            "$compiler" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -Isrc -Iinclude -fsyntax-only \
                -x c - || {
            echo "$header does not compile alone with $compiler"
            failed=1
        }
    done
done
exit $failed
