# SPDX-License-Identifier: MIT
"""Runs the tables of the guest. Inside, each attempt must be refused as its row says, and no canary may be
touched; outside, the same program must be able to do it.

usage: attack_test.py [--document]     prints docs/attacks.md instead
"""
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import ground
from ground import host

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "attacks.md"
TABLE = ground.table()
ROWS = {row.name: row for row in TABLE}
BOX = ("files", "aliases", "proc", "processes", "namespaces", "kernel", "sockets")
STATUS = 23
FILTERS = {"": (), "engine": ("engine",), "no-clone3": ("no-clone3",)}
OWN = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup", "--fork",
       "--kill-child", "--mount-proc", "--"]
# In a namespace of the caller's own the kernel gives the files of process 1 to the program's id as well, though
# not its memory and descriptors. What that allows hurts the sandbox alone.
BESIDES = {("nested", "init-oom"): "ok", ("nested", "init-references"): "ok"}
NOTHING = "0000000000000000"


def setUpModule():
    host.shutil.copy(ground.ATTACK, host.PLACE.bin)
    (host.PLACE.bin / "attack").chmod(0o755)
    ground.advance_pids()


def program():
    return str(host.PLACE.bin / "attack")


class Attack(host.Case):
    def make_ground(self, who):
        made = ground.Ground(who, self.box(who), TABLE)
        self.addCleanup(made.close)
        return made

    @staticmethod
    def parse(text):
        """[state before, verdicts, state after]; a verdict is name -> (verdict, value)."""
        parts, verdicts = [[], []], {}
        for line in text.splitlines():
            name, _, rest = line.partition("\t")
            if name in ("state", "mount"):
                parts[bool(verdicts)].append(line)
            else:
                verdicts[name] = tuple(rest.partition("\t")[::2])
        return parts[0], verdicts, parts[1]

    def command(self, made, groups):
        words = " ".join(f"'{word}'" for word in made.keys(inside=True))
        which = " ".join(f"all {group}" for group in groups)
        return (f"trap '' USR1; {program()} state; {program()} {words} -- {which}; {program()} state; "
                f"exit {STATUS}")

    def attack(self, made, groups, profile=(), **more):
        """The guest under the policy of the ground; the verdicts."""
        before = [host.PLACE.bin / "launch", *profile] if profile else ()
        settings = made.settings()
        prefix = [*made.who.prefix, *map(str, before)]
        who = host.dataclasses.replace(made.who, prefix=tuple(prefix))
        done = host.run_policy(who, made.policy(self.command(made, groups), **more.pop("grants", {})),
                               env={"SECRET": "CANARY-of-the-caller"}, timeout=60,
                               preexec_fn=lambda: os.setpgid(0, made.victim.pid), **more)
        first, verdicts, last = self.parse(done.out)
        with self.subTest(check="the result is true"):
            self.assertEqual((done.status, done.reason, done.result["exitCode"]), (STATUS, "exit", STATUS), done.err)
        with self.subTest(check="nothing was gained"):
            self.check_state(first)
            self.assertEqual(first, last)
        with self.subTest(check="settings of the host"):
            self.assertEqual(made.settings(), settings)
        self.check_canaries(made, done)
        return verdicts

    def check_state(self, lines):
        state = dict(line.split("\t")[1].split(" ", 1) for line in lines if line.startswith("state\tC"))
        self.assertEqual({name: state[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")},
                         dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"), NOTHING))
        for line in ("state\tNoNewPrivs 1", "state\tSeccomp 2"):
            self.assertIn(line, lines)
        self.assertEqual([line for line in lines if line.startswith("state\tfd")],
                         ["state\tfd 0", "state\tfd 1", "state\tfd 2"])
        ours = {os.readlink(f"/proc/self/ns/{name}") for name in ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup")}
        self.assertEqual([line for line in lines if line.startswith("state\tns") and line.split()[-1] in ours], [])

    def check_canaries(self, made, done):
        """Whatever the guest says: nothing outside may have changed."""
        text = done.raw + done.raw_err
        with self.subTest(canary="secret"):
            self.assertEqual([line for line in text.decode("utf-8", "replace").splitlines() if "CANARY" in line], [])
        with self.subTest(canary="altered"):
            self.assertEqual(made.altered(), [])
            self.assertEqual(made.made_privileged(), [])
        with self.subTest(canary="process"):
            self.assertEqual(made.victim.state(), made.victim.before)
        with self.subTest(canary="listener"):
            self.assertEqual(made.listeners.called(), [])

    def compare(self, who, verdicts, groups):
        """Every row was tried, and was refused as it says."""
        wanted = [row for row in TABLE if row.group in groups]
        self.assertEqual(sorted(verdicts), sorted(row.name for row in wanted))
        for row in wanted:
            verdict, value = verdicts[row.name]
            if verdict not in (*row.refusal.split(), BESIDES.get((who.name, row.name))):
                with self.subTest(probe=row.name, attempt=row.attempt):
                    self.fail(f"{row.name}: {verdict} {value!r}, not {row.refusal}")


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


def add_tests():
    """One test for each group, caller and filter; and one for each group's controls."""
    for name, profile in FILTERS.items():
        for kind in host.KINDS:
            def inside(self, who, profile=profile):
                self.check(who, BOX, profile)
            setattr(Inside, f"test_{kind}" + (f"_{name}" if name else ""), host.callers(kind)(inside))
    for group in (*BOX,):
        for kind in ("root", "user"):
            def outside(self, who, group=group):
                if not ground.is_rigged():
                    self.skipTest("without namespaces of its own a control could hit the host")
                self.controls(who, (group,))
            setattr(Outside, f"test_{group}_{kind}", host.callers(kind)(outside))


add_tests()

if __name__ == "__main__":
    host.main()
