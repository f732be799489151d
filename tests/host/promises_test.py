# SPDX-License-Identifier: MIT
"""The promises of the engine, each with a test that fails when it is broken."""
import ctypes
import json
import os
import re
import socket
import subprocess
import tempfile
from pathlib import Path

import host
from host import Case, callers, main, policy_of, probe, run, run_policy

NOTHING = "0000000000000000"


class HoldsNothing(Case):
    """The program holds nothing that it was not given."""

    @callers()
    def test_descriptors(self, who):
        # Without CLOEXEC, and also beyond the usual limit of select().
        leaks = [os.open("/etc/passwd", os.O_RDONLY) for _ in range(20)]
        high = os.dup2(leaks[0], 900)
        pair = socket.socketpair()
        box = self.box(who)
        directory = os.open(box, os.O_RDONLY)
        try:
            done = run_policy(who, policy_of(probe(["descriptors"])),
                              fds=[*leaks, high, directory, pair[0].fileno()])
        finally:
            for fd in [*leaks, high, directory]:
                os.close(fd)
            for end in pair:
                end.close()
        self.assertEqual(self.ran(done).verdicts, ["ok 0 1 2"])

    @callers()
    def test_process_1_descriptors(self, who):
        # Whoever could read or take them could forge the report of the engine.
        numbers = range(12)
        done = run_policy(who, policy_of(probe(
            *(["getfd", 1, number] for number in numbers), *(["readlink", f"/proc/1/fd/{n}"] for n in numbers),
            *(["reopen", f"/proc/1/fd/{number}", "rw"] for number in numbers), ["vmread", 1], ["ptrace", 1])))
        for verdict in done.verdicts:
            self.assertIn(verdict, ("EACCES", "EPERM", "ENOSYS", "ESRCH", "ENOENT"), done.out)
        self.assertEqual(len(done.verdicts), 3 * len(numbers) + 2)

    @callers("root", "user")
    def test_process_1_is_not_ours_to_look_at(self, who):
        # In a namespace of a user's own the kernel gives such processes to that user, and the numbers of
        # the descriptors can be listed, though none of them opened.
        done = run_policy(who, policy_of(probe(["list", "/proc/1/fd"], ["list", "/proc/1/fdinfo"])))
        self.assertEqual(done.verdicts, ["EACCES", "EACCES"])

    @callers()
    def test_environment_is_exact(self, who):
        # A shell adds PWD and, where it has one, OLDPWD; "env -i" shows that the list is from us.
        rows = [(["A=1", "EMPTY=", "SPACE=a b", "EQUALS=x=y"], {"A=1", "EMPTY=", "SPACE=a b", "EQUALS=x=y"}),
                ([], set())]
        for given, want in rows:
            done = run_policy(who, policy_of(probe(["environment"]), process={"env": given}),
                              env={"SECRET_TOKEN": "leaked", "LD_PRELOAD": "", "LC_ALL": "C"})
            have = set(self.ran(done).verdicts[0][3:].split("|")) - {""}
            self.assertEqual({text for text in have if not re.match("(OLD)?PWD=", text)}, want)

    @callers()
    def test_no_privilege(self, who):
        names = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"]
        done = run_policy(who, policy_of(probe(*(["status", name] for name in names))))
        want = [f"ok {NOTHING}"] * 5 + ["ok 1", "ok 2"]
        self.assertEqual(dict(zip(names, self.ran(done).verdicts)), dict(zip(names, want)))

    @callers()
    def test_no_way_back_to_privilege(self, who):
        done = run_policy(who, policy_of(probe(
            ["mount", "/tmp"], ["remount", "/"], ["umount", "/proc"], ["chroot"], ["hostname", "x"],
            ["unshare", "10000000"], ["clone", "10000000"], ["unshare", "20000"], ["clone", "20000"],
            ["setns", "/proc/self/ns/mnt"], ["setns", "/proc/1/ns/mnt"])))
        for verdict in done.verdicts:
            self.assertIn(verdict, ("EPERM", "EACCES", "ENOSYS"), done.out)
        self.assertEqual(len(done.verdicts), 11)

    @callers()
    def test_set_id_programs_gain_nothing(self, who):
        box = self.box(who)
        copy = self.file(who, box / "copy")
        copy.write_bytes((host.PLACE.bin / "probe").read_bytes())
        copy.chmod(0o6755)
        done = run_policy(who, policy_of(f"'{copy}' status CapEff -- ids", ro=[box]))
        mine = 0 if who.name != "user" else who.uid
        self.assertEqual(self.ran(done).verdicts,
                         [f"ok {NOTHING}", f"ok uid={mine},{mine},{mine} gid={mine},{mine},{mine} groups="])

    @callers()
    def test_no_other_groups(self, who):
        options = dict(who.options, extra_groups=[4, 27, 42]) if host.can_give_files_away() else {}
        done = run_policy(who, policy_of(probe(["ids"], ["status", "Groups"])), **options)
        groups = self.ran(done).verdicts[1][3:].split()
        mine = str(0 if who.name != "user" else who.uid)
        # An ordinary user cannot drop groups; inside they are nobody's, and open nothing.
        self.assertLessEqual(set(groups), {mine, "65534"} if who.name != "root" else set())

    @callers()
    def test_a_group_opens_no_file(self, who):
        if not host.can_give_files_away():
            self.skipTest("making a file of another group needs root")
        box = self.box(who)
        secret = self.file(who, box / "secret", "of the group\n", 0o040)
        os.chown(secret, 54321, 42)
        options = dict(who.options, extra_groups=[42])
        done = run_policy(who, policy_of(probe(["read", secret]), ro=[box]), **options)
        want = "EACCES" if who.name == "root" else "ok of the group"
        self.assertEqual(done.verdicts, [want])  # the caller's own access bounds what it can grant


