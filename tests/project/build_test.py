#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What build.sh does on hosts that we do not have: its tools are replaced by fakes in a folder that is
the whole PATH. Nothing of this host is installed or changed."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PLAIN_TOOLS = ("sh", "cat", "cut", "dirname", "env", "find", "grep", "mkdir", "rm", "sed", "stat", "tail", "tr")
FAKE_MESON = """
for last; do :; done
case $1 in
    setup) while [ $# -gt 2 ]; do shift; done; mkdir -p "$1/src/cli"; : >"$1/build.ninja"
        printf '#!/bin/sh\\necho "mxc $*"\\n' >"$1/src/cli/mxc"; chmod +x "$1/src/cli/mxc" ;;
esac
"""


class Host:
    """A host with chosen tools; 'calls' are those of the package manager, sudo, meson and ninja."""

    def __init__(self, test, uid=0):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        test.addCleanup(shutil.rmtree, self.folder)
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        self.log = self.folder / "calls"
        self.log.touch()
        for tool in PLAIN_TOOLS + ("chmod",):
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.fake("id", f"echo {uid}", record=False)

    def fake(self, name, body="", record=True):
        note = f'echo "{name} $*" >>"{self.log}"\n' if record else ""
        file = self.bin / name
        file.write_text(f"#!{shutil.which('sh')}\n{note}{body}\n")
        file.chmod(0o755)

    def complete(self):
        """All that a build needs, except package managers."""
        self.fake("gcc", record=False)
        self.fake("pkg-config", record=False)
        self.fake("meson", FAKE_MESON)
        self.fake("ninja")

    def run(self, *args, cwd=None, **env):
        return subprocess.run(
            [shutil.which("sh"), ROOT / "build.sh", *args], capture_output=True, text=True, check=False,
            cwd=cwd or self.folder, stdin=subprocess.DEVNULL,
            env={"PATH": str(self.bin), "MXC_BUILD_DIR": str(self.folder / "out"), **env})

    @property
    def calls(self):
        return self.log.read_text().splitlines()


class Packages(unittest.TestCase):
    # What the manager is asked for on a bare host.
    WANT = {
        "apt-get": "apt-get install -y -q --no-install-recommends "
                   "gcc libc6-dev meson ninja-build pkg-config libjansson-dev libslirp-dev",
        "dnf": "dnf install -y -q gcc glibc-devel meson ninja-build pkgconf-pkg-config jansson-devel libslirp-devel",
        "apk": "apk add -q build-base meson ninja pkgconf jansson-dev libslirp-dev",
        "pacman": "pacman -S --noconfirm --needed gcc meson ninja pkgconf jansson libslirp",
    }

    def bare(self, manager, uid=0):
        """A manager that, asked to install, really brings the tools."""
        host = Host(self, uid)
        spare = Host(self)
        spare.log = host.log
        spare.complete()
        host.fake(manager, f'case "$*" in *update*|*-Sy*) ;; *) '
                           f'for f in gcc pkg-config meson ninja; do cat "{spare.bin}/$f" >"{host.bin}/$f"; '
                           f'chmod 755 "{host.bin}/$f"; done ;; esac')
        return host

    def test_each_manager(self):
        for manager, want in self.WANT.items():
            with self.subTest(manager):
                host = self.bare(manager)
                done = host.run("build")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(host.calls[0], want)
                self.assertEqual(done.stdout.strip(), f"{host.folder}/out/release/src/cli/mxc")
                self.assertEqual(done.stderr, "", "progress is for terminals")

    def test_sudo(self):
        host = self.bare("apt-get", uid=1000)
        host.fake("sudo", 'shift; exec "$@"')
        self.assertEqual(host.run("build").returncode, 0)
        self.assertEqual(host.calls[0], f"sudo -n env DEBIAN_FRONTEND=noninteractive {self.WANT['apt-get']}")

    def test_no_sudo(self):
        host = self.bare("apt-get", uid=1000)
        done = host.run("build")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "build.sh: not root and no sudo here; as root: apt-get install "
                                      "gcc libc6-dev meson ninja-build pkg-config libjansson-dev libslirp-dev\n")
        self.assertEqual(host.calls, [])

    def test_no_manager(self):
        done = Host(self).run("build")
        self.assertEqual(done.returncode, 1)
        self.assertIn("please install a C compiler meson ninja pkg-config jansson libslirp", done.stderr)

    def test_old_lists(self):
        """The first try fails because the lists are old: one update, one more try."""
        host = self.bare("apt-get")
        body = (host.bin / "apt-get").read_text().split("\n", 2)[2]
        host.fake("apt-get", f'[ -f "{host.folder}/fresh" ] || {{ case $1 in update) : >"{host.folder}/fresh" ;; '
                             f'*) exit 100 ;; esac; }}\n{body}')
        self.assertEqual(host.run("build").returncode, 0)
        self.assertEqual([call.split()[1] for call in host.calls[:3]], ["install", "update", "install"])

    def test_failure_shows_log(self):
        host = Host(self)
        host.fake("apt-get", "echo E: no network; exit 100")
        done = host.run("build")
        self.assertEqual(done.returncode, 1)
        self.assertIn("E: no network", done.stderr)

    def test_second_run_asks_nothing(self):
        host = self.bare("apt-get")
        host.run("build")
        before = len(host.calls)
        self.assertEqual(host.run("build").returncode, 0)
        self.assertEqual(len(host.calls) - before, 1, host.calls)  # ninja


