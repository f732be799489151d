#!/bin/sh
# SPDX-License-Identifier: MIT
# Every test of the project, part by part; './build.sh test' prepares the ground and calls it.
# A failing part hides no other. The last line is "N passed, N failed, N skipped".
# usage: out=DIR logs=DIR static=-Dstatic=true tools/test.sh [PART...]
set -u
top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
: "${out:=$top/build}" "${logs:=$out/log}" "${static:=-Dstatic=true}"
passed=0
failed=0
skipped=0
cd "$top" || exit 1

# Name, and what it looks at. Suites without a part of their own run in 'gcc'.
parts='
shell     shell scripts, with shellcheck
layers    who includes whom
size      length of files and functions, first lines
format    clang-format
headers   each header alone, with gcc and clang
gcc       gcc -Werror, and every test
clang     clang -Werror, and the tests of the pure code
asan      address and undefined behaviour sanitizers, and the tests of the pure code and the command line
mingw     base, policy, plan and the pure part of net for Windows
analyzer  gcc -fanalyzer
tidy      clang-tidy
install   the release build, installed into an empty folder
sdk       the TypeScript SDK: types, and its tests on the executor of gcc
fuzz      the fuzz targets, a minute in all
'
pure='--suite unit --suite golden --suite policy --suite fuzz'

# ---- counting

pass() {
    passed=$((passed + 1))
    echo "pass  $1"
}

fail() {
    failed=$((failed + 1))
    echo "FAIL  $1"
    grep -v '^\[[0-9]*/[0-9]*\] ' "$2" | tail -n 40 | sed 's/^/      | /'
    echo "      | the whole log is $2"
}

# A part that cannot run is a skip on a desk and a failure in CI.
skip() {
    if [ "${CI:-}" = true ]; then
        failed=$((failed + 1))
        echo "FAIL  $1: $2"
    else
        skipped=$((skipped + 1))
        echo "skip  $1: $2"
    fi
}

# check NAME COMMAND...: passes when the command does; then 'ok' is true.
check() {
    name=$1
    shift
    log=$logs/test-$(echo "$name" | tr -d : | tr ' /' '--').log
    ok=true
    "$@" >"$log" 2>&1 || ok=false
    if $ok; then pass "$name"; else fail "$name" "$log"; fi
}

# check_or_skip NAME COMMAND...: like check; a command that ends with 77 could not run, and its last line says why.
check_or_skip() {
    name=$1
    shift
    log=$logs/test-$(echo "$name" | tr -d : | tr ' /' '--').log
    "$@" >"$log" 2>&1
    case $? in
        0) pass "$name" ;;
        77) skip "$name" "$(tail -n 1 "$log")" ;;
        *) fail "$name" "$log" ;;
    esac
}

# wants PART COMMAND: is the tool here? Else the part is skipped.
wants() {
    command -v "$2" >/dev/null 2>&1 && return 0
    skip "$1" "$2 is not installed"
    return 1
}

# ---- building and meson

# make NAME OPTIONS...: configures build/test-NAME once, and builds it.
make() {
    folder=$out/test-$1
    shift
    if [ ! -f "$folder/build.ninja" ]; then
        rm -rf "$folder"
        meson setup "$@" "$folder" "$top" || return 1
    fi
    ninja -k 0 -C "$folder"
}

# run_tests NAME SUITES...: the tests of build/test-NAME are counted one by one.
run_tests() {
    label=$1
    folder=$out/test-$1
    log=$logs/test-$1-run.log
    before=$failed
    shift
    rm -f "$folder/meson-logs/testlog.json"
    meson test -C "$folder" --no-rebuild --num-processes 2 "$@" >"$log" 2>&1
    result=$?
    if ! counts=$(tools/meson_results.py "$folder" "$label" 2>>"$log"); then
        fail "$label: no test ran" "$log"
        return
    fi
    echo "$counts" | grep -v '^count '
    # shellcheck disable=SC2046 # three numbers
    set -- $(echo "$counts" | grep '^count ')
    passed=$((passed + $2))
    failed=$((failed + $3))
    skipped=$((skipped + $4))
    [ $result = 0 ] || [ "$failed" != "$before" ] || fail "$label: meson test ended with $result" "$log"
}

# build_and_test NAME SUITES -- OPTIONS...
build_and_test() {
    label=$1
    suites=$2
    shift 2
    check "$label: build" make "$label" -Dwerror=true "$@"
    [ "$ok" = true ] || return
    # shellcheck disable=SC2086 # a list of options
    run_tests "$label" $suites
}

