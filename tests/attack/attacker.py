# SPDX-License-Identifier: MIT
"""Running the guest in a sandbox, and what must hold after every run whatever the guest says."""
import dataclasses
import os
import shutil

import ground
from ground import host

TABLE = ground.table()
STATUS = 23
FILTERS = {"": (), "engine": ("engine",), "no-clone3": ("no-clone3",)}
# In a namespace of the caller's own the kernel gives the files of process 1 to the program's id as well, though
# not its memory and descriptors. What that allows hurts the sandbox alone.
BESIDES = {("nested", "init-oom"): "ok", ("nested", "init-references"): "ok"}
PLANTED = ("planted-device", "set-id-program", "capable-program")  # only root of the host can make their files
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
SPACES = ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup")


def prepare():
    """For setUpModule: the guest where every caller can execute it, and pids that no guest reaches."""
    shutil.copy(ground.ATTACK, host.PLACE.bin)
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
        who = dataclasses.replace(made.who, prefix=tuple(prefix))
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
        self.assertEqual({name: state[name] for name in CAPABILITIES}, dict.fromkeys(CAPABILITIES, "0" * 16))
        for line in ("state\tNoNewPrivs 1", "state\tSeccomp 2"):
            self.assertIn(line, lines)
        self.assertEqual([line for line in lines if line.startswith("state\tfd")],
                         ["state\tfd 0", "state\tfd 1", "state\tfd 2"])
        ours = {os.readlink(f"/proc/self/ns/{name}") for name in SPACES}
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
            if row.name in PLANTED and not host.can_give_files_away():
                continue
            verdict, value = verdicts[row.name]
            if verdict not in (*row.refusal.split(), BESIDES.get((who.name, row.name))):
                with self.subTest(probe=row.name, attempt=row.attempt):
                    self.fail(f"{row.name}: {verdict} {value!r}, not {row.refusal}")
