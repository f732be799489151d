# SPDX-License-Identifier: MIT
"""Every key of a policy, on the native engine: what it allows works, and what it denies fails and is
reported. The keys come from the schemas that the executor prints, so a key without a row fails here.
With --document, prints docs/conformance.md."""
import json
import os
import socket
import subprocess
import sys
import unittest
from pathlib import Path

import host
from host import Case, callers, main, policy_of, probe, run_policy

VERSIONS = ("0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.0.0", "1.1.0-alpha")
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"

# Sections of backends that this build lacks: with the native engine each is refused by its name.
FOREIGN = {
    "/appContainer": ("0.7.0", {"appContainer": {}}),
    "/experimental/isolation_session": ("0.7.0", {"experimental": {"isolation_session": {}}}),
    "/experimental/windows_sandbox": ("0.7.0", {"experimental": {"windows_sandbox": {}}}),
    "/experimental/wslc": ("0.7.0", {"experimental": {"wslc": {}}}),
    "/hyperlight": ("1.1.0-alpha", {"hyperlight": {}}),
    "/lxc": ("1.0.0", {"lxc": {"distribution": "alpine", "release": "3.23"}}),
    "/macos_sandbox": ("0.7.0", {"macos_sandbox": {}}),
    "/processContainer": ("1.0.0", {"processContainer": {}}),
    "/seatbelt": ("1.0.0", {"seatbelt": {}}),
    "/windowsSandbox": ("1.1.0-alpha", {"windowsSandbox": {}}),
    "/wslc": ("1.0.0", {"wslc": {}}),
}

# Keys that old clients send and that ask nothing of a process sandbox: accepted, and nothing changes; a
# value of a wrong type is refused.
INERT = {
    "/containerId": ("1.0.0", {"containerId": "box"}, {"containerId": 1}),
    "/experimental/telemetry/enabled": ("0.7.0", {"experimental": {"telemetry": {"enabled": True}}},
                                        {"experimental": {"telemetry": {"enabled": 1}}}),
    "/experimental/test/message": ("0.7.0", {"experimental": {"test": {"message": "x"}}},
                                   {"experimental": {"test": {"message": 1}}}),
    "/fallback/allowDaclMutation": ("1.0.0", {"fallback": {"allowDaclMutation": False}},
                                    {"fallback": {"allowDaclMutation": "no"}}),
    "/filesystem/clearPolicyOnExit": ("0.7.0", {"filesystem": {"clearPolicyOnExit": True}},
                                      {"filesystem": {"clearPolicyOnExit": "yes"}}),
    "/lifecycle/destroyOnExit": ("1.0.0", {"lifecycle": {"destroyOnExit": False}},
                                 {"lifecycle": {"destroyOnExit": "no"}}),
    "/lifecycle/preservePolicy": ("1.0.0", {"lifecycle": {"preservePolicy": True}},
                                  {"lifecycle": {"preservePolicy": 1}}),
    "/network/removeRulesOnExit": ("0.7.0", {"network": {"removeRulesOnExit": True}},
                                   {"network": {"removeRulesOnExit": 1}}),
    "/telemetry/enabled": ("1.0.0", {"telemetry": {"enabled": True}}, {"telemetry": {"enabled": 1}}),
    "/test/message": ("1.1.0-alpha", {"test": {"message": "x"}}, {"test": {"message": 1}}),
}

# Any value, never read by the executor.
FREE = {"/$schema", "/_comment"}

RULE = [{"to": [{"cidr": "192.0.2.0/24", "except": ["192.0.2.1/32"]}],
         "ports": [{"protocol": "tcp", "port": 80, "endPort": 90}]}]

