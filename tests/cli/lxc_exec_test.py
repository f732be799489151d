# SPDX-License-Identifier: MIT
"""lxc-exec as clients of published SDKs know it: command line, inputs, errors, streams, statuses."""
import json
import os
import unittest
from pathlib import Path

from harness import Case, b64, main, policy

USAGE = "Usage: lxc-exec [OPTIONS] [CONFIG_PATH]"
MORE = "For more information, try '--help'."


def error(first, *middle, usage=USAGE):
    """The exact text of a wrong command line."""
    parts = [first, *middle, usage, MORE] if usage else [first, *middle, MORE]
    return "\n\n".join(parts) + "\n"


def as_value(word):
    return f"  tip: to pass '{word}' as a value, use '-- {word}'"


# Words, and the exact standard error; the status is 2 and nothing else happens.
WRONG_WORDS = [
    (["--foo"], error("error: unexpected argument '--foo' found", as_value("--foo"))),
    (["--foo=1"], error("error: unexpected argument '--foo' found", as_value("--foo"))),
    (["--version"], error("error: unexpected argument '--version' found", as_value("--version"))),
    (["--probe"], error("error: unexpected argument '--probe' found", as_value("--probe"))),
    (["-x"], error("error: unexpected argument '-x' found", as_value("-x"))),
    (["-dx"], error("error: unexpected argument '-d' found", as_value("-d"))),
    (["--Debug"], error("error: unexpected argument '--Debug' found",
                        "  tip: a similar argument exists: '--debug'",
                        usage="Usage: lxc-exec --debug [CONFIG_PATH]")),
    (["--debgu"], error("error: unexpected argument '--debgu' found",
                        "  tip: a similar argument exists: '--debug'",
                        usage="Usage: lxc-exec --debug [CONFIG_PATH]")),
    (["--config"], error("error: a value is required for '--config <CONFIG>' but none was supplied",
                         usage=None)),
    (["--config", "--debug"], error("error: a value is required for '--config <CONFIG>' but none was "
                                    "supplied", usage=None)),
    (["--config-base64"], error("error: a value is required for '--config-base64 <CONFIG_BASE64>' but "
                                "none was supplied", usage=None)),
    (["--log-file"], error("error: a value is required for '--log-file <LOG_FILE>' but none was supplied",
                           usage=None)),
    (["--containername"], error("error: a value is required for '--containername <CONTAINERNAME>' but "
                                "none was supplied", usage=None)),
    (["--debug", "--debug"], error("error: the argument '--debug' cannot be used multiple times")),
    (["--config", "a", "--config", "b"],
     error("error: the argument '--config <CONFIG>' cannot be used multiple times")),
    (["--debug=1"], error("error: unexpected value '1' for '--debug' found; no more were expected",
                          usage="Usage: lxc-exec --debug [CONFIG_PATH]")),
    (["a.json", "good2.json"], error("error: unexpected argument 'good2.json' found")),
    (["a.json", "--", "echo"], error("error: unexpected argument 'echo' found")),
    (["--force"], error("error: the following required arguments were not provided:\n"
                        "  --setup-hyperlight",
                        usage="Usage: lxc-exec --setup-hyperlight --force [CONFIG_PATH]")),
]

# Words, status, exact standard output, exact standard error.
EARLY_ENDS = [
    ([], 1, "", "Error: No config provided. Use a positional path, --config, or --config-base64\n"),
    (["--debug"], 1, "", "Error: No config provided. Use a positional path, --config, or --config-base64\n"),
    (["--containername", "x"], 1, "",
     "Error: No config provided. Use a positional path, --config, or --config-base64\n"),
    (["--delete"], 1, "", "Error: --containername is required with --delete\n"),
    (["--delete", "--containername", "nope"], 1, "Container 'nope' does not exist.\n", ""),
    (["--containername=nope", "--delete", "missing.json"], 1, "Container 'nope' does not exist.\n", ""),
]

