# SPDX-License-Identifier: MIT
"""The rows of the conformance table that open the network. Behind every address here two servers listen (lend_world()), so
that what is refused is refused by us. Names, other protocols and real clients: tests/network."""
import os
import socket
import subprocess
import threading

PORT, OTHER_PORT = 8080, 9090
PUBLIC, PUBLIC_TOO, PUBLIC_6 = "20.0.0.1", "20.0.0.200", "2600:1::1"
PRIVATE, OWN, METADATA = "10.9.0.1", "192.0.2.77", "169.254.169.254"
GATEWAY, GATEWAY_6 = "10.0.2.2", "fd00::2"
OLD, NEW = "0.7.0-alpha", "1.0.0"
CLOSED = "ECONNREFUSED"


def lend_world():
    """Only in the rig: all these addresses lead to this host's own servers, without being addresses of its own."""
    if not os.environ.get("MXC_TEST_RIG"):
        return
    for words in (["addr", "add", OWN + "/32", "dev", "lo"], ["route", "add", "local", "20.0.0.0/24", "dev", "lo"],
                  ["route", "add", "local", "10.9.0.0/24", "dev", "lo"], ["route", "add", "local", METADATA, "dev", "lo"],
                  ["-6", "route", "add", "local", "2600:1::/64", "dev", "lo"]):
        subprocess.run(["ip", *words], check=True)
    for port in (PORT, OTHER_PORT):
        server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=128)
        threading.Thread(target=answer, args=(server,), daemon=True).start()


def answer(server):
    while True:
        server.accept()[0].close()


def tcp(*places):
    return [["tcp", address, str(port)] for address, port in places]


