# SPDX-License-Identifier: MIT
"""Signals come at every system call: harmless ones change nothing, those that end a run end it, and a clock that
jumps moves no deadline."""
import errno
import re
import signal
import time
import unittest

import fault
import host
from fault import RESTRICTED, Scene
from host import Case, callers, main

# A stopped process that goes on sees calls fail with EINTR which no ignored signal interrupts.
HARMLESS = ["P", f"S{int(signal.SIGWINCH)}", f"S{int(signal.SIGCHLD)}", f"S{int(signal.SIGCONT)}"]
ENDING = {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGHUP: 129, signal.SIGQUIT: 131}


class Interrupts(Case):
    def each(self, scene, points, judge):
        wrong = {}
        for point in points:
            host.watch_the_clock()
            ran = scene.run("-a", point)
            complaint = judge(ran)
            if not (complaint is None and ran.status in ENDING.values()):
                complaint = fault.complaint(ran) or complaint
            left = self.counter.left_within(1)
            if complaint or left:
                wrong[point] = complaint or f"left: {left}"
        self.assertEqual(wrong, {}, f"{len(wrong)} of {len(points)} signals end badly")

    @callers("root", "user")
    def test_harmless(self, who):
        """At every call that may wait, and at a spread of the others."""
        scene = Scene(self, who)
        calls = fault.spread(scene.record(), 6)
        points = [call.at(what) for index, call in enumerate(calls) for number, what in enumerate(HARMLESS)
                  if fault.ALL or (call.blocks and number < 2) or index % 12 == 3 * number]

        def judge(ran):
            return None if ran.status == RESTRICTED else f"status {ran.status}: {ran.err!r}"
        self.each(scene, points, judge)

    @callers("root", "user")
    def test_interrupted_calls(self, who):
        """EINTR, where the kernel may give it: the call is made again, or the run ends in words."""
        scene = Scene(self, who)
        points = [call.at(f"E{int(errno.EINTR)}") for call in fault.spread(scene.record(), 4)
                  if errno.EINTR in call.errors]
        self.each(scene, points, lambda ran: None)

    @callers("root", "user")
    def test_ending(self, who):
        """To the executor: before the sandbox, while it is made, while it runs and after."""
        scene = Scene(self, who)
        calls = [call for call in fault.spread(scene.record(), 6) if call.role == "executor"]
        numbers = list(ENDING)
        points = [call.at(f"S{int(number)}") for index, call in enumerate(calls)
                  for number in (numbers if fault.ALL else numbers[index % 4:index % 4 + 1])
                  if fault.ALL or index % 2 == 0]
        self.each(scene, points, self.ended)

    def ended(self, ran):
        """The status tells the signal, and so does the result where something had been started."""
        if ran.status == RESTRICTED:
            return None
        if ran.status not in ENDING.values():
            return f"status {ran.status}"
        if ran.result is None:
            return f"ran without a result: {ran.out!r}" if ran.out else None
        return None if ran.result["reason"] == "interrupted" else f"reason {ran.result['reason']}"


class Clock(Case):
    """Deadlines follow a clock that nobody can set."""

    SLEEPS = {"version": "1.0.0", "process": {"commandLine": "sleep 30", "timeout": 150}}

    def clocks(self, ran):
        return {(role, int(clock)) for role, _, clock in ran.lines("clock")}

    @callers("root", "user")
    def test_calendar_jumps(self, who):
        scene = Scene(self, who)
        scene.policy = self.SLEEPS
        ran = scene.run("-j")
        self.assertEqual((ran.status, ran.result["reason"]), (255, "timeout"), ran.err)
        self.assertGreaterEqual(ran.result["runMs"], 149)
        self.assertLess(ran.result["runMs"] + ran.result["setupMs"], 20000)  # the jumps are of days
        self.assertRegex(ran.result["startedAt"], r"^20\d\d-")
        told = time.time()
        started = time.mktime(time.strptime(ran.result["startedAt"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
        self.assertGreater(abs(started - told), 80000, "the clock did not jump, so this shows nothing")

    @callers("root", "user")
    def test_only_the_start_asks_the_calendar(self, who):
        scene = Scene(self, who)
        ran = scene.run("-j")
        self.assertEqual(ran.status, RESTRICTED, ran.err)
        asked = ran.lines("clock")
        calendar = [row for row in asked if row[2] == str(time.CLOCK_REALTIME)]
        self.assertEqual([row[:2] for row in calendar], [["executor", "clock_gettime"]])
        self.assertIn(["executor", "timerfd_create", str(time.CLOCK_MONOTONIC)], asked)

    @callers("root")
    def test_other_monotonic_time(self, who):
        """A host that has been up for long, or for a moment: in a time namespace."""
        for offset in (40 * 365 * 86400, 7):
            before = ("unshare", "--time", "--fork", f"--monotonic={offset}")
            process = host.start(who, ["run", "--timeout", "150ms", "--", "sleep", "30"], before=before,
                                 stderr=host.subprocess.PIPE)
            _, err = process.communicate(timeout=host.SECONDS)
            if re.search(rb"unshare.*(timens|time|failed)", err):
                raise unittest.SkipTest("no time namespaces here: " + err.decode())
            self.assertEqual((process.returncode, b"timed out after 150ms" in err), (255, True), err)


if __name__ == "__main__":
    main()
