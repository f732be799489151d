# SPDX-License-Identifier: MIT
"""Published ports: the way in, and the only one."""
import socket

import network
from network import (GUESTS, OWN, PORT, PUBLIC4, PUBLIC6, Case, Guest, callers, guest_policy, main,
                     setUpModule)  # pylint: disable=unused-import

import host

INSIDE = 8000
FREE = 18000  # on the host


def publish(*entries, **more):
    return {"ingress": {"publish": list(entries), **more}}


def entry(host_port=FREE, address=None, port=INSIDE):
    return {"port": port, "hostPort": host_port, **({"hostAddress": address} if address else {})}


def dial(address, port):
    return network.HOST_SERVERS.dial(address, port)


class Published(Case):
    @callers()
    def test_loopback(self, who):
        """Where it was said, and nowhere else; to the guest's address of the same family. By default on the host's loopback."""
        section = publish(entry(FREE, "127.0.0.1"), entry(FREE + 1, "::1"), {"port": INSIDE + 1})
        with Guest(who, section) as guest:
            guest.does(*(("serve", address, INSIDE) for address in GUESTS), ("serve", "0.0.0.0", INSIDE + 1))
            rows = [("127.0.0.1", FREE), ("::1", FREE + 1), ("127.0.0.1", INSIDE + 1), ("::1", INSIDE + 1), ("127.0.0.1", FREE)]
            self.assertEqual([dial(*row) for row in rows], ["open"] * len(rows))
            rows = [("::1", FREE), ("127.0.0.1", FREE + 1), (OWN[0], FREE), (OWN[2], FREE + 1), ("127.0.0.1", INSIDE)]
            self.assertEqual([dial(*row) for row in rows], ["refused"] * len(rows))
            self.assertEqual([network.WORLD_SERVERS.dial(OWN[0], FREE)], ["refused"])
        self.assertEqual([dial("127.0.0.1", FREE), dial("::1", FREE + 1)], ["refused"] * 2)

    @callers()
    def test_to_the_world(self, who):
        section = publish(entry(FREE, OWN[0]), entry(FREE, OWN[2]))
        with Guest(who, section) as guest:
            guest.does(*(("serve", address, INSIDE) for address in GUESTS))
            self.assertEqual([network.WORLD_SERVERS.dial(OWN[0], FREE), network.WORLD_SERVERS.dial(OWN[2], FREE)], ["open"] * 2)
            self.assertEqual([network.WORLD_SERVERS.dial(OWN[1], FREE), dial("127.0.0.1", FREE)], ["refused"] * 2)

    @callers()
    def test_only_that_way(self, who):
        """A way in is no way out, neither to the world nor to the host; nor do other ports of the guest open."""
        with Guest(who, publish(entry())) as guest:
            guest.does(("serve", GUESTS[0], INSIDE), ("serve", GUESTS[0], INSIDE + 1), ("serve", GUESTS[1], INSIDE))
            self.assertEqual(dial("127.0.0.1", FREE), "open")
            closed = [("tcp", address, PORT) for address in (PUBLIC4, PUBLIC6, OWN[0], "10.0.2.2", "fd00::2")]
            self.assertEqual(guest.does(*closed), ["refused"] * len(closed))
            self.assertEqual(dial("127.0.0.1", INSIDE + 1), "refused")

    @callers()
    def test_nobody_listens(self, who):
        """Nobody inside: the connection is accepted and then reset; it neither hangs nor ends in order."""
        with Guest(who, publish(entry(), entry(FREE + 1, "::1"))) as guest:
            guest.does(("serve", "127.0.0.1", INSIDE), ("serve", "::1", INSIDE))
            rows = [("127.0.0.1", FREE), ("::1", FREE), ("::1", FREE + 1)]
            self.assertEqual([dial(*row) for row in rows], ["ConnectionResetError"] * len(rows))

    @callers()
    def test_taken(self, who):
        """Refused before anything starts, by the entry, which by default takes both."""
        for address, family in (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)):
            for asked in (address, None):
                with self.subTest(address=address, asked=asked), socket.socket(family) as taken:
                    taken.bind((address, FREE + 7))
                    taken.listen()
                    done = host.run_policy(who, guest_policy(publish(entry(), entry(FREE + 7, asked))))
                    self.refused(done, "/network/ingress/publish/1", f"{address} port {FREE + 7}")

    @callers()
    def test_taken_by_another_sandbox(self, who):
        with Guest(who, publish(entry())) as guest:
            guest.do("serve", GUESTS[0], INSIDE)
            done = host.run_policy(who, guest_policy(publish(entry())))
            self.refused(done, "/network/ingress/publish/0")
            self.assertEqual(dial("127.0.0.1", FREE), "open")

    @callers()
    def test_not_an_address_of_the_host(self, who):
        self.refused(host.run_policy(who, guest_policy(publish(entry(FREE, PUBLIC4)))), "/network/ingress/publish/0")

    @callers()
    def test_low_port(self, who):
        self.refused(host.run_policy(who, guest_policy(publish(entry(81)))), "/network/ingress/publish/0")

    @callers()
    def test_nothing_published(self, who):
        done = host.run_policy(who, guest_policy({"ingress": {"default": "allow"}}))
        self.refused(done, "/network/ingress/default", "publish")


if __name__ == "__main__":
    main()
