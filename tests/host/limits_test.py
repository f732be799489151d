# SPDX-License-Identifier: MIT
"""Every limit holds, is told apart in the result, and hurts nobody who stays below it."""
import os
import subprocess

import host
from host import Case, callers, main, policy_of, probe, run_policy

MEBIBYTE = 1 << 20


def verdict_of(done):
    return done.status, done.reason


class Processes(Case):
    @callers()
    def test_below(self, who):
        done = run_policy(who, policy_of(probe(["forks", 10]), limits={"processes": 16}))
        self.assertEqual((done.status, done.out), (0, "ok 10\n"), done.err)

    @callers()
    def test_above(self, who):
        done = run_policy(who, policy_of("exec " + probe(["forks", 100]), limits={"processes": 16}))
        self.assertEqual(done.out, "EAGAIN\n")
        # Without a cgroup nobody counts the refused forks: then it is the program's own exit.
        counted = "cgroup" in done.result["enforced"]["limits.processes"]
        self.assertEqual(verdict_of(done), (1, "pids" if counted else "exit"))

    @callers()
    def test_exact(self, who):
        """N is N: the program and N-1 children."""
        for limit in (1, 2, 16):
            done = run_policy(who, policy_of("exec " + probe(["forks", limit - 1], ["forks", limit]),
                                             limits={"processes": limit}))
            with self.subTest(limit=limit):
                self.assertEqual(done.verdicts, [f"ok {limit - 1}", "EAGAIN"])

    @callers()
    def test_fork_bomb_has_a_default_ceiling(self, who):
        before = len(os.listdir("/proc"))
        process = host.start_policy(who, policy_of(probe(["bomb", 20], ["rest"]), process={"timeout": 20000}),
                                    stdout=subprocess.PIPE)
        most = 0
        while process.poll() is None and not process.stdout.closed:
            most = max(most, len(host.descendants()))
            if process.stdout.readline():  # the first one gave up: the ceiling holds
                most = max(most, len(host.descendants()))
                process.terminate()
                process.stdout.close()
        self.assertIn(process.wait(host.SECONDS), (143, 1))
        self.assertLessEqual(most, 1100)
        self.assertGreater(most, 100)  # it did explode
        self.assertEqual(self.counter.left_within(2), {})
        self.assertLess(len(os.listdir("/proc")), before + 50)

    @callers("root", "user")
    def test_sandboxes_do_not_share_a_ceiling(self, who):
        """A limit by user id would count all sandboxes of one user together."""
        hold = [host.start_policy(who, policy_of("exec " + probe(["forks", 30], ["cwd"], ["rest"]),
                                                 limits={"processes": 40}), stdout=subprocess.PIPE)
                for _ in range(3)]
        for process in hold:
            self.assertEqual(process.stdout.readline(), b"ok 30\n")
        done = run_policy(who, policy_of("exec " + probe(["forks", 30]), limits={"processes": 40}))
        self.assertEqual(done.out, "ok 30\n")
        for process in hold:
            process.terminate()
            process.wait(host.SECONDS)
            process.stdout.close()


class Memory(Case):
    @callers()
    def test_below(self, who):
        # Where memory is sampled, a program that ends at once may never be seen.
        done = run_policy(who, policy_of(probe(["allocate", 20], ["burn", 300]), limits={"memoryMb": 128}))
        self.assertEqual((done.status, done.verdicts[0]), (0, "ok 20"), done.err)
        self.assertGreater(done.result["peakMemoryBytes"], 15 * MEBIBYTE)
        self.assertLess(done.result["peakMemoryBytes"], 128 * MEBIBYTE)

    @callers()
    def test_above(self, who):
        for command in (probe(["allocate", 2000], ["rest"]), f"exec {probe(['allocate', 2000], ['rest'])}"):
            done = run_policy(who, policy_of(command, limits={"memoryMb": 64}, process={"timeout": 20000}))
            with self.subTest(command=command[:5]):
                self.assertEqual(verdict_of(done), (137, "oom"), done.err)
                self.assertNotIn("ok", done.out)
                self.assertIn("64 MB", done.err)

    @callers()
    def test_together(self, who):
        """The limit is for all processes together."""
        half = probe(["allocate", 50], ["rest"])
        done = run_policy(who, policy_of(f"{half} & {half} & {half} & wait", limits={"memoryMb": 100},
                                         process={"timeout": 4000}))
        self.assertEqual(done.reason, "oom", done.err)

    @callers()
    def test_says_how(self, who):
        done = run_policy(who, policy_of("true", limits={"memoryMb": 100}))
        how = done.result["enforced"]["limits.memoryMb"]
        self.assertTrue(how.startswith("cgroup" if self.has_cgroup(who) else "watcher"), how)

    @staticmethod
    def has_cgroup(who):
        items = host.features(who)[1]["host"]
        return any(item["name"] == "cgroup memory" and item["yes"] for item in items)


