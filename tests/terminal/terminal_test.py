# SPDX-License-Identifier: MIT
"""The caller's terminal: the program gets one of its own that behaves like it, and never holds the
caller's."""
import contextlib
import fcntl
import itertools
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "host"))
import host  # noqa: E402  pylint: disable=wrong-import-position
from host import Case, callers, main, policy_of, probe  # noqa: E402  pylint: disable=wrong-import-position

SECONDS = 15
CTRL_C, CTRL_D, CTRL_Z, CTRL_BACKSLASH = b"\x03", b"\x04", b"\x1a", b"\x1c"


class Terminal:
    """A terminal with an executor on it; the streams that are not on it are pipes."""

    def __init__(self, who, words, *, on=(0, 1, 2), size=(24, 80), program="mxc", nohup=False, owner=None, **options):
        self.master, self.slave = pty.openpty()
        os.fchown(self.slave, who.uid if owner is None else owner, -1)
        os.fchmod(self.slave, 0o620)
        self.resize(*size)
        self.settings = termios.tcgetattr(self.slave)
        self.shown = b""
        read, write = os.pipe()
        streams = {name: self.slave if fd in on else subprocess.PIPE
                   for fd, name in enumerate(("stdin", "stdout", "stderr"))}
        slave = self.slave

        def take_terminal():
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            if nohup:
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
        if program == "mxc":
            words = ["run", f"--result-fd={write}", *words]
        self.process = host.start(who, words, program=program, fds=(write, slave), start_new_session=True,
                                  preexec_fn=take_terminal, **streams, **options)
        os.close(write)
        self.results = os.fdopen(read)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        while text:
            text = text[os.write(self.master, text):]

    def take(self, timeout):
        """More of what is shown; False when there was nothing."""
        if not select.select([self.master], [], [], timeout)[0]:
            return False
        try:
            self.shown += os.read(self.master, 1 << 16)
        except OSError:
            return False
        return True

    def expect(self, pattern, seconds=SECONDS):
        """Waits until the pattern was shown, and forgets everything up to its end."""
        ends = time.monotonic() + seconds
        while not (found := re.search(pattern, self.shown, re.S)):
            if time.monotonic() > ends:
                raise AssertionError(f"{pattern} was not shown, but {self.shown[-600:]}")
            self.take(0.2)
        self.shown = self.shown[found.end():]
        return found

    def end(self, seconds=SECONDS):
        """Waits for the executor and shows the rest; returns its status."""
        ends = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > ends:
                raise AssertionError(f"it does not end; shown: {self.shown[-600:]}")
            self.take(0.05)
        while self.take(0):
            pass
        return self.process.returncode

    @property
    def result(self):
        text = self.results.read()
        return json.loads(text) if text else None

    def close(self):
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr, self.results):
            if stream:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        os.close(self.master)
        os.close(self.slave)


class TerminalCase(Case):
    def terminal(self, who, command, *, on=(0, 1, 2), size=(24, 80), before=(), nohup=False, owner=None, **policy):
        words = ["--config-base64", host.b64(policy_of(command, **policy))]
        terminal = Terminal(who, words, on=on, size=size, before=before, nohup=nohup, owner=owner)
        return contextlib.closing(terminal)