class SeesNothing(Case):
    """Nothing of the host is visible but what was granted and the baseline."""

    @callers()
    def test_above_the_root(self, who):
        done = run_policy(who, policy_of(probe(
            ["same", "/", "/.."], ["same", "/", "/../../.."], ["same", "/", "/proc/self/root"],
            ["same", "/", "/proc/self/root/.."], ["list", "/"], ["list", "/proc/1/root"],
            ["list", "/proc/1/cwd"])))
        verdicts = self.ran_or_failed(done)
        self.assertEqual(verdicts[:4], ["ok same"] * 4)
        self.assertLessEqual(set(verdicts[4][3:].split()),
                             {"bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "tmp",
                              "usr", "var", "run", "mnt"})
        self.assertEqual(verdicts[5:], ["EACCES", "EACCES"])

    def ran_or_failed(self, done):
        """The probe itself ends with 1 when something was refused."""
        self.assertIsNotNone(done.result, done.err)
        self.assertEqual(done.reason, "exit", done.err)
        return done.verdicts

    @callers()
    def test_mounts(self, who):
        box = self.box(who)
        done = run_policy(who, policy_of(probe(["lines", "/proc/self/mountinfo"]), rw=[box]))
        lines = [line.split() for line in self.ran(done).verdicts[0][3:].split("|")]
        points = {line[4] for line in lines}
        self.assertIn(str(box), points)
        for line in lines:
            point, root = line[4], line[3]
            baseline = point.startswith(("/usr", "/etc", "/bin", "/sbin", "/lib", "/run", "/mnt"))
            if line[line.index("-") + 1] in ("tmpfs", "proc", "devpts", "devtmpfs"):
                continue  # of the sandbox, or single nodes of /dev
            # Nothing of a real filesystem is there that was not granted, and never its root.
            self.assertTrue(baseline or Path(point).is_relative_to(host.PLACE.path), line)
            self.assertNotIn(root, ("/", "/home", "/root", "/var"), line)
            self.assertIn("nosuid", line[5].split(","), line)
        self.assertFalse([point for point in points if "oldroot" in point or "put_old" in point])

    @callers()
    def test_host_files_are_missing(self, who):
        paths = ["/root", "/home", "/var/lib", "/boot", "/sys", "/srv", "/opt", str(who.home),
                 *(path for path in host.PLACE.path.glob("*") if path != host.PLACE.bin)]
        done = run_policy(who, policy_of(probe(*(["list", path] for path in paths))))
        for path, verdict in zip(paths, done.verdicts):
            self.assertEqual(verdict, "ENOENT", path)
        self.assertEqual(len(done.verdicts), len(paths))

    @callers()
    def test_secrets_of_the_baseline(self, who):
        names = ["/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/ssl/private",
                 *Path("/etc/ssh").glob("*_key")]
        have = [path for path in map(Path, names) if path.exists()]
        self.assertTrue(have, "this host has no secrets to hide")
        done = run_policy(who, policy_of(probe(*(["list" if path.is_dir() else "read", path] for path in have))))
        self.assertEqual(done.verdicts, ["EACCES"] * len(have), have)

    @callers()
    def test_private_directories_are_private(self, who):
        canary = "/dev/shm/mxc-canary", "/tmp/mxc-canary"
        mine = f"mxc-mine-{os.getpid()}"
        try:
            for path in canary:
                Path(path).write_text("of the host\n")
            done = run_policy(who, policy_of(probe(
                *(["read", path] for path in canary), ["create", f"/tmp/{mine}"], ["create", f"/dev/shm/{mine}"],
                ["list", "/tmp"])))
            self.assertEqual(done.verdicts[:4], ["ENOENT", "ENOENT", "ok", "ok"])
            self.assertEqual(done.verdicts[4], f"ok {mine}")
            self.assertFalse(Path("/tmp", mine).exists() or Path("/dev/shm", mine).exists())
        finally:
            for path in canary:
                os.unlink(path)


