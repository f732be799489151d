#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks that each C file is formatted as .clang-format says. 'clang-format -i FILE' mends one.
# usage: check_format.sh [ROOT]
set -u
cd "${1:-$(dirname -- "$0")/..}" || exit 1
files=$(find src include tests tools examples sdk -name node_modules -prune -o \
    -name '*.[ch]' ! -name '*.gen.*' -print 2>/dev/null | sort)
if [ -z "$files" ]; then
    echo "no C files"
    exit 1
fi
failed=0
for file in $files; do
    if ! clang-format "$file" | cmp -s - "$file"; then
        echo "$file is not formatted: clang-format -i $file"
        failed=1
    fi
done
exit $failed
