# SPDX-License-Identifier: MIT
"""mxc-net, the process that carries a sandbox's traffic: it holds next to nothing, and neither of the two
outlives the other."""
import json
import os
import re
import signal
import subprocess
import time
import unittest
from pathlib import Path

import host
from host import Case, callers, main, policy_of, run_policy, start_policy

OPEN = {"network": {"egress": {"default": "allow"}}}
DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
WAITS = "echo up; exec sleep 60"


def status_of(pid):
    rows = (line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {name: value.strip() for name, value in rows}


def limits_of(pid):
    """Soft and hard: name -> [bytes or things]."""
    rows = re.findall(r"^(Max .*?)  +(\S+) +(\S+)", Path(f"/proc/{pid}/limits").read_text(), re.M)
    return {name: [float("inf") if value == "unlimited" else int(value) for value in values] for name, *values in rows}


def namespaces(pid):
    return {name: os.readlink(f"/proc/{pid}/ns/{name}") for name in ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup")}


def find(name):
    return sorted(pid for pid, (comm, state) in host.descendants().items() if comm == name and state != "Z")


def wait_gone(pid):
    ends = time.monotonic() + host.SECONDS
    while pid in find("mxc-net"):
        assert time.monotonic() < ends, "mxc-net is left"
        time.sleep(0.005)


class Box:
    """A sandbox with an open network that does nothing."""

    def __init__(self, who, *words, command=WAITS, **options):
        self.process = start_policy(who, policy_of(command, **OPEN), *words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, **options)
        assert self.process.stdout.readline() == b"up\n", self.process.stderr.read()
        (self.net,) = (pid for pid in find("mxc-net") if status_of(pid)["PPid"] == str(self.process.pid))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()
        wait_gone(self.net)


class Confined(Case):
    @callers()
    def test_holds_nothing(self, who):
        with Box(who) as box:
            status = status_of(box.net)
            for row in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                self.assertEqual(int(status[row], 16), 0, row)
            self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))
            self.assertEqual(set(status["Groups"].split()) & {"0"}, set())
            if who.name == "root":
                self.assertNotIn("0", status["Uid"].split() + status["Gid"].split())
            # /proc/PID/root of a process without files leads to an empty directory that nobody can write to.
            if os.getuid() == 0:
                self.assertEqual(os.listdir(f"/proc/{box.net}/root/"), [])
                self.assertEqual(len(Path(f"/proc/{box.net}/mountinfo").read_text().splitlines()), 1)
                self.assertRegex(Path(f"/proc/{box.net}/mountinfo").read_text(), r" / / ro\b")

    @callers()
    def test_limits(self, who):
        """As they are documented, or stricter as the caller's were."""
        rows = dict(re.findall(r"^\| `(Max [a-z ]+)` \| (\d+) \|", (DOCS / "network.md").read_text(), re.M))
        self.assertEqual(len(rows), 7)
        with Box(who) as box:
            ours, its = limits_of(box.process.pid), limits_of(box.net)
        for name, most in rows.items():
            self.assertEqual(its[name], [min(int(most), ours[name][1])] * 2, name)

    @callers()
    def test_namespaces(self, who):
        with Box(who) as box:
            ours, its = namespaces(box.process.pid), namespaces(box.net)
            self.assertEqual({name for name in ours if ours[name] == its[name]}, {"net"})

    @callers()
    def test_descriptors(self, who):
        """The channel, the rules, the device, sockets of its own; the standard streams lead nowhere."""
        with Box(who) as box:
            folder = Path(f"/proc/{box.net}/fd")
            targets = {int(name): os.readlink(folder / name) for name in os.listdir(folder)}
            self.assertEqual([targets[fd] for fd in range(3)], ["/dev/null"] * 3)
            for fd, target in targets.items():
                if fd > 2:
                    self.assertRegex(target, r"socket:|/memfd:rules|/dev/net/tun|tun|anon_inode")

    @callers()
    def test_no_secrets(self, who):
        """Neither the caller's environment nor its arguments."""
        with Box(who, env={"SECRET": "swordfish"}) as box:
            self.assertEqual(Path(f"/proc/{box.net}/environ").read_bytes(), b"")
            self.assertEqual(Path(f"/proc/{box.net}/cmdline").read_bytes(), b"mxc-net\0")


class Together(Case):
    @callers()
    def test_gone_with_the_sandbox(self, who):
        done = self.ran(run_policy(who, policy_of("true", **OPEN)))
        self.assertEqual((done.status, find("mxc-net")), (0, []))

    @callers()
    def test_killed(self, who):
        """Without it nothing enforces the rules, so the sandbox ends, and says why; the program had run."""
        read, write = os.pipe()
        with Box(who, f"--result-fd={write}", fds=(write,)) as box:
            os.close(write)
            os.kill(box.net, signal.SIGKILL)
            _, err = box.process.communicate(timeout=host.SECONDS)
            self.assertEqual(box.process.returncode, 255)
            self.assertIn(b"the network process ended", err)
        with os.fdopen(read) as results:
            result = json.load(results)
        self.assertEqual((result["reason"], result["signal"], result["exitCode"]), ("failed", signal.SIGKILL, None))
        self.assertIn("the network process ended", result["error"]["message"])
        self.assertGreater(min(result["runMs"], result["setupMs"], result["peakMemoryBytes"]), 0)
        self.assertIn("mxc-net", result["enforced"]["network"])
        self.assertEqual(result["denials"], [])

    @callers()
    def test_executor_killed(self, who):
        with Box(who) as box:
            box.process.kill()
            box.process.wait()
            ends = time.monotonic() + host.SECONDS
            while find("mxc-net") or find("sleep"):
                self.assertLess(time.monotonic(), ends)
                host.reap_orphans()
                time.sleep(0.01)

    @callers()
    def test_interrupted(self, who):
        for number, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            with self.subTest(number=number), Box(who) as box:
                box.process.send_signal(number)
                box.process.communicate(timeout=host.SECONDS)
                self.assertEqual((box.process.returncode, find("mxc-net")), (status, []))

    @callers()
    def test_timeout(self, who):
        policy = policy_of("sleep 60", process={"timeout": 200}, **OPEN)
        self.assertEqual((run_policy(who, policy).reason, find("mxc-net")), ("timeout", []))


class Alone(unittest.TestCase):
    def test_by_hand(self):
        """Somebody who starts it learns what it is for."""
        done = subprocess.run([host.PLACE.bin / "mxc-net"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, len(done.stderr.splitlines())), (2, 1))
        self.assertIn("started by mxc", done.stderr)


class Missing(Case):
    @callers()
    def test_not_installed(self, who):
        """Never open because of that: refused, with the remedy; and the probe says the same."""
        program = host.PLACE.bin / "mxc-net"
        aside = program.with_name("aside")
        program.rename(aside)
        try:
            done = run_policy(who, policy_of("echo ran", **OPEN))
            probe = json.loads(host.start(who, ["probe", "--json"], stdout=subprocess.PIPE).communicate()[0])
        finally:
            aside.rename(program)
        self.assertEqual((done.status, done.out), (255, ""))
        self.assertTrue(re.search("mxc-net.*not installed", done.err), done.err)
        rules = next(item for item in probe["backends"][0]["host"] if item["name"] == "network rules")
        self.assertFalse(rules["yes"])


if __name__ == "__main__":
    main()
