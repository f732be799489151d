#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds and runs the fuzz targets of tests/fuzz; './build.sh fuzz' and the part 'fuzz' of the tests call it.

usage: fuzz.py [--out DIR] build | list | run SECONDS [TARGET...]

'run' divides the seconds among the targets and prints a table. New inputs stay in DIR/fuzz/corpus/TARGET and
are used again. An input that fails is kept in DIR/fuzz/failed, and how to repeat it is printed. Exit status
0, 1 when something failed, 2 for wrong words.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
CORPUS = TOP / "tests/fuzz/corpus"
OPTIONS = ["-Dwerror=true", "-Dtests=false", "-Dfuzz=true", "-Dstatic=false", "--buildtype=debugoptimized",
           "-Db_sanitize=address,undefined", "-Db_lundef=false",
           "-Dc_args=-fno-sanitize-recover=all -fsanitize=fuzzer-no-link -DMXC_ARENA_BLOCK=0"]
# An input that takes longer hangs; generous, because the machine may have other work.
HANG_SECONDS = 120
ROW = "{:<10} {:>8} {:>10} {:>9} {:>7} {:>8} {:>5}  {}"


def targets():
    return sorted(path.name for path in CORPUS.iterdir() if path.is_dir())


def build(out):
    """Configures once and builds every target. True when that worked."""
    folder = out / "test-fuzz"
    if not (folder / "build.ninja").exists():
        shutil.rmtree(folder, ignore_errors=True)
        env = dict(os.environ, CC="clang")
        if subprocess.run(["meson", "setup", *OPTIONS, folder, TOP], env=env, check=False).returncode:
            return False
    return subprocess.run(["ninja", "-C", folder, "fuzzers"], check=False).returncode == 0


def words_of_schemas():
    """Every name and fixed value of the JSON Schemas: what a fuzzer would have to guess."""
    words = set()
    for schema in sorted((TOP / "schemas").glob("*.json")):
        words |= set(re.findall(r'"((?:[^"\\]|\\.){2,40})"', schema.read_text()))
    return sorted(word for word in words if re.fullmatch(r"[\w. -]+", word))


def dictionary(out):
    path = out / "fuzz" / "words.dict"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f'"\\"{word}\\""' for word in words_of_schemas()]
    lines += [f'"{word}"' for word in ("../", "/./", "//", "\\xc2\\x9b", "\\xe2\\x80\\xae", "\\x1b[2J", "::ffff:")]
    path.write_text("\n".join(lines) + "\n")
    return path


def numbers(log):
    """What the engine says at its end: inputs tried, edges of the program seen."""
    tried = re.findall(rb"stat::number_of_executed_units: (\d+)", log)
    edges = re.findall(rb"cov: (\d+)", log)
    return int(tried[-1]) if tried else 0, int(edges[-1]) if edges else 0


def fuzz(out, target, seconds):
    """Runs one target. Its row of the table, and what to say about a failure or None."""
    own, failed = out / "fuzz/corpus" / target, out / "fuzz/failed"
    log_path = out / "fuzz" / f"{target}.log"
    own.mkdir(parents=True, exist_ok=True)
    failed.mkdir(parents=True, exist_ok=True)
    known, before = len(list(own.iterdir())), set(failed.iterdir())
    program = out / "test-fuzz/tests/fuzz" / f"fuzz_{target}"
    with log_path.open("wb") as log:
        done = subprocess.run(
            [program, f"-max_total_time={seconds}", f"-timeout={HANG_SECONDS}", "-rss_limit_mb=3000",
             "-print_final_stats=1", f"-dict={dictionary(out)}", f"-artifact_prefix={failed}/{target}-",
             own, CORPUS / target], stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
    text = log_path.read_bytes()
    tried, edges = numbers(text)
    row = [target, seconds, tried, tried // max(seconds, 1), edges, len(list(own.iterdir())),
           len(list(own.iterdir())) - known, "FAILED" if done.returncode else "ok"]
    if not done.returncode:
        return row, None
    return row, explain(target, program, sorted(set(failed.iterdir()) - before), text, log_path)


def explain(target, program, files, text, log_path):
    lines = text.decode(errors="replace").splitlines()
    why = [line for line in lines if re.search(r"does not hold|is about|ERROR: |runtime error:", line)]
    say = [f"{target}: {line[:300]}" for line in why[:4]] or [f"{target}: the program ended"]
    say += [f"{target}: repeat with: {program} {file}" for file in files]
    return "\n".join(say + [f"{target}: the whole log is {log_path}"])


def run(out, seconds, chosen):
    each = max(1, seconds // len(chosen))
    failures = []
    print(ROW.format("target", "seconds", "inputs", "a second", "edges", "corpus", "new", "verdict"))
    for target in chosen:
        row, failure = fuzz(out, target, each)
        print(ROW.format(*row), flush=True)
        if failure:
            failures.append(failure)
    for failure in failures:
        print(failure)
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=TOP / "build")
    parser.add_argument("what", choices=("build", "list", "run"))
    parser.add_argument("seconds", type=int, nargs="?", default=60)
    parser.add_argument("targets", nargs="*")
    args = parser.parse_args()
    unknown = sorted(set(args.targets) - set(targets()))
    if unknown:
        print(f"there is no target '{unknown[0]}'; the targets are: {' '.join(targets())}", file=sys.stderr)
        return 2
    if args.what == "list":
        print("\n".join(targets()))
        return 0
    if args.what == "build":
        return 0 if build(args.out.resolve()) else 1
    return run(args.out.resolve(), args.seconds, args.targets or targets())


if __name__ == "__main__":
    sys.exit(main())