class Commands(unittest.TestCase):
    def setUp(self):
        self.host = Host(self)
        self.host.complete()

    def test_run(self):
        hello = f"{ROOT}/examples/hello.json"
        for args, want in {
            (): f"mxc run {hello}",
            ("a b.json",): "mxc run a b.json",
            ("x.json", "--", "--verbose", "--", "ls"): "mxc run x.json --verbose -- ls",
            ("--", "--json"): f"mxc run {hello} --json",
        }.items():
            done = self.host.run("run", *args)
            self.assertEqual((done.returncode, done.stdout.strip(), done.stderr), (0, want, ""))

    def test_wrong_words(self):
        for args, word in {
            ("rum",): "unknown command 'rum'",
            ("run", "a", "b"): "unexpected 'b'",
            ("install", "--prefix"): "--prefix needs a folder",
            ("fuzz",): "fuzz needs a number of seconds",
            ("fuzz", "policy"): "fuzz needs a number of seconds",
            ("install", "/x"): "unexpected '/x'",
        }.items():
            done = self.host.run(*args)
            self.assertEqual(done.returncode, 1)
            self.assertIn(word, done.stderr)

    def test_help(self):
        done = self.host.run("--help")
        self.assertEqual(done.returncode, 0)
        for word in ("run [CONFIG]", "test", "fuzz SECONDS [TARGET...]", "install [--prefix DIR]", "--debug", "--asan", "clean"):
            self.assertIn(word, done.stdout)

    def test_flavours(self):
        self.assertIn("/debug/", self.host.run("--debug").stdout)
        self.assertIn("/asan/", self.host.run("--asan", "build").stdout)
        self.assertTrue(any("b_sanitize=address,undefined" in call for call in self.host.calls))

    def test_shared_libraries_where_there_are_no_static_ones(self):
        self.host.fake("gcc", 'case "$*" in *-static*) exit 1 ;; esac', record=False)
        self.assertEqual(self.host.run("build").returncode, 0)
        self.assertTrue(any("-Dstatic=false" in call for call in self.host.calls), self.host.calls)

    def test_static_libraries_are_a_package_of_their_own(self):
        self.host.fake("gcc", f'case "$*" in *-static*) [ -f "{self.host.folder}/got" ] ;; esac', record=False)
        self.host.fake("apk", f': >"{self.host.folder}/got"')
        self.assertEqual(self.host.run("build").returncode, 0)
        self.assertIn("apk add -q jansson-static", self.host.calls)
        self.assertTrue(any("-Dstatic=true" in call for call in self.host.calls), self.host.calls)

    def test_failing_build(self):
        self.host.fake("ninja", "echo broken.c:1: error; exit 1")
        done = self.host.run("run")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("broken.c:1: error", done.stderr)

    def test_install_where_we_may_not(self):
        prefix = f"{self.host.log}/new"  # below a file
        done = self.host.run("install", "--prefix", prefix)
        self.assertEqual((done.returncode, self.host.calls), (1, []))
        self.assertIn(f"cannot write to {prefix}: use sudo, or --prefix", done.stderr)

    def test_clean(self):
        self.host.run("build")
        self.assertEqual(self.host.run("clean").returncode, 0)
        self.assertEqual(list((self.host.folder / "out").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
