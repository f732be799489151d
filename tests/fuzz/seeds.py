#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes first inputs for the fuzz targets, made of what the other tests have: policies of tests/policy and
examples/, golden cases, and a few by hand. The corpus was begun with them; a target whose form of input
changes needs them again.

usage: seeds.py FOLDER     writes FOLDER/TARGET/*
"""
import base64
import hashlib
import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
POLICIES = sorted([*ROOT.glob("tests/policy/good/*.json"), *ROOT.glob("tests/policy/bad/*.json"),
                   *ROOT.glob("examples/*.json")])
GOLDEN = sorted(path.parent for path in ROOT.glob("tests/golden/*/policy.json"))
WORDS = {
    0: ["10.0.0.0/8 10.1.0.0/16", "::/0 fe80::/10", "1.2.3.4 ::ffff:1.2.3.4/128", "1:2:3:4:5:6:7::/112 2001:db8::/032",
        "10.1.2.3/32 10.1.2.2/32", "2001:db8::2/127 2001:db8::/127", "11.0.0.0/8 10.0.0.0/8"],
    1: ["http://proxy.example:8080", "https://[::1]:8443/x?y", "http://user:secret@10.0.0.1:3128", "HTTP://a_b.c:65535"],
    2: ["example.org", "a-b.c_d.", "1.2.3.example", "0x7f.1"],
    3: ["0.4", "0.5.0-alpha", "1.0.0", "1.1.0-alpha", "current", "0.7.3+b.1", "2.0.0"],
    4: ["500ms", "1.5s", "2m", "1193.046h", "0.0001s", "4294967295ms", "0000000005s", "1.0000000005s"],
    5: ["3", "0", "9", "9999999", "x"],
    6: ["readonlyPath readonlyPaths", "ENV env", "proces process"],
}
COMMANDS = [
    "run --ro /usr/share --rw . --deny .git --env A=b --env HOME --timeout 1.5s --limit memoryMb=64 --cwd /tmp -- echo x",
    "run --json --ro a --timeout x -- true", "run --result-fd 3 --verbose x.json", "run --help", "run --bogus",
    "plan --rw /work --deny /work/.env -- sh -c ls", "plan --json --portable --limit processes=5 -- true",
    "plan --backend lxc -- true", "plan --backend native --env= -- true", "check a b --strict --json", "schema --version 0.7",
    "completions zsh", "help run", "man --output=/x", "probe --json", "--version", "--help", "rum", "",
    "lxc-exec --dry-run --debug --config-base64 e30=", "lxc-exec --delete --containername x", "lxc-exec --force",
    "lxc-exec --setup-hyperlight --force", "lxc-exec --confg x", "lxc-exec -dx", "lxc-exec a b", "lxc-exec --config",
]
TEXTS = ["plain", "two\nlines", "a'b c", "\x1b[31mred", "\u009b31m", "\u202egpj.exe", "A=b", "time", "", "\\x41", "–é\U0001f600",
         "a\nb c\n'\n", "-n\n--\n$x"]
MOUNTS = [
    "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
    "36 35 98:0 /mnt1 /mnt2\\040x rw,noatime master:1 - ext3 /dev/root rw,errors=continue",
    "30 21 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate",
    "31 21 0:27 /docker/1 /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory",
    "32 21 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
]
OWN = "12:pids:/user.slice\n4:memory:/docker/1\n3:cpu,cpuacct:/\n0::/user.slice/x.scope\n"
COUNTERS = ["low 0\nhigh 0\nmax 7\noom 2\noom_kill 3\n", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n", "max 5\n", "123456\n"]


def packet(shape, kind, status=0, full=0, code=0, sys_error=0, where=b"", text=b"", size=None):
    data = bytes([shape, kind]) + struct.pack("<H", status) + bytes([full, code, sys_error])
    data += bytes([len(where)]) + where + bytes([len(text)]) + text
    return data + (bytes([size]) if size is not None else b"")


def channel():
    started, ended = packet(0, 4), packet(0, 5, 7 << 8)
    yield b"\0" + started + ended
    yield b"\4" + started
    yield b"\2" + packet(0x21, 3) + started + packet(0, 5, 9, 1)
    yield b"\1" + packet(0x41, 2) + started + ended
    yield b"\x08" + started + ended
    yield b"\x08" + started
    yield b"\x09" + packet(0x41, 2) + started + ended
    yield b"\0" + packet(0, 1, code=6, sys_error=1, where=b"mount", text=b"cannot mount")
    yield b"\0" + packet(0, 1, code=5, sys_error=1, where=b"tmpfs", text=b"no")
    yield b"\0" + packet(3, 2) + packet(2, 4) + packet(4, 5, size=1) + ended
    yield b"\2" + packet(0x21, 3) + packet(0x21, 3) + started + ended
    yield b"\3" + packet(0x41, 2) + packet(0x21, 3) + packet(0x21, 3) + started + ended


def dns_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"


def dns_query(name, kind, edns=b"", flags=0x100):
    return struct.pack("!6H", 7, flags, 1, 0, 0, bool(edns)) + dns_name(name) + struct.pack("!HH", kind, 1) + edns


def dns_record(name, kind, ttl, data):
    return dns_name(name) + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


def dns_queries():
    """Rows of questions: what to do, the length, the message."""
    edns = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0)
    names = ("www.allowed.org", "OPEN.org", "bad.org", "x.denied.org", "other.org", "localhost", "a..b", "")
    messages = [dns_query(name, kind, tail) for name in names for kind in (1, 28, 12, 255) for tail in (b"", edns)]
    for how in (4, 5, 0x1e, 0x96, 2):
        yield b"".join(bytes([how, len(message)]) + message for message in messages)
    for message in messages[:8]:
        yield bytes([0x14, len(message)]) + message


