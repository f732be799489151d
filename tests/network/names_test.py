# SPDX-License-Identifier: MIT
"""Rules by name: only names that a rule covers resolve, and only what they resolve to opens, for their ports."""
import base64
import struct

import network
from network import (METADATA, OPEN, OTHER4, OTHER6, OWN, PORT, PRIVATE4, PRIVATE6, PUBLIC4, PUBLIC6, Case, Guest, callers,
                     egress, main, setUpModule, to)  # pylint: disable=unused-import

BLOCKED = 15  # the extended error
ZONE = {
    "api.test": {"A": [PUBLIC4], "AAAA": [PUBLIC6], "ttl": 60},
    "other.test": {"A": [OTHER4], "AAAA": [OTHER6]},
    "a.wild.test": {"A": [PUBLIC4]}, "b.c.wild.test": {"A": [OTHER4]}, "wild.test": {"A": [OTHER4]},
    "alias.test": {"CNAME": "hop.elsewhere.test"}, "hop.elsewhere.test": {"CNAME": "api.test"},
    "loop.test": {"CNAME": "loop2.test"}, "loop2.test": {"CNAME": "loop.test"},
    "inward.test": {"CNAME": "rebind.test"},
    "rebind.test": {"A": [PRIVATE4[0], "127.0.0.1", METADATA[0], OWN[0], "10.0.2.2", "0.0.0.0"],
                    "AAAA": [PRIVATE6, "::1", "fd00::2", "::ffff:127.0.0.1", "fe80::1"]},
    "mixed.test": {"A": [PUBLIC4, PRIVATE4[0]]},
    "short.test": {"A": [PUBLIC4], "ttl": 0}, "long.test": {"A": [PUBLIC4], "ttl": 86400},
    "cut.test": {"A": [PUBLIC4], "cut": True},
    "broken.test": {"code": 2}, "four.test": {"A": [PUBLIC4]},
}
LIBRARY_REFUSALS = ("EAI_AGAIN", "EAI_FAIL", "EAI_NONAME", "EAI_NODATA")


def question(labels, kind=1, flags=0x100, count=1, tail=b""):
    """A message with these labels as they are."""
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    message = struct.pack("!HHHHHH", 99, flags, count, 0, 0, 0) + (name + struct.pack("!HH", kind, 1)) * count + tail
    return base64.b64encode(message).decode()


