# SPDX-License-Identifier: MIT
"""What stays closed although everything is allowed, until a rule names it: loopback, the host's own addresses,
link-local and metadata addresses."""
import contextlib
import json
import os
import signal
import subprocess

from network import (GATEWAYS, LINK_LOCAL, LOOPBACKS, METADATA, OPEN, OTHER4, OWN, PORT, PUBLIC4, PUBLIC6, UP, Case, Guest,
                     callers, egress, guest_policy, ip_batch, line, lines, main, prefix, refusal, setUpModule, to)  # pylint: disable=unused-import

import host

LATE = ["20.1.1.77", "2a00:1::77"]  # addresses that the host gets while a sandbox runs
BROAD = egress(to("0.0.0.0/0", "::/0"), to("20.0.0.0/8", "2a00::/12", "169.0.0.0/8", "168.0.0.0/6", "fc00::/6", "100.0.0.0/8"))
KEPT = PORT + 1  # of a connection that lasts: nothing else goes there
CUT = ("refused", "ECONNRESET", "EPIPE", "closed")
EACH = ("tcp", "udp", "icmp")
NEVER = {  # by the reason
    "reserved": ["240.0.0.0", "240.1.2.3", "255.255.255.254", "192.0.0.9", "0.1.2.3", "10.0.2.5", "10.0.2.0", "10.0.2.3", "fd00::7",
                 "fd00::3", "::2", "100::1", "5f00::1", "2001::5"],
    "metadata": ["64:ff9b::a9fe:a9fe", "64:ff9b::6464:64c8"],
    "loopback": ["64:ff9b::7f00:1", "2002:7f00:1::1", "10.0.2.2", "fd00::2"],
    "link-local": ["64:ff9b::a9fe:707", "2002:a9fe:707::1", "fe80::7%tap0"],
}


def tries(addresses, kinds=EACH):
    return [(kind, address, PORT)[:2 if kind == "icmp" else 3] for address in addresses for kind in kinds]


@contextlib.contextmanager
def lent(*routes):
    """The rig has these routes."""
    ip_batch(*("route add " + route for route in routes))
    try:
        yield
    finally:
        ip_batch(*("route del " + route for route in reversed(routes)))


@contextlib.contextmanager
def ruled(text):
    """The rig has this rule, for both families."""
    for command in (["ip", "rule"], ["ip", "-6", "rule"]):
        subprocess.run([*command, "add", *text.split()], check=True)
    try:
        yield
    finally:
        for command in (["ip", "rule"], ["ip", "-6", "rule"]):
            subprocess.run([*command, "del", *text.split()], check=True)


class Cutting(Case):
    def was_cut(self, events, address):
        """That it is over may be the kernel's doing; that mxc-net ended it, only mxc-net tells."""
        told = [json.loads(text) for text in events.read_text().splitlines()]
        self.assertEqual([event["why"] for event in told if (event.get("address"), event.get("port")) == (address, KEPT)], ["own-address"])