# Asking for more than no network is refused before the start, by the key. What each allows instead is a
# policy with the same key that asks for nothing more.
NETWORK = {
    "/network/allowLocalNetwork": ("0.7.0", {"allowLocalNetwork": False}, {"allowLocalNetwork": True}),
    "/network/allowedHosts": ("0.7.0", {"allowedHosts": []}, {"allowedHosts": ["192.0.2.1"]}),
    "/network/blockedHosts": ("0.7.0", {"blockedHosts": ["192.0.2.1"]},
                              {"defaultPolicy": "allow", "blockedHosts": ["192.0.2.1"]}),
    "/network/defaultPolicy": ("0.7.0", {"defaultPolicy": "block"}, {"defaultPolicy": "allow"}),
    "/network/enforcementMode": ("0.7.0", {"enforcementMode": "both"},
                                 {"enforcementMode": "both", "allowedHosts": ["192.0.2.1"]}),
    "/network/proxy/builtinTestServer": ("0.7.0", {}, {"proxy": {"builtinTestServer": True}}),
    "/network/proxy/localhost": ("0.7.0", {}, {"defaultPolicy": "allow", "proxy": {"localhost": 8080}}),
    "/network/proxy/url": ("0.7.0", {}, {"defaultPolicy": "allow", "proxy": {"url": "http://127.0.0.1:8080"}}),
    "/network/egress/default": ("1.0.0", {"egress": {"default": "deny"}}, {"egress": {"default": "allow"}}),
    "/network/egress/allow": ("1.0.0", {"egress": {"deny": RULE}}, {"egress": {"allow": RULE}}),
    "/network/egress/deny": ("1.0.0", {"egress": {"deny": RULE}},
                             {"egress": {"default": "allow", "deny": RULE}}),
    "/network/ingress/default": ("1.0.0", {"ingress": {"default": "deny"}}, {"ingress": {"default": "allow"}}),
    "/network/ingress/hostLoopback": ("1.0.0", {"ingress": {"hostLoopback": "deny"}},
                                      {"ingress": {"hostLoopback": "allow"}}),
    "/runtimeConfig/networkProxy": ("1.0.0", {}, None),
}


# ---- pairs: what is allowed works, what is denied fails. Each takes (test, who).

PAIRS = {}


def pair(pointer):
    """Registers a class with two functions, allow and deny."""
    def add(functions):
        PAIRS[pointer] = functions
        return functions
    return add


def shell(test, who, command, **options):
    return test.ran(run_policy(who, policy_of(command, **options)))


@pair("/process/commandLine")
class Command:
    def allow(test, who):
        test.assertEqual(shell(test, who, "printf '%s' \"$((6 * 7))\"").out, "42")

    def deny(test, who):
        test.refused(run_policy(who, policy_of("")), "/process/commandLine", status=1)


@pair("/process/cwd")
class Directory:
    def allow(test, who):
        box = test.box(who)
        done = shell(test, who, "pwd", ro=[box], process={"cwd": str(box)})
        test.assertEqual(done.out.strip(), str(box))

    def deny(test, who):
        box = test.box(who)
        test.refused(run_policy(who, policy_of("pwd", process={"cwd": str(box)})), "/process/cwd")


@pair("/process/env")
class Environment:
    def allow(test, who):
        done = shell(test, who, "echo $GIVEN", process={"env": ["GIVEN=a value"]})
        test.assertEqual(done.out, "a value\n")

    def deny(test, who):
        done = test.ran(run_policy(who, policy_of(probe(["environment"]), process={"env": ["ONLY=1"]}),
                                   env={"SECRET": "of the caller"}))
        test.assertNotIn("SECRET", done.out)
        test.assertNotIn("PATH", done.out)
        test.assertIn("ONLY=1", done.out)


@pair("/process/inheritDefaultEnv")
class DefaultEnvironment:
    def allow(test, who):
        done = shell(test, who, probe(["environment"]), process={"env": ["A=1"], "inheritDefaultEnv": True})
        test.assertIn("PATH=/usr/local/sbin:", done.out)

    def deny(test, who):
        done = shell(test, who, probe(["environment"]), process={"env": ["A=1"], "inheritDefaultEnv": False})
        test.assertNotIn("PATH=", done.out)


@pair("/process/timeout")
class Timeout:
    def allow(test, who):
        test.assertEqual(shell(test, who, "echo ended", process={"timeout": 25000}).out, "ended\n")

    def deny(test, who):
        done = run_policy(who, policy_of("sleep 100 & sleep 100", process={"timeout": 50}))
        test.assertEqual((done.status, done.reason), (255, "timeout"))


@pair("/filesystem/readonlyPaths")
class ReadOnly:
    def allow(test, who):
        box = test.box(who)
        file = test.file(who, box / "file")
        test.assertEqual(shell(test, who, f"cat {file}", ro=[box]).out, "hello\n")

    def deny(test, who):
        box = test.box(who)
        file = test.file(who, box / "file")
        done = shell(test, who, probe(["write", file], ["create", box / "new"], ["unlink", file]), ro=[box])
        test.assertEqual(done.verdicts, ["EROFS"] * 3)
        test.assertEqual(file.read_text(), "hello\n")
        # without the grant there is nothing at all
        test.assertEqual(shell(test, who, probe(["read", file])).verdicts, ["ENOENT"])


