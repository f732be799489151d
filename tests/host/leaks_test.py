# SPDX-License-Identifier: MIT
"""Nothing is left behind, however a run ends. The counters around every test do the looking."""
import os
import random
import signal
import subprocess
import time

import host
from host import Case, callers, main, policy_of, probe, run, run_policy, start_policy

# With the first, root gets cgroups; with the second nobody.
LIMITS = {"memoryMb": 256, "processes": 64}
SIGNALS = {signal.SIGHUP: 129, signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGQUIT: 131}


def daemons():
    """Ends, and leaves processes that do not want to."""
    return probe(["daemon", "run"], ["daemon", "run"], ["daemon", "stop"])


def stubborn():
    """Never ends; says "ok /" when all of its processes are there."""
    return probe(["daemon", "run"], ["daemon", "stop"], ["deaf"], ["cwd"], ["rest"])


class Ends(Case):
    def nothing_left(self, seconds=0):
        self.assertEqual(self.counter.left_within(seconds), {})

    @callers()
    def test_counters_count(self, who):
        """The counter-test: each counter sees what it should see."""
        box = self.box(who)
        path = box / "x"
        process = host.start(who, ["rest"], program="probe")
        descriptor = os.open("/dev/null", os.O_RDONLY)
        self.assertEqual(set(self.counter.left()), {"processes", "descriptors"})
        os.close(descriptor)
        process.kill()
        process.wait()
        mounts = os.getuid() == 0
        if mounts:
            host.check_call(host.libc().mount(b"x", bytes(box), b"tmpfs", 0, None))
            self.addCleanup(host.libc().umount2, bytes(box), 2)  # at the latest then, however this ends
        canary = "/dev/shm/mxc-left"
        with open(canary, "w", encoding="utf-8"):
            pass
        want = {"files", "mounts"} if mounts else {"files"}
        self.assertEqual(set(self.counter.left()), want)
        os.unlink(canary)
        host.libc().umount2(bytes(box), 0)
        self.assertFalse(path.exists())

    @callers("root")
    def test_cgroup_counter_counts(self, who):
        parents = [path for path in ("/sys/fs/cgroup/pids", "/sys/fs/cgroup") if os.path.exists(path + "/cgroup.procs")]
        host.STARTED[os.getpid()] = now = time.monotonic_ns()
        folder = f"{parents[0]}/mxc-{os.getpid()}-{now}"
        os.mkdir(folder)
        try:
            self.assertEqual(self.counter.left(), {"cgroups": [folder]})
        finally:
            os.rmdir(folder)
            del host.STARTED[os.getpid()]

    @callers()
    def test_exit(self, who):
        for limits in (LIMITS, {}):
            for command, status in (("true", 0), ("exit 3", 3), ("kill -9 $$", 137), (daemons(), 0)):
                done = run_policy(who, policy_of(command, rw=[self.box(who)], limits=limits))
                with self.subTest(command=command, limits=limits):
                    self.assertEqual(done.status, status, done.err)
                    self.nothing_left()

    @callers()
    def test_uses_cgroups_where_it_can(self, who):
        """Otherwise the tests here would say nothing about them."""
        done = run_policy(who, policy_of("true", limits=LIMITS))
        how = done.result["enforced"]["limits.memoryMb"]
        if who.name == "root" and any(item["name"] == "cgroup memory" and item["yes"]
                                      for item in host.features(who)[1].get("host", [])):
            self.assertIn("cgroup", how)

    @callers()
    def test_timeout(self, who):
        for limits in (LIMITS, {}):
            done = run_policy(who, policy_of(stubborn(), limits=limits, process={"timeout": 150}))
            self.assertEqual((done.status, done.reason), (255, "timeout"), done.err)
            self.assertTrue(done.out.endswith("ok /\n"), done.out)  # everything stubborn was there
            self.nothing_left()

    @callers()
    def test_signals(self, who):
        for limits in (LIMITS, {}):
            for number, status in SIGNALS.items():
                process = start_policy(who, policy_of(stubborn(), limits=limits), stdout=subprocess.PIPE)
                while process.stdout.readline() != b"ok /\n":
                    pass
                process.send_signal(number)
                self.assertEqual((process.wait(10), process.stdout.read()), (status, b""), number)
                process.stdout.close()
                self.nothing_left()

    @callers()
    def test_ignored_signals(self, who):
        """As in the background of a script: what the caller ignores does not end the run."""
        for number in SIGNALS:
            process = host.start_policy(who, policy_of("echo ready; sleep 1; exit 4"), stdout=subprocess.PIPE,
                                        preexec_fn=lambda number=number: signal.signal(number, signal.SIG_IGN))
            self.assertEqual(process.stdout.readline(), b"ready\n")
            process.send_signal(number)
            self.assertEqual(process.wait(10), 4, number)
            process.stdout.close()

    @callers()
    def test_signals_to_the_group(self, who):
        """As Ctrl-C does it when no terminal is among the streams."""
        process = start_policy(who, policy_of(stubborn()), stdout=subprocess.PIPE, start_new_session=True)
        while process.stdout.readline() != b"ok /\n":
            pass
        os.killpg(process.pid, signal.SIGINT)
        self.assertEqual(process.wait(10), 130)
        process.stdout.close()
        self.nothing_left()

    @callers()
    def test_refused_and_failed(self, who):
        box = self.box(who)
        rows = [
            policy_of("true", ro=[box / "missing"], limits=LIMITS),
            policy_of("true", limits=LIMITS, network={"ingress": {"default": "allow"}}),
            policy_of("true", limits={**LIMITS, "openFiles": 1048576}),
            policy_of("true", process={"cwd": str(box)}, limits=LIMITS),
        ]
        for policy in rows:
            done = run_policy(who, policy, preexec_fn=lambda: host.resource.setrlimit(
                host.resource.RLIMIT_NOFILE, (256, 256)))
            self.assertEqual((done.status, done.reason), (255, "refused"), done.err)
            self.nothing_left()

    @callers()
    def test_setup_that_fails_late(self, who):
        # 32 levels of user namespaces are the kernel's limit; the shell cannot be executed: both after
        # cgroups, grants and process 1 exist.
        box = self.box(who)
        program = self.file(who, box / "sh", "no program\n", 0o755)
        done = run_policy(who, policy_of("true", ro=[box, program], limits=LIMITS),
                          preexec_fn=lambda: host.resource.setrlimit(host.resource.RLIMIT_NPROC, (1, 1)))
        self.assertIn(done.reason, ("setup", "exit", "refused"), done.err)  # root may ignore that limit
        self.nothing_left()

    @callers()
    def test_deadline_of_setup_is_not_needed(self, who):
        # A reader that never comes: opening a fifo must not hang the set-up.
        box = self.box(who)
        os.mkfifo(box / "fifo")
        who.own(box / "fifo")
        begun = time.monotonic()
        done = run_policy(who, policy_of("true", rw=[box / "fifo"], deny=[], limits=LIMITS))
        self.assertLess(time.monotonic() - begun, 5)
        self.assertEqual(done.status, 0, done.err)

    @callers()
    def test_probe_and_plan(self, who):
        for words in (["probe"], ["plan", "--config-base64", host.b64(policy_of("true", limits=LIMITS))]):
            process = host.start(who, words, stdout=subprocess.DEVNULL)
            self.assertEqual(process.wait(host.SECONDS), 0)
            self.nothing_left()


