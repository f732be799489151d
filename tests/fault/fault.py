# SPDX-License-Identifier: MIT
"""Ground for the fault tests: a run under the injector, what it was like, and whether that may be."""
import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "host"))
import host  # pylint: disable=wrong-import-position

RESTRICTED = 42  # the status of the checker when it found nothing loose
RUNS = "restricted "  # and its word
ALL = bool(os.environ.get("MXC_FAULT_ALL"))
NAMESPACES = ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup")
WATCHDOG = 20  # seconds; above the ten that set-up has


@dataclasses.dataclass
class Call:
    """One system call that a run makes."""

    role: str
    name: str
    nth: int
    blocks: bool
    errors: list

    def at(self, what):
        return f"{self.role}:{self.name}:{self.nth}:{what}"


@dataclasses.dataclass
class Ran:
    status: int
    out: str
    err: str
    result: dict
    log: list

    def lines(self, word):
        return [line.split()[1:] for line in self.log if line.split()[0] == word]

    @property
    def hit(self):
        return "hit" in self.log

    @property
    def killed(self):
        return any(kind == "signal" for kind, _ in self.lines("end"))


def install():
    """The programs of this suite, where every caller can reach them."""
    for name in ("inject", "checker"):
        if not (host.PLACE.bin / name).exists():
            shutil.copy(host.BUILD / "tests/fault" / name, host.PLACE.bin)
            (host.PLACE.bin / name).chmod(0o755)


def read_terminal(master):
    """Everything that is written to the other end, until nobody has it any more."""
    text = b""
    try:
        while piece := os.read(master, 65536):
            text += piece
    except OSError:  # how Linux tells the end
        pass
    os.close(master)
    return text.replace(b"\r\n", b"\n")


class Scene:
    """A policy that needs as much of the engine as one can, and the words for the checker."""

    def __init__(self, case, who, *, limits=None, words=(), terminal=False):
        install()
        self.who, self.terminal = who, terminal
        box = case.box(who)
        open_folder, secret = case.folder(who, box / "open"), case.folder(who, box / "open" / "secret")
        case.file(who, secret / "key")
        read = case.folder(who, box / "read")
        case.file(who, read / "denied")
        case.file(who, read / "text")
        case.file(who, box / "outside")
        mixed = case.folder(who, open_folder / "mixed")  # denied, and a grant in it
        case.file(who, mixed / "key")
        shown = case.folder(who, mixed / "shown")
        case.file(who, shown / "text")
        os.mkfifo(open_folder / "fifo")
        who.own(open_folder / "fifo")
        self.words = [f"writable={open_folder}", f"denied={secret}", f"denied={read}/denied",
                      f"readonly={read}/text", f"hidden={box}/outside", f"hidden={mixed}/key", f"readonly={shown}/text",
                      f"denied={open_folder}/fifo", f"closed={mixed}", "files=64",
                      *(f"ns={name}:{os.readlink(f'/proc/self/ns/{name}').split('[')[1][:-1]}"
                        for name in NAMESPACES), *words]
        command = " ".join([str(host.PLACE.bin / "checker"), *(f"'{word}'" for word in self.words)])
        self.policy = host.policy_of(
            command, ro=[read, shown], rw=[open_folder],
            deny=[secret, read / "denied", mixed, open_folder / "fifo"],
            process={"timeout": 15000, "cwd": str(open_folder)},
            limits={"openFiles": 64, "outputMb": 1, **({"memoryMb": 256, "processes": 8} if limits is None else limits)})

    def run(self, *options, timeout=WATCHDOG + 20, env=None):
        """One run under the injector."""
        log_read, log = os.pipe()
        result_read, result = os.pipe()
        begun = time.monotonic_ns()
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        if self.terminal:
            master, slave = os.openpty()
            if os.getuid() == 0:
                os.fchown(slave, self.who.uid, -1)
            streams = {"stdin": slave, "stdout": slave, "stderr": slave}
        process = subprocess.Popen(
            host.command_of(self.who, ["-l", log, "-w", WATCHDOG, *options, "--", host.PLACE.bin / "mxc", "run",
                                       f"--result-fd={result}", "--config-base64", host.b64(self.policy)], "inject"),
            env=host.environment(self.who, env), cwd=self.who.home, pass_fds=(log, result), **streams,
            **self.who.options)
        os.close(log)
        os.close(result)
        if self.terminal:
            os.close(slave)
            out = err = read_terminal(master)
            process.wait(timeout)
        else:
            out, err = process.communicate(timeout=timeout)
        with os.fdopen(log_read) as text:
            lines = text.read().splitlines()
        with os.fdopen(result_read) as text:
            told = text.read()
        ran = Ran(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"),
                  json.loads(told) if told else None, lines)
        for (pid,) in ran.lines("pid"):
            host.STARTED[int(pid)] = begun
        return ran

    def record(self):
        """What calls a run makes."""
        ran = self.run("-r")
        assert ran.status == RESTRICTED, (ran.status, ran.out, ran.err)
        unknown = ran.lines("unknown")
        assert not unknown, f"calls.c has no rows for the numbers {sorted({int(row[1]) for row in unknown})}"
        return [Call(row[0], row[1], int(row[2]), row[3] == "1",
                     [int(number) for number in (row[4].split(",") if len(row) > 4 else [])])
                for row in ran.lines("call")]


