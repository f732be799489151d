#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads the corpus twice: with our reader, and with an independent JSON Schema validator.

usage: check_schema.py POLICY_CHECK SOURCE_ROOT

good/*.json and examples/*.json are accepted by both. bad/*.json is refused by the reader with the
pointer, line:column and text of the .want file beside it, and refused by the schema too, unless
reader_only.txt names it with the reason why a schema cannot say it. An entry there that the schema
does refuse is an error as well, so that the list stays honest.
"""
import json
import pathlib
import re
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed; nothing was compared", file=sys.stderr)
    sys.exit(77)

VERSIONS = ["0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.0.0", "1.1.0-alpha"]
CURRENT = "1.0.0"


def load_validators(root):
    validators = {}
    for version in VERSIONS:
        schema = json.loads((root / "schemas" / f"mxc-config.schema.{version}.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[version] = jsonschema.Draft202012Validator(schema)
    return validators


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def schemas_for(document):
    """The version whose schema is meant; every one when the text names none of ours."""
    version = document.get("version", "") if isinstance(document, dict) else None
    if version == "":
        return [CURRENT]
    short = re.match(r"0\.[4-9](?=\.)", version) if isinstance(version, str) else None
    if short:
        return [short.group()]
    return [version] if version in VERSIONS else VERSIONS


def schema_verdict(validators, path):
    """None when accepted, else the reason."""
    try:
        document = json.loads(path.read_bytes().decode("utf-8"), parse_constant=refuse_constant)
    except ValueError as error:
        return f"not JSON: {error}"
    reasons = []
    for version in schemas_for(document):
        error = jsonschema.exceptions.best_match(validators[version].iter_errors(document))
        if error is None:
            return None
        reasons.append(f"{version}: {error.message}")
    return reasons[0]


def reader_verdicts(program, paths):
    """Per path: None when accepted, else (pointer, position, text)."""
    run = subprocess.run([program, *map(str, paths)], capture_output=True, check=True)
    verdicts = {}
    for line in run.stdout.decode("utf-8").splitlines():
        parts = line.split("\t")
        verdicts[pathlib.Path(parts[1])] = (
            None if parts[0] == "accept" else (parts[2], parts[3], parts[5]))
    assert set(verdicts) == set(paths), "one verdict for each file"
    return verdicts


def check_want(path, verdict, fail):
    pointer, position, fragment = path.with_suffix(".want").read_text().split("\n")[:3]
    if verdict is None:
        fail(path, "the reader accepts it")
    elif (pointer, position) != verdict[:2]:
        fail(path, f"wanted {pointer} {position}, got {verdict[0]} {verdict[1]}: {verdict[2]}")
    elif fragment not in verdict[2]:
        fail(path, f"wanted the text '{fragment}', got '{verdict[2]}'")


def read_exceptions(path):
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split(": ", 1) for line in lines)


def main(program, root):
    here = root / "tests" / "policy"
    good, bad = sorted((here / "good").glob("*.json")), sorted((here / "bad").glob("*.json"))
    examples = sorted((root / "examples").glob("*.json"))
    reader_only = read_exceptions(here / "reader_only.txt")
    validators = load_validators(root)
    verdicts = reader_verdicts(program, good + bad + examples)
    failures = []

    def fail(path, what):
        failures.append(f"{path.relative_to(root)}: {what}")

    for path in good + examples:
        if verdicts[path] is not None:
            fail(path, "the reader refuses it: %s %s %s" % verdicts[path])
        reason = schema_verdict(validators, path)
        if reason is not None:
            fail(path, f"the schema refuses it: {reason}")
    for path in bad:
        check_want(path, verdicts[path], fail)
        reason = schema_verdict(validators, path)
        if reason is None and path.stem not in reader_only:
            fail(path, "the schema accepts it")
        if reason is not None and path.stem in reader_only:
            fail(path, f"listed as refused by the reader only, but the schema says: {reason}")
    for name in sorted(set(reader_only) - {path.stem for path in bad}):
        failures.append(f"reader_only.txt: there is no bad/{name}.json")
    if len(good) < 40 or len(bad) < 120:
        failures.append("the corpus has shrunk")
    print("\n".join(failures))
    print(f"good {len(good)}, bad {len(bad)} ({len(reader_only)} by the reader only), "
          f"examples {len(examples)}, failures {len(failures)}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2]).resolve()))
