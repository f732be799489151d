# SPDX-License-Identifier: MIT
"""The three streams: byte for byte, apart, live, and closed in every way that callers close them."""
import fcntl
import hashlib
import itertools
import os
import random
import subprocess
import tempfile

import host
from host import Case, callers, main, policy_of, probe, run_policy

MEBIBYTE = 1 << 20
RELAYED = {"outputMb": 1000}  # output then passes through the executor, which counts


def digest(data):
    return len(data), hashlib.sha256(data).hexdigest()


class Bytes(Case):
    @callers()
    def test_there_and_back(self, who):
        for limits, mebibytes in (({}, 1), ({}, 64), (RELAYED, 1), (RELAYED, 64)):
            sent = random.Random(mebibytes).randbytes(mebibytes * MEBIBYTE + 17)
            done = run_policy(who, policy_of("cat", limits=limits), stdin=sent)
            with self.subTest(mebibytes=mebibytes, relayed=bool(limits)):
                self.assertEqual((done.status, digest(done.raw)), (0, digest(sent)), done.err[:300])

    @callers()
    def test_every_byte(self, who):
        every = bytes(range(256)) + b"\r\n\x00\xff\xfe\x1a\x04" + "\u00e9\u4e2d".encode()
        for limits in ({}, RELAYED):
            done = run_policy(who, policy_of("cat >/tmp/x; cat /tmp/x; cat /tmp/x >&2", limits=limits), stdin=every)
            self.assertEqual((done.raw, done.raw_err), (every, every))

    @callers()
    def test_names_of_the_streams(self, who):
        """/dev/stdout and its like can be opened, as they can outside: of a pipe of the caller's own."""
        for limits in ({}, RELAYED):
            inner = " ".join(f"'{word}'" for word in host.command_of(who, [
                "run", "--config-base64", host.b64(policy_of(
                    "cat /dev/stdin >/dev/stdout; echo error >/dev/stderr; exit 3", limits=limits))]))
            done = subprocess.run(["sh", "-c", f"(echo in | {inner}; echo $?) 2>&1 | cat"], capture_output=True,
                                  env=host.environment(who), timeout=host.SECONDS, check=False, **who.options)
            with self.subTest(relayed=bool(limits)):
                self.assertEqual(done.stdout, b"in\nerror\n3\n")

    @callers()
    def test_apart_and_huge(self, who):
        for limits in ({}, RELAYED):
            done = run_policy(who, policy_of(probe(["flood", 2, 9 * MEBIBYTE]) + " >/dev/null & " +
                                             probe(["flood", 1, 5 * MEBIBYTE]) + "; wait", limits=limits))
            with self.subTest(relayed=bool(limits)):
                self.assertEqual((done.status, len(done.raw), len(done.raw_err)),
                                 (0, 5 * MEBIBYTE + 3, 9 * MEBIBYTE))
                self.assertEqual(digest(done.raw[:-3]), digest(done.raw_err[:5 * MEBIBYTE]))


class Live(Case):
    @callers()
    def test_first_line_arrives_while_it_runs(self, who):
        for limits in ({}, RELAYED):
            process = host.start_policy(who, policy_of("echo first; echo error >&2; read x; echo got $x; cat",
                                                       limits=limits),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual((process.stdout.readline(), process.stderr.readline()), (b"first\n", b"error\n"))
            self.assertIsNone(process.poll())  # it waits for us
            process.stdin.write(b"answer\n")
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), b"got answer\n")
            out, err = process.communicate(b"rest", timeout=host.SECONDS)
            self.assertEqual((process.returncode, out, err), (0, b"rest", b""))

    @callers()
    def test_input_ends(self, who):
        done = run_policy(who, policy_of("cat; echo end"), stdin=b"")
        self.assertEqual((done.status, done.out), (0, "end\n"))

    @callers()
    def test_input_is_the_programs(self, who):
        """The executor takes nothing from it."""
        with tempfile.TemporaryFile() as file:
            file.write(b"one\ntwo\n")
            file.seek(0)
            process = host.start_policy(who, policy_of("true"), stdin=file)
            process.wait(host.SECONDS)
            self.assertEqual(os.lseek(file.fileno(), 0, os.SEEK_CUR), 0)
            process = host.start_policy(who, policy_of("head -c 4 >/dev/null; cat"), stdin=file, stdout=-1)
            self.assertEqual(process.communicate(timeout=host.SECONDS)[0], b"two\n")


