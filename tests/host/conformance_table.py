# SPDX-License-Identifier: MIT
"""The conformance table: for every key of a policy probes of what it allows and of what it denies.

In policies, actions and texts {box} is a folder of the caller, furnished by furnish(); {bin} holds the
probe; {uid} is the caller on the host."""
import dataclasses
import os
import socket

import conformance_network


@dataclasses.dataclass
class Probe:
    """One run. 'do' is a list of actions of the probe, or a command; 'want' the verdicts, or the output."""

    says: str
    policy: dict
    do: object = "true"
    want: object = None
    reason: str = "exit"
    status: object = None  # None: not looked at
    refused: str = ""  # pointer of the key: nothing may run
    code: int = 255  # status of a refusal
    after: dict = dataclasses.field(default_factory=dict)  # file below the box -> text, or None: missing
    env: dict = dataclasses.field(default_factory=dict)  # of the caller
    version: str = "1.0.0"
    desktop: bool = False  # needs the sockets of a session
    world: bool = False  # needs addresses that answer


@dataclasses.dataclass
class Row:
    allows: list
    denies: list
    remark: str = ""
    feature: str = ""  # where 'mxc probe' says no to this pointer, every probe must be refused by it


def furnish(box):
    """What every box holds."""
    for name in ("rw", "ro", "rw/folder", "rw/deep", "rw/deep/er"):
        (box / name).mkdir(mode=0o755)
    for name in ("rw/file", "rw/secret", "rw/folder/file", "rw/deep/er/secret", "ro/file", "outside"):
        (box / name).write_text(name + "\n")
    os.symlink("secret", box / "rw/link")
    os.symlink("../outside", box / "rw/out")
    os.mkfifo(box / "rw/fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(box / "rw/socket"))


def grants(ro=(), rw=(), deny=(), **more):
    return {"filesystem": {"readonlyPaths": ["{bin}", *ro], "readwritePaths": list(rw),
                           "deniedPaths": list(deny)}, **more}


def process(**keys):
    return grants(process=keys)


def limits(**keys):
    return grants(limits=keys)


RW, RO = ["{box}/rw"], ["{box}/ro"]
NOT_EVEN_THERE = "a path that no grant covers is not even there"

PAIRS = {
    "/version": Row(
        [Probe(f"version {version} is understood", grants(), "echo on", "on\n", version=version)
         for version in ("0.4.0-alpha", "0.5.0-alpha", "0.6.0-alpha", "0.7.0-alpha", "0.8.0-alpha", "0.9.0-alpha",
                         "1.0.0", "1.1.0-alpha")],
        [Probe(f"version {version} is refused", grants(rw=RW), refused="/version", code=1, version=version)
         for version in ("0.3.0", "0.10.0", "2.0.0", "latest")]),
    "/containment": Row(
        [Probe(f"'{name}' is this engine", grants(containment=name), "echo on", "on\n")
         for name in ("process", "native")],
        [Probe(f"'{name}' is refused, never replaced", grants(containment=name, rw=RW), refused="/containment")
         for name in ("bubblewrap", "lxc", "seatbelt", "processcontainer")]
        + [Probe(f"'{name}' is refused before 1.1", grants(containment=name, rw=RW), refused="/containment", code=1)
           for name in ("microvm", "windows_sandbox")]),
    "/process/commandLine": Row(
        [Probe("the shell runs it", grants(), "printf '%s|' a 'b c' $((6*7)); exit 3", "a|b c|42|", status=3),
         Probe("it may begin with a dash", grants(), "-e; exit 4", "", status=4)],
        [Probe("an empty one is refused", grants(), "", refused="/process/commandLine", code=1),
         Probe("one with a NUL is refused", grants(), "true\0touch", refused="/process/commandLine", code=1)]),
    "/process/cwd": Row(
        [Probe("a granted folder", {**grants(ro=RO), "process": {"cwd": "{box}/ro"}}, [["cwd"]], ["ok {box}/ro"]),
         Probe("without it: the first writable grant", grants(ro=RO, rw=RW, process={"cwd": None}), "pwd",
               "{box}/rw\n"),
         Probe("without it and without a grant: /", grants(process={"cwd": None}), "cd .; pwd", "{bin}\n")],
        [Probe("it grants nothing itself", process(cwd="{box}/ro"), refused="/process/cwd"),
         Probe("a denied folder is refused", {**grants(rw=RW, deny=["{box}/rw/folder"]),
                                              "process": {"cwd": "{box}/rw/folder"}}, refused="/process/cwd"),
         Probe("a file is refused", {**grants(rw=RW), "process": {"cwd": "{box}/rw/file"}},
               refused="/process/cwd")]),
    "/process/env": Row(
        [Probe("exactly what is listed", process(env=["A=1", "B=x=y", "A=2", "C="]), "/usr/bin/env | grep -v PWD | sort",
               "A=2\nB=x=y\nC=\n")],
        [Probe("nothing of the caller's", process(env=[]), "/usr/bin/env | grep -v PWD", "",
               env={"SECRET": "x", "HOME": "/root", "LD_LIBRARY_PATH": "/x"}),
         Probe("without it PATH and TERM alone", grants(), "/usr/bin/env | grep -v PWD | cut -d= -f1 | sort",
               "PATH\nTERM\n", env={"SECRET": "x"}),
         Probe("an entry without '=' is refused", process(env=["SECRET"]), refused="/process/env/0", code=1)]),
    "/process/inheritDefaultEnv": Row(
        [Probe("true adds PATH and TERM, and entries win", process(env=["TERM=mine"], inheritDefaultEnv=True),
               "/usr/bin/env | grep -v PWD | sort | cut -c1-9", "PATH=/usr\nTERM=mine\n")],
        [Probe("false adds nothing", process(env=["A=1"], inheritDefaultEnv=False), "/usr/bin/env | grep -v PWD",
               "A=1\n")]),
    "/process/timeout": Row(
        [Probe("a program that ends in time", process(timeout=25000), "exit 6", "", status=6),
         Probe("0 is no timeout", process(timeout=0), "exit 6", "", status=6)],
        [Probe("the whole tree is killed", process(timeout=80), "sleep 100 & sleep 100", "", reason="timeout",
               status=255)]),
    "/filesystem/readonlyPaths": Row(
        [Probe("files below are read and listed", grants(ro=RO), [["read", "{box}/ro/file"], ["list", "{box}/ro"]],
               ["ok ro/file", "ok file"]),
         Probe("programs below are executed", grants(), [["execute", "{bin}/probe"]], ["ok status=512"]),
         Probe("a single file", grants(ro=["{box}/ro/file"]), [["read", "{box}/ro/file"]], ["ok ro/file"])],
        [Probe("nothing below is changed", grants(ro=RO), [
            ["write", "{box}/ro/file"], ["truncate", "{box}/ro/file"], ["create", "{box}/ro/new"],
            ["unlink", "{box}/ro/file"], ["mkdir", "{box}/ro/new"], ["chmod", "{box}/ro/file", "777"],
            ["touch", "{box}/ro/file"], ["rename", "{box}/ro/file", "{box}/ro/new"],
            ["symlink", "x", "{box}/ro/new"], ["setxattr", "{box}/ro/file", "user.x"],
            ["reopen", "{box}/ro/file", "rw"]], ["EROFS"] * 11, after={"ro/file": "ro/file\n", "ro/new": None}),
         Probe(NOT_EVEN_THERE, grants(ro=RO), [["read", "{box}/outside"], ["list", "{box}/rw"],
                                               ["read", "{box}/ro/../outside"], ["list", "{box}"]],
               ["ENOENT", "ENOENT", "ENOENT", "ok ro"]),
         Probe("inside a writable grant it stays read-only", grants(ro=["{box}/rw/folder"], rw=RW),
               [["write", "{box}/rw/folder/file"], ["write", "{box}/rw/file"], ["rename", "{box}/rw/folder",
                                                                               "{box}/rw/x"]],
               ["EROFS", "ok", "EBUSY"]),
         Probe("a missing one is refused", grants(ro=["{box}/missing"], rw=RW), refused="/filesystem/readonlyPaths/1")]),
    "/filesystem/readwritePaths": Row(
        [Probe("files below are made, changed, removed", grants(rw=RW), [
            ["create", "{box}/rw/new"], ["write", "{box}/rw/file"], ["unlink", "{box}/rw/secret"],
            ["mkdir", "{box}/rw/dir"], ["rename", "{box}/rw/folder", "{box}/rw/moved"],
            ["link", "{box}/rw/file", "{box}/rw/hard"], ["chmod", "{box}/rw/file", "600"]], ["ok"] * 7,
            after={"rw/new": "x\n", "rw/file": "rw/file\nx\n", "rw/secret": None, "rw/moved/file": "rw/folder/file\n"}),
         Probe("a single file", grants(rw=["{box}/rw/file"]), [["write", "{box}/rw/file"]], ["ok"],
               after={"rw/file": "rw/file\nx\n"})],
        [Probe("nothing beside it is reached", grants(rw=RW), [
            ["write", "{box}/outside"], ["write", "{box}/rw/../outside"], ["read", "{box}/rw/out"],
            ["create", "{box}/new"], ["rename", "{box}/rw/file", "{box}/outside"], ["create", "/etc/new"],
            ["create", "/new"], ["create", "/usr/bin/new"]],
            ["ENOENT", "ENOENT", "ENOENT", "EROFS", "EXDEV|EROFS", "EROFS", "EROFS", "EROFS"],
            after={"outside": "outside\n"}),
         Probe("no device, no set-id bit, no new owner", grants(rw=RW), [
             ["mknod", "{box}/rw/null"], ["chmod", "{box}/rw/file", "4755"], ["chown", "{box}/rw/file", "1", "1"]],
             ["EPERM"] * 2 + ["EPERM|EINVAL"]),
         Probe("a missing one is refused", grants(rw=["{box}/rw", "{box}/missing"]),
               refused="/filesystem/readwritePaths/1")]),
    "/filesystem/deniedPaths": Row(
        [Probe("everything beside it works", grants(rw=RW, deny=["{box}/rw/secret"]), [
            ["read", "{box}/rw/file"], ["create", "{box}/rw/new"], ["list", "{box}/rw"]],
            ["ok rw/file", "ok", "ok deep fifo file folder link new out secret socket"]),
         Probe("a grant inside a denied folder counts", grants(rw=["{box}/rw", "{box}/rw/deep/er"],
                                                               deny=["{box}/rw/deep"]),
               [["write", "{box}/rw/deep/er/secret"], ["list", "{box}/rw/deep"]], ["ok", "ok er"])],
        [Probe("a file", grants(rw=RW, deny=["{box}/rw/secret"]), [
            ["read", "{box}/rw/secret"], ["write", "{box}/rw/secret"], ["read", "{box}/rw/link"],
            ["unlink", "{box}/rw/secret"], ["rename", "{box}/rw/secret", "{box}/rw/x"],
            ["link", "{box}/rw/secret", "{box}/rw/x"], ["rename", "{box}/rw/file", "{box}/rw/secret"],
            ["reopen", "{box}/rw/secret", "ro"], ["read", "/proc/self/root/{box}/rw/secret"]],
            ["EACCES"] * 3 + ["EBUSY", "EBUSY", "EXDEV|EPERM|EACCES", "EBUSY", "EACCES", "EACCES"],
            after={"rw/secret": "rw/secret\n"}),
         Probe("a folder", grants(rw=RW, deny=["{box}/rw/folder"]), [
             ["list", "{box}/rw/folder"], ["read", "{box}/rw/folder/file"], ["create", "{box}/rw/folder/new"],
             ["chdir", "{box}/rw/folder"], ["rmdir", "{box}/rw/folder"],
             ["rename", "{box}/rw/folder", "{box}/rw/x"]], ["EACCES"] * 4 + ["EBUSY"] * 2,
             after={"rw/folder/file": "rw/folder/file\n"}),
         Probe("deep below, and no folder on the way can be moved", grants(rw=RW, deny=["{box}/rw/deep/er/secret"]), [
             ["read", "{box}/rw/deep/er/secret"], ["rename", "{box}/rw/deep", "{box}/rw/x"],
             ["rename", "{box}/rw/deep/er", "{box}/rw/x"]], ["EACCES", "EBUSY", "EBUSY|EXDEV"]),
         Probe("a symlink, and what it leads to", grants(rw=RW, deny=["{box}/rw/link"]), [
             ["read", "{box}/rw/link"], ["read", "{box}/rw/secret"]], ["EACCES"] * 2),
         Probe("a fifo", grants(rw=RW, deny=["{box}/rw/fifo"]), [["read", "{box}/rw/fifo"]], ["EACCES"]),
         Probe("a socket", grants(rw=RW, deny=["{box}/rw/socket"]), [["unix", "{box}/rw/socket"]],
               ["EACCES|ECONNREFUSED"]),
         Probe("of the baseline", grants(deny=["/etc/passwd", "/usr/share"]), [["read", "/etc/passwd"],
                                                                              ["list", "/usr/share"]],
               ["EACCES", "EACCES|ENOENT"]),
         Probe("one path granted and denied is denied", grants(rw=RW, deny=["{box}/rw"]), [["list", "{box}/rw"]],
               ["EACCES|ENOENT"]),
         Probe("a missing one below a writable grant is refused", grants(rw=RW, deny=["{box}/rw/later"]),
               refused="/filesystem/deniedPaths/0"),
         Probe("a missing one elsewhere is never made", grants(deny=["{box}/later"]), [["list", "{box}"]],
               ["ENOENT"], after={"later": None})]),
    "/network": Row(
        [Probe("the loopback of the sandbox", grants(**part), [["loopback"], ["interfaces"]], ["ok", "ok lo"])
         for part in ({}, {"network": {}})],
        [Probe("no address is reached, by any version's spelling", grants(**part), [
            ["tcp", "192.0.2.1", "80"], ["udp", "192.0.2.1", "53"], ["tcp", "2001:db8::1", "80"],
            ["tcp", "{address}", "{port}"], ["abstract", "{abstract}"], ["socket", "17", "3", "0"]],
            ["ENETUNREACH", "ENETUNREACH", "ENETUNREACH|EADDRNOTAVAIL", "ECONNREFUSED", "ECONNREFUSED|EPERM",
             "EPERM|EAFNOSUPPORT"], version=version)
         for version, part in (("1.0.0", {}), ("0.7.0-alpha", {"network": {"defaultPolicy": "block"}}),
                               ("1.0.0", {"network": {"egress": {"default": "deny"},
                                                      "ingress": {"default": "deny", "hostLoopback": "deny"}}}))]),
    "/ui/disable": Row(
        [Probe("false: a granted display is reached", grants(rw=["/tmp/.X11-unix"], ui={
            "disable": False, "clipboard": "all", "injection": True}), [["unix", "/tmp/.X11-unix/X99"]], ["ok"],
            desktop=True)],
        [Probe("true: no socket of the session is reached, though grants would carry it in",
               grants(rw=["/tmp", "/run"], ui={"disable": True}), [
                   ["unix", "/tmp/.X11-unix/X99"], ["abstract", "/tmp/.X11-unix/X99"],
                   ["unix", "/run/dbus/system_bus_socket"], ["unix", "/run/user/{uid}/bus"],
                   ["unix", "/run/user/{uid}/wayland-0"], ["unix", "/run/user/{uid}/pipewire-0"]],
               ["EACCES", "ECONNREFUSED|EPERM"] + ["EACCES"] * 4, desktop=True),
         Probe("true is the default", grants(rw=["/tmp", "/run"]), [
             ["unix", "/tmp/.X11-unix/X99"], ["unix", "/run/user/{uid}/bus"]], ["EACCES"] * 2, desktop=True),
         Probe("a grant of such a socket is refused", grants(rw=["/tmp/.X11-unix"]), refused="/ui/disable",
               desktop=True)]),
    "/ui/clipboard": Row(
        [Probe("'none' beside a disabled display", grants(ui={"disable": True, "clipboard": "none"}), "echo on",
               "on\n")],
        [Probe(f"'{value}' cannot be enforced and is refused", grants(rw=RW, ui={
            "disable": False, "clipboard": value, "injection": True}), refused="/ui/clipboard")
         for value in ("none", "read", "write")]),
    "/ui/injection": Row(
        [Probe("false beside a disabled display", grants(ui={"disable": True, "injection": False}), "echo on",
               "on\n")],
        [Probe("what cannot be enforced is refused", grants(rw=RW, ui={
            "disable": disable, "clipboard": clipboard, "injection": injection}), refused="/ui/injection")
         for disable, clipboard, injection in ((True, "none", True), (False, "all", False))]),
    "/limits/memoryMb": Row(
        [Probe("below", limits(memoryMb=128), [["allocate", "20"]], ["ok 20"])],
        [Probe("above: everything ends", limits(memoryMb=64), [["allocate", "1000"], ["rest"]], [], reason="oom",
               status=137)], remark="by a cgroup where one is writable, else by sampling resident memory"),
    "/limits/processes": Row(
        [Probe("below", limits(processes=20), [["forks", "10"]], ["ok 10"])],
        [Probe("above", limits(processes=20), [["forks", "50"]], ["EAGAIN"], reason="pids|exit", status=1)],
        remark="by a cgroup where one is writable, else by a resource limit; only the cgroup counts refusals"),
    "/limits/cpuPercent": Row(
        [Probe("a short program ends", limits(cpuPercent=50), "echo on", "on\n")],
        [Probe("processor time stays below the share", limits(cpuPercent=10), [["burn", "500"]],
               [r"ok ([0-9]|[0-9][0-9]|1[0-9][0-9]|2[0-4][0-9]) \d+"])],
        remark="refused where no cgroup is writable", feature="/limits/cpuPercent"),
    "/limits/openFiles": Row(
        [Probe("below", limits(openFiles=32), [["open-many", "10"]], ["ok 10"])],
        [Probe("above", limits(openFiles=32), [["open-many", "50"]], [r"\d+ EMFILE"])]),
    "/limits/fileSizeMb": Row(
        [Probe("below", {**limits(fileSizeMb=2), **grants(rw=RW)}, [["fill", "{box}/rw/big", "2"]], ["ok 2"])],
        [Probe("above", {**limits(fileSizeMb=2), **grants(rw=RW)}, [["fill", "{box}/rw/big", "3"]], [],
               reason="disk", status=153)]),
    "/limits/tmpMb": Row(
        [Probe("below", limits(tmpMb=4), [["fill", "/tmp/a", "2"], ["fill", "/dev/shm/b", "1"]], ["ok 2", "ok 1"])],
        [Probe("above, in /tmp and /dev/shm together", limits(tmpMb=4), [["fill", "/tmp/a", "3"],
                                                                        ["fill", "/dev/shm/b", "3"]],
               ["ok 3", "ENOSPC"], reason="disk", status=1)]),
    "/limits/outputMb": Row(
        [Probe("below", limits(outputMb=1), "head -c 1000000 /dev/zero | tr '\\0' x", "x" * 1000000)],
        [Probe("above: exactly so much arrives", limits(outputMb=1), "head -c 5000000 /dev/zero | tr '\\0' x",
               "x" * (1 << 20), reason="output", status=255)]),
}

PAIRS.update(conformance_network.rows(Probe, Row, grants))

# Key -> version, a value that asks for nothing more than no network (None: there is none), a value that
# is refused, and the pointer of the refusal.
NETWORK = {
    "/network/proxy/builtinTestServer": ("0.7.0-alpha", None, {"proxy": {"builtinTestServer": True}},
                                         "/network/proxy/builtinTestServer"),
    "/network/ingress/default": ("1.0.0", {"ingress": {"default": "deny"}}, {"ingress": {"default": "allow"}},
                                 "/network/ingress/default"),
    "/network/ingress/publish": ("1.0.0", {"ingress": {"publish": []}},
                                 {"ingress": {"publish": [{"port": 80, "hostPort": 1}]}}, "/network/ingress/publish/0"),
}

# Accepted, and the plan is the same as without.
INERT = {
    "/$schema": "for editors",
    "/_comment": "for people",
    "/containerId": "a name for backends that name their containers",
    "/lifecycle/destroyOnExit": "a process sandbox never outlives its run",
    "/lifecycle/preservePolicy": "nothing is kept on the host that could be preserved",
    "/filesystem/clearPolicyOnExit": "the same; sent by old clients",
    "/network/removeRulesOnExit": "the same; sent by old clients",
    "/fallback/allowDaclMutation": "of Windows; no access list is ever changed here",
    "/telemetry/enabled": "nothing is ever reported to anybody",
    "/experimental/telemetry/enabled": "nothing is ever reported to anybody",
    "/experimental/test/message": "a placeholder of the format",
    "/test/message": "a placeholder of the format",
}

# Sections of other backends: each key in them is refused by the name of the section.
FOREIGN = [
    "/appContainer", "/experimental/isolation_session", "/experimental/windows_sandbox", "/experimental/wslc",
    "/hyperlight", "/lxc", "/macos_sandbox", "/processContainer", "/seatbelt", "/windowsSandbox", "/wslc",
]
