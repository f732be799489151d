# SPDX-License-Identifier: MIT
"""Races against start-up: names that a policy uses are exchanged again and again, by a process outside or in
another sandbox, while sandboxes start. A start may be refused; what starts must see what one moment allows."""
import dataclasses
import os
import stat
import subprocess
from pathlib import Path

import attacker
import ground
from attacker import Attack, program
from ground import host

STARTS = int(os.environ.get("MXC_RACE_STARTS", "8"))
MOST_STARTS = STARTS + 60  # until one of them was not refused


def setUpModule():
    attacker.prepare()


@dataclasses.dataclass
class Rig:
    """In a folder 'shared': 'a' with secret, keep and inner/file, 'decoy' with the same names, 'twin' whose files
    have second names, 'link' to a folder 'out' beside it that has them too, 'file', 'file-link' to out/secret, and 'fifo'. Two of them are exchanged."""

    says: str
    swap: tuple
    rw: tuple = ("shared",)
    ro: tuple = ()
    deny: tuple = ()
    cwd: str = None
    never: tuple = ("out-",)  # beginnings of texts that must not be seen
    not_both: tuple = ()  # of these two at most one may be seen
    unchanged: tuple = ("out-",)  # of files that must not be changed
    change_one: tuple = ()  # of these two at most one may be changed
    bind: tuple = ()  # the first is mounted at the second; only root of the host can


# Links are followed: while 'a' is one, a grant of a/inner is a grant of out/inner, and of nothing beside it.
BESIDE = ("out-secret", "out-keep")
RIGS = {
    "denied-file": Rig("the folder of a denied file, with another folder", ("a", "decoy"), deny=("shared/a/secret",),
                       not_both=("a-secret", "decoy-secret"), change_one=("a/secret", "decoy/secret")),
    "denied-file-link": Rig("the folder of a denied file, with a link to a folder outside", ("a", "link"),
                            deny=("shared/a/secret", "out/secret")),
    "denied-folder": Rig("a denied folder, with another folder", ("a", "decoy"), deny=("shared/a",),
                         not_both=("a-secret", "decoy-secret"), change_one=("a/keep", "decoy/keep")),
    "denied-folder-link": Rig("a denied folder, with a link", ("a", "link"), deny=("shared/a", "out")),
    "denied-file-itself": Rig("a denied file, with a link to a file outside", ("file", "file-link"),
                              deny=("shared/file",)),
    "denied-file-folder": Rig("a denied file, with a folder", ("file", "decoy"), deny=("shared/file",)),
    "denied-in-granted-out": Rig("an alias of a denied folder that is denied by its own name", ("a", "link"),
                                 rw=("shared", "."), deny=("out",)),
    "denied-twin": Rig("the folder of a denied file, with one whose file has a second name, which is refused", ("a", "twin"),
                       deny=("shared/a/secret",), never=("a-secret",), unchanged=("a-secret",)),
    "readonly-twin": Rig("the same for a read-only file", ("a", "twin"), ro=("shared/a/keep",), never=("out-",),
                         unchanged=("a-keep",)),
    "denied-bind": Rig("a writable grant, with a folder that is denied by the name of a bind mount", ("a", "decoy"),
                       rw=("shared/a",), deny=("bound/secret",), never=("decoy-secret",), unchanged=("decoy-secret",),
                       bind=("shared/decoy", "bound")),
    "readonly-file": Rig("the folder of a read-only file, with another folder", ("a", "decoy"),
                         ro=("shared/a/keep",), change_one=("a/keep", "decoy/keep")),
    "readonly-folder": Rig("a read-only folder, with another folder", ("a", "decoy"), ro=("shared/a",),
                           change_one=("a/keep", "decoy/keep")),
    "readonly-folder-link": Rig("a read-only folder, with a link to a denied one", ("a", "link"), ro=("shared/a",),
                                deny=("out",)),
    "grant-alone": Rig("a writable grant, with another folder", ("a", "decoy"), rw=("shared/a",), never=("out-",),
                       not_both=("a-secret", "decoy-secret"), change_one=("a/secret", "decoy/secret")),
    "grant-alone-link": Rig("a writable grant, with a link to a denied folder", ("a", "link"), rw=("shared/a",),
                            deny=("out",)),
    "grant-readonly-alone": Rig("a read-only grant, with a link", ("a", "link"), rw=(), ro=("shared/a",), never=(),
                                not_both=("a-secret", "out-secret"), unchanged=("a-", "decoy-", "out-")),
    "mount-target": Rig("CVE-2021-30465: the folder above the place of another grant, with a link", ("a", "link"),
                        rw=("shared", "shared/a/inner"), never=BESIDE, unchanged=BESIDE),
    "mount-target-readonly": Rig("the same for a read-only grant in it", ("a", "link"), ro=("shared/a/inner",),
                                 never=BESIDE),
    "mount-target-folder": Rig("the same, with another folder", ("a", "decoy"), ro=("shared/a/inner",),
                               change_one=("a/inner/file", "decoy/inner/file")),
    "working-folder": Rig("CVE-2024-21626: the working directory, with a link", ("a", "link"), cwd="shared/a"),
    "file-grant": Rig("a granted file, with a link to a denied one", ("file", "file-link"), rw=("shared/file",),
                      deny=("out/secret",)),
    "file-fifo": Rig("a granted file, with a fifo that nobody reads", ("file", "fifo"), rw=("shared/file",)),
    "shell-of-denied": Rig("a denied folder that holds a grant, with a link", ("a", "link"),
                           rw=("shared", "shared/a/inner"), deny=("shared/a",), never=BESIDE, unchanged=BESIDE),
}


