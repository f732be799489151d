# SPDX-License-Identifier: MIT
"""Our client library beside the published one, each on its own executor, in one process and in turns."""
import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path

import peers

HERE = Path(__file__).resolve().parent
SDK = HERE.parents[1] / "sdk" / "node"
AIM = 0.5


def row(name, value, text, target=None, reached=None, note=""):
    return {"name": name, "value": value, "text": text, "target": target, "reached": reached, "note": note}


def built():
    """Our library, built if nobody did. None when npm cannot."""
    if not (SDK / "dist" / "index.js").exists() or not (SDK / "node_modules" / "node-pty").exists():
        for words in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
            if subprocess.run(["npm", *words], cwd=SDK, capture_output=True, check=False).returncode:
                return None
    return SDK / "dist" / "index.js"


def published(bench):
    """The published library, or why not."""
    folder = bench.keep if os.geteuid() else bench.folder
    found = peers.published("0.7.0", {"version": "0.7.0-alpha"}, "true", folder)
    if not found.argv:
        return None, found.reason
    return folder / "npm-0.7.0" / "node_modules" / peers.SDK / "dist" / "index.js", ""


def bin_folder(bench):
    """What MXC_BIN_DIR names: the programs in a folder called like the machine."""
    place = bench.folder / "sdk" / {"x86_64": "x64", "aarch64": "arm64"}[os.uname().machine]
    place.mkdir(parents=True, exist_ok=True)
    for name in ("mxc", "lxc-exec"):
        shutil.copy2(bench.mxc, place / name)
    return place.parent


def compare(times, way, moment, what):
    ours, theirs = (statistics.median(times[f"{way}, {who}"][moment]) for who in ("ours", "published"))
    return row(f"client library, {way}: {what}", ours / theirs, f"{ours:.1f} ms, published {theirs:.1f} ms: × {ours / theirs:.2f}",
               f"× {AIM:.2f}", ours / theirs <= AIM)


FIRST_CALL = """
const begun = performance.now();
const sdk = await import(process.argv[1]);
sdk.getPlatformSupport();
console.log(performance.now() - begun);
"""
FIRST_CALL_MS = 15


def first_call(bench, ours):
    """In processes of their own: a module is imported once."""
    env = {**os.environ, "MXC_BIN_DIR": str(bin_folder(bench))}
    took = [float(subprocess.run(["node", "--input-type=module", "-e", FIRST_CALL, ours.as_uri()], capture_output=True, text=True,
                                 check=True, timeout=60, env=env).stdout)
            for _ in range(3 if bench.options.quick else 40)]
    middle = statistics.median(took)
    return row("client library: import and first `getPlatformSupport()`", middle, f"{middle:.1f} ms", f"{FIRST_CALL_MS} ms",
               middle <= FIRST_CALL_MS)


def measure_all(bench):
    """client libraries"""
    if bench.options.no_peers:
        return []
    if not shutil.which("node"):
        return [row("client library", None, "not measured: node is not installed")]
    theirs, reason = published(bench)
    ours = built()
    if not theirs or not ours:
        return [row("client library", None, f"not measured: {reason or 'npm cannot fetch what ours is built with'}")]
    rounds = 3 if bench.options.quick else 60
    done = subprocess.run(["node", HERE / "sdk.mjs", str(rounds), ours, bin_folder(bench), theirs], capture_output=True, text=True,
                          check=False, timeout=300)
    if done.returncode:
        return [row("client library", None, f"not measured: {done.stderr.strip()[-200:]}")]
    times = json.loads(done.stdout)
    bare = statistics.median(times["terminal, bare"]["close"])
    run = statistics.median(times["run(), ours"]["close"])
    found = [compare(times, way, moment, what) for way in ("pipes", "terminal")
             for moment, what in (("first", "call to first output of `echo hi`"), ("close", "call to close"))]
    found[-1]["note"] = f"node-pty alone takes {bare:.1f} ms for it, without a sandbox"
    return [*found, first_call(bench, ours), row("client library, `run()`: call to its result", run, f"{run:.1f} ms")]
