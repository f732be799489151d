# SPDX-License-Identifier: MIT
"""Running the built programs for tests: exact bytes, exact status, no terminal unless asked for."""
import base64
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BUILD = Path(os.environ["MXC_BUILD"]).resolve()  # folder that holds mxc and lxc-exec
SKIPPED = 77


class Done:
    """A finished program."""

    def __init__(self, status, out, err):
        self.status, self.raw, self.raw_err = status, out, err
        self.out, self.err = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def envelope(self):
        """The last line on standard error, which must be an error envelope that starts its line."""
        return json.loads(self.err.splitlines()[-1])["error"]


def run(program, *words, stdin=b"", timeout=30, **options):
    done = subprocess.run([BUILD / program, *map(os.fspath, words)], input=stdin, timeout=timeout,
                          capture_output=True, check=False, **options)
    return Done(done.returncode, done.stdout, done.stderr)


def b64(config):
    text = config if isinstance(config, bytes) else json.dumps(config).encode()
    return base64.b64encode(text).decode()


def policy(command, version="0.7.0-alpha", **more):
    process = {"commandLine": command, **more.pop("process", {})}
    return {"version": version, "process": process, **more}


class Case(unittest.TestCase):
    """A test with a private folder as working directory of what it runs."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.folder.chmod(0o755)

    def file(self, name, content):
        path = self.folder / name
        if not isinstance(content, (str, bytes)):
            content = json.dumps(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def mxc(self, *words, **options):
        return run("mxc", *words, cwd=self.folder, **options)

    def lxc(self, *words, **options):
        return run("lxc-exec", *words, cwd=self.folder, **options)

    def sandbox(self, config, *words, **options):
        """lxc-exec as the SDK calls it."""
        return self.lxc("--config-base64", b64(config), *words, **options)


def main():
    """Runs the tests of the calling module; they need a sandbox, so a host without one skips them."""
    probe = run("mxc", "probe")
    if probe.status != 0 and "native" not in os.environ.get("MXC_MUST", "").split(","):
        print("skipped: this host cannot run the native backend:\n" + probe.out + probe.err)
        sys.exit(SKIPPED)
    unittest.main(verbosity=1)