# ---- the parts

part_shell() {
    wants shell shellcheck || return 0
    # shellcheck disable=SC2046 # names without blanks
    check "shell scripts" shellcheck build.sh .ci/run sdk/node/src/mxc.sh $(find tools tests examples -name '*.sh' | sort)
}

part_layers() { check "layers" tools/check_layers.py; }
part_size() { check "size and first lines" tools/check_size.py; }

part_format() {
    wants format clang-format || return 0
    check "format" tools/check_format.sh
}

part_headers() { check "headers" tools/check_headers.sh; }

part_gcc() { build_and_test gcc '' "$static"; }

part_clang() {
    wants clang clang || return 0
    CC=clang build_and_test clang "$pure" "$static"
}

# Leaks are looked for as well, so a test that keeps memory fails.
part_asan() {
    wants asan clang || return 0
    CC=clang build_and_test asan "$pure --suite cli" -Dstatic=false --buildtype=debugoptimized \
        -Db_sanitize=address,undefined -Db_lundef=false '-Dc_args=-fno-sanitize-recover=all -DMXC_ARENA_BLOCK=0'
}

part_mingw() {
    wants mingw x86_64-w64-mingw32-gcc || return 0
    check "mingw: build" make mingw -Dwerror=true -Dtests=false -Dstatic=false \
        --cross-file cross/mingw-w64.ini
}

part_analyzer() {
    check "analyzer" make analyzer -Dwerror=true -Dtests=false "$static" -Dc_args=-fanalyzer
}

part_tidy() {
    wants tidy clang-tidy || return 0
    check "tidy: build" make gcc -Dwerror=true "$static"
    check "tidy" tools/check_tidy.sh "$out/test-gcc"
}

install_into_empty() {
    target=$(mktemp -d) || return 1
    MXC_BUILD_DIR=$out ./build.sh install --prefix "$target/new" && tools/check_install.sh "$target/new"
    result=$?
    rm -rf "$target"
    return $result
}
part_install() { check "install" install_into_empty; }

# The programs for another machine are built and put into the package; only an emulator can start them here.
part_sdk_package() {
    cross=
    check_or_skip "sdk: programs for arm64" cross/arm64.sh "$out/arm64"
    if [ -x "$out/arm64/build/src/cli/mxc" ]; then cross=$out/arm64/build/src/cli; fi
    check "sdk: package" env MXC_BUILD="$out/test-gcc/src/cli" MXC_BUILD_ARM64="$cross" node --test sdk/node/tests/package/package.test.mjs
}

part_sdk() {
    wants sdk node || return 0
    wants sdk npm || return 0
    check "sdk: executor" make gcc -Dwerror=true "$static"
    [ "$ok" = true ] || return 0
    if ! npm ci --prefix sdk/node --ignore-scripts --no-audit --no-fund >"$logs/test-sdk-install.log" 2>&1; then
        skip sdk "npm cannot fetch what the SDK is built with: see $logs/test-sdk-install.log"
        return 0
    fi
    check "sdk: types" npm run --prefix sdk/node build
    check "sdk: tests" env MXC_BUILD="$out/test-gcc/src/cli" npm test --prefix sdk/node
    check_or_skip "sdk: comparison" env MXC_BUILD="$out/test-gcc/src/cli" node sdk/node/tests/compat/run.mjs
    check "sdk: docs" env MXC_BUILD="$out/test-gcc/src/cli" node --test sdk/node/tests/docs/docs.test.mjs
    check "sdk: examples" env MXC_BUILD="$out/test-gcc/src/cli" node --test sdk/node/tests/examples/examples.test.mjs
    part_sdk_package
}

part_fuzz() {
    wants fuzz clang || return 0
    check "fuzz: build" tools/fuzz.py --out "$out" build
    [ "$ok" = true ] || return 0
    targets=$(tools/fuzz.py list)
    seconds=$((60 / $(echo "$targets" | wc -l)))
    for target in $targets; do
        check "fuzz: $target" tools/fuzz.py --out "$out" run "$seconds" "$target"
    done
}

# ---- which parts

names=$(echo "$parts" | sed 's/ .*//' | grep .)
for part in "$@"; do
    if ! echo "$names" | grep -qx -- "$part"; then
        echo "there is no part '$part'; the parts are:"
        echo "$parts"
        exit 2
    fi
done
# shellcheck disable=SC2086 # a list of words
[ $# -gt 0 ] || set -- $names
mkdir -p "$logs" || exit 1
for part in "$@"; do "part_$part"; done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
