# SPDX-License-Identifier: MIT
"""Runs the tables of the guest. Inside, each attempt must be refused as its row says, and no canary may be
touched; outside, the same program must be able to do it.

usage: attack_test.py [--document]     prints docs/attacks.md instead
"""
import os
import subprocess
import sys
from pathlib import Path

import attacker
import ground
import race_test
from attacker import TABLE, Attack, program
from document import GROUPS, document
from ground import host

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "attacks.md"
BOX = ("files", "aliases", "proc", "processes", "namespaces", "kernel", "sockets")
OWN = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup", "--fork",
       "--kill-child", "--mount-proc", "--"]


def setUpModule():
    attacker.prepare()


class Inside(Attack):
    def check(self, who, groups, profile=(), **more):
        made = self.make_ground(who)
        verdicts = self.attack(made, groups, profile, **more)
        self.compare(who, verdicts, groups)


class Outside(Attack):
    """The controls: a probe that could not work anywhere would prove nothing."""

    WAYS = {"outside": ("root", "user"), "maybe": ("root", "user"), "own": ("root", "user"), "root": ("root",),
            "other": ("user",)}
    OFF = ("ENOSYS", "EPERM", "EACCES", "EOPNOTSUPP", "EAFNOSUPPORT", "EPROTONOSUPPORT", "EINVAL", "SIGSEGV")

    def try_one(self, made, row):
        """Did it work, by what it says and by the canary?"""
        before = made.snapshot()
        prefix = OWN if row.control == "own" else []
        done = subprocess.run([*prefix, program(), *made.keys(inside=False), "--", row.name], capture_output=True,
                              text=True, errors="replace", env=host.environment(made.who), cwd=made.who.home,
                              check=False, timeout=30, preexec_fn=lambda: os.setpgid(0, made.victim.pid),
                              **made.who.options)
        verdict = done.stdout.partition("\t")[2].partition("\t")[0]
        signs = {"secret": "CANARY" in done.stdout, "altered": made.snapshot() != before,
                 "process": not made.victim.unharmed(), "listener": bool(made.listeners.called())}
        if not made.victim.unharmed():
            made.replace_victim()
        return verdict, signs, done.stdout + done.stderr

    def must_show(self, row):
        """Rows whose canary has to be seen, not only a verdict."""
        if row.name in ("move-folder", "move-denied-folder"):
            return False  # they move it back
        return row.zone and row.canary in ("secret", "altered") or row.canary == "listener"

    def control(self, made, row):
        verdict, signs, text = self.try_one(made, row)
        if row.control == "maybe" and verdict in self.OFF:
            return
        with self.subTest(probe=row.name, who=made.who.name):
            self.assertTrue(verdict == "ok" or (verdict == "held" and signs.get(row.canary)), text)
            if self.must_show(row):
                self.assertTrue(signs[row.canary], (row.canary, text))

    def controls(self, who, groups):
        made = self.make_ground(who)
        for row in TABLE:
            if row.group in groups and who.name in self.WAYS.get(row.control, ()):
                self.control(made, row)


class Table(host.unittest.TestCase):
    def test_names_differ(self):
        self.assertEqual(len({row.name for row in TABLE}), len(TABLE))

    def test_every_group_is_run(self):
        self.assertEqual({row.group for row in TABLE}, set(GROUPS))
        self.assertGreater(len(TABLE), 300)

    def test_document(self):
        self.assertEqual(DOCUMENT.read_text(), document(TABLE, race_test.RIGS),
                         "run tests/attack/attack_test.py --document >docs/attacks.md")


def add_tests():
    """One test for each group, caller and filter; and one for each group's controls."""
    for name, profile in attacker.FILTERS.items():
        for kind in host.KINDS:
            def inside(self, who, profile=profile):
                self.check(who, BOX, profile)
            setattr(Inside, f"test_{kind}" + (f"_{name}" if name else ""), host.callers(kind)(inside))

            def wide(self, who, profile=profile):
                self.check(who, ("wide",), profile, grants={"ro": ["/"]})
            setattr(Inside, f"test_wide_{kind}" + (f"_{name}" if name else ""), host.callers(kind)(wide))
    for group in (*BOX, "wide"):
        for kind in ("root", "user"):
            def outside(self, who, group=group):
                if not ground.is_rigged():
                    self.skipTest("without namespaces of its own a control could hit the host")
                self.controls(who, (group,))
            setattr(Outside, f"test_{group}_{kind}", host.callers(kind)(outside))


add_tests()

if __name__ == "__main__":
    if "--document" in sys.argv:
        print(document(TABLE, race_test.RIGS), end="")
    else:
        host.main()
