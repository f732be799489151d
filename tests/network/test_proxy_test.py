# SPDX-License-Identifier: MIT
"""The built-in proxy for tests: behind its gate, by its lists, and gone with the run."""
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import network
from network import OTHER4, PUBLIC4, Case, callers, guest_policy, main, setUpModule  # pylint: disable=unused-import

import host

BUILTIN = {"builtinTestServer": True}
PAGE = f"http://{OTHER4}/hello"


def curl(page, *more):
    return " ".join(["curl", "-s", "-o", "/dev/null", "-w", "'%{http_code} %{http_connect} %{exitcode}\\n'", "--max-time", "5", *more, page])


def policy(command, **more):
    made = guest_policy({"defaultPolicy": "allow", "proxy": BUILTIN, **more}, version="0.7.0-alpha")
    made["process"]["commandLine"] = command
    return made


def proxies():
    return [pid for pid, (comm, state) in host.descendants().items() if comm == "linux-test-prox" and state != "Z"]


def run(who, made, *words):
    return host.run(who, ["--config-base64", host.b64(made), *words])


QUOTED_STAR = "'*'"
ALLOWED = "--allow-testing-features"


class Builtin(Case):
    @callers()
    def test_gate(self, who):
        self.refused(run(who, policy("true")), "/network/proxy/builtinTestServer", "--allow-testing-features")
        self.assertEqual(proxies(), [])

    @callers()
    def test_passes_on(self, who):
        """Requests of both kinds arrive, and nothing goes past it."""
        done = self.ran(run(who, policy(f"{curl(PAGE)}; {curl(PAGE, '-p')}; {curl(PAGE, '--noproxy', QUOTED_STAR)}"), ALLOWED))
        plain, tunnel, past = (line.split() for line in done.out.splitlines())
        self.assertEqual((plain[0], tunnel[:2]), ("200", ["200", "200"]))
        self.assertEqual(past, ["000", "000", "7"])
        self.assertEqual(proxies(), [])

    @callers()
    def test_lists(self, who):
        rows = [({"blockedHosts": [OTHER4]}, "403"), ({"allowedHosts": [PUBLIC4]}, "403"), ({"allowedHosts": [OTHER4]}, "200"),
                ({"allowedHosts": [OTHER4], "blockedHosts": [OTHER4]}, "403"), ({"defaultPolicy": "block"}, "403"),
                ({"defaultPolicy": "block", "allowedHosts": [OTHER4]}, "200")]
        for part, code in rows:
            with self.subTest(part=part):
                done = self.ran(run(who, policy(curl(PAGE), **part), ALLOWED))
                self.assertEqual(done.out.split()[0], code, done.err)

    @callers()
    def test_ends_with_the_executor(self, who):
        process = host.start_policy(who, policy("echo up; exec sleep 60"), ALLOWED, stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), b"up\n")
        self.assertEqual(len(proxies()), 1)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        ends = time.monotonic() + host.SECONDS
        while proxies():
            self.assertLess(time.monotonic(), ends)
            time.sleep(0.01)

    @callers()
    def test_does_not_start(self, who):
        """The error says what happened, and what to do."""
        program = host.PLACE.bin / "linux-test-proxy"
        aside = program.with_name("aside")
        program.rename(aside)
        try:
            for script, words in (("exit 3", "it ended at once"), ("echo hello >&3", "what it said is no port")):
                program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
                program.chmod(0o755)
                done = run(who, policy("true"), ALLOWED)
                self.assertIn(f"did not start: {words}; run ", done.err)
                self.assertIn("network.proxy.localhost", done.err)
        finally:
            aside.replace(program)
        self.assertEqual(proxies(), [])

    @callers("root", "user")
    def test_published_name(self, who):
        """lxc-exec: --experimental opens the gate, as in the published executor."""
        made = policy(curl(PAGE))
        for words, status in (([], 255), (["--experimental"], 0), ([ALLOWED], 0)):
            process = host.start(who, ["--config-base64", host.b64(made), *words], program="lxc-exec", stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
            out, err = process.communicate(timeout=host.SECONDS)
            self.assertEqual((process.returncode, out[:3]), (status, b"" if status else b"200"), err)


class Private(Case):
    @callers("root")
    def test_folder_of_root(self, who):
        """mxc-net is started from where the ids of nobody may not go."""
        folder = Path(tempfile.mkdtemp(dir="/var/tmp", prefix="mxc-private-"))
        try:
            for name in ("mxc", "mxc-net"):
                shutil.copy(host.PLACE.bin / name, folder)
            os.chmod(folder, 0o700)
            made = {"version": "1.0.0", "process": {"commandLine": "echo ran"}, "network": {"egress": {"default": "allow"}}}
            done = subprocess.run([folder / "mxc", "run", "--config-base64", host.b64(made)], capture_output=True, text=True,
                                  check=False, env=host.environment(who))
            self.assertEqual((done.returncode, done.stdout), (0, "ran\n"), done.stderr)
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