class ReachesNobody(Case):
    """No process, socket, key or IPC object of the host."""

    @callers()
    def test_processes(self, who):
        done = run_policy(who, policy_of(probe(["processes"], ["kill", os.getppid() + 4000000, 0])))
        seen = dict(pair.split(":") for pair in done.verdicts[0][3:].split())
        self.assertEqual(seen["1"], "mxc-init")
        self.assertLessEqual(set(seen.values()), {"mxc-init", "sh", "probe"})
        self.assertLess(max(map(int, seen)), 10)

    @callers("user")
    def test_nobody_takes_signals(self, who):
        done = run_policy(who, policy_of(probe(["signalable"])))
        self.assertLessEqual(int(self.ran(done).verdicts[0][3:]), 3)  # init, a shell, itself

    @callers()
    def test_process_1_tells_nothing(self, who):
        canary = "CANARY_OF_THE_CALLER"
        names = ["environ", "exe", "root", "cwd", "mem", "maps", "auxv", "io", "stack", "syscall", "fdinfo/0"]
        actions = [["read", f"/proc/1/{name}"] for name in names]
        actions += [["readlink", "/proc/1/exe"], ["execute", "/proc/1/exe"], ["reopen", "/proc/1/exe", "ro"],
                    ["write", "/proc/1/mem"], ["write", "/proc/1/comm"], ["write", "/proc/1/uid_map"]]
        done = run_policy(who, policy_of(probe(*actions)), env={"SECRET": canary})
        for action, verdict in zip(actions, done.verdicts):
            self.assertIn(verdict, ("EACCES", "EPERM", "ENOENT", "EINVAL"), action)
        self.assertEqual(len(done.verdicts), len(actions))
        line = run_policy(who, policy_of("cat /proc/1/cmdline /proc/1/status /proc/1/stat /proc/self/cmdline"),
                          env={"SECRET": canary})
        self.assertNotIn(canary, line.out)
        self.assertNotIn("config-base64", line.out)

    @callers()
    def test_process_1_survives_the_program(self, who):
        done = run_policy(who, policy_of(probe(["kill", 1, 9], ["kill", 1, 15], ["kill", 1, 19], ["cwd"])))
        self.assertEqual((done.reason, done.verdicts[-1]), ("exit", "ok /"))

    @callers()
    def test_sockets_of_the_host(self, who):
        box = self.box(who)
        name = f"mxc-test-{os.getpid()}-{who.name}"
        with socket.socket(socket.AF_UNIX) as abstract, socket.socket(socket.AF_UNIX) as named, \
                socket.create_server(("127.0.0.1", 0)) as tcp:
            abstract.bind("\0" + name)
            abstract.listen()
            named.bind(f"/tmp/{name}")
            named.listen()
            os.chmod(f"/tmp/{name}", 0o777)
            port = tcp.getsockname()[1]
            done = run_policy(who, policy_of(probe(["abstract", name], ["unix", f"/tmp/{name}"],
                                                   ["tcp", "127.0.0.1", port], ["loopback"]), rw=[box]))
            os.unlink(f"/tmp/{name}")
            self.assertEqual(done.verdicts, ["ECONNREFUSED", "ENOENT", "ECONNREFUSED", "ok"])
            for server in (abstract, named, tcp):
                server.settimeout(0)
                self.assertRaises(BlockingIOError, server.accept)

    @callers()
    def test_abstract_socket_is_reachable_outside(self, who):
        """The counter-test: what the test above tries does work without the sandbox."""
        name = f"mxc-test-{os.getpid()}-{who.name}"
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("\0" + name)
            server.listen()
            done = host.start(who, ["abstract", name], program="probe", stdout=-1)
            self.assertEqual(done.communicate()[0], b"ok\n")

    @callers()
    def test_keyrings(self, who):
        # A key in the caller's session keyring is not found, by any call.
        with SessionKey(who) as key:
            done = run_policy(who, policy_of(probe(
                ["find-key", key], ["request-key", key], ["join-keyring"], ["call", "add_key"],
                ["read", "/proc/keys"])))
        for verdict in done.verdicts:
            self.assertIn(verdict, ("EPERM", "ENOSYS", "EACCES", "ENOENT"))
        self.assertEqual(len(done.verdicts), 5)

    @callers()
    def test_dangerous_calls_are_closed(self, who):
        names = ["bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "init_module", "finit_module",
                 "delete_module", "kexec_load", "swapon", "acct", "quotactl", "syslog", "fanotify_init",
                 "open_by_handle_at", "fsopen", "fsmount", "fsconfig", "fspick", "open_tree", "move_mount",
                 "pivot_root", "kcmp", "vhangup", "keyctl", "add_key"]
        done = run_policy(who, policy_of(probe(*(["call", name] for name in names))))
        for name, verdict in zip(names, done.verdicts):
            self.assertIn(verdict, ("EPERM", "ENOSYS"), name)
        self.assertEqual(len(done.verdicts), len(names))

    @callers()
    def test_socket_families(self, who):
        rows = {"packet": (17, 3, 0), "raw": (2, 3, 1), "raw6": (10, 3, 58), "alg": (38, 5, 0),
                "vsock": (40, 1, 0), "bluetooth": (31, 1, 0), "netfilter": (16, 3, 12), "audit": (16, 3, 9),
                "uevent": (16, 3, 15), "key": (15, 3, 2), "tipc": (30, 1, 0), "can": (29, 3, 1)}
        done = run_policy(who, policy_of(probe(*(["socket", *row] for row in rows.values()))))
        for name, verdict in zip(rows, done.verdicts):
            self.assertIn(verdict, ("EPERM", "EACCES", "EAFNOSUPPORT", "EPROTONOSUPPORT", "ESOCKTNOSUPPORT",
                                    "ENOSYS"), name)
        self.assertEqual(len(done.verdicts), len(rows))


