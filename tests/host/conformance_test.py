# SPDX-License-Identifier: MIT
"""Runs the conformance table for every caller. The keys come from the schemas and from the feature table
that the executor prints: a key without a row fails here, and so does a row without a key.

usage: conformance_test.py [--document]     prints docs/conformance.md instead
"""
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import conformance_network
import conformance_table as table
import host
from host import Case, callers, main, probe, run_policy

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"


# ---- keys, from the executor itself

def schemas():
    names = subprocess.run([host.PLACE.bin / "mxc", "schema", "--list"], check=True, capture_output=True, text=True)
    for name in names.stdout.split():
        text = subprocess.run([host.PLACE.bin / "mxc", "schema", "--version", name], check=True,
                              capture_output=True).stdout
        full = {1: name + ".0", 2: name}.get(name.count("."), name)
        yield ("0.9.0-alpha" if name == "0.9" else full), json.loads(text)


def leaves(schema, pointer=""):
    """pointer -> schema of every key that holds no further keys; elements of lists are part of theirs."""
    found = {}
    for name, inner in schema.get("properties", {}).items():
        below = leaves(inner, f"{pointer}/{name}")
        found.update(below or {f"{pointer}/{name}": inner})
    return found


def all_keys():
    """pointer -> (newest version that has it, its schema)."""
    found = {}
    for version, schema in schemas():
        found.update({pointer: (version, inner) for pointer, inner in leaves(schema).items()})
    return found


def sample(schema):
    """A value that the schema allows, not the default where that can be."""
    if schema.get("enum"):
        return [value for value in schema["enum"] if value is not None][-1]
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else next(kind for kind in kinds if kind != "null")
    if kind == "object":
        return {name: sample(schema["properties"][name]) for name in schema.get("required", [])}
    return {"array": lambda: [sample(schema["items"])], "boolean": lambda: True,
            "integer": lambda: max(schema.get("minimum", 1), 1)}.get(kind, lambda: "/sample")()


def row_of(pointer):
    """Which table speaks for a key."""
    for rows in (table.PAIRS, table.NETWORK, table.INERT):
        if pointer in rows:
            return pointer
    return next((section for section in table.FOREIGN if pointer.startswith(section + "/")), None)


# ---- running a probe

class Session(contextlib.ExitStack):
    """Sockets of a desktop session and a listener, where the rig has /tmp and /run of its own."""

    def __init__(self, who, desktop):
        super().__init__()
        self.words = {"abstract": f"mxc-conformance-{who.name}-{os.getpid()}"}
        self.listen("\0" + self.words["abstract"])
        server = self.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.words.update(address="127.0.0.1", port=server.getsockname()[1])
        if desktop:
            self.listen("\0/tmp/.X11-unix/X99")
            for path in ("/tmp/.X11-unix/X99", "/run/dbus/system_bus_socket",
                         *(f"/run/user/{who.uid}/{name}" for name in ("bus", "wayland-0", "pipewire-0"))):
                self.listen_at(Path(path), who)

    def listen(self, address):
        server = self.enter_context(socket.socket(socket.AF_UNIX))
        server.bind(address)
        server.listen()

    def listen_at(self, path, who):
        for folder in reversed(path.parents):
            if not folder.exists():
                folder.mkdir()
                self.callback(folder.rmdir)
                folder.chmod(0o1777)
        self.callback(path.unlink)
        self.listen(str(path))
        path.chmod(0o777)