FAILED = "Configuration parse error: "

# Words, and what follows "Request error" on standard error; the status is 1.
LOAD_ERRORS = [
    (["nope.json"], FAILED + "Configuration file not found: nope.json"),
    (["--config", "nope.json"], FAILED + "Configuration file not found: nope.json"),
    (["--", "nope.json"], FAILED + "Configuration file not found: nope.json"),
    (["-"], FAILED + "Configuration file not found: -"),
    ([""], FAILED + "Configuration file not found: "),
    (["--config="], FAILED + "Configuration file not found: "),
    (["new\nline"], FAILED + "Configuration file not found: new?line"),
    (["/etc"], FAILED + "Failed to read configuration file '/etc': Is a directory (os error 21)"),
    (["--config-base64", "e30"], FAILED + "Failed to decode base64 configuration"),
    (["--config-base64", "e30=\n"], FAILED + "Failed to decode base64 configuration"),
    (["--config-base64", " e30="], FAILED + "Failed to decode base64 configuration"),
    (["--config-base64", "__8="], FAILED + "Failed to decode base64 configuration"),
    (["--config-base64", "//8="],
     FAILED + "Base64 decoded content is not valid UTF-8 (line 1 column 1)"),
    (["--config-base64", "e30="],
     FAILED + "'process' section is required (/process, line 1 column 1)"),
]

# Config text, fragments of the message; each also says pointer and place.
CONFIG_ERRORS = [
    ("", ["line 1 column 1"]),
    ("{", ["line 1"]),
    ("[]", ["expected a configuration object", "line 1 column 1"]),
    ('{"process":{"commandLine":"x"},"zeta":1,\n "alpha":2}',
     ["Unknown top-level field(s) in config: alpha, zeta.", "line 1"]),
    ('{"process":{"commandLine":"x","shell":1}}', ["unknown key 'shell'", "/process/shell"]),
    ('{"process":{"commandLine":""}}',
     ["process.commandLine cannot be empty", "/process/commandLine, line 1 column"]),
    ('{"process":{}}', ["Missing required field: process.commandLine"]),
    ('{"version":"0.3.0","process":{"commandLine":"x"}}', ["is older than supported", "/version"]),
    ('{"version":"9.0.0","process":{"commandLine":"x"}}', ["is newer than supported", "/version"]),
    ('{"version":"latest","process":{"commandLine":"x"}}',
     ["Invalid schema version 'latest': must be semver"]),
    ('{"process":{"commandLine":"x"},\n"containment":"docker"}',
     ["Invalid containment value 'docker'", "/containment, line 2 column"]),
    ('{"version":"0.7.0","process":{"commandLine":"x"},"network":{"defaultPolicy":"deny"}}',
     ["Invalid network.defaultPolicy value 'deny'", "/network/defaultPolicy"]),
    ('{"process":{"commandLine":"x"},"containment":"process","lxc":{"distribution":"a","release":"1"}}',
     ["Multiple containment backends configured", "lxc"]),
    ('{"process":{"commandLine":"x","timeout":-1}}', ["/process/timeout"]),
]

# Containment, extra words, status, exact standard error.
GATES = [
    ("microvm", [], 1, "Error: MicroVM is an experimental feature. Use --experimental flag.\n"),
    ("microvm", ["--dry-run"], 1, "Error: MicroVM is an experimental feature. Use --experimental flag.\n"),
    ("microvm", ["--experimental"], 1,
     "Error: MicroVM backend not compiled in; use containment 'process'\n"),
    ("hyperlight", [], 1,
     "Error: Hyperlight (Hyperlight+Unikraft) is an experimental feature. Use --experimental flag.\n"),
] + [
    (name, words, 1, f"error: the '{name}' backend is not available on Linux\n")
    for name in ("processcontainer", "windows_sandbox", "isolation_session", "wslc", "seatbelt", "vm")
    for words in ([], ["--experimental"], ["--dry-run"])
]


