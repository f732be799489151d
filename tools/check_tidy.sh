#!/bin/sh
# SPDX-License-Identifier: MIT
# clang-tidy over src/, two files at a time. It costs seconds a file, so a file is read again only when
# it, a header or .clang-tidy changed since it was last found clean.
# usage: check_tidy.sh BUILD_DIR [FILE]
set -u
build=$1
stamps=$build/tidy

stamp_of() { echo "$stamps/$(echo "$1" | tr / -)"; }

if [ $# = 2 ]; then
    clang-tidy --quiet -p "$build" "$2" 2>/dev/null && : >"$(stamp_of "$2")"
    exit
fi

cd "$(dirname -- "$0")/.." && mkdir -p "$stamps" || exit 1
[ -f "$build/compile_commands.json" ] || { echo "$build is not configured" && exit 1; }
for file in $(find src -name '*.c' ! -name '*.gen.c' | sort); do
    grep -q "\"file\": \".*$file\"" "$build/compile_commands.json" || continue
    stamp=$(stamp_of "$file")
    if [ -f "$stamp" ]; then
        newer=$(find "$file" .clang-tidy src include \
            \( -name '*.h' -o -path "$file" -o -name .clang-tidy \) -newer "$stamp" 2>/dev/null)
        [ -n "$newer" ] || continue
    fi
    echo "$file"
done | xargs -r -P 2 -n 1 "$0" "$build"
