#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""./build.sh bench: what a sandbox costs, beside the least that it could cost and beside the peers, in one run.

Times depend on the machine and on what else it does; the ratios of one run are what counts. Nothing here fails
because of a time."""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import extras
import peers
import report
from peers import Row

USER = 1000


class Bench:
    """The programs, the folder that every caller can read, and the answers so far."""

    def __init__(self, options):
        self.options = options
        self.folder = Path(tempfile.mkdtemp(prefix="mxc-bench-"))
        self.folder.chmod(0o755)
        self.keep = Path(options.out)
        self.keep.mkdir(parents=True, exist_ok=True)
        self.mxc = self.folder / "mxc"
        shutil.copy(options.mxc, self.mxc)
        for name in ("mxc-net", "linux-test-proxy"):  # which it looks for beside itself
            if Path(options.mxc).with_name(name).exists():
                shutil.copy(Path(options.mxc).with_name(name), self.mxc.with_name(name))
        (self.folder / "lxc-exec").symlink_to(self.mxc)
        self.command = "true"
        self.config = self.policy("default", self.command)
        self.plan = peers.read_plan(self.capture([self.mxc, "plan", self.config]))
        (self.folder / "floor_plan.h").write_text(peers.floor_header(self.plan), encoding="utf-8")
        peers.compile_program("floor.c", self.folder / "floor", f"-I{self.folder}")
        peers.compile_program("measure.c", self.folder / "measure")
        peers.compile_program("moment.c", self.folder / "moment")

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def say(self, text):
        if sys.stderr.isatty():
            print(f"bench: {text}", file=sys.stderr)

    def policy(self, name, command, **sections):
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps({"version": "0.8.0-alpha", "process": {"commandLine": command}, **sections}),
                        encoding="utf-8")
        path.chmod(0o644)
        return path

    @staticmethod
    def capture(argv):
        return subprocess.run([str(word) for word in argv], stdout=subprocess.PIPE, check=True, text=True).stdout

    def callers(self):
        """How a command is started as each caller, and its name."""
        if os.geteuid() != 0:
            return [("user", [])]
        return [("root", []), ("user", ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"])]

    def rows(self, caller):
        root = caller == "root"
        shell = ["/bin/sh", "-c", self.command]
        runc = self.folder / f"runc-{caller}"
        npm = self.keep if os.geteuid() else self.folder
        rows = [Row("bare spawn", shell), Row("floor", [self.folder / "floor", *shell]),
                Row("mxc", [self.mxc, "run", self.config]), Row("lxc-exec (ours)", [self.folder / "lxc-exec", self.config])]
        if self.options.no_peers:
            return rows
        rows += [peers.bwrap(self.plan, shell), peers.firejail(shell, root), peers.runc(self.plan, shell, runc, root),
                 peers.published("0.7.0", {"version": "0.7.0-alpha", "containment": "bubblewrap"}, self.command, npm),
                 peers.published("1.0.1", {"version": "1.0.0", "containment": "bubblewrap"}, self.command, npm)]
        wanted = self.options.rows
        return [row for row in rows if not wanted or row.name in ("bare spawn", "floor", "mxc") or
                any(word in row.name for word in wanted)]

    def measure(self, prefix, *words):
        return self.capture([*prefix, self.folder / "measure", *words]).splitlines()

    def write_rows(self, rows):
        path = self.folder / "rows"
        path.write_text("".join("\t".join(str(word) for word in row.argv) + "\n" for row in rows), encoding="utf-8")
        return path

    def check(self, prefix, row):
        """A row that does not work says so, and is measured no further."""
        if not row.argv:
            return
        done = subprocess.run([*prefix, *map(str, row.argv)], stdin=subprocess.DEVNULL, capture_output=True, check=False,
                              cwd="/", timeout=60)
        if done.returncode:
            words = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
            row.reason = words[0][:120] if words else f"it ends with {done.returncode}"
            row.argv = []

    def times(self, caller, prefix):
        rows = self.rows(caller)
        for row in rows:
            self.check(prefix, row)
        live = [row for row in rows if row.argv]
        path = self.write_rows(live)
        self.say(f"start-up as {caller}: {len(live)} rows, {self.options.rounds} rounds")
        samples = self.measure(prefix, "latency", self.options.rounds, path)
        result = {row.name: {"reason": row.reason} for row in rows if not row.argv}
        for row, line in zip(live, samples):
            values = sorted(int(word) / 1e6 for word in line.split())
            result[row.name] = {"times": values, "failed": values.count(0)}
        for workers in (2, 8):
            self.say(f"{workers} in parallel as {caller}")
            for row, line in zip(live, self.measure(prefix, "parallel", workers, self.options.span, path)):
                result[row.name][f"parallel{workers}"] = float(line)
        for row in live:
            self.say(f"system calls and memory of {row.name} as {caller}")
            result[row.name]["calls"] = extras.count_calls(prefix, row.argv)
            result[row.name]["memory"] = extras.memory_of(prefix, self.idle(row))
        return {row.name: result[row.name] for row in rows}

    def idle(self, row):
        """The same row with a program that waits, to look at its memory."""
        swap = {"true": "exec sleep 30"}
        argv = [swap.get(str(word), str(word)) for word in row.argv]
        if row.name in ("mxc", "lxc-exec (ours)"):
            argv[-1] = str(self.policy("idle", "exec sleep 30"))
        elif row.name.endswith("(npm)"):
            config = json.loads(Path(argv[-1]).read_text(encoding="utf-8"))
            config["process"]["commandLine"] = "exec sleep 30"
            path = Path(argv[-1]).with_name("idle.json")
            path.write_text(json.dumps(config), encoding="utf-8")
            argv[-1] = str(path)
        elif row.name.startswith("runc"):
            return []  # its helpers are gone by then, and its name is in the shell's command
        return argv


def summary(values):
    quarter = len(values) // 4
    return {"median": statistics.median(values), "p95": values[min(len(values) - 1, int(len(values) * 0.95))],
            "spread": values[-1 - quarter] - values[quarter]}


def digest(rows):
    """From samples to the columns of the table."""
    floor = statistics.median(rows["floor"]["times"])
    for row in rows.values():
        if "times" not in row:
            continue
        row.update(summary(row.pop("times")))
        row["ratio"] = row["median"] / floor
    return rows


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./build.sh bench", description=__doc__.splitlines()[0])
    parser.add_argument("--mxc", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--out", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="few rounds and small measurements: to see that it works")
    parser.add_argument("--no-peers", action="store_true", help="only ours, the floor and a bare spawn")
    parser.add_argument("--no-more", action="store_true", help="only the table of start-up times")
    parser.add_argument("--json", action="store_true", help="print the result as JSON instead of a table")
    parser.add_argument("--docs", help="put the tables into this page, between its marks")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="only rows of peers with this in their name")
    options = parser.parse_args()
    options.rounds = 5 if options.quick else 200
    options.span = 300 if options.quick else 3000
    return options


def main():
    options = parse_arguments()
    bench = Bench(options)
    try:
        result = {"when": time.strftime("%Y-%m-%d", time.gmtime()), "machine": report.machine(), "start": {}, "more": []}
        for caller, prefix in bench.callers():
            result["start"][caller] = digest(bench.times(caller, prefix))
        result["more"] = [] if options.no_more else extras.measure_all(bench)
        result["targets"] = report.targets(result)
    finally:
        bench.close()
    text = report.markdown(result)
    (bench.keep / "bench.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (bench.keep / "bench.md").write_text(text, encoding="utf-8")
    if options.docs:
        report.into_page(Path(options.docs), text)
    print(json.dumps(result, indent=2) if options.json else text)


if __name__ == "__main__":
    main()