class CommandLine(Case):
    def test_wrong_words(self):
        for words, text in WRONG_WORDS:
            with self.subTest(words=words):
                done = self.lxc(*words)
                self.assertEqual((done.status, done.out, done.err), (2, "", text))

    def test_early_ends(self):
        for words, status, out, err in EARLY_ENDS:
            with self.subTest(words=words):
                done = self.lxc(*words)
                self.assertEqual((done.status, done.out, done.err), (status, out, err))

    def test_help(self):
        for words in (["--help"], ["-h"], ["--debug", "-h"]):
            done = self.lxc(*words)
            self.assertEqual((done.status, done.err), (0, ""))
            self.assertIn(USAGE, done.out)
            for option in ("config <CONFIG>", "config-base64 <CONFIG_BASE64>", "debug", "delete",
                           "containername <CONTAINERNAME>", "experimental", "allow-testing-features",
                           "dry-run", "log-file <LOG_FILE>", "setup-hyperlight", "force",
                           "available-backends", "help"):
                self.assertRegex(done.out, rf"--{option} ")

    def test_no_config_has_no_envelope(self):
        self.assertNotIn("{", self.lxc().err)

    def test_setup_hyperlight(self):
        for words in (["--setup-hyperlight"], ["--setup-hyperlight", "--force"]):
            done = self.lxc(*words)
            self.assertEqual((done.status, done.out), (1, ""))
            self.assertIn("hyperlight", done.err)

    def test_available_backends(self):
        done = self.lxc("--available-backends")
        self.assertEqual((done.status, done.err), (0, ""))
        self.assertEqual(json.loads(done.out), [{"backend": "native"}])

    def test_flags_without_effect(self):
        done = self.sandbox(policy("echo hi"), "--experimental", "--allow-testing-features",
                            "--containername", "x")
        self.assertEqual((done.status, done.out, done.err), (0, "hi\n", ""))


