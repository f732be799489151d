#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The benchmark itself: it has every row, its floor is honest, and it says what it could not measure. No test
looks at a time."""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import peers  # noqa: E402  pylint: disable=wrong-import-position
import report  # noqa: E402  pylint: disable=wrong-import-position
import sdk  # noqa: E402  pylint: disable=wrong-import-position

MXC = Path(os.environ["MXC_BUILD"]) / "src" / "cli" / "mxc"
LOOK = "cat /proc/self/mountinfo; readlink /proc/self/ns/* | sort; grep -E 'CapEff|NoNewPrivs' /proc/self/status"


def view(text):
    """Mount points with what matters of their options, and the rest."""
    mounts, rest = {}, []
    for line in text.splitlines():
        words = line.split()
        if " - " in line:
            mounts[words[4]] = sorted(set(words[5].split(",")) & {"ro", "rw", "nosuid", "nodev"})
        elif ":[" not in line:
            rest.append(line)
    return mounts, rest


def namespaces(text):
    return {line.split(":")[0]: line for line in text.splitlines() if ":[" in line}


class Floor(unittest.TestCase):
    def test_same_mounts_and_namespaces(self):
        """What the floor makes is what mxc makes: otherwise the ratio would flatter one of them."""
        plan_text = subprocess.run([MXC, "plan", "--", "true"], stdout=subprocess.PIPE, check=True, text=True).stdout
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "floor_plan.h").write_text(peers.floor_header(peers.read_plan(plan_text)), encoding="utf-8")
            peers.compile_program("floor.c", Path(folder, "floor"), "-Wall", "-Wextra", "-Werror", f"-I{folder}")
            floor = subprocess.run([Path(folder, "floor"), "/bin/sh", "-c", LOOK], stdout=subprocess.PIPE, check=False,
                                   text=True)
        ours = subprocess.run([MXC, "run", "--", "sh", "-c", LOOK], stdout=subprocess.PIPE, check=True, text=True).stdout
        host = subprocess.run(["sh", "-c", "readlink /proc/self/ns/*"], stdout=subprocess.PIPE, check=True, text=True).stdout
        self.assertEqual(floor.returncode, 0)
        self.assertEqual(view(floor.stdout), view(ours))
        own, others = namespaces(floor.stdout), namespaces(host)
        self.assertEqual({name for name in own if own[name] == others[name]} - {"time", "time_for_children"}, set())


class Table(unittest.TestCase):
    def test_run(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, HERE / "bench.py", "--mxc", MXC, "--out", folder, "--quick", "--no-peers",
                            "--no-more"], stdout=subprocess.PIPE, check=True)
            result = json.loads(Path(folder, "bench.json").read_text(encoding="utf-8"))
            text = Path(folder, "bench.md").read_text(encoding="utf-8")
        for rows in result["start"].values():
            for name in ("bare spawn", "floor", "mxc", "lxc-exec (ours)"):
                self.assertEqual(rows[name]["failed"], 0, name)
                self.assertGreater(rows[name]["median"], 0)
                self.assertGreater(rows[name]["parallel2"], 0)
                self.assertIn(f"| {name} |", text)
            self.assertEqual(rows["floor"]["ratio"], 1)

    def test_peers_that_cannot_run_say_why(self):
        row = {"runc": {"reason": "runc is not installed"}}
        self.assertIn("| runc | runc is not installed |", "\n".join(report.start_table("root", row)))

    def test_client_libraries(self):
        """Medians of one run become rows; what is missing is a row that says so."""
        times = {"pipes, ours": {"close": [1, 2, 9]}, "pipes, published": {"close": [3, 4, 5]}}
        row = sdk.compare(times, "pipes", "close", "call to close")
        self.assertEqual((row["value"], row["reached"], row["text"]), (0.5, True, "2.0 ms, published 4.0 ms: × 0.50"))
        bench = SimpleNamespace(options=SimpleNamespace(no_peers=False, quick=True), keep=Path("/nowhere"), folder=Path("/nowhere"))
        with mock.patch("shutil.which", return_value=None):
            [row] = sdk.measure_all(bench)
        self.assertIn("not measured: node is not installed", row["text"])

    def test_page(self):
        """A run goes between the marks, and nothing else of the page changes."""
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder, "page.md")
            page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
            report.into_page(page, "new\n")
            self.assertEqual(page.read_text(encoding="utf-8"), f"before\n{report.BEGIN}\nnew\n{report.END}\nafter\n")


if __name__ == "__main__":
    unittest.main()
