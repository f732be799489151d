# SPDX-License-Identifier: MIT
"""Every system call of set-up, supervision and teardown is made to fail: the run ends closed, in words, and
nothing is left."""

import errno
import re

import fault
import host
from fault import Scene
from host import Case, callers, main


class Calls(Case):
    def check(self, scene, point):
        ran = scene.run("-a", point)
        # Of a reader that is gone nothing is told; of a terminal neither.
        gone = (errno.EPIPE, errno.EIO, errno.ENOSPC) if scene.terminal else (errno.EPIPE,)
        lost = re.fullmatch(r"executor:(write|splice):.*:E(\d+)", point)
        wrong = fault.complaint(ran, lost=bool(lost) and int(lost[2]) in gone)
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

    @callers("root", "user")
    def test_with_a_terminal(self, who):
        scene = Scene(self, who, terminal=True)
        self.each(scene, [call.at(f"E{number}") for call in fault.spread(scene.record(), 3)
                          for number in (call.errors if fault.ALL else call.errors[:1])])

    @callers("root", "user")
    def test_on_the_way_to_the_deadline(self, who):
        """The end is not the program's, and is reached all the same."""
        scene = Scene(self, who)
        calls = [call for call in fault.spread(scene.record(), 2) if call.role in ("executor", "keeper")]
        scene.policy["process"] = {"commandLine": "sleep 60", "timeout": 30}
        self.each(scene, [call.at(f"E{number}") for call in calls
                          for number in (call.errors if fault.ALL else call.errors[:1])])

    @callers("user")
    def test_watcher_that_cannot_count(self, who):
        """It ends the run, and says so: no word of memory that was used up."""
        before = sum(call.name == "openat" and call.role == "executor"
                     for call in Scene(self, who, limits={}).record())
        scene = Scene(self, who)
        scene.policy["process"] = {"commandLine": "sleep 60", "timeout": 300}
        said = set()
        for nth in range(before + 1, before + 10):  # looks for cgroups, and then some looks at the processes
            ran = scene.run("-a", f"executor:openat:{nth}:E{int(errno.EMFILE)}")
            self.assertEqual((ran.hit, ran.status, ran.result["reason"] in ("timeout", "setup", "failed")), (True, 255, True))
            said.add(ran.err.rstrip())
        self.assertTrue(any("memory of the sandbox could not be counted" in text for text in said), said)

    @callers("root", "user")
    def test_ways_to_kill(self, who):
        """The deadline holds whatever becomes of one call that kills."""
        scene = Scene(self, who)
        scene.policy["process"] = {"commandLine": "sleep 60", "timeout": 30}
        calls = [call for call in scene.run("-r").lines("call") if call[1] in ("pidfd_send_signal", "kill")]
        self.assertTrue(calls)
        for role, name, nth, *_ in calls:
            for number in (errno.EPERM, errno.ENOSYS):
                ran = scene.run("-a", f"{role}:{name}:{nth}:E{int(number)}")
                self.assertEqual((ran.hit, ran.status, ran.result["reason"]), (True, 255, "timeout"), ran.err)


if __name__ == "__main__":
    main()
