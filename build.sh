#!/bin/sh
# SPDX-License-Identifier: MIT
# The one entry that people use: installs what is missing, builds, then runs, tests or installs.
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=${MXC_BUILD_DIR:-$top/build}
logs=$out/log
flavour=release

# What is needed: purpose|name|probe|apt|dnf|apk|pacman. A probe is checked only until its stamp exists.
# 'static' is wanted, not needed: without it the programs are linked against shared libraries.
needs='
build|a C compiler|can_compile|gcc libc6-dev|gcc glibc-devel|build-base|gcc
build|meson|has meson|meson|meson|meson|meson
build|ninja|has ninja|ninja-build|ninja-build|ninja|ninja
build|pkg-config|has pkg-config|pkg-config|pkgconf-pkg-config|pkgconf|pkgconf
build|jansson|has_library jansson|libjansson-dev|jansson-devel|jansson-dev|jansson
build|libslirp|has_header slirp/libslirp.h|libslirp-dev|libslirp-devel|libslirp-dev|libslirp
static|static libraries|can_link_static||glibc-static|jansson-static|
test|git|has git|git|git|git|git
test|cmocka|has_library cmocka|libcmocka-dev|libcmocka-devel|cmocka-dev|cmocka
test|clang with sanitizers|can_sanitize|clang libclang-rt-dev|clang compiler-rt|clang compiler-rt|clang compiler-rt
test|clang-tidy|has clang-tidy|clang-tidy|clang-tools-extra|clang-extra-tools|clang
test|clang-format|has clang-format|clang-format|clang-tools-extra|clang-extra-tools|clang
test|mingw-w64|has x86_64-w64-mingw32-gcc|gcc-mingw-w64-x86-64|mingw64-gcc|mingw-w64-gcc|mingw-w64-gcc
test|shellcheck|has shellcheck|shellcheck|ShellCheck|shellcheck|shellcheck
test|python3-jsonschema|has_python jsonschema|python3-jsonschema|python3-jsonschema|py3-jsonschema|python-jsonschema
test|node|has node|nodejs|nodejs|nodejs|nodejs
test|npm|has npm|npm|nodejs-npm|npm|npm
test|ip|has ip|iproute2|iproute|iproute2|iproute2
test|curl|has curl|curl|curl|curl|curl
test|dig|has dig|bind9-dnsutils|bind-utils|bind-tools|bind
test|ping|has ping|iputils-ping|iputils|iputils|iputils
test|ssh|has ssh|openssh-client|openssh-clients|openssh-client|openssh
test|compiler for arm64|can_cross_compile|gcc-aarch64-linux-gnu libc6-dev-arm64-cross|||
sdk|node|has node|nodejs|nodejs|nodejs|nodejs
sdk|npm|has npm|npm|nodejs-npm|npm|npm
sdk|certificates for npm|has_certificates|ca-certificates|ca-certificates|ca-certificates|ca-certificates
sdk|compiler for arm64|can_cross_compile|gcc-aarch64-linux-gnu libc6-dev-arm64-cross|||
bench|bubblewrap|has bwrap|bubblewrap|bubblewrap|bubblewrap|bubblewrap
bench|strace|has strace|strace|strace|strace|strace
bench|firejail|has firejail|firejail|firejail|firejail|firejail
bench|runc|has runc|runc|runc|runc|runc
bench|git|has git|git|git|git|git
bench|npm|has npm|npm|nodejs-npm|npm|npm
bench|iperf3|has iperf3|iperf3|iperf3|iperf3|iperf3
bench|slirp4netns|has slirp4netns|slirp4netns|slirp4netns|slirp4netns|slirp4netns
bench|pasta|has pasta|passt|passt|passt|passt
bench|pip|has pip3|python3-pip|python3-pip|py3-pip|python-pip
test|certificates for npm|has_certificates|ca-certificates|ca-certificates|ca-certificates|ca-certificates
'

