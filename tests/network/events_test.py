# SPDX-License-Identifier: MIT
"""Every refusal is an event, and what it suggests is what lets it through."""
import copy
import json
import os
import stat
import subprocess

import network
from network import (LINK_LOCAL, METADATA, OPEN, OTHER4, OTHER6, OWN, PORT, PRIVATE4, PRIVATE6, PUBLIC4, PUBLIC6, Case, callers, egress,
                     guest_policy, main, setUpModule, to)  # pylint: disable=unused-import

import host

OLD = {"version": "0.7.0-alpha"}
BROAD_DENY = egress(default="allow", deny=[to("20.2.2.0/24", "2a00:2::/32")])

# name: (network section, action, why, rule, is there a suggestion, other keys of the policy)
REFUSALS = {
    "tcp": (egress(to(OTHER4)), ("tcp", PUBLIC4, PORT), "default", None, True, {}),
    "tcp of IPv6": (egress(to(OTHER4)), ("tcp", PUBLIC6, PORT), "default", None, True, {}),
    "udp": (egress(to(OTHER4)), ("udp", PUBLIC6, PORT), "default", None, True, {}),
    "icmp": (egress(to(OTHER4)), ("icmp", PUBLIC4), "default", None, True, {}),
    "no rule at all": (egress(ingress={"hostLoopback": "allow"}), ("tcp", PUBLIC4, PORT), "default", None, True, {}),
    "deny rule": (BROAD_DENY, ("tcp", PUBLIC4, PORT), "rule", "/network/egress/deny/0", True, {}),
    "deny rule of IPv6": (BROAD_DENY, ("udp", PUBLIC6, PORT), "rule", "/network/egress/deny/0", True, {}),
    "deny by port": (egress(default="allow", deny=[to(OTHER4), to(ports=[PORT])]), ("tcp", PUBLIC4, PORT), "rule",
                     "/network/egress/deny/1", True, {}),
    "own address": (OPEN, ("tcp", OWN[0], PORT), "own-address", None, True, {}),
    "link-local": (OPEN, ("udp", LINK_LOCAL, PORT), "link-local", None, True, {}),
    "metadata": (OPEN, ("tcp", METADATA[0], PORT), "metadata", None, True, {}),
    "metadata of IPv6": (OPEN, ("tcp", METADATA[3], PORT), "metadata", None, True, {}),
    "host loopback": (OPEN, ("tcp", "10.0.2.2", PORT), "loopback", None, True, {}),
    "host loopback of IPv6": (OPEN, ("tcp", "fd00::2", PORT), "loopback", None, True, {}),
    "reserved": (OPEN, ("tcp", "192.0.0.9", PORT), "reserved", None, False, {}),
    "a service of libslirp": (egress(ingress={"hostLoopback": "allow"}), ("udp", "10.0.2.2", 69), "reserved", None, False, {}),
    "and of IPv6": (egress(ingress={"hostLoopback": "allow"}), ("udp", "fd00::2", 547), "reserved", None, False, {}),
    "legacy list": ({"allowedHosts": [OTHER4]}, ("tcp", PUBLIC4, PORT), "default", None, True, OLD),
    "legacy denial": ({"defaultPolicy": "allow", "blockedHosts": [OTHER4, PUBLIC4]}, ("tcp", PUBLIC4, PORT), "rule",
                      "/network/blockedHosts/1", True, OLD),
    "legacy private": ({"defaultPolicy": "allow"}, ("tcp", PRIVATE4[0], PORT), "private", None, True, OLD),
    "legacy private of IPv6": ({"defaultPolicy": "allow"}, ("tcp", PRIVATE6, PORT), "private", None, True, OLD),
    "legacy loopback": ({"defaultPolicy": "allow"}, ("tcp", "10.0.2.2", PORT), "loopback", None, True, OLD),
}
NAMES = {
    "name": (egress(to("api.test")), {}),
    "legacy name": ({"allowedHosts": ["api.test"]}, OLD),
    "denied name": (egress(default="allow", deny=[to("other.test")]), {}),
    "denied wildcard": (egress(default="allow", deny=[to("*.test")]), {}),
}


