#!/bin/sh
# SPDX-License-Identifier: MIT
# Cross-builds mxc, lxc-exec (static) and mxc-net for Linux on arm64. The libraries that they need are taken out of
# Debian's packages into the build folder; nothing of the host's package manager is changed, and no root is needed.
# usage: cross/arm64.sh FOLDER   (the programs are then in FOLDER/build/src/cli); status 77: it cannot be done here
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
mkdir -p "${1:?usage: cross/arm64.sh FOLDER}"
folder=$(CDPATH='' cd -- "$1" && pwd)
root=$folder/root
libraries=$root/usr/lib/aarch64-linux-gnu

cannot() {
    echo "$*" >&2
    exit 77
}

# A package list of arm64 alone, in our folder.
apt_arm64() {
    apt-get -q -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o Acquire::Languages=none \
        -o Dir::State="$folder/apt" -o Dir::State::status="$folder/apt/status" -o Dir::Cache="$folder/apt/cache" \
        -o APT::Sandbox::User=root -o Acquire::Retries=1 -o Acquire::http::Timeout=20 "$@"
}

fetch_libraries() {
    rm -rf "$root" "$folder/apt"
    mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$folder/packages"
    : >"$folder/apt/status"
    apt_arm64 update || return 1
    (cd "$folder/packages" && rm -f ./*.deb && apt_arm64 download libjansson-dev libslirp-dev libslirp0 libglib2.0-0 libpcre2-8-0) || return 1
    rm -rf "$root.new"
    for package in "$folder"/packages/*.deb; do dpkg-deb -x "$package" "$root.new" || return 1; done
    mv "$root.new" "$root"
}

command -v aarch64-linux-gnu-gcc >/dev/null || cannot "there is no aarch64-linux-gnu-gcc"
if [ ! -d "$root" ]; then
    command -v apt-get >/dev/null || cannot "the libraries for arm64 are only known as packages of Debian"
    fetch_libraries >&2 || cannot "Debian's packages for arm64 cannot be fetched"
fi

if [ ! -f "$folder/build/build.ninja" ]; then
    cat >"$folder/where.ini" <<INI
[properties]
sys_root = '$root'
pkg_config_libdir = '$libraries/pkgconfig'

[built-in options]
c_args = ['-I$root/usr/include']
c_link_args = ['-L$libraries', '-Wl,-rpath-link,$libraries:$root/lib/aarch64-linux-gnu']
INI
    rm -rf "$folder/build"
    meson setup -Dtests=false -Dstatic=true -Dnet=enabled --cross-file "$top/cross/arm64.ini" --cross-file "$folder/where.ini" \
        "$folder/build" "$top" >&2
fi
ninja -C "$folder/build" src/cli/mxc src/cli/lxc-exec src/cli/mxc-net >&2
