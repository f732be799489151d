# SPDX-License-Identifier: MIT
"""The mxc command: verbs, help, policies from options, errors, results, checks."""
import json
import os
import shutil
import signal
import subprocess
import unittest
from pathlib import Path

from harness import BUILD, Case, b64, main, policy

VERBS = ["run", "plan", "check", "probe", "schema", "completions", "help"]
VERSION = (Path(__file__).parents[2] / "VERSION").read_text().strip()

VALUES_OF_RUN = ["ro", "rw", "deny", "env", "cwd", "timeout", "limit", "config-base64", "config-fd", "backend", "result-fd",
                 "caller-fd", "events"]

# Words, a fragment of the one line on standard error; the status is 2.
WRONG_WORDS = [
    ([], "give a verb"),
    (["runn"], "did you mean 'run'?"),
    (["zzzzzz"], "there is no verb 'zzzzzz'"),
    (["--verbose"], "there is no verb '--verbose'"),
    (["run"], "give a policy file"),
    (["run", "--"], "'--' is not followed by a command"),
    (["run", "a", "b"], "unexpected word 'b': a command starts after '--'"),
    (["run", "--timeut", "5s", "--", "true"], "did you mean '--timeout'?"),
    (["run", "--timeout"], "'--timeout' needs a value"),
    (["run", "--timeout", "5", "--", "true"], "--timeout: not a time"),
    (["run", "--timeout", "5s", "--timeout", "6s", "--", "true"], "'--timeout' is given twice"),
    (["run", "--verbose=1", "--", "true"], "'--verbose' takes no value"),
    (["run", "--limit", "memoryMb", "--", "true"], "--limit: not a limit"),
    (["run", "--limit", "memoryMb=1e3", "--", "true"], "--limit: not a limit"),
    (["run", "--limit", "memoryMb=-1", "--", "true"], "--limit: not a limit"),
    (["run", "--ro", "/x", "config.json"], "--ro: cannot be combined with a policy"),
    (["run", "--env", "A=1", "config.json"], "--env: cannot be combined with a policy"),
    (["run", "--limit", "tmpMb=1", "config.json"], "--limit: cannot be combined with a policy"),
    (["run", "--cwd", "/", "--config-base64", "e30="], "--cwd: cannot be combined with a policy"),
    (["run", "--timeout", "1s", "-"], "--timeout: cannot be combined with a policy"),
    (["run", "--config-base64", "e30=", "x.json"], "--config-base64: cannot be combined"),
    (["run", "--env", "NOT_SET_HERE", "--", "true"], "'NOT_SET_HERE' is not set here"),
    (["run", "--ro", b"/\xff", "--", "true"], "--ro: the value is not valid UTF-8"),
    (["run", "--", b"\xff"], "CMD: the value is not valid UTF-8"),
    (["run", "--backend", "nul", "--", "true"], "--backend: there is no backend 'nul'"),
    (["run", "--result-fd", "x", "--", "true"], "--result-fd: 'x' is not a number"),
    (["run", "--result-fd", "1", "--", "true"], "--result-fd: 1 is a standard stream"),
    (["run", "--result-fd", "77", "--", "true"], "--result-fd: descriptor 77 is not open"),
    (["run", "--result-fd", "99999999999", "--", "true"], "--result-fd: "),
    (["run", "--events", "2", "--", "true"], "--events: 2 is a standard stream"),
    (["run", "--events", "77", "--", "true"], "--events: descriptor 77 is not open"),
    *((["run", f"--{name}=", "--", "echo", "ran"], f"'--{name}' needs a value: --{name}=") for name in VALUES_OF_RUN),
    (["run", "--caller-fd", "", "--", "echo", "ran"], "'--caller-fd' needs a value: --caller-fd=N"),
    (["schema", "--version="], "'--version' needs a value"),
    (["run", "--events", "/nonexistent/file", "--", "true"], "--events: cannot write to '/nonexistent/file': No such"),
    (["run", "--events", "/", "--", "true"], "--events: cannot write to '/': Is a directory"),
    (["run", "--config-fd", "2"], "--config-fd: 2 is a standard stream"),
    (["run", "--config-fd", "77"], "--config-fd: descriptor 77 is not open"),
    (["plan", "--config-fd", "77", "x.json"], "--config-fd: cannot be combined with another policy"),
    (["run", "--ro", "/x", "--config-fd", "77"], "--ro: cannot be combined with a policy"),
    (["check"], "give at least one policy file"),
    (["schema"], "give one of"),
    (["schema", "--list", "--markdown"], "give one of"),
    (["completions", "tcsh"], "give one shell"),
    (["help", "nothing"], "there is no verb 'nothing'"),
    (["probe", "x"], "unexpected word 'x'"),
]