usage() {
    cat <<'TEXT'
usage: ./build.sh [--debug | --asan] [COMMAND]

commands:
  build                         build (this is what happens without a command)
  run [CONFIG] [-- OPTIONS...]  build, then 'mxc run CONFIG OPTIONS...'; examples/hello.json by default
  test [PART...]                build in several ways and run every test, or only the named parts
  fuzz SECONDS [TARGET...]      try random inputs for that long, divided among the targets
  sdk                           make the npm package of the TypeScript SDK, with the programs in it
  bench [--quick] [--no-peers] [--no-more] [--json] [--docs FILE] [ROW...]
                                measure against the least possible and against the peers; see docs/performance.md
  install [--prefix DIR]        install below DIR (default /usr/local); no root needed for a DIR of yours
  clean                         remove what was built

options:
  --debug   without optimisation, with debug information
  --asan    like --debug, with address and undefined behaviour sanitizers
  --help    this text

What is missing is installed through the host's package manager (apt, dnf, apk, pacman), as root or
with sudo. MXC_BUILD_DIR names another folder than ./build.

examples:
  ./build.sh run
  ./build.sh run examples/python.json
  ./build.sh run examples/hello.json -- --verbose
  ./build.sh test layers format gcc
  ./build.sh fuzz 600 policy plan
  ./build.sh bench --quick
  ./build.sh install --prefix "$HOME/.local"
TEXT
}

# ---- words to the user

say() { printf '%s\n' "$*" >&2; }

# Progress is for people who look.
step() {
    if [ -t 2 ]; then say "$*"; fi
}

die() {
    say "build.sh: $*"
    exit 1
}

# quiet LOG COMMAND...: output goes to the log; its end is shown when the command fails.
quiet() {
    log=$logs/$1.log
    shift
    "$@" >"$log" 2>&1 && return 0
    say "build.sh: failed: $*"
    grep -v '^\[[0-9]*/[0-9]*\] ' "$log" | tail -n 40 >&2
    say "build.sh: the whole log is $log"
    return 1
}

# ---- what the host has

has() { command -v "$1" >/dev/null 2>&1; }
has_library() { has pkg-config && pkg-config --exists "$1"; }
has_header() { gcc -E -include "$1" -x c /dev/null >/dev/null 2>&1; }
has_certificates() { [ -s /etc/ssl/certs/ca-certificates.crt ] || [ -s /etc/pki/tls/certs/ca-bundle.crt ]; }
has_python() { /usr/bin/python3 -c "import $1" >/dev/null 2>&1; }

# try_compile COMPILER FLAGS...: can it make a program of $out/try.c?
try_compile() {
    printf '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n' >"$out/try.c"
    "$@" "$out/try.c" -o "$out/try" >/dev/null 2>&1
}
can_compile() { has gcc && try_compile gcc; }
can_sanitize() { has clang && try_compile clang -fsanitize=address,undefined; }
can_cross_compile() { has aarch64-linux-gnu-gcc && try_compile aarch64-linux-gnu-gcc -static; }
can_link_static() {
    printf '#include <jansson.h>\nint main(void) { return json_object() == 0; }\n' >"$out/try.c"
    gcc -static "$out/try.c" -o "$out/try" -ljansson >/dev/null 2>&1
}

package_manager() {
    for manager in apt-get dnf apk pacman; do
        if has "$manager"; then
            echo "$manager"
            return
        fi
    done
}

# packages PURPOSE MANAGER: the packages of all needs of this purpose whose probe fails.
packages() {
    case $2 in
        apt-get) column=4 ;;
        dnf) column=5 ;;
        apk) column=6 ;;
        pacman) column=7 ;;
        *) column=2 ;;
    esac
    printf '%s' "$needs" | grep "^$1|" | while IFS= read -r row; do
        probe=$(echo "$row" | cut -d'|' -f3)
        # shellcheck disable=SC2086 # a probe is words
        $probe </dev/null || echo "$row" | cut -d'|' -f$column
    done | tr '\n' ' ' | sed 's/ *$//'
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# install_packages MANAGER PACKAGE...
install_packages() {
    manager=$1
    shift
    case $manager in
        apt-get) as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" ;;
        dnf) as_root dnf install -y -q "$@" ;;
        apk) as_root apk add -q "$@" ;;
        pacman) as_root pacman -S --noconfirm --needed "$@" ;;
    esac
}

