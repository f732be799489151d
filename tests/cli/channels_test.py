# SPDX-License-Identifier: MIT
"""Channels that the program in the sandbox does not hold: the policy by descriptor, the result of lxc-exec."""
import fcntl
import json
import os
import socket
import subprocess
import unittest

from harness import BUILD, Case, b64, main, policy


class PolicyByDescriptor(Case):
    def by_descriptor(self, text, *words, verb="run"):
        read, write = os.pipe()
        os.write(write, text.encode())
        os.close(write)
        try:
            return self.mxc(verb, "--config-fd", str(read), *words, pass_fds=(read,))
        finally:
            os.close(read)

    def test_run(self):
        text = json.dumps(policy("cat; ls /proc/self/fd", process={"env": ["A=1"]}))
        done = self.by_descriptor(text)
        self.assertEqual((done.status, done.out.split(), done.err), (0, ["0", "1", "2", "3"], ""))

    def test_another_command(self):
        done = self.by_descriptor(json.dumps(policy("false")), "--", "echo", "other")
        self.assertEqual((done.status, done.out), (0, "other\n"))

    def test_plan(self):
        done = self.by_descriptor(json.dumps(policy("echo planned")), verb="plan")
        self.assertIn("command echo planned", done.out)

    def test_errors_have_a_place(self):
        done = self.by_descriptor('{"version":"1.0.0",\n"proces":{}}')
        self.assertEqual(done.status, 1)
        self.assertIn("<descriptor>:2:", done.err)
        self.assertIn("/proces", done.err)

    def test_what_cannot_be_read(self):
        with open(self.file("out", ""), "wb") as file:
            done = self.mxc("run", "--config-fd", str(file.fileno()), pass_fds=(file.fileno(),))
        self.assertEqual((done.status, done.out), (1, ""))
        self.assertIn("Bad file descriptor", done.err)


class Caller(Case):
    """A descriptor that tells of the end of the caller. Here the end is that we close ours."""

    def started(self, words, ours, theirs, program="mxc", **options):
        """A run that says when it goes on, and then does not end by itself."""
        child = subprocess.Popen([BUILD / program, *words], pass_fds=(theirs, *options.pop("pass_fds", ())),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        os.close(theirs)
        self.assertEqual(child.stdout.readline(), b"ready\n")
        self.assertIsNone(child.poll())
        os.close(ours)
        out, err = child.communicate(timeout=30)
        return child.returncode, out, err

    def pairs(self):
        """(ours, theirs): what a caller may use."""
        read, write = os.pipe()
        yield write, read
        yield os.pipe()
        for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
            ours, theirs = socket.socketpair(type=kind)
            yield ours.detach(), theirs.detach()

    def test_the_run_ends_with_it(self):
        command = ["--", "/bin/sh", "-c", "echo ready; sleep 600"]
        for ours, theirs in self.pairs():
            read, write = os.pipe()
            status, out, _ = self.started(["run", f"--caller-fd={theirs}", f"--result-fd={write}", *command], ours,
                                          theirs, pass_fds=(write,))
            os.close(write)
            with os.fdopen(read) as pipe:
                result = json.load(pipe)
            self.assertEqual((status, out, result["reason"], result["signal"]), (129, b"", "interrupted", 1))

    def test_lxc_exec(self):
        theirs, ours = os.pipe()
        words = ["--config-base64", b64(policy("echo ready; sleep 600"))]
        status, out, _ = self.started(words, ours, theirs, "lxc-exec", env={**os.environ, "MXC_CALLER_FD": str(theirs)})
        self.assertEqual((status, out), (129, b""))

    def test_it_is_gone_before(self):
        theirs, ours = os.pipe()
        os.close(ours)
        done = self.mxc("run", "--caller-fd", str(theirs), "--", "sleep", "600", pass_fds=(theirs,))
        os.close(theirs)
        self.assertEqual(done.status, 129)

    def test_it_stays_and_writes(self):
        for ours, theirs in self.pairs():
            if (fcntl.fcntl(ours, fcntl.F_GETFL) & os.O_ACCMODE) != os.O_RDONLY:
                os.write(ours, b"not read")
            done = self.mxc("run", "--caller-fd", str(theirs), "--", "ls", "/proc/self/fd", pass_fds=(theirs,))
            os.close(ours)
            os.close(theirs)
            self.assertEqual((done.status, done.out.split(), done.err), (0, ["0", "1", "2", "3"], ""))

    def test_one_socket_for_all(self):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.sendall(json.dumps(policy("sleep 0.1; ls /proc/self/fd")).encode())
            ours.shutdown(socket.SHUT_WR)
            number = str(theirs.fileno())
            done = self.mxc("run", "--config-fd", number, "--caller-fd", number, "--result-fd", number,
                            pass_fds=(theirs.fileno(),))
            theirs.close()
            self.assertEqual((done.status, done.out.split()), (0, ["0", "1", "2", "3"]))
            self.assertEqual(json.loads(ours.makefile().read())["reason"], "exit")

    def test_what_cannot_hang_up(self):
        both = os.open(self.fifo(), os.O_RDWR)
        lone, datagram = socket.socket(socket.AF_UNIX), socket.socketpair(type=socket.SOCK_DGRAM)
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(self.folder / "socket"))
        listening.listen()
        with open(self.file("file", ""), "rb") as file, lone, datagram[0], datagram[1], listening:
            for fd in (both, file.fileno(), lone.fileno(), datagram[0].fileno(), listening.fileno()):
                done = self.mxc("run", "--caller-fd", str(fd), "--", "echo", "never", pass_fds=(fd,))
                self.assertEqual((done.status, done.out), (2, ""))
                self.assertIn("would not tell that the caller is gone", done.err)
        os.close(both)
        for text, words in (("2", "standard stream"), ("x", "not a number"), ("999", "is not open")):
            done = self.mxc("run", "--caller-fd", text, "--", "echo", "never")
            self.assertEqual((done.status, done.out), (2, ""))
            self.assertIn(words, done.err)
        done = self.sandbox(policy("echo never"), env={**os.environ, "MXC_CALLER_FD": "999"})
        self.assertEqual((done.status, done.out, done.err.splitlines()[0]), (255, "", "MXC_CALLER_FD: descriptor 999 is not open"))
        done = self.sandbox(policy("echo never"), "--dry-run", env={**os.environ, "MXC_CALLER_FD": "999"})
        self.assertEqual((done.status, done.err), (0, ""), "starts nothing")

    def fifo(self):
        path = self.folder / "fifo"
        os.mkfifo(path)
        return path


