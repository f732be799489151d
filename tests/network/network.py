# SPDX-License-Identifier: MIT
"""Ground for the network tests. The rig of the host tests becomes a host of a small world:

    this namespace: lo, and mxc-up 20.1.1.2, 20.1.1.3, 2a00:1::2  ---veth---  the world: every address of WORLD

A process in the world serves echoes, HTTP and names on all its addresses, and another one does on the host, its
loopback included. A script of ours runs in the sandbox and tries what a test tells it."""
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "host"))
import host  # noqa: E402 pylint: disable=wrong-import-position
from host import callers, policy_of  # noqa: E402,F401 pylint: disable=wrong-import-position,unused-import

PYTHON = "/usr/bin/python3"  # one that a sandbox sees
OUTER = "MXC_TEST_OUTER_NET"
UP = "mxc-up"

# Of the world. What is "public" here is so by its number only: it exists in the rig alone.
PUBLIC4, OTHER4, PUBLIC6, OTHER6 = "20.2.2.2", "20.2.3.3", "2a00:2::2", "2a00:3::3"
PRIVATE4 = ["10.7.7.7", "172.16.7.7", "192.168.7.7", "100.64.7.7"]
SPECIAL = ["198.18.7.7", "192.88.99.7", "2001:2::7"]  # neither private nor of the public internet
PRIVATE6 = "fd07::7"
LINK_LOCAL = "169.254.7.7"
METADATA = ["169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "169.254.42.42", "fd00:42::42", "fd00:a9fe:a9fe::1"]
WORLD = [PUBLIC4, OTHER4, PUBLIC6, OTHER6, *PRIVATE4, PRIVATE6, *SPECIAL, LINK_LOCAL, *METADATA]
ROUTERS = ["20.1.1.1", "2a00:1::1"]
NAMESERVERS = ["20.2.2.53", "2a00:2::53"]
# Of the host.
OWN = ["20.1.1.2", "20.1.1.3", "2a00:1::2"]
LOOPBACKS = ["127.0.0.1", "::1"]
GATEWAYS = ["10.0.2.2", "fd00::2"]
GUESTS = ["10.0.2.100", "fd00::100"]

ECHO = [7001, 7002, 7003]
PORT = ECHO[0]
HTTP = [80, 8080]
BANNER = 2222  # speaks first, as ssh does
WEB = None  # the folder that HTTP serves
WORLD_SERVERS = None
HOST_SERVERS = None


# ---- the rig

class Servers:
    """A servers.py in the namespace where 'before' starts it."""

    def __init__(self, *before):
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.process = subprocess.Popen([*before, sys.executable, str(HERE / "servers.py"), str(its.fileno())],
                                        stdin=subprocess.DEVNULL, pass_fds=(its.fileno(),))
        its.close()
        self.control = ours
        self.hear()

    def hear(self):
        return json.loads(self.control.recv(1 << 22))

    def __getattr__(self, verb):
        def call(*arguments):
            self.control.send(json.dumps([verb, *arguments]).encode())
            return self.hear()
        return call


def prefix(address):
    return f"{address}/{128 if ':' in address else 32}"


def ip_batch(*lines):
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True)


def allow_ping():
    """For programs of the host; the settings of /proc/sys/net belong to one network namespace, and nothing is
    written unless that is ours."""
    assert os.readlink("/proc/self/ns/net") != os.environ[OUTER] and Path(f"/proc/sys/net/ipv4/conf/{UP}").exists()
    last = 0 if not host.has_other_users() else 2147483647
    Path("/proc/sys/net/ipv4/ping_group_range").write_text(f"0 {last}", encoding="ascii")


@contextlib.contextmanager
def no_ping():
    """As most hosts are, where nobody has said otherwise."""
    assert os.readlink("/proc/self/ns/net") != os.environ[OUTER]
    setting = Path("/proc/sys/net/ipv4/ping_group_range")
    setting.write_text("1 0", encoding="ascii")
    try:
        yield
    finally:
        allow_ping()


def join(world):
    ip_batch(f"link add {UP} mtu 9000 type veth peer name mxc-down netns {world.process.pid}",
             f"addr add 20.1.1.2/24 dev {UP}", f"addr add 20.1.1.3/24 dev {UP}",
             f"addr add 2a00:1::2/64 dev {UP} nodad", f"link set {UP} up",
             f"route add default via {ROUTERS[0]}")
    world.ip("link set lo up", f"addr add {ROUTERS[0]}/24 dev mxc-down", f"addr add {ROUTERS[1]}/64 dev mxc-down nodad",
             *(f"addr add {prefix(address)} dev lo" + (" nodad" if ":" in address else "")
               for address in [*WORLD, *NAMESERVERS]),
             "link set mxc-down mtu 9000 up")
    ip_batch(f"route add ::/0 via {ROUTERS[1]} dev {UP}")


def set_resolvers():
    """/etc/resolv.conf of the rig, and of nobody else: by a mount of the rig's own."""
    path = host.PLACE.path / "resolv.conf"
    path.write_text("".join(f"nameserver {address}\n" for address in NAMESERVERS) + "options timeout:1 attempts:2\n")
    host.check_call(host.libc().mount(str(path).encode(), os.path.realpath("/etc/resolv.conf").encode(), None, 4096, None))