def patched(document, operations):
    """RFC 6902, as far as it is used."""
    document = copy.deepcopy(document)
    for operation in operations:
        *path, last = operation["path"].split("/")[1:]
        place = document
        for key in path:
            place = place[int(key)] if isinstance(place, list) else place[key]
        if operation["op"] == "remove":
            del place[int(last) if isinstance(place, list) else last]
        elif isinstance(place, list):
            assert operation["op"] in ("add", "replace")
            at = len(place) if last == "-" else int(last)
            place[at:at + (operation["op"] == "replace")] = [operation["value"]]
        else:
            place[last] = operation["value"]
    return document


def spread(who, rows):
    """All for the first caller; who calls makes no difference to the words."""
    return rows if who is host.WHO[0] else dict(list(rows.items())[::5])


class Events(Case):
    def told_events(self, who, policy, *actions, after=None):
        """(verdicts, events, result object) of one run. 'after': an action whose answer comes behind all that was sent."""
        path = self.box(who) / "events"
        done = self.ran(host.run(who, ["--events", path, "--config-base64", host.b64(policy)],
                                 stdin=network.line(actions) + (network.line([after]) if after else b"")))
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        return network.lines(done)[0], [json.loads(text) for text in path.read_text().splitlines()], done.result

    @callers()
    def test_refusals(self, who):
        for name, (section, action, why, rule, helps, more) in spread(who, REFUSALS).items():
            with self.subTest(refusal=name):
                policy = guest_policy(section, **more)
                verdicts, events, result = self.told_events(who, policy, action)
                self.assertEqual(verdicts, [network.refusal(action)])
                (event,) = events
                self.assertRegex(event.pop("time"), r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
                port = action[2] if len(action) > 2 else None
                self.assertEqual([event.get(key) for key in ("kind", "protocol", "address", "port", "why", "rule", "count")],
                                 ["refused", action[0], action[1], port, why, rule, 1])
                self.assertEqual(result["denials"], [event])
                self.assertEqual("suggestion" in event, helps)
                if helps:
                    verdicts, events, _ = self.told_events(who, patched(policy, event["suggestion"]), action)
                    self.assertEqual((verdicts, events), (["open"], []))

    @callers()
    def test_names(self, who):
        network.WORLD_SERVERS.zone({"api.test": {"A": [PUBLIC4]}, "other.test": {"A": [OTHER4], "AAAA": [OTHER6]}})
        for name, (section, more) in NAMES.items():
            with self.subTest(refusal=name):
                policy = guest_policy(section, **more)
                verdicts, events, _ = self.told_events(who, policy, ("dns", "other.test"))
                self.assertEqual(verdicts[0]["code"], "REFUSED")
                event = next(event for event in events if event["kind"] == "name-refused")
                self.assertEqual(event["name"], "other.test")
                verdicts, events, _ = self.told_events(who, patched(policy, event["suggestion"]), ("dns", "other.test"))
                self.assertEqual((verdicts[0]["addresses"], events), ([OTHER4], []))

    @callers()
    def test_name_of_an_address(self, who):
        """A refused flow says for which name its address was given, and then the name is what to allow."""
        network.WORLD_SERVERS.zone({"api.test": {"A": [PUBLIC4], "AAAA": [PUBLIC6]}})
        policy = guest_policy(egress(to("api.test", ports=[PORT])))
        _, events, _ = self.told_events(who, policy, ("named", "api.test", PORT + 1))
        self.assertEqual({(event["why"], event.get("name")) for event in events}, {("default", "api.test")})
        self.assertIn('"host": "api.test"', json.dumps(events[0]["suggestion"]))

    @callers()
    def test_address_of_a_denied_name(self, who):
        """It says which name, and what it suggests takes that one out and leaves the rest of the rule."""
        network.WORLD_SERVERS.zone({"bad.test": {"A": [OTHER4]}, "worse.test": {"A": [PUBLIC4]}})
        policy = guest_policy(egress(default="allow", deny=[to("bad.test", "worse.test", f"{PRIVATE4[0]}/32")]))
        actions = ("tcp", OTHER4, PORT), ("tcp", OTHER4, PORT + 1), ("tcp", PUBLIC4, PORT), ("tcp", PRIVATE4[0], PORT)
        verdicts, events, _ = self.told_events(who, policy, *actions)
        told = {(event["address"], event["port"]): event for event in events}
        self.assertEqual((verdicts, [told[action[1:]].get("denied") for action in actions]),
                         (["refused"] * 4, ["bad.test", "bad.test", "worse.test", None]))
        suggestion = told[actions[0][1:]]["suggestion"]
        self.assertEqual(suggestion[0], {"op": "remove", "path": "/network/egress/deny/0/to/0"})
        verdicts, _, _ = self.told_events(who, patched(policy, suggestion), *actions, ("dns", "bad.test"))
        self.assertEqual((verdicts[:4], verdicts[4]["code"]), (["open"] + ["refused"] * 3, "REFUSED"))

    @callers()
    def test_guarded(self, who):
        network.WORLD_SERVERS.zone({"rebind.test": {"A": [PRIVATE4[0], PUBLIC4]}})
        policy = guest_policy(egress(to("rebind.test", ports=[PORT])))
        _, events, result = self.told_events(who, policy, ("dns", "rebind.test"))
        self.assertEqual([(event["kind"], event["name"], event["address"], event["why"]) for event in events],
                         [("name-guarded", "rebind.test", PRIVATE4[0], "private")])
        self.assertEqual(len(result["denials"]), 1)

    @callers("root")
    def test_ping_that_the_host_forbids(self, who):
        """Neither silence nor a suggestion: no policy helps."""
        with network.no_ping():
            verdicts, events, _ = self.told_events(who, guest_policy(OPEN), ("icmp", PUBLIC4), ("icmp", PUBLIC6))
            probe = json.loads(host.start(who, ["probe", "--json"], stdout=subprocess.PIPE).communicate()[0])
        self.assertEqual(verdicts, [network.refusal(("icmp", PUBLIC4)), network.refusal(("icmp", PUBLIC6))])
        self.assertEqual({(event["protocol"], event["address"], event["why"]) for event in events},
                         {("icmp", PUBLIC4, "host"), ("icmp", PUBLIC6, "host")})
        self.assertFalse(any("suggestion" in event for event in events))
        self.assertIn("no ping", json.dumps(probe))

    @callers()
    def test_nothing_refused(self, who):
        _, events, result = self.told_events(who, guest_policy(OPEN), ("tcp", PUBLIC4, PORT))
        self.assertEqual((events, result["denials"], result["denialsMore"]), ([], [], 0))

    @callers()
    def test_many(self, who):
        """So many that not all are told: how many is told, and the summary stays small."""
        policy = guest_policy(egress(to(PUBLIC6)))
        _, events, result = self.told_events(who, policy, ("flood_udp", PUBLIC4, 1, 3000), after=("tcp", PUBLIC4, PORT))
        refused = [event for event in events if event["kind"] == "refused" and event["protocol"] == "udp"]
        untold = sum(event["count"] for event in events if event["kind"] == "untold")
        self.assertTrue(20 <= len(refused) < 1500, len(refused))
        self.assertEqual({event["count"] for event in refused}, {1})
        self.assertEqual(len({event["port"] for event in refused}), len(refused))
        self.assertGreater(untold, 0)
        self.assertLessEqual(sum(event["count"] for event in refused) + untold, 3001)
        self.assertEqual(len(result["denials"]), 32)
        self.assertEqual(sum(row["count"] for row in result["denials"]) + result["denialsMore"],
                         sum(event["count"] for event in events))

    @callers()
    def test_repeated(self, who):
        """The same again and again is told seldom, and counted each time."""
        actions = [("tcp", PUBLIC4, PORT), ("tcp", PUBLIC4, PORT + 1), ("udp", PUBLIC4, PORT)] * 10
        _, events, result = self.told_events(who, guest_policy(egress(to(PUBLIC6))), *actions)
        self.assertLessEqual(len(events), 15)
        self.assertEqual({event["kind"] for event in events}, {"refused"})
        self.assertEqual(sorted((row["protocol"], row["address"], row["port"], row["count"]) for row in result["denials"]),
                         [("tcp", PUBLIC4, PORT, 10), ("tcp", PUBLIC4, PORT + 1, 10), ("udp", PUBLIC4, PORT, 10)])
        self.assertEqual((sum(event["count"] for event in events), result["denialsMore"]), (30, 0))

    @callers()
    def test_descriptor(self, who):
        """By a descriptor, which the program does not get."""
        read, write = os.pipe()
        with os.fdopen(read, encoding="utf-8") as lines:
            try:
                words = [f"--events={write}", "--config-base64", host.b64(guest_policy(egress(to(PUBLIC6))))]
                done = self.ran(host.run(who, words, fds=(write,),
                                         stdin=network.line([("tcp", PUBLIC4, PORT)]) + network.line([("descriptors",)])))
            finally:
                os.close(write)
            events = [json.loads(text) for text in lines]
        self.assertEqual(network.lines(done), [["refused"], [[0, 1, 2]]])
        self.assertEqual([event["address"] for event in events], [PUBLIC4])

    @callers()
    def test_nobody_reads(self, who):
        """A full pipe holds nobody up."""
        read, write = os.pipe()
        try:
            os.set_blocking(write, False)
            while True:
                os.write(write, b"x" * 4096)
        except BlockingIOError:
            os.set_blocking(write, True)
        try:
            words = [f"--events={write}", "--config-base64", host.b64(guest_policy(egress(to(PUBLIC6))))]
            done = self.ran(host.run(who, words, fds=(write,), stdin=network.line([("tcp", PUBLIC4, PORT), ("tcp", PUBLIC6, PORT)])))
        finally:
            os.close(read)
            os.close(write)
        self.assertEqual(network.lines(done)[0], ["refused", "open"])
        self.assertEqual(len(done.result["denials"]), 1)

    @callers()
    def test_appended(self, who):
        path = self.file(who, self.box(who) / "events", "earlier\n", 0o600)
        words = ["--events", path, "--config-base64", host.b64(guest_policy(egress(to(PUBLIC6))))]
        for _ in range(2):
            self.ran(host.run(who, words, stdin=network.line([("tcp", PUBLIC4, PORT)])))
        self.assertEqual([text[:8] for text in path.read_text().splitlines()], ["earlier", '{"time":', '{"time":'])

    @callers()
    def test_cannot_be_written(self, who):
        """Nothing starts."""
        for place in ("/nonexistent/events", "97", host.PLACE.bin):
            done = host.run(who, ["--events", place, "--config-base64", host.b64(guest_policy(OPEN))])
            self.assertEqual((done.out, done.status != 0), ("", True))
            self.assertIn("--events", done.err)

    @callers()
    def test_in_words(self, who):
        words = ["--verbose", "--config-base64", host.b64(guest_policy(egress(to(PUBLIC6))))]
        done = self.ran(host.run(who, words, stdin=network.line([("tcp", PUBLIC4, PORT)])))
        self.assertRegex(done.err, rf"(?m)^.*refused.*tcp.*{PUBLIC4}:{PORT}.*$")


if __name__ == "__main__":
    main()