class Looks(TerminalCase):
    @callers()
    def test_exactly_the_streams_that_are_one(self, who):
        for on in itertools.chain.from_iterable(itertools.combinations((0, 1, 2), count) for count in range(4)):
            box = self.box(who)
            command = f"for fd in 0 1 2; do test -t $fd && echo $fd >>'{box}/out'; done; exit 3"
            with self.terminal(who, command, on=on, rw=[box]) as terminal, self.subTest(on=on):
                self.assertEqual(terminal.end(), 3)
                have = (box / "out").read_text() if (box / "out").exists() else ""
                self.assertEqual(have.split(), [str(fd) for fd in on])

    @callers()
    def test_only_three_descriptors(self, who):
        for on in ((0, 1, 2), (0,), (1,)):
            box = self.box(who)
            with self.terminal(who, f"exec 9>'{box}/out'; {probe(['descriptors'])} >&9 9>&-", on=on,
                               rw=[box]) as terminal:
                self.assertEqual(terminal.end(), 0)
                self.assertEqual((box / "out").read_text(), "ok 0 1 2\n")

    @callers()
    def test_is_another_one(self, who):
        """Its device, its number, its session are of the sandbox."""
        with self.terminal(who, "tty; ls /dev/pts; " + probe(["terminal"])) as terminal:
            self.assertEqual(terminal.end(), 0)
            lines = terminal.shown.decode().splitlines()
        self.assertEqual(lines, ["/dev/pts/0", "0  ptmx", "ok tty=111 control=1 session=1"])

    @callers()
    def test_size(self, who):
        with self.terminal(who, "stty size; trap 'stty size' WINCH; echo ready; "
                                "while :; do sleep 100 & wait $!; done", size=(33, 101)) as terminal:
            terminal.expect(rb"33 101\r\n.*ready")
            for rows, columns in ((50, 200), (1, 1), (7, 3)):
                terminal.resize(rows, columns)
                terminal.expect(b"%d %d\r\n" % (rows, columns))

    @callers()
    def test_size_with_one_stream(self, who):
        for fd in (0, 1, 2):
            with self.terminal(who, probe(["size", fd]), on=(fd,),
                               size=(12, 34)) as terminal, self.subTest(fd=fd):
                self.assertEqual(terminal.end(), 0)
                text = terminal.shown + b"".join(stream.read() for stream in (terminal.process.stdout,
                                                                              terminal.process.stderr) if stream)
                self.assertEqual(text.split(), [b"ok", b"12x34"])

    @callers()
    def test_settings_come_along(self, who):
        with self.terminal(who, "stty -a; read x") as terminal:
            terminal.expect(rb"erase = \^\?.*icanon.*echo")
            terminal.type(b"\n")
            self.assertEqual(terminal.end(), 0)


