# SPDX-License-Identifier: MIT
"""What the guest holds of the caller: standard streams that are files, descriptors left open, terminals; and
results that it would like to write."""
import contextlib
import fcntl
import json
import os
import pty
import re
import select
import socket
import subprocess
import termios

import attacker
from attacker import TABLE, Attack, program
from ground import host

ROWS = {row.name: row for row in TABLE}


def setUpModule():
    attacker.prepare()


class Left(contextlib.ExitStack):
    """Descriptors without close-on-exec that a careless caller holds, among them folders outside."""

    def __init__(self, made):
        super().__init__()
        self.fds = [os.open(made.out, os.O_RDONLY), os.open(made.out, os.O_PATH), os.open("/", os.O_RDONLY),
                    os.memfd_create("result"), *os.pipe()]
        pair = socket.socketpair()
        self.fds += [end.detach() for end in pair]
        self.fds.append(fcntl.fcntl(self.fds[0], fcntl.F_DUPFD, 900))
        for fd in self.fds:
            os.set_inheritable(fd, True)
            self.callback(os.close, fd)


class Streams(Attack):
    def ground_with_files(self, who):
        made = self.make_ground(who)
        for name in ("stdin", "stderr"):
            host.Case.file(self, who, made.out / name, f"CANARY-{name}\n")
        made.before = made.snapshot()
        return made

    @contextlib.contextmanager
    def files(self, made):
        with open(made.out / "stdin", "rb") as given, open(made.out / "stderr", "ab") as errors:
            yield {"stdin": given, "stderr": errors}

    def with_result(self, made, command, fds, **streams):
        """A run with these streams: status, output and result object."""
        read, write = os.pipe()
        policy = host.b64(made.policy(command))
        process = host.start(made.who, ["run", f"--result-fd={write}", "--config-base64", policy],
                             fds=(write, *fds), stdout=subprocess.PIPE,
                             preexec_fn=lambda: os.setpgid(0, made.victim.pid), **streams)
        os.close(write)
        out = process.communicate(timeout=host.SECONDS)[0]
        with os.fdopen(read, "rb") as results:
            text = results.read()
        return process.returncode, out, json.loads(text)

    @host.callers()
    def test_inside(self, who):
        made = self.ground_with_files(who)
        with Left(made) as left, self.files(made) as files:
            status, out, result = self.with_result(made, self.command(made, ["streams"]), left.fds, **files)
            self.assertEqual(os.lseek(left.fds[3], 0, os.SEEK_END), 0)  # nothing in the file of memory
            self.assertEqual(select.select([left.fds[4], *left.fds[6:8]], [], [], 0)[0], [])
        first, verdicts, last = self.parse(out.decode())
        self.assertEqual((status, result["exitCode"], result["reason"]), (attacker.STATUS, attacker.STATUS, "exit"))
        self.check_state(first)
        self.assertEqual(first, last)
        self.compare(who, verdicts, ["streams"])
        self.assertNotIn(b"CANARY", out)
        self.assertEqual(made.altered(), [])

    @host.callers("root", "user")
    def test_outside(self, who):
        """The control: the same program with the same descriptors, without a sandbox."""
        made = self.ground_with_files(who)
        for row in TABLE:
            if row.group != "streams" or row.control != "outside":
                continue
            with Left(made) as left, self.files(made) as files:
                before = made.snapshot()
                done = subprocess.run([program(), *made.keys(inside=False), "--", row.name], pass_fds=left.fds,
                                      stdout=subprocess.PIPE, check=False, timeout=30, env=host.environment(who),
                                      **files, **who.options)
            verdict = done.stdout.decode().split("\t")[1]
            with self.subTest(probe=row.name):
                self.assertEqual(verdict, "ok", done.stdout)
                if row.canary == "secret":
                    self.assertIn(b"CANARY", done.stdout)
                if row.canary == "altered":
                    self.assertNotEqual(made.snapshot(), before)

    @host.callers()
    def test_folder_as_stream(self, who):
        """A folder as standard input would be a way out; it is refused before anything starts."""
        made = self.make_ground(who)
        folder = os.open(made.out, os.O_RDONLY)
        self.addCleanup(os.close, folder)
        process = host.start_policy(who, made.policy(f"touch '{made.rw}/ran'"), stdin=folder, stderr=subprocess.PIPE)
        err = process.communicate(timeout=host.SECONDS)[1].decode()
        self.assertEqual(process.returncode, 255, err)
        self.assertIn("directory", err)
        self.assertFalse((made.rw / "ran").exists())

    @host.callers()
    def test_working_folder_by_descriptor(self, who):
        """CVE-2024-21626: a working directory that is a descriptor of the executor."""
        made = self.make_ground(who)
        with Left(made) as left:
            for cwd in (*(f"/proc/self/fd/{fd}" for fd in left.fds[:2]), f"{made.rw}/planted-link",
                        f"{made.rw}/../out"):
                policy = made.policy(f"{program()} state; cat read-outside", process={"cwd": cwd})
                done = host.run_policy(who, policy, fds=left.fds)
                with self.subTest(cwd=cwd):
                    self.assertNotIn("CANARY", done.out)
                    self.assertEqual((done.status, done.pointer), (255, "/process/cwd"), done.err)