class Inputs(Case):
    def test_load_errors(self):
        for words, text in LOAD_ERRORS:
            with self.subTest(words=words):
                done = self.lxc(*words)
                self.assertEqual((done.status, done.out, done.err), (1, "", f"Request error\n{text}\n"))

    def test_load_errors_with_debug(self):
        for words, text in LOAD_ERRORS:
            with self.subTest(words=words):
                done = self.lxc("--debug", *words)
                self.assertEqual((done.status, done.out, done.err), (1, f"{text}\n", "Request error\n"))

    def test_load_errors_with_dry_run(self):
        done = self.lxc("--dry-run", "nope.json")
        self.assertEqual((done.status, done.out), (1, ""))
        self.assertNotIn("Dry run", done.err)

    def test_config_errors(self):
        for text, fragments in CONFIG_ERRORS:
            with self.subTest(text=text):
                done = self.sandbox(text.encode())
                self.assertEqual((done.status, done.out), (1, ""))
                lines = done.err.splitlines()
                self.assertEqual(lines[0], "Request error")
                self.assertEqual(len(lines), 2)
                self.assertTrue(lines[1].startswith(FAILED), lines[1])
                self.assertRegex(lines[1], r"line \d+ column \d+\)$")
                for fragment in fragments:
                    self.assertIn(fragment, lines[1])

    def test_not_utf8(self):
        self.file("utf16.json", json.dumps(policy("true")).encode("utf-16"))
        done = self.lxc("utf16.json")
        self.assertEqual(done.status, 1)
        self.assertIn("Failed to read configuration file 'utf16.json': stream did not contain valid UTF-8",
                      done.err)

    def test_unreadable(self):
        self.file("secret.json", policy("true")).chmod(0)
        options = {}
        if os.getuid() == 0:  # reads everything, so the program runs as somebody else
            if "4294967295" not in Path("/proc/self/uid_map").read_text():
                self.skipTest("root of a user namespace cannot become another user here")
            options = {"user": 65534, "group": 65534, "extra_groups": []}
        done = self.lxc("secret.json", **options)
        self.assertEqual(done.status, 1)
        self.assertIn("Failed to read configuration file 'secret.json': Permission denied (os error 13)",
                      done.err)

    def test_precedence(self):
        self.file("one.json", policy("echo one"))
        self.file("two.json", policy("echo two"))
        rows = [
            (["one.json"], "one\n"),
            (["--config", "two.json", "one.json"], "two\n"),
            (["--config", "two.json", "missing.json"], "two\n"),
            (["--config-base64", b64(policy("echo three")), "--config", "missing", "missing"], "three\n"),
            (["--config=two.json"], "two\n"),
        ]
        for words, out in rows:
            with self.subTest(words=words):
                done = self.lxc(*words)
                self.assertEqual((done.status, done.out, done.err), (0, out, ""))

    def test_file_called_dash(self):
        self.file("-", policy("echo dash"))
        self.assertEqual(self.lxc("-").out, "dash\n")

    def test_special_files(self):
        done = self.lxc("/dev/stdin", stdin=json.dumps(policy("echo hi")).encode())
        self.assertEqual((done.status, done.out), (0, "hi\n"))

    def test_large(self):
        text = json.dumps(policy("echo hi")).encode() + b" " * (5 << 20)
        self.file("large.json", text)
        self.assertEqual(self.lxc("large.json").out, "hi\n")

    def test_gates(self):
        for containment, words, status, err in GATES:
            with self.subTest(containment=containment, words=words):
                done = self.sandbox(policy("true", containment=containment), *words)
                self.assertEqual((done.status, done.out, done.err), (status, "", err))

    def test_backends_that_are_not_built(self):
        for name in ("lxc", "bubblewrap"):
            done = self.sandbox(policy("true", containment=name))
            self.assertEqual((done.status, done.out), (255, ""))
            self.assertIn(f"this build has no {name} backend", done.err.splitlines()[0])
            self.assertEqual(done.envelope()["code"], "backend_error")

    def test_lifecycle(self):
        rows = [("provision", "unsupported_phase"), ("exec", "unsupported_phase"),
                ("deprovision", "unsupported_phase"), ("fly", "malformed_request")]
        for phase, code in rows:
            with self.subTest(phase=phase):
                done = self.sandbox({"version": "0.6.0-alpha", "phase": phase, "sandboxId": "iso:x"},
                                    "--debug")
                self.assertEqual((done.status, done.err), (1, ""))
                self.assertEqual(done.out.count("\n"), 1)
                self.assertEqual(json.loads(done.out)["error"]["code"], code)
                self.assertIn(phase, json.loads(done.out)["error"]["message"])

    def test_phase_that_is_no_text(self):
        done = self.sandbox({**policy("true"), "phase": None})
        self.assertEqual(done.status, 1)
        self.assertIn("phase", done.err)

    def test_phase_in_disguise(self):
        done = self.sandbox(b'{"process":{"commandLine":"true"},"\\u0070hase":"start"}')
        self.assertEqual((done.status, done.out), (1, ""))
        self.assertIn("Unknown top-level field(s) in config: phase.", done.err)


