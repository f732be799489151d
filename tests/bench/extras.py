# SPDX-License-Identifier: MIT
"""What the table of start-up times does not show: system calls, memory, scale, the end of a run, output."""
import os
import re
import shutil
import statistics
import struct
import subprocess
import tempfile
import time
from pathlib import Path

import network
import sdk
import work

SCALE = {"full": {"idle": 1000, "files": 300000, "mounts": 2000, "rounds": 60, "ends": 150, "output": 1 << 30, "outputs": 12},
         "quick": {"idle": 20, "files": 1000, "mounts": 50, "rounds": 3, "ends": 3, "output": 1 << 24, "outputs": 1}}


def scale(bench, name):
    return SCALE["quick" if bench.options.quick else "full"][name]


def measured(name, value, text, target=None, reached=None, note=""):
    return {"name": name, "value": value, "text": text, "target": target, "reached": reached, "note": note}


# ---- system calls, memory

def count_calls(prefix, argv):
    """Calls of all processes until the command is executed, and of the whole run. None without strace."""
    if not shutil.which("strace"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        trace = Path(folder) / "trace"
        done = subprocess.run([*prefix, "strace", "-f", "-qq", "-o", str(trace), *map(str, argv)], stdin=subprocess.DEVNULL,
                              capture_output=True, check=False, timeout=60, cwd="/")
        if done.returncode or not trace.exists():
            return None
        lines = trace.read_text(encoding="utf-8", errors="replace").splitlines()
    calls = [line for line in lines if not re.search(r"^\d+ +(<\.\.\.|\+\+\+|---)", line)]
    # 'true' is built into the shell, so the last execve is the shell's.
    started = max((i for i, line in enumerate(calls) if re.search(r"^\d+ +execve\(", line)), default=len(calls) - 1)
    return {"setup": started + 1, "total": len(calls)}


def descendants(pid):
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)
            except OSError:
                continue
            parents[int(entry.name)] = (int(fields[1].split()[1]), fields[0].split("(", 1)[1])
    found, wave = {}, {pid}
    while wave:
        found |= {one: parents[one][1] for one in wave if one in parents}
        wave = {one for one, (parent, _) in parents.items() if parent in wave} - set(found)
    return found


def memory(pid, key):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return sum(int(value) for value in re.findall(rf"^{key}\w*: +(\d+) kB", text, re.M))


