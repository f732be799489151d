#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks who may include whom, from the #include lines of src/.

usage: check_layers.py [ROOT]

An arrow in CONTRIBUTING.md means "may be included by". The table below is that picture. The pure
layers may use the standard C library and jansson only, so that they build for every system.
"""
import pathlib
import re
import sys

ABOVE = ["base", "policy", "plan", "backend", "run", "lib", "cli"]
MAY_INCLUDE = {layer: set(ABOVE[: i + 1]) for i, layer in enumerate(ABOVE)}
MAY_INCLUDE["sys"] = {"base", "policy", "sys"}
MAY_INCLUDE["net"] = {"base", "policy", "net"}
MAY_INCLUDE["proxy"] = {"proxy"}  # a program of its own, for tests
for user in ("plan", "backend", "run", "lib", "cli"):
    MAY_INCLUDE[user].add("net")
for user in ("backend", "run", "lib", "cli"):
    MAY_INCLUDE[user].add("sys")

PURE = {"policy", "plan", "net"}
# The network process itself: what has descriptors, and what talks to libslirp.
NOT_PURE = re.compile(r"net/(calls|confine|echo|introduce|loop|names|net_main|own|relay|netlink|stack|upstream)\.[ch]")
PURE_HEADERS = {
    "assert.h", "ctype.h", "errno.h", "float.h", "inttypes.h", "limits.h", "math.h", "stdalign.h",
    "stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "stdnoreturn.h",
    "string.h", "time.h", "jansson.h",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SYSTEM_SWITCH = re.compile(
    r"^\s*#\s*(?:el)?if.*\b(?:_WIN32|_WIN64|__linux__|__APPLE__|__MINGW32__|__unix__)\b")
MAY_SWITCH = {"backend/registry.c"}


def layer_of(path):
    return path.split("/")[0]


def private_part(path):
    """The backend that a file belongs to: 'backend/native/mount.c' -> 'native'; else None."""
    parts = path.split("/")
    return parts[1] if parts[0] == "backend" and len(parts) > 2 else None


def made_by_build(src, target):
    """Is it an output that some meson.build names? '@0@' there stands for any word."""
    recipes = [*src.rglob("meson.build"), *(src.parent / "tools").glob("meson.build")]
    names = [name for recipe in recipes for name in re.findall(r"'([\w@.-]+)'", recipe.read_text())]
    patterns = [r"\w+".join(map(re.escape, re.split(r"@\w+@", name))) for name in names]
    return any(re.fullmatch(pattern, target) for pattern in patterns)


def check_own(path, target, src):
    """A quoted include: an error text, or None."""
    if not (src / target).is_file():
        if (src.parent / "include" / target).is_file():
            return None
        if made_by_build(src, target):
            return None
        return f'"{target}" is not a path below src/'
    mine, theirs = layer_of(path), layer_of(target)
    if theirs not in MAY_INCLUDE.get(mine, set()):
        return f'{mine} may not include {theirs} ("{target}")'
    part = private_part(target)
    if part and mine == "backend" and path != "backend/registry.c" and part != private_part(path):
        return f'one backend may not include another ("{target}")'
    if part and mine != "backend":
        return f'"{target}" is private to its backend; include "backend/backend.h"'
    return None


def check_line(path, line, src):
    if SYSTEM_SWITCH.match(line) and layer_of(path) != "sys" and path not in MAY_SWITCH:
        return "a switch on the operating system belongs into src/sys"
    found = INCLUDE.match(line)
    if not found:
        return None
    kind, target = found.groups()
    if target.endswith(".c"):
        return f"a .c file is never included ({target})"
    if kind == '"':
        return check_own(path, target, src)
    if layer_of(path) in PURE and not NOT_PURE.fullmatch(path) and target not in PURE_HEADERS:
        return f"{layer_of(path)} is pure and may not use <{target}>"
    return None


def check_tree(root):
    src = pathlib.Path(root) / "src"
    errors = []
    count = 0
    for file in sorted(src.rglob("*.[ch]")):
        path = file.relative_to(src).as_posix()
        count += 1
        if layer_of(path) not in MAY_INCLUDE:
            errors.append(f"src/{path}: no layer has this name")
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            error = check_line(path, line, src)
            if error:
                errors.append(f"src/{path}:{number}: {error}")
    if not count:
        errors.append(f"{src}: no C files")
    return errors


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    errors = check_tree(root)
    for error in errors:
        print(error)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
