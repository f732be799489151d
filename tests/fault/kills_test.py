# SPDX-License-Identifier: MIT
"""kill -9 of each of our processes, at every call of its and at random moments: nothing is left."""
import os
import random
import time

import fault
import host
from fault import RESTRICTED, Scene
from host import Case, callers, main

ROLES = ("executor", "init", "keeper", "program")
COUNT = int(os.environ.get("MXC_FAULT_KILLS", "500"))  # in total
WINDOW = {"executor": 1.1, "init": 0.8, "keeper": 1.0, "program": 0.5}  # of the time that a whole run takes


class Kills(Case):
    def judge(self, ran, victim):
        """Whoever was killed, the others ended by themselves, and the program in its chains."""
        if ran.lines("hang"):
            return f"hangs: {ran.lines('hang')}"
        if "LOOSE" in ran.out:
            return ran.out
        if victim == "executor":
            return None
        if ran.lines("alive"):
            return f"ended before its {ran.lines('alive')}"
        allowed = (RESTRICTED, 137, 255) if ran.hit else (RESTRICTED,)
        if ran.status not in allowed:
            return f"status {ran.status}: {ran.err!r}"
        return None if ran.result else "no result"

    def clean(self, victim):
        """A cgroup stays when executor and keeper die together; one of them alone leaves none."""
        left = self.counter.left_within(2)
        return f"{victim}: left {left}" if left else None

    def typical_us(self, scene):
        """So that moments from the first to beyond the last are tried, whatever the machine."""
        took = []
        for _ in range(9):
            begun = time.monotonic()
            scene.run("-k", "executor:10000000")
            took.append((time.monotonic() - begun) * 1e6)
        return sorted(took)[len(took) // 2]

    @callers("root", "user")
    def test_at_random_moments(self, who):
        """The moment is counted from the birth of the process."""
        seed = random.randrange(1 << 32)
        chance = random.Random(seed)
        scene = Scene(self, who)
        roles = [role for role in ROLES if role != "keeper" or who.name == "root"]
        whole = self.typical_us(scene)
        hits = dict.fromkeys(roles, 0)
        wrong = {}
        for turn in range(COUNT // 2):
            host.watch_the_clock()
            victim = roles[turn % len(roles)]
            point = f"{victim}:{int(chance.uniform(0, WINDOW[victim] * whole))}"
            ran = scene.run("-k", point)
            hits[victim] += ran.hit
            complaint = self.judge(ran, victim) or self.clean(victim)
            if complaint:
                wrong[point] = complaint
        print(f"{who.name}: seed {seed}, killed in time: {hits}")
        self.assertEqual(wrong, {}, f"seed {seed}")
        self.assertTrue(all(hits.values()), hits)

    @callers("root", "user")
    def test_at_every_call(self, who):
        scene = Scene(self, who)
        calls = scene.record()
        points = [call.at("S9") for index, call in enumerate(fault.spread(calls, 8))
                  if fault.ALL or index % 2 == 0]
        wrong = {}
        for point in points:
            host.watch_the_clock()
            ran = scene.run("-a", point)
            victim = point.split(":", maxsplit=1)[0]
            complaint = self.judge(ran, victim) or self.clean(victim)
            if complaint:
                wrong[point] = complaint
        self.assertEqual(wrong, {}, f"{len(wrong)} of {len(points)} kills end badly")


if __name__ == "__main__":
    main()