@pair("/filesystem/readwritePaths")
class ReadWrite:
    def allow(test, who):
        box = test.box(who)
        shell(test, who, f"echo written >{box}/new", rw=[box])
        test.assertEqual((box / "new").read_text(), "written\n")
        test.assertEqual((box / "new").stat().st_uid, who.uid)

    def deny(test, who):
        box = test.box(who)
        beside = test.file(who, box.parent / f"beside-{box.name}")
        try:
            done = shell(test, who, probe(["write", beside], ["write", box / ".." / beside.name],
                                          ["create", "/etc/new"], ["create", "/new"]), rw=[box])
            test.assertEqual(done.verdicts, ["ENOENT", "ENOENT", "EROFS", "EROFS"])
            test.assertEqual(beside.read_text(), "hello\n")
        finally:
            beside.unlink()


@pair("/filesystem/deniedPaths")
class Denied:
    def allow(test, who):
        box = test.box(who)
        test.file(who, box / "secret")
        test.file(who, box / "open")
        done = shell(test, who, f"cat {box}/open; ls {box}", rw=[box], deny=[box / "secret"])
        test.assertEqual(done.out, "hello\nopen\nsecret\n")  # it stays in the listing

    def deny(test, who):
        box = test.box(who)
        folder = test.folder(who, box / "folder")
        names = [test.file(who, box / "file"), test.file(who, folder / "in it")]
        os.symlink("file", box / "link")
        os.mkfifo(box / "fifo")
        with socket.socket(socket.AF_UNIX) as any_socket:
            any_socket.bind(str(box / "socket"))
            who.own(box / "link", box / "fifo", box / "socket")
            done = shell(test, who, probe(
                ["read", names[0]], ["read", box / "link"], ["list", folder], ["read", names[1]],
                ["read", box / "fifo"], ["unix", box / "socket"], ["unlink", names[0]],
                ["rename", folder, box / "other"], ["chmod", names[0], "0644"]), rw=[box],
                deny=[names[0], folder, box / "link", box / "fifo", box / "socket"])
        test.assertEqual(done.verdicts, ["EACCES"] * 6 + ["EBUSY", "EBUSY", "EROFS"])
        missing = policy_of("true", rw=[box], deny=[box / "missing"])
        test.refused(run_policy(who, missing), "/filesystem/deniedPaths/0", "does not exist")
        test.assertFalse((box / "missing").exists())


@pair("/network")
class Network:
    """Omitted, or without anything that opens."""

    def allow(test, who):
        test.assertEqual(shell(test, who, probe(["loopback"])).verdicts[0][:2], "ok")

    def deny(test, who):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            for network in ({}, {"network": {}}, {"network": {"egress": {"default": "deny"}}}):
                done = shell(test, who, probe(["tcp", "127.0.0.1", port], ["tcp", "192.0.2.1", 80],
                                              ["interfaces"]), **network)
                test.assertEqual(done.verdicts[0], "ECONNREFUSED")
                test.assertEqual(done.verdicts[1], "ENETUNREACH")
                test.assertEqual(done.verdicts[2], "ok lo")


@pair("/ui/disable")
class Display:
    def allow(test, who):
        done = shell(test, who, "echo shown", ui={"disable": False, "clipboard": "all", "injection": True})
        test.assertEqual(done.out, "shown\n")

    def deny(test, who):
        name = f"\0/tmp/.X11-unix/X{os.getpid()}"
        with socket.socket(socket.AF_UNIX) as display:
            display.bind(name)
            display.listen()
            done = shell(test, who, probe(["abstract", name[1:]]), ui={"disable": True})
        test.assertIn(done.verdicts[0], ("ECONNREFUSED", "EPERM"))


@pair("/ui/clipboard")
class Clipboard:
    def allow(test, who):
        shell(test, who, "true", ui={"disable": True, "clipboard": "none"})

    def deny(test, who):
        for wish in ("read", "write"):
            done = run_policy(who, policy_of("true", ui={"disable": False, "clipboard": wish,
                                                         "injection": True}))
            test.refused(done, "/ui/clipboard")


