# SPDX-License-Identifier: MIT
"""What stays closed although everything is allowed, until a rule names it: loopback, the host's own addresses,
link-local and metadata addresses."""
from network import (GATEWAYS, LINK_LOCAL, LOOPBACKS, METADATA, OPEN, OWN, PORT, PUBLIC4, PUBLIC6, UP, Case, Guest,
                     callers, egress, guest_policy, ip_batch, main, prefix, setUpModule, to)  # pylint: disable=unused-import

import host

LATE = ["20.1.1.77", "2a00:1::77"]  # addresses that the host gets while a sandbox runs
BROAD = egress(to("0.0.0.0/0", "::/0"), to("20.0.0.0/8", "2a00::/12", "169.0.0.0/8", "168.0.0.0/6", "fc00::/6", "100.0.0.0/8"))
EACH = ("tcp", "udp", "icmp")


def tries(addresses, kinds=EACH):
    return [(kind, address, PORT)[:2 if kind == "icmp" else 3] for address in addresses for kind in kinds]


class Closed(Case):
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
        network = egress(to("127.0.0.0/8", "::1", "0.0.0.0/0", "::/0"), default="allow")
        actions = tries([*LOOPBACKS, "::ffff:127.0.0.1", "0.0.0.0"], ["tcp", "udp"])
        self.assertEqual(self.tries(who, network, *actions), ["refused"] * len(actions))

    @callers()
    def test_never(self, who):
        """Multicast, broadcast, reserved ranges, and addresses of ours that nobody has."""
        closed = [(kind, address, PORT) for kind in ("tcp", "udp") for address in
                  ("240.1.2.3", "192.0.0.9", "0.1.2.3", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1", "5f00::1")]
        verdicts = self.tries(who, egress(to("ff00::/8", "5f00::/16"), default="allow"), *closed, ("udp", "224.0.0.251", 5353), ("udp", "ff0e::1", PORT))
        self.assertNotIn("open", verdicts)
        self.untouched([*closed, ("udp", "224.0.0.251"), ("udp", "ff0e::1")])

    @callers()
    def test_naming_what_never_opens(self, who):
        for number, place in enumerate(("240.0.0.0/4", "192.0.0.0/24", "0.0.0.0/8", "224.0.0.251", "10.0.2.5", "fd00::7")):
            with self.subTest(place=place):
                done = host.run_policy(who, guest_policy(egress(*[to(PUBLIC4)] * number, to(place))))
                self.refused(done, f"/network/egress/allow/{number}", "nothing can be reached there")

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
        with Guest(who, OPEN) as guest:
            self.assertEqual(guest.do("keep", "cut", PUBLIC4, PORT), "open")
            ip_batch(f"addr add {PUBLIC4}/32 dev lo")
            try:
                self.assertIn(guest.do("again", "cut"), ("refused", "ECONNRESET", "EPIPE", "closed"))
                self.assertEqual(guest.do("tcp", PUBLIC4, PORT), "refused")
            finally:
                ip_batch(f"addr del {PUBLIC4}/32 dev lo")


class HostLoopback(Case):
    @callers()
    def test_closed(self, who):
        self.told(who, egress(to("10.0.2.2", "fd00::2"), default="allow"), [], tries(GATEWAYS, ["tcp", "udp"]))

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
