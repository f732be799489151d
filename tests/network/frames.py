# SPDX-License-Identifier: MIT
"""Frames as a guest could write them, right and wrong: everything can be overridden, so that each field can lie."""
import socket
import struct

GUEST4, GUEST6 = "10.0.2.100", "fd00::100"
GUEST_MAC = bytes([0x52, 0x55, 10, 0, 2, 100])
GATEWAY_MAC4, GATEWAY_MAC6 = bytes([0x52, 0x55, 10, 0, 2, 2]), bytes([0x52, 0x56, 0, 0, 0, 2])
BROADCAST = b"\xff" * 6
TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58
SYN, ACK, RST, FIN = 2, 16, 4, 1


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ether(payload, ethertype=None, to=None, source=GUEST_MAC):
    six = payload[:1] and payload[0] >> 4 == 6
    return ((to or (GATEWAY_MAC6 if six else GATEWAY_MAC4)) + source
            + struct.pack("!H", ethertype if ethertype is not None else 0x86dd if six else 0x800) + payload)


def ipv4(to, protocol, payload, source=GUEST4, **lies):
    """lies: version, ihl (in words; options are NULs), length, ident, fragment, ttl, sum"""
    options = lies.get("options", b"")
    ihl = lies.get("ihl", 5 + len(options) // 4)
    length = lies.get("length", 20 + len(options) + len(payload))
    head = struct.pack("!BBHHHBBH4s4s", lies.get("version", 4) << 4 | ihl, 0, length, lies.get("ident", 7),
                       lies.get("fragment", 0x4000), lies.get("ttl", 64), protocol, 0, packed(source), packed(to)) + options
    return head[:10] + struct.pack("!H", lies.get("sum", checksum(head))) + head[12:] + payload


def ipv6(to, following, payload, source=GUEST6, **lies):
    return struct.pack("!IHBB", lies.get("version", 6) << 28, lies.get("length", len(payload)), following,
                       lies.get("hops", 64)) + packed(source) + packed(to) + payload


def pseudo(source, to, protocol, size):
    if ":" in to:
        return packed(source) + packed(to) + struct.pack("!IxxxB", size, protocol)
    return packed(source) + packed(to) + struct.pack("!BBH", 0, protocol, size)


def tcp(to, port, flags=SYN, source=None, from_port=40000, payload=b"", **lies):
    source = source or (GUEST6 if ":" in to else GUEST4)
    options = lies.get("options", b"")
    head = struct.pack("!HHIIBBHHH", from_port, port, lies.get("seq", 1000), lies.get("ack", 0),
                       lies.get("offset", 5 + len(options) // 4) << 4, flags, 64000, 0, lies.get("urgent", 0)) + options
    total = checksum(pseudo(source, to, TCP, len(head + payload)) + head + payload)
    return head[:16] + struct.pack("!H", lies.get("sum", total)) + head[18:] + payload


def udp(to, port, payload=b"x", source=None, from_port=40000, **lies):
    source = source or (GUEST6 if ":" in to else GUEST4)
    length = lies.get("length", 8 + len(payload))
    head = struct.pack("!HHHH", from_port, port, length, 0)
    total = checksum(pseudo(source, to, UDP, 8 + len(payload)) + head + payload) or 0xffff
    return head[:6] + struct.pack("!H", lies.get("sum", total)) + payload


def icmp(kind, code=0, body=b"\0\1\0\1data", to=None, source=None):
    """ICMP; ICMPv6 when 'to' is of IPv6."""
    head = struct.pack("!BBH", kind, code, 0)
    start = pseudo(source or GUEST6, to, ICMP6, len(head + body)) if to else b""
    return struct.pack("!BBH", kind, code, checksum(start + head + body)) + body


def arp(operation=1, sender=GUEST4, sender_mac=GUEST_MAC, target="10.0.2.2", target_mac=b"\0" * 6, **lies):
    return (struct.pack("!HHBBH", lies.get("hardware", 1), lies.get("kind", 0x800), lies.get("hlen", 6), lies.get("plen", 4),
                        operation) + sender_mac + packed(sender) + target_mac + packed(target))


def around(to, payload_protocol, payload, source=None, **lies):
    """An IP header of the right family around something."""
    if ":" in to:
        return ipv6(to, payload_protocol, payload, source or GUEST6, **lies)
    return ipv4(to, payload_protocol, payload, source or GUEST4, **lies)


def syn(to, port, **lies):
    return ether(around(to, TCP, tcp(to, port, **lies)))


def datagram(to, port, **lies):
    return ether(around(to, UDP, udp(to, port, **lies)))


class Seen:
    """A frame that came, as far as a test asks."""

    def __init__(self, frame):
        self.ethertype = struct.unpack("!H", frame[12:14])[0]
        self.protocol, self.source, self.port, self.flags = None, None, None, None
        packet = frame[14:]
        if self.ethertype == 0x800:
            self.protocol, self.source, body = packet[9], socket.inet_ntop(socket.AF_INET, packet[12:16]), packet[20:]
        elif self.ethertype == 0x86dd:
            self.protocol, self.source, body = packet[6], socket.inet_ntop(socket.AF_INET6, packet[8:24]), packet[40:]
        if self.protocol == TCP:
            self.port, self.flags = struct.unpack("!H", body[:2])[0], body[13]
        elif self.protocol == UDP:
            self.port = struct.unpack("!H", body[:2])[0]
        elif self.protocol in (ICMP, ICMP6):
            self.port, self.flags = body[0], body[1]
