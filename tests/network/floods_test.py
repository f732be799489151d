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
