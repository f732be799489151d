#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Very many runs in a row: the counters of what is left on the host stay where they are.

usage: MXC_BUILD=DIR soak.py [RUNS [SEED]]      10,000 by default

One run in ten is killed at a random moment, one is ended by its deadline, one by a signal, one is refused; the
others end by themselves. Looks at all counters after every hundred runs, and tells the
numbers of some objects of the kernel before and after.
"""
import collections
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "host"))
import host  # pylint: disable=wrong-import-position

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
EACH = 100
LIMITS = {"memoryMb": 64, "processes": 8, "outputMb": 1}


def kernel_counts():
    """Objects that have no name in any listing."""
    controllers = {}
    for line in Path("/proc/cgroups").read_text().splitlines()[1:]:
        name, _, count, _ = line.split()
        controllers["cgroups " + name] = int(count)
    files = Path("/proc/sys/fs/file-nr").read_text().split()
    tasks = Path("/proc/loadavg").read_text().split()[3].split("/")[1]
    return {"open files": int(files[0]), "tasks": int(tasks), **controllers}


class Soak:
    def __init__(self, who):
        self.who, self.chance = who, random.Random(SEED)
        self.box = who.home / "soak"
        self.box.mkdir()
        who.own(self.box)
        self.wrong, self.ends, self.turn = [], collections.Counter(), 0
        self.counter = host.Counter()

    def policy(self, command, limits=None, **process):
        return host.policy_of(command, rw=[self.box], deny=[], limits=LIMITS if limits is None else limits,
                              process=process)

    def start(self, policy):
        return host.start_policy(self.who, policy, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)

    def plain(self):
        limits = LIMITS if self.turn % 2 else {}
        return self.start(self.policy("exit 7", limits)).wait(host.SECONDS), (7,)

    def deadline(self):
        return self.start(self.policy("sleep 60 & sleep 60", timeout=20)).wait(host.SECONDS), (255,)

    def refused(self):
        policy = {**self.policy("true"), "network": {"ingress": {"default": "allow"}}} if self.turn % 20 == 3 else {}
        return self.start(policy).wait(host.SECONDS), (1, 255)

    def ended_by(self, number, allowed):
        process = self.start(self.policy("sleep 60 & sleep 60"))
        time.sleep(self.chance.uniform(0, 0.02))  # no other way to hit a moment that nobody announces
        process.send_signal(number)
        return process.wait(host.SECONDS), allowed

    def killed(self):
        return self.ended_by(signal.SIGKILL, (-9,))

    def signalled(self):
        return self.ended_by(signal.SIGTERM, (143, -15))

    KINDS = {0: killed, 1: deadline, 2: signalled, 3: refused}

    def once(self):
        kind = self.KINDS.get(self.turn % 10, Soak.plain)
        status, allowed = kind(self)
        self.ends[f"{kind.__name__} {status}"] += 1
        if status not in allowed:
            self.wrong.append(f"run {self.turn} ({kind.__name__}): status {status}")
        self.turn += 1

    def look(self):
        left = self.counter.left_within(5)
        if left:
            self.wrong.append(f"after run {self.turn}: left {left}")
        for path in self.box.iterdir():
            self.wrong.append(f"after run {self.turn}: {path}")
        host.STARTED.clear()  # numbers of processes come again

    def run(self):
        self.once()
        before, begun = kernel_counts(), time.monotonic()
        while self.turn < RUNS and not self.wrong:
            self.once()
            if self.turn % EACH == 0:
                self.look()
            if self.turn % 1000 == 0:
                print(f"{self.who.name}: {self.turn} runs, {time.monotonic() - begun:.0f} s", flush=True)
        self.look()
        print(f"{self.who.name}: {self.turn} runs, ends {dict(sorted(self.ends.items()))}")
        after = kernel_counts()
        print(f"{self.who.name}: kernel objects before and after: "
              + ", ".join(f"{name} {before[name]} {after[name]}" for name in before))
        return self.wrong


def main():
    host.enter_rig()
    host.furnish_rig()
    host.PLACE = host.Place()
    wrong = []
    try:
        host.WHO.extend(who for who in host.list_callers(host.PLACE.path) if who.name != "nested")
        print(f"seed {SEED}")
        for who in host.WHO:
            wrong += Soak(who).run()
    finally:
        host.PLACE.remove()
    print("\n".join(map(str, wrong)) or "nothing was left")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