class Killed(Case):
    """kill -9 of the executor at any moment."""

    COUNT = {"root": 60, "user": 40, "nested": 40}

    @callers()
    def test_at_any_moment(self, who):
        seed = random.randrange(1 << 32)
        chance = random.Random(seed)
        box = self.box(who)
        policy = policy_of(probe(["daemon", "run"], ["daemon", "stop"], ["rest"]), rw=[box], limits=LIMITS)
        for turn in range(self.COUNT[who.name]):
            process = start_policy(who, policy, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            moment = chance.uniform(0, 0.012)
            time.sleep(moment)  # no other way to hit a moment that nobody announces
            process.kill()
            process.wait()
            process.stderr.close()
            left = self.counter.left_within(1)
            self.assertEqual(left, {}, f"turn {turn}, killed after {moment:.6f} s, seed {seed}")

    @callers()
    def test_while_the_program_runs(self, who):
        for limits in (LIMITS, {}):
            process = start_policy(who, policy_of(stubborn(), limits=limits), stdout=subprocess.PIPE)
            while process.stdout.readline() != b"ok /\n":
                pass
            process.kill()
            process.wait()
            self.assertEqual(process.stdout.read(), b"")  # the last holder of the pipe is gone
            process.stdout.close()
            self.assertEqual(self.counter.left_within(1), {})

    @callers()
    def test_stopped_executor(self, who):
        process = start_policy(who, policy_of(stubborn(), limits=LIMITS), stdout=subprocess.PIPE)
        while process.stdout.readline() != b"ok /\n":
            pass
        process.send_signal(signal.SIGSTOP)
        process.kill()
        process.wait()
        process.stdout.close()
        self.assertEqual(self.counter.left_within(1), {})

    @callers("root")
    def test_keeper_killed(self, who):
        """The out-of-memory killer may choose it; then the executor must clean up by itself."""
        process = start_policy(who, policy_of("echo ready; read line", limits=LIMITS),
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), b"ready\n")
        keepers = [pid for pid, (name, _) in host.descendants().items() if name == "mxc-keeper"]
        for pid in keepers:
            os.kill(pid, signal.SIGKILL)
        process.communicate(b"\n", timeout=host.SECONDS)
        self.assertEqual(process.returncode, 0)
        left = self.counter.left_within(1)
        for path in left.get("cgroups", []):
            os.rmdir(path)
        self.assertEqual(left, {})

    @callers()
    def test_process_1_killed_from_outside(self, who):
        # The program may run a moment before process 1 says so: that it burns time lets this pass.
        process = start_policy(who, policy_of(probe(["burn", 200], ["cwd"], ["rest"]), limits=LIMITS),
                               stdout=subprocess.PIPE)
        while process.stdout.readline() != b"ok /\n":
            pass
        for pid, (name, _) in host.descendants().items():
            if name == "mxc-init":
                os.kill(pid, signal.SIGKILL)
        self.assertEqual(process.wait(10), 137)
        process.stdout.close()
        self.assertEqual(self.counter.left_within(0), {})


class Many(Case):
    """Sandboxes side by side do not disturb one another."""

    @callers()
    def test_at_the_same_time(self, who):
        box = self.box(who)
        processes = [start_policy(who, policy_of(f"echo {n} >'{box}/{n}'; cat; exit {n}", rw=[box], limits=LIMITS),
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE) for n in range(20)]
        for number, process in enumerate(processes):
            out, _ = process.communicate(str(number).encode(), timeout=host.SECONDS)
            self.assertEqual((process.returncode, out), (number, str(number).encode()))
        self.assertEqual(sorted(path.read_text().strip() for path in box.iterdir()), sorted(map(str, range(20))))

    @callers()
    def test_one_inside_another(self, who):
        # No user namespaces inside: the inner one is refused in words, and nothing hangs.
        done = run(who, ["--ro", host.PLACE.bin, "--", host.PLACE.bin / "mxc", "run", "--", "true"])
        self.assertEqual(done.status, 255)
        self.assertIn("user namespaces", done.err)


if __name__ == "__main__":
    main()
