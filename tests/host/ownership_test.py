# SPDX-License-Identifier: MIT
"""Whose files are whose: what a program makes, and what it may read of root's and of others'."""
import os
import stat
import tempfile
import unittest
from pathlib import Path

import host
from host import Case, callers, main, policy_of, probe, run, run_policy


class Made(Case):
    """Files that the program makes belong to the caller, as if the caller had made them."""

    @callers()
    def test_owner_on_the_host(self, who):
        box = self.box(who)
        done = run_policy(who, policy_of(probe(
            ["create", box / "file"], ["mkdir", box / "dir"], ["mkfifo", box / "fifo"],
            ["symlink", "x", box / "link"], ["create", box / "dir" / "inner"], ["stat", box / "file"]),
            rw=[box]))
        inside = 0 if who.name != "user" else who.uid
        self.assertEqual(self.ran(done).verdicts[:5], ["ok"] * 5)
        self.assertIn(f"uid={inside} gid={inside}", done.verdicts[5])
        for path in (box, *box.rglob("*")):
            info = os.lstat(path)
            self.assertEqual((info.st_uid, info.st_gid), (who.uid, who.uid), path)

    @callers("root")
    def test_mount_that_cannot_be_mapped(self, who):
        """A filesystem without id-mapping below a grant: what is mounted below stays foreign, and that is said."""
        box = self.box(who)
        for name, kind in (("plain", "ramfs"), ("able", "tmpfs")):
            (box / name).mkdir()
            host.check_call(host.libc().mount(b"x", bytes(box / name), kind.encode(), 0, b"mode=755"))
            self.addCleanup(host.libc().umount2, bytes(box / name), 2)
        for grants in ({"rw": [box]}, {"ro": [box]}):
            done = run_policy(who, policy_of(probe(["create", box / "plain/file"], ["create", box / "able/file"],
                                                   ["create", box / f"own-{list(grants)[0]}"]), **grants))
            self.assertIn("not id-mappable", done.result["enforced"]["ids"])
            self.assertNotIn("ok", done.verdicts[:2])
            self.assertEqual(done.verdicts[2], "ok" if "rw" in grants else "EROFS")

    @callers()
    def test_own_files_seen_inside(self, who):
        box = self.box(who)
        mine = self.file(who, box / "mine", "secret of mine\n", 0o600)
        inside = 0 if who.name != "user" else who.uid
        for grants in ({"ro": [box]}, {"rw": [box]}, {"ro": [mine]}):
            done = run_policy(who, policy_of(probe(["read", mine], ["stat", mine]), **grants))
            self.assertEqual(self.ran(done).verdicts[0], "ok secret of mine")
            self.assertIn(f"uid={inside} gid={inside}", done.verdicts[1])

    @callers()
    def test_owner_cannot_be_changed(self, who):
        # To others: inside there is no such right, and outside nothing may ever get another owner.
        box = self.box(who)
        mine = self.file(who, box / "mine")
        done = run_policy(who, policy_of(probe(["chown", mine, 1, 1], ["chown", mine, 1000, 1000],
                                               ["setxattr", mine, "trusted.x"],
                                               ["setxattr", mine, "security.capability"],
                                               ["mknod", box / "null"]), rw=[box]))
        for verdict in done.verdicts:
            self.assertIn(verdict, ("EPERM", "EINVAL", "EOPNOTSUPP"))
        self.assertEqual(len(done.verdicts), 5)
        self.assertEqual(os.lstat(mine).st_uid, who.uid)

    @callers()
    def test_set_id_bits_open_nothing(self, who):
        # A program may set the bits on its own file; the host's copy must not become a way to the caller.
        box = self.box(who)
        mine = self.file(who, box / "mine")
        run_policy(who, policy_of(probe(["chmod", mine, "4755"]), rw=[box]))
        self.assertFalse(os.lstat(mine).st_mode & stat.S_ISUID, "a set-uid file of the caller's is left")