class Terminal(Attack):
    """The guest of a caller at a terminal."""

    def setUp(self):
        super().setUp()
        self.master, self.slave = pty.openpty()
        self.addCleanup(os.close, self.master)
        self.addCleanup(os.close, self.slave)
        os.chmod(os.ttyname(self.slave), 0o666)

    def keys(self, made, inside):
        info = os.fstat(self.slave)
        return [*made.keys(inside), f"terminal={os.ttyname(self.slave)}", f"terminal-inode={info.st_ino}",
                f"terminal-device={info.st_dev}"]

    def take_terminal(self):
        os.setsid()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)

    def output(self, process):
        """What arrives at the terminal until the process has ended."""
        text = b""
        while True:
            ended = process.poll() is not None
            while select.select([self.master], [], [], 0.05)[0]:
                text += os.read(self.master, 65536)
            if ended:
                return text.decode("utf-8", "replace").replace("\r", "")

    def typed(self):
        """What lies in the terminal as if it had been typed."""
        settings = termios.tcgetattr(self.slave)
        settings[3] &= ~(termios.ICANON | termios.ECHO)
        termios.tcsetattr(self.slave, termios.TCSANOW, settings)
        return select.select([self.slave], [], [], 0)[0] and os.read(self.slave, 1000)

    def at_terminal(self, words, **options):
        return subprocess.Popen([*map(str, words)], stdin=self.slave, stdout=self.slave, stderr=self.slave,
                                preexec_fn=self.take_terminal, **options)

    @host.callers()
    def test_inside(self, who):
        made = self.make_ground(who)
        made.who.own(os.ttyname(self.slave))
        words = " ".join(f"'{word}'" for word in self.keys(made, inside=True))
        policy = host.b64(made.policy(f"stty -echo -onlcr; {program()} {words} -- all terminal; exit 5"))
        process = self.at_terminal(host.command_of(who, ["run", "--config-base64", policy]),
                                   env=host.environment(who), **who.options)
        text = self.output(process)
        self.assertEqual(process.wait(), 5, text)
        self.compare(who, self.parse(text)[1], ["terminal"])
        self.assertNotIn("CANARY", text)
        self.assertNotIn("forged", text)
        self.assertEqual(self.typed(), [])

    @host.callers("root")
    def test_outside(self, who):
        made = self.make_ground(who)
        for row in TABLE:
            if row.group == "terminal" and row.control == "root":
                process = self.at_terminal([program(), *self.keys(made, inside=False), "--", row.name])
                text = self.output(process)
                with self.subTest(probe=row.name):
                    self.assertIn(f"{row.name}\tok", text)
                    if row.name.startswith("type-ahead"):
                        self.assertIn(b"CANARY", self.typed() or b"")


class Results(Attack):
    """What ends a run, and what the result and the executor say then: (extra policy, program, expected)."""

    FORGED_TIME = {"process": {"timeout": 150}}
    WANTED = {
        "print-result": ({}, 9, ("exit", 9, None, 9)),
        "print-envelope": ({}, 255, ("exit", 255, None, 255)),
        "print-timeout": ({"process": {"timeout": 20000}}, 9, ("exit", 9, None, 9)),
        "print-oom": ({"limits": {"memoryMb": 64}}, 137, ("exit", 137, None, 137)),
        "half-a-line": (FORGED_TIME, 0, ("timeout", None, 9, 255)),
        "half-an-envelope": (FORGED_TIME, 0, ("timeout", None, 9, 255)),
        "close-streams": ({}, 9, ("exit", 9, None, 9)),
        "kill-all": ({}, 0, ("signal", None, 9, 137)),
        "stop-all": (FORGED_TIME, 0, ("timeout", None, 9, 255)),
        "stop-shell": (FORGED_TIME, 0, ("timeout", None, 9, 255)),
        "kill-shell": ({}, 0, ("signal", None, 9, 137)),
    }

    def test_every_row(self):
        self.assertEqual(sorted(self.WANTED), sorted(row.name for row in TABLE if row.group == "results"))

    @host.callers()
    def test_result(self, who):
        for name, (more, status, wanted) in self.WANTED.items():
            policy = host.policy_of(f"{program()} -- {name}; exit {status}", **more)
            done = host.run_policy(who, policy)
            with self.subTest(probe=name):
                self.assertEqual((done.reason, done.result["exitCode"], done.result["signal"], done.status), wanted)
                self.assertIsNone(done.result["error"])

    @host.callers()
    def test_envelope(self, who):
        """Existing clients read the last line of standard error: an engine's envelope is never part of a line."""
        for name in ("half-a-line", "half-an-envelope", "stop-all"):
            policy = host.policy_of(f"{program()} -- {name}", version="0.7.0-alpha", process={"timeout": 150})
            process = host.start(who, ["--config-base64", host.b64(policy)], program="lxc-exec",
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            err = process.communicate(timeout=host.SECONDS)[1].decode()
            with self.subTest(probe=name):
                self.assertEqual(process.returncode, 255)
                self.assertEqual(json.loads(err.splitlines()[-1])["error"]["message"], "script timed out after 150ms")

    @host.callers()
    def test_status_of_a_forger(self, who):
        """An envelope of the guest's own changes neither the status nor is anything added to it."""
        for status in (0, 9, 255):
            policy = host.policy_of(f"{program()} -- print-envelope >/dev/null; exit {status}", version="0.7.0-alpha")
            process = host.start(who, ["--config-base64", host.b64(policy)], program="lxc-exec",
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            out, err = process.communicate(timeout=host.SECONDS)
            self.assertEqual((process.returncode, out, len(re.findall(b"error.*forged", err)), err.count(b"\n")),
                             (status, b"", 1, 1), err)


if __name__ == "__main__":
    host.main()
