#!/bin/sh
# SPDX-License-Identifier: MIT
# `npx mxc`: becomes the program of this package. No process stays in between, so its streams, descriptors, signals
# and status are those of the caller; and it is no script of Node, which has descriptors of its own. The folders are
# those of locate.ts.
case $(uname -m) in
    aarch64 | arm64) machine=arm64 ;;
    *) machine=x64 ;;
esac
self=$(readlink -f -- "$0") # npm makes a link to it
root=${self%/*/*}
built=
case $root in
    */node_modules/*) ;; # what lies two folders above is of others
    */sdk/node) if [ -e "$root/../../meson.build" ]; then built=$root/../../build; fi ;;
esac
for folder in ${MXC_BIN_DIR:+"$MXC_BIN_DIR/$machine"} "$root/bin/$machine" ${built:+"$built/release/src/cli" "$built/debug/src/cli"}; do
    if [ -f "$folder/mxc" ] && [ -x "$folder/mxc" ]; then
        exec "$folder/mxc" "$@"
    fi
done
echo 'mxc: mxc not found. Ensure it is built and available in a standard location.' >&2
exit 255
