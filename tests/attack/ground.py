# SPDX-License-Identifier: MIT
"""The ground of the attack suite: zones of files, processes and listeners that a guest must not reach, and
looking at all of them afterwards."""
import contextlib
import ctypes
import dataclasses
import fcntl
import glob
import hashlib
import os
import secrets
import shutil
import socket
import stat
import struct
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "host"))
import host  # pylint: disable=wrong-import-position

ATTACK = host.BUILD / "tests/attack/attack"
PROGRAMS = ("execute-outside", "execute-denied", "load-denied")  # the file of the probe is a program
OTHER_USER = 12346
FIRST_PID = 6000  # no guest makes so many processes, so no pid inside is that of a process outside


@dataclasses.dataclass
class Row:
    group: str
    name: str
    mechanism: str
    attempt: str
    canary: str
    refusal: str
    control: str
    zone: str


def table():
    text = subprocess.run([ATTACK, "table"], check=True, capture_output=True, text=True).stdout
    return [Row(*line.split("\t")) for line in text.splitlines()]


def is_rigged():
    return bool(os.environ.get(host.RIGGED))


def advance_pids():
    """Pids of the rig count from 1, as those of a sandbox do: without this a guest could hit its own."""
    while is_rigged() and os.posix_spawn("/bin/true", ["true"], {}) < FIRST_PID:
        host.reap_orphans()
        subprocess.run([host.PLACE.bin / "probe", "forks", "1500"], check=True, stdout=subprocess.DEVNULL)
    host.reap_orphans()


# ---- what a process of the host shows

def call(number, *arguments):
    return host.libc().syscall(number, *arguments)


def session_key(name):
    """A key in a session keyring of our own, which every executor inherits."""
    add, join = {"x86_64": (248, 250), "aarch64": (217, 219)}[os.uname().machine]
    if call(join, 1, None, 0, 0, 0) >= 0:
        call(add, b"user", name.encode(), b"CANARY-key", ctypes.c_size_t(10), -3)


def handle_of(path):
    """(type, hex) of a file's handle, or (0, "") where the filesystem has none."""
    handle = ctypes.create_string_buffer(struct.pack("II", 128, 0) + bytes(128))
    mount = ctypes.c_int()
    if host.libc().name_to_handle_at(-100, os.fsencode(path), handle, ctypes.byref(mount), 0) < 0:
        return 0, ""
    size, kind = struct.unpack_from("Ii", handle.raw)
    return kind, handle.raw[8:8 + size].hex()


def mount_namespace():
    """Number of our mount namespace for listmount(), 1 on kernels that do not tell."""
    with open("/proc/self/ns/mnt", "rb") as space:
        try:
            return struct.unpack("Q", fcntl.ioctl(space, 0x8008B705, bytes(8)))[0]
        except OSError:
            return 1