def memory_of(prefix, argv):
    """PSS of the tree, and private memory of all but the program, in KiB; None when it cannot be seen."""
    if not argv:
        return None
    process = subprocess.Popen([*prefix, *map(str, argv)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, cwd="/", start_new_session=True)
    try:
        for _ in range(200):
            tree = descendants(process.pid)
            if "sleep" in tree.values():
                time.sleep(0.1)
                return {"pss": sum(memory(pid, "Pss:"[:-1] + r"(?=:)") for pid in tree),
                        "own": sum(memory(pid, "Private_") for pid, name in tree.items() if name != "sleep")}
            time.sleep(0.02)
    except (OSError, ValueError):
        pass
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return None


# ---- scale

def available():
    text = Path("/proc/meminfo").read_text(encoding="ascii")
    return int(re.search(r"^MemAvailable: +(\d+)", text, re.M)[1])


def many_idle(bench):
    count = scale(bench, "idle")
    config = bench.policy("ready", "echo ready; exec sleep 600")
    runs = []
    before, began = available(), time.monotonic()
    try:
        for _ in range(count):
            read, write = os.pipe()
            runs.append((subprocess.Popen([bench.mxc, "run", config], stdin=subprocess.DEVNULL, stdout=write,
                                          stderr=subprocess.STDOUT), read))
            os.close(write)
        alive = sum(os.read(read, 100) == b"ready\n" for _, read in runs)
        seconds = time.monotonic() - began
        each = (before - available()) / count
    finally:
        for process, read in runs:
            process.terminate()
            os.close(read)
        for process, _ in runs:
            process.wait()
    return [measured(f"{count} idle sandboxes at once", alive, f"{alive} alive after {seconds:.1f} s",
                     f"all {count}", alive == count),
            measured("memory of the machine for each of them", each / 1024, f"{each / 1024:.2f} MiB",
                     note="with the kernel's objects and the program")]


def medians(bench, rows, prefix=(), env=None):
    """Median milliseconds of each argv, all in one interleaved run."""
    path = bench.folder / "more-rows"
    path.write_text("".join("\t".join(map(str, argv)) + "\n" for argv in rows), encoding="utf-8")
    text = subprocess.run([*map(str, prefix), str(bench.folder / "measure"), "latency", str(scale(bench, "rounds")), str(path)],
                          stdout=subprocess.PIPE, check=True, text=True, env=env).stdout
    return [statistics.median(int(word) / 1e6 for word in line.split()) for line in text.splitlines()]


def against(name, small, large, what):
    ratio = large / small
    return measured(name, ratio, f"{small:.2f} ms and {large:.2f} ms: × {ratio:.2f}", "× 1.05", ratio <= 1.05, what)


def large_tree(bench):
    empty, full = bench.folder / "empty", bench.folder / "full"
    empty.mkdir()
    for number in range(scale(bench, "files")):
        if number % 1000 == 0:
            (full / str(number)).mkdir(parents=True)
        (full / str(number // 1000 * 1000) / str(number)).touch()
    configs = [bench.policy(f"tree-{path.name}", "true", filesystem={"readwritePaths": [str(path)]}) for path in (empty, full)]
    small, large = medians(bench, [[bench.mxc, "run", config] for config in configs])
    shutil.rmtree(full)
    return [against(f"start with a granted tree of {scale(bench, 'files'):,} files", small, large, "against an empty one")]


def many_mounts(bench):
    count = scale(bench, "mounts")
    name = f"start on a host with {count:,} more mounts"
    if os.geteuid() != 0:
        return [measured(name, None, "needs root", note="to make the mounts, in a namespace of their own")]
    script = ('mount -t tmpfs bench "$0" && cd "$0" && i=0 && while [ $i -lt "$1" ]; do mkdir $i && mount --bind $i $i; '
              'i=$((i+1)); done; cd / && shift && exec "$@"')
    place = bench.folder / "mounts"
    place.mkdir()
    denying = bench.policy("denying", "true", filesystem={"readwritePaths": [str(bench.folder)],
                                                          "deniedPaths": [str(bench.config)]})
    rows = [[bench.folder / "floor", "/bin/sh", "-c", "true"], [bench.mxc, "run", bench.config], [bench.mxc, "run", denying]]
    few = medians(bench, rows, ["unshare", "-m", "sh", "-c", script, place, "0"])
    many = medians(bench, rows, ["unshare", "-m", "sh", "-c", script, place, str(count)])
    floor, added, looking = (late - early for late, early in zip(many, few))
    return [measured(name, added, f"+{added:.2f} ms; the floor +{floor:.2f} ms", "as the floor",
                     added <= floor * 1.1 + 0.1, "the kernel copies them for every new mount namespace"),
            measured("the same with a grant and a denial", looking, f"+{looking:.2f} ms",
                     note="then the mount table is read, to find other names of what is denied")]


def large_environment(bench):
    large = {**os.environ, **{f"FILLER{i}": "x" * 65000 for i in range(16)}}
    rows = [[bench.mxc, "run", bench.config], [bench.folder / "floor", "/bin/sh", "-c", "true"], ["/bin/sh", "-c", "true"]]
    small = medians(bench, rows)
    large = medians(bench, rows, env=large)
    added, floor, bare = (many - few for many, few in zip(large, small))
    return [measured("start with an environment of 1 MiB", added,
                     f"+{added:.2f} ms; the floor +{floor:.2f} ms, a bare spawn +{bare:.2f} ms", "as the floor",
                     added <= floor * 1.1 + 0.1, "the kernel copies it at every exec and clone")]


# ---- the end, and output

def end_of_run(bench):
    place = bench.folder / "moments"
    place.mkdir()
    shutil.copy(bench.folder / "moment", place / "moment")
    config = bench.policy("moment", f"exec {place}/moment", filesystem={"readonlyPaths": [str(place)]})
    rows = {"bare": [place / "moment"], "mxc": [bench.mxc, "run", config]}
    late = {name: [] for name in rows}
    for _ in range(scale(bench, "ends")):
        for name, argv in rows.items():
            read, write = os.pipe()
            pid = os.posix_spawn(argv[0], list(map(str, argv)), os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, write, 1)])
            os.close(write)
            os.waitpid(pid, 0)
            seen = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
            late[name].append((seen - struct.unpack("Q", os.read(read, 8))[0]) / 1e6)
            os.close(read)
    bare, box = (statistics.median(late[name]) for name in ("bare", "mxc"))
    return [measured("from the program's end to the executor's", box, f"{box:.2f} ms; a bare child {bare:.2f} ms",
                     note="everything of the sandbox is gone by then; it is noticed earlier, see below")] + noticed(bench, config)


def notice(argv, call):
    """Milliseconds from the program's last words to the end of that call of the watched process. strace watches it alone."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as trace:
        done = subprocess.run(["strace", "-ttt", "-e", f"trace={call}", "-o", trace.name, *map(str, argv)],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        heard = [float(line.split()[0]) for line in trace.read().splitlines() if f" {call}(" in line]
    offset = time.clock_gettime(time.CLOCK_REALTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
    return (heard[-1] - offset - struct.unpack("Q", done.stdout)[0] / 1e9) * 1e3


def noticed(bench, config):
    """How soon the executor hears of the end."""
    name = "from the program's end to its notice by the executor"
    if not shutil.which("strace"):
        return [measured(name, None, "needs strace")]
    moment = bench.folder / "moments" / "moment"
    rows = {"mxc": ([bench.mxc, "run", config], "recvmsg"), "shell": (["/bin/sh", "-c", f"{moment}; :"], "wait4")}
    late = {row: [] for row in rows}
    for _ in range(max(3, scale(bench, "ends") // 3)):
        for row, (argv, call) in rows.items():
            late[row].append(notice(argv, call))
    value, shell = (statistics.median(late[row]) for row in ("mxc", "shell"))
    return [measured(name, value, f"{value:.2f} ms; a shell of its child {shell:.2f} ms", "0.2 ms", value <= 0.2,
                     "strace watches, and costs two stops in both")]


def drain(argv, terminal=False):
    """Seconds until all output was read."""
    began = time.monotonic()
    if terminal:
        read, slave = os.openpty()
        process = subprocess.Popen(list(map(str, argv)), stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
    else:
        read, write = os.pipe()
        process = subprocess.Popen(list(map(str, argv)), stdin=subprocess.DEVNULL, stdout=write)
        os.close(write)
    total = 0
    while True:
        try:
            got = len(os.read(read, 1 << 20))
        except OSError:
            break
        if not got:
            break
        total += got
    os.close(read)
    process.wait()
    return time.monotonic() - began, total


def output(bench):
    size = scale(bench, "output")
    command = f"head -c {size} /dev/zero"
    rows = {"pipe": [bench.mxc, "run", bench.policy("output", command)],
            "pipe with limits.outputMb": [bench.mxc, "run",
                                          bench.policy("limited", command, limits={"outputMb": 2 * size // (1 << 20)})]}
    bare, boxes = [], {name: [] for name in rows}
    for _ in range(scale(bench, "outputs")):
        bare.append(drain(["/bin/sh", "-c", command]))
        for name, argv in rows.items():
            boxes[name].append(drain(argv))
    found = []
    for name, runs in boxes.items():
        ratio = min(took for took, _ in bare) / min(took for took, _ in runs)
        whole = all(total == size for _, total in runs)
        found.append(measured(f"{size >> 20} MiB of output, {name}", ratio, f"{ratio * 100:.0f} % of a plain pipe",
                              "90 %", whole and ratio >= 0.9,
                              "the program holds the caller's pipe" if name == "pipe" else "the executor passes it on"))
    return found


def measure_all(bench):
    found = []
    for part in (many_idle, large_tree, many_mounts, large_environment, end_of_run, output, work.measure_all,
                 network.measure_all, sdk.measure_all):
        bench.say(part.__doc__.splitlines()[0] if part.__doc__ else part.__name__.replace("_", " "))
        try:
            found += part(bench)
        except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
            found.append(measured(part.__name__.replace("_", " "), None, f"not measured: {error}"))
    return found