class Closed(Cutting):
    @callers()
    def test_under_allow(self, who):
        """Servers listen on all of these, and the host reaches them."""
        for name, network in (("default", OPEN), ("rules", BROAD)):
            with self.subTest(allowed_by=name):
                self.told(who, network, tries([PUBLIC4, PUBLIC6]), tries([*OWN, LINK_LOCAL, *METADATA, *GATEWAYS]))

    @callers()
    def test_named(self, who):
        """A network within the closed range, or the single address of the host, opens that and no more."""
        named = [OWN[0], OWN[2], *METADATA]
        others = [address for address in OWN if address not in named]
        network = egress(to("169.254.7.0/24"), *(to(prefix(address), ports=["tcp"]) for address in named))
        self.told(who, network, tries([LINK_LOCAL]) + tries(named, ["tcp"]), tries(others) + tries(named, ["udp"]))

    @callers()
    def test_own_network_opens_no_own_address(self, who):
        self.told(who, egress(to("20.1.1.0/24", "20.1.1.2/31", "2a00:1::/64")), tries(["20.1.1.1", "2a00:1::1"]), tries(OWN))

    @callers()
    def test_deny_beats_naming(self, who):
        network = egress(to(METADATA[0]), to(OWN[0]), deny=[to("169.254.0.0/16"), to(OWN[0])])
        self.told(who, network, [], tries([METADATA[0], OWN[0]]))

    @callers()
    def test_loopback_addresses(self, who):
        """Inside they are the sandbox's own loopback: nobody of the host is there, whatever the rules say."""
        network = egress(to("0.0.0.0/0", "::/0"), default="allow")
        actions = tries([*LOOPBACKS, "::ffff:127.0.0.1", "0.0.0.0"], ["tcp", "udp"])
        self.assertEqual(self.tries(who, network, *actions), ["refused"] * len(actions))

    @callers()
    def test_never(self, who):
        """Each row of what never opens, whatever carries it: answered at once, and told."""
        for why, addresses in NEVER.items():
            with self.subTest(why=why):
                closed = tries(addresses)
                wanted = [(kind, address.partition("%")[0], why) for kind, address, *_ in closed]
                self.assertEqual(self.refusals(who, closed), sorted(wanted))
                self.untouched([action[:2] for action in wanted])

    @callers()
    def test_groups(self, who):
        """No kernel lets a connection to a group out, and a datagram for all is answered by nobody."""
        for address, datagram in (("224.0.0.251", "EHOSTUNREACH"), ("239.1.2.3", "EHOSTUNREACH"), ("ff02::fb%tap0", "EACCES"),
                                  ("ff0e::1", "EACCES"), ("10.0.2.255", "EACCES"), ("255.255.255.255", "EACCES")):
            with self.subTest(address=address):
                self.assertEqual(self.tries(who, OPEN, *tries([address])), ["ENETUNREACH", datagram, datagram])
                self.untouched([("udp", address.partition("%")[0]), ("icmp", address.partition("%")[0])])

    def refusals(self, who, actions):
        """What is told of these, all of which are refused at once."""
        events = self.box(who) / "events"
        events.touch()
        who.own(events)
        policy = guest_policy(OPEN)
        done = self.ran(host.run(who, [f"--events={events}", "--config-base64", host.b64(policy)], stdin=line(actions)))
        self.assertEqual(lines(done)[0], [refusal(action) for action in actions])
        told = map(json.loads, events.read_text().splitlines())
        return sorted((event["protocol"], event["address"], event["why"]) for event in told)

    @callers()
    def test_naming_what_never_opens(self, who):
        for number, place in enumerate(("240.0.0.0/4", "192.0.0.0/24", "0.0.0.0/8", "224.0.0.251", "10.0.2.5", "fd00::7", "ff00::/8", "ff02::fb",
                                          "5f00::/16", "fe80::/10", "fe80::a9fe:a9fe", "2001::/32", "64:ff9b::a9fe:a9fe", "2002:7f00::/24")):
            with self.subTest(place=place):
                done = host.run_policy(who, guest_policy(egress(*[to(PUBLIC4)] * number, to(place))))
                self.refused(done, f"/network/egress/allow/{number}", "nothing can be reached there")

    @callers()
    def test_naming_loopback(self, who):
        """Nothing of the host's opens by that: clients that list it are told, in the plan and by a lint."""
        for place in ("127.0.0.1", "::1", "127.0.0.0/8", "::ffff:127.0.0.1", "app.localhost"):
            with self.subTest(place=place):
                self.told(who, egress(to(PUBLIC4), to(place)), tries([PUBLIC4], ["tcp"]), tries(["10.0.2.2", "fd00::2"], ["tcp"]))
        for place in ("10.0.2.2", "fd00::2"):
            with self.subTest(place=place):
                self.refused(host.run_policy(who, guest_policy(egress(to(place)))), "/network/egress/allow/0", "hostLoopback")
                self.told(who, egress(to(place), ingress={"hostLoopback": "allow"}), tries([place], ["tcp"]), tries([PUBLIC4]))
        legacy = {"allowedHosts": ["localhost", "127.0.0.1", "::1", "10.0.2.2", PUBLIC4]}
        self.told(who, legacy, tries([PUBLIC4], ["tcp"]), tries(["10.0.2.2"], ["tcp"]), version="0.7.0-alpha")

    @callers()
    def test_late_address(self, who):
        """An address that the host gets while the sandbox runs is the host's own from then on; a connection to the
        world through it, begun before, is cut."""
        with Guest(who, OPEN) as guest:
            self.assertEqual(guest.does(("keep", "stays", PUBLIC4, PORT)), ["open"])
            ip_batch(*(f"addr add {address}/{64 if ':' in address else 24} dev {UP}" + (" nodad" if ":" in address else "")
                       for address in LATE))
            try:
                self.assertEqual(guest.does(*tries(LATE, ["tcp"])), ["refused"] * 2)
                self.assertEqual(guest.does(("again", "stays"), *tries([PUBLIC4], ["udp"])), ["open", "open"])
            finally:
                ip_batch(*(f"addr del {address}/{64 if ':' in address else 24} dev {UP}" for address in LATE))

    @callers()
    def test_address_that_becomes_own(self, who):
        """An established connection to an address that the host takes over ends."""
        events = self.box(who) / "events"
        with Guest(who, OPEN, "--events", events) as guest:
            self.assertEqual(guest.do("keep", "cut", PUBLIC4, KEPT), "open")
            ip_batch(f"addr add {PUBLIC4}/32 dev lo")
            try:
                self.assertIn(guest.do("again", "cut"), CUT)
                self.assertEqual(guest.do("tcp", PUBLIC4, PORT), "refused")
            finally:
                ip_batch(f"addr del {PUBLIC4}/32 dev lo")
        self.was_cut(events, PUBLIC4)