refresh_packages() {
    case $1 in
        apt-get) as_root apt-get update -q ;;
        dnf) ;;
        apk) as_root apk update -q ;;
        pacman) as_root pacman -Sy --noconfirm ;;
    esac
}

# Old lists name files that are gone: one refresh, then once more.
fetch_packages() { install_packages "$@" || { refresh_packages "$1" && install_packages "$@"; }; }

# need PURPOSE: sees to it that everything for this purpose is there. A stamp makes this free.
need() {
    stamp=$out/.has-$1
    if [ -f "$stamp" ] && [ -z "$(find "$top/build.sh" -newer "$stamp")" ]; then return 0; fi
    manager=$(package_manager)
    missing=$(packages "$1" "$manager")
    if [ -n "$missing" ]; then
        [ -n "$manager" ] || die "please install $missing: found none of apt, dnf, apk, pacman"
        if [ "$(id -u)" != 0 ] && ! has sudo; then
            die "not root and no sudo here; as root: $manager $(install_verb "$manager") $missing"
        fi
        step "installing $missing"
        # shellcheck disable=SC2086 # a list of words
        quiet packages fetch_packages "$manager" $missing || return 1
    fi
    : >"$stamp"
}

install_verb() {
    case $1 in
        apk) echo add ;;
        pacman) echo -S ;;
        *) echo install ;;
    esac
}

# ---- building

# When started through sudo the build belongs to the user who did that.
as_owner() {
    if [ "$(id -u)" = 0 ] && [ "${SUDO_UID:-0}" != 0 ] && [ "$(stat -c %u "$top")" = "$SUDO_UID" ]; then
        sudo -u "#$SUDO_UID" -- "$@"
    else
        "$@"
    fi
}

make_folders() {
    as_owner mkdir -p "$logs" 2>/dev/null || die "cannot write to $out: remove it or set MXC_BUILD_DIR"
    [ -w "$logs" ] || die "$out belongs to somebody else: remove it or set MXC_BUILD_DIR"
}

# static_option: -Dstatic=false where the host has no static libraries.
static_option() {
    if [ ! -f "$out/.static" ] || [ -n "$(find "$top/build.sh" -newer "$out/.static")" ]; then
        manager=$(package_manager)
        wanted=$(packages static "$manager")
        if [ -n "$manager" ] && [ -n "$wanted" ]; then
            # shellcheck disable=SC2086 # a list of words
            install_packages "$manager" $wanted >"$logs/static.log" 2>&1 || true
        fi
        if can_link_static; then echo true >"$out/.static"; else echo false >"$out/.static"; fi
    fi
    echo "-Dstatic=$(cat "$out/.static")"
}

# configure NAME OPTIONS...: makes build/NAME once.
configure() {
    name=$1
    shift
    if [ -f "$out/$name/build.ninja" ]; then return 0; fi
    rm -rf "${out:?}/$name"
    step "configuring $name"
    quiet "$name-configure" as_owner meson setup "$@" "$out/$name" "$top"
}

compile() {
    step "building $1"
    quiet "$1-build" as_owner ninja -C "$out/$1"
}

build() {
    make_folders
    need build || exit 1
    case $flavour in
        release) configure release -Dtests=false "$(static_option)" ;;
        debug) configure debug -Dtests=false "$(static_option)" --buildtype=debug ;;
        asan)
            configure asan -Dtests=false -Dstatic=false --buildtype=debug \
                -Db_sanitize=address,undefined -Dc_args=-fno-sanitize-recover=all
            ;;
    esac || give_up
    compile $flavour || give_up
}

# The host may have changed since the stamps were made.
give_up() {
    rm -f "$out"/.has-* "$out/.static"
    exit 1
}

program() { echo "$out/$flavour/src/cli/mxc"; }

# ---- commands

command_build() {
    build
    program
}

