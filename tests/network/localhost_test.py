# SPDX-License-Identifier: MIT
"""Ports that are published without an address: 127.0.0.1, and ::1 by way of a relay, for programs that listen on IPv4."""
import contextlib
import hashlib
import os
import select
import socket
import subprocess
import threading

import network
from network import (GUESTS, Case, Guest, callers, guest_policy, main,
                     setUpModule)  # pylint: disable=unused-import

import host

INSIDE = 8000
FREE = 18000  # on the host
BOTH = ["127.0.0.1", "::1"]
MOST = 256  # connections of the relay
FAREWELL = 3000000  # as guest.py has it


def publish(*ports):
    """These of the guest, from FREE on."""
    return {"ingress": {"publish": [{"port": port, "hostPort": FREE + at} for at, port in enumerate(ports)]}}


def dial(address, port=FREE):
    return network.HOST_SERVERS.dial(address, port)


def connect(address, port=FREE):
    return socket.create_connection((address, port), 20)


def read_all(sock):
    """Until the other side has ended."""
    return b"".join(iter(lambda: sock.recv(65536), b""))


def fill(sock):
    """Sends until nobody takes more: how much."""
    sock.setblocking(False)
    sent = 0
    while select.select([], [sock], [], 0.3)[1]:
        with contextlib.suppress(BlockingIOError):
            sent += sock.send(b"s" * 65536)
    sock.settimeout(20)
    return sent


