# SPDX-License-Identifier: MIT
"""Every system call of set-up, supervision and teardown is made to fail: the run ends closed, in words, and
nothing is left."""

import errno

import fault
import host
from fault import Scene
from host import Case, callers, main


class Calls(Case):
    def check(self, scene, point):
        ran = scene.run("-a", point)
        wrong = fault.complaint(ran, lost=point.endswith(f":E{int(errno.EPIPE)}"))
        left = self.counter.left_within(1)
        return wrong or (f"left: {left}" if left else None)

    def each(self, scene, points):
        wrong = {}
        for point in points:
            host.watch_the_clock()
            complaint = self.check(scene, point)
            if complaint:
                wrong[point] = complaint
        self.assertEqual(wrong, {}, f"{len(wrong)} of {len(points)} faults end badly")

    @callers("root", "user")
    def test_each_call_fails(self, who):
        scene = Scene(self, who, words=["forks=8"])
        calls = fault.spread(scene.record(), 12 if who.name == "root" else 5)
        points = [call.at(f"E{number}") for call in calls
                  for number in (call.errors if fault.ALL else call.errors[:1])]
        self.each(scene, points)


if __name__ == "__main__":
    main()
