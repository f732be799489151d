#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the form of C files: first lines, length of files, functions and (src, include) lines.

usage: check_size.py [ROOT]

A function is what lies between a '{' and a '}' in the first column; .clang-format guarantees that
form. It leaves comments as long as they are, so lines are measured here, in characters. Files whose
name holds '.gen.' are made by tools and are not looked at.
"""
import pathlib
import re
import sys

FILE_LINES = 600
LINE_LENGTH = 100
FUNCTION_LINES = 60
FOLDERS = ("src", "include", "tests", "tools", "sdk", "examples")
NARROW = ("src", "include")
FIRST_LINE = "/* SPDX-License-Identifier: MIT */"


def function_name(lines, opening):
    """The name that stands before the parameters of the block opened at this index."""
    head = ""
    for line in reversed(lines[max(0, opening - 8):opening]):
        head = line + " " + head
        if re.match(r"[A-Za-z_]", line):
            break
    found = re.search(r"(\w+)\s*\(", head)
    return found.group(1) if found else "?"


def long_functions(lines):
    opening = None
    for index, line in enumerate(lines):
        if line.rstrip() == "{":
            opening = index
        elif line.startswith("}") and opening is not None:
            if index - opening > FUNCTION_LINES:
                yield opening + 1, function_name(lines, opening), index - opening
            opening = None


def check_file(path, text):
    lines = text.splitlines()
    errors = []
    if not lines or lines[0] != FIRST_LINE:
        errors.append(f"{path}:1: the first line must be {FIRST_LINE}")
    elif len(lines) < 2 or not lines[1].startswith("/* "):
        errors.append(f"{path}:2: a comment must say what the file is for")
    if len(lines) > FILE_LINES:
        errors.append(f"{path}: {len(lines)} lines, at most {FILE_LINES}")
    if path.parts[0] in NARROW:
        errors += [f"{path}:{number}: {len(line)} characters, at most {LINE_LENGTH}"
                   for number, line in enumerate(lines, 1) if len(line) > LINE_LENGTH]
    for line, name, length in long_functions(lines):
        errors.append(f"{path}:{line}: {name}() has {length} lines, at most {FUNCTION_LINES}")
    return errors


def check_tree(root):
    root = pathlib.Path(root)
    files = [f for folder in FOLDERS for f in sorted((root / folder).rglob("*.[ch]"))]
    files = [f for f in files if ".gen." not in f.name and "node_modules" not in f.parts]
    if not files:
        return [f"{root}: no C files"]
    return [e for f in files for e in check_file(f.relative_to(root), f.read_text())]


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    errors = check_tree(root)
    for error in errors:
        print(error)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
