# SPDX-License-Identifier: MIT
"""Walls that stand behind others. One wall is taken away without anybody noticing (the call that raises it does
nothing, and seems to succeed), or the host changes under our hands at a chosen call; what is behind it must hold."""
import os
import stat
import subprocess

import fault
import host
from fault import RESTRICTED, Scene
from host import Case, callers, main, policy_of


def calls_of(scene, *names):
    return [call for call in scene.run("-r").lines("call") if call[1] in names]


def has_landlock(scene):
    return scene.run().result["enforced"]["landlock"].startswith("abi")


class Behind(Case):
    @callers("root", "user")
    def test_landlock_behind_the_mounts(self, who):
        """Mounts that were never restricted: what may be read only still is, by Landlock. Landlock cannot take away what a
        grant around it gives, so a place in a writable grant is left out."""
        scene = Scene(self, who)
        if not has_landlock(scene):
            self.skipTest("this kernel has no Landlock")
        words = [word for word in scene.words if not word.startswith(("closed=", "readonly=")) or "/read/" in word]
        scene.policy["process"]["commandLine"] = " ".join([str(host.PLACE.bin / "checker"), *words])
        calls = calls_of(scene, "mount_setattr")
        self.assertGreater(len(calls), 3)
        for role, name, nth, *_ in calls:
            ran = scene.run("-a", f"{role}:{name}:{nth}:F")
            with self.subTest(at=f"{role}:{name}:{nth}"):
                self.assertTrue(ran.hit)
                if "is not writable" not in ran.out:  # ids that were never mapped: less than was granted
                    self.assertIsNone(fault.complaint(ran))

    @callers("root", "user")
    def test_mounts_behind_landlock(self, who):
        """And the other way round: the layer is missing, which the checker counts at its very end, and nothing else is."""
        scene = Scene(self, who)
        if not has_landlock(scene):
            self.skipTest("this kernel has no Landlock")
        ((role, name, nth, *_),) = calls_of(scene, "landlock_restrict_self")
        ran = scene.run("-a", f"{role}:{name}:{nth}:F")
        self.assertEqual(ran.status, RESTRICTED, ran.out)
        self.assertIn("landlock=0", ran.out)

    @callers("root", "user")
    def test_keyring_behind_the_filter(self, who):
        """Without the filter keyctl() works, and still the session keyring is none of the caller's."""
        scene = Scene(self, who)
        look = "import ctypes;c=ctypes.CDLL(None);print('session', c.syscall(250, 0, -3, 0))"
        scene.policy["process"] = {"commandLine": f'python3 -c "{look}"'}
        del scene.policy["limits"]
        ((role, name, nth, *_),) = calls_of(scene, "seccomp")
        ran = scene.run("-a", f"{role}:{name}:{nth}:F")
        self.assertRegex(ran.out, r"session \d+")
        process = subprocess.run([*who.prefix, "python3", "-c", look], env=host.environment(who), capture_output=True,
                                 text=True, check=False, **who.options)
        self.assertNotEqual(ran.out, process.stdout)

    @callers("root", "user")
    def test_namespaces_behind_the_filter(self, who):
        """Without the filter no user namespace can be made either: the ceiling is 0."""
        scene = Scene(self, who)
        scene.policy["process"] = {"commandLine": "cat /proc/sys/user/max_user_namespaces; unshare --user true"}
        ((role, name, nth, *_),) = calls_of(scene, "seccomp")
        ran = scene.run("-a", f"{role}:{name}:{nth}:F")
        self.assertEqual(ran.out, "0\n")
        self.assertIn("No space left on device", ran.err)


