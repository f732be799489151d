# SPDX-License-Identifier: MIT
"""Ground for the host tests: a rig of private namespaces, the callers that a sandbox can have, running
the executor with a result descriptor, and counting what a run leaves on the host."""
import base64
import ctypes
import dataclasses
import fcntl
import functools
import json
import os
import random
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SKIPPED = 77
USER = 12345  # an ordinary user: no entry in /etc/passwd, owns nothing but the home that we give it
SECONDS = 30  # a run that takes longer hangs
BUILD = Path(os.environ["MXC_BUILD"]).resolve()  # holds mxc, lxc-exec, probe and launch in their folders
RIGGED = "MXC_TEST_RIG"
HOST_NAME = "mxc-test-host"
AMBIENT = ("/tmp", "/run", "/dev/shm")  # the rig has its own, where the project does not lie in them


# ---- the rig: as root, everything happens in namespaces of the test's own

def enter_rig():
    """Starts this script again in private namespaces. A success of an attack then hits nothing real."""
    if os.getuid() != 0 or os.environ.get(RIGGED):
        return
    command = ["unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child=SIGKILL",
               "--mount-proc"]
    trial = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    if trial.returncode:
        skip("root may not make namespaces here, and without them attacks could hit the host: " + trial.stderr)
    os.environ[RIGGED] = "1"
    os.execvp("unshare", [*command, sys.executable, *sys.argv])


def skip(reason):
    """Ends the suite: skipped, unless this engine must not be."""
    print("cannot run: " + reason)
    sys.exit(1 if "native" in os.environ.get("MXC_MUST", "").split(",") else SKIPPED)


def libc():
    return ctypes.CDLL(None, use_errno=True)