@pair("/ui/injection")
class Injection:
    def allow(test, who):
        shell(test, who, "true", ui={"disable": True, "injection": False})

    def deny(test, who):
        test.refused(run_policy(who, policy_of("true", ui={"disable": True, "injection": True})),
                     "/ui/injection")


@pair("/limits/memoryMb")
class Memory:
    def allow(test, who):
        shell(test, who, "head -c 1000 /dev/zero >/dev/null", limits={"memoryMb": 200})

    def deny(test, who):
        done = run_policy(who, policy_of(probe(["allocate", "400"], ["rest"]), limits={"memoryMb": 100}))
        test.assertEqual(done.reason, "oom")


@pair("/limits/processes")
class Processes:
    def allow(test, who):
        test.assertEqual(shell(test, who, "(true); (true); echo both", limits={"processes": 20}).out, "both\n")

    def deny(test, who):
        done = run_policy(who, policy_of(probe(["forks", "100"]), limits={"processes": 20}))
        made = int("".join(filter(str.isdigit, done.verdicts[0])) or 0)
        test.assertLess(made, 21, done.out)


@pair("/limits/cpuPercent")
class Cpu:
    def allow(test, who):
        able, _ = host.features(who)
        done = run_policy(who, policy_of("echo ran", limits={"cpuPercent": 50}))
        if able["/limits/cpuPercent"]:
            test.assertEqual(test.ran(done).out, "ran\n")
        else:
            test.refused(done, "/limits/cpuPercent", "cgroup")

    def deny(test, who):
        able, _ = host.features(who)
        if not able["/limits/cpuPercent"]:
            return  # refused: see above
        done = run_policy(who, policy_of(probe(["burn", "300"]), limits={"cpuPercent": 10}))
        test.ran(done)
        test.assertGreater(done.result["runMs"], 2 * done.result["cpuMs"])


@pair("/limits/openFiles")
class OpenFiles:
    def allow(test, who):
        test.assertEqual(shell(test, who, "ulimit -n", limits={"openFiles": 64}).out, "64\n")

    def deny(test, who):
        done = shell(test, who, probe(["open-many", "100"]), limits={"openFiles": 64})
        test.assertIn("EMFILE", done.verdicts[0])


@pair("/limits/fileSizeMb")
class FileSize:
    def allow(test, who):
        shell(test, who, "head -c 900000 /dev/zero >/tmp/file", limits={"fileSizeMb": 1})

    def deny(test, who):
        done = run_policy(who, policy_of("exec head -c 3000000 /dev/zero >/tmp/file",
                                         limits={"fileSizeMb": 1}))
        test.assertEqual(done.reason, "disk")


@pair("/limits/tmpMb")
class Temporary:
    def allow(test, who):
        shell(test, who, "head -c 900000 /dev/zero >/tmp/file", limits={"tmpMb": 2})

    def deny(test, who):
        done = run_policy(who, policy_of("head -c 9000000 /dev/zero >/tmp/file", limits={"tmpMb": 2}))
        test.assertEqual(done.reason, "disk", done.err)


@pair("/limits/outputMb")
class Output:
    def allow(test, who):
        done = shell(test, who, "head -c 1048576 /dev/zero", limits={"outputMb": 1})
        test.assertEqual(len(done.raw), 1048576)

    def deny(test, who):
        done = run_policy(who, policy_of("head -c 9000000 /dev/zero", limits={"outputMb": 1}))
        test.assertEqual((done.reason, len(done.raw)), ("output", 1048576))


@pair("/containment")
class Containment:
    def allow(test, who):
        for name in ("process", "native"):
            shell(test, who, "true", containment=name)

    def deny(test, who):
        for name in ("bubblewrap", "lxc", "seatbelt", "processcontainer"):
            done = run_policy(who, policy_of("true", containment=name))
            test.assertEqual((done.reason, done.pointer), ("refused", "/containment"))


@pair("/version")
class Version:
    def allow(test, who):
        for version in ("0.4.0-alpha", "0.9.0-alpha", "1.0.0", "1.1.0-alpha"):
            shell(test, who, "true", version=version)

    def deny(test, who):
        for version in ("0.3.0", "2.0.0"):
            test.refused(run_policy(who, policy_of("true", version=version)), "/version", status=1)


# ---- the keys that there are