class Names(Case):
    def setUp(self):
        super().setUp()
        network.WORLD_SERVERS.zone(ZONE)

    @callers()
    def test_opens_its_addresses(self, who):
        """Closed for who knows the address, until the name was asked for; then for the rule's ports only."""
        with Guest(who, egress(to("api.test", ports=[PORT]))) as guest:
            self.assertEqual(guest.does(("tcp", PUBLIC4, PORT), ("tcp", PUBLIC6, PORT)), ["refused"] * 2)
            self.assertEqual(guest.do("resolve", "api.test"), sorted([PUBLIC4, PUBLIC6]))
            self.assertEqual(guest.does(("tcp", PUBLIC4, PORT), ("tcp", PUBLIC6, PORT), ("named", "API.Test", PORT)), ["open"] * 3)
            self.assertEqual(guest.does(("tcp", PUBLIC4, PORT + 1), ("udp", PUBLIC4, PORT), ("icmp", PUBLIC6),
                                        ("tcp", OTHER4, PORT)), ["refused", "EHOSTUNREACH", "EACCES", "refused"])

    @callers()
    def test_refused_is_not_missing(self, who):
        verdicts = self.tries(who, egress(to("api.test", "missing.test")), ("dns", "other.test"), ("dns", "missing.test"),
                              ("dns", "api.test"), ("dns", "other.test", "A", 6, False), ("resolve", "other.test"),
                              ("resolve", "missing.test"), ("dns", "missing.test", "AAAA", 6))
        self.assertEqual([(row["code"], row["why"]) for row in verdicts[:4]],
                         [("REFUSED", BLOCKED), ("NXDOMAIN", None), ("NOERROR", None), ("REFUSED", None)])
        self.assertIn(verdicts[4], LIBRARY_REFUSALS)
        self.assertEqual((verdicts[5], verdicts[6]["code"]), ("EAI_NONAME", "NXDOMAIN"))
        self.assertNotIn("other.test", {name.lower() for name, _ in network.WORLD_SERVERS.asked()}, "asked the world")

    @callers()
    def test_wildcard(self, who):
        verdicts = self.tries(who, egress(to("*.wild.test")), ("named", "a.wild.test", PORT), ("named", "b.c.wild.test", PORT),
                              ("dns", "wild.test"), ("dns", "xwild.test"), ("dns", "a.wild.test.evil.test"))
        self.assertEqual(verdicts[:2] + [row["code"] for row in verdicts[2:]], ["open", "open", "REFUSED", "REFUSED", "REFUSED"])

    @callers()
    def test_chain(self, who):
        """The names on the way need no rule of their own, and get none by it."""
        with Guest(who, egress(to("alias.test"))) as guest:
            self.assertEqual(guest.do("named", "alias.test", PORT), "open")
            self.assertEqual(guest.do("dns", "hop.elsewhere.test")["code"], "REFUSED")
        loop = self.tries(who, egress(to("loop.test")), ("dns", "loop.test"))[0]
        self.assertEqual((loop["addresses"], loop["code"] in ("SERVFAIL", "NOERROR", "NXDOMAIN")), ([], True))

    @callers()
    def test_lifetime(self, who):
        """Neither so short that it is gone at once, nor longer than five minutes."""
        verdicts = self.tries(who, egress(to("*.test", "short.test", "long.test")), ("dns", "short.test"), ("dns", "long.test"))
        self.assertTrue(1 <= verdicts[0]["ttl"] <= 60, verdicts)
        self.assertTrue(1 <= verdicts[1]["ttl"] <= 300, verdicts)

    @callers()
    def test_rebinding(self, who):
        """An answer that points inside is no answer, and opens nothing."""
        with Guest(who, egress(to("rebind.test", "mixed.test", "inward.test"))) as guest:
            rows = guest.does(("dns", "rebind.test"), ("dns", "rebind.test", "AAAA"), ("dns", "inward.test"), ("dns", "mixed.test"))
            self.assertEqual([(row["code"], row["addresses"]) for row in rows], [("NOERROR", [])] * 3 + [("NOERROR", [PUBLIC4])])
            closed = [("tcp", address, PORT) for address in (PRIVATE4[0], METADATA[0], OWN[0], "10.0.2.2", PRIVATE6, "fd00::2")]
            self.assertEqual(guest.does(*closed), ["refused"] * len(closed))
        self.untouched(closed)

    @callers()
    def test_inside_with_a_network(self, who):
        """A rule by number says that it is meant; it counts for its own ports."""
        policy = egress(to("mixed.test", ports=[PORT]), to("10.7.7.0/24", ports=[PORT]))
        with Guest(who, policy) as guest:
            self.assertEqual(guest.do("dns", "mixed.test")["addresses"], sorted([PUBLIC4, PRIVATE4[0]]))
            self.assertEqual(guest.does(("tcp", PRIVATE4[0], PORT), ("tcp", PRIVATE4[0], PORT + 1)), ["open", "refused"])

    @callers()
    def test_allowed_by_default(self, who):
        """Everything resolves but what is denied, and a denied name stays closed by its addresses."""
        policy = egress(default="allow", deny=[to("other.test")])
        verdicts = self.tries(who, policy, ("named", "api.test", PORT), ("dns", "other.test"), ("tcp", OTHER4, PORT), ("tcp", OTHER6, PORT))
        self.assertEqual((verdicts[0], verdicts[1]["code"], verdicts[2:]), ("open", "REFUSED", ["refused"] * 2))

    @callers()
    def test_numbers_only(self, who):
        """Who allows a network and no names gets no names; who allows a whole family does."""
        self.assertEqual(self.tries(who, egress(to("20.2.2.0/24")), ("dns", "api.test"))[0]["code"], "REFUSED")
        row = self.tries(who, egress(to("0.0.0.0/0", ports=[443])), ("dns", "api.test"))[0]
        self.assertEqual((row["code"], row["addresses"]), ("NOERROR", [PUBLIC4]))

    @callers()
    def test_types(self, who):
        kinds = ["HTTPS", "TXT", "PTR", "ANY", "SOA"]
        verdicts = self.tries(who, OPEN, *(("dns", "api.test", kind) for kind in kinds))
        self.assertEqual([row["addresses"] for row in verdicts], [[]] * len(kinds))
        self.assertLessEqual({row["code"] for row in verdicts}, {"NOERROR", "REFUSED", "NOTIMP"})
        self.assertLessEqual({kind for _, kind in network.WORLD_SERVERS.asked()}, {1, 28})

    @callers()
    def test_odd_names(self, who):
        """Names that are no host names are refused, and never passed on."""
        odd = [question([b"api\0", b"test"]), question([b"api.test"]), question([b"a" * 63] * 4), question([b"ap i", b"test"]),
               question([b"\xffapi", b"test"]), question([b"api\\046", b"test"]), question([b"-", b"test"]),
               question([b"api", b"test"], count=2), question([b"api", b"test"], flags=0x2900), question([], 1)]
        verdicts = self.tries(who, OPEN, *(("dns_raw", text) for text in odd))
        for text, verdict in zip(odd, verdicts):
            self.assertIn(verdict, ("REFUSED", "FORMERR", "NOTIMP", "timeout"), base64.b64decode(text))
        self.assertEqual(network.WORLD_SERVERS.asked(), [])

    @callers()
    def test_upstream(self, who):
        """A truncated answer is asked for again over TCP; a broken server is no missing name."""
        verdicts = self.tries(who, OPEN, ("dns", "cut.test"), ("dns", "broken.test"), ("dns", "four.test", "AAAA"))
        self.assertEqual((verdicts[0]["addresses"], verdicts[1]["code"], verdicts[2]["code"], verdicts[2]["addresses"]),
                         ([PUBLIC4], "SERVFAIL", "NOERROR", []))

    @callers()
    def test_by_stream(self, who):
        """Questions over TCP are answered as well, under the same rules."""
        verdicts = self.tries(who, egress(to("api.test")), ("dns_tcp", "api.test"), ("dns_tcp", "other.test"),
                              ("dns_tcp", "api.test", "AAAA", 6))
        self.assertEqual([row["code"] for row in verdicts], ["NOERROR", "REFUSED", "NOERROR"])
        self.assertEqual(verdicts[2]["addresses"], [PUBLIC6])

    @callers()
    def test_other_resolvers(self, who):
        """Nobody else answers questions, unless a rule opens him."""
        verdicts = self.tries(who, egress(to("api.test")), ("udp", "20.2.2.53", 53), ("tcp", "2a00:2::53", 53))
        self.assertEqual(verdicts, ["EHOSTUNREACH", "refused"])

    @callers()
    def test_files(self, who):
        """The guest's resolver is ours, whatever the host's file says."""
        lines = self.tries(who, egress(to("api.test")), ("read", "/etc/resolv.conf"))[0].splitlines()
        self.assertEqual([line for line in lines if line.startswith("nameserver")], ["nameserver 10.0.2.3", "nameserver fd00::3"])