# Words of "mxc run", and the option (not a pointer into a text that nobody wrote) in the error.
REFUSED_OPTIONS = [
    (["--ro", "/nonexistent-1"], "mxc: --ro /nonexistent-1: "),
    (["--ro", "/usr", "--rw", "/nonexistent-2"], "mxc: --rw /nonexistent-2: "),
    (["--ro", "/usr", "--deny", "/usr/nonexistent-3"], "mxc: --deny /usr/nonexistent-3: "),
    (["--cwd", "/nonexistent-4"], "mxc: --cwd: "),
    (["--limit", "nothing=5"], "mxc: --limit: "),
    (["--limit", "memoryMb=0"], "mxc: --limit: "),
    (["--limit", "tmpMb=5", "--limit", "tmpMb=6"], "mxc: --limit: "),
    (["--env", "=x"], "mxc: --env =x: "),
    (["--portable", "--limit", "tmpMb=5"], "mxc: --limit: "),
]


class Words(Case):
    def test_wrong_words(self):
        for words, fragment in WRONG_WORDS:
            with self.subTest(words=words):
                done = self.mxc(*words)
                self.assertEqual((done.status, done.out, done.err.count("\n")), (2, "", 1), done.err)
                self.assertTrue(done.err.startswith("mxc: "), done.err)
                self.assertIn(fragment, done.err)

    def test_wrong_words_as_json(self):
        done = self.mxc("run", "--json", "--nothing")
        self.assertEqual(done.status, 2)
        self.assertEqual(json.loads(done.err)["error"]["code"], "malformed_request")

    def test_version(self):
        done = self.mxc("--version")
        self.assertEqual((done.status, done.out, done.err), (0, f"mxc {VERSION}\n", ""))

    def test_help(self):
        for words in (["--help"], ["-h"], ["help"]):
            done = self.mxc(*words)
            self.assertEqual((done.status, done.err), (0, ""))
            for verb in VERBS:
                self.assertRegex(done.out, rf"\n  {verb} ")
        self.assertNotIn("\n  man ", done.out)

    def test_help_of_verbs(self):
        for verb in VERBS:
            with self.subTest(verb=verb):
                done = self.mxc(verb, "--help")
                self.assertEqual((done.status, done.err), (0, ""))
                self.assertTrue(done.out.startswith(f"Usage: mxc {verb} "))
                self.assertEqual(self.mxc("help", verb).out, done.out)
                self.assertLessEqual(max(map(len, done.out.splitlines())), 80)
                if verb != "help":
                    self.assertIn("\nExamples:\n", done.out)

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BUILD / "mxc", "help"], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot write to standard output: No space left on device", done.stderr)