class SessionKey:
    """A user key named by a random word in a session keyring that a caller's executor will inherit."""

    ADD, JOIN = {"x86_64": (248, 250), "aarch64": (217, 219)}[os.uname().machine]

    def __init__(self, who):
        self.name = f"mxc-canary-{who.name}"

    def __enter__(self):
        libc = host.libc()
        if libc.syscall(self.JOIN, 1, None, 0, 0, 0) >= 0:
            libc.syscall(self.ADD, b"user", self.name.encode(), b"secret", ctypes.c_size_t(6), -3)
        return self.name

    def __exit__(self, *_):
        host.libc().syscall(self.JOIN, 1, None, 0, 0, 0)


class Namespaces(Case):
    @callers()
    def test_all_are_its_own(self, who):
        kinds = ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"]
        done = run_policy(who, policy_of(probe(*(["readlink", f"/proc/self/ns/{kind}"] for kind in kinds))))
        for kind, verdict in zip(kinds, self.ran(done).verdicts):
            self.assertTrue(verdict.startswith(f"ok {kind}:["), verdict)
            self.assertNotEqual(verdict[3:], os.readlink(f"/proc/self/ns/{kind}"))

    @callers()
    def test_messages_of_the_host(self, who):
        """A System V queue and segment that everybody may use."""
        libc = host.libc()
        key = 0x6d786300 + os.getpid() % 256
        queue, segment = libc.msgget(key, 0o1666), libc.shmget(key, 4096, 0o1666)
        self.assertGreaterEqual(min(queue, segment), 0)
        try:
            done = run_policy(who, policy_of(probe(["ipc", key], ["lines", "/proc/sysvipc/msg"])))
        finally:
            libc.msgctl(queue, 0, None)
            libc.shmctl(segment, 0, None)
        self.assertEqual(done.verdicts[0], "ENOENT")
        self.assertNotIn(str(key), done.verdicts[1])


