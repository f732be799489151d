# SPDX-License-Identifier: MIT
"""Things that are used up: disks, descriptors, processes; very many starts at once; and what an earlier boot or a
double kill has left. Each run ends closed and in words, and leaves nothing."""
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import fault
import host
from fault import RESTRICTED, Scene
from host import Case, callers, main

AT_ONCE = 1000 if fault.ALL else 50


def limited(kind, most):
    return lambda: resource.setrlimit(kind, (most, most))


class Disks(Case):
    """A full disk under each thing that a run writes."""

    def full_disk(self, who):
        """A tmpfs of one page, which is taken."""
        path = self.box(who) / "full"
        path.mkdir()
        host.check_call(host.libc().mount(b"full", bytes(path), b"tmpfs", 0, b"size=4k,mode=1777"))
        self.addCleanup(host.libc().umount2, bytes(path), 2)
        (path / "page").write_bytes(b"x" * 4096)
        self.file(who, path / "empty", "", 0o666)
        return path

    @callers("root", "user")
    def test_output(self, who):
        """To a file there: straight to it the program sees the error; through us the run says so."""
        if os.getuid() != 0:
            self.skipTest("only root can mount a full disk")
        path = self.full_disk(who)
        for limits in ({}, {"outputMb": 1}):
            with open(path / "empty", "r+b") as stream:
                process = host.start_policy(who, host.policy_of("echo x || exit 9", limits=limits), stdout=stream,
                                            stderr=subprocess.PIPE)
                err = process.communicate(timeout=host.SECONDS)[1].decode()
            if limits:
                self.assertEqual((process.returncode, "cannot pass on the output" in err), (255, True), err)
            else:
                self.assertEqual((process.returncode, "mxc" in err), (9, False), err)
            self.assertEqual((path / "empty").read_bytes(), b"")
        self.unmount(path)

    def unmount(self, path):
        host.check_call(host.libc().umount2(bytes(path), 0))

    @callers("root", "user")
    def test_result(self, who):
        if os.getuid() != 0:
            self.skipTest("only root can mount a full disk")
        path = self.full_disk(who)
        with open(path / "empty", "r+b") as stream:
            process = host.start(who, ["run", f"--result-fd={stream.fileno()}", "--", "true"], fds=[stream.fileno()],
                                 stderr=subprocess.PIPE)
            err = process.communicate(timeout=host.SECONDS)[1].decode()
        self.assertEqual(process.returncode, 255)
        self.assertIn("--result-fd: cannot write the result", err)
        self.unmount(path)

    @callers("root", "user")
    def test_log_of_lxc_exec(self, who):
        if os.getuid() != 0:
            self.skipTest("only root can mount a full disk")
        path = self.full_disk(who)
        policy = {"version": "0.7.0-alpha", "process": {"commandLine": "exit 3", "cwd": "/"}}
        log = self.file(who, path / "log", "", 0o666)
        process = host.start(who, ["--experimental", "--config-base64", host.b64(policy), "--log-file", log],
                             program="lxc-exec", stderr=subprocess.PIPE)
        err = process.communicate(timeout=host.SECONDS)[1].decode()
        self.assertIn(process.returncode, (1, 3, 255), err)
        self.assertTrue(process.returncode == 3 or err.strip(), "failed without a word")
        self.unmount(path)

    @callers("root", "user")
    def test_directory_and_tmp(self, who):
        """Nothing of set-up needs room on the host: neither where it was started nor in /tmp."""
        if os.getuid() != 0:
            self.skipTest("only root can mount a full disk")
        path = self.full_disk(who)
        scene = Scene(self, who)
        before = ("unshare", "--mount", "sh", "-c", f"mount -n --bind '{path}' /tmp && cd '{path}' && exec \"$@\"", "sh")
        if who.name == "root":
            done = host.run_policy(who, scene.policy, before=before)
        else:
            done = host.run_policy(who, scene.policy, cwd=path)
        self.assertEqual(done.status, RESTRICTED, (done.out, done.err))
        self.unmount(path)