def check_call(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def furnish_rig():
    if os.environ.get(RIGGED):
        needed = [BUILD, Path(__file__).resolve(), Path(sys.executable).resolve()]
        for place in AMBIENT:
            if not any(path.is_relative_to(place) for path in needed):
                check_call(libc().mount(b"test", place.encode(), b"tmpfs", 0, b"mode=1777"))
        socket.sethostname(HOST_NAME)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            up = struct.pack("16sH14x", b"lo", 0x49)  # IFF_UP, IFF_LOOPBACK, IFF_RUNNING
            fcntl.ioctl(any_socket, 0x8914, up)
    check_call(libc().prctl(36, 1, 0, 0, 0))  # PR_SET_CHILD_SUBREAPER: orphans come to us


# ---- files of the test: one folder, and in it one home for each caller

class Place:
    """The folder of this test run, on a real filesystem."""

    def __init__(self):
        self.path = Path(tempfile.mkdtemp(prefix="mxc-host-", dir="/var/tmp")).resolve()
        self.path.chmod(0o755)
        self.bin = self.path / "bin"
        self.bin.mkdir()
        for program in ("src/cli/mxc", "src/cli/lxc-exec", "src/cli/mxc-net", "src/cli/linux-test-proxy", "tests/host/probe", "tests/host/launch"):
            shutil.copy(BUILD / program, self.bin)  # an ordinary user may not reach the build folder
            (self.bin / Path(program).name).chmod(0o755)

    def remove(self):
        shutil.rmtree(self.path)


@dataclasses.dataclass
class Who:
    """One kind of caller."""

    name: str
    about: str
    home: Path
    uid: int
    options: dict
    prefix: tuple = ()

    def own(self, *paths):
        for path in paths:
            os.chown(path, self.uid, self.uid, follow_symlinks=False)


NESTED = ("unshare", "--user", "--map-root-user", "--")
KINDS = {
    "root": "root of the host",
    "user": "an ordinary user",
    "nested": "the root of a user namespace that an ordinary user made",
}


def has_other_users():
    """False for the root of a user namespace in which there is nobody else."""
    lines = [list(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    return any(first <= USER < first + count for first, _, count in lines)


def can_give_files_away():
    return os.getuid() == 0 and has_other_users()


def list_callers(place):
    """All kinds for root; for an ordinary user those that it can be; for the root of a namespace itself."""
    if os.getuid() == 0 and not has_other_users():
        return [make_caller(place, "nested", 0, {}, ())]
    uid = USER if os.getuid() == 0 else os.getuid()
    options = {"user": uid, "group": uid, "extra_groups": []} if os.getuid() == 0 else {}
    root = [make_caller(place, "root", 0, {}, ())] if os.getuid() == 0 else []
    return [*root, make_caller(place, "user", uid, options, ()),
            make_caller(place, "nested", uid, options, NESTED)]


def make_caller(place, name, uid, options, prefix):
    home = place / f"home-{name}"
    home.mkdir(mode=0o700)
    os.chown(home, uid, uid if os.getuid() == 0 else -1)
    return Who(name, KINDS[name], home, uid, options, prefix)


PLACE = None
WHO = []
STARTED = {}  # pid of an executor -> when, in nanoseconds


# ---- running the executor

@dataclasses.dataclass
class Done:
    status: int
    raw: bytes
    raw_err: bytes
    result: dict

    @property
    def out(self):
        return self.raw.decode("utf-8", "replace")

    @property
    def err(self):
        return self.raw_err.decode("utf-8", "replace")

    @property
    def reason(self):
        return self.result["reason"]

    @property
    def pointer(self):
        return (self.result["error"] or {}).get("where")

    @property
    def verdicts(self):
        """What the probe said, one for each action."""
        return self.out.splitlines()


def b64(policy):
    return base64.b64encode(json.dumps(policy).encode()).decode()


def command_of(who, words, program="mxc"):
    return [*who.prefix, str(PLACE.bin / program), *map(str, words)]


def environment(who, extra=None):
    return {"PATH": os.environ["PATH"], "HOME": str(who.home), "TERM": "dumb", **(extra or {})}


def start(who, words, *, program="mxc", env=None, fds=(), cwd=None, before=(), **options):
    """The executor as a running process."""
    argv = [*before, *command_of(who, words, program)]
    begun = time.monotonic_ns()
    process = subprocess.Popen(argv, env=environment(who, env), cwd=cwd or who.home, pass_fds=tuple(fds),
                               **{**who.options, **options})
    STARTED[process.pid] = begun
    return process


def start_policy(who, policy, *words, **options):
    return start(who, ["run", "--config-base64", b64(policy), *words], **options)


def run(who, words, *, stdin=b"", timeout=SECONDS, fds=(), **options):
    """mxc run WORDS to its end, with its result object."""
    read, write = os.pipe()
    try:
        process = start(who, ["run", f"--result-fd={write}", *words], fds=(write, *fds),
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        os.close(write)
        write = -1
        try:
            out, err = process.communicate(stdin, timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"hangs: {words}; stdout {out[:300]}, stderr {err[:300]}") from None
        with os.fdopen(read, "rb") as results:
            read = -1
            text = results.read()
        return Done(process.returncode, out, err, json.loads(text) if text else None)
    finally:
        for fd in (read, write):
            if fd >= 0:
                os.close(fd)


def run_policy(who, policy, **options):
    return run(who, ["--config-base64", b64(policy)], **options)


def probe(*actions):
    """A command line that tries these: probe(["read", "/etc/shadow"], ["cwd"])"""
    words = []
    for action in actions:
        words += ["--", *map(str, action)] if words else map(str, action)
    return " ".join([str(PLACE.bin / "probe"), *("'" + word + "'" for word in words)])


def policy_of(command, *, version="1.0.0", ro=(), rw=(), deny=(), process=None, **more):
    """A policy that also lets the probe be seen."""
    return {"version": version, "process": {"commandLine": command, "cwd": "/", **(process or {})},
            "filesystem": {"readonlyPaths": [str(PLACE.bin), *map(str, ro)],
                           "readwritePaths": list(map(str, rw)), "deniedPaths": list(map(str, deny))},
            **more}


def features(who):
    """What 'mxc probe' says that this caller can have: JSON pointer -> yes."""
    process = start(who, ["probe", "--json"], stdout=subprocess.PIPE)
    native = json.loads(process.communicate(timeout=SECONDS)[0])["backends"][0]
    able = {}
    for row in native["features"]:
        able[row["pointer"]] = able.get(row["pointer"], False) or row["host"]
    return able, native


# ---- what a run may not leave behind

def descendants():
    """pid -> (name, state) of every process below us, zombies too."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                text = Path(f"/proc/{entry}/stat").read_text(errors="replace")
            except OSError:
                continue
            name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
            parents[int(entry)] = (int(rest[1]), name, rest[0])
    found, grown = {os.getpid()}, True
    while grown:
        more = {pid for pid, (parent, _, _) in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return {pid: parents[pid][1:] for pid in found - {os.getpid()} if pid in parents}


def made_by_us(name):
    """A cgroup's name tells the process that made it and when: other sandboxes of this host do not count."""
    parts = re.fullmatch(r"mxc-(\d+)-(\d+)", name)
    begun = STARTED.get(int(parts[1])) if parts else None
    return begun is not None and 0 <= int(parts[2]) - begun < 5_000_000_000


def cgroup_folders():
    return {os.path.join(base, name) for base, folders, _ in os.walk("/sys/fs/cgroup")
            for name in folders if made_by_us(name)}


def ambient_files():
    found = set()
    private = bool(os.environ.get(RIGGED))
    for place in ("/", *AMBIENT, "/var/tmp"):
        for entry in os.scandir(place):
            if re.fullmatch(r"mxc-\w+-\w{6,8}", entry.name):
                continue  # the folder of another test, or of a measurement
            # Where others work as well, only what bears our name can be told apart.
            if "mxc" in entry.name or place == "/" or (private and os.path.ismount(place)):
                found.add(entry.path)
    return found


def interfaces():
    return {line.split(":")[0].strip() for line in Path("/proc/self/net/dev").read_text().splitlines()[2:]}


def own_descriptors():
    return {fd for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")}


COUNTED = {
    "processes": lambda: {(pid, name, state == "Z") for pid, (name, state) in descendants().items()},
    "mounts": lambda: set(Path("/proc/self/mountinfo").read_text().splitlines()),
    "cgroups": cgroup_folders,
    "interfaces": interfaces,
    "descriptors": own_descriptors,
    "files": ambient_files,
}


class Counter:
    """Compares the host before and after; names what is new."""

    def __init__(self):
        self.before = {name: count() for name, count in COUNTED.items()}

    def left(self):
        return {name: sorted(map(str, new)) for name, count in COUNTED.items()
                if (new := count() - self.before[name])}

    def gone(self):
        """Things of the host that a run took away: mounts, files, interfaces."""
        return {name: sorted(map(str, lost)) for name in ("mounts", "interfaces", "files")
                if (lost := self.before[name] - COUNTED[name]())}

    def left_within(self, seconds):
        """As left(), once what the kernel still tears down had time to go; zombies that came to us are
        reaped, as every init does."""
        ends = time.monotonic() + seconds
        while True:
            reap_orphans()
            left = self.left()
            if not left or time.monotonic() > ends:
                return left
            time.sleep(0.01)


def reap_orphans():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


# ---- tests

def watch_the_clock():
    """A test that waits for ever fails, and says where."""
    def hangs(*_):
        raise AssertionError("the test hangs here")
    signal.signal(signal.SIGALRM, hangs)
    signal.alarm(40)


def callers(*names):
    """Runs a test(self, who) for each caller, or for those named, as a subtest."""
    def wrap(test):
        @functools.wraps(test)
        def each(self):
            for who in WHO:
                if not names or who.name in names:
                    with self.subTest(who=who.name):
                        watch_the_clock()
                        test(self, who)
        return each
    return wrap


class Case(unittest.TestCase):
    """A test that has a folder for each caller, and that fails when it leaves anything on the host."""

    maxDiff = None

    def setUp(self):
        watch_the_clock()
        self.addCleanup(signal.alarm, 0)
        self.counter = Counter()
        self.boxes = []
        self.addCleanup(self.check_nothing_left)

    def box(self, who):
        """A fresh folder of the caller's own, in its private home."""
        path = Path(tempfile.mkdtemp(prefix="box-", dir=who.home))
        who.own(path)
        self.boxes.append(path)
        return path

    def file(self, who, path, text="hello\n", mode=0o644):
        path.write_text(text)
        path.chmod(mode)
        who.own(path)
        return path

    def folder(self, who, path, mode=0o755):
        path.mkdir(mode=mode)
        who.own(path)
        return path

    def check_nothing_left(self):
        for path in self.boxes:
            shutil.rmtree(path)
        self.assertEqual(self.counter.left_within(1), {}, "left on the host")
        self.assertEqual(self.counter.gone(), {}, "gone from the host")

    def ran(self, done):
        """The program ran and ended by itself."""
        self.assertIsNotNone(done.result, done.err)
        self.assertEqual(done.reason, "exit", (done.result["error"], done.err))
        return done

    def refused(self, done, pointer, *words, status=255):
        """Nothing ran, and one sentence says which key and why."""
        self.assertEqual((done.status, done.reason, done.pointer), (status, "refused", pointer), done.err)
        self.assertEqual(len(done.err.splitlines()), 1, done.err)
        for word in words:
            self.assertIn(word, done.err)


def unavailable():
    who = next((who for who in WHO if who.name == "user"), WHO[0])
    done = start(who, ["probe"], stdout=subprocess.PIPE)
    text = done.communicate(timeout=SECONDS)[0].decode()
    return text if done.returncode else None


def main():
    """Runs the tests of the calling module in the rig."""
    global PLACE  # pylint: disable=global-statement
    enter_rig()
    furnish_rig()
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    PLACE = Place()
    if os.environ.get(RIGGED):
        # Every rig counts its processes from 1. Apart from one another, their cgroups can be told apart.
        subprocess.run([PLACE.bin / "probe", "forks", str(random.randrange(4000))], check=False,
                       stdout=subprocess.DEVNULL)
    try:
        WHO.extend(list_callers(PLACE.path))
        reason = unavailable()
        if reason:
            skip(reason)
        program = unittest.main(module="__main__", verbosity=1, exit=False)
        status = 0 if program.result.wasSuccessful() else 1
    finally:
        for pid in descendants():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        PLACE.remove()
    sys.exit(status)
