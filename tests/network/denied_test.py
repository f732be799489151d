# SPDX-License-Identifier: MIT
"""Denied names under a default that opens their addresses: servers that fail, and answer later."""
import json
import time

import network
from network import OTHER4, OTHER6, PORT, PUBLIC4, Case, Guest, callers, egress, guest_policy, main, setUpModule, to  # pylint: disable=unused-import

import host

FAILS = {"code": 2}
KNOWN = {"A": [OTHER4], "AAAA": [OTHER6], "ttl": 30}
POLICY = egress(default="allow", deny=[to("bad.test")])
LEGACY = {"defaultPolicy": "allow", "blockedHosts": ["bad.test"]}


def until(condition):
    """Waits for what must happen, however long the machine takes."""
    end = time.monotonic() + host.SECONDS
    while not condition():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.05)


class Denied(Case):
    def zone(self, **entries):
        network.WORLD_SERVERS.zone({f"{name}.test": entry for name, entry in entries.items()})

    def check_later(self, who, policy, rule):
        """Open and told as long as nobody knows its addresses; closed when somebody does, and from then on."""
        path = self.box(who) / "events"
        self.zone(bad=FAILS)
        with Guest(who, None, "--events", path, policy=policy) as guest:
            self.assertEqual(guest.does(("keep", "before", OTHER4, PORT), ("tcp", OTHER6, PORT)), ["open", "open"])
            self.assertEqual(guest.do("dns", "bad.test")["code"], "REFUSED")
            self.zone(bad=KNOWN)
            until(lambda: guest.does(("tcp", OTHER4, PORT), ("tcp", OTHER6, PORT)) == ["refused"] * 2)
            self.assertNotEqual(guest.do("again", "before"), "open")
            self.zone(bad=FAILS)
            self.assertEqual(guest.does(("tcp", OTHER4, PORT), ("tcp", OTHER6, PORT), ("tcp", PUBLIC4, PORT)),
                             ["refused", "refused", "open"])
        events = [json.loads(text) for text in path.read_text().splitlines()]
        told = [event for event in events if event["kind"] == "name-unresolved"]
        self.assertEqual([[event.get(key) for key in ("name", "why", "rule", "count", "suggestion")] for event in told],
                         [["bad.test", "rule", rule, 1, None]])

    @callers()
    def test_answers_later(self, who):
        self.check_later(who, guest_policy(POLICY), "/network/egress/deny/0")

    @callers()
    def test_blocked_later(self, who):
        self.check_later(who, guest_policy(LEGACY, version="0.7.0-alpha"), "/network/blockedHosts/0")

    @callers()
    def test_many_addresses(self, who):
        """All that its servers tell, over TCP where they do not fit into a datagram."""
        self.zone(bad={"A": [f"20.9.0.{i}" for i in range(1, 250)] + [OTHER4], "cut": True,
                       "AAAA": [f"2a00:9::{i}" for i in range(1, 250)] + [OTHER6]})
        verdicts = self.tries(who, POLICY, ("tcp", OTHER4, PORT), ("udp", OTHER6, PORT), ("tcp", "20.9.0.100", PORT), ("tcp", PUBLIC4, PORT))
        self.assertEqual(verdicts, ["refused", "EACCES", "refused", "open"])

    @callers()
    def test_one_of_two(self, who):
        """One name that nobody knows keeps no other one open, and a missing name is no failure."""
        self.zone(good={"A": [OTHER4]}, bad=FAILS)
        policy = egress(default="allow", deny=[to("bad.test", "missing.test"), to("good.test")])
        words = ["--config-base64", host.b64(guest_policy(policy))]
        done = self.ran(host.run(who, words, stdin=network.line([("tcp", OTHER4, PORT), ("tcp", OTHER6, PORT)])))
        self.assertEqual(network.lines(done), [["refused", "open"]])
        self.assertEqual([(row["kind"], row.get("name"), row["rule"]) for row in done.result["denials"]],
                         [("name-unresolved", "bad.test", "/network/egress/deny/0"), ("refused", None, "/network/egress/deny/1")])


if __name__ == "__main__":
    main()
