# SPDX-License-Identifier: MIT
"""A process that serves in one network namespace: echoes, HTTP, names; in the world it also notes every packet that
arrives. It is told what to do by packets of JSON on a descriptor: ["verb", arguments...], answered by one value.

usage: servers.py DESCRIPTOR"""
import collections
import contextlib
import http.server
import json
import socket
import socketserver
import struct
import subprocess
import sys
import threading

import dns

NOTED = 20000  # distinct packets
BANNER = 2222  # speaks first, as ssh does


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def listen(address, port, serve):
    sock = socket.socket(family(address), socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if ":" in address:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.bind((address, port))
    sock.listen(512)

    def loop():
        while True:
            peer = sock.accept()[0]
            threading.Thread(target=serve, args=(peer,), daemon=True).start()
    threading.Thread(target=loop, daemon=True).start()


def echo_stream(sock):
    with sock:
        try:
            while text := sock.recv(65536):
                sock.sendall(text)
        except OSError:
            pass  # the sandbox is gone


def banner(sock):
    with sock:
        sock.sendall(b"SSH-2.0-world_1.0\r\n")
        sock.recv(1000)


def echo_packets(address, port):
    sock = socket.socket(family(address), socket.SOCK_DGRAM)
    sock.bind((address, port))

    def loop():
        while True:
            text, peer = sock.recvfrom(65536)
            try:
                sock.sendto(text, peer)
            except OSError:
                pass
    threading.Thread(target=loop, daemon=True).start()


class Files(http.server.SimpleHTTPRequestHandler):
    """Files of a folder; as a proxy it answers what it was asked for."""

    protocol_version = "HTTP/1.1"
    folder = "/nonexistent"

    def __init__(self, *arguments):
        super().__init__(*arguments, directory=self.folder)

    def say(self, text):
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        if self.path == "/hello":
            self.say(b"hello")
        elif self.path.startswith("http:"):
            self.say(b"by proxy " + self.path.encode())
        else:
            super().do_GET()

    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        self.connection.sendall(self.connection.recv(65536))

    def log_message(self, *_):
        pass


def serve_files(address, port):
    kind = type("Http", (socketserver.ThreadingMixIn, http.server.HTTPServer),
                {"address_family": family(address), "daemon_threads": True, "server_bind": bind_one_family})
    server = kind((address, port), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def bind_one_family(server):
    if server.address_family == socket.AF_INET6:
        server.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    socketserver.TCPServer.server_bind(server)


class Watch:
    """What arrives by an interface: (protocol, address, port) -> how often. The port of ICMP is its type."""

    def __init__(self, interface):
        self.seen = collections.Counter()
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))  # ETH_P_ALL
        for option in (socket.SO_RCVBUF, 33):  # SO_RCVBUFFORCE, where we may
            with contextlib.suppress(PermissionError):
                self.sock.setsockopt(socket.SOL_SOCKET, option, 1 << 24)
        self.sock.bind((interface, 3))
        threading.Thread(target=self.loop, daemon=True).start()

    def loop(self):
        while True:
            packet, (_, ethertype, kind, *_) = self.sock.recvfrom(128)
            if kind == 4:  # PACKET_OUTGOING
                continue
            if len(self.seen) < NOTED:
                self.seen[self.name(packet, ethertype)] += 1

    def name(self, packet, ethertype):
        if ethertype == 0x800:
            protocol, to, rest = packet[9], socket.inet_ntop(socket.AF_INET, packet[16:20]), packet[(packet[0] & 15) * 4:]
        elif ethertype == 0x86dd:
            protocol, to, rest = packet[6], socket.inet_ntop(socket.AF_INET6, packet[24:40]), packet[40:]
        else:
            return (f"ether {ethertype:04x}", "", 0)
        if protocol in (6, 17):
            return ("tcp" if protocol == 6 else "udp", to, struct.unpack("!H", rest[2:4])[0])
        if protocol in (1, 58):
            return ("icmp", to, rest[0])
        return (f"ip {protocol}", to, 0)


class Place:
    """The verbs."""

    def __init__(self):
        self.names = None
        self.watch = None

    def ip(self, *lines):
        subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True)

    def echo(self, addresses, ports):
        """Streams on these addresses, packets as well."""
        for address in addresses:
            for port in ports:
                listen(address, port, echo_stream)
                if address not in ("0.0.0.0", "::"):
                    echo_packets(address, port)

    def packets(self, addresses, ports):
        for address in addresses:
            for port in ports:
                echo_packets(address, port)

    def http(self, addresses, ports, folder):
        Files.folder = folder
        for address in addresses:
            listen(address, BANNER, banner)
            for port in ports:
                serve_files(address, port)

    def dns(self, addresses):
        self.names = dns.Server(addresses)

    def zone(self, zone):
        self.names.zone = zone
        self.names.asked = []

    def asked(self):
        return self.names.asked

    def dial(self, address, port):
        """Does an echo answer there, seen from here?"""
        with socket.socket(family(address), socket.SOCK_STREAM) as sock:
            sock.settimeout(2)
            try:
                sock.connect((address, port))
                sock.sendall(b"from outside")
                return "open" if sock.recv(100) == b"from outside" else "closed"
            except ConnectionRefusedError:
                return "refused"
            except OSError as error:
                return type(error).__name__

    def notice(self, interface):
        self.watch = Watch(interface)

    def seen(self, forget=False):
        noted = [[*key, count] for key, count in list(self.watch.seen.items())]
        if forget:
            self.watch.seen.clear()
        return noted


def main():
    place = Place()
    control = socket.socket(fileno=int(sys.argv[1]))
    control.send(json.dumps("up").encode())
    while packet := control.recv(1 << 20):
        verb, *arguments = json.loads(packet)
        control.send(json.dumps(getattr(place, verb)(*arguments)).encode())


if __name__ == "__main__":
    sys.exit(main())
