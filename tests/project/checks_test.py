#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each check of tools/ must pass a good sample and fail each bad one."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / "tools"
HEAD = "/* SPDX-License-Identifier: MIT */\n/* A sample. */\n"
GOOD = HEAD + '#include "base/one.h"\n\nint one(void)\n{\n    return 1;\n}\n'
HEADER = HEAD + "int one(void);\n"


class Check(unittest.TestCase):
    """A small tree, and one tool that looks at it."""

    tool = ""

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        shutil.copy(ROOT / ".clang-format", self.root)
        self.write("src/base/one.h", HEADER)
        self.write("src/base/one.c", GOOD)
        self.write("include/mxc.h", HEADER)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run_tool(self, *more):
        return subprocess.run([TOOLS / self.tool, self.root, *more], capture_output=True, text=True,
                              check=False)

    def assert_passes(self, *more):
        done = self.run_tool(*more)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def assert_fails(self, *words):
        done = self.run_tool()
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        for word in words:
            self.assertIn(word, done.stdout + done.stderr)


class Layers(Check):
    tool = "check_layers.py"

    def include(self, path, line):
        self.write(path, HEAD + line + "\n")

    def test_good(self):
        self.include("src/plan/p.c", '#include "base/one.h"')
        self.include("src/sys/linux/s.c", "#ifdef __linux__\n#include <sched.h>\n#endif")
        self.include("src/backend/native/n.c", '#include "backend/native/n.h"\n#include <sched.h>')
        self.include("src/backend/native/n.h", '#include "base/one.h"')
        self.include("src/backend/registry.c", '#include "backend/native/n.h"\n#ifdef __linux__')
        self.include("src/net/net_main.c", '#include "net/n.h"\n#include <sys/socket.h>')
        self.include("src/net/n.h", '#include "policy/one.h"')
        self.include("src/plan/n.c", '#include "net/n.h"')
        self.include("src/policy/one.h", '#include "base/one.h"')
        self.include("src/lib/l.c", '#include "mxc.h"\n#include "made_x.h"')
        self.write("src/lib/meson.build", "custom_target(output: 'made_@0@.h')\n")
        self.assert_passes()

    def test_arrow(self):
        cases = {
            "src/base/x.c": ("plan/y.h", "base may not include plan"),
            "src/policy/x.c": ("plan/y.h", "policy may not include plan"),
            "src/plan/x.c": ("sys/y.h", "plan may not include sys"),
            "src/plan/z.c": ("backend/y.h", "plan may not include backend"),
            "src/backend/x.c": ("run/y.h", "backend may not include run"),
            "src/sys/linux/x.c": ("plan/y.h", "sys may not include plan"),
            "src/run/x.c": ("cli/y.h", "run may not include cli"),
            "src/net/x.c": ("sys/y.h", "net may not include sys"),
            "src/net/p.c": ("plan/y.h", "net may not include plan"),
            "src/policy/n.c": ("net/y.h", "policy may not include net"),
        }
        for path, (target, _) in cases.items():
            self.write("src/" + target, HEADER)
            self.include(path, f'#include "{target}"')
        self.assert_fails(*(f"{path}:3: {text}" for path, (_, text) in cases.items()))

    def test_backends_apart(self):
        self.write("src/backend/lxc/l.h", HEADER)
        self.include("src/backend/native/n.c", '#include "backend/lxc/l.h"')
        self.include("src/cli/c.c", '#include "backend/lxc/l.h"')
        self.assert_fails("n.c:3: one backend may not include another", "is private to its backend")

    def test_pure(self):
        self.include("src/policy/x.c", "#include <unistd.h>")
        self.include("src/plan/x.c", "  #  include <sys/stat.h>")
        self.include("src/net/x.c", "#include <sys/socket.h>")
        self.assert_fails("policy is pure and may not use <unistd.h>",
                          "plan is pure and may not use <sys/stat.h>",
                          "net is pure and may not use <sys/socket.h>")

    def test_other_faults(self):
        self.include("src/base/x.c", '#include "one.h"')
        self.include("src/base/y.c", '#include "base/one.c"')
        self.include("src/base/z.c", "#if defined(_WIN32)\n#endif")
        self.include("src/stray/x.c", "")
        self.assert_fails('"one.h" is not a path below src/', "a .c file is never included",
                          "belongs into src/sys", "src/stray/x.c: no layer has this name")

    def test_empty(self):
        shutil.rmtree(self.root / "src")
        self.assert_fails("no C files")


class Size(Check):
    tool = "check_size.py"

    def test_good(self):
        self.write("src/base/long.c", HEAD + "int f(void)\n{\n" + "    g();\n" * 59 + "}\n")
        self.write("src/base/x.gen.c", "int x;\n" * 700)
        self.assert_passes()

    def test_function(self):
        self.write("src/base/x.c", HEAD + "int big(int a,\n        int b)\n{\n" + "    g();\n" * 60 + "}\n")
        self.assert_fails("src/base/x.c:5: big() has 61 lines, at most 60")

    def test_file(self):
        self.write("tests/unit/x.c", HEAD + "int x;\n" * 599)
        self.assert_fails("tests/unit/x.c: 601 lines, at most 600")

    def test_lines(self):
        self.write("src/base/x.c", HEAD + "/* " + "…" * 94 + " */\n/* " + "x" * 95 + " */\n")
        self.write("tests/unit/x.c", HEAD + "/* " + "x" * 95 + " */\n")
        self.assert_fails("src/base/x.c:4: 101 characters, at most 100")

    def test_first_lines(self):
        self.write("src/base/x.c", "int x;\n")
        self.write("src/base/y.c", "/* SPDX-License-Identifier: MIT */\nint x;\n")
        self.write("src/base/z.h", "")
        self.assert_fails("x.c:1: the first line must be", "y.c:2: a comment must say",
                          "z.h:1: the first line must be")

    def test_empty(self):
        for folder in ("src", "include"):
            shutil.rmtree(self.root / folder)
        self.assert_fails("no C files")