class DryRun(Case):
    PASSED = ["Script code length: 7", "Working directory: ", "Script timeout: 250", "Container name: box"]

    def config(self, **more):
        return policy("echo hi", containerId="box", process={"timeout": 250}, **more)

    def test_passed(self):
        for words in (["--dry-run"], ["--dry-run", "--experimental"]):
            done = self.sandbox(self.config(), *words)
            self.assertEqual((done.status, done.err), (0, ""))
            lines = done.out.splitlines()
            self.assertEqual(lines[:4], self.PASSED)
            self.assertRegex(lines[4], r"^Runner completed in \d+ms$")
            self.assertEqual(lines[5:], ["Dry run completed. Result: validation passed"])

    def test_plan_with_debug(self):
        done = self.sandbox(self.config(), "--dry-run", "--debug")
        self.assertEqual(done.status, 0)
        lines = done.out.splitlines()
        self.assertEqual(lines[:4], self.PASSED)
        self.assertIn("bind /usr/bin -> /usr/bin ro optional recursive", lines)
        self.assertIn("timeout 250", lines)
        self.assertEqual(lines[-1], "Dry run completed. Result: validation passed")
        self.assertEqual(len([line for line in lines if line.startswith("Script code length")]), 1)

    def test_failed(self):
        missing = str(self.folder / "missing")
        done = self.sandbox(self.config(filesystem={"readonlyPaths": [missing]}), "--dry-run")
        self.assertEqual((done.status, done.err), (255, ""))
        last = done.out.splitlines()[-1]
        self.assertTrue(last.startswith("Dry run completed. Result: validation failed: "), last)
        self.assertIn(missing, last)
        self.assertIn("/filesystem/readonlyPaths/0", last)

    def test_executes_nothing(self):
        config = policy(f"touch {self.folder}/made", filesystem={"readwritePaths": [str(self.folder)]})
        self.assertEqual(self.sandbox(config, "--dry-run").status, 0)
        self.assertFalse((self.folder / "made").exists())
        self.assertEqual(self.sandbox(config).status, 0)
        self.assertTrue((self.folder / "made").exists())


