# SPDX-License-Identifier: MIT
"""A proxy: only that endpoint opens, and every program is told of it."""
import network
from network import (GATEWAYS, METADATA, OTHER4, OWN, PORT, PUBLIC4, PUBLIC6, Case, callers, guest_policy, main,
                     setUpModule)  # pylint: disable=unused-import

import host

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY", "http_proxy", "https_proxy", "all_proxy", "ftp_proxy")
DROPPED = ("NO_PROXY", "no_proxy")
PAGE = f"http://{OTHER4}/page"
CURL = ("command", "curl", "-s", "-S", "--max-time", "5", PAGE)
CLOSED = [("tcp", OTHER4, 80), ("tcp", PUBLIC6, 8080), ("tcp", PUBLIC4, PORT), ("tcp", OWN[0], 8080),
          ("tcp", METADATA[0], 80), ("tcp", "10.0.2.2", PORT), ("tcp", "fd00::2", PORT), ("udp", PUBLIC4, PORT), ("icmp", PUBLIC4)]


def new_form(url):
    return {"runtimeConfig": {"networkProxy": url}}


def old_form(**proxy):
    return {"version": "0.7.0-alpha", "network": {"defaultPolicy": "allow", "proxy": proxy}}


class Proxy(Case):
    def through(self, who, policy, url):
        """Everything goes by this URL, and nothing past it."""
        network.WORLD_SERVERS.seen(True)
        section = policy.pop("network", None)
        policy = guest_policy(section, **policy)
        if section is None:
            del policy["network"]
        actions = [CURL, ("environment", *NAMES, *DROPPED), *CLOSED]
        done = self.ran(host.run_policy(who, policy, stdin=network.line(actions),
                                        env={"HTTP_PROXY": "http://caller:1", "all_proxy": "x", "NO_PROXY": "*", "no_proxy": "*"}))
        page, names, *closed = network.lines(done)[0]
        self.assertEqual(page, [0, "by proxy " + PAGE])
        self.assertEqual(names, {**dict.fromkeys(NAMES, url), **dict.fromkeys(DROPPED)})
        self.assertEqual(closed, [network.refusal(action) for action in CLOSED])
        self.untouched(CLOSED)

    @callers()
    def test_on_the_host(self, who):
        for policy in (new_form("http://localhost:8080"), new_form("http://127.0.0.1:8080"), old_form(localhost=8080)):
            with self.subTest(policy=policy):
                self.through(who, policy, f"http://{GATEWAYS[0]}:8080")

    @callers()
    def test_on_the_host_ipv6(self, who):
        self.through(who, new_form("http://[::1]:8080"), f"http://[{GATEWAYS[1]}]:8080")

    @callers()
    def test_in_the_world(self, who):
        self.through(who, old_form(url=f"http://{PUBLIC4}:8080"), f"http://{PUBLIC4}:8080")

    @callers()
    def test_by_name(self, who):
        """It is resolved once, on the host; inside its name leads to that address."""
        network.WORLD_SERVERS.zone({"proxy.test": {"A": [PUBLIC4]}})
        self.through(who, old_form(url="http://proxy.test:8080"), "http://proxy.test:8080")

    @callers()
    def test_unknown_name(self, who):
        network.WORLD_SERVERS.zone({})
        policy = guest_policy({"defaultPolicy": "allow", "proxy": {"url": "http://proxy.test:8080"}}, version="0.7.0-alpha")
        done = host.run_policy(who, policy)
        self.assertEqual((done.reason, done.pointer), ("refused", "/network/proxy/url"), done.err)
        self.assertIn("could not resolve proxy host", done.err)

    @callers()
    def test_credentials(self, who):
        policy = guest_policy({"defaultPolicy": "allow", "proxy": {"url": "http://me:swordfish@20.2.2.2:8080"}}, version="0.8.0-alpha")
        done = host.run_policy(who, policy)
        self.assertEqual((done.status != 0, done.out), (True, ""))
        self.assertNotIn("swordfish", done.err)

    @callers()
    def test_nothing_beside_it(self, who):
        policy = guest_policy(network.egress(network.to(PUBLIC4)), runtimeConfig={"networkProxy": "http://localhost:8080"})
        self.assertIn(host.run_policy(who, policy).reason, ("refused", "setup"))


if __name__ == "__main__":
    main()
