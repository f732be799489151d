# SPDX-License-Identifier: MIT
"""Every example about the network, in a world that has its addresses and names: what its plan says of the network, that
mxc check has no complaint, how it ends, and what it tells of refusals."""
import dataclasses
import json
import shutil
import time
import urllib.error
import urllib.request
from pathlib import Path

import network
from network import Case, callers, main

import host

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
WORLD = ["203.0.113.10/32", "203.0.113.66/32", "2001:db8::10/128"]
ZONE = {"files.example.org": {"A": ["203.0.113.10"]}, "a.cdn.example.org": {"A": ["203.0.113.10"], "AAAA": ["2001:db8::10"]},
        "ads.cdn.example.org": {"A": ["203.0.113.66"]}, "www.example.org": {"A": ["203.0.113.10"]}}
POEM = "http://localhost:18080/poem.txt"


@dataclasses.dataclass
class Want:
    plan: list  # its lines about the network
    out: str
    refused: list = dataclasses.field(default_factory=list)  # kind, address or name, reason


WANT = {
    "network-rules": Want(
        ["network user default=deny host-loopback=deny", "rule allow tcp 80 to 203.0.113.0/24 except 203.0.113.64/26, 2001:db8::10"],
        "hello\nhello\n203.0.113.66: refused\n\n", [["refused", "203.0.113.66", "default"]]),
    "network-names": Want(
        ["network user default=deny host-loopback=deny", "rule deny any to ads.cdn.example.org",
         "rule allow tcp 80, tcp 443 to files.example.org, *.cdn.example.org"],
        "hello\nhello\nads.cdn.example.org: refused\n\nwww.example.org: refused\n\n",
        [["name-refused", "ads.cdn.example.org", "rule"], ["name-refused", "www.example.org", "name"]]),
    "network-legacy": Want(
        ["network user default=deny host-loopback=deny", "rule allow any to files.example.org", "rule allow any to 203.0.113.0/27"],
        "hello\nhello\n203.0.113.66: refused\n\n", [["refused", "203.0.113.66", "default"]]),
    "network-proxy": Want(
        ["network user default=deny host-loopback=8080", "proxy http://10.0.2.2:8080"],
        "http://10.0.2.2:8080\nby proxy http://files.example.org/hello\npast the proxy: refused\n", [["refused", "203.0.113.10", "default"]]),
    "network-publish": Want(
        ["network user default=deny host-loopback=deny", "publish tcp 127.0.0.1:18080 [::1]:18080 -> 8080"], ""),
}


def setUpModule():  # pylint: disable=invalid-name
    network.setUpModule()
    network.WORLD_SERVERS.ip(*(f"addr add {address} dev lo" + (" nodad" if ":" in address else "") for address in WORLD))
    network.WORLD_SERVERS.zone(ZONE)


def fetch(url):
    """From the program, which takes some time to listen; until then what comes is cut."""
    end = time.monotonic() + host.SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=host.SECONDS) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
    raise AssertionError("nobody answers")


class Examples(Case):
    def copy(self, who):
        folder = self.box(who) / "examples"
        shutil.copytree(EXAMPLES, folder)
        who.own(folder, *folder.rglob("*"))
        return folder

    def says(self, who, folder, *words):
        process = host.start(who, words, cwd=folder, stdout=-1, stderr=-1)
        out, err = process.communicate(timeout=host.SECONDS)
        return process.returncode, out.decode(), err.decode()

    def test_each_has_a_row(self):
        self.assertEqual({path.stem for path in EXAMPLES.glob("network-*.json")}, set(WANT))

    @callers()
    def test_plan_and_check(self, who):
        folder = self.copy(who)
        for name, want in WANT.items():
            with self.subTest(example=name):
                status, out, err = self.says(who, folder, "plan", f"{name}.json")
                self.assertEqual(status, 0, err)
                self.assertEqual([line for line in out.splitlines() if line.split()[0] in ("network", "rule", "proxy", "publish")], want.plan)
                _, out, _ = self.says(who, folder, "check", "--json", f"{name}.json")
                (file,) = json.loads(out)["files"]
                self.assertTrue(file["valid"])
                self.assertEqual([row for row in file["findings"] if row["severity"] != "info"], [])

    @callers()
    def test_run(self, who):
        folder = self.copy(who)
        for name, want in WANT.items():
            if name == "network-publish":
                continue
            with self.subTest(example=name):
                done = self.ran(host.run(who, [f"{name}.json"], cwd=folder))
                self.assertEqual((done.status, done.out), (0, want.out), done.err)
                told = [[row["kind"], row.get("name") or row["address"], row["why"]] for row in done.result["denials"]]
                self.assertEqual(sorted(told), sorted(want.refused))

    @callers()
    def test_publish(self, who):
        folder = self.copy(who)
        process = host.start(who, ["run", "network-publish.json"], cwd=folder, stdout=-1, stderr=-1)
        try:
            self.assertEqual(fetch(POEM), (EXAMPLES / "python" / "poem.txt").read_text())
            self.assertEqual(process.wait(host.SECONDS), 0, process.stderr.read())
        finally:
            process.kill()
            process.communicate()


if __name__ == "__main__":
    main()