class Processor(Case):
    @callers()
    def test_share(self, who):
        policy = policy_of(probe(["burn", 1000]), limits={"cpuPercent": 20})
        done = run_policy(who, policy)
        if not host.features(who)[0]["/limits/cpuPercent"]:
            self.refused(done, "/limits/cpuPercent", "cgroup")
            return
        used, wall = map(int, self.ran(done).verdicts[0].split()[1:])
        self.assertLess(used / wall, 0.5)  # 0.2 and much room for a busy machine

    @callers()
    def test_network_process(self, who):
        """What carries the packets takes its time from the same share."""
        policy = policy_of("exec " + probe(["cwd"], ["rest"]), limits={"cpuPercent": 50},
                           network={"ingress": {"hostLoopback": "allow"}})
        if not host.features(who)[0]["/limits/cpuPercent"]:
            self.refused(run_policy(who, policy), "/limits/cpuPercent", "cgroup")
            return
        process = host.start_policy(who, policy, stdout=subprocess.PIPE)
        try:
            process.stdout.readline()
            (pid,) = [pid for pid, (name, _) in host.descendants().items() if name == "mxc-net"]
            with open(f"/proc/{pid}/cgroup", encoding="ascii") as file:
                rows = [row.strip().split(":") for row in file]
            shares = [path for _, controllers, path in rows if "cpu" in controllers.split(",") or not controllers]
            self.assertTrue(any("/mxc-" in path for path in shares), rows)
        finally:
            process.terminate()
            process.communicate(timeout=host.SECONDS)

    @callers("root")
    def test_without(self, who):
        used, wall = map(int, run_policy(who, policy_of(probe(["burn", 300]))).verdicts[0].split()[1:])
        self.assertGreater(used / wall, 0.05)  # it does burn
        self.assertGreater(wall, 290)


class Files(Case):
    @callers()
    def test_open_files(self, who):
        done = run_policy(who, policy_of(probe(["limit", "nofile"], ["open-many", 10], ["open-many", 100]),
                                         limits={"openFiles": 32}))
        self.assertEqual(done.verdicts[:2], ["ok 32 32", "ok 10"])
        self.assertTrue(done.verdicts[2].endswith("EMFILE"), done.verdicts)

    @callers()
    def test_file_size(self, who):
        box = self.box(who)
        big = box / "big"
        done = run_policy(who, policy_of("exec " + probe(["fill", box / "small", 1], ["fill", big, 9]), rw=[box],
                                         limits={"fileSizeMb": 2}))
        self.assertEqual(done.reason, "disk", done.err)
        self.assertEqual(done.result["signal"], 25)  # SIGXFSZ
        self.assertEqual((done.verdicts, big.stat().st_size), (["ok 1"], 2 * MEBIBYTE))

    @callers()
    def test_file_size_through_a_shell(self, who):
        """The shell turns the death of its child into its own exit status: still the same reason."""
        box = self.box(who)
        done = run_policy(who, policy_of(probe(["fill", box / "big", 9]) + "; exit $?", rw=[box],
                                         limits={"fileSizeMb": 2}))
        self.assertEqual((done.status, done.reason), (153, "disk"), done.err)

    @callers()
    def test_private_space(self, who):
        for place in ("/tmp", "/dev/shm"):
            done = run_policy(who, policy_of(probe(["fill", f"{place}/a", 3], ["fill", f"{place}/b", 9]),
                                             limits={"tmpMb": 8}))
            with self.subTest(place=place):
                self.assertEqual((done.verdicts, verdict_of(done)), (["ok 3", "ENOSPC"], (1, "disk")), done.err)

    @callers()
    def test_private_space_is_shared(self, who):
        done = run_policy(who, policy_of(probe(["fill", "/tmp/a", 5], ["fill", "/dev/shm/b", 5]),
                                         limits={"tmpMb": 8}))
        self.assertEqual((done.verdicts, done.reason), (["ok 5", "ENOSPC"], "disk"))

    @callers()
    def test_private_space_of_names(self, who):
        """Empty files cost the host as well."""
        done = run_policy(who, policy_of("cd /tmp && i=0; while :>$i; do i=$((i+1)); done 2>/dev/null; echo $i; exit 1",
                                         limits={"tmpMb": 4}, process={"timeout": 20000}))
        self.assertEqual(done.reason, "disk", done.err)
        self.assertLess(int(done.out or 0), 50000)

    @callers()
    def test_default_space(self, who):
        done = run_policy(who, policy_of(probe(["fill", "/tmp/a", 700])))
        self.assertEqual((done.verdicts, done.reason), (["ENOSPC"], "disk"))

    @callers()
    def test_full_and_not_minded(self, who):
        """A program that fills its space and ends well has ended well."""
        done = run_policy(who, policy_of(probe(["fill", "/tmp/a", 9]) + " >/dev/null; exit 0", limits={"tmpMb": 4}))
        self.assertEqual(verdict_of(done), (0, "exit"))


