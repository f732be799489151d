# SPDX-License-Identifier: MIT
"""Runs inside: each line of the input is a JSON list of actions, which are tried all at once; each line of the output
is the list of their verdicts. A verdict is one word, or what was read."""
import base64
import errno
import hashlib
import json
import os
import queue
import socket
import struct
import subprocess
import sys
import threading

SECONDS = 2
FAREWELL = 3000000
HEARD = queue.Queue()
KEPT = {}  # name -> a connection that later actions use
RESOLVERS = {4: "10.0.2.3", 6: "fd00::3"}
TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "TXT": 16, "AAAA": 28, "HTTPS": 65, "ANY": 255}
CODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def place(address, port):
    """With the interface, where the address names one: fe80::1%tap0"""
    host, _, interface = address.partition("%")
    return (host, port, 0, socket.if_nametoindex(interface)) if interface else (address, port)


def word(error):
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return errno.errorcode.get(error.errno, str(error)) if error.errno else type(error).__name__


def echo(sock, text):
    sock.sendall(text)
    got = b""
    while len(got) < len(text):
        more = sock.recv(65536)
        if not more:
            return "closed"
        got += more
    return "open" if got == text else "garbled"


def tcp(address, port):
    with socket.socket(family(address), socket.SOCK_STREAM) as sock:
        sock.settimeout(SECONDS)
        sock.connect(place(address, port))
        return echo(sock, os.urandom(8).hex().encode())


def udp(address, port, size=16):
    with socket.socket(family(address), socket.SOCK_DGRAM) as sock:
        sock.settimeout(SECONDS)
        sock.connect(place(address, port))
        text = os.urandom(size)
        sock.send(text)
        return "open" if sock.recv(65536) == text else "garbled"


def icmp(address):
    six = ":" in address
    protocol = socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP
    with socket.socket(family(address), socket.SOCK_DGRAM, protocol) as sock:
        sock.settimeout(SECONDS)
        sock.setsockopt(*((socket.IPPROTO_IPV6, 25) if six else (socket.IPPROTO_IP, 11)), 1)  # RECVERR
        sock.connect(place(address, 0))
        sock.send(struct.pack("!BBHHH", 128 if six else 8, 0, 0, 0, 1) + b"mxc")
        return "open" if sock.recv(2048)[8:] == b"mxc" else "garbled"


def keep(name, address, port):
    """Like tcp, but the connection stays for 'again'."""
    sock = socket.socket(family(address), socket.SOCK_STREAM)
    sock.settimeout(SECONDS)
    sock.connect(place(address, port))
    KEPT[name] = sock
    return echo(sock, b"first")


def again(name):
    return echo(KEPT[name], b"again")


# ---- names

def question(name, kind, edns):
    labels = b"".join(bytes([len(label)]) + label for label in name.encode("latin-1").split(b".") if label)
    options = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0) if edns else b""
    return (struct.pack("!HHHHHH", 4711, 0x100, 1, 0, 0, 1 if edns else 0) + labels + b"\0"
            + struct.pack("!HH", TYPES.get(kind, kind), 1) + options)


def skip_name(message, at):
    while message[at]:
        if message[at] >= 192:
            return at + 2
        at += 1 + message[at]
    return at + 1


def records(message):
    """(type, ttl, data) of every record; the question is skipped."""
    counts = struct.unpack("!4H", message[4:12])
    at = 12
    for _ in range(counts[0]):
        at = skip_name(message, at) + 4
    for _ in range(sum(counts[1:])):
        at = skip_name(message, at)
        kind, _, ttl, size = struct.unpack("!HHIH", message[at:at + 10])
        yield kind, ttl, message[at + 10:at + 10 + size]
        at += 10 + size


def shown(message):
    """{"code", "addresses", "ttl", "why" (extended error), "cut" (truncated)}"""
    code = CODES.get(message[3] & 15, message[3] & 15)
    found = {"code": code, "addresses": [], "ttl": None, "why": None, "cut": bool(message[2] & 2)}
    for kind, ttl, data in records(message):
        if kind in (1, 28):
            found["addresses"].append(socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, data))
            found["ttl"] = ttl
        elif kind == 41 and len(data) >= 6 and struct.unpack("!H", data[:2]) == (15,):
            found["why"] = struct.unpack("!H", data[4:6])[0]
    found["addresses"].sort()
    return found


def query(server, message):
    with socket.socket(family(server), socket.SOCK_DGRAM) as sock:
        sock.settimeout(SECONDS * 4)
        sock.connect((server, 53))
        sock.send(message)
        return sock.recv(65536)


def dns(name, kind="A", version=4, edns=True):
    return shown(query(RESOLVERS[version], question(name, kind, edns)))


