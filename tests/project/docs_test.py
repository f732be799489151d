#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The documents must be true: links lead somewhere, and the tour of README.md works line by line.

usage: docs_test.py MXC
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MXC = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
FOLDERS = ("", ".ci", "docs", "examples", "tests", "schemas")


def documents():
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).glob("*.md"))


def tour():
    text = (ROOT / "README.md").read_text().split("## Ten lines")[1].split("##")[0]
    return [line[4:].split("  #")[0].strip() for line in text.splitlines() if line.startswith("    ")]


class Links(unittest.TestCase):
    def test_files_exist(self):
        for document in documents():
            text = re.sub(r"```.*?```", "", document.read_text(), flags=re.S)
            for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
                if not re.match(r"[a-z]+:", target):
                    with self.subTest(document=document.name, target=target):
                        self.assertTrue((document.parent / target).exists())

    def test_every_document_is_found_from_the_readme(self):
        readme = (ROOT / "README.md").read_text()
        for document in documents():
            path = document.relative_to(ROOT).as_posix()
            if path != "README.md":
                name = path.replace("examples/README.md", "examples/")
                self.assertTrue(f"]({name})" in readme, f"README.md has no link to {name}")


class Tour(unittest.TestCase):
    """In a folder that has what the lines name."""

    STATUS = {"mxc run --timeout": 255, "mxc check": (0, 3)}

    def setUp(self):
        done = subprocess.run([MXC, "probe"], capture_output=True, text=True, check=False)
        if done.returncode and "native" not in os.environ.get("MXC_MUST", ""):
            self.skipTest("the native engine cannot run here")
        self.base = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.base)
        bin_folder, work = self.base / "bin", self.base / "work"
        bin_folder.mkdir()
        (bin_folder / "mxc").symlink_to(MXC)
        (work / "src").mkdir(parents=True)
        (work / "out").mkdir()
        (work / "src" / "a").write_text("a")
        (work / ".env").write_text("SECRET=x")
        shutil.copytree(ROOT / "examples", work / "examples")
        self.env = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}"}

    def test_lines(self):
        lines = tour()
        self.assertEqual(len(lines), 10)
        folder = self.base / "work"
        for line in lines:
            # Five seconds are for readers.
            command = line.replace("--timeout 5s", "--timeout 50ms")
            want = next((v for k, v in self.STATUS.items() if line.startswith(k)), 0)
            done = subprocess.run(["sh", "-c", command], cwd=folder, env=self.env, capture_output=True,
                                  text=True, stdin=subprocess.DEVNULL, check=False)
            with self.subTest(line):
                self.assertIn(done.returncode, want if isinstance(want, tuple) else (want,),
                              done.stdout + done.stderr)
            if line.startswith("cd examples"):
                folder = folder / "examples"
        self.assertEqual((self.base / "work" / "out" / "a").read_text(), "a")
        self.assertIn('"reason":"exit"', (folder / "result").read_text())

    def test_policy(self):
        text = (ROOT / "README.md").read_text().split("```json\n")[1].split("```")[0]
        (self.base / "policy.json").write_text(text)
        (self.base / "work").joinpath("work").mkdir()
        done = subprocess.run([MXC, "plan", self.base / "policy.json"], capture_output=True, text=True,
                              cwd=self.base / "work", check=False)
        self.assertEqual(done.returncode, 255)  # it is read, and names what this host lacks
        self.assertIn("/filesystem/", done.stderr)


class Policies(unittest.TestCase):
    """Whole policies in the documents."""

    def test_they_are_valid(self):
        count = 0
        for document in sorted((ROOT / "docs").glob("*.md")):
            for text in re.findall(r"^```json\n(\{\n.*?)^```", document.read_text(), flags=re.S | re.M):
                done = subprocess.run([MXC, "check", "--json", "-"], input=text, capture_output=True, text=True, check=False)
                with self.subTest(document=document.name, text=text):
                    self.assertIn('"valid":true', done.stdout)
                count += 1
        self.assertGreaterEqual(count, 2)


if __name__ == "__main__":
    unittest.main()