class Output(Case):
    @callers()
    def test_exactly_so_many_bytes(self, who):
        for stream in (1, 2):
            done = run_policy(who, policy_of(probe(["flood", stream, 5 * MEBIBYTE], ["rest"]), limits={"outputMb": 2}))
            sent = done.raw if stream == 1 else done.raw_err[:2 * MEBIBYTE]
            want = bytes(range(251)) * (2 * MEBIBYTE // 251 + 1)
            with self.subTest(stream=stream):
                self.assertEqual(verdict_of(done), (255, "output"))
                self.assertEqual(len(sent), 2 * MEBIBYTE)
                self.assertTrue(sent == want[:2 * MEBIBYTE], "other bytes")
                self.assertIn(b"2 MB", done.raw_err[-200:])

    @callers()
    def test_both_streams_together(self, who):
        done = run_policy(who, policy_of(probe(["flood", 1, MEBIBYTE * 3 // 4], ["flood", 2, MEBIBYTE], ["rest"]),
                                         limits={"outputMb": 1}))
        self.assertEqual(verdict_of(done), (255, "output"))
        message = done.raw_err.rindex(b"mxc: ")
        self.assertLessEqual(abs(len(done.raw) + message - MEBIBYTE), 1)  # the message starts its own line

    @callers()
    def test_below(self, who):
        for size in (0, 1, MEBIBYTE - 4, MEBIBYTE - 3):  # with "ok\n" the last is exactly the limit
            done = run_policy(who, policy_of(probe(["flood", 1, size]), limits={"outputMb": 1}))
            with self.subTest(size=size):
                self.assertEqual((done.status, done.reason, len(done.raw)), (0, "exit", size + 3), done.err)

    @callers()
    def test_one_byte_too_many(self, who):
        for turn in range(15):  # the program ends while its last bytes are on their way
            done = run_policy(who, policy_of(probe(["flood", 1, MEBIBYTE - 2]), limits={"outputMb": 1}))
            self.assertEqual((done.status, done.reason, len(done.raw)), (255, "output", MEBIBYTE), turn)

    @callers()
    def test_into_a_file(self, who):
        box = self.box(who)
        for mode in ("wb", "ab"):
            with open(box / "out", mode) as file:
                process = host.start_policy(who, policy_of(probe(["flood", 1, 3 * MEBIBYTE], ["rest"]),
                                                           limits={"outputMb": 1}), stdout=file, stderr=-1)
                process.communicate(timeout=host.SECONDS)
            self.assertEqual(process.returncode, 255)
        self.assertEqual((box / "out").stat().st_size, 2 * MEBIBYTE)

    @callers()
    def test_reader_goes_away(self, who):
        process = host.start_policy(who, policy_of("exec " + probe(["flood", 1, 900 * MEBIBYTE]),
                                                   limits={"outputMb": 1000}), stdout=subprocess.PIPE)
        self.assertEqual(len(process.stdout.read(1000)), 1000)
        process.stdout.close()
        self.assertEqual(process.wait(host.SECONDS), 141)  # SIGPIPE

    @callers()
    def test_two_streams_stay_two(self, who):
        done = run_policy(who, policy_of("echo out; echo err >&2; exit 5", limits={"outputMb": 1}))
        self.assertEqual((done.status, done.out, done.err), (5, "out\n", "err\n"))


class Everything(Case):
    @callers()
    def test_all_at_once(self, who):
        limits = {"memoryMb": 300, "processes": 20, "openFiles": 40, "fileSizeMb": 3, "tmpMb": 9, "outputMb": 2}
        if host.features(who)[0]["/limits/cpuPercent"]:
            limits["cpuPercent"] = 150
        done = run_policy(who, policy_of("echo fine; exit 6", limits=limits))
        self.assertEqual((done.status, done.reason, done.out), (6, "exit", "fine\n"), done.err)
        for key in limits:
            self.assertIn(f"limits.{key}", done.result["enforced"])


if __name__ == "__main__":
    main()
