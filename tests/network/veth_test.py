# SPDX-License-Identifier: MIT
"""The rules once more on a host without /dev/net/tun, where the sandbox gets a veth pair."""
import network
from network import callers, main

import closed_test
import host
import rules_test


def setUpModule():  # pylint: disable=invalid-name
    """Hides the device by a mount of the rig's own, for root as well: a sandbox is another user."""
    network.setUpModule()
    path = host.PLACE.path / "no-tun"
    path.touch(mode=0)
    host.check_call(host.libc().mount(str(path).encode(), b"/dev/net/tun", None, 4096, None))


class Way(network.Case):
    @callers()
    def test_no_tap(self, who):
        _, native = host.features(who)
        self.assertIn("veth", next(item["detail"] for item in native["host"] if item["name"] == "network rules"))


class Rules(rules_test.Rules):
    pass


class HostLoopback(closed_test.HostLoopback):
    pass


if __name__ == "__main__":
    main()