class Limits(Case):
    """The caller's own limits are reached while the sandbox is made."""

    def judge(self, done):
        """The program has the same limit, so it may fail by it as well; what it may not is be loose."""
        if "LOOSE" in done.out:
            return done.out
        if done.status < 0:
            return None if not done.out else f"killed by {-done.status} after {done.out!r}"  # no room for a process
        if done.status == 127 and done.err.startswith("Fatal glibc error"):
            return None if not done.out else f"not begun, and yet {done.out!r}"  # before the first line of ours
        ran = fault.Ran(done.status, done.out, done.err, done.result, [])
        if done.result and done.reason in ("exit", "signal", "pids") and done.status != RESTRICTED:
            return None
        return fault.complaint(ran)

    def each(self, scene, kind, numbers):
        wrong, worked = {}, 0
        for most in numbers:
            host.watch_the_clock()
            done = host.run_policy(scene.who, scene.policy, preexec_fn=limited(kind, most))
            complaint = self.judge(done)
            if not complaint and (left := self.counter.left_within(1)):
                complaint = f"left: {left}"
            worked += done.status == RESTRICTED
            if complaint:
                wrong[most] = complaint
        self.assertEqual(wrong, {})
        return worked

    @callers("root", "user")
    def test_descriptors(self, who):
        """From almost none to enough. Below nine even the result descriptor of the test may not be one."""
        scene = Scene(self, who)
        scene.policy["limits"].pop("openFiles")  # more than the caller has is refused, rightly
        worked = self.each(scene, resource.RLIMIT_NOFILE, range(3, 64))
        self.assertGreater(worked, 10)
        self.assertLess(worked, 61)

    @callers("user")
    def test_processes(self, who):
        scene = Scene(self, who)
        self.each(scene, resource.RLIMIT_NPROC, range(1, 16))

    @callers("root", "user")
    def test_address_space(self, who):
        scene = Scene(self, who)
        self.each(scene, resource.RLIMIT_AS, [n << 18 for n in range(6, 40, 2)])

    @callers("root", "user")
    def test_stack_and_file_size(self, who):
        scene = Scene(self, who)
        self.each(scene, resource.RLIMIT_STACK, [n << 14 for n in range(1, 20, 2)])
        self.each(scene, resource.RLIMIT_FSIZE, [0, 1, 4096])


class Crowd(Case):
    @callers("root", "user")
    def test_all_alive_at_once(self, who):
        """So many sandboxes live side by side, each in all its chains; then all end."""
        scene = Scene(self, who, limits={"processes": 8})
        policy = dict(scene.policy, process={**scene.policy["process"], "timeout": 600000})
        policy["process"]["commandLine"] += "; echo ready; read line"
        processes = [host.start_policy(who, policy, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT) for _ in range(AT_ONCE)]
        signal.alarm(600)
        for process in processes:
            said = process.stdout.readline() + process.stdout.readline()
            self.assertRegex(said, rb"^restricted .*\nready\n$")
        self.assertTrue(all(process.poll() is None for process in processes))
        for process in processes:
            process.stdin.write(b"\n")
            process.stdin.close()
        for process in processes:
            self.assertEqual(process.wait(), 0)
            process.stdout.close()


class Leftovers(Case):
    """What could not be cleaned up: the next run with a cgroup does it."""

    def places(self, who):
        """Where a run of this caller makes its cgroups."""
        process = host.start_policy(who, host.policy_of("echo ready; read line", limits={"memoryMb": 64, "processes": 8}),
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdout.readline()
        found = {str(Path(path).parent) for path in host.cgroup_folders()}
        process.communicate(b"\n")
        return sorted(found)

    def dead_pid(self):
        process = subprocess.Popen(["true"])
        process.wait()
        return process.pid

    @callers("root")
    def test_removed(self, who):
        places = self.places(who)
        if not places:
            self.skipTest("no cgroups here")
        now = time.monotonic_ns()
        pid = self.dead_pid()
        old, young = f"mxc-{pid}-1000000000", f"mxc-{pid}-{now}"
        alive, foreign = f"mxc-{os.getpid()}-1000000000", f"mxc-{pid}-1000000000.scope"
        made = [f"{place}/{name}" for place in places for name in (old, young, alive, foreign)]
        for path in made:
            os.mkdir(path)
        try:
            done = host.run_policy(who, host.policy_of("true", limits={"memoryMb": 64, "processes": 8}))
            self.assertEqual(done.status, 0, done.err)
            kept = {os.path.basename(path) for path in made if os.path.exists(path)}
            self.assertEqual(kept, {young, alive, foreign})
        finally:
            for path in made:
                if os.path.exists(path):
                    os.rmdir(path)

    @callers("root")
    def test_executor_and_keeper_killed_together(self, who):
        """The worst case leaves an empty directory, and no process."""
        process = host.start_policy(who, host.policy_of("echo ready; read line", limits={"memoryMb": 64}),
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdout.readline()
        keepers = [pid for pid, (name, _) in host.descendants().items() if name == "mxc-keeper"]
        if not keepers:
            process.communicate(b"\n")
            self.skipTest("no cgroups here")
        for pid in [*keepers, process.pid]:
            os.kill(pid, signal.SIGKILL)
        process.wait()
        process.stdin.close()
        process.stdout.close()
        left = self.counter.left_within(1)
        self.assertEqual(set(left), {"cgroups"})
        for path in left["cgroups"]:
            self.assertEqual(Path(path, "cgroup.procs").read_text(), "")
            os.rmdir(path)


if __name__ == "__main__":
    main()