class Talks(TerminalCase):
    @callers()
    def test_line_and_end_of_file(self, who):
        with self.terminal(who, "echo ready; cat; echo end") as terminal:
            terminal.expect(b"ready\r\n")
            terminal.type(b"hello\n")
            terminal.expect(b"hello\r\nhello\r\n")  # echoed once, and said once
            terminal.type(CTRL_D)
            terminal.expect(b"end\r\n")
            self.assertEqual((terminal.end(), terminal.shown), (0, b""))

    @callers()
    def test_binary_both_ways(self, who):
        every = bytes(range(256)) * 400
        with self.terminal(who, f"stty raw -echo; echo ready; head -c {len(every)}; echo end") as terminal:
            terminal.expect(b"ready\n")
            for at in range(0, len(every), 1024):
                terminal.type(every[at:at + 1024])
                while terminal.take(0):
                    pass
            terminal.expect(re.escape(every) + b"end\n")
            self.assertEqual(terminal.end(), 0)

    @callers()
    def test_much_output(self, who):
        size = 5 << 20
        with self.terminal(who, "stty raw; " + probe(["flood", 1, size])) as terminal:
            self.assertEqual(terminal.end(), 0)
            want = (bytes(range(251)) * (size // 251 + 1))[:size] + b"ok\n"
            self.assertTrue(terminal.shown == want, f"{len(terminal.shown)} of {len(want)} bytes")

    @callers()
    def test_screen_that_nobody_reads(self, who):
        """The program waits; keys still come through, and so do signals."""
        with self.terminal(who, "trap 'exit 9' INT; echo ready; (head -c 9000000 /dev/zero & wait) & "
                                "while :; do sleep 100 & wait $!; done") as terminal:
            terminal.expect(b"ready\r\n")
            time.sleep(0.2)  # let every buffer fill
            terminal.type(CTRL_C)
            self.assertEqual(terminal.process.wait(SECONDS), 9)

    @callers()
    def test_keys_of_signals(self, who):
        for key, name, status in ((CTRL_C, "INT", 7), (CTRL_BACKSLASH, "QUIT", 8)):
            with self.terminal(who, f"trap 'echo caught {name}; exit {status}' {name}; echo ready; "
                                    "while :; do sleep 100 & wait $!; done") as terminal:
                terminal.expect(b"ready\r\n")
                terminal.type(key)
                terminal.expect(b"caught " + name.encode())
                self.assertEqual((terminal.end(), terminal.result["reason"]), (status, "exit"))

    @callers()
    def test_key_kills_program_not_executor(self, who):
        with self.terminal(who, "echo ready; exec sleep 100") as terminal:
            terminal.expect(b"ready\r\n")
            terminal.type(CTRL_C)
            self.assertEqual(terminal.end(), 130)
            result = terminal.result
        self.assertEqual((result["reason"], result["signal"]), ("signal", 2))  # not "interrupted"

    @callers()
    def test_job_control(self, who):
        with self.terminal(who, "PS1='READY> ' exec sh -i") as terminal:
            terminal.expect(b"READY> ")
            terminal.type(b"sleep 1000\n")
            terminal.expect(b"sleep 1000\r\n")
            time.sleep(0.1)  # until it is in the foreground, which nothing announces
            terminal.type(CTRL_Z)
            terminal.expect(b"(?i)stopped.*READY> ")
            terminal.type(b"jobs\n")
            terminal.expect(b"(?i)stopped.*sleep 1000.*READY> ")
            terminal.type(b"bg\n")
            terminal.expect(b"sleep 1000.*READY> ")
            terminal.type(b"fg\n")
            terminal.expect(b"sleep 1000\r\n")
            time.sleep(0.1)
            terminal.type(CTRL_C)
            terminal.expect(b"READY> ")
            terminal.type(b"echo st=$?\n")
            terminal.expect(b"st=130")
            terminal.type(b"exit 5\n")
            self.assertEqual(terminal.end(), 5)

    @callers()
    def test_mixed(self, who):
        with self.terminal(who, "echo ready >&2; cat", on=(0, 2)) as terminal:
            terminal.expect(b"ready\r\n")
            terminal.type(b"typed\n")
            self.assertEqual(terminal.process.stdout.readline(), b"typed\n")  # no carriage return
            terminal.type(CTRL_D)
            self.assertEqual((terminal.end(), terminal.process.stdout.read()), (0, b""))
        with self.terminal(who, "cat; echo error >&2", on=(1,)) as terminal:
            terminal.process.stdin.write(b"piped\n")
            terminal.process.stdin.close()
            self.assertEqual(terminal.end(), 0)
            self.assertEqual((terminal.shown, terminal.process.stderr.read()), (b"piped\r\n", b"error\n"))

    @callers()
    def test_output_limit(self, who):
        limit = 1 << 20
        with self.terminal(who, "stty raw; " + probe(["flood", 1, 3 * limit], ["rest"]),
                           limits={"outputMb": 1}) as terminal:
            self.assertEqual(terminal.end(), 255)
            flood = terminal.shown[:terminal.shown.rindex(b"mxc")].rstrip(b"\x1b[0123456789;m\r\n")
            # What a color or a new line of the message adds is little; a buffer too much would be thousands.
            self.assertLessEqual(abs(len(flood) - limit), 40)
            self.assertEqual(terminal.result["reason"], "output")


    @callers()
    def test_refusals_are_told_after_the_run(self, who):
        network = {"egress": {"deny": [{"to": [{"cidr": "192.0.2.0/24"}]}], "default": "allow"}}
        told = b"mxc: refused: tcp 192.0.2.1:443, by /network/egress/deny/0; to allow: "
        with self.terminal(who, probe(["tcp", "192.0.2.1", 443]) + "; echo over", network=network) as terminal:
            terminal.expect(b"over\r\n")
            self.assertEqual(terminal.end(), 0)
            self.assertIn(told, terminal.shown)
        with self.terminal(who, probe(["tcp", "192.0.2.1", 443]) + "; true", on=(0, 1), network=network) as terminal:
            self.assertEqual((terminal.end(), terminal.process.stderr.read()), (0, b""))


class Restores(TerminalCase):
    def unchanged(self, terminal):
        self.assertEqual(termios.tcgetattr(terminal.slave), terminal.settings)

    @callers()
    def test_while_it_runs_and_after(self, who):
        with self.terminal(who, "echo ready; read x; exit 3") as terminal:
            terminal.expect(b"ready\r\n")
            self.assertNotEqual(termios.tcgetattr(terminal.slave), terminal.settings)  # raw: keys go inside
            terminal.type(b"\n")
            self.assertEqual(terminal.end(), 3)
            self.unchanged(terminal)

    @callers()
    def test_the_programs_changes_stay_inside(self, who):
        with self.terminal(who, "stty raw -echo intr x; exit 4") as terminal:
            self.assertEqual(terminal.end(), 4)
            self.unchanged(terminal)

    @callers()
    def test_timeout(self, who):
        with self.terminal(who, "stty raw; sleep 100", process={"timeout": 200}) as terminal:
            self.assertEqual(terminal.end(), 255)
            self.unchanged(terminal)

    @callers()
    def test_signals(self, who):
        for number, status in ((signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)):
            with self.terminal(who, "stty raw; echo ready; sleep 100") as terminal:
                terminal.expect(b"ready")
                terminal.process.send_signal(number)
                self.assertEqual(terminal.end(), status)
                self.unchanged(terminal)

    @callers()
    def test_killed_program(self, who):
        with self.terminal(who, "stty raw; kill -9 $$") as terminal:
            self.assertEqual(terminal.end(), 137)
            self.unchanged(terminal)

    @callers()
    def test_hang_up(self, who):
        """The terminal goes away: the sandbox goes as well."""
        with self.terminal(who, "echo ready; sleep 1000") as terminal:
            terminal.expect(b"ready")
            spare = os.open("/dev/null", os.O_RDWR)
            os.dup2(spare, terminal.master)  # closes the last descriptor of the master
            os.close(spare)
            self.assertEqual(terminal.process.wait(SECONDS), 129)

    @staticmethod
    def ticks(process):
        """Processor time of the executor, in clock ticks."""
        with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    @callers("user")
    def test_terminal_of_another_user(self, who):
        """After su or sudo -u: the terminal is that of the session, and belongs to somebody else."""
        with self.terminal(who, "tty; echo ready; read line; echo got $line", owner=who.uid + 1) as terminal:
            terminal.expect(b"/dev/pts/0")
            terminal.expect(b"ready")
            terminal.type(b"word\n")
            terminal.expect(b"got word")
            self.assertEqual(terminal.end(), 0)

    @callers()
    def test_nobody_holds_the_pty(self, who):
        """A program that gave its terminal up, and takes it again: nothing spins, nothing is lost."""
        with self.terminal(who, "echo ready; exec 3<&0 </dev/null >/dev/null 2>&1 3<&-; sleep 1; "
                                "exec >/dev/pts/0; echo again") as terminal:
            terminal.expect(b"ready")
            terminal.expect(b"again")
            self.assertLess(self.ticks(terminal.process), 20)
            self.assertEqual(terminal.end(), 0)

    @callers()
    def test_hang_up_ignored(self, who):
        """nohup, and the terminal goes away: the program runs on, and the executor does not spin."""
        with self.terminal(who, "echo ready; sleep 1; for i in 1 2 3; do echo $i; sleep 0.2; done; exit 7",
                           nohup=True) as terminal:
            terminal.expect(b"ready")
            spare = os.open("/dev/null", os.O_RDWR)
            os.dup2(spare, terminal.master)
            os.close(spare)
            time.sleep(1.3)
            self.assertLess(self.ticks(terminal.process), 20)
            self.assertEqual(terminal.process.wait(SECONDS), 7)

    @callers()
    def test_suspended_and_continued(self, who):
        """As a shell does it: stops the executor, takes the terminal back to its settings, continues."""
        with self.terminal(who, "trap 'echo caught; exit 6' INT; stty size; echo ready; "
                                "while :; do sleep 100 & wait $!; done") as terminal:
            terminal.expect(b"ready\r\n")
            for _ in range(2):
                terminal.process.send_signal(signal.SIGSTOP)
                os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED | os.WNOWAIT)
                termios.tcsetattr(terminal.slave, termios.TCSANOW, terminal.settings)
                terminal.resize(44, 55)
                terminal.process.send_signal(signal.SIGCONT)
                ends = time.monotonic() + 5
                while termios.tcgetattr(terminal.slave) == terminal.settings and time.monotonic() < ends:
                    time.sleep(0.01)
                self.assertNotEqual(termios.tcgetattr(terminal.slave), terminal.settings)
            terminal.type(CTRL_C)
            terminal.expect(b"caught")
            self.assertEqual(terminal.end(), 6)
            self.unchanged(terminal)


class Background(TerminalCase):
    """Under a shell with job control, as people use it."""

    def shell(self, who):
        terminal = Terminal(who, [], program="shell")
        terminal.expect(b"OUTER> ")
        return contextlib.closing(terminal)

    def setUp(self):
        super().setUp()
        script = host.PLACE.bin / "shell"
        if not script.exists():
            script.write_text("#!/bin/sh\nPS1='OUTER> ' ENV= exec sh -i\n")
            script.chmod(0o755)

    @callers("root", "user")
    def test_in_the_background(self, who):
        """Keys are the shell's; what the program writes is shown."""
        box = self.box(who)
        os.mkfifo(box / "go")
        who.own(box / "go")
        with self.shell(who) as terminal:
            command = f"{host.PLACE.bin}/mxc run --rw {box} -- sh -c 'echo on; cat {box}/go; echo do''ne' &\n"
            terminal.type(command.encode())
            terminal.expect(b" on\r+\n")
            terminal.type(b"echo ke''ys\n")
            terminal.expect(b"keys\r\n")
            (box / "go").write_text("gone\n")
            terminal.expect(b"gone\r+\n.*done\r+\n", 5)
            terminal.type(b"exit 0\n")
            terminal.end()

    @callers("root", "user")
    def test_suspended_by_the_shell_and_brought_back(self, who):
        with self.shell(who) as terminal:
            terminal.type(f"{host.PLACE.bin}/mxc run -- sh -c 'echo o''n; read x; echo got-$x' &\n".encode())
            terminal.expect(b" on\r+\n")
            terminal.type(b"fg\n")
            terminal.expect(b"mxc run[^\n]*\n")
            time.sleep(0.2)  # until it is in the foreground, which nothing announces
            terminal.type(b"line\n")
            terminal.expect(b"got-line\r+\n", 5)
            terminal.expect(b"OUTER> ")
            terminal.type(b"exit 0\n")
            terminal.end()


class Injects(TerminalCase):
    @callers()
    def test_no_typing_into_the_caller(self, who):
        with self.terminal(who, probe(["tiocsti", 0, 0], ["tiocsti", 1, 0], ["tiocsti", 0, 64], ["tioclinux", 0],
                                      ["write", "/dev/console"], ["list", "/dev/pts"])) as terminal:
            terminal.end()
            verdicts = terminal.shown.decode().split("\r\n")
            self.assertEqual(verdicts[:4], ["EPERM"] * 4)
            self.assertIn(verdicts[4], ("ENOENT", "EACCES", "EPERM"))
            self.assertEqual(verdicts[5], "ok 0 ptmx")
            os.set_blocking(terminal.slave, False)
            self.assertRaises(BlockingIOError, os.read, terminal.slave, 1)  # nothing waits to be read

    @callers()
    def test_leftover_keys_stay_the_callers_problem(self, who):
        """A process left in the background cannot read keys after the end."""
        with self.terminal(who, probe(["daemon", "run"]) + "; echo end") as terminal:
            self.assertEqual(terminal.end(), 0)
            terminal.type(b"password\n")
            ready = select.select([terminal.slave], [], [], SECONDS)[0]
            self.assertEqual((bool(ready), os.read(terminal.slave, 100)), (True, b"password\n"))

    @callers()
    def test_control_sequences_pass_unchanged(self, who):
        """They are output; it is the terminal that gives them a meaning."""
        text = b"\x1b]0;title\x07\x1b[6n\x1bP+q\x1b\\"
        with self.terminal(who, "printf '\\033]0;title\\007\\033[6n\\033P+q\\033\\\\'") as terminal:
            self.assertEqual((terminal.end(), terminal.shown), (0, text))


if __name__ == "__main__":
    main()
