#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs every example for real: as the caller, inside a user namespace, and for root as an ordinary user.

usage: run.py MXC [NAME...]

Each run gets its own copy of examples/. The table WANT says how each must end; an example without a
row is a failure. Those about the network need one: tests/network/examples_test.py runs them.
"""
import dataclasses
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
USER = 12345  # has no entry in /etc/passwd, owns nothing
SECONDS = 60
SKIPPED = 77


@dataclasses.dataclass
class Want:
    """How an example must end. Texts are regular expressions for the whole stream."""

    exit: object = 0  # or a tuple of those allowed
    reason: object = "exit"  # of the result object; the same
    out: str = ""
    err: str = ""
    stdin: bytes = b""
    typed: object = None  # runs on a terminal, where this is typed
    prepare: str = ""
    files: dict = dataclasses.field(default_factory=dict)  # afterwards: path -> text, None: missing


WANT = {
    "hello": Want(out=r"Hello from process \d+ in a sandbox of its own\n"),
    "python": Want(out="children\nwhatever\ncastles\n", err=".*Read-only.*\n",
                   files={"python/new.txt": None}),
    "node": Want(out="5050\n"),
    "c-build": Want(out="13 lines\n"),
    "secrets-denied": Want(
        out="\\.env\napp\\.txt\nkeys\nThe application\\.\ndone\n",
        err="cat: .*\\.env.*Permission denied\nls: .*keys.*Permission denied\n",
        files={"project/result.txt": "done\n", "project/.env": "API_TOKEN=not-for-the-sandbox\n"}),
    "git-hooks": Want(
        prepare="prepare.sh",
        out="A change from the sandbox\nthe hook was refused\nthe setting was refused\nthe move was refused\n",
        err="(?s).*pre-commit.*Read-only file system.*config.*",
        files={"repository/notes.txt": "The first line.\nchange\n",
               "repository/.git/hooks/pre-commit": None, "repository/.git/old": None}),
    "timeout": Want(exit=255, reason="timeout", out="started\n", err="mxc: .*timed out after 500ms\n"),
    "limits": Want(exit=3, reason="disk", out="64\nbig is 2097152 bytes\n(/tmp is full at part [3456]\n)+",
                   err="(?s).*No space left on device\nmxc: .*disk.*\n"),
    "memory": Want(exit=137, reason="oom", err="mxc: .*128 MB of memory.*\n"),
    # Without a cgroup nobody counts the refused forks, so the reason is the program's own.
    "processes": Want(exit=2, reason=("pids", "exit"), err="(?s).*Cannot fork\n(mxc: .*limit of 32 processes.*\n)?"),
    "output": Want(exit=255, reason="output", out="(y\n){500000,524288}", err="mxc: .*1 MB of output.*\n"),
    "environment": Want(out="Hello = world\n/usr/bin:/bin\nHOME: not set\nSECRET_TOKEN: not set\n"),
    "single-file": Want(
        out="The first line\\.\nA line from the sandbox\\.\nrules\\.txt was refused\n",
        err=".*rules\\.txt: (Read-only file system|Permission denied)\n",
        files={"single-file/notes.txt": "The first line.\nA line from the sandbox.\n",
               "single-file/rules.txt": "Nobody changes the rules.\n"}),
    "shell": Want(typed=b"stty size; echo $((6*7)); sleep 1000 & kill %1; test -t 0 && echo ter''minal\nexit 5\n",
                  exit=5, out="(?s).*33 101\r\n.*42\r\n.*terminal\r\n.*"),
    "stdin-filter": Want(stdin=b"hello\n\xff\x00two", out="HELLO\n\udcff\0TWO"),
    "deny-default": Want(
        out="process: mxc-init\nprocess: sh\nCapEff:\\s0{16}\n",
        err="(?s)(ls: .*(/root|/home|/var).*No such file or directory\n){3}cat: .*/etc/shadow.*Permission denied\n"
            "(touch: .*(Read-only|Permission denied|Operation not permitted).*\n){3}"),
    "no-network": Want(out=" *lo\nOSError: .*[Nn]etwork is unreachable\n"),
    "overlap": Want(
        out="project: written\nlibrary: refused\ncache: written\nprivate: refused\n",
        err="touch: .*library/new\\.txt.*\nls: .*private.*Permission denied\n",
        files={"overlap/new.txt": "", "overlap/library/new.txt": None, "overlap/library/cache/new.txt": ""}),
    "exit-status": Want(exit=42),
    "refused-missing": Want(exit=255, reason="refused",
                            err=r"mxc: refused-missing\.json:8:\d+: /filesystem/readonlyPaths/1: .*no/such/folder.*\n"),
    "v0.4": Want(out="An old request\\.\n", files={"v0.4/output.txt": "An old request.\n"}),
    "v1.0.0": Want(out="green\n/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n/tmp\n"),
}


def read_terminal(master, process):
    """All that the program writes to its terminal, until it ends."""
    out = b""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        ready, _, _ = select.select([master], [], [], 0.2)
        try:
            part = os.read(master, 65536) if ready else b""
        except OSError:  # the other side is closed
            break
        out += part
        if not part and process.poll() is not None:
            break
    return out


def run_on_terminal(argv, typed, options):
    """As run_with_pipes(), with everything on a terminal of 33 rows and 101 columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 101, 0, 0))
    os.fchown(slave, options.get("user", os.getuid()), -1)
    process = subprocess.Popen(
        argv, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), **options)
    os.close(slave)
    os.write(master, typed)
    out = read_terminal(master, process)
    process.kill()
    os.close(master)
    return process.wait(), out, b""