class Exchanged(Case):
    """The host exchanges two names at one call of set-up, each in turn. Once the denied object is known, it stays out of
    reach, whatever its name is by then, or the start is refused."""

    LOOKS = ("openat2", "open_tree", "move_mount", "newfstatat", "fstat", "statx", "clone3")

    @staticmethod
    def exchange(first, second):
        """A shell command for renameat2(RENAME_EXCHANGE)."""
        return (f"python3 -c \"import ctypes; c = ctypes.CDLL(None); "
                f"exit(c.syscall(316, -100, b'{first}', -100, b'{second}', 2) != 0)\"")

    def shown(self, who, scene, command, reset):
        """For each call in turn: did the program read the secret?"""
        calls = [call for call in calls_of(scene, *self.LOOKS) if call[0] in ("executor", "init")]
        started = next(i for i, call in enumerate(calls) if call[0] == "init")
        for role, name, nth, *_ in [call for i, call in enumerate(calls) if i < started or call[0] == "init"]:
            reset()
            ran = scene.run("-a", f"{role}:{name}:{nth}:C", env={"INJECT_COMMAND": command})
            self.assertTrue(ran.hit)
            self.assertNotIn("INJECT_COMMAND failed", ran.err)
            if ran.status:
                self.assertIn(ran.result["reason"], ("refused", "setup"), ran.err)
            yield f"{role}:{name}:{nth}", "SECRET" in ran.out, ran.status == 0

    def check(self, who, box, lay_out, names, deny):
        scene = Scene(self, who)
        scene.policy = policy_of(f"cat {box}/open/* {box}/open/*/* 2>/dev/null; true", rw=[box / "open"], deny=deny)
        lay_out()
        seen = list(self.shown(who, scene, self.exchange(*names), lay_out))
        known = next(i for i, (_, secret, _) in enumerate(seen) if not secret)
        self.assertEqual([point for point, secret, _ in seen[known:] if secret], [])
        late = [accepted for point, _, accepted in seen[known:] if point.startswith("init:")]
        self.assertTrue(any(late) and not all(late), "some are too late to matter, and some are refused")

    @callers("root", "user")
    def test_denied_file(self, who):
        box = self.box(who)
        self.folder(who, box / "open")

        def lay_out():
            self.file(who, box / "open/key", "SECRET\n")
            self.file(who, box / "open/other", "harmless\n")
        self.check(who, box, lay_out, (box / "open/key", box / "open/other"), [box / "open/key"])

    @callers("root", "user")
    def test_denied_folder(self, who):
        box = self.box(who)
        for name in ("open", "open/secret", "open/other"):
            self.folder(who, box / name)

        def lay_out():
            self.file(who, box / "open/secret/key", "SECRET\n")
            self.file(who, box / "open/other/key", "harmless\n")
        self.check(who, box, lay_out, (box / "open/secret", box / "open/other"), [box / "open/secret"])


class Ground(Case):
    @callers("root")
    def test_devices_that_are_none(self, who):
        """A file on the place of a device is no device, and is not shown as one."""
        box = self.box(who)
        self.file(who, box / "file")
        before = ["unshare", "--mount", "sh", "-c", f'mount -n -i --bind {box}/file /dev/full && exec "$@"', "sh"]
        process = host.start(who, ["run", "--", "true"], before=before, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        _, err = process.communicate(timeout=host.SECONDS)
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/full").st_mode))
        self.assertEqual(process.returncode, 255)
        self.assertIn(b"'/dev/full' is not character device 1:7", err)

    @callers("root")
    def test_mounts_in_a_grant(self, who):
        """What the host mounts in a granted folder while the program runs does not come along."""
        box = self.box(who)
        shared = self.folder(who, box / "shared")
        self.folder(who, shared / "place")
        ran = box / "ran"
        command = f"echo up; while [ ! -e {shared}/go ]; do :; done; grep -c {shared}/place /proc/self/mountinfo; ls {shared}/place"
        script = (f'mount -n -i --bind {shared} {shared} && mount -n -i --make-shared {shared} && {{ "$@" & }} && '
                  f"while ! grep -q up {ran}; do :; done; mount -n -i -t tmpfs late {shared}/place && "
                  f"touch {shared}/place/hole {shared}/go; wait")
        before = ["unshare", "--mount", "sh", "-c", script, "sh"]
        with open(ran, "w+", encoding="utf-8") as out:
            process = host.start(who, ["run", "--config-base64", host.b64(policy_of(command, ro=[shared]))], before=before,
                                 stdout=out, stderr=subprocess.PIPE)
            _, err = process.communicate(timeout=host.SECONDS)
            self.assertEqual(ran.read_text(), "up\n0\n", err)


if __name__ == "__main__":
    main()