class Closed(Case):
    @callers()
    def test_at_the_start(self, who):
        """Whatever is closed, the program has exactly 0, 1, 2, and the status is its own."""
        box = self.box(who)
        for number, closed in enumerate(itertools.chain.from_iterable(
                itertools.combinations((0, 1, 2), count) for count in range(4))):
            out = box / f"out{number}"
            process = host.start_policy(
                who, policy_of(f"{probe(['descriptors'])} 3>'{out}' >&3 3>&-; echo x; echo y >&2; exit 4", rw=[box]),
                stdin=-1, stdout=-1, stderr=-1, preexec_fn=lambda c=closed: [os.close(fd) for fd in c])
            streams = process.communicate(b"secret", timeout=host.SECONDS)
            with self.subTest(closed=closed):
                self.assertEqual((process.returncode, out.read_text()), (4, "ok 0 1 2\n"), streams)
                self.assertEqual(streams, tuple(b"" if fd in closed else text
                                                for fd, text in ((1, b"x\n"), (2, b"y\n"))))

    @callers()
    def test_by_the_reader(self, who):
        """The program gets SIGPIPE, and its end is reported as that."""
        for limits in ({}, RELAYED):
            read, write = os.pipe()
            process = host.start(who, ["run", f"--result-fd={write}", "--config-base64", host.b64(
                policy_of("exec " + probe(["flood", 1, 900 * MEBIBYTE]), limits=limits))],
                fds=[write], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            os.close(write)
            self.assertEqual(len(process.stdout.read(100)), 100)
            process.stdout.close()
            with self.subTest(relayed=bool(limits)), os.fdopen(read) as result, process.stderr:
                self.assertEqual(process.wait(host.SECONDS), 141)
                self.assertEqual(host.json.loads(result.read())["signal"], 13)

    @callers()
    def test_pipe_ignored_by_the_caller(self, who):
        """Signals that the caller ignores or blocks are not passed on: SIGPIPE kills, as it should."""
        process = host.start_policy(who, policy_of("exec " + probe(["flood", 1, 900 * MEBIBYTE])),
                                    stdout=subprocess.PIPE, restore_signals=False, preexec_fn=deafen)
        process.stdout.read(10)
        process.stdout.close()
        self.assertEqual(process.wait(host.SECONDS), 141)
        done = run_policy(who, policy_of(probe(["status", "SigBlk"], ["status", "SigIgn"])),
                          restore_signals=False, preexec_fn=deafen)
        self.assertEqual(done.verdicts, ["ok 0000000000000000"] * 2)

    @callers()
    def test_last_holder_is_the_sandbox(self, who):
        """A child in the background does not keep the streams open after the end."""
        process = host.start_policy(who, policy_of("sleep 1000 & sleep 1000 2>&1 & echo end"), stdout=-1, stderr=-1)
        self.assertEqual(process.communicate(timeout=10), (b"end\n", b""))


def deafen():
    signal = host.signal
    for number in (signal.SIGPIPE, signal.SIGUSR1, signal.SIGALRM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2, signal.SIGTERM, signal.SIGCHLD})


class LeftAsTheyWere(Case):
    @callers()
    def test_flags(self, who):
        """O_NONBLOCK and O_APPEND belong to the open file, which others share with us."""
        for limits in ({}, RELAYED):
            (feed, typed), (shown, write) = os.pipe(), os.pipe()
            ours = (feed, write)
            before = [fcntl.fcntl(fd, fcntl.F_GETFL) for fd in ours]
            process = host.start_policy(who, policy_of("echo x; read y; echo z >&2", limits=limits),
                                        stdin=feed, stdout=write, stderr=write)
            self.assertEqual(os.read(shown, 2), b"x\n")
            during = [fcntl.fcntl(fd, fcntl.F_GETFL) for fd in ours]
            os.write(typed, b"\n")
            process.wait(host.SECONDS)
            after = [fcntl.fcntl(fd, fcntl.F_GETFL) for fd in ours]
            for fd in (feed, typed, shown, write):
                os.close(fd)
            self.assertEqual((during, after), (before, before))

    @callers()
    def test_a_caller_without_blocking(self, who):
        """A pipe that the caller made non-blocking loses nothing."""
        # Without a limit the program itself holds the pipe, and sees EAGAIN as it would outside.
        read, write = os.pipe()
        os.set_blocking(write, False)
        process = host.start_policy(who, policy_of("head -c 3000000 /dev/zero | cat", limits=RELAYED), stdout=write)
        os.close(write)
        with os.fdopen(read, "rb") as out:
            got = len(out.read())
        self.assertEqual((process.wait(host.SECONDS), got), (0, 3000000))


if __name__ == "__main__":
    main()