def setUpModule():  # pylint: disable=invalid-name
    """What unittest calls before the tests of a file that imports it."""
    global WEB, WORLD_SERVERS, HOST_SERVERS  # pylint: disable=global-statement
    WEB = host.PLACE.path / "web"
    WEB.mkdir(mode=0o755)
    shutil.copy(HERE / "guest.py", host.PLACE.bin)
    world = WORLD_SERVERS = Servers("unshare", "--net", "--")
    join(world)
    allow_ping()
    set_resolvers()
    world.notice("mxc-down")
    world.echo([*WORLD, *ROUTERS], ECHO)
    world.http(["0.0.0.0", "::"], HTTP, str(WEB))
    world.dns(NAMESERVERS)
    near = HOST_SERVERS = Servers()
    near.echo(["0.0.0.0", "::"], ECHO)
    near.packets([*OWN, *LOOPBACKS], ECHO)
    near.http(["0.0.0.0", "::"], HTTP, str(WEB))


def main():
    """Runs the tests of the calling module: a user makes the rig in a user namespace of its own."""
    if host.RIGGED not in os.environ:
        os.environ.setdefault(OUTER, os.readlink("/proc/self/ns/net"))
        if os.getuid():
            trial = ["unshare", "--user", "--map-root-user", "--"]
            if subprocess.run([*trial, "true"], capture_output=True, check=False).returncode:
                host.skip("neither root nor user namespaces: no rig")
            os.execvp("unshare", [*trial, sys.executable, *sys.argv])
    host.main()


# ---- policies

def egress(*allow, deny=(), default="deny", **more):
    """A network section in the directional form."""
    return {"egress": {"default": default, "allow": list(allow), "deny": list(deny)}, **more}


def to(*networks, ports=None, **more):
    """A rule: to("20.2.2.0/24", "api.test", ports=[443, "udp", ("tcp", 1, 5)])"""
    rule = dict(more)
    if networks:
        rule["to"] = [peer if isinstance(peer, dict) else {"cidr" if is_network(peer) else "host": peer}
                      for peer in networks]
    if ports is not None:
        rule["ports"] = [selector(port) for port in ports]
    return rule


def is_network(text):
    return ":" in text or text.replace(".", "").replace("/", "").isdigit()


def selector(port):
    if isinstance(port, int):
        return {"protocol": "tcp", "port": port}
    if isinstance(port, str):
        return {"protocol": port}
    return dict(zip(("protocol", "port", "endPort"), port))


OPEN = egress(default="allow")


# ---- the guest

def guest_policy(network, **more):
    """Of a sandbox that runs guest.py."""
    return policy_of(f"exec {PYTHON} {host.PLACE.bin}/guest.py", network=network, **{"version": "1.0.0", **more})


def line(actions):
    return json.dumps(actions).encode() + b"\n"


def lines(done):
    """What it printed: a list of verdicts for each line of actions."""
    return [json.loads(text) for text in done.out.splitlines()]


class Guest:
    """A sandbox that stays, and does what it is told."""

    def __init__(self, who, network, *words, policy=None, **options):
        policy = policy or guest_policy(network)
        words = [*words, "--config-base64", host.b64(policy)]
        self.process = host.start(who, ["run", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, **options)

    def does(self, *actions):
        """The verdicts of actions that are tried at once."""
        self.process.stdin.write(line(actions))
        self.process.stdin.flush()
        text = self.process.stdout.readline()
        if not text:
            raise AssertionError("the sandbox ended: " + self.process.stderr.read().decode())
        return json.loads(text)

    def do(self, *action):
        return self.does(action)[0]

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            self.process.kill()
        self.process.communicate(timeout=host.SECONDS)

    def end(self):
        """Its status and its last words."""
        _, err = self.process.communicate(timeout=host.SECONDS)
        return self.process.returncode, err.decode()


def refusal(action):
    """How the program learns of a refusal, at once."""
    if action[0] in ("tcp", "keep"):
        return "refused"
    return "EACCES" if ":" in action[1] else "EHOSTUNREACH"


class Case(host.Case):
    """A test that fails as well when it leaves anything on the host."""

    def setUp(self):
        super().setUp()
        WORLD_SERVERS.seen(True)

    def tries(self, who, network, *actions, **more):
        """One sandbox with this network section tries all that: the verdicts."""
        policy = guest_policy(network, **more)
        words = ["--config-base64", host.b64(policy)]
        if len(words[1]) > 100000:  # more than one argument may hold
            words = [self.file(who, self.box(who) / "policy.json", json.dumps(policy))]
        done = self.ran(host.run(who, words, stdin=line(actions)))
        self.assertEqual(done.status, 0, done.err)
        return lines(done)[0]

    def told(self, who, network, opened, closed, **more):
        """What is open and what is refused, and that nothing of the latter reached the world."""
        WORLD_SERVERS.seen(True)
        actions = [*opened, *closed]
        wanted = ["open"] * len(opened) + [refusal(action) for action in closed]
        verdicts = self.tries(who, network, *actions, **more)
        self.assertEqual(list(zip(actions, verdicts)), list(zip(actions, wanted)))
        self.untouched(closed)

    def untouched(self, closed):
        seen = {tuple(packet[:3]) for packet in WORLD_SERVERS.seen()}
        for action in closed:
            self.assertFalse({packet for packet in seen if packet[:len(action)] == tuple(action)}, "reached the world")
