#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tells what a run of 'meson test' gave.

usage: meson_results.py BUILD_DIR LABEL

Prints a line for each failed and each skipped test, with the end of its output or its reason, and
one line for the rest. The last line is "count PASSED FAILED SKIPPED" for the caller to add up.
Ends with 1 when no test ran.
"""
import json
import pathlib
import sys

PASSED = {"OK", "EXPECTEDFAIL"}
SKIPPED = {"SKIP"}
TAIL = 25


def output_lines(test):
    text = (test.get("stdout") or "") + (test.get("stderr") or "")
    return [line for line in text.splitlines() if line.strip()]


def reason_of_skip(test):
    """A line that begins with "skip", else the last line."""
    lines = [line.strip() for line in output_lines(test)]
    marked = [line for line in lines if line.lower().startswith("skip")]
    return (marked or lines or ["no reason was printed"])[-1]


def read_results(build):
    log = pathlib.Path(build) / "meson-logs" / "testlog.json"
    if not log.is_file():
        return []
    with log.open(encoding="utf-8", errors="replace") as file:
        return [json.loads(line) for line in file if line.strip()]


def report(tests, label):
    counts = [0, 0, 0]
    for test in tests:
        name = f"{label}: {test['name']}"
        if test["result"] in PASSED:
            counts[0] += 1
        elif test["result"] in SKIPPED:
            counts[2] += 1
            print(f"skip  {name}: {reason_of_skip(test)}")
        else:
            counts[1] += 1
            print(f"FAIL  {name} ({test['result'].lower()}, {test.get('duration', 0):.1f} s)")
            for line in output_lines(test)[-TAIL:]:
                print(f"      | {line}")
    seconds = sum(test.get("duration", 0) for test in tests)
    print(f"pass  {label}: {counts[0]} of {len(tests)} tests, {seconds:.1f} s of test time")
    return counts


def main():
    build, label = sys.argv[1:3]
    tests = read_results(build)
    if not tests:
        print(f"{label}: no tests", file=sys.stderr)
        return 1
    counts = report(tests, label)
    print("count", *counts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