command_run() {
    config=$top/examples/hello.json
    if [ $# -gt 0 ] && [ "$1" != -- ]; then
        config=$1
        shift
    fi
    if [ $# -gt 0 ]; then
        [ "$1" = -- ] || die "unexpected '$1': options of mxc come after '--'"
        shift
    fi
    build
    exec "$(program)" run "$config" "$@"
}

# writable DIR: may we make DIR, or write to it?
writable() {
    folder=$1
    while [ ! -e "$folder" ]; do folder=$(dirname -- "$folder"); done
    [ -d "$folder" ] && [ -w "$folder" ]
}

command_install() {
    prefix=/usr/local
    case ${1-} in
        --prefix)
            [ $# -gt 1 ] || die "--prefix needs a folder"
            prefix=$2
            shift 2
            ;;
        --prefix=*)
            prefix=${1#--prefix=}
            shift
            ;;
    esac
    [ $# = 0 ] || die "unexpected '$1': see ./build.sh --help"
    case $prefix in
        /*) ;;
        '') die "--prefix needs a folder" ;;
        *) prefix=$PWD/$prefix ;;
    esac
    writable "$prefix" || die "cannot write to $prefix: use sudo, or --prefix \"\$HOME/.local\""
    build
    quiet install meson configure "$out/$flavour" "-Dprefix=$prefix" "-Dlibdir=lib"
    compile $flavour || exit 1
    quiet install meson install -C "$out/$flavour" --no-rebuild
    step "installed below $prefix"
}

command_clean() {
    for folder in release debug asan log; do rm -rf "${out:?}/$folder"; done
    rm -rf "${out:?}"/test-* "${out:?}"/fuzz "${out:?}"/arm64 "${out:?}"/*.tgz "${out:?}"/.has-* "${out:?}"/.static "${out:?}"/try "${out:?}"/try.c
}

# Peers that cannot be had are rows that say so.
command_bench() {
    build
    need bench || say "build.sh: some rows will be without figures: see $logs/packages.log"
    exec /usr/bin/python3 "$top/tests/bench/bench.py" --mxc "$(program)" --out "$out/bench" "$@"
}

# The package has the programs of this machine, and those for arm64 where they can be cross-built.
command_sdk() {
    build
    need sdk || die "the package needs node and npm: see $logs/packages.log"
    case $(uname -m) in
        aarch64 | arm64) set -- --arm64 "$out/release/src/cli" ;;
        *) set -- --x64 "$out/release/src/cli" ;;
    esac
    if [ "$1" = --x64 ] && quiet arm64 as_owner "$top/cross/arm64.sh" "$out/arm64"; then
        set -- "$@" --arm64 "$out/arm64/build/src/cli"
    else
        say "build.sh: the package is without programs for the other kind of machine"
    fi
    quiet sdk-install as_owner npm ci --prefix "$top/sdk/node" --ignore-scripts --no-audit --no-fund || exit 1
    quiet sdk-build as_owner npm run --prefix "$top/sdk/node" build || exit 1
    as_owner node "$top/sdk/node/tools/pack.mjs" "$@" --out "$out"
}

command_test() {
    make_folders
    need build || exit 1
    need test || say "build.sh: some tests will not run: see $logs/packages.log"
    static=$(static_option)
    export top out logs static
    exec "$top/tools/test.sh" "$@"
}

command_fuzz() {
    case ${1-} in
        '' | *[!0-9]*) die "fuzz needs a number of seconds" ;;
    esac
    make_folders
    need build || exit 1
    need test || say "build.sh: some tools are missing: see $logs/packages.log"
    quiet fuzz-build "$top/tools/fuzz.py" --out "$out" build || exit 1
    exec "$top/tools/fuzz.py" --out "$out" run "$@"
}

while [ $# -gt 0 ]; do
    case $1 in
        --debug) flavour=debug ;;
        --asan) flavour=asan ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) break ;;
    esac
    shift
done
command=${1:-build}
[ $# = 0 ] || shift
case $command in
    build | run | test | fuzz | sdk | bench | install | clean) "command_$command" "$@" ;;
    *) die "unknown command '$command': see ./build.sh --help" ;;
esac
