# SPDX-License-Identifier: MIT
"""What the guest gets and what the caller gets back: streams, environment, statuses, signals."""
import os
import pty
import select
import signal
import subprocess
import time

from harness import BUILD, Case, b64, main, policy

# Command, exit status that the caller sees.
STATUSES = [
    ("true", 0), ("exit 1", 1), ("exit 42", 42), ("exit 255", 255), ("exit 300", 44),
    ("no-such-command-here", 127), ("/etc/passwd", 126), ("kill -TERM $$", 143), ("kill -9 $$", 137),
    ("kill -SEGV $$", 139), ("   ", 0), ("a=1; b=2; exit $((a+b))", 3), ("exit 5\nexit 6", 5),
]

SIGNALS = [(signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGQUIT, 131), (signal.SIGTERM, 143)]


def start(command, **options):
    return subprocess.Popen([BUILD / "lxc-exec", "--config-base64", b64(policy(command))], **options)


class Statuses(Case):
    def test_table(self):
        for command, status in STATUSES:
            for program in (self.sandbox, lambda config: self.mxc("run", "--config-base64", b64(config))):
                with self.subTest(command=command):
                    self.assertEqual(program(policy(command)).status, status)

    def test_signals_end_it(self):
        for number, status in SIGNALS:
            with self.subTest(signal=number.name):
                run = start("echo ready; sleep 60; echo never", stdout=subprocess.PIPE)
                self.assertEqual(run.stdout.readline(), b"ready\n")
                run.send_signal(number)
                rest, _ = run.communicate(timeout=10)  # the pipe closes: nothing survives
                self.assertEqual((run.returncode, rest), (status, b""))

    def test_signals_before_it_starts(self):
        fifo = self.folder / "config"
        os.mkfifo(fifo)
        for program in ("mxc", "lxc-exec"):
            for number, status in SIGNALS:
                with self.subTest(program=program, signal=number.name):
                    run = subprocess.Popen([BUILD / program, *(["run"] * (program == "mxc")), fifo])
                    writer = os.open(fifo, os.O_WRONLY)  # returns when it waits for the config
                    run.send_signal(number)
                    self.assertEqual(run.wait(timeout=10), status)
                    os.close(writer)

    def test_timeout_kills_the_tree(self):
        begun = time.monotonic()
        done = self.sandbox(policy("sleep 60 & sleep 60", process={"timeout": 300}))
        self.assertEqual(done.status, 255)
        self.assertLess(time.monotonic() - begun, 10)

    def test_background_child_does_not_hold_us(self):
        begun = time.monotonic()
        done = self.sandbox(policy("sleep 60 & echo done"))
        self.assertEqual((done.status, done.out), (0, "done\n"))
        self.assertLess(time.monotonic() - begun, 10)


class Streams(Case):
    def test_binary_both_ways(self):
        every = bytes(range(256)) * 4096
        done = self.sandbox(policy("cat; cat /dev/null >&2"), stdin=every)
        self.assertEqual((done.status, done.raw_err), (0, b""))
        self.assertEqual(done.raw, every)

    def test_separate(self):
        done = self.sandbox(policy("echo out; echo err >&2"))
        self.assertEqual((done.out, done.err), ("out\n", "err\n"))

    def test_live(self):
        run = start("echo first; read line; echo $line", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.assertEqual(run.stdout.readline(), b"first\n")
        out, _ = run.communicate(b"second\n", timeout=10)
        self.assertEqual((run.returncode, out), (0, b"second\n"))

    def test_much_output(self):
        done = self.sandbox(policy("head -c 30000000 /dev/zero"))
        self.assertEqual((done.status, len(done.raw)), (0, 30000000))

    def test_no_other_descriptor(self):
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        self.addCleanup(os.close, write)
        done = self.sandbox(policy("ls /proc/self/fd"), pass_fds=(read, write))
        # 3 is the folder that ls itself reads.
        self.assertEqual(done.out.split(), ["0", "1", "2", "3"])

    def test_closed_standard_streams(self):
        secret = self.file("config.json", policy("cat <&0; echo x; echo y >&2; exit 4"))
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed=closed):
                done = subprocess.run(["sh", "-c", f'"$0" "$1" {closed}', BUILD / "lxc-exec", secret],
                                      stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False)
                self.assertEqual(done.returncode, 4)
                self.assertNotIn(b"commandLine", done.stdout)  # the config never becomes a stream

    def test_process_one(self):
        self.assertEqual(self.sandbox(policy("cat /proc/1/comm")).out, "bwrap\n")
        self.assertEqual(self.mxc("run", "--", "cat", "/proc/1/comm").out, "mxc-init\n")

    def test_environment(self):
        # dash exports PWD (and OLDPWD) by itself.
        rows = [
            ({}, {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                  "TERM=xterm-256color"}),
            ({"env": []}, set()),
            ({"env": ["A=1", "B=x=y", "A=2", "C="]}, {"A=2", "B=x=y", "C="}),
        ]
        for process, want in rows:
            with self.subTest(process=process):
                done = self.sandbox(policy("/usr/bin/env", process=process), env={"LEAK": "1"})
                got = {line for line in done.out.splitlines() if not line.startswith(("PWD=", "OLDPWD="))}
                self.assertEqual(got, want)


class Terminals(Case):
    def talk(self, command, *, program="lxc-exec", words=None):
        """Runs with a terminal as all three streams; returns status and what the terminal showed."""
        words = words or ["--config-base64", b64(policy(command))]
        pid, master = pty.fork()
        if pid == 0:
            os.execve(BUILD / program, [program, *words], {"TERM": "xterm", **os.environ})
        shown, ends = b"", time.monotonic() + 20
        while time.monotonic() < ends:
            if select.select([master], [], [], 0.2)[0]:
                try:
                    part = os.read(master, 65536)
                except OSError:  # the other side is closed
                    break
                if not part:
                    break
                shown += part
        os.close(master)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()

    def test_is_a_terminal(self):
        status, shown = self.talk("test -t 0 && test -t 1 && test -t 2 && echo all; exit 7")
        self.assertEqual((status, shown), (7, "all\r\n"))

    def test_colors_only_here(self):
        status, shown = self.talk("", program="mxc", words=["run", "missing.json"])
        self.assertEqual(status, 1)
        self.assertIn("\033[", shown)

    def test_no_color(self):
        os.environ["NO_COLOR"] = "1"
        self.addCleanup(os.environ.pop, "NO_COLOR")
        self.assertNotIn("\033[", self.talk("", program="mxc", words=["run", "missing.json"])[1])


if __name__ == "__main__":
    main()
