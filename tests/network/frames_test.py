# SPDX-License-Identifier: MIT
"""mxc-net against somebody who writes frames as he likes. No guest can: the other end of the device is out of its reach.
Whatever comes, mxc-net neither ends nor sends anything to the world that the rules refuse."""
import json
import random
import select
import shutil
import socket
import struct
import subprocess
import time
import unittest

import network
from frames import (ACK, BROADCAST, FIN, GUEST4, GUEST6, GUEST_MAC, ICMP, ICMP6, RST, SYN, TCP, UDP, Seen, around, arp, datagram, ether,
                    icmp, ipv4, ipv6, syn, tcp, udp)
from network import (GATEWAYS, LINK_LOCAL, METADATA, OTHER4, OTHER6, OWN, PORT, PRIVATE4, PUBLIC4, PUBLIC6, Case, egress, main,
                     setUpModule, to)  # pylint: disable=unused-import

import host

RULES = egress(to(PUBLIC4, PUBLIC6, ports=[PORT]))
OPENED = {("tcp", PUBLIC4, PORT), ("tcp", PUBLIC6, PORT)}
NOISE = {"ff02::", "224.0.0."}  # neighbour discovery and group membership of the rig's own kernels
MUTATIONS = 20000
CONNECTIONS = 3000
DATAGRAMS = 6000


def fragment_header(following, offset=0, more=True):
    return struct.pack("!BBHI", following, 0, offset << 3 | more, 77)


def extension(following, size=0):
    return struct.pack("!BB", following, size) + b"\1\4\0\0\0\0" + b"\0" * 8 * size


def hop_by_hop(to_address):
    return ether(ipv6(to_address, 0, extension(TCP) + tcp(to_address, PORT)))


def dhcp():
    body = bytes([1, 1, 6, 0]) + b"\0" * 24 + GUEST_MAC + b"\0" * 202 + b"\x63\x82\x53\x63\x35\1\1\xff"
    return ether(ipv4("255.255.255.255", UDP, udp("255.255.255.255", 67, body, "0.0.0.0", 68), "0.0.0.0"), to=BROADCAST)