class Victim:
    """A process outside, of the same user, in the process group that the executor will have."""

    def __init__(self, who):
        self.process = subprocess.Popen(
            [host.PLACE.bin / "attack", "stand", "CANARY-in-its-arguments"], stdout=subprocess.PIPE, text=True,
            env={"SECRET": "CANARY-in-its-environment"}, preexec_fn=os.setpgrp, cwd="/", **who.options)
        self.pid, self.address = map(int, self.process.stdout.readline().split())
        while self.state()["state"] != "S":
            os.sched_yield()
        self.before = self.state()

    def state(self):
        """All that an attacker could have changed; None when it is gone."""
        if self.process.poll() is not None:
            return None
        number = {"x86_64": 252, "aarch64": 31}[os.uname().machine]  # ioprio_get
        base = Path("/proc") / str(self.pid)
        fields = (base / "stat").read_text().rpartition(")")[2].split()
        return {"state": fields[0], "group": fields[2], "nice": fields[16], "disk": call(number, 1, self.pid),
                "name": (base / "comm").read_text(), "limits": (base / "limits").read_text(),
                "processors": sorted(os.sched_getaffinity(self.pid)), "class": os.sched_getscheduler(self.pid),
                "oom": (base / "oom_score_adj").read_text(),
                "tracer": "TracerPid:\t0\n" in (base / "status").read_text()}

    def unharmed(self):
        return self.state() == self.before

    def close(self):
        """May come twice."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Listeners:
    """Sockets outside that nobody inside may reach."""

    def __init__(self, ground):
        name = f"mxc-attack-{secrets.token_hex(4)}"
        self.keys = {"abstract": name, "abstract-datagram": name + "-d", "pathname": str(ground.out / "socket"),
                     "pathname-denied": str(ground.single / "socket")}
        self.sockets = {"abstract": self.unix("\0" + name), "pathname": self.unix(self.keys["pathname"]),
                        "abstract-datagram": self.unix("\0" + name + "-d", socket.SOCK_DGRAM),
                        "pathname-denied": self.unix(self.keys["pathname-denied"]),
                        "tcp": socket.create_server(("127.0.0.1", 0))}
        self.keys["port"] = self.sockets["tcp"].getsockname()[1]
        udp = self.sockets["udp"] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", self.keys["port"]))
        for each in self.sockets.values():
            each.setblocking(False)

    @staticmethod
    def unix(address, kind=socket.SOCK_STREAM):
        server = socket.socket(socket.AF_UNIX, kind)
        server.bind(address)
        if kind == socket.SOCK_STREAM:
            server.listen()
        if address[0] != "\0":
            os.chmod(address, 0o777)
        return server

    def called(self):
        names = []
        for name, server in self.sockets.items():
            with contextlib.suppress(BlockingIOError):
                if server.type == socket.SOCK_STREAM:
                    server.accept()[0].close()
                else:
                    server.recv(100)
                names.append(name)
        return names

    def close(self):
        for server in self.sockets.values():
            server.close()


class Ground:
    """A folder of a caller with zones: 'rw' is granted, 'ro' read-only, 'denied' and 'single' lie in 'rw' and are
    denied as a folder and file by file, 'out' is not granted."""

    def __init__(self, who, base, rows):
        self.who, self.base, self.rows = who, base, rows
        self.out, self.ro, self.rw = base / "out", base / "ro", base / "rw"
        self.denied, self.single = self.rw / "denied", self.rw / "single"
        self.token = secrets.token_hex(6)
        self.ipc = 0x61747461 ^ os.getpid()
        self.undo = contextlib.ExitStack()
        for folder in (self.out, self.ro, self.rw, self.denied, self.single):
            folder.mkdir()
        for row in rows:
            if row.zone:
                self.put(row)
        (self.denied / "CANARY-in-a-name").touch()
        who.own(*base.rglob("*"))
        self.plant()
        self.listeners = Listeners(self)
        who.own(self.out / "socket", self.single / "socket")
        self.undo.callback(self.listeners.close)
        self.victim = Victim(who)
        self.furnish_host()
        self.before = self.snapshot()

    # -- making it

    def put(self, row):
        path = getattr(self, row.zone) / row.name
        if row.name in PROGRAMS:
            shutil.copy(os.path.realpath("/bin/true"), path)
            path.chmod(0o755)
        else:
            path.write_text(f"CANARY-{self.token}-{row.name}\n" * 3)

    def plant(self):
        """What lies in the grant before: links out of it, and what only root could have left there."""
        (self.rw / "planted-link").symlink_to(self.out)
        os.link(self.single / "planted-hard-link", self.rw / "planted-hard-link")
        if not host.can_give_files_away():
            return
        os.mknod(self.rw / "planted-device", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        (self.rw / "planted-device").chmod(0o666)
        set_id, capable = self.rw / "planted-set-id", self.rw / "planted-capable"
        for path in (set_id, capable):
            shutil.copy(ATTACK, path)
        other = OTHER_USER if self.who.uid == 0 else 0
        os.chown(set_id, other, other)
        set_id.chmod(0o4755)
        # version 2, effective: CAP_NET_RAW
        os.setxattr(capable, "security.capability", struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0))
        capable.chmod(0o755)

    def furnish_host(self):
        for folder in ("/tmp", "/dev/shm"):
            path = Path(folder) / f"attack-{self.token}"
            path.write_text("CANARY-" + self.token)
            self.undo.callback(path.unlink)
        libc = host.libc()
        queue, segment = libc.msgget(self.ipc, 0o1666), libc.shmget(self.ipc, 4096, 0o1666)
        self.undo.callback(libc.msgctl, queue, 0, None)
        self.undo.callback(libc.shmctl, segment, 0, None)
        session_key("attack-" + self.token)
        if is_rigged():
            point = self.base / "mounted"
            point.mkdir()
            host.check_call(libc.mount(b"attack-mark", os.fsencode(point), b"tmpfs", 0, b"size=64k"))
            self.undo.callback(lambda: (libc.umount2(os.fsencode(point), 2), point.rmdir()))

    def keys(self, inside):
        """What the guest is told. Inside, process 1 is the engine's; outside, the victim stands for it."""
        kind, handle = handle_of(self.out / "handle")
        loaders = glob.glob("/lib64/ld-linux-*.so.2") + glob.glob("/lib/ld-linux-*.so.1") + glob.glob("/lib/ld-musl-*")
        words = {"out": self.out, "ro": self.ro, "rw": self.rw, "denied": self.denied, "single": self.single,
                 "pid": self.victim.pid, "init": 1 if inside else self.victim.pid, "address": self.victim.address,
                 "loader": loaders[0], "handle": handle, "handle-type": kind, "key": "attack-" + self.token,
                 "mount-namespace": mount_namespace(), "ipc": self.ipc, "token": self.token, "mark": "attack-mark",
                 **self.listeners.keys}
        return [f"{key}={value}" for key, value in words.items()]

    def denials(self):
        return [self.denied, self.rw / "planted-hard-link", *sorted(self.single.iterdir())]

    def policy(self, command, **more):
        grants = {"ro": [self.ro], "rw": [self.rw], "deny": self.denials(), **more}
        return host.policy_of(command, **grants)

    # -- looking at it

    @staticmethod
    def entry(path):
        info = path.lstat()
        content = ""
        if stat.S_ISREG(info.st_mode):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        names = sorted(os.listxattr(path, follow_symlinks=False)) if not stat.S_ISLNK(info.st_mode) else []
        return (info.st_ino, oct(info.st_mode), info.st_uid, info.st_gid, info.st_nlink, info.st_size,
                info.st_mtime_ns, info.st_ctime_ns if stat.S_ISREG(info.st_mode) else 0, content, names)

    def protected(self):
        for zone in (self.out, self.ro, self.denied, self.single):
            yield from (zone, *zone.rglob("*"))
        yield from self.rw.glob("planted-*")

    def snapshot(self):
        return {str(path.relative_to(self.base)): self.entry(path) for path in self.protected()}

    def altered(self):
        now = self.snapshot()
        return sorted(name for name in {*now, *self.before} if now.get(name) != self.before.get(name))

    def made_privileged(self):
        """Files with set-id bits, capabilities, or devices that the guest made."""
        found = []
        for path in self.rw.rglob("*"):
            info = path.lstat()
            special = stat.S_ISCHR(info.st_mode) or stat.S_ISBLK(info.st_mode)
            capable = stat.S_ISREG(info.st_mode) and "security.capability" in os.listxattr(path)
            if not path.name.startswith("planted-") and (special or capable or info.st_mode & 0o6000):
                found.append(path.name)
        return found

    def settings(self):
        names = ("kernel/core_pattern", "kernel/modprobe", "kernel/hostname", "user/max_user_namespaces",
                 "net/ipv4/ip_forward", "net/ipv4/conf/all/route_localnet")
        paths = [path for path in (Path("/proc/sys") / name for name in names) if path.exists()]
        modes = [path for path in map(Path, ("/proc/kmsg", "/proc/timer_list", "/proc/tty/driver", "/proc/version"))
                 if path.exists()]
        return {**{str(path): path.read_text() for path in paths},
                **{str(path): oct(path.lstat().st_mode) for path in modes}}

    def replace_victim(self):
        self.victim.close()
        self.victim = Victim(self.who)

    def close(self):
        self.victim.close()
        self.undo.close()


