# SPDX-License-Identifier: MIT
"""The rules of the directional form, each with what it opens and what stays refused, on IPv4 and IPv6."""
from network import (OPEN, OTHER4, OTHER6, PORT, PRIVATE4, PRIVATE6, PUBLIC4, PUBLIC6, SPECIAL, Case, callers, egress, main,
                     setUpModule, to)  # pylint: disable=unused-import

HERE4, HERE6 = ("tcp", PUBLIC4, PORT), ("tcp", PUBLIC6, PORT)
THERE4, THERE6 = ("tcp", OTHER4, PORT), ("tcp", OTHER6, PORT)
DATAGRAMS = [("udp", PUBLIC4, PORT), ("udp", PUBLIC6, PORT)]
PINGS = [("icmp", PUBLIC4), ("icmp", PUBLIC6)]
EVERYTHING = [HERE4, HERE6, THERE4, THERE6, *DATAGRAMS, *PINGS]

# name: (network section, what is open, what is refused)
RULES = {
    "default allow": (OPEN, [*EVERYTHING, ("tcp", PRIVATE4[0], PORT), ("tcp", PRIVATE6, PORT),
                              *[("tcp", address, PORT) for address in SPECIAL]], []),
    "default deny with a rule": (egress(to(PUBLIC4)), [HERE4, DATAGRAMS[0], PINGS[0]], [HERE6, THERE4, THERE6]),
    "empty rule": (egress({}), EVERYTHING, []),
    "network": (egress(to("20.2.2.0/24", "2a00:2::/32")), [HERE4, HERE6, *DATAGRAMS, *PINGS], [THERE4, THERE6]),
    "except": (egress(to({"cidr": "20.2.0.0/16", "except": ["20.2.3.0/24"]},
                         {"cidr": "2a00::/16", "except": ["2a00:3::3"]})), [HERE4, HERE6], [THERE4, THERE6]),
    "port": (egress(to(ports=[PORT])), [HERE4, HERE6],
             [("tcp", PUBLIC4, PORT + 1), ("tcp", PUBLIC6, PORT + 1), *DATAGRAMS, *PINGS]),
    "range of ports": (egress(to(ports=[("tcp", PORT, PORT + 1)])), [HERE4, HERE6, ("tcp", PUBLIC4, PORT + 1)],
                       [("tcp", PUBLIC4, PORT + 2), ("tcp", PUBLIC6, PORT + 2), *DATAGRAMS]),
    "any with a port": (egress(to(PUBLIC4, PUBLIC6, ports=[("any", PORT)])), [HERE4, HERE6, *DATAGRAMS],
                        [("udp", PUBLIC4, PORT + 1), *PINGS]),
    "udp": (egress(to(ports=["udp"])), DATAGRAMS, [HERE4, HERE6, *PINGS]),
    "tcp": (egress(to(ports=["tcp"])), [HERE4, HERE6], [*DATAGRAMS, *PINGS]),
    "icmp": (egress(to(ports=["icmp"])), PINGS, [HERE4, HERE6, *DATAGRAMS]),
    "icmp to one": (egress(to(PUBLIC6, ports=["icmp"])), PINGS[1:], [PINGS[0], ("icmp", OTHER6), HERE6]),
    "deny beats allow": (egress(to("20.2.0.0/16", "2a00::/16"), deny=[to(PUBLIC4), to(PUBLIC6, ports=[PORT])]),
                         [THERE4, THERE6, ("tcp", PUBLIC6, PORT + 1)], [HERE4, HERE6, DATAGRAMS[0], PINGS[0]]),
    "deny beats the default": (egress(deny=[to("20.2.2.0/24", ports=["tcp"]), to("2a00:3::/64")], default="allow"),
                               [HERE6, THERE4, *DATAGRAMS, *PINGS], [HERE4, THERE6, ("icmp", OTHER6)]),
    "deny everything": (egress({}, deny=[{}]), [], EVERYTHING),
    "a narrower allow does not beat deny": (egress(to(PUBLIC4), deny=[to("20.0.0.0/8")]), [], [HERE4]),
    "mapped network": (egress(to("::ffff:20.2.2.0/120")), [HERE4, DATAGRAMS[0]], [HERE6, THERE4]),
    "mapped denial": (egress(deny=[to("::ffff:20.2.2.2")], default="allow"), [HERE6, THERE4], [HERE4, DATAGRAMS[0]]),
    "an IPv6 network around IPv4": (egress(deny=[to("::/0")], default="allow"), [], [HERE4, HERE6, *PINGS]),
    "all of IPv6": (egress(to("2000::/3")), [HERE6, THERE6, PINGS[1]], [HERE4, PINGS[0]]),
    "all of IPv4": (egress(to("0.0.0.0/0")), [HERE4, THERE4, PINGS[0]], [HERE6, PINGS[1]]),
}


class Rules(Case):
    @callers()
    def test_each(self, who):
        for name, (network, opened, closed) in RULES.items():
            with self.subTest(rule=name):
                self.told(who, network, opened, closed)

    @callers()
    def test_mapped_address(self, who):
        """An IPv4 address in the form of IPv6 is the IPv4 address: for programs, and for the rules."""
        mapped = ("tcp", "::ffff:" + PUBLIC4, PORT)
        self.assertEqual(self.tries(who, egress(to(PUBLIC4)), mapped), ["open"])
        self.assertEqual(self.tries(who, egress(to("::/0"), deny=[to(PUBLIC4)]), mapped), ["refused"])

    @callers()
    def test_largest_datagrams(self, who):
        """As docs/network.md says; one byte more would be fragments."""
        self.told(who, OPEN, [("udp", PUBLIC4, PORT, 65492), ("udp", PUBLIC6, PORT, 65472)], [])

    @callers()
    def test_many_rules(self, who):
        rules = [to(f"30.{number >> 8}.{number & 255}.0/24", ports=[number + 1]) for number in range(5000)]
        self.told(who, egress(*rules, to(PUBLIC4), deny=rules), [HERE4], [HERE6, THERE4, ("tcp", "30.0.5.1", 6)])


if __name__ == "__main__":
    main()
