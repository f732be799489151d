# SPDX-License-Identifier: MIT
"""Exhaustion: every limit stops the guest, the result names it, and the host has what it had before. And
processes that want to outlive the run: after every kind of end none is left."""
import os
import signal
import subprocess
from pathlib import Path

import attacker
from attacker import TABLE, Attack, program
from ground import host

MEBIBYTE = 1 << 20


def setUpModule():
    attacker.prepare()


# name -> (limits, what the value may say at most, reasons that are right)
LIMITS = {
    "fork-many": ({"processes": 64}, 64, ("pids", "exit")),
    "fork-bomb": ({"processes": 64}, None, ("pids", "exit")),
    "thread-bomb": ({"processes": 64}, 64, ("pids", "exit")),
    "memory": ({"memoryMb": 64}, None, ("oom",)),
    "memory-shared": ({"memoryMb": 64}, None, ("oom",)),
    "disk": ({"tmpMb": 8}, None, ("disk",)),
    "disk-shared": ({"tmpMb": 8}, None, ("disk",)),
    "inodes": ({"tmpMb": 8}, None, ("disk",)),
    "file-size": ({"fileSizeMb": 2}, None, ("exit",)),
    "descriptors": ({"openFiles": 64}, 64, ("exit",)),
    "terminals": ({}, 256, ("exit",)),
    "watches": ({}, 64, ("exit",)),
    "flood-output": ({"outputMb": 1}, None, ("output",)),
    "flood-errors": ({"outputMb": 1}, None, ("output",)),
    "raise-descriptors": ({"openFiles": 64}, None, ("exit",)),
    "raise-processes": ({"processes": 64}, None, ("exit",)),
    "spin": ({}, None, ("timeout",)),
}
ENDS_IT = ("memory", "memory-shared", "flood-output", "flood-errors", "spin")


class Limits(Attack):
    def test_every_row(self):
        self.assertEqual(sorted(LIMITS), sorted(row.name for row in TABLE if row.group == "limits"))

    def exhaust(self, who, made, name):
        limits, _, _ = LIMITS[name]
        words = " ".join(made.keys(inside=True))
        policy = host.policy_of(f"{program()} {words} -- {name}; exit 7", rw=[made.rw], limits=limits,
                                process={"timeout": 300 if name == "spin" else 20000})
        return host.run_policy(who, policy, timeout=60)

    def check_verdict(self, row, done):
        _, most, _ = LIMITS[row.name]
        line = next((line for line in done.out.splitlines() if line.startswith(row.name + "\t")), None)
        if line is None:
            self.assertIn(row.name, ENDS_IT, done.out[:200])
            return
        _, verdict, value = line.split("\t")
        self.assertIn(verdict, row.refusal.split(), value)
        if most:
            self.assertLessEqual(int(value), most)
            self.assertGreater(int(value), most // 4)  # it did get somewhere

    @host.callers()
    def test_limits(self, who):
        made = self.make_ground(who)
        counter = host.Counter()
        for row in TABLE:
            if row.group != "limits":
                continue
            with self.subTest(probe=row.name):
                done = self.exhaust(who, made, row.name)
                self.assertIn(done.reason, LIMITS[row.name][2], done.err)
                self.assertLessEqual(len(done.raw) + len(done.raw_err), MEBIBYTE + 200)
                self.check_verdict(row, done)
                self.assertEqual(counter.left_within(2), {})
        self.assertLessEqual((made.rw / "full").stat().st_size, 2 * MEBIBYTE)
        self.assertTrue(made.victim.unharmed())


class Life(Attack):
    """Daemons, stopped and waiting processes, chains of forks: for every way in which a run can end."""

    ENDS = {"exit": None, "timeout": None, "interrupted": signal.SIGTERM, "killed": signal.SIGKILL}

    def beats(self, made):
        return {path.name: path.stat().st_size for path in made.rw.glob("beat-*")}

    def run_to(self, who, made, end):
        words = " ".join(made.keys(inside=True))
        last = {"exit": "exit 3"}.get(end, "kill -STOP $$")
        policy = made.policy(f"{program()} {words} -- all life; echo ready; {last}",
                             process={"timeout": 1000 if end == "timeout" else 20000})
        process = host.start_policy(who, policy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        lines = []
        for line in process.stdout:
            lines.append(line.decode().strip())
            if lines[-1] == "ready":
                break
        while not self.beats(made):  # at least one of them is at work
            os.sched_yield()
        if self.ENDS[end]:
            process.send_signal(self.ENDS[end])
        process.wait(host.SECONDS)
        process.stdout.close()
        return process.returncode, lines[:-1]

    @host.callers()
    def test_ends(self, who):
        wanted = {"exit": 3, "timeout": 255, "interrupted": 143, "killed": -9}
        for end, status in wanted.items():
            made = self.make_ground(who)
            counter = host.Counter()
            with self.subTest(end=end):
                ended, lines = self.run_to(who, made, end)
                self.assertEqual(ended, status)
                verdicts = dict(line.split("\t")[:2] for line in lines)
                self.assertEqual(verdicts, {row.name: "held" for row in TABLE if row.group == "life"})
                self.check_dead(made, counter)

    def check_dead(self, made, counter):
        """The processes are gone, zombies too, and nothing is written any more."""
        self.assertEqual(counter.left_within(2), {})
        sizes = self.beats(made)
        guests = [pid for pid in os.listdir("/proc") if pid.isdigit() and self.is_guest(pid)]
        self.assertEqual((guests, self.beats(made)), ([], sizes))

    @staticmethod
    def is_guest(pid):
        try:
            return b"all\0life" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False


if __name__ == "__main__":
    host.main()