class Race(Attack):
    NAMES = ("secret", "keep", "inner/file")

    def lay_out(self, who, box):
        shared = box / "shared"
        shared.mkdir()
        for folder in (shared / "a", shared / "decoy", shared / "twin", box / "out"):
            (folder / "inner").mkdir(parents=True)
            for name in self.NAMES:
                (folder / name).write_text(f"{folder.name}-{name.replace('/', '-')}\n")
        for name in ("secret", "keep"):
            os.link(shared / "twin" / name, shared / f"second-{name}")
        (shared / "file").write_text("file\n")
        (shared / "link").symlink_to(box / "out")
        (shared / "file-link").symlink_to(box / "out/secret")
        os.mkfifo(shared / "fifo")
        who.own(*box.rglob("*"))
        return {str(path): path for path in box.rglob("*")}

    def bind(self, source, place):
        place.mkdir()
        host.check_call(host.libc().mount(os.fsencode(source), os.fsencode(place), None, 4096, None))
        self.addCleanup(lambda: host.check_call(host.libc().umount2(os.fsencode(place), 2)))

    @staticmethod
    def texts(box):
        """The content of every file by the folder that it was made in, wherever that is called now."""
        found = {}
        for path in box.rglob("*"):
            fd = os.open(path, os.O_PATH | os.O_NOFOLLOW)
            try:
                if stat.S_ISREG(os.fstat(fd).st_mode):
                    text = Path(f"/proc/self/fd/{fd}").read_text()
                    found[text.split("\n")[0]] = text
            finally:
                os.close(fd)
        return found

    def racer(self, who, box, swap, inside):
        shared = box / "shared"
        words = [program(), "swap", str(shared / swap[0]), str(shared / swap[1]), str(shared / "count")]
        if inside:
            return host.start_policy(who, host.policy_of(" ".join(words), rw=[shared]), stderr=subprocess.PIPE)
        return subprocess.Popen(words, stderr=subprocess.PIPE, **who.options)

    def look(self, who, box, rig):
        """One start: the result, and what the guest saw."""
        shared = box / "shared"
        names = [shared / top / name for top in ("a", "decoy", "twin", "link") for name in self.NAMES]
        names += [box / "out" / name for name in self.NAMES] + [shared / "file", shared / "file-link"]
        relative = ["secret", "../out/secret", "../../out/secret"] if rig.cwd else []
        words = " ".join(map(str, [*names, *relative]))
        paths = {"ro": [box / path for path in rig.ro], "rw": [box / path for path in rig.rw],
                 "deny": [box / path for path in rig.deny]}
        process = {"cwd": str(box / rig.cwd)} if rig.cwd else {}
        done = host.run_policy(who, host.policy_of(f"{program()} look {words}; exit 4", process=process, **paths))
        return done, {line[4:] for line in done.out.splitlines() if line.startswith("saw ")}

    def judge(self, rig, done, saw):
        """A refusal is one sentence. Else no forbidden text was seen."""
        if done.reason != "exit":
            self.assertIn(done.reason, ("refused", "setup"), done.err)
            self.assertEqual((done.status, len(done.err.splitlines()), done.out), (255, 1, ""), done.err)
            return
        self.assertEqual(done.status, 4, done.err)
        heads = {text.rstrip("x") for text in saw}
        self.assertEqual({text for text in heads if text.startswith(rig.never)}, set())
        if rig.not_both:
            self.assertLess(len(heads & set(rig.not_both)), 2, heads)

    def changes(self, before, after):
        return {head for head in before if after.get(head) != before[head]}

    def check_changes(self, rig, changed):
        self.assertEqual({head for head in changed if head.startswith(rig.unchanged)}, set())
        if rig.change_one:
            heads = {name.replace("/", "-") for name in rig.change_one}
            self.assertLess(len(changed & heads), 2, changed)

    def one_rig(self, who, rig, inside):
        box = self.box(who)
        self.lay_out(who, box)
        if rig.bind:
            self.bind(*(box / name for name in rig.bind))
        whole = len(self.texts(box))
        racer = self.racer(who, box, rig.swap, inside)
        counter, accepted = box / "shared/count", 0
        try:
            while not counter.exists() or not counter.read_text():
                self.assertIsNone(racer.poll(), "the racer has ended")
            starts = 0
            while starts < STARTS or not accepted and starts < MOST_STARTS:
                before = self.texts_at_rest(box, whole)
                done, saw = self.look(who, box, rig)
                self.judge(rig, done, saw)
                self.check_changes(rig, self.changes(before, self.texts_at_rest(box, whole)))
                accepted += done.reason == "exit"
                starts += 1
        finally:
            racer.terminate()
            racer.wait()
            racer.stderr.close()
        return accepted, starts, int(counter.read_text())

    def texts_at_rest(self, box, whole):
        """As texts(), though names move meanwhile: until two looks agree and show every file once."""
        while True:
            try:
                first, second = self.texts(box), self.texts(box)
            except (FileNotFoundError, NotADirectoryError):
                continue
            if first == second and len(first) >= whole:
                return first


def add_tests():
    for name, rig in RIGS.items():
        def race(self, who, rig=rig):
            if rig.bind and not ground.is_rigged():
                self.skipTest("only root can mount")
            accepted, starts, swaps = self.one_rig(who, rig, inside=who.name == "user")
            print(f"{name_of(rig)}, {who.name}: {accepted} of {starts} starts accepted, {swaps} exchanges")
            self.assertGreater(accepted, 0, "every start was refused: the race showed nothing")
        setattr(Race, "test_" + name.replace("-", "_"), host.callers()(race))


def name_of(rig):
    return next(name for name, each in RIGS.items() if each is rig)


add_tests()

if __name__ == "__main__":
    host.main()
