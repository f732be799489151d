# SPDX-License-Identifier: MIT
"""The rows of the conformance table that open the network. Behind every address here two servers listen (lend_world()), so
that what is refused is refused by us. Names, other protocols and real clients: tests/network."""
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

SERVERS = Path(__file__).resolve().parent.parent / "network" / "servers.py"

PORT, OTHER_PORT = 8080, 9090
PUBLIC, PUBLIC_TOO, PUBLIC_6 = "20.0.0.1", "20.0.0.200", "2600:1::1"
PRIVATE, OWN, METADATA = "10.9.0.1", "192.0.2.77", "169.254.169.254"
GATEWAY, GATEWAY_6 = "10.0.2.2", "fd00::2"
OLD, NEW = "0.7.0-alpha", "1.0.0"
CLOSED = "ECONNREFUSED"


def lend_world():
    """Only in the rig: all these addresses but OWN are those of another network namespace, where the servers listen; and
    on this host as well."""
    if not os.environ.get("MXC_TEST_RIG"):
        return
    world = World()
    ip_batch(f"link add world type veth peer name host netns {world.process.pid}", f"addr add {OWN}/32 dev lo",
             "addr add 192.0.2.1/30 dev world", "addr add 2001:db8::1/64 dev world nodad", "link set world up",
             "route add default via 192.0.2.2")
    world.tell("ip", "link set lo up", "addr add 192.0.2.2/30 dev host", "addr add 2001:db8::2/64 dev host nodad",
               *(f"addr add {address}/32 dev lo" for address in (PUBLIC, PUBLIC_TOO, PRIVATE, METADATA)),
               f"addr add {PUBLIC_6}/128 dev lo nodad", "link set host up", "route add default via 192.0.2.1")
    ip_batch("route add ::/0 via 2001:db8::2 dev world")
    world.tell("echo", ["0.0.0.0", "::"], [PORT, OTHER_PORT])
    for port in (PORT, OTHER_PORT):
        server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=128)
        threading.Thread(target=answer, args=(server,), daemon=True).start()


def ip_batch(*lines):
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True)


class World:
    """The servers of the network tests, in a network namespace of their own; they end with this process."""

    KEPT = []

    def __init__(self):
        self.control, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.process = subprocess.Popen(["unshare", "--net", "--", sys.executable, str(SERVERS), str(its.fileno())],
                                        stdin=subprocess.DEVNULL, pass_fds=(its.fileno(),))
        its.close()
        self.control.recv(100)
        self.KEPT.append(self)

    def tell(self, verb, *arguments):
        self.control.send(json.dumps([verb, *arguments]).encode())
        if not self.control.recv(100):
            raise RuntimeError("the world has ended: " + verb)


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