def spread(calls, most):
    """Of the calls of one name in one role at most so many, the first and the last among them. The others are the
    same places of a loop, in other turns."""
    if ALL:
        return calls
    groups = {}
    for call in calls:
        groups.setdefault((call.role, call.name), []).append(call)
    chosen = []
    for group in groups.values():
        step = max(1, len(group) - 1) / max(1, most - 1)
        chosen += group if len(group) <= most else [group[round(index * step)] for index in range(most)]
    return chosen


# ---- what a run may be like

STATUS_OF = {"refused": (1, 255), "setup": (255,), "failed": (255,), "timeout": (255,), "output": (255,), "oom": (137,), "signal": (137,),
             "interrupted": (129, 130, 131, 143)}


def explain_failure(ran):
    """Complains when the words do not say what failed."""
    error = ran.result["error"]
    if not error:
        return "failed without an error"
    bare = {os.strerror(number).lower() for number in range(1, 134)}
    if not error.get("where") or not error["message"] or error["message"].lower() in bare:
        return f"does not say what failed: {error}"
    lines = ran.err.splitlines()
    if not lines or not lines[-1].startswith("mxc: "):
        return f"no sentence on standard error: {ran.err!r}"
    return None


def complete(ran):
    """Complains when the program ran, but not in all its chains."""
    if RUNS not in ran.out:
        return f"the checker was not heard: {ran.out!r}"
    told = ran.result["enforced"]
    if told["landlock"].startswith("abi") != ("landlock=1" in ran.out):
        return f"Landlock: {told['landlock']}, and {ran.out!r}"
    if told.get("limits.memoryMb", "").startswith("cgroup v1") and "cgroup=1" not in ran.out:
        return f"not in its cgroup: {ran.out!r}"
    return None


def complaint(ran, lost=False):
    """None: the run ended as runs may end. Otherwise what is wrong with it. 'lost': nobody reads what is written."""
    if ran.lines("hang"):
        return f"hangs: {ran.lines('hang')}"
    if "LOOSE" in ran.out:
        return f"half restricted: {ran.out.strip()}"
    if ran.killed:
        return None  # what it leaves is the counters' business
    if ran.lines("alive"):
        return f"ended before its {ran.lines('alive')}"
    if ran.status == 127 and "error while loading" in ran.err and RUNS not in ran.out:
        return None  # the C library, before there was anything of ours
    if lost and ran.status in (RESTRICTED, 128 + signal.SIGPIPE):
        return None
    if ran.result is None:
        if ran.status in (1, 255) and any(line.startswith("mxc: ") for line in ran.err.splitlines()):
            return None
        return f"no result, status {ran.status}, {ran.err!r}"
    reason = ran.result["reason"]
    if reason in ("exit", "pids"):
        return complete(ran) if ran.status == RESTRICTED else f"status {ran.status}, {ran.out!r}, {ran.err!r}"
    if ran.status not in STATUS_OF.get(reason, ()):
        return f"status {ran.status} for {reason}"
    return explain_failure(ran) if reason in ("refused", "setup", "failed") else None
