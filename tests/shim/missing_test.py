# SPDX-License-Identifier: MIT
"""A kernel that lacks one thing: what docs/native.md says of it is what a run does and what 'mxc probe' tells."""
import errno
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "fault"))
import fault  # pylint: disable=wrong-import-position
import host  # pylint: disable=wrong-import-position
from fault import RESTRICTED, Scene  # pylint: disable=wrong-import-position
from host import Case, callers, main  # pylint: disable=wrong-import-position

ANSWERS = {"lacks": errno.ENOSYS, "forbids": errno.EPERM}


def documented():
    """call -> what the page says for a kernel that lacks it, and for a filter that forbids it."""
    page = (Path(__file__).resolve().parent.parent.parent / "docs/native.md").read_text()
    table = page.split("## When the kernel lacks something")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| (\w+)[^|]* \| (\w+)[^|]* \|$", table, re.M)
    return {call: {"lacks": lacks, "forbids": forbids} for calls, lacks, forbids in rows
            for call in re.findall(r"\w+", calls)}


class Missing(Case):
    """Each call, taken away by a filter."""

    def setUp(self):
        super().setUp()
        if not (host.PLACE.bin / "shim").exists():
            shutil.copy(host.BUILD / "tests/shim/shim", host.PLACE.bin)

    def without(self, who, number, calls, words, stdin=subprocess.DEVNULL, **options):
        """mxc WORDS on such a kernel."""
        shim = [str(host.PLACE.bin / "shim"), str(int(number)), calls]
        argv = [*who.prefix, *shim, str(host.PLACE.bin / "mxc"), *words]
        return subprocess.run(argv, env=host.environment(who), cwd=who.home, capture_output=True, text=True,
                              timeout=host.SECONDS, stdin=stdin, check=False,
                              **{**who.options, **options})

    def probe(self, who, number, calls):
        done = self.without(who, number, calls, ["probe", "--json"])
        native = json.loads(done.stdout)["backends"][0]
        self.assertEqual(done.returncode, 0 if native["available"] else 1)
        return native, {item["name"]: item for item in native["host"]}

    def run_scene(self, who, scene, number, calls):
        read, write = os.pipe()
        done = self.without(who, number, calls, ["run", f"--result-fd={write}", "--config-base64",
                                                 host.b64(scene.policy)], pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as text:
            told = text.read()
        return fault.Ran(done.returncode, done.stdout, done.stderr, json.loads(told) if told else None, [])

    def agree(self, who, scene, call, how, want):
        ran = self.run_scene(who, scene, ANSWERS[how], call)
        native, items = self.probe(who, ANSWERS[how], call)
        told = f"{ran.status}, {ran.out!r}, {ran.err!r}, probe: {native['available']}"
        self.assertIsNone(fault.complaint(ran), told)
        self.assertEqual(want, "runs" if ran.status == RESTRICTED else "refused", told)
        self.assertEqual(native["available"], want == "runs", told)
        if want == "refused":
            self.assertTrue(any(not item["yes"] and item["remedy"] for item in items.values()), items)
            self.assertRegex(ran.err, "mxc probe|try: |seccomp filter|system call filter")
        else:
            self.assertEqual(items["landlock"]["yes"], ran.result["enforced"]["landlock"].startswith("abi"))

    @callers("root", "user")
    def test_each_call(self, who):
        scene = Scene(self, who)
        rows = documented()
        self.assertGreater(len(rows), 15)
        for call, wants in rows.items():
            for how, want in wants.items():
                with self.subTest(call=call, how=how):
                    self.agree(who, scene, call, how, want)

    @callers("root", "user")
    def test_table_is_whole(self, who):
        """Every call whose absence stops a run has a row."""
        scene = Scene(self, who)
        rows = documented()
        calls = {call.name for call in scene.record() if call.errors}
        basic = {"brk", "mmap", "munmap", "mprotect", "mremap", "read", "pread64", "write", "writev", "close", "open",
                 "openat", "stat", "fstat", "lstat", "newfstatat", "readlink", "readlinkat", "access", "faccessat",
                 "getcwd", "getdents64", "fcntl", "dup", "dup2", "dup3", "pipe2", "ioctl", "mkdir", "mkdirat", "mknod",
                 "mknodat", "symlink", "symlinkat", "rmdir", "unlinkat", "chmod", "fchmod", "fchmodat", "fchown",
                 "chown", "fchownat", "chdir", "fchdir", "execve", "wait4", "kill", "poll", "ppoll", "nanosleep",
                 "clock_nanosleep", "prlimit64", "setrlimit", "getrlimit", "setsid", "setgroups", "setresuid",
                 "setresgid", "clone", "fork", "vfork", "capget", "rt_sigtimedwait", "sendto", "recvfrom", "sendmsg",
                 "recvmsg", "socket", "socketpair", "statfs", "fstatfs", "getrandom"}  # older than any kernel we meet
        self.assertEqual(calls - basic - set(rows), set(), "no row in docs/native.md")

    @callers("root", "user")
    def test_deadline_without_pidfd_calls(self, who):
        """The kill of the deadline must not depend on a call that a filter may forbid."""
        for number in ANSWERS.values():
            done = self.without(who, number, "pidfd_send_signal", ["run", "--timeout", "100ms", "--", "sleep", "30"])
            self.assertEqual((done.returncode, "timed out" in done.stderr), (255, True), done.stderr)


    @callers("root", "user")
    def test_input_without_landlock(self, who):
        """A program could open the file again, for writing: without Landlock it is not given."""
        path = self.file(who, self.box(who) / "input", "text\n")
        for calls, status in (("landlock_create_ruleset", 255), ("", 0)):
            with open(path, encoding="utf-8") as stdin:
                done = self.without(who, ANSWERS["lacks"], calls, ["run", "--", "cat"], stdin=stdin)
            self.assertEqual((done.returncode, done.stdout), (status, "" if status else "text\n"), done.stderr)
            if status:
                self.assertIn("Landlock", done.stderr)
                self.assertIn("use a pipe", done.stderr)


class Cgroups(Case):
    """Without cgroups that we may write: the weaker way, or a refusal."""

    HIDDEN = ("unshare", "--mount", "sh", "-c", "mount -n -t tmpfs none /sys/fs/cgroup && exec \"$@\"", "sh")

    @callers("root")
    def test_none(self, who):
        process = host.start(who, ["probe", "--json"], before=self.HIDDEN, stdout=subprocess.PIPE)
        native = json.loads(process.communicate(timeout=host.SECONDS)[0])["backends"][0]
        self.assertEqual({item["name"]: item["yes"] for item in native["host"] if "cgroup" in item["name"]},
                         {"cgroup memory": False, "cgroup pids": False, "cgroup cpu": False})
        self.assertTrue(native["available"])
        done = host.run_policy(who, host.policy_of("true", limits={"memoryMb": 64, "processes": 8}),
                               before=self.HIDDEN)
        self.assertEqual(done.status, 0, done.err)
        self.assertIn("watcher", done.result["enforced"]["limits.memoryMb"])
        self.assertIn("rlimit", done.result["enforced"]["limits.processes"])
        done = host.run_policy(who, host.policy_of("true", limits={"cpuPercent": 50}), before=self.HIDDEN)
        self.refused(done, "/limits/cpuPercent", "cgroup")


class Mapping(Case):
    """Grants on a filesystem, or under a kernel, that cannot map ids."""

    @callers("root")
    def test_refused_in_words(self, who):
        scene = Scene(self, who)
        calls = [call for call in scene.record() if call.role == "executor" and call.name == "mount_setattr"]
        self.assertTrue(calls)
        said = []
        for call in calls:
            ran = scene.run("-a", call.at(f"E{int(errno.EINVAL)}"))
            self.assertIsNone(fault.complaint(ran), call)
            said.append(ran.err)
        self.assertNotIn("LOOSE", "".join(said))

    @callers("root")
    def test_filesystem_that_cannot(self, who):
        """proc is of that kind; and a mount of it below a grant makes that grant foreign as a whole."""
        done = host.run_policy(who, host.policy_of("true", rw=["/proc/sys/fs"]))
        self.assertEqual(done.status, 255, done.out)
        self.assertEqual(len(done.err.splitlines()), 1)


if __name__ == "__main__":
    main()