class Routes(Cutting):
    """What routes lead to the host itself is its own, whether an interface has it or not."""

    ANY = ["20.9.0.5", "20.9.0.77", "2a00:9::5", "2a00:9::1:0"]

    @callers()
    def test_networks(self, who):
        """A server listens on all of them. A rule for one address opens that one."""
        with lent("local 20.9.0.0/24 dev lo", "local 2a00:9::/64 dev lo"):
            for network in (OPEN, BROAD, egress(to("20.9.0.0/24", "20.9.0.4/31", "2a00:9::/64"), default="allow")):
                self.told(who, network, tries([PUBLIC4, PUBLIC6]), tries(self.ANY))
            self.told(who, egress(to(self.ANY[0], self.ANY[2])), tries([self.ANY[0], self.ANY[2]], ["tcp"]),
                      tries([self.ANY[1], self.ANY[3]]))

    @callers()
    def test_kinds(self, who):
        """Of broadcast and anycast as well; of other tables than 'local', too."""
        with lent("broadcast 20.9.2.2 dev lo table local", "anycast 2a00:9:2::/64 dev lo table local",
                  "local 20.9.3.0/24 dev lo table 77", "local 2a00:9:3::/48 dev lo table 7700"):
            closed = ["20.9.2.2", "2a00:9:2::7", "20.1.1.255", "20.9.3.9", "2a00:9:3:7::1"]
            self.told(who, OPEN, tries([PUBLIC4]), tries(closed))

    @callers()
    def test_of_another_kind(self, who):
        """Ordinary routes make nothing the host's own."""
        with lent(f"20.2.2.0/24 via 20.1.1.1 dev {UP} table 77", f"2a00:2::/64 via 2a00:1::1 dev {UP} table 77",
                  f"multicast 20.2.2.2 dev {UP} table 78", "unreachable 20.2.0.0/16 table 78"):
            self.told(who, OPEN, tries([PUBLIC4, PUBLIC6]), [])

    @callers()
    def test_marked(self, who):
        """A table that only marked packets are looked up in says nothing; as soon as others may be, it counts."""
        actions = tries([PUBLIC4, PUBLIC6], ["tcp"])
        with (lent("local 0.0.0.0/0 dev lo table 77", "local ::/0 dev lo table 77"), ruled("pref 100 fwmark 0x200/0xf00 lookup 77"),
              Guest(who, OPEN) as guest):
            self.assertEqual(guest.does(*actions), ["open"] * 2)
            with ruled("pref 40000 lookup 77"):
                self.assertEqual(guest.does(*actions), ["refused"] * 2)
            self.assertEqual(guest.does(*actions), ["open"] * 2)

    @callers()
    def test_late(self, who):
        """A network that the routes give to the host while the sandbox runs; and back."""
        events = self.box(who) / "events"
        with Guest(who, OPEN, "--events", events) as guest:
            self.assertEqual(guest.does(("keep", "cut", PUBLIC4, KEPT), ("keep", "stays", OTHER4, PORT)), ["open"] * 2)
            with lent("local 20.2.2.0/24 dev lo", "local 2a00:2::/64 dev lo"):
                self.assertIn(guest.do("again", "cut"), CUT)
                self.assertEqual(guest.do("again", "stays"), "open")
                self.assertEqual(guest.does(*tries([PUBLIC4, PUBLIC6], ["tcp"])), ["refused"] * 2)
            self.assertEqual(guest.does(*tries([PUBLIC4, PUBLIC6], ["tcp"])), ["open"] * 2)
        self.was_cut(events, PUBLIC4)

    @callers()
    def test_lost_messages(self, who):
        """More changes than a socket holds, while the network process cannot read them: it looks for itself."""
        others = [f"20.8.{number // 256}.{number % 256}/32 via 20.1.1.1" for number in range(4000)]
        with Guest(who, OPEN) as guest:
            self.assertEqual(guest.do("tcp", PUBLIC4, PORT), "open")
            (net,) = (pid for pid, (name, _) in host.descendants().items() if name == "mxc-net")
            os.kill(net, signal.SIGSTOP)
            with lent(*others, "local 20.2.2.0/24 dev lo"):
                os.kill(net, signal.SIGCONT)
                self.assertEqual(guest.do("tcp", PUBLIC4, PORT), "refused")

    @callers()
    def test_too_many(self, who):
        """More than can be kept closed: the sandbox does not start; one that runs ends."""
        many = [f"local 30.{number >> 15}.{number >> 7 & 255}.{number << 1 & 255}/32 dev lo table 77" for number in range(33000)]
        with Guest(who, OPEN) as guest:
            self.assertEqual(guest.do("tcp", PUBLIC4, PORT), "open")
            with lent(*many):
                guest.process.wait(host.SECONDS)  # its input stays open: it does not end by itself
                status, err = guest.end()
                done = host.run_policy(who, guest_policy(OPEN))
        self.assertEqual(status, 255)
        self.assertEqual((done.status, done.reason), (255, "setup"), done.err)
        for text in (err, done.err):
            self.assertIn("more than 16384 separate own networks", text)


class HostLoopback(Case):
    @callers()
    def test_closed(self, who):
        self.told(who, egress(to("10.0.0.0/8", "fc00::/7"), default="allow"), [], tries(GATEWAYS, ["tcp", "udp"]))

    @callers()
    def test_open(self, who):
        network = egress(ingress={"hostLoopback": "allow"})
        self.told(who, network, tries(GATEWAYS, ["tcp", "udp"]), tries([PUBLIC4, PUBLIC6, *OWN]))

    @callers()
    def test_denied_ports(self, who):
        """Deny rules hold for the gateway, and for the loopback behind it."""
        network = egress(ingress={"hostLoopback": "allow"}, deny=[to("10.0.2.2", ports=[PORT]), to("::1", ports=[PORT])])
        self.told(who, network, [("tcp", address, PORT + 1) for address in GATEWAYS], tries(GATEWAYS, ["tcp"]))


if __name__ == "__main__":
    main()
