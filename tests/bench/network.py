# SPDX-License-Identifier: MIT
"""The network of a sandbox against the programs that others use for it, and against the bare host: everything over the
loopback of this host, all as the same ordinary user, taking turns."""
import os
import re
import shutil
import signal
import statistics
import subprocess
import time
from pathlib import Path

import peers

USER = 1000
PORT, IPERF = 38111, 38112
SIZES = {"full": {"rounds": 5, "seconds": 2, "requests": 1500, "starts": 60, "rules": 10000},
         "quick": {"rounds": 1, "seconds": 1, "requests": 20, "starts": 2, "rules": 100}}
GATEWAY = "10.0.2.2"
OPEN = {"egress": {"default": "allow"}, "ingress": {"hostLoopback": "allow"}}


def as_user(argv):
    argv = list(map(str, argv))
    if os.geteuid():
        return argv
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *argv]


def output_of(argv, **options):
    return subprocess.run(list(map(str, argv)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=120, **options).stdout


# ---- the same command in each of the networks

def bare(_bench, command):
    return output_of(as_user(command("127.0.0.1")))


def boxed(bench, command, network=None):
    words = command(GATEWAY)
    policy = {"network": network or OPEN, "filesystem": {"readonlyPaths": [str(bench.folder)]}}
    return output_of(as_user([bench.mxc, "run", bench.policy("network", " ".join(map(str, words)), **policy)]))


def slirp4netns(_bench, command):
    """It joins the namespaces of a process that waits for it."""
    words = as_user(["unshare", "--user", "--map-root-user", "--net", "sh", "-c", 'read go; exec "$@"', "sh", *command(GATEWAY)])
    inside = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    own = os.readlink("/proc/self/ns/net")
    while os.readlink(f"/proc/{inside.pid}/ns/net") == own:
        time.sleep(0.002)
    read, write = os.pipe()
    helper = subprocess.Popen(as_user(["slirp4netns", "--configure", "--mtu=65520", f"--ready-fd={write}", inside.pid, "tap0"]),
                              pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        os.read(read, 1)
        return inside.communicate("go\n", timeout=120)[0]
    finally:
        os.close(read)
        helper.send_signal(signal.SIGTERM)
        helper.wait()


def pasta(_bench, command):
    script = 'gate=$(ip -4 route show default | cut -d" " -f3); eval "$1"'
    words = " ".join(map(str, command("$gate")))
    return output_of(as_user(["pasta", "--config-net", "--foreground", "--quiet", "--mtu", "65520", "--", "sh", "-c", script,
                              "sh", words]), cwd="/tmp")


ROWS = {"bare": bare, "mxc": boxed, "slirp4netns": slirp4netns, "pasta": pasta}


# ---- what is measured

def iperf(seconds, *options):
    return lambda address: ["iperf3", "-c", address, "-p", IPERF, "-t", seconds, "-f", "m", *options]


def megabits(text):
    return float(re.search(r"([\d.]+) Mbits/sec +receiver", text)[1])


def in_turns(bench, rounds, rows, command, value):
    """row -> median of what 'value' reads from the output; None when a row cannot run here, and why."""
    found, broken = {name: [] for name in rows}, {}
    for _ in range(rounds):
        for name, run in rows.items():
            if name in broken:
                continue
            try:
                found[name].append(value(run(bench, command)))
            except (OSError, subprocess.SubprocessError, TypeError, ValueError) as error:
                broken[name] = str(error).splitlines()[0][:80]
    return {name: statistics.median(values) if values else None for name, values in found.items()}, broken


def row(what, found, unit, broken):
    text = "; ".join(f"{name} {value:.0f} {unit}" if value else f"{name}: {broken.get(name, 'no answer')}"
                     for name, value in found.items())
    if not found.get("mxc") or not found.get("slirp4netns"):
        return {"name": what, "value": None, "text": text, "target": "1.0 × slirp4netns", "reached": None, "note": ""}
    ratio = found["mxc"] / found["slirp4netns"]
    return {"name": what, "value": ratio, "text": f"× {ratio:.2f} of slirp4netns ({text})", "target": "1.0 × slirp4netns",
            "reached": ratio >= 1, "note": ""}


def throughput(bench, size):
    rows = []
    for what, options in (("out of the sandbox", ()), ("into the sandbox", ("-R",))):
        found, broken = in_turns(bench, size["rounds"], ROWS, iperf(size["seconds"], *options), megabits)
        rows.append(row(f"one stream {what}", found, "Mbit/s", broken))
    return rows


def requests(bench, size):
    program = bench.folder / "requests"
    found, broken = in_turns(bench, size["rounds"], ROWS, lambda address: [program, "ask", address, PORT, size["requests"]],
                             float)
    return [row("small requests, one connection each, a second", found, "", broken)]


def many_rules(bench, size):
    """The same stream under many rules, of which none is about it but the last."""
    allow = [{"to": [{"cidr": f"{20 + i // 65536}.{i // 256 % 256}.{i % 256}.1/32"}], "ports": [{"protocol": "tcp", "port": 443}]}
             for i in range(size["rules"])]
    policy = {"egress": {"default": "deny", "allow": [*allow, {"to": [{"cidr": "0.0.0.0/0"}]}]}, "ingress": {"hostLoopback": "allow"}}
    rows = {"mxc": boxed, "rules": lambda bench, command: boxed(bench, command, policy)}
    found, broken = in_turns(bench, 2 * size["rounds"], rows, iperf(size["seconds"]), megabits)
    if None in found.values():
        return [{"name": f"{size['rules']} rules", "value": None, "text": str(broken), "target": None, "reached": None, "note": ""}]
    lost = 100 * (1 - found["rules"] / found["mxc"])
    return [{"name": f"loss of throughput with {size['rules']} rules", "value": lost, "text": f"{lost:.1f} %", "target": "1 %",
             "reached": lost <= 1, "note": "a flow asks once; below the noise of the machine it means nothing"}]


def start_added(bench, size):
    plain = bench.policy("network-none", "true")
    opened = bench.policy("network-open", "true", network=OPEN)
    took = {plain: [], opened: []}
    for _ in range(size["starts"]):
        for config, times in took.items():
            begun = time.monotonic()
            output_of(as_user([bench.mxc, "run", config]))
            times.append((time.monotonic() - begun) * 1e3)
    added = statistics.median(took[opened]) - statistics.median(took[plain])
    return [{"name": "start with an open network", "value": added, "text": f"+{added:.1f} ms", "target": "+4 ms",
             "reached": added <= 4, "note": "over one without"}]


def memory(bench, _size):
    """Private memory of an idle mxc-net."""
    config = bench.policy("network-idle", "echo up; exec sleep 60", network=OPEN)
    process = subprocess.Popen(as_user([bench.mxc, "run", config]), stdout=subprocess.PIPE, text=True)
    try:
        process.stdout.readline()
        (pid,) = (entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit() and is_net(entry, process.pid))
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        private = sum(int(line.split()[1]) for line in rows if line.startswith("Private_")) / 1024
    finally:
        process.kill()
        process.wait()
    return [{"name": "private memory of mxc-net", "value": private, "text": f"{private:.1f} MiB", "target": "4 MiB",
             "reached": private <= 4, "note": ""}]


def is_net(entry, parent):
    try:
        name, rest = (entry / "stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)
    except OSError:
        return False
    return name.endswith("(mxc-net") and int(rest.split()[1]) == parent


# ---- all of it

def servers(bench):
    peers.compile_program("requests.c", bench.folder / "requests", "-O2")
    started = [subprocess.Popen(["iperf3", "-s", "-B", "127.0.0.1", "-p", str(IPERF)], stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL),
               subprocess.Popen([bench.folder / "requests", "serve", str(PORT)], stdout=subprocess.PIPE, text=True)]
    started[1].stdout.readline()
    time.sleep(0.3)  # iperf3 does not say when it listens
    return started


def measure_all(bench):
    """the network"""
    size = SIZES["quick" if bench.options.quick else "full"]
    if not shutil.which("iperf3"):
        return [{"name": "network", "value": None, "text": "needs iperf3", "target": None, "reached": None, "note": ""}]
    started = servers(bench)
    try:
        found = []
        for part in (throughput, requests, many_rules, start_added, memory):
            found += part(bench, size)
        return found
    finally:
        for process in started:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