def run_with_pipes(argv, stdin, options):
    done = subprocess.run(argv, input=stdin, capture_output=True, timeout=SECONDS, check=False, **options)
    return done.returncode, done.stdout, done.stderr


def allowed(want, have):
    return have in want if isinstance(want, tuple) else have == want


def check_end(want, status, result):
    try:
        reason = json.loads(result)["reason"]
    except (ValueError, KeyError):
        return [f"the result object is {result!r}"]
    return [f"{name} is {have!r} but wanted {wanted!r}"
            for name, wanted, have in (("exit status", want.exit, status), ("reason", want.reason, reason))
            if not allowed(wanted, have)]


def check_text(name, want, text):
    text = text.decode(errors="surrogateescape")
    if re.fullmatch(want, text):
        return []
    return [f"{name} is {text[:600]!r}", f"   but wanted {want!r}"]


def check_files(folder, files):
    for path, want in files.items():
        file = folder / path
        have = file.read_text() if file.exists() else None
        if have != want:
            yield f"{path} holds {have!r} but wanted {want!r}"


def copy_examples(folder):
    """Without what a person left who ran them in place: the lines of their .gitignore."""
    lines = (ROOT / "examples" / ".gitignore").read_text().splitlines()
    left = {str(ROOT / "examples" / line.strip("/")) for line in lines if line.startswith("/")}
    shutil.copytree(ROOT / "examples", folder,
                    ignore=lambda here, names: [n for n in names if os.path.join(here, n) in left])


@dataclasses.dataclass
class Way:
    """Who runs it."""

    label: str
    user: object = None
    prefix: tuple = ()


NESTED = ("unshare", "--user", "--map-root-user")


def ways():
    if os.getuid():
        return [Way("caller"), Way("nested", prefix=NESTED)]
    return [Way("root"), Way("user", USER), Way("nested", USER, NESTED)]


def run_example(mxc, name, want, way):
    """The faults of one run, as lines of text."""
    user = way.user
    base = pathlib.Path(tempfile.mkdtemp(prefix="mxc-example-"))
    try:
        folder = base / "examples"
        copy_examples(folder)
        options = {"cwd": folder, "env": {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "SECRET_TOKEN": "x"}}
        if user is not None:
            subprocess.run(["chown", "-R", f"{user}:{user}", base], check=True)
            options.update(user=user, group=user, extra_groups=[])
        if want.prepare:
            subprocess.run(["sh", want.prepare], check=True, **options)
        result = (base / "result").open("w")
        options["pass_fds"] = (result.fileno(),)
        argv = [*way.prefix, mxc, "run", f"--result-fd={result.fileno()}", f"{name}.json"]
        if want.typed is not None:
            status, out, err = run_on_terminal(argv, want.typed, options)
        else:
            status, out, err = run_with_pipes(argv, want.stdin, options)
        result.close()
        faults = check_end(want, status, (base / "result").read_text())
        faults += check_text("stdout", want.out, out) + check_text("stderr", want.err, err)
        return faults + list(check_files(folder, want.files))
    except subprocess.TimeoutExpired:
        return [f"did not end within {SECONDS} s"]
    finally:
        shutil.rmtree(base, ignore_errors=True)


def unavailable(mxc):
    """Why nothing can run here, or None."""
    done = subprocess.run([mxc, "probe"], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return "the native engine cannot run here: " + " / ".join(lines[:3])


def missing_rows():
    have = {file.stem for file in (ROOT / "examples").glob("*.json") if not file.stem.startswith("network-")}
    yield from (f"examples/{name}.json has no row in tests/examples/run.py" for name in sorted(have - set(WANT)))
    yield from (f"tests/examples/run.py knows '{name}', which is not there" for name in sorted(set(WANT) - have))


def main():
    faults = list(missing_rows())
    shared = pathlib.Path(tempfile.mkdtemp(prefix="mxc-example-"))
    shared.chmod(0o755)
    try:
        mxc = shared / "mxc"
        shutil.copy(sys.argv[1], mxc)  # an ordinary user may not reach the build folder
        reason = unavailable(mxc)
        if reason:
            print(reason)
            return 1 if "native" in os.environ.get("MXC_MUST", "") else SKIPPED
        for way in ways():
            for name in sys.argv[2:] or WANT:
                found = run_example(mxc, name, WANT[name], way)
                print(f"{'FAIL' if found else 'ok  '} {name}, {way.label}")
                faults += [f"{name}, {way.label}: {fault}" for fault in found]
    finally:
        shutil.rmtree(shared)
    print(*faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
