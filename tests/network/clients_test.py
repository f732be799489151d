# SPDX-License-Identifier: MIT
"""Programs as people use them: what they do under a rule, and what they say without one."""
import os
import pwd
import shutil
import subprocess

import network
from network import (BANNER, OTHER4, OTHER6, PUBLIC4, PUBLIC6, Case, callers, egress, main, setUpModule,
                     to)  # pylint: disable=unused-import

RULES = egress(to(PUBLIC4, PUBLIC6, ports=[80, BANNER, "icmp"]), to("web.test", ports=[8080]))
NODE = "fetch(process.argv[1]).then(r => r.text()).then(console.log, e => { console.log(e.cause.code); process.exit(1); })"
PYTHON = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=5).read().decode())"

# name: (arguments, what the output holds when it is open, when it is refused); HOST is replaced.
CLIENTS = {
    "curl": (["-sS", "--max-time", "5", "http://URLHOST/hello"], "hello", "refused|connect"),
    "git": (["-c", "http.lowSpeedTime=5", "ls-remote", "http://URLHOST/repo.git"], "refs/heads/main", "refused|connect"),
    "ssh": (["-v", "-F", "none", "-p", str(BANNER), "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "HOST"], "world_1.0", "refused"),
    "ping": (["-n", "-c", "1", "-W", "2", "HOST"], "1 received", "[Ff]iltered|rohibited"),
    "node": (["-e", NODE, "http://URLHOST/hello"], "hello", "ECONNREFUSED"),
    "python3": (["-c", PYTHON, "http://URLHOST/hello"], "hello", "refused"),
}


def words(client, address):
    shown = f"[{address}]" if ":" in address else address
    return [client, *(word.replace("URLHOST", shown).replace("HOST", address) for word in CLIENTS[client][0])]


def make_repository():
    """For the plain kind of http: files."""
    work, bare = network.host.PLACE.path / "work", network.WEB / "repo.git"
    git = ["git", "-c", "user.name=world", "-c", "user.email=w@test", "-c", "init.defaultBranch=main"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(network.host.PLACE.path)}
    for command in ([*git, "init", "-q", work], [*git, "-C", work, "commit", "-q", "--allow-empty", "-m", "one"],
                    [*git, "clone", "-q", "--bare", work, bare], [*git, "-C", bare, "update-server-info"]):
        subprocess.run(command, check=True, env=environment)
    os.chmod(bare, 0o755)


def has_name(who):
    """ssh wants its user to be in /etc/passwd."""
    try:
        return bool(pwd.getpwuid(who.uid if who.name == "user" else 0))
    except KeyError:
        return False


class Clients(Case):
    @callers()
    def test_each(self, who):
        if not (network.WEB / "repo.git").exists():
            make_repository()
        here = [client for client in CLIENTS if shutil.which(client) and (client != "ssh" or has_name(who))]
        for addresses, column in (((PUBLIC4, PUBLIC6), 1), ((OTHER4, OTHER6), 2)):
            tried = [(client, address) for client in here for address in addresses]
            verdicts = self.tries(who, RULES, *(["command", *words(*row)] for row in tried),
                                  process={"env": ["PATH=/usr/bin:/bin", "HOME=/tmp"]})
            for (client, address), (status, text) in zip(tried, verdicts):
                with self.subTest(client=client, address=address):
                    self.assertRegex(text, CLIENTS[client][column])
                    if client != "ssh":
                        self.assertEqual(status == 0, column == 1, text)

    @callers()
    def test_dig(self, who):
        if not shutil.which("dig"):
            self.skipTest("dig is not installed")
        network.WORLD_SERVERS.zone({"web.test": {"A": [PUBLIC4], "AAAA": [PUBLIC6]}})
        rows = [(("web.test", "A"), "NOERROR", PUBLIC4), (("web.test", "AAAA"), "NOERROR", PUBLIC6), (("web.test", "A", "+tcp"), "NOERROR", PUBLIC4),
                (("other.test", "A"), "REFUSED", "(Blocked)")]
        verdicts = self.tries(who, RULES, *(["command", "dig", "+tries=1", "+time=5", *words] for words, _, _ in rows))
        for (words, code, text), (_, out) in zip(rows, verdicts):
            with self.subTest(words=words):
                self.assertIn("status: " + code, out)
                self.assertIn(text, out)

    def test_all_are_here(self):
        """Said once, where it can be seen."""
        missing = [client for client in (*CLIENTS, "dig") if not shutil.which(client)]
        if missing:
            self.skipTest("not installed: " + " ".join(missing))


if __name__ == "__main__":
    main()
