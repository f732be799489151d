# SPDX-License-Identifier: MIT
"""A small name server. Its zone: name -> {"A": [...], "AAAA": [...], "CNAME": name, "ttl": seconds, "delay": seconds,
"cut": true (truncated over UDP), "code": a number to answer with, "silent": true}."""
import socket
import struct
import threading
import time

A, CNAME, SOA, AAAA, OPT = 1, 5, 6, 28, 41
KINDS = {A: "A", AAAA: "AAAA"}


def pack_name(name):
    labels = [label.encode("latin-1") for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def unpack_question(message):
    """(name, kind, where it ends)"""
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode("latin-1"))
        at += 1 + message[at]
    return ".".join(labels), struct.unpack("!H", message[at + 1:at + 3])[0], at + 5


def record(name, kind, ttl, data):
    return pack_name(name) + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


def chain(zone, name, kind):
    """The records that answer, and the name at the end of the chain."""
    found = []
    for _ in range(40):
        entry = zone.get(name.lower())
        if not entry or "CNAME" not in entry:
            break
        found.append(record(name, CNAME, entry.get("ttl", 60), pack_name(entry["CNAME"])))
        name = entry["CNAME"]
    entry = zone.get(name.lower(), {})
    family = socket.AF_INET if kind == A else socket.AF_INET6
    found += [record(name, kind, entry.get("ttl", 60), socket.inet_pton(family, text))
              for text in entry.get(KINDS.get(kind), [])]
    return found, name


def answer(zone, message, stream):
    """The answer, or None to stay silent; and how long to wait before."""
    name, kind, end = unpack_question(message)
    entry = zone.get(name.lower(), {})
    if entry.get("silent"):
        return None, 0
    found, last = chain(zone, name, kind)
    code = entry.get("code", 0 if last.lower() in zone else 3)
    cut = bool(entry.get("cut")) and not stream
    if cut or code:
        found = []
    negative = [] if found else [record("test", SOA, 5, pack_name("a.test") * 2 + struct.pack("!5I", 1, 1, 1, 1, 5))]
    head = struct.pack("!HHHHHH", struct.unpack("!H", message[:2])[0], 0x8180 | (0x200 if cut else 0) | code, 1,
                       len(found), len(negative), 0)
    return head + message[12:end] + b"".join(found + negative), entry.get("delay", 0)


class Server:
    """Answers on these addresses, and remembers the names that it was asked."""

    def __init__(self, addresses):
        self.zone = {}
        self.asked = []
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            for kind, loop in ((socket.SOCK_DGRAM, self.packets), (socket.SOCK_STREAM, self.streams)):
                sock = socket.socket(family, kind)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                sock.bind((address, 53))
                threading.Thread(target=loop, args=(sock,), daemon=True).start()

    def reply(self, message, stream, send):
        self.asked.append(unpack_question(message)[:2])
        text, delay = answer(self.zone, message, stream)
        time.sleep(delay)
        if text:
            send(text)

    def packets(self, sock):
        while True:
            message, peer = sock.recvfrom(4096)
            threading.Thread(target=self.reply, args=(message, False, lambda text, peer=peer: sock.sendto(text, peer)),
                             daemon=True).start()

    def streams(self, listening):
        listening.listen(16)
        while True:
            threading.Thread(target=self.stream, args=(listening.accept()[0],), daemon=True).start()

    def stream(self, sock):
        with sock, sock.makefile("rb") as messages:
            while len(size := messages.read(2)) == 2:
                self.reply(messages.read(struct.unpack("!H", size)[0]), True,
                           lambda text: sock.sendall(struct.pack("!H", len(text)) + text))