class Run(Case):
    def test_config(self):
        self.file("config.json", policy("echo out; echo err >&2; exit 9", "1.0.0"))
        done = self.mxc("run", "config.json")
        self.assertEqual((done.status, done.out, done.err), (9, "out\n", "err\n"))

    def test_command_replaces_the_policy_s(self):
        config = {"version": "1.0.0", "process": {"commandLine": "exit 1"}}
        done = self.mxc("run", "--config-base64", b64(config), "--", "printf", "%s|", "a b", "", "$x", "it's")
        self.assertEqual((done.status, done.out), (0, "a b||$x|it's|"))
        config["process"] = {"cwd": "/usr"}
        done = self.mxc("run", "--config-base64", b64(config), "--", "pwd")
        self.assertEqual((done.status, done.out), (0, "/usr\n"))

    def test_policy_from_standard_input(self):
        text = json.dumps(policy("cat; echo end")).encode()
        done = self.mxc("run", "-", stdin=text)
        self.assertEqual((done.status, done.out), (0, "end\n"))
        done = self.mxc("run", "-", stdin=text + b" {}")
        self.assertEqual(done.status, 1)
        self.assertTrue(done.err.startswith("mxc: <stdin>:1:"), done.err)

    def test_options(self):
        (self.folder / "ro").mkdir()
        (self.folder / "rw/hidden").mkdir(parents=True)
        self.file("ro/file", "content")
        self.file("rw/hidden/file", "secret")
        words = ["run", "--ro", "ro", "--rw", self.folder / "rw", "--deny", "rw/hidden", "--cwd", "rw",
                 "--env", "A=b c", "--env", "PASSED", "--timeout", "20s", "--limit", "processes=50"]
        script = ('cat ../ro/file; echo " $A $PASSED $PATH"; pwd; echo x >made; (echo x >../ro/made) 2>&-'
                  ' || echo read-only; cat hidden/file 2>&- || echo hidden')
        done = self.mxc(*words, "--", "sh", "-c", script, env={"PASSED": "on", "OTHER": "1"})
        self.assertEqual(done.out.splitlines(), [
            "content b c on /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            str(self.folder / "rw"), "read-only", "hidden"])
        self.assertEqual((done.status, done.err), (0, ""))
        self.assertTrue((self.folder / "rw/made").exists())
        self.assertFalse((self.folder / "ro/made").exists())

    def test_refused_options(self):
        for words, start in REFUSED_OPTIONS:
            with self.subTest(words=words):
                done = self.mxc("run", *words, "--", "true")
                self.assertIn(done.status, (1, 255))
                self.assertTrue(done.err.startswith(start), done.err)
                self.assertEqual((done.out, done.err.count("\n")), ("", 1))

    def test_nothing_is_granted_by_default(self):
        secret = self.file("secret", "x")
        self.assertNotEqual(self.mxc("run", "--", "cat", secret).status, 0)
        done = self.mxc("run", "--", "cat", "/proc/net/dev")
        self.assertEqual([line.split(":")[0].strip() for line in done.out.splitlines()[2:]], ["lo"])

    def test_timeout(self):
        done = self.mxc("run", "--timeout", "200ms", "--", "sleep", "9")
        self.assertEqual((done.status, done.out, done.err), (255, "", "mxc: script timed out after 200ms\n"))

    def test_json_error_starts_its_own_line(self):
        done = self.mxc("run", "--json", "--timeout", "200ms", "--", "sh", "-c", "printf half >&2; sleep 9")
        self.assertEqual(done.status, 255)
        self.assertEqual(done.envelope(), {"code": "backend_error",
                                           "message": "script timed out after 200ms"})

    def test_places_of_errors(self):
        rows = [
            ('{"version":"1.0.0",\n  "process":{"commandLine":"x", "shel":1}}', 1, "2:33: /process/shel: "),
            ('{"version":"1.0.0",\n "process":{"commandLine":"x"},\n "filesystem":{\n'
             '  "readonlyPaths":["/usr",\n    "/nonexistent"]}}', 255, "5:5: /filesystem/readonlyPaths/1: "),
            ('{"version":"1.0.0","process":{"commandLine":"x"},\n'
             ' "network":{"ingress":{"default":"allow"}}}', 255, "2:24: /network/ingress/default: "),
            ('{"process":{"commandLine":"x"},\n "containment":"lxc"}', 255, "2:2: /containment: "),
            ('{"a":1,}', 1, "1:8: "),
        ]
        for text, status, place in rows:
            with self.subTest(place=place):
                self.file("bad.json", text)
                for words in (["run", "bad.json"], ["plan", "bad.json"]):
                    done = self.mxc(*words)
                    self.assertEqual((done.status, done.out), (status, ""))
                    self.assertTrue(done.err.startswith(f"mxc: bad.json:{place}"), done.err)
                    self.assertEqual(done.err.count("\n"), 1)
                line, column, pointer = place.split(":")[:3]
                found = json.loads(self.mxc("run", "--json", "bad.json").err)["error"]
                self.assertEqual((found["line"], found["column"], found["file"]),
                                 (int(line), int(column), "bad.json"))
                self.assertEqual(found.get("where", ""), pointer.strip())

    def test_names_do_not_steer_the_terminal(self):
        done = self.mxc("run", "\033[31m.json")
        self.assertEqual(done.status, 1)
        self.assertNotIn("\033", done.err)

    def test_no_colors_in_a_pipe(self):
        self.assertNotIn("\033", self.mxc("run", "nope.json", env={"TERM": "xterm"}).err)

    def test_portable(self):
        config = policy("true", "1.0.0", limits={"memoryMb": 64})
        self.assertEqual(self.mxc("run", "--config-base64", b64(config)).status, 0)
        done = self.mxc("run", "--portable", "--config-base64", b64(config))
        self.assertEqual(done.status, 1)
        self.assertIn("/limits", done.err)

    def test_verbose(self):
        done = self.mxc("run", "--verbose", "--", "true")
        self.assertEqual((done.status, done.out), (0, ""))
        self.assertRegex(done.err, r"^mxc: backend native, a plan of \d+ steps\nmxc: exit, status 0, set-up ")
        self.assertIn("mxc:   network: ", done.err)

    def test_backend(self):
        config = policy("echo hi", containment="lxc")
        self.assertEqual(self.mxc("run", "--config-base64", b64(config)).status, 255)
        done = self.mxc("run", "--backend", "native", "--config-base64", b64(config))
        self.assertEqual((done.status, done.out), (0, "hi\n"))


class Results(Case):
    KEYS = ["version", "backend", "reason", "exitCode", "signal", "startedAt", "setupMs", "runMs", "cpuMs",
            "peakMemoryBytes", "enforced", "denials", "denialsMore", "error"]

    def result(self, *words, **options):
        """Runs with descriptor 9 as the result channel."""
        read, write = os.pipe()
        os.dup2(write, 9)
        os.close(write)
        done = self.mxc("run", "--result-fd", "9", *words, pass_fds=(9,), **options)
        os.close(9)
        with os.fdopen(read) as pipe:
            text = pipe.read()
        self.assertEqual(text.count("\n"), 1, text)
        found = json.loads(text)
        self.assertEqual(list(found), self.KEYS)
        self.assertEqual(found["version"], 1)
        return done, found

    def test_reasons(self):
        rows = [
            (["--", "true"], 0, "exit", 0, None),
            (["--", "sh", "-c", "exit 255"], 255, "exit", 255, None),
            (["--config-base64", b64(policy("kill -9 $$"))], 137, "signal", None, 9),
            (["--timeout", "100ms", "--", "sleep", "9"], 255, "timeout", None, 9),
            (["--limit", "outputMb=1", "--", "cat", "/dev/zero"], 255, "output", None, 9),
        ]
        for words, status, reason, code, number in rows:
            with self.subTest(words=words):
                done, found = self.result(*words)
                self.assertEqual(done.status, status)
                self.assertEqual((found["backend"], found["reason"], found["exitCode"], found["signal"],
                                  found["error"]), ("native", reason, code, number, None))
                self.assertRegex(found["startedAt"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
                self.assertGreater(found["setupMs"], 0)
                self.assertIn("network", found["enforced"])

    def test_interrupted(self):
        read, write = os.pipe()
        run = subprocess.Popen([BUILD / "mxc", "run", "--result-fd", str(write), "--", "sh", "-c",
                                "echo ready; sleep 60"], stdout=subprocess.PIPE, pass_fds=(write,))
        os.close(write)
        self.assertEqual(run.stdout.readline(), b"ready\n")
        for _ in range(3):  # impatient: the second must not cut the report short
            run.send_signal(signal.SIGTERM)
        run.communicate(timeout=10)
        with os.fdopen(read) as pipe:
            found = json.loads(pipe.read())
        self.assertEqual((run.returncode, found["reason"], found["signal"], found["exitCode"]),
                         (143, "interrupted", 15, None))

    def test_times(self):
        _, found = self.result("--", "sleep", "0.3")
        # The run begins when the executor hears of the execution, a little after the program itself.
        self.assertGreaterEqual(found["setupMs"] + found["runMs"], 300)
        self.assertGreater(found["setupMs"], 0)

    def test_refusals(self):
        rows = [
            (["--ro", "/nonexistent", "--", "true"], 255, "policy_validation", "--ro /nonexistent", "native"),
            (["--config-base64", "e30="], 1, "malformed_request", "/process", None),
            (["--config-base64", b64(policy("true", containment="lxc"))], 255, "backend_unavailable",
             "/containment", None),
            (["missing.json"], 1, "malformed_request", None, None),
        ]
        for words, status, code, where, backend in rows:
            with self.subTest(words=words):
                done, found = self.result(*words)
                self.assertEqual((done.status, done.out), (status, ""))
                self.assertEqual((found["reason"], found["exitCode"], found["signal"], found["startedAt"]),
                                 ("refused", None, None, None))
                self.assertEqual((found["error"]["code"], found["error"].get("where")), (code, where))
                self.assertEqual(found["backend"], backend)

    def test_the_guest_never_holds_it(self):
        script = 'ls /proc/self/fd; (echo \'{"version":1,"reason":"forged"}\' >&9) 2>/dev/null || echo closed'
        done, found = self.result("--", "bash", "-c", script)
        self.assertEqual(done.out.split(), ["0", "1", "2", "3", "closed"])  # 3 is what ls reads
        self.assertEqual(found["reason"], "exit")

    def test_output_cannot_forge_it(self):
        forged = json.dumps({"version": 1, "reason": "exit", "exitCode": 0})
        done, found = self.result("--", "sh", "-c", "echo '%s'; echo '%s' >&2; exit 3" % (forged, forged))
        self.assertEqual((done.status, found["exitCode"]), (3, 3))

    def test_reader_that_is_gone(self):
        read, write = os.pipe()
        os.close(read)
        done = self.mxc("run", "--result-fd", str(write), "--", "sh", "-c", "exit 3", pass_fds=(write,))
        os.close(write)
        self.assertEqual(done.status, 3)

    def test_descriptor_for_reading(self):
        read, write = os.pipe()
        done = self.mxc("run", "--result-fd", str(read), "--", "true", pass_fds=(read,))
        os.close(read)
        os.close(write)
        self.assertEqual(done.status, 2)
        self.assertIn("cannot be written to", done.err)


class Plan(Case):
    def test_text(self):
        done = self.mxc("plan", "--ro", "/usr", "--timeout", "2s", "--", "ls", "-l")
        self.assertEqual((done.status, done.err), (0, ""))
        lines = done.out.splitlines()
        self.assertIn("timeout 2000", lines)
        self.assertEqual(lines[-1], "command ls -l")

    def test_json(self):
        words = ["--ro", "/usr", "--", "ls"]
        found = json.loads(self.mxc("plan", "--json", *words).out)
        self.assertEqual(found["backend"], "native")
        self.assertEqual(found["steps"], self.mxc("plan", *words).out.splitlines())

    def test_same_refusals_as_run(self):
        for words, _ in REFUSED_OPTIONS:
            with self.subTest(words=words):
                plan, run = (self.mxc(verb, *words, "--", "true") for verb in ("plan", "run"))
                self.assertEqual((plan.status, plan.err), (run.status, run.err))

    def test_changes_nothing(self):
        self.assertEqual(self.mxc("plan", "--rw", ".", "--", "touch", "made").status, 0)
        self.assertEqual(list(self.folder.iterdir()), [])


class Check(Case):
    def setUp(self):
        super().setUp()
        self.file("clean.json", policy("true", "1.0.0", process={"timeout": 1000},
                                       limits={"memoryMb": 64}))
        self.file("unwise.json", policy("true", "1.0.0", process={"timeout": 1000},
                                        filesystem={"readwritePaths": ["/"]}))
        self.file("invalid.json", '{"process":{"commandLine":"x"},\n "extra":1}')

    def test_statuses(self):
        rows = [
            (["clean.json"], 0), (["unwise.json"], 3), (["invalid.json"], 1), (["missing.json"], 1),
            (["clean.json", "unwise.json"], 3), (["invalid.json", "unwise.json"], 1),
        ]
        for words, status in rows:
            with self.subTest(words=words):
                self.assertEqual(self.mxc("check", *words).status, status)

    def test_names_steer_no_terminal(self):
        for name in ("\033[31m.json", "\u009b31m.json", "two\nlines.json", "\u202enosj.exe"):
            with self.subTest(name=name):
                self.file(name, '{"process":{"commandLine":"x"},"filesystem":{"readwritePaths":["/"]}}')
                done = self.mxc("check", name, "missing" + name)
                self.assertNotRegex(done.out, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")
                self.assertTrue(all(": " in line for line in done.out.splitlines()[:-1]), done.out)

    def test_text(self):
        done = self.mxc("check", "clean.json", "unwise.json", "invalid.json")
        lines = done.out.splitlines()
        self.assertRegex(done.out, r"\nunwise\.json:1:\d+: (warning|error): "
                                   r"/filesystem/readwritePaths/0: .*\[[a-z-]+\]\n|"
                                   r"^unwise\.json:1:\d+: (warning|error): "
                                   r"/filesystem/readwritePaths/0: .*\[[a-z-]+\]\n")
        self.assertRegex(done.out, r"\ninvalid\.json:2:\d+: error: .*Unknown top-level field\(s\) in config: extra")
        self.assertRegex(lines[-1], r"^checked 3, invalid 1, findings \d+$")

    def test_json(self):
        done = self.mxc("check", "--json", "clean.json", "unwise.json", "invalid.json", "missing.json")
        files = {each["file"]: each for each in json.loads(done.out)["files"]}
        self.assertEqual(files["clean.json"],
                         {"file": "clean.json", "valid": True, "error": None, "findings": []})
        finding = files["unwise.json"]["findings"][0]
        self.assertEqual(set(finding), {"id", "severity", "pointer", "line", "column", "text", "remedy"})
        self.assertTrue(all(finding.values()), finding)
        self.assertEqual(files["invalid.json"]["error"]["line"], 2)
        self.assertFalse(files["missing.json"]["valid"])

    def test_strict(self):
        self.file("remark.json", policy("true", "1.0.0"))  # no timeout
        found = json.loads(self.mxc("check", "--json", "remark.json").out)["files"][0]["findings"]
        info = all(each["severity"] == "info" for each in found)
        self.assertTrue(found)
        self.assertEqual(self.mxc("check", "remark.json").status, 0 if info else 3)
        self.assertEqual(self.mxc("check", "--strict", "remark.json").status, 3)

    def test_standard_input(self):
        done = self.mxc("check", "-", stdin=json.dumps(policy("true", process={"timeout": 9})).encode())
        self.assertEqual(done.status, 0, done.out)

    def test_portable(self):
        self.file("own.json", policy("true", limits={"tmpMb": 5}, process={"timeout": 9}))
        self.assertEqual(self.mxc("check", "own.json").status, 0)
        self.assertEqual(self.mxc("check", "--portable", "own.json").status, 1)


class Others(Case):
    def test_probe(self):
        done = self.mxc("probe")
        self.assertEqual((done.status, done.err), (0, ""))
        found = json.loads(self.mxc("probe", "--json").out)["backends"]
        self.assertEqual([each["name"] for each in found], ["native"])
        self.assertTrue(found[0]["available"])
        features = {each["feature"]: each for each in found[0]["features"]}
        self.assertTrue(features["read-only grants"]["host"])
        self.assertTrue(features["network rules"]["backend"])
        for each in found[0]["features"]:
            self.assertIn(each["feature"], done.out)
            self.assertFalse(each["host"] and not each["backend"])
        for item in found[0]["host"]:
            self.assertIn(item["name"], done.out)
            self.assertTrue(item["yes"] or item["detail"])

    def test_schema(self):
        versions = self.mxc("schema", "--list").out.split()
        self.assertEqual(len(versions), 8)
        for version in [*versions, "0.7", "0.6.0-alpha", "current"]:
            with self.subTest(version=version):
                done = self.mxc("schema", "--version", version)
                self.assertEqual((done.status, done.err), (0, ""))
                self.assertIn("process", json.loads(done.out)["properties"])
        for version in ("0.3", "2.0.0", "x"):
            with self.subTest(version=version):
                self.assertNotEqual(self.mxc("schema", f"--version={version}").status, 0)
        self.assertTrue(self.mxc("schema", "--markdown").out.startswith("#"))

    def test_bash_completion(self):
        script = self.file("mxc.bash", self.mxc("completions", "bash").out)
        rows = [
            (["mxc", "ch"], ["check"]), (["mxc", "run", "--time"], ["--timeout"]),
            (["mxc", "run", "--limit", "mem"], ["memoryMb="]), (["mxc", "completions", "z"], ["zsh"]),
            (["mxc", "schema", "--ver"], ["--version"]), (["lxc-exec", "--dry"], ["--dry-run"]),
            (["/usr/bin/lxc-exec", "--config-"], ["--config-base64"]),
        ]
        for words, want in rows:
            with self.subTest(words=words):
                code = ("compopt() { :; }; . \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($#-1)); _mxc; "
                        "printf '%s\\n' \"${COMPREPLY[@]}\"")
                done = subprocess.run(["bash", "-c", code, "bash", script, *words], capture_output=True,
                                      text=True, check=True, cwd=self.folder)
                self.assertEqual((done.stdout.split(), done.stderr), (want, ""))

    def test_other_completions(self):
        for shell, check in (("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"])):
            script = self.file(f"mxc.{shell}", self.mxc("completions", shell).out)
            for word in ("timeout", "result-fd", "markdown", "config-base64"):
                self.assertIn(word, script.read_text())
            with self.subTest(shell=shell):
                if shutil.which(shell):
                    subprocess.run([*check, script], check=True)
                else:
                    self.skipTest(f"{shell} is not installed, so its script was not parsed")

    def test_manual(self):
        self.assertEqual(self.mxc("man", "--output", ".").status, 0)
        pages = sorted(path.name for path in self.folder.iterdir())
        self.assertEqual(pages, sorted(["mxc.1", "lxc-exec.1"] + [f"mxc-{verb}.1" for verb in VERBS]))
        for path in self.folder.iterdir():
            text = path.read_text()
            self.assertTrue(text.startswith(".TH "))
            for part in (".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION"):
                self.assertIn(part, text)
        self.assertIn("\\-\\-result\\-fd", (self.folder / "mxc-run.1").read_text())

    @unittest.skipUnless(shutil.which("groff"), "groff is not installed, so the pages were not formatted")
    def test_manual_formats(self):
        self.mxc("man", "--output", ".")
        for path in self.folder.iterdir():
            done = subprocess.run(["groff", "-man", "-Tascii", "-ww", path], capture_output=True, check=True)
            self.assertEqual(done.stderr, b"")


if __name__ == "__main__":
    main()