def leaves():
    """Pointers of all keys that hold no further keys, at any version; list elements are left out."""
    found = set()
    for version in VERSIONS:
        schema = json.loads(subprocess.run([host.PLACE.bin / "mxc", "schema", "--version", version],
                                           check=True, capture_output=True).stdout)
        walk(schema, "", schema, found)
    return {key for key in found if not any(other.startswith(key + "/") for other in found)}


def walk(schema, pointer, root, found):
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    for part in schema.get("anyOf", []) + schema.get("oneOf", []):
        walk(part, pointer, root, found)
    for name, inner in schema.get("properties", {}).items():
        found.add(f"{pointer}/{name}")
        walk(inner, f"{pointer}/{name}", root, found)


def row_of(key):
    """The row that speaks for a key, or None."""
    for rows in (PAIRS, INERT, NETWORK):
        if key in rows:
            return key
    if key in FREE:
        return key
    return next((section for section in FOREIGN if key == section or key.startswith(section + "/")), None)


class Conformance(Case):
    def test_every_key_has_a_row(self):
        self.assertEqual(sorted(key for key in leaves() if not row_of(key)), [])

    def test_every_row_has_a_key(self):
        keys = leaves()
        known = {row_of(key) for key in keys} | {"/network"}
        rows = set(PAIRS) | set(INERT) | set(NETWORK) | set(FOREIGN) | FREE
        self.assertEqual(sorted(rows - known), [])

    @callers()
    def test_foreign(self, who):
        for pointer, (version, section) in FOREIGN.items():
            done = run_policy(who, policy_of("true", version=version, **section))
            self.assertEqual((done.status, done.reason, done.pointer), (1, "refused", pointer))

    @callers()
    def test_inert(self, who):
        for pointer, (version, good, bad) in INERT.items():
            with self.subTest(pointer=pointer):
                self.ran(run_policy(who, merged(version, good)))
                done = run_policy(who, merged(version, bad))
                self.assertEqual((done.status, done.pointer), (1, pointer))

    @callers()
    def test_free(self, who):
        self.ran(run_policy(who, policy_of("true", **{"$schema": "x", "_comment": ["any", 1]})))

    @callers()
    def test_network(self, who):
        for pointer, (version, nothing, more) in NETWORK.items():
            with self.subTest(pointer=pointer):
                self.ran(run_policy(who, policy_of("true", version=version, network=nothing)))
                asked = policy_of("true", version=version)
                if more is None:
                    asked["runtimeConfig"] = {"networkProxy": "http://localhost:8080"}
                else:
                    asked["network"] = more
                done = run_policy(who, asked)
                self.assertEqual((done.status, done.reason), (255, "refused"), done.err)
                self.assertRegex(done.pointer, "^/(network|runtimeConfig)")


def merged(version, section):
    policy = policy_of("true", version=version)
    for name, value in section.items():
        policy[name] = {**policy.get(name, {}), **value} if isinstance(value, dict) else value
    return policy


def add_pairs():
    for pointer, functions in PAIRS.items():
        for kind in ("allow", "deny"):
            def test(self, who, run=getattr(functions, kind)):
                run(self, who)
            test.__name__ = f"test_{kind}{pointer.replace('/', '_')}"
            setattr(Conformance, test.__name__, callers()(test))


add_pairs()


# ---- the document

def document():
    lines = ["# Conformance", "",
             "<!-- Printed by tests/host/conformance_test.py --document; a test compares. -->", "",
             "What is shown for each key of a policy on the native engine, as root, as an ordinary user and as the root",
             "of a user namespace that an ordinary user made. A key without a row fails the tests.", "",
             "| key | what is shown |", "|---|---|"]
    rows = {key: "what it allows works; what it denies fails, and is reported" for key in PAIRS}
    rows.update({key: "accepted and inert; a wrong type is refused" for key in INERT})
    rows.update({key: "asking for nothing runs; asking for more than no network is refused" for key in NETWORK})
    rows.update({key: "belongs to another backend: refused beside the native engine" for key in FOREIGN})
    rows.update({key: "any value, never read" for key in FREE})
    return "\n".join(lines + [f"| `{key}` | {rows[key]} |" for key in sorted(rows)]) + "\n"


class Document(unittest.TestCase):
    def test_document(self):
        self.assertEqual(DOCUMENT.read_text(), document(), "run conformance_test.py --document")


if __name__ == "__main__":
    if "--document" in sys.argv:
        print(document(), end="")
    else:
        main()