def dns_answers():
    """Rows of answers: which question is asked, half the length, flags and counts, records."""
    good = dns_record("open.org", 1, 60, b"\xc0\0\2\1")
    chain = dns_record("www.allowed.org", 5, 60, dns_name("a.net")) + dns_record("a.net", 1, 9, b"\xc0\0\2\2")
    loop = dns_record("open.org", 5, 60, dns_name("b.org")) + dns_record("b.org", 5, 60, dns_name("open.org"))
    inside = dns_record("open.org", 1, 60, b"\x0a\0\0\1") + good
    v6 = dns_record("open.org", 28, 60, bytes(15) + b"\1") + dns_record("open.org", 28, 60, b"\x20" + bytes(15))
    none = dns_record("org", 6, 60, dns_name("a") * 2 + struct.pack("!5I", 1, 1, 1, 1, 30))
    edns = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0)
    rows = [(1, bytes([128, 0, 1, 0, 0]) + good), (0, bytes([128, 0, 2, 0, 0]) + chain), (1, bytes([128, 0, 2, 0, 0]) + loop),
            (9, bytes([128, 0, 2, 0, 1]) + inside + edns), (5, bytes([128, 0, 2, 0, 0]) + v6), (1, bytes([131, 0, 0, 1, 0]) + none),
            (1, bytes([128, 2, 0, 0, 0])), (1, bytes([129, 0, 0, 0, 0])), (33, bytes([130, 0, 0, 0, 0])),
            (0xc1, bytes([128, 0, 1, 0, 0]) + good), (17, dns_query("open.org", 1, flags=0x8180) + good)]
    packed = [bytes([how, (len(text) + 1) // 2]) + text + b"\0" * (len(text) % 2) for how, text in rows]
    yield from packed
    yield b"".join(packed)


def dns_streams():
    """Rows of segments: what to do, the port and the place in the stream, the length, bytes."""
    def segment(flags, data=b"", port=0, more=0):
        return bytes([flags | more, port, len(data)]) + data
    query = dns_query("open.org", 1)
    framed = struct.pack("!H", len(query)) + query
    hello = segment(2) + segment(0)
    yield hello + segment(0, framed, more=32) + segment(3) + segment(0)
    yield hello + b"".join(segment(0, framed[i:i + 7], more=32) for i in range(0, len(framed), 7)) + segment(4)
    yield hello + segment(3, framed * 5) + segment(0, more=0xc0) * 9
    yield hello + segment(0, framed * 5, more=40) + segment(0, framed, more=0x38) * 6 + segment(0) * 3
    yield b"".join(segment(2, port=port) + segment(0, framed, port, 32) for port in range(20))
    yield hello + segment(0, framed, 240) + segment(0, framed, 230) + segment(0, b"\xff\xff") + segment(5) + segment(6, b"x")


def inputs():
    for path in POLICIES:
        text = path.read_bytes()
        yield "policy", text
        if "good" in str(path):
            yield "lxc", b"\1" + text
    for text in ("/tmp\\nExit code: 0", "/a\\u009b2J", "/b\\u202ec"):
        for flag in (b"\0", b"\1"):
            yield "lxc", flag + b'{"process":{"commandLine":"true","cwd":"%s"}}' % text.encode()
    for phase in ("start", "nonsense\n"):
        yield "lxc", b"\0" + b'{"phase":"%s"}' % phase.encode("unicode_escape")
    for case in GOLDEN:
        yield "plan", (case / "policy.json").read_bytes() + b"\f" + (case / "facts").read_bytes()
    for kind, words in WORDS.items():
        for word in words:
            yield "words", bytes([kind]) + word.encode()
    for line in COMMANDS:
        yield "command", b"\0".join(word.encode() for word in line.split(" "))
    for text in TEXTS:
        yield "text", text.encode()
        yield "base64", base64.b64encode(text.encode())
    for text in ("e30=", "e31=", "YQ", "YQ==\n", "_-==", "===="):
        yield "base64", text.encode()
    for text in channel():
        yield "channel", text
    for index in range(len(MOUNTS)):
        yield "proc", b"\0" + "\n".join(MOUNTS[: index + 1]).encode()
    for wanted in (1, 4, 7):
        yield "proc", bytes([1, wanted]) + OWN.encode() + b"\f" + "\n".join(MOUNTS).encode() + b"\fcpu memory pids\n"
    for which, text in enumerate(COUNTERS):
        for kind in range(5):
            yield "proc", bytes([2, kind]) + text.encode()
    for text in ("4294967295\n", "0", "-1", " 7x", "99999999999999999999"):
        yield "proc", b"\3" + text.encode()
    yield "proc", b"\4" + b"1234 567 89 1 0 2 0\n"
    for text in dns_queries():
        yield "dnsquery", text
    for text in dns_streams():
        yield "dnsstream", text
    for text in dns_answers():
        yield "dnsanswer", text
    for seed in range(40):
        yield "model", b"".join(hashlib.sha256(bytes([seed, k])).digest() for k in range(4))
        yield "relay", hashlib.sha256(bytes([seed])).digest() * 3
        yield "rules", b"".join(hashlib.sha256(bytes([seed, k, 1])).digest() for k in range(12))
        yield "events", b"".join(hashlib.sha256(bytes([seed, k, 3])).digest() for k in range(40))
        yield "frames", b"".join(hashlib.sha256(bytes([seed, k, 2])).digest() for k in range(30))


def main():
    folder = pathlib.Path(sys.argv[1])
    for target, data in inputs():
        place = folder / target
        place.mkdir(parents=True, exist_ok=True)
        (place / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)


if __name__ == "__main__":
    main()