@unittest.skipUnless(host.can_give_files_away(), "making files of others needs root")
class Others(Case):
    """Files that are not the caller's stay foreign, for root's program too."""

    def foreign(self, box, mode, uid=54321):
        path = box / f"foreign-{mode:o}"
        path.write_text("foreign\n")
        path.chmod(mode)
        os.chown(path, uid, uid)
        return path

    @callers()
    def test_files_of_others_in_a_grant(self, who):
        box = self.box(who)
        private, public = self.foreign(box, 0o600), self.foreign(box, 0o644)
        done = run_policy(who, policy_of(probe(["read", private], ["write", private], ["chmod", private, "666"],
                                               ["read", public], ["write", public]), rw=[box]))
        self.assertEqual(done.verdicts, ["EACCES", "EACCES", "EPERM", "ok foreign", "EACCES"])

    @callers("root")
    def test_roots_secrets_of_the_baseline(self, who):
        # Every file below /etc that only root may read: the program of root may not.
        private = [path for path in Path("/etc").rglob("*")
                   if path.is_file() and not path.is_symlink() and not path.stat().st_mode & 0o004]
        self.assertTrue(private, "this host has no private file below /etc")
        private = private[:200]
        done = run_policy(who, policy_of(probe(*(["read", path] for path in private))))
        wrong = [(path, verdict) for path, verdict in zip(private, done.verdicts)
                 if verdict not in ("EACCES", "ENOENT", "EPERM")]
        self.assertEqual((wrong, len(done.verdicts)), ([], len(private)))

    @callers("root")
    def test_private_file_that_no_list_knows(self, who):
        # In the baseline, owned by root, mode 0600: foreign by ownership alone. On a copy of /etc, which
        # lies over the real one in the rig only.
        with tempfile.TemporaryDirectory(dir=host.PLACE.path) as layer:
            upper, work = Path(layer, "upper"), Path(layer, "work")
            upper.mkdir()
            work.mkdir()
            secret = Path("/etc/mxc-test-unlisted-secret")
            options = f"lowerdir=/etc,upperdir={upper},workdir={work}"
            host.check_call(host.libc().mount(b"overlay", b"/etc", b"overlay", 0, options.encode()))
            try:
                secret.write_text("unlisted\n")
                secret.chmod(0o600)
                done = run_policy(who, policy_of(probe(["read", secret], ["stat", secret])))
            finally:
                host.check_call(host.libc().umount2(b"/etc", 0))
        self.assertEqual(done.verdicts[0], "EACCES")
        self.assertNotIn("uid=0 ", done.verdicts[1])

    @callers("root")
    def test_root_grants_its_private_files(self, who):
        box = self.box(who)
        deep = self.folder(who, box / "private", 0o700)
        secret = self.file(who, deep / "key", "granted\n", 0o600)
        done = run_policy(who, policy_of(probe(["read", secret], ["write", secret]), ro=[deep]))
        self.assertEqual(done.verdicts, ["ok granted", "EROFS"])
        done = run_policy(who, policy_of(probe(["read", secret], ["write", secret]), rw=[deep]))
        self.assertEqual(done.verdicts, ["ok granted", "ok"])

    @callers("user", "nested")
    def test_user_cannot_grant_what_it_cannot_read(self, who):
        box = self.box(who)
        closed = box / "closed"
        closed.mkdir(mode=0o700)
        (closed / "file").write_text("root's\n")
        before = self.foreign(box, 0o600, 0)
        done = run_policy(who, policy_of(probe(["list", closed], ["read", closed / "file"], ["read", before]),
                                         ro=[box]))
        self.assertEqual(done.verdicts, ["EACCES"] * 3)
        done = run(who, ["--ro", closed / "file", "--", "true"])
        self.assertEqual((done.status, done.reason), (255, "refused"), done.err)
        self.assertIn(str(closed), done.err)

    @callers("root")
    def test_root_loses_its_groups(self, who):
        done = run_policy(who, policy_of(probe(["status", "Groups"])), extra_groups=[0, 4, 6, 42])
        self.assertEqual(self.ran(done).verdicts[0].split(), ["ok"])


if __name__ == "__main__":
    main()
