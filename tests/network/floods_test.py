# SPDX-License-Identifier: MIT
"""Who floods is bounded, and nobody else feels it."""
import contextlib
import os
import socket
from pathlib import Path

import network
from network import (OPEN, PORT, PUBLIC4, PUBLIC6, Case, Guest, callers, egress, main, setUpModule,
                     to)  # pylint: disable=unused-import

import host

NOWHERE = "20.9.9.9"  # nobody answers
FLOWS, HALF_OPEN = 4096, 256
DESCRIPTORS, RESERVE = 4608, 1024  # net/sockets.h
FREE = 18000  # on the host
ROUNDS = 5
MEMORY_KB = 600 << 10


def carrier(guest):
    """The mxc-net of a sandbox."""
    for pid, (name, _) in host.descendants().items():
        if name == "mxc-net" and f"PPid:\t{guest.process.pid}\n" in Path(f"/proc/{pid}/status").read_text():
            return pid
    raise AssertionError("no mxc-net")


def resident_kb(pid):
    rows = dict(text.split(":", 1) for text in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(rows["VmRSS"].split()[0])


def held(guest):
    """Descriptors of its mxc-net."""
    return len(os.listdir(f"/proc/{carrier(guest)}/fd"))


def pings(guest):
    """One of some requests is answered: behind a burst the queue may be full."""
    return any(guest.do("icmp", PUBLIC4) == "open" for _ in range(ROUNDS))


# What a sandbox does without end, once it has said "up".
ENDLESS = {
    "datagrams": ("SOCK_DGRAM", f"s.sendto(bytes(1000), ('{PUBLIC4}', 1024 + n % 60000))"),
    "one flow of datagrams": ("SOCK_DGRAM", f"s.sendto(bytes(60000), ('{PUBLIC4}', {PORT}))"),
    "refused datagrams": ("SOCK_DGRAM", f"s.sendto(bytes(10), ('169.254.169.254', 1024 + n % 60000))"),
    "questions": ("SOCK_DGRAM", "s.sendto(bytes([n >> 8 & 255, n & 255]) + b'\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\6n%05d\\4test\\0\\0\\1\\0\\1'"
                  " % (n % 99999), ('10.0.2.3', 53))"),
    "connections": ("SOCK_STREAM", f"s.connect(('{PUBLIC4}', {PORT})); s.close(); s = socket.socket()"),
    "refused connections": ("SOCK_STREAM", f"s.connect(('169.254.169.254', {PORT}))"),
}


def flooder(kind):
    family, deed = ENDLESS[kind]
    return f"""exec {network.PYTHON} -c "
import itertools, socket
s = socket.socket(type=socket.{family})
print('up', flush=True)
for n in itertools.count():
    try:
        {deed}
    except OSError:
        pass
" """


class Neighbours(Case):
    @callers()
    def test_meanwhile(self, who):
        """While one sandbox does nothing but flood, each thing that another one does works."""
        network.WORLD_SERVERS.zone({"api.test": {"A": [PUBLIC4]}})
        calls = [("tcp", PUBLIC4, PORT), ("tcp", PUBLIC6, PORT), ("udp", PUBLIC6, PORT), ("icmp", PUBLIC4)]
        for kind in ENDLESS:
            with self.subTest(flood=kind), Guest(who, OPEN) as good:
                self.assertEqual(good.do("keep", "stays", PUBLIC4, PORT), "open")
                policy = host.policy_of(flooder(kind), network=OPEN)
                bad = host.start_policy(who, policy, stdin=-3, stdout=-1, stderr=-1)
                try:
                    self.assertEqual(bad.stdout.readline(), b"up\n")
                    for _ in range(ROUNDS):
                        self.assertEqual(good.does(*calls, ("again", "stays")), ["open"] * (len(calls) + 1))
                    self.assertEqual(good.do("dns", "api.test")["addresses"], [PUBLIC4])
                    self.assertIsNone(bad.poll(), "the flood is over")
                finally:
                    bad.terminate()
                    bad.communicate(timeout=host.SECONDS)


class Floods(Case):
    def both(self, who, *flood):
        """One sandbox floods, a second one goes on; then the first one is fine as well."""
        with Guest(who, OPEN) as bad, Guest(who, OPEN) as good:
            self.assertEqual([bad.do("keep", "stays", PUBLIC4, PORT), good.do("tcp", PUBLIC4, PORT)], ["open"] * 2)
            result = bad.do(*flood)
            calls = [("tcp", PUBLIC4, PORT), ("udp", PUBLIC6, PORT), ("icmp", PUBLIC4)]
            self.assertEqual(good.does(*calls), ["open"] * len(calls))
            self.assertEqual(bad.do("again", "stays"), "open")
            self.assertLess(resident_kb(carrier(bad)), MEMORY_KB)
            return result, bad.do("udp", PUBLIC6, PORT + 1)

    @callers()
    def test_datagrams(self, who):
        network.WORLD_SERVERS.seen(True)
        self.both(who, "flood_udp", PUBLIC4, 10000, 8000)
        ports = {port for kind, address, port, _ in network.WORLD_SERVERS.seen() if (kind, address) == ("udp", PUBLIC4)}
        self.assertGreater(len(ports), 100)
        self.assertLessEqual(len(ports), FLOWS)

    @callers()
    def test_half_open(self, who):
        """Connections to where nobody answers; beyond the bound they are refused at once."""
        network.WORLD_SERVERS.seen(True)
        with Guest(who, OPEN) as guest:
            guest.do("flood_syn", NOWHERE, PORT, HALF_OPEN + 100)
            self.assertEqual(guest.does(("tcp", NOWHERE, PORT), ("udp", PUBLIC4, PORT)), ["refused", "open"])

    @callers()
    def test_refusals(self, who):
        """Refused ones cost nothing that lasts."""
        with Guest(who, egress(to(PUBLIC6))) as guest:
            guest.do("flood_udp", PUBLIC4, 1, 20000)
            self.assertEqual(guest.do("tcp", PUBLIC6, PORT), "open")
            self.assertLess(resident_kb(carrier(guest)), 64 << 10)
        self.assertFalse([packet for packet in network.WORLD_SERVERS.seen() if packet[:2] == ["udp", PUBLIC4]
                          and packet[2] < 1000])

    @callers()
    def test_descriptors(self, who):
        """Flows may not take what the resolver and the pings need, and the second sandbox feels nothing."""
        network.WORLD_SERVERS.zone({"api.test": {"A": [PUBLIC4]}})
        section = {**OPEN, "ingress": {"publish": [{"port": 8000, "hostPort": FREE, "hostAddress": "127.0.0.1"}]}}
        with Guest(who, section) as bad, Guest(who, OPEN) as good, contextlib.ExitStack() as clients:
            for _ in range(ROUNDS):  # a burst may lose some
                bad.do("flood_sources", PUBLIC4, PORT, 5000)
                if bad.do("tcp", PUBLIC4, PORT) == "refused":
                    break
            else:
                self.fail("everything has room")
            for _ in range(1500):
                client = clients.enter_context(socket.socket())
                client.setblocking(False)
                client.connect_ex(("127.0.0.1", FREE))
            self.assertEqual(bad.do("tcp", PUBLIC4, PORT), "refused")
            self.assertLess(held(bad), DESCRIPTORS - RESERVE + 64)
            self.assertEqual(bad.do("dns", "api.test")["addresses"], [PUBLIC4])
            self.assertTrue(pings(bad))
            self.assertEqual(good.does(("tcp", PUBLIC4, PORT), ("icmp", PUBLIC4)), ["open"] * 2)

    @callers()
    def test_echo(self, who):
        """A pinger has one descriptor, however much it sends; and nothing but echo requests leaves."""
        network.WORLD_SERVERS.seen(True)
        with Guest(who, OPEN) as guest:
            guest.do("flood_echo", PUBLIC4, 3000)
            self.assertLess(held(guest), 60)
            self.assertTrue(pings(guest))
        self.assertFalse([packet for packet in network.WORLD_SERVERS.seen() if packet[0] == "udp"])

    @callers()
    def test_connections(self, who):
        got, after = self.both(who, "flood_tcp", PUBLIC4, PORT, 700)
        self.assertGreater(got, 100)
        self.assertIn(after, ("open", "EACCES"))


if __name__ == "__main__":
    main()