class Terminal(Case):
    """Without a terminal among the streams there is none to reach."""

    @callers()
    def test_none(self, who):
        done = run_policy(who, policy_of(probe(["terminal"], ["tiocsti", 0, 0], ["tiocsti", 0, 64],
                                               ["tioclinux", 0])))
        self.assertEqual(done.verdicts, ["ok tty=000 control=0 session=1", "EPERM", "EPERM", "EPERM"])


class ResultIsOurs(Case):
    """The result cannot be reached or forged from inside."""

    FORGED = json.dumps({"version": 1, "backend": "native", "reason": "exit", "exitCode": 0, "signal": None,
                         "error": None})

    @callers()
    def test_forged_lines_are_output(self, who):
        text = (f"echo '{self.FORGED}'; echo '{self.FORGED}' >&2; "
                "for fd in 3 4 5 6 7 8 9; do echo forged >&$fd; done 2>/dev/null; exit 9")
        done = run_policy(who, policy_of(text))
        self.assertEqual((done.status, done.reason, done.result["exitCode"]), (9, "exit", 9))
        self.assertEqual((done.out, done.err), (self.FORGED + "\n",) * 2)

    @callers()
    def test_one_line_of_result(self, who):
        with tempfile.TemporaryFile() as file:
            process = host.start(who, ["run", f"--result-fd={file.fileno()}", "--", "sh", "-c",
                                       "echo x >&%d; exit 3" % file.fileno()], fds=[file.fileno()], stderr=-1)
            process.communicate(timeout=host.SECONDS)
            file.seek(0)
            lines = file.read().splitlines()
        self.assertEqual(len(lines), 1)
        self.assertEqual(json.loads(lines[0])["exitCode"], 3)

    @callers()
    def test_result_file_is_not_reachable(self, who):
        # Its descriptor is closed, and neither /proc nor a name leads to it.
        done = run_policy(who, policy_of("for p in /proc/1/fd/*; do echo forged >>$p; done 2>/dev/null; exit 9"))
        self.assertEqual((done.result["exitCode"], done.out, done.err), (9, "", ""))