# What is refused or makes no sense, towards an open address and port as well.
BAD = {
    "empty": b"", "one byte": b"\x52", "half an Ethernet header": GUEST_MAC, "header alone": ether(b"", 0x800),
    "IPv6 header alone": ether(b"", 0x86dd), "ethertype": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT)), 0x88cc),
    "VLAN": ether(b"\0\1\x08\0" + ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT)), 0x8100),
    "length field": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT)), 0x0040),
    "IPv6 in IPv4's type": ether(ipv6(PUBLIC6, TCP, tcp(PUBLIC6, PORT)), 0x800),
    "other sender's address": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT)), source=b"\2\0\0\0\0\1"),
    "to another station": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT)), to=b"\2\0\0\0\0\1"),
    "jumbo": ether(ipv4(PUBLIC4, UDP, udp(PUBLIC4, PORT, b"x" * 65000))),
    "version 5": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT), version=5)),
    "header length 4": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT), ihl=4)),
    "header length 15": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT), ihl=15)),
    "options": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT), options=b"\1" * 4)),
    "source route": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT), options=b"\x83\7\4" + socket.inet_aton(OTHER4) + b"\0")),
    "too long": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT), length=60000)),
    "too short": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT), length=24)),
    "shorter than a header": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT), length=10)),
    "wrong sum": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT), sum=1)),
    "no time to live": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT), ttl=0)),
    "first fragment": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT), fragment=0x2000)),
    "later fragment": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT), fragment=1)),
    "overlapping fragment": ether(ipv4(PUBLIC4, UDP, udp(PUBLIC4, PORT)[:4], fragment=0x2001)),
    "spoofed source": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT, source=OTHER4), OTHER4)),
    "source is the host": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT, source=OWN[0]), OWN[0])),
    "source is loopback": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT, source="127.0.0.1"), "127.0.0.1")),
    "source is nothing": ether(ipv4(PUBLIC4, UDP, udp(PUBLIC4, PORT, source="0.0.0.0"), "0.0.0.0")),
    "spoofed IPv6": ether(ipv6(PUBLIC6, TCP, tcp(PUBLIC6, PORT, source=OTHER6), OTHER6)),
    "IPv6 loopback": ether(ipv6(PUBLIC6, TCP, tcp(PUBLIC6, PORT, source="::1"), "::1")),
    "IPv6 mapped": ether(ipv6("::ffff:" + PUBLIC4, TCP, tcp("::ffff:" + PUBLIC4, PORT))),
    "hop by hop": hop_by_hop(PUBLIC6),
    "routing header": ether(ipv6(PUBLIC6, 43, bytes([TCP, 2, 0, 1]) + b"\0" * 4 + socket.inet_pton(socket.AF_INET6, OTHER6)
                                 + tcp(PUBLIC6, PORT))),
    "IPv6 fragment": ether(ipv6(PUBLIC6, 44, fragment_header(TCP) + tcp(PUBLIC6, PORT))),
    "atomic fragment": ether(ipv6(PUBLIC6, 44, fragment_header(TCP, 0, False) + tcp(PUBLIC6, PORT))),
    "destination options": ether(ipv6(PUBLIC6, 60, extension(TCP) + tcp(PUBLIC6, PORT))),
    "chain of headers": ether(ipv6(PUBLIC6, 0, extension(0) * 200 + tcp(PUBLIC6, PORT))),
    "no next header": ether(ipv6(PUBLIC6, 59, b"")),
    "IPv6 too long": ether(ipv6(PUBLIC6, TCP, tcp(PUBLIC6, PORT), length=60000)),
    "IPv6 without length": ether(ipv6(PUBLIC6, TCP, tcp(PUBLIC6, PORT), length=0)),
    "IPv6 no hops": ether(ipv6(PUBLIC6, TCP, tcp(PUBLIC6, PORT), hops=0)),
    "TCP offset 3": syn(PUBLIC4, PORT + 1, offset=3), "TCP offset 15": syn(PUBLIC4, PORT + 1, offset=15),
    "TCP cut": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT)[:12])), "TCP empty": ether(ipv4(PUBLIC4, TCP, b"")),
    "SYN and FIN": syn(PUBLIC4, PORT, flags=SYN | FIN), "SYN and RST": syn(PUBLIC6, PORT, flags=SYN | RST),
    "every flag": syn(PUBLIC4, PORT, flags=0xff), "no flag": syn(PUBLIC4, PORT, flags=0),
    "ACK out of nowhere": syn(PUBLIC4, PORT, flags=ACK, payload=b"data"), "RST out of nowhere": syn(PUBLIC4, PORT, flags=RST),
    "TCP options without end": syn(PUBLIC4, PORT + 1, options=b"\2\0\2\0"),
    "UDP too long": datagram(PUBLIC4, PORT, length=9000), "UDP too short": datagram(PUBLIC4, PORT, length=3),
    "UDP cut": ether(ipv4(PUBLIC4, UDP, b"\0\1\0")), "UDP": datagram(PUBLIC4, PORT), "UDP of IPv6": datagram(PUBLIC6, PORT),
    "UDP without a sum": datagram(PUBLIC6, PORT, sum=0),
    "redirect": ether(ipv4(PUBLIC4, ICMP, icmp(5, 1))), "echo reply": ether(ipv4(PUBLIC4, ICMP, icmp(0))),
    "timestamp": ether(ipv4(PUBLIC4, ICMP, icmp(13))), "ICMP error": ether(ipv4(PUBLIC4, ICMP, icmp(3, 1, ipv4(GUEST4, TCP, b"\0" * 8, PUBLIC4)))),
    "ICMP cut": ether(ipv4(PUBLIC4, ICMP, b"\x08")), "echo": ether(ipv4(OTHER4, ICMP, icmp(8))),
    "router solicitation": ether(ipv6("ff02::2", ICMP6, icmp(133, body=b"\0" * 4, to="ff02::2"), hops=255)),
    "router advertisement": ether(ipv6("ff02::1", ICMP6, icmp(134, body=b"\x40\0\xff\xff" + b"\0" * 8, to="ff02::1"), hops=255)),
    "ICMPv6 redirect": ether(ipv6("fd00::2", ICMP6, icmp(137, body=b"\0" * 36, to="fd00::2"), hops=255)),
    "solicitation without a target": ether(ipv6("ff02::1:ff00:2", ICMP6, icmp(135, body=b"", to="ff02::1:ff00:2"), hops=255)),
    "solicitation with options": ether(ipv6("fd00::2", ICMP6, icmp(135, body=b"\0" * 4 + socket.inet_pton(socket.AF_INET6, "fd00::2")
                                                                  + b"\1\0" * 20, to="fd00::2"), hops=255)),
    "group membership": ether(ipv6("ff02::16", 0, extension(ICMP6) + icmp(143, body=b"\0" * 4, to="ff02::16"), hops=1)),
    "ARP cut": ether(arp()[:20], 0x806, BROADCAST), "ARP of another": ether(arp(sender=OTHER4), 0x806, BROADCAST),
    "ARP answer for the gateway": ether(arp(2, "10.0.2.2"), 0x806), "ARP odd sizes": ether(arp(hlen=16, plen=16), 0x806, BROADCAST),
    "DHCP": dhcp(), "TFTP": datagram("10.0.2.2", 69, payload=b"\0\1/etc/passwd\0octet\0"), "IGMP": ether(ipv4("224.0.0.22", 2, b"\x16" * 8)),
    "GRE": ether(ipv4(PUBLIC4, 47, b"\0" * 8)), "IP in IP": ether(ipv4(PUBLIC4, 4, ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT)))),
    "SCTP": ether(ipv4(PUBLIC4, 132, b"\0" * 16)), "6in4": ether(ipv4(PUBLIC4, 41, ipv6(PUBLIC6, TCP, tcp(PUBLIC6, PORT)))),
    "broadcast": ether(ipv4("255.255.255.255", UDP, udp("255.255.255.255", PORT)), to=BROADCAST),
    "directed broadcast": ether(ipv4("10.0.2.255", UDP, udp("10.0.2.255", PORT)), to=BROADCAST),
    "multicast": ether(ipv4("224.0.0.251", UDP, udp("224.0.0.251", 5353)), to=b"\1\0\x5e\0\0\xfb"),
    "open address as a group": ether(ipv4(PUBLIC4, TCP, tcp(PUBLIC4, PORT)), to=BROADCAST),
    "DNS to the resolver, broken": datagram("10.0.2.3", 53, payload=b"\xff" * 40),
    "DNS, pointer to itself": datagram("10.0.2.3", 53, payload=b"\0\1\1\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1"),
    "gateway": syn("10.0.2.2", PORT), "resolver": syn("10.0.2.3", 22), "to itself": syn(GUEST4, PORT), "IPv6 gateway": syn("fd00::2", PORT),
    "loopback": syn("127.0.0.1", PORT), "nowhere": syn("0.0.0.0", PORT),
    **{f"to {address}": syn(address, PORT) for address in [*OWN, *METADATA, LINK_LOCAL, *PRIVATE4, OTHER4, OTHER6]},
}