class Legacy(Case):
    @callers()
    def test_names(self, who):
        network.WORLD_SERVERS.zone({"good.test": {"A": [PUBLIC4], "AAAA": [PUBLIC6]}, "bad.test": {"A": [OTHER4]}})
        verdicts = self.tries(who, {"allowedHosts": ["good.test"]}, ("named", "good.test", PORT), ("resolve", "bad.test"),
                              ("tcp", OTHER4, PORT), version="0.7.0-alpha")
        self.assertEqual(verdicts[0], "open")
        self.assertIn(verdicts[1], ("EAI_FAIL", "EAI_AGAIN", "EAI_NONAME", "EAI_NODATA"))
        self.assertEqual(verdicts[2], "refused")

    @callers()
    def test_blocked_name(self, who):
        """It does not resolve, and its addresses are closed as well, also for who knows them."""
        network.WORLD_SERVERS.zone({"good.test": {"A": [PUBLIC4]}, "bad.test": {"A": [OTHER4], "AAAA": [OTHER6]}})
        section = {"defaultPolicy": "allow", "blockedHosts": ["bad.test"]}
        verdicts = self.tries(who, section, ("named", "good.test", PORT), ("dns", "bad.test"), ("tcp", OTHER4, PORT),
                              ("tcp", OTHER6, PORT), version="0.8.0-alpha")
        self.assertEqual((verdicts[0], verdicts[1]["code"], verdicts[2:]), ("open", "REFUSED", ["refused"] * 2))


if __name__ == "__main__":
    main()