def abort(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    sock.close()


class Localhost(Case):
    @callers()
    def test_wherever_it_listens(self, who):
        """Both ways are the same way; somebody who listens on IPv6 alone has to say ::1."""
        listening = ["0.0.0.0", "::", GUESTS[0], GUESTS[1], "127.0.0.1"]
        with Guest(who, publish(*(INSIDE + at for at in range(6)))) as guest:
            guest.does(*(("serve", address, INSIDE + at) for at, address in enumerate(listening)))
            for at, found in enumerate(["open"] * 3 + ["ConnectionResetError"] * 3):
                self.assertEqual([dial(address, FREE + at) for address in BOTH], [found] * 2, at)
        self.assertEqual([dial(address) for address in BOTH], ["refused"] * 2)

    @callers()
    def test_curl(self, who):
        with Guest(who, publish(INSIDE)) as guest:
            guest.do("serve", "0.0.0.0", INSIDE, "http")
            for words, taken in (([], BOTH), (["-4"], BOTH[:1]), (["-6"], BOTH[1:])):
                argv = ["curl", *words, "-sS", "-w", " %{remote_ip}", "--noproxy", "*", f"http://localhost:{FREE}/"]
                done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
                self.assertIn(done.stdout, ["hello " + address for address in taken], done.stderr)

    @callers()
    def test_much_and_to_the_end(self, who):
        """Everything arrives in both directions at once, also what comes after one side has ended."""
        text = os.urandom(1 << 20) * 24
        with Guest(who, publish(INSIDE)) as guest:
            guest.do("serve", "0.0.0.0", INSIDE)
            for address in BOTH:
                with connect(address) as sock:
                    def say(to=sock):
                        to.sendall(text)
                        to.shutdown(socket.SHUT_WR)
                    speaker = threading.Thread(target=say)
                    speaker.start()
                    back = read_all(sock)
                    speaker.join()
                self.assertEqual(hashlib.sha256(back).hexdigest(), hashlib.sha256(text).hexdigest(), address)

    @callers()
    def test_the_guest_ends_first(self, who):
        text = os.urandom(1 << 22)
        with Guest(who, publish(INSIDE)) as guest:
            guest.do("serve", "0.0.0.0", INSIDE, "farewell")
            for address in BOTH:
                with connect(address) as sock:
                    self.assertEqual(read_all(sock), b"f" * FAREWELL)
                    sock.sendall(text)
                self.assertEqual(guest.do("heard"), hashlib.sha256(text).hexdigest(), address)

    @callers()
    def test_many(self, who):
        """As many as the relay carries are served at once; others wait, and get their turn."""
        with Guest(who, publish(INSIDE)) as guest, contextlib.ExitStack() as stack:
            guest.do("serve", "0.0.0.0", INSIDE)
            socks = [stack.enter_context(connect("::1")) for _ in range(MOST + 40)]
            for at, sock in enumerate(socks):
                sock.sendall(at.to_bytes(2, "big"))
            for at, sock in enumerate(socks[:MOST]):
                self.assertEqual(sock.recv(2), at.to_bytes(2, "big"))
            self.assertEqual(select.select(socks, [], [], 0)[0], [])
            self.assertEqual(dial("127.0.0.1"), "open")
            for sock in socks[:60]:
                sock.close()
            for at, sock in enumerate(socks[60:], 60):
                if at < MOST:
                    sock.sendall(b"ab")
                self.assertEqual(sock.recv(2), b"ab" if at < MOST else at.to_bytes(2, "big"))

    @callers()
    def test_at_once(self, who):
        """A hundred clients in the same moment, by both ways."""
        with Guest(who, publish(INSIDE)) as guest:
            guest.do("serve", "0.0.0.0", INSIDE)
            for address in BOTH:
                verdicts = []
                def client(at, to=address, into=verdicts):
                    text = bytes([at]) * 50000
                    with connect(to) as sock:
                        sock.sendall(text)
                        sock.shutdown(socket.SHUT_WR)
                        into.append(read_all(sock) == text)
                threads = [threading.Thread(target=client, args=(at,)) for at in range(100)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                self.assertEqual(verdicts, [True] * 100, address)

    @callers()
    def test_readers_that_stall(self, who):
        """Neither a program nor a client that does not read stops the others, and nothing is lost meanwhile."""
        with Guest(who, publish(INSIDE, INSIDE + 1)) as guest:
            guest.does(("serve", "0.0.0.0", INSIDE), ("serve", "0.0.0.0", INSIDE + 1, "stall"))
            with connect("::1", FREE + 1) as deaf, connect("::1") as lazy:
                self.assertGreater(fill(deaf), 0)
                said = fill(lazy)
                self.assertEqual([dial(address) for address in BOTH], ["open"] * 2)
                lazy.shutdown(socket.SHUT_WR)
                self.assertEqual(read_all(lazy), b"s" * said)
            self.assertEqual(dial("::1"), "open")

    @callers()
    def test_abandoned(self, who):
        """Who resets a connection leaves it, also where the program does not read."""
        with Guest(who, publish(INSIDE, INSIDE + 1)) as guest:
            guest.does(("serve", "0.0.0.0", INSIDE), ("serve", "0.0.0.0", INSIDE + 1, "stall"))
            for _ in range(2):
                socks = [connect("::1", FREE + 1) for _ in range(MOST)]
                for sock in socks:
                    sock.sendall(b"x" * 1000)
                for sock in socks:
                    abort(sock)
                self.assertEqual(dial("::1"), "open")

    @callers()
    def test_no_such_address(self, who):
        """A host without ::1 publishes on 127.0.0.1, unless ::1 was asked for."""
        self.assertNotEqual(os.readlink("/proc/self/ns/net"), os.environ[network.OUTER])
        network.ip_batch("addr del ::1/128 dev lo")
        try:
            with Guest(who, publish(INSIDE)) as guest:
                guest.do("serve", "0.0.0.0", INSIDE)
                self.assertEqual(dial("127.0.0.1"), "open")
                self.assertNotEqual(dial("::1"), "open")
            section = {"ingress": {"publish": [{"port": INSIDE, "hostPort": FREE, "hostAddress": "::1"}]}}
            self.refused(host.run_policy(who, guest_policy(section)), "/network/ingress/publish/0", "::1")
        finally:
            network.ip_batch("addr add ::1/128 dev lo")
        with Guest(who, publish(INSIDE)) as guest:
            guest.do("serve", "0.0.0.0", INSIDE)
            self.assertEqual(dial("::1"), "open")


if __name__ == "__main__":
    main()