def rows(probe, row, grants):
    """Key -> Row."""
    def tried(says, part, places, want, version=NEW):
        return probe(says, grants(**part), tcp(*places), want, version=version, world=True)

    def old(says, network, places, want):
        return tried(says, {"network": network}, places, want, OLD)

    def new(says, network, places, want):
        return tried(says, {"network": network}, places, want)

    at = [(PUBLIC, PORT), (PUBLIC_6, PORT)]
    closed = [(OWN, PORT), (METADATA, PORT), (GATEWAY, PORT), (GATEWAY_6, PORT)]
    rule = [{"to": [{"cidr": "20.0.0.0/24", "except": ["20.0.0.128/25"]}],
             "ports": [{"protocol": "tcp", "port": 8000, "endPort": 8100}]}]
    modes = ("capabilities", "firewall", "both")
    return {
        "/network/defaultPolicy": row(
            [old("allow: the public internet", {"defaultPolicy": "allow"}, at, ["ok"] * 2)],
            [old("block: nothing", {"defaultPolicy": "block"}, at, ["ENETUNREACH", "ENETUNREACH|EADDRNOTAVAIL"]),
             old("allow: not private networks, the host's own addresses, metadata, its loopback", {"defaultPolicy": "allow"},
                 [(PRIVATE, PORT), *closed], [CLOSED] * 5)]),
        "/network/enforcementMode": row(
            [old("any mode: what is allowed", {"enforcementMode": mode, "allowedHosts": [PUBLIC]}, at[:1], ["ok"])
             for mode in modes],
            [old("any mode: nothing else", {"enforcementMode": mode, "allowedHosts": [PUBLIC]}, [(PUBLIC_TOO, PORT)], [CLOSED])
             for mode in modes],
            remark="every mode is really enforced"),
        "/network/allowLocalNetwork": row(
            [old("true: what the default allows, private networks too; the host's loopback",
                 {"defaultPolicy": "allow", "allowLocalNetwork": True}, [(PRIVATE, PORT), (GATEWAY, PORT), (GATEWAY_6, PORT)],
                 ["ok"] * 3),
             old("true: private networks and the host's loopback, though the default blocks", {"allowLocalNetwork": True},
                 [(PRIVATE, PORT), (GATEWAY, PORT)], ["ok"] * 2)],
            [old("true: nothing else that the default blocks", {"allowLocalNetwork": True}, [*at, (OWN, PORT)],
                 [CLOSED] * 3),
             old("false: not, though the internet is open", {"defaultPolicy": "allow", "allowLocalNetwork": False},
                 [(PRIVATE, PORT), (GATEWAY, PORT)], [CLOSED] * 2)]),
        "/network/allowedHosts": row(
            [old("an address, a network", {"allowedHosts": [PUBLIC, "20.0.0.129/25"]},
                 [(PUBLIC, PORT), (PUBLIC, OTHER_PORT), (PUBLIC_TOO, PORT)], ["ok"] * 3)],
            [old("nothing else", {"allowedHosts": [PUBLIC]}, [(PUBLIC_TOO, PORT), (PUBLIC_6, PORT), *closed], [CLOSED] * 6)]),
        "/network/blockedHosts": row(
            [old("others, by default", {"defaultPolicy": "allow", "blockedHosts": [PUBLIC]}, [(PUBLIC_TOO, PORT)], ["ok"])],
            [old("though the default allows", {"defaultPolicy": "allow", "blockedHosts": [PUBLIC, "2600:1::/32"]}, at,
                 [CLOSED] * 2),
             old("though a list allows", {"allowedHosts": ["20.0.0.0/8"], "blockedHosts": [PUBLIC]},
                 [(PUBLIC, PORT), (PUBLIC_TOO, PORT)], [CLOSED, "ok"])]),
        "/network/proxy/localhost": row(
            [old("the proxy, at the gateway", {"defaultPolicy": "allow", "proxy": {"localhost": PORT}}, [(GATEWAY, PORT)],
                 ["ok"])],
            [old("nothing but the proxy", {"defaultPolicy": "allow", "proxy": {"localhost": PORT}},
                 [(GATEWAY, OTHER_PORT), (PUBLIC, PORT), (PRIVATE, PORT)], [CLOSED] * 3)]),
        "/network/proxy/url": row(
            [old("the proxy", {"defaultPolicy": "allow", "proxy": {"url": f"http://{PUBLIC}:{PORT}"}}, [(PUBLIC, PORT)],
                 ["ok"])],
            [old("nothing but the proxy", {"defaultPolicy": "allow", "proxy": {"url": f"http://{PUBLIC}:{PORT}"}},
                 [(PUBLIC, OTHER_PORT), (PUBLIC_TOO, PORT), (GATEWAY, PORT)], [CLOSED] * 3)]),
        "/network/egress/default": row(
            [new("allow: private networks too", {"egress": {"default": "allow"}}, [*at, (PRIVATE, PORT)], ["ok"] * 3)],
            [new("deny: nothing", {"egress": {"default": "deny"}}, at, ["ENETUNREACH", "ENETUNREACH|EADDRNOTAVAIL"]),
             new("allow: not the host's own addresses, metadata, its loopback", {"egress": {"default": "allow"}}, closed,
                 [CLOSED] * 4)]),
        "/network/egress/allow": row(
            [new("what a rule covers", {"egress": {"allow": rule}}, [(PUBLIC, PORT)], ["ok"]),
             new("closed addresses that a rule names", {"egress": {"allow": [
                 {"to": [{"cidr": OWN + "/32"}, {"cidr": METADATA}]}]}}, [(OWN, PORT), (METADATA, PORT)], ["ok"] * 2)],
            [new("other ports, its exceptions, other addresses", {"egress": {"allow": rule}},
                 [(PUBLIC, OTHER_PORT), (PUBLIC_TOO, PORT), (PRIVATE, PORT), (PUBLIC_6, PORT)], [CLOSED] * 4),
             new("closed addresses that a rule only covers", {"egress": {"allow": [
                 {"to": [{"cidr": "0.0.0.0/0"}, {"cidr": "::/0"}]}]}}, closed, [CLOSED] * 4)]),
        "/network/egress/deny": row(
            [new("others, by default", {"egress": {"default": "allow", "deny": rule}},
                 [(PUBLIC, OTHER_PORT), (PUBLIC_TOO, PORT)], ["ok"] * 2)],
            [new("beats the default and every rule", {"egress": {"default": "allow", "deny": rule,
                                                                 "allow": [{"to": [{"cidr": PUBLIC}]}]}},
                 [(PUBLIC, PORT)], [CLOSED])]),
        "/network/ingress/hostLoopback": row(
            [new("allow: the host's loopback, at the gateway", {"ingress": {"hostLoopback": "allow"}},
                 [(GATEWAY, PORT), (GATEWAY_6, PORT)], ["ok"] * 2)],
            [new("deny: not, though everything else is open", {"egress": {"default": "allow"},
                                                               "ingress": {"hostLoopback": "deny"}},
                 [(GATEWAY, PORT), (GATEWAY_6, PORT)], [CLOSED] * 2),
             new("allow: nothing else", {"ingress": {"hostLoopback": "allow"}}, at, [CLOSED] * 2)]),
        "/runtimeConfig/networkProxy": row(
            [tried("the proxy, at the gateway", {"runtimeConfig": {"networkProxy": f"http://localhost:{PORT}"}},
                   [(GATEWAY, PORT)], ["ok"])],
            [tried("nothing but the proxy", {"runtimeConfig": {"networkProxy": f"http://localhost:{PORT}"}},
                   [(GATEWAY, OTHER_PORT), (PUBLIC, PORT)], [CLOSED] * 2)]),
    }
