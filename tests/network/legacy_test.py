# SPDX-License-Identifier: MIT
"""The older form of the network section, at every version that has it: it means what it says, in every
enforcementMode."""
from network import (GATEWAYS, LINK_LOCAL, METADATA, OTHER4, OTHER6, OWN, PORT, PRIVATE4, PRIVATE6, PUBLIC4, PUBLIC6, SPECIAL, Case,
                     callers, main, setUpModule)  # pylint: disable=unused-import

VERSIONS = ["0.5.0-alpha", "0.7.0-alpha", "0.8.0-alpha"]
MODES = [None, "capabilities", "firewall", "both"]
HERE = [("tcp", PUBLIC4, PORT), ("tcp", PUBLIC6, PORT), ("udp", PUBLIC4, PORT), ("icmp", PUBLIC6)]
THERE = [("tcp", OTHER4, PORT), ("tcp", OTHER6, PORT), ("udp", OTHER6, PORT), ("icmp", OTHER4)]
PRIVATE = [("tcp", address, PORT) for address in [*PRIVATE4, PRIVATE6]]
CLOSED = [("tcp", address, PORT) for address in [*OWN, LINK_LOCAL, *METADATA]]
OUTSIDE = [("tcp", address, PORT) for address in SPECIAL]
LOOPBACK = [("tcp", address, PORT) for address in GATEWAYS]

# name: (network section, what is open, what is refused)
SECTIONS = {
    "allow": ({"defaultPolicy": "allow"}, HERE + THERE, PRIVATE + OUTSIDE + CLOSED + LOOPBACK),
    "allow, local network": ({"defaultPolicy": "allow", "allowLocalNetwork": True}, HERE + PRIVATE + OUTSIDE + LOOPBACK, CLOSED),
    "allow, but hosts": ({"defaultPolicy": "allow", "blockedHosts": [PUBLIC4, "2a00:2::/32"]}, THERE, HERE),
    "allow, private hosts": ({"defaultPolicy": "allow", "allowedHosts": [PRIVATE4[0], "fd07::/64"]},
                             HERE + [PRIVATE[0], PRIVATE[-1]], PRIVATE[1:-1]),
    "allow, special hosts": ({"defaultPolicy": "allow", "allowedHosts": ["198.18.0.0/16", "2001:2::7"]},
                             HERE + OUTSIDE[::2], PRIVATE + OUTSIDE[1:2]),
    "block, local network": ({"allowLocalNetwork": True}, PRIVATE + LOOPBACK, HERE + OUTSIDE + CLOSED),
    "hosts": ({"allowedHosts": [PUBLIC4, "2a00:2::/64"]}, HERE, THERE),
    "hosts with block": ({"defaultPolicy": "block", "allowedHosts": ["20.2.2.0/24", PUBLIC6, PRIVATE4[2]]},
                         HERE + [PRIVATE[2]], THERE + PRIVATE[:2]),
    "host bits": ({"allowedHosts": ["20.2.2.99/24", "2a00:2::77/64"]}, HERE, THERE),
    "block beats allow": ({"allowedHosts": ["20.2.0.0/16", "2a00::/16"], "blockedHosts": [PUBLIC4, PUBLIC6]}, THERE, HERE),
    "block beats local network": ({"defaultPolicy": "allow", "allowLocalNetwork": True, "blockedHosts": ["10.0.0.0/8"]},
                                  PRIVATE[1:], PRIVATE[:1]),
}


class Legacy(Case):
    @callers()
    def test_each(self, who):
        for name, (section, opened, closed) in SECTIONS.items():
            with self.subTest(section=name):
                self.told(who, section, opened, closed, version=VERSIONS[len(name) % 3])

    @callers()
    def test_versions_and_modes(self, who):
        """One meaning: 'capabilities' is no way around, and 'firewall' needs none."""
        section = {"defaultPolicy": "block", "allowedHosts": [PUBLIC4]}
        for number, mode in enumerate(MODES):
            version = VERSIONS[number % 3]
            with self.subTest(version=version, mode=mode):
                self.told(who, {**section, **({"enforcementMode": mode} if mode else {})}, HERE[:1], THERE[:2], version=version)

    @callers()
    def test_block_has_no_network(self, who):
        """Nothing to open: loopback and no process that carries traffic."""
        verdicts = self.tries(who, {"defaultPolicy": "block"}, HERE[0], HERE[1], ("read", "/proc/net/dev"), version="0.7.0-alpha")
        self.assertEqual(verdicts[:2], ["ENETUNREACH"] * 2)
        self.assertEqual([line.split(":")[0].strip() for line in verdicts[2].splitlines()[2:]], ["lo"])


if __name__ == "__main__":
    main()