class Headers(Check):
    tool = "check_headers.sh"

    def test_good(self):
        self.assert_passes()

    def test_not_alone(self):
        self.write("src/base/bad.h", HEAD + "size_t two(void);\n")
        self.assert_fails("src/base/bad.h does not compile alone with gcc",
                          "src/base/bad.h does not compile alone with clang")

    def test_no_compiler(self):
        done = self.run_tool("no-such-compiler")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no-such-compiler is not installed", done.stdout)

    def test_empty(self):
        for folder in ("src", "include"):
            shutil.rmtree(self.root / folder)
            (self.root / folder).mkdir()
        self.assert_fails("no headers")


@unittest.skipUnless(shutil.which("clang-format"), "clang-format is not installed")
class Format(Check):
    tool = "check_format.sh"

    def test_good(self):
        self.assert_passes()

    def test_bad(self):
        self.write("src/base/x.c", HEAD + "int x(void) { return 1; }\n")
        self.assert_fails("src/base/x.c is not formatted")


class Runner(Check):
    """tools/test.sh, in a tree of its own."""

    def setUp(self):
        super().setUp()
        shutil.copytree(TOOLS, self.root / "tools")

    def run_parts(self, *parts, **more):
        env = {"PATH": os.environ["PATH"], "out": str(self.root / "build"), **more}
        return subprocess.run([self.root / "tools" / "test.sh", *parts], capture_output=True, text=True,
                              check=False, env=env)

    def test_good(self):
        done = self.run_parts("layers", "headers")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(done.stdout.splitlines()[-1], "2 passed, 0 failed, 0 skipped")

    def test_failure_hides_nothing(self):
        self.write("src/base/bad.h", "#include <no_such_header.h>\n")
        done = self.run_parts("size", "headers", "layers")
        self.assertEqual(done.returncode, 1)
        self.assertIn("bad.h:1: the first line must be", done.stdout)
        self.assertIn("no_such_header.h", done.stdout)
        self.assertIn("pass  layers", done.stdout)
        self.assertEqual(done.stdout.splitlines()[-1], "1 passed, 2 failed, 0 skipped")

    def test_missing_tool_is_a_skip_on_a_desk_and_a_failure_in_ci(self):
        tools = self.root / "bin"
        tools.mkdir()
        for tool in ("sh", "dirname", "mkdir", "sed", "grep", "tr", "tail"):
            (tools / tool).symlink_to(shutil.which(tool))
        desk = self.run_parts("clang", PATH=str(tools))
        self.assertEqual((desk.returncode, desk.stdout),
                         (0, "skip  clang: clang is not installed\n0 passed, 0 failed, 1 skipped\n"))
        ci = self.run_parts("clang", PATH=str(tools), CI="true")
        self.assertEqual(ci.returncode, 1)
        self.assertEqual(ci.stdout.splitlines()[-1], "0 passed, 1 failed, 0 skipped")

    def test_unknown_part(self):
        done = self.run_parts("clank")
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no part 'clank'", done.stdout)


class Results(unittest.TestCase):
    """tools/meson_results.py turns meson's log into lines and counts."""

    def report(self, *tests):
        with tempfile.TemporaryDirectory() as build:
            log = pathlib.Path(build) / "meson-logs" / "testlog.json"
            log.parent.mkdir()
            log.write_text("".join(json.dumps(test) + "\n" for test in tests))
            return subprocess.run([TOOLS / "meson_results.py", build, "gcc"], capture_output=True,
                                  text=True, check=False)

    def test_counts(self):
        done = self.report(
            {"name": "a", "result": "OK", "duration": 1.0},
            {"name": "b", "result": "SKIP", "stdout": "x\nno cgroups here\n"},
            {"name": "c", "result": "FAIL", "stdout": "expected 1\n", "stderr": "got 2\n"},
            {"name": "d", "result": "TIMEOUT"},
            {"name": "e", "result": "SKIP"},
            {"name": "f", "result": "SKIP", "stdout": "skipped: no npm\nsee the log\n"})
        self.assertEqual(done.returncode, 0)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[-1], "count 1 2 3")
        self.assertIn("skip  gcc: b: no cgroups here", lines)
        self.assertIn("skip  gcc: e: no reason was printed", lines)
        self.assertIn("skip  gcc: f: skipped: no npm", lines)
        self.assertIn("      | got 2", lines)
        self.assertTrue(any(line.startswith("FAIL  gcc: d (timeout") for line in lines))

    def test_nothing_ran(self):
        self.assertEqual(self.report().returncode, 1)


if __name__ == "__main__":
    unittest.main()