class Double:
    """mxc-net, and the other end of its device."""

    def __init__(self, section):
        self.device, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        its.setblocking(False)
        for end in (self.device, its):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.device.settimeout(10)
        policy = json.dumps({"version": "1.0.0", "process": {"commandLine": "true"}, "network": section})
        self.process = subprocess.Popen([host.PLACE.bin / "double", policy, str(its.fileno()),
                                         *(["mapped"] if host.has_other_users() else [])], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, pass_fds=(its.fileno(),))
        its.close()
        said = self.process.stdout.readline()
        assert said == "ready\n", said

    def send(self, frame):
        if frame:  # an empty packet would be the end of the device
            self.device.send(frame)
        self.drain()

    def drain(self):
        """Nothing waits to be read, so that mxc-net is never held up."""
        found = []
        while select.select([self.device], [], [], 0)[0]:
            found.append(Seen(self.device.recv(70000)))
        return found

    def answers(self, frame, wanted):
        """Writes a frame; True once an answer comes for which wanted(seen) holds."""
        self.drain()
        self.device.send(frame)
        for _ in range(10000):
            if wanted(Seen(self.device.recv(70000))):
                return True
        return False

    def begins(self, address, port):
        """Does a connection to there begin? After a flood it may be refused for a while."""
        for _ in range(200):
            answer = []
            self.answers(syn(address, PORT, from_port=port),
                         lambda seen: (seen.source, seen.port, seen.protocol) == (address, PORT, TCP) and not answer.append(seen))
            if answer[0].flags & (SYN | ACK) == SYN | ACK:
                return True
            time.sleep(0.02)
        return False

    def alive(self, port):
        return self.begins(PUBLIC4, port) and self.begins(PUBLIC6, port)

    def end(self):
        out, _ = self.process.communicate(timeout=host.SECONDS)
        self.device.close()
        return out