def fill_in(value, words):
    if isinstance(value, dict):
        return {key: fill_in(inner, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill_in(inner, words) for inner in value]
    if not isinstance(value, str):
        return value
    return re.sub(r"\{(\w+)\}", lambda found: str(words.get(found[1], found[0])), value)


def without_null(value):
    return {key: without_null(inner) for key, inner in value.items() if inner is not None} \
        if isinstance(value, dict) else value


def setUpModule():
    conformance_network.lend_world()


class Conformance(Case):
    def prepare(self, who):
        box = self.box(who)
        table.furnish(box)
        who.own(*box.rglob("*"))
        return box

    def perform(self, who, row):
        """One probe of the table."""
        box = self.prepare(who)
        with Session(who, row.desktop) as session:
            words = {"box": box, "bin": host.PLACE.bin, "uid": who.uid, **session.words}
            do = fill_in(row.do, words)
            command = probe(*do) if isinstance(do, list) else do
            if row.refused and row.do == "true":
                command = f"touch '{box}/rw/canary'"
            policy = fill_in(row.policy, words)
            policy = without_null({**policy, "version": row.version, "process": {
                "cwd": "/", "commandLine": command, **policy.get("process", {})}})
            done = run_policy(who, policy, env=row.env)
        return box, words, done

    def check(self, who, row):
        box, words, done = self.perform(who, row)
        if row.refused:
            self.assertEqual((done.status, done.reason), (row.code, "refused"), done.err)
            self.assertTrue(done.pointer.startswith(row.refused), done.pointer)
            self.assertEqual(len(done.err.splitlines()), 1, done.err)
            self.assertFalse((box / "rw/canary").exists())
        else:
            self.assertRegex(done.reason, f"^({row.reason})$", done.err)
            if row.status is not None:
                self.assertEqual(done.status, row.status, done.err)
            self.compare(fill_in(row.want, words), done, isinstance(row.do, list))
        for name, text in row.after.items():
            path = box / name
            self.assertEqual(path.read_text() if path.exists() else None, text, name)

    def compare(self, want, done, verdicts):
        if not verdicts:
            self.assertTrue(done.out == want, done.out[:300])
            return
        self.assertEqual(len(done.verdicts), len(want), (done.out, done.err))
        for number, (have, pattern) in enumerate(zip(done.verdicts, want)):
            if have != pattern:
                self.assertRegex(have, f"^({pattern})$", f"action {number}")

    def run_rows(self, who, pointer, row, rows):
        able, _ = host.features(who)
        for one in rows:
            if (one.desktop or one.world) and not os.environ.get(host.RIGGED):
                continue  # only the rig has a /tmp and a /run for it, and a world that answers
            with self.subTest(key=pointer, says=one.says):
                if row.feature and not able[row.feature]:
                    self.refused(self.perform(who, one)[2], row.feature)
                else:
                    self.check(who, one)

    @callers()
    def test_network_keys(self, who):
        for pointer, (version, nothing, more, refusal) in table.NETWORK.items():
            section = pointer.split("/")[1]
            with self.subTest(key=pointer):
                if nothing is not None:
                    row = table.Probe("", table.grants(network=nothing), [["interfaces"]], ["ok lo"], version=version)
                    self.check(who, row)
                self.check(who, table.Probe("", table.grants(**{section: more}), refused=refusal, version=version))

    def plan_of(self, who, version, pointer=None, value=None):
        policy = {"version": version, "process": {"commandLine": "touch canary"}}
        if pointer:
            *parents, last = pointer[1:].split("/")
            at = policy
            for name in parents:
                at = at.setdefault(name, {})
            at[last] = value
        process = host.start(who, ["plan", "--config-base64", host.b64(policy)], stdout=-1, stderr=-1)
        out, err = process.communicate(timeout=host.SECONDS)
        return process.returncode, out.decode(), err.decode()

    def test_inert_keys(self):
        who = host.WHO[0]
        for pointer, (version, schema) in all_keys().items():
            if pointer in table.INERT:
                with self.subTest(key=pointer):
                    self.assertEqual(self.plan_of(who, version, pointer, sample(schema)), self.plan_of(who, version))

    def test_foreign_keys(self):
        who = host.WHO[0]
        for pointer, (version, schema) in all_keys().items():
            section = next((name for name in table.FOREIGN if pointer.startswith(name + "/")), None)
            if section:
                with self.subTest(key=pointer):
                    status, _, err = self.plan_of(who, version, pointer, sample(schema))
                    self.assertIn(status, (1, 255))
                    self.assertRegex(err, f"^mxc: <base64>:[0-9:]* {section}")
                    self.assertEqual(len(err.splitlines()), 1)


class Complete(Case):
    def test_every_key_has_a_row(self):
        keys = all_keys()
        self.assertGreater(len(keys), 50)
        self.assertEqual(sorted(key for key in keys if not row_of(key)), [])

    def test_every_row_has_a_key(self):
        known = {row_of(key) for key in all_keys()} | {"/network"}  # left out altogether
        rows = {*table.PAIRS, *table.NETWORK, *table.INERT, *table.FOREIGN}
        self.assertEqual(sorted(rows - known), [])

    def test_every_feature_has_a_pair(self):
        _, native = host.features(host.WHO[0])
        for row in native["features"]:
            with self.subTest(feature=row["feature"]):
                rows = table.PAIRS if row["backend"] else table.NETWORK
                self.assertTrue(any(key.startswith(row["pointer"]) for key in rows))

    def test_every_pair_is_one(self):
        for pointer, row in table.PAIRS.items():
            self.assertTrue(row.allows and row.denies, pointer)

    def test_document(self):
        self.assertEqual(DOCUMENT.read_text(), document(), "run tests/host/conformance_test.py --document")


def add_rows():
    for pointer, row in table.PAIRS.items():
        for kind in ("allows", "denies"):
            def test(self, who, pointer=pointer, row=row, rows=getattr(row, kind)):
                self.run_rows(who, pointer, row, rows)
            test.__name__ = f"test_{kind}{pointer.replace('/', '_')}"
            setattr(Conformance, test.__name__, callers()(test))


add_rows()


# ---- the document

HEAD = """\
# Conformance

<!-- Printed by tests/host/conformance_test.py --document; a test compares. -->

{text}
"""

ABOUT = """\
What is tried for each key of a policy on the native engine. Every line is run three times: started by {}, by {}, and by
{}. The verdicts must be the same, but for the remarks. A key of the schemas or a feature of `mxc probe` without a line
fails the tests."""

NETWORK_HEAD = """\
## Keys of the network that are refused

A value that asks for nothing runs, and sees the loopback alone. These values are refused before anything starts: there is no
proxy of our own for tests, nothing to reach the sandbox by, a port that the network process may not have.
"""


def unique(texts):
    return "<br>".join(dict.fromkeys(texts))


def document():
    about = textwrap.fill(ABOUT.format(*host.KINDS.values()).replace("\n", " "), 116)
    lines = [HEAD.format(text=about), "| key | allowed | denied | remark |", "|---|---|---|---|"]
    lines += [f"| `{key}` | {unique(one.says for one in row.allows)} | {unique(one.says for one in row.denies)} "
              f"| {row.remark} |" for key, row in table.PAIRS.items()]
    lines += ["", NETWORK_HEAD, "| key | runs | refused | by |", "|---|---|---|---|"]
    for key, (_, nothing, more, refusal) in table.NETWORK.items():
        runs = f"`{json.dumps(nothing)}`" if nothing is not None else ""
        lines.append(f"| `{key}` | {runs} | `{json.dumps(more)}` | `{refusal}` |")
    lines += ["", "## Keys that change nothing", "", "The plan is the same with and without.", "",
              "| key | why |", "|---|---|"]
    lines += [f"| `{key}` | {why} |" for key, why in table.INERT.items()]
    lines += ["", "## Sections of other backends", "", textwrap.fill(
        "Every key in them is refused by the name of the section: "
        + ", ".join(f"`{name}`" for name in table.FOREIGN) + ".", 116, break_on_hyphens=False)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if "--document" in sys.argv:
        print(document(), end="")
    else:
        main()