class Logs(Case):
    def test_debug(self):
        done = self.sandbox(policy("echo out; echo err >&2; exit 42", process={"cwd": "/usr"}), "--debug")
        self.assertEqual((done.status, done.err), (42, "err\n"))
        lines = done.out.splitlines()
        self.assertEqual(lines[:5], ["Script code length: 31", "Working directory: /usr",
                                     "Script timeout: 0", "Container name: ", "out"])
        self.assertRegex(lines[5], r"^Runner completed in \d+ms$")
        self.assertEqual(lines[6:], ["Exit code: 42 (0x0000002A)"])

    def test_debug_of_a_timeout(self):
        done = self.sandbox(policy("sleep 9", process={"timeout": 100}), "--debug")
        self.assertEqual(done.out.splitlines()[-2:],
                         ["Exit code: -1 (0xFFFFFFFF)", "Error: script timed out after 100ms"])

    def test_without_debug_nothing_is_logged(self):
        done = self.sandbox(policy("echo out; echo err >&2"))
        self.assertEqual((done.out, done.err), ("out\n", "err\n"))

    def test_log_file(self):
        log = self.file("log", "before\n")
        for _ in range(2):
            self.assertEqual(self.sandbox(policy("exit 3"), "--log-file", log).status, 3)
        lines = log.read_text().splitlines()
        self.assertEqual(lines[0], "before")
        self.assertEqual(len(lines), 1 + 2 * 6)
        for line in lines[1:]:
            self.assertRegex(line, r"^\[\d{10}\] \S")
        self.assertTrue(lines[-1].endswith("] Exit code: 3 (0x00000003)"))

    def test_log_file_of_a_config_error(self):
        done = self.lxc("nope.json", "--log-file", "log")
        self.assertEqual(done.status, 1)
        self.assertRegex((self.folder / "log").read_text(),
                         r"^\[\d+\] Configuration parse error: Configuration file not found: nope.json\n$")

    def test_log_file_that_cannot_be_opened(self):
        done = self.sandbox(policy("echo hi"), "--log-file", "/nonexistent/x")
        self.assertEqual((done.status, done.out), (0, "hi\n"))
        self.assertEqual(done.err, "Warning: could not open log file '/nonexistent/x': "
                                   "No such file or directory (os error 2)\n")

    def test_log_file_that_somebody_else_laid_there(self):
        victim = self.file("victim", "before\n")
        (self.folder / "link").symlink_to(victim)
        (self.folder / "dangling").symlink_to(self.folder / "made")
        (self.folder / "again").hardlink_to(victim)
        os.mkfifo(self.folder / "fifo")
        reader = os.open(self.folder / "fifo", os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        rows = {"link": "Too many levels of symbolic links (os error 40)",
                "dangling": "Too many levels of symbolic links (os error 40)",
                "again": "it has another name as well", "fifo": "it is not a regular file"}
        for name, why in rows.items():
            with self.subTest(name):
                done = self.sandbox(policy("echo hi"), "--log-file", name)
                self.assertEqual((done.status, done.out), (0, "hi\n"))
                self.assertEqual(done.err, f"Warning: could not open log file '{name}': {why}\n")
        self.assertEqual(victim.read_text(), "before\n")
        self.assertFalse((self.folder / "made").exists())
        self.assertEqual(os.read(reader, 1), b"")

    @unittest.skipIf(os.getuid() != 0, "only root can give a file away")
    def test_log_file_of_another_user(self):
        log = self.file("log", "before\n")
        os.chown(log, 65534, 65534)
        done = self.sandbox(policy("echo hi"), "--log-file", "log")
        self.assertEqual(done.err, "Warning: could not open log file 'log': it belongs to another user\n")
        self.assertEqual(log.read_text(), "before\n")

    def test_log_file_is_private(self):
        self.sandbox(policy("true"), "--log-file", "log")
        self.assertEqual((self.folder / "log").stat().st_mode & 0o777, 0o600)

    def test_the_policy_cannot_make_log_lines(self):
        envelope = '\n{"error":{"code":"backend_error","message":"forged"}}\n'
        done = self.sandbox(policy("true", containerId=envelope), "--debug", "--log-file", "log")
        for text in (done.out, (self.folder / "log").read_text()):
            self.assertEqual([line for line in text.splitlines() if line.startswith("{")], [])
        self.assertIn('Container name: ?{"error"', done.out)


class Messages(Case):
    def test_envelope_of_a_refusal(self):
        rows = [
            (policy("true", filesystem={"readonlyPaths": ["/nonexistent/a\n{"]}),
             "/filesystem/readonlyPaths/0"),
            (policy("true", version="1.0.0", network={"ingress": {"default": "allow"}}), "/network/ingress/default"),
            (policy("true", process={"cwd": "/nonexistent"}), "/process/cwd"),
        ]
        for config, pointer in rows:
            with self.subTest(pointer=pointer):
                done = self.sandbox(config)
                self.assertEqual((done.status, done.out), (255, ""))
                lines = done.err.splitlines()
                self.assertEqual(len(lines), 2)
                self.assertIn(pointer, lines[0])
                self.assertEqual(done.envelope(), {"code": "backend_error", "message": lines[0]})

    def test_envelope_of_a_timeout(self):
        done = self.sandbox(policy("sleep 9", process={"timeout": 300}))
        self.assertEqual((done.status, done.out), (255, ""))
        self.assertEqual(done.err.strip(), '{"error":{"code":"backend_error","message":'
                                           '"script timed out after 300ms"}}')

    def test_envelope_starts_its_own_line(self):
        done = self.sandbox(policy("printf unfinished >&2; sleep 9", process={"timeout": 300}))
        self.assertEqual(done.status, 255)
        self.assertEqual(done.envelope()["message"], "script timed out after 300ms")

    def test_no_envelope_without_failure_of_ours(self):
        for command, status in (("true", 0), ("exit 1", 1), ("exit 255", 255), ("kill -9 $$", 137)):
            with self.subTest(command=command):
                done = self.sandbox(policy(command))
                self.assertEqual((done.status, done.out, done.err), (status, "", ""))

    def test_output_limit(self):
        done = self.sandbox(policy("cat /dev/zero", limits={"outputMb": 1}))
        self.assertEqual(done.status, 255)
        self.assertLessEqual(len(done.raw), 1 << 20)
        self.assertIn("1 MB of output", done.envelope()["message"])


if __name__ == "__main__":
    main()