class Closed(Case):
    """Refusals come before anything starts; denied paths are never made on the host."""

    REFUSALS = [
        ("/filesystem/readonlyPaths/1", {"filesystem": {"readonlyPaths": ["{box}", "{box}/missing"]}}),
        ("/filesystem/readwritePaths/0", {"filesystem": {"readwritePaths": ["{box}/missing"]}}),
        ("/network/ingress/default", {"network": {"ingress": {"default": "allow"}}}),
        ("/ui/disable", {"ui": {"disable": False}}),
        ("/process/cwd", {"process": {"cwd": "/nowhere"}}),
        ("/limits/openFiles", {"limits": {"openFiles": 1048576}}),
    ]

    @callers()
    def test_refused_before_anything_starts(self, who):
        for pointer, part in self.REFUSALS:
            box = self.box(who)
            part = json.loads(json.dumps(part).replace("{box}", str(box)))
            policy = {"version": "1.0.0", **part, "process": {"commandLine": f"touch '{box}/canary'",
                                                              **part.get("process", {})}}
            if pointer == "/limits/openFiles":
                done = run_policy(who, policy, preexec_fn=few_descriptors)
            else:
                done = run_policy(who, policy)
            with self.subTest(pointer=pointer):
                self.assertEqual((done.status, done.reason), (255, "refused"), done.err)
                self.assertTrue(done.pointer.startswith(pointer.rsplit("/", 1)[0]), done.pointer)
                self.assertIsNone(done.result["startedAt"])
                self.assertEqual(list(box.iterdir()), [])

    @callers()
    def test_unknown_key(self, who):
        box = self.box(who)
        done = run_policy(who, policy_of(f"touch '{box}/canary'", rw=[box], limits={"memory": 5}))
        self.assertEqual((done.status, done.reason, done.pointer), (1, "refused", "/limits/memory"))
        self.assertIn("memoryMb", done.err)  # the nearest known name
        self.assertEqual(list(box.iterdir()), [])

    @callers()
    def test_missing_denials_are_not_made(self, who):
        box = self.box(who)
        missing = box / "later" / "secret"
        # Below a writable grant it could appear later, so it is refused; elsewhere nobody sees it.
        done = run_policy(who, policy_of("true", rw=[box], deny=[missing]))
        self.refused(done, "/filesystem/deniedPaths/0", str(missing))
        done = run_policy(who, policy_of(probe(["list", box]), deny=[missing]))
        self.assertEqual(done.verdicts, ["ENOENT"])
        self.assertEqual(list(box.iterdir()), [])

    @callers()
    def test_denied_paths_stay_what_they_were(self, who):
        box = self.box(who)
        secret = self.file(who, box / "secret", "keep\n", 0o600)
        folder = self.folder(who, box / "folder", 0o700)
        before = [os.lstat(path) for path in (box, secret, folder)]
        done = run_policy(who, policy_of(probe(
            ["read", secret], ["list", folder], ["unlink", secret], ["rename", secret, box / "other"],
            ["rmdir", folder], ["chmod", secret, "777"], ["truncate", secret], ["link", secret, box / "link"]),
            rw=[box], deny=[secret, folder]))
        for verdict in done.verdicts:
            self.assertNotIn("ok", verdict)
        self.assertEqual(len(done.verdicts), 8)
        after = [os.lstat(path) for path in (box, secret, folder)]
        self.assertEqual([(s.st_ino, s.st_mode, s.st_uid, s.st_size) for s in before],
                         [(s.st_ino, s.st_mode, s.st_uid, s.st_size) for s in after])
        self.assertEqual(secret.read_text(), "keep\n")


def few_descriptors():
    host.resource.setrlimit(host.resource.RLIMIT_NOFILE, (512, 512))