class Frames(Case):
    def setUp(self):
        super().setUp()
        network.WORLD_SERVERS.seen(True)
        self.double = Double(RULES)
        self.ports = iter(range(50000, 60000))
        self.addCleanup(self.check_end)
        self.assertTrue(self.double.alive(next(self.ports)))

    def tearDown(self):
        self.assertTrue(self.double.alive(next(self.ports)), "mxc-net does not serve any more")
        arrived = {tuple(packet[:3]) for packet in network.WORLD_SERVERS.seen()}
        arrived = {packet for packet in arrived if not packet[1].startswith(tuple(NOISE)) and packet[0] != "ether 0806"
                   and not (packet[0] == "icmp" and packet[2] in (135, 136))}
        self.assertLessEqual(arrived, OPENED, "sent what the rules refuse")

    def check_end(self):
        self.assertNotIn("lost", self.double.end())

    def test_each(self):
        for name, frame in BAD.items():
            with self.subTest(frame=name):
                self.double.send(frame)
        self.assertIsNone(self.double.process.poll())

    def test_refusals(self):
        """What the rules refuse is answered; a broadcast or an error never is."""
        rows = {
            "tcp": (syn(OTHER4, 5), lambda seen: seen.source == OTHER4 and seen.protocol == TCP and seen.flags & RST),
            "tcp6": (syn(OTHER6, 5), lambda seen: seen.source == OTHER6 and seen.protocol == TCP and seen.flags & RST),
            "udp": (datagram(OTHER4, 5), lambda seen: seen.protocol == ICMP and (seen.port, seen.flags) == (3, 13)),
            "udp6": (datagram(OTHER6, 5), lambda seen: seen.protocol == ICMP6 and (seen.port, seen.flags) == (1, 1)),
            "ping": (ether(ipv4(OTHER4, ICMP, icmp(8))), lambda seen: seen.protocol == ICMP and (seen.port, seen.flags) == (3, 13)),
        }
        for name, (frame, wanted) in rows.items():
            with self.subTest(frame=name):
                self.assertTrue(self.double.answers(frame, wanted))

    def test_mutations(self):
        """Frames that were good, with bytes changed at random; the seed tells how to see it again."""
        seed = random.randrange(1 << 32)
        rng = random.Random(seed)
        good = [*BAD.values(), syn(PUBLIC4, PORT), syn(PUBLIC6, PORT), datagram("10.0.2.3", 53, payload=b"\0\1\1\0\0\1" + b"\0" * 6 + b"\1a\4test\0\0\1\0\1"),
                ether(arp(), 0x806, BROADCAST)]
        good = [frame for frame in good if len(frame) > 20]
        with self.subTest(seed=seed):
            for _ in range(MUTATIONS):
                frame = bytearray(rng.choice(good))
                for _ in range(rng.choice((1, 1, 2, 8))):
                    # Any of them, addresses and sums as well: what passes by chance leads to the test's own hosts, or nowhere.
                    frame[rng.randrange(len(frame))] = rng.randrange(256)
                self.double.send(bytes(frame[:rng.choice((len(frame), len(frame), rng.randrange(1, len(frame) + 1)))]))
            self.assertIsNone(self.double.process.poll())

    def test_floods(self):
        """More connections, datagrams and questions than any bound."""
        for number in range(DATAGRAMS):
            if number < CONNECTIONS:
                self.double.send(syn(PUBLIC4, PORT, from_port=1024 + number))
            self.double.send(datagram(OTHER6, 1 + number))
            self.double.send(datagram("10.0.2.3", 53, from_port=1024 + number,
                                      payload=struct.pack("!H", number) + b"\1\0\0\1" + b"\0" * 6 + b"\1a\4test\0\0\1\0\1"))
        # What was begun is ended, so that there is room again.
        for number in range(CONNECTIONS):
            self.double.send(syn(PUBLIC4, PORT, from_port=1024 + number, flags=RST, seq=1001))

    def test_begun_and_dropped(self):
        """Connections in a row, each one reset: what is left of them is bounded too."""
        for number in range(CONNECTIONS):
            self.double.send(syn(PUBLIC4, PORT, from_port=1024 + number))
            self.double.send(syn(PUBLIC4, PORT, from_port=1024 + number, flags=RST, seq=1001))


class Ends(unittest.TestCase):
    def test_device_closed(self):
        double = Double(RULES)
        double.device.close()
        self.assertNotIn("lost", double.end())

    def test_no_device(self):
        """A packet without the descriptor is no device, and no error of a call that was before."""
        policy = json.dumps({"version": "1.0.0", "process": {"commandLine": "true"}, "network": RULES})
        words = [host.PLACE.bin / "double", policy, "-1", *(["mapped"] if host.has_other_users() else [])]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            said = process.stdout.read()
        self.assertEqual(said, "ready\nlost cannot take the network interface: Protocol error\n")


def copy_double():
    program = host.PLACE.bin / "double"
    shutil.copy(host.BUILD / "tests/network/double", program)
    program.chmod(0o755)


def setUpModule():  # pylint: disable=invalid-name,function-redefined
    network.setUpModule()
    copy_double()


if __name__ == "__main__":
    main()
