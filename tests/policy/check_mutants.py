#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Changes the corpus at random and asks the reader and the schema about each result.

usage: check_mutants.py POLICY_CHECK SOURCE_ROOT [SEED [COUNT]]

What one accepts and the other refuses is a failure, except what a schema cannot say: those errors of
the reader are listed below by their texts. The seed is fixed, so a run can be repeated.
"""
import copy
import json
import pathlib
import random
import sys
import tempfile

from check_schema import VERSIONS, load_validators, reader_verdicts, schema_verdict

READER_ONLY = [
    "must be a valid network CIDR",
    "is not an IP address or CIDR block",
    "must be contained within",
    "must be greater than or equal to port",
    "duplicate windowsPort",
    "published already",
    "must be an IPv4 or IPv6 address",
    "in the form of IPv6",
    "recursion limit exceeded",
    "half of a surrogate pair",
    "number with a fraction or an exponent",
    "found -0",
    "must be semver",
]
PLAIN = [None, {}, [], True, False, 0, 1, 65536, -1, "", " ", "x"]
TEXTS = [version if version.count(".") == 2 else version + ".0" for version in VERSIONS]


def read_documents(root):
    documents = []
    for path in sorted((root / "tests" / "policy").glob("*/*.json")):
        try:
            document = json.loads(path.read_bytes().decode("utf-8"))
        except ValueError:
            continue
        if isinstance(document, dict) and path.stat().st_size < 4000:
            documents.append(document)
    return documents


def nodes(value):
    found = [value]
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        found += nodes(child)
    return found


class Mutator:
    def __init__(self, documents, seed):
        self.random = random.Random(seed)
        self.documents = documents
        self.values = [node for document in documents for node in nodes(document)]
        self.keys = sorted({key for node in self.values if isinstance(node, dict) for key in node})

    def value(self):
        return copy.deepcopy(self.random.choice(self.random.choice([self.values, PLAIN])))

    def change_object(self, node):
        present = sorted(node)
        kind = self.random.randrange(4)
        if kind == 0 or not present:
            node[self.random.choice(self.keys)] = self.value()
        elif kind == 1:
            del node[self.random.choice(present)]
        else:
            node[self.random.choice(present)] = self.value()

    def change_list(self, node):
        if node and self.random.randrange(2):
            node.pop(self.random.randrange(len(node)))
        else:
            node.insert(self.random.randrange(len(node) + 1), self.value())

    def make(self):
        document = copy.deepcopy(self.random.choice(self.documents))
        if self.random.randrange(3) == 0:
            document = {**copy.deepcopy(self.random.choice(self.documents)), **document}
        if self.random.randrange(4) == 0:
            document["version"] = self.random.choice(TEXTS)
        for _ in range(self.random.randint(0, 2)):
            node = self.random.choice([n for n in nodes(document) if isinstance(n, (dict, list))])
            (self.change_object if isinstance(node, dict) else self.change_list)(node)
        return document


def write_all(folder, documents, seed, count):
    mutator = Mutator(documents, seed)
    paths = []
    for index in range(count):
        path = pathlib.Path(folder) / f"{index}.json"
        path.write_text(json.dumps(mutator.make()))
        paths.append(path)
    return paths


def main(program, root, seed=1, count=1500):
    validators = load_validators(root)
    accepted = failures = 0
    with tempfile.TemporaryDirectory() as folder:
        paths = write_all(folder, read_documents(root), seed, count)
        for path, reader in reader_verdicts(program, paths).items():
            schema = schema_verdict(validators, path)
            accepted += reader is None
            if (reader is None) == (schema is None):
                continue
            if reader is not None and any(text in reader[2] for text in READER_ONLY):
                continue
            failures += 1
            print(f"reader: {reader}\nschema: {schema}\n{path.read_text()}\n")
    print(f"seed {seed}: {count} mutants, {accepted} accepted, {failures} failures")
    return 1 if failures or accepted < count // 20 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), *map(int, sys.argv[3:])))