class HostLimits(Case):
    """Limits that the caller already has are kept, or named; they never make a bare failure."""

    @callers()
    def test_inherited_limits(self, who):
        limits = host.resource
        rows = {"no core files": (limits.RLIMIT_CORE, 0), "few files": (limits.RLIMIT_NOFILE, 64),
                "small files": (limits.RLIMIT_FSIZE, 1 << 20), "small stack": (limits.RLIMIT_STACK, 1 << 20),
                "no locked memory": (limits.RLIMIT_MEMLOCK, 0), "no queues": (limits.RLIMIT_MSGQUEUE, 0)}
        for name, (number, value) in rows.items():
            done = run_policy(who, policy_of("exit 4"),
                              preexec_fn=lambda n=number, v=value: limits.setrlimit(n, (v, v)))
            with self.subTest(limit=name):
                self.assertEqual((done.status, done.reason), (4, "exit"), done.err)

    @callers()
    def test_policy_above_the_callers_limits(self, who):
        limits = host.resource
        rows = {"fileSizeMb": (limits.RLIMIT_FSIZE, 1 << 20, 5), "openFiles": (limits.RLIMIT_NOFILE, 64, 500)}
        for key, (number, value, wanted) in rows.items():
            done = run_policy(who, policy_of(probe(["limit", "fsize"]), limits={key: wanted}),
                              preexec_fn=lambda n=number, v=value: limits.setrlimit(n, (v, v)))
            with self.subTest(key=key):
                # The smaller of both is an answer, a refusal that names the key is one, a failure is none.
                if done.reason != "exit":
                    self.refused(done, f"/limits/{key}")


class ClearWords(Case):
    """A failure is one sentence with what, where and remedy; never a bare errno."""

    @callers()
    def test_sentences(self, who):
        box = self.box(who)
        fifo = box / "fifo"
        os.mkfifo(fifo)
        who.own(fifo)
        rows = [
            (["--ro", box / "nothing", "--", "true"], "nothing"),
            (["--rw", "/proc", "--", "true"], "/proc"),
            (["--rw", "/dev", "--", "true"], "/dev"),
            (["--cwd", "/root", "--", "true"], "/root"),
            (["--deny", "/usr", "--", "true"], "/usr"),
        ]
        for words, named in rows:
            done = run(who, words)
            with self.subTest(words=words):
                self.assertEqual((done.status, done.reason), (255, "refused"), done.err)
                self.assertIn(named, done.err)
                self.assertEqual(len(done.err.splitlines()), 1)
                self.assertGreater(len(done.err), len("mxc: x: Operation not permitted\n") + 20)


class Starting(Case):
    """What of the caller's state could get in the way."""

    @callers()
    def test_mask_of_modes(self, who):
        """The caller's umask is the program's, and not ours."""
        for mask in (0, 0o177, 0o777):
            done = run_policy(who, policy_of("umask; stat -c %a /tmp /etc /dev/shm"),
                              preexec_fn=lambda mask=mask: os.umask(mask))
            self.assertEqual(done.out.split(), [f"{mask:04o}", "1777", "755", "1777"], done.err)

    @callers("root")
    def test_mounts_that_come_and_go(self, who):
        """The host mounts something on a place of the baseline while sandboxes start: it stays out, or is sealed."""
        place = "/usr/share/doc"
        script = (f"(while :; do mount -n -i -t tmpfs hole {place}; umount -n -i -l {place}; done) & "
                  'i=0; while [ $i -lt 60 ]; do "$@"; i=$((i+1)); done; kill $!')
        before = ["unshare", "--mount", "--propagation", "shared", "sh", "-c", script, "sh"]
        process = host.start(who, ["run", "--", "cat", "/proc/self/mountinfo"], before=before, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        out, err = process.communicate(timeout=60)
        lines = [line.split() for line in out.decode().splitlines()]
        self.assertGreater(len(lines), 600, err)
        for words in lines:
            self.assertNotIn("master:", " ".join(words))
            self.assertNotIn("shared:", " ".join(words))
            if words[4].startswith("/usr"):
                self.assertLessEqual({"ro", "nosuid", "nodev"}, set(words[5].split(",")), words)

    @callers()
    def test_shell_without_its_loader(self, who):
        denied = next(path for path in ("/lib64", "/lib/ld-linux-aarch64.so.1") if os.path.exists(path))
        done = run_policy(who, policy_of("true", deny=[denied]))
        self.assertEqual(done.status, 255)
        self.assertIn("loader", done.err)


if __name__ == "__main__":
    main()