def dns_tcp(name, kind="A", version=4):
    message = question(name, kind, True)
    with socket.create_connection((RESOLVERS[version], 53), SECONDS * 4) as sock, sock.makefile("rb") as answers:
        sock.sendall(struct.pack("!H", len(message)) + message)
        return shown(answers.read(struct.unpack("!H", answers.read(2))[0]))


def dns_raw(text):
    """A message as it stands; only the code of its answer."""
    return CODES.get(query(RESOLVERS[4], base64.b64decode(text))[3] & 15)


def resolve(name):
    """As programs do, by the library and its files."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return next(key for key in dir(socket) if key.startswith("EAI_") and getattr(socket, key) == error.args[0])
    return sorted({row[4][0] for row in found})


def named(name, port):
    """tcp to a name, by whichever of its addresses answers."""
    with socket.create_connection((name, port), SECONDS) as sock:
        return echo(sock, b"by name")


# ---- the rest

def serve(address, port, kind="tcp"):
    """Answers in the background from now on, as SERVICES says."""
    sock = socket.socket(family(address), socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    if kind != "udp":
        sock.listen(512)
    what = (serve_packets, sock) if kind == "udp" else (serve_streams, sock, SERVICES[kind])
    threading.Thread(target=what[0], args=what[1:], daemon=True).start()
    return "serves"


def serve_streams(listening, service):
    while True:
        sock = listening.accept()[0]
        threading.Thread(target=service, args=(sock,), daemon=True).start()


def echo_all(sock):
    with sock:
        while text := sock.recv(65536):
            sock.sendall(text)


def stall(sock):
    """Reads nothing, and does not end."""
    KEPT[sock] = sock


def farewell(sock):
    """Says its last word first: FAREWELL bytes of 'f'; and then listens to the end. 'heard' has what it heard."""
    with sock:
        sock.sendall(b"f" * FAREWELL)
        sock.shutdown(socket.SHUT_WR)
        digest = hashlib.sha256()
        while text := sock.recv(65536):
            digest.update(text)
    HEARD.put(digest.hexdigest())


def heard():
    return HEARD.get(timeout=SECONDS * 5)


def http(sock):
    with sock:
        while sock.recv(65536):
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")


SERVICES = {"tcp": echo_all, "stall": stall, "farewell": farewell, "http": http}


def serve_packets(sock):
    while True:
        text, peer = sock.recvfrom(65536)
        sock.sendto(text, peer)


def command(*argv):
    """A real client: its status and what it wrote."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False)
    return [done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def environment(*names):
    return {name: os.environ.get(name) for name in names}


def descriptors():
    return sorted(int(name) for name in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + name))


def flood_tcp(address, port, count):
    """Opens as many connections as it may have, and keeps them: how many there are."""
    got = 0
    for _ in range(count):
        sock = socket.socket(family(address), socket.SOCK_STREAM)
        sock.settimeout(SECONDS)
        try:
            sock.connect(place(address, port))
        except OSError:
            sock.close()
            continue
        got += 1
        KEPT[f"flood {got}"] = sock
    return got


def flood_syn(address, port, count):
    """Connections that are begun and not waited for."""
    for number in range(count):
        sock = socket.socket(family(address), socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.connect_ex((address, port))
        KEPT[f"syn {number}"] = sock
    return "sent"


def flood_udp(address, first, count):
    """One packet to each of many ports."""
    with socket.socket(family(address), socket.SOCK_DGRAM) as sock:
        for number in range(count):
            try:
                sock.sendto(b"flood", (address, first + number % 20000))
            except OSError:
                pass
    return "sent"


def flood_sources(address, port, count):
    """One packet from each of many ports."""
    for number in range(count):
        with socket.socket(family(address), socket.SOCK_DGRAM) as sock:
            try:
                sock.bind(("", 10000 + number))
                sock.sendto(b"flood", (address, port))
            except OSError:
                pass
    return "sent"


def flood_echo(address, count):
    """Many requests of one pinger."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as sock:
        for number in range(count):
            try:
                sock.sendto(struct.pack("!BBHHH", 8, 0, 0, 0, number) + b"mxc", (address, 0))
            except OSError:
                pass
    return "sent"


ACTIONS = {action.__name__: action for action in (
    tcp, udp, icmp, keep, again, dns, dns_tcp, dns_raw, resolve, named, serve, heard, command, read, environment, descriptors,
    flood_tcp, flood_syn, flood_udp, flood_sources, flood_echo)}


def attempt(action, verdicts, at):
    try:
        verdicts[at] = ACTIONS[action[0]](*action[1:])
    except OSError as error:
        verdicts[at] = word(error)


def main():
    for line in sys.stdin:
        actions = json.loads(line)
        verdicts = [None] * len(actions)
        threads = [threading.Thread(target=attempt, args=(action, verdicts, at))
                   for at, action in enumerate(actions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(json.dumps(verdicts), flush=True)


main()