class ResultFile(Case):
    FORGED = '{"version":1,"status":1,"envelope":{"code":"stale_id","message":"forged"},"error":null}'

    def called(self, config, *words):
        """What is printed, and what is left in the result file."""
        path = self.file("result", "")
        done = self.sandbox(config, *words, env={**os.environ, "MXC_RESULT_FILE": str(path)})
        text = path.read_text()
        self.assertEqual(text.count("\n"), 1, text)
        found = json.loads(text)
        self.assertEqual(list(found), ["version", "status", "envelope", "error"])
        self.assertEqual((found["version"], found["status"]), (1, done.status))
        return done, found

    def test_the_program_ends_by_itself(self):
        for command, status in (("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137),
                                (f"echo '{self.FORGED}'; echo '{self.FORGED}' >&2; exit 255", 255)):
            done, found = self.called(policy(command))
            self.assertEqual((done.status, found["envelope"], found["error"]), (status, None, None))

    def test_a_timeout(self):
        done, found = self.called(policy("sleep 20", process={"timeout": 100}))
        self.assertEqual(found["envelope"], {"code": "backend_error", "message": "script timed out after 100ms"})
        self.assertEqual((done.envelope(), found["error"]), (found["envelope"], None))

    def test_a_refusal(self):
        done, found = self.called(policy("true", filesystem={"readonlyPaths": ["/nonexistent"]}))
        self.assertEqual(found["envelope"], done.envelope())
        self.assertEqual((found["error"]["code"], found["error"]["where"]),
                         ("policy_validation", "/filesystem/readonlyPaths/0"))

    def test_a_policy_that_is_wrong(self):
        done, found = self.called({"version": "0.7.0-alpha", "bogus": 1})
        self.assertEqual((done.status, found["envelope"], found["error"]["code"]), (1, None, "malformed_request"))

    def test_a_dry_run(self):
        _, found = self.called(policy("exit 3"), "--dry-run")
        self.assertEqual((found["envelope"], found["error"]), (None, None))
        _, found = self.called(policy("true", filesystem={"readonlyPaths": ["/nonexistent"]}), "--dry-run")
        self.assertEqual((found["envelope"], found["error"]["code"]), (None, "policy_validation"))

    def test_the_lifecycle(self):
        done, found = self.called({"version": "0.6.0-alpha", "phase": "stop", "sandboxId": "iso:1"})
        self.assertEqual(json.loads(done.out)["error"], found["envelope"])
        self.assertEqual(found["envelope"]["code"], "unsupported_phase")

    def test_the_program_has_neither_the_file_nor_its_name(self):
        path = self.file("result", "")
        config = policy("/usr/bin/env; ls /proc/self/fd")
        done = self.sandbox(config, env={**os.environ, "MXC_RESULT_FILE": str(path)})
        self.assertNotIn("MXC_RESULT_FILE", done.out)
        self.assertEqual(done.out.split()[-4:], ["0", "1", "2", "3"])

    def test_a_file_that_cannot_be_used(self):
        os.mkfifo(self.folder / "fifo")
        for name, words in (("missing", "No such file"), (".", "Is a directory"), ("fifo", "No such device")):
            path = self.folder / name
            done = self.sandbox(policy("echo never"), env={**os.environ, "MXC_RESULT_FILE": str(path)})
            self.assertEqual((done.status, done.out), (1, ""))
            self.assertTrue(done.err.startswith("MXC_RESULT_FILE: cannot open"), done.err)
            self.assertIn(words, done.err)
        done = self.sandbox(policy("echo never"), env={**os.environ, "MXC_RESULT_FILE": "/dev/null"})
        self.assertEqual((done.status, done.err), (1, "MXC_RESULT_FILE: '/dev/null' is not a regular file\n"))
        self.assertFalse((self.folder / "missing").exists())

    def test_an_empty_variable_is_none(self):
        env = {**os.environ, "MXC_RESULT_FILE": "", "MXC_CALLER_FD": ""}
        done = self.lxc("--config-base64", b64(policy("echo fine")), env=env)
        self.assertEqual((done.status, done.out), (0, "fine\n"))


PYTHON = "/usr/bin/python3"
TRY = """import socket, sys
for address, port in (("192.0.2.1", 443), ("192.0.2.1", 443), ("192.0.2.2", 80)):
    sock = socket.socket()
    try:
        sock.connect((address, port))
    except OSError as error:
        print(type(error).__name__)
"""


@unittest.skipUnless(os.path.exists(PYTHON), f"there is no {PYTHON}")
class Events(Case):
    """What is refused while a program runs. The addresses are never asked: no packet leaves."""

    def setUp(self):
        super().setUp()
        self.rules = {"egress": {"default": "allow", "deny": [{"to": [{"cidr": "192.0.2.0/24"}]}]}}
        self.path = self.folder / "events"

    def tried(self, *words, command="", network=None, **options):
        config = policy(f"{command} {PYTHON} -c '{TRY}'", version="1.0.0", network=network or self.rules)
        return self.mxc("run", *words, "--config-base64", b64(config), **options)

    def events(self):
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    def test_a_file(self):
        self.path.unlink(missing_ok=True)
        for runs in (1, 2):
            done = self.tried("--events", str(self.path))
            self.assertEqual((done.status, done.out), (0, "ConnectionRefusedError\n" * 3))
            found = [event for event in self.events() if event["kind"] == "refused"]
            self.assertEqual({(event["address"], event["port"]) for event in found},
                             {("192.0.2.1", 443), ("192.0.2.2", 80)})
            self.assertGreaterEqual(len(found), 2 * runs)
            for event in found:
                self.assertRegex(event.pop("time"), r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            # The address becomes an exception, and a rule of its own keeps its other ports denied.
            narrowed, kept = found[0].pop("suggestion")
            self.assertEqual(narrowed, {"op": "add", "path": "/network/egress/deny/0/to/0/except", "value": ["192.0.2.1"]})
            self.assertEqual((kept["op"], kept["path"], kept["value"]["to"]), ("add", "/network/egress/deny/-", [{"cidr": "192.0.2.1"}]))
            self.assertEqual(found[0], {
                "kind": "refused", "protocol": "tcp", "address": "192.0.2.1", "port": 443, "why": "rule",
                "rule": "/network/egress/deny/0", "count": 1})
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)

    def test_a_descriptor_that_the_program_does_not_hold(self):
        with open(self.path, "wb") as file:
            done = self.tried("--events", str(file.fileno()), command="ls /proc/self/fd;", pass_fds=(file.fileno(),))
        self.assertEqual(done.out.split()[:4], ["0", "1", "2", "3"])
        self.assertEqual({event["kind"] for event in self.events()} - {"untold"}, {"refused"})

    def test_words(self):
        done = self.tried("--verbose")
        self.assertIn('mxc: refused: tcp 192.0.2.2:80, by /network/egress/deny/0; to allow: [{"op":"add"', done.err)
        self.assertEqual(self.tried().err, "")  # not a terminal

    def test_the_result(self):
        read, write = os.pipe()
        self.tried("--result-fd", str(write), pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as pipe:
            found = json.load(pipe)
        self.assertEqual([(one["address"], one["port"]) for one in found["denials"]],
                         [("192.0.2.1", 443), ("192.0.2.2", 80)])
        self.assertNotIn("time", found["denials"][0])

    def test_a_suggestion_is_taken(self):
        self.path.unlink(missing_ok=True)
        network = {"egress": {"allow": [{"to": [{"cidr": "198.51.100.1"}]}]}}
        self.tried("--events", str(self.path), network=network)
        change, = self.events()[0]["suggestion"]
        self.assertEqual(change["path"], "/network/egress/allow/-")
        network["egress"]["allow"].append(change["value"])
        planned = self.mxc("plan", "--config-base64", b64(policy("true", version="1.0.0", network=network)))
        self.assertIn("rule allow tcp 443 to 192.0.2.1", planned.out)

    def test_a_refused_policy_leaves_no_event(self):
        done = self.tried("--events", str(self.path), network={"ingress": {"default": "allow"}})
        self.assertEqual((done.status, done.out), (255, ""))
        self.assertEqual(self.path.read_text(), "")


if __name__ == "__main__":
    main()
