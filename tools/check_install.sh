#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks that an installation below PREFIX is whole: each file is there, and the programs start.
# usage: check_install.sh PREFIX
set -u
prefix=$1
failed=0

wrong() {
    echo "$*"
    failed=1
}

for file in bin/mxc bin/lxc-exec share/man/man1/mxc.1 share/man/man1/lxc-exec.1 \
    share/bash-completion/completions/mxc share/zsh/site-functions/_mxc \
    share/fish/vendor_completions.d/mxc.fish share/mxc/schemas; do
    [ -s "$prefix/$file" ] || [ -d "$prefix/$file" ] || wrong "$file is missing or empty"
done
for program in mxc-net linux-test-proxy unix-test-proxy; do
    [ -x "$prefix/libexec/mxc/$program" ] || wrong "libexec/mxc/$program is missing"
done
case $("$prefix/bin/mxc" probe) in
    *"mxc-net is not installed"*) wrong "bin/mxc does not find mxc-net" ;;
esac
[ ! -L "$prefix/bin/lxc-exec" ] || wrong "bin/lxc-exec is a symbolic link"
cmp -s "$prefix/bin/mxc" "$prefix/bin/lxc-exec" || wrong "bin/lxc-exec is another program than bin/mxc"

root=$(dirname -- "$0")/..
for schema in "$root"/schemas/*.json; do
    cmp -s "$schema" "$prefix/share/mxc/schemas/${schema##*/}" || wrong "${schema##*/} differs or is missing"
done

version=$(cat "$root/VERSION")
case $("$prefix/bin/mxc" --version) in
    *"$version"*) ;;
    *) wrong "bin/mxc --version does not print $version" ;;
esac
"$prefix/bin/lxc-exec" --help | grep -q 'lxc-exec' || wrong "bin/lxc-exec --help does not print its usage"
exit $failed
