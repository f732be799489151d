# SPDX-License-Identifier: MIT
"""docs/attacks.md, from the tables of the guest, the rigs of the races and the limits."""
import textwrap

GROUPS = {
    "files": ("Files", "Files that are not granted, are granted read-only, or are denied."),
    "aliases": ("Other names", "The same objects by links, dots, magic links, descriptors and odd spellings."),
    "proc": ("/proc", "Process 1 of the engine, processes and settings of the host, modes of shared entries. Outside, "
                      "a process of the same user stands for process 1."),
    "processes": ("Processes", "A process of the host with the same user, and process 1 of the engine."),
    "namespaces": ("Namespaces and mounts", "Every route to a namespace, every call that arranges mounts."),
    "kernel": ("Kernel", "Calls with a large surface, foreign ABIs, ids, capabilities, the machine."),
    "sockets": ("Sockets", "Families that are closed, listeners of the host, options that reach into the kernel."),
    "wide": ("With / granted", "The policy grants `/` read-only and one folder for writing."),
    "streams": ("Descriptors and streams", "The caller holds folders, pipes and sockets without close-on-exec; its "
                                           "standard streams are files."),
    "terminal": ("Terminals", "The caller is at a terminal."),
    "results": ("Results", "Each has a run of its own; the result must tell what happened. A verdict is not compared "
                           "where the run ends before there is one."),
    "limits": ("Exhaustion", "Each has a run of its own under a limit; the result must name the limit."),
    "life": ("Outliving the run", "All of them at once, for four ends: exit, timeout, TERM and `kill -9` of the "
                                  "executor. Afterwards no process is left and no file grows."),
}
CANARIES = {
    "secret": "a secret in the output", "altered": "a changed file", "process": "a changed process outside",
    "listener": "a call at a listener outside", "machine": "a changed setting, mount or name",
    "right": "a right, namespace or descriptor", "result": "a false result",
}
CONTROLS = {"nowhere": "", "outside": "yes", "maybe": "where the host has it", "own": "in own namespaces",
            "root": "root", "other": "ordinary user"}

HEAD = """\
# Attacks

<!-- Printed by tests/attack/attack_test.py --document; a test compares. -->

"""

ABOUT = """\
Ways out of a sandbox that are known, each tried for real by one static program (`tests/attack/guest`) under the built
executor: as root, as an ordinary user and as root of a user namespace, each also behind the system call filters of
container engines. An attempt passes only if it was refused as its row says, **and** nothing outside has changed: after
every run the driver compares files, a process, listeners, mounts and settings outside, the rights of the program
before and after, and the result. *Works without* tells where the same attempt does succeed, which the tests
show as well; an empty cell means that it would harm the host, or that no kernel of today allows it.

`held` means that the kernel let the attempt pass and it had no effect. A word such as `EACCES` is the error that the
program saw, `SIGSYS` that it was killed. There are {count} attempts and {races} races.
"""

RACES = """\
While sandboxes start, a second process (outside, or in another sandbox that shares the folder) exchanges two names as
fast as it can. A start may be refused, in one sentence; what starts must see what one moment of the exchange allows:
never what the policy denies or does not grant, and never both of two exchanged objects when the policy grants one.
"""


def paragraphs(text):
    return "\n\n".join(textwrap.fill(part.replace("\n", " "), 116, break_on_hyphens=False)
                       for part in text.strip().split("\n\n"))


def line(row):
    refusal = " ".join(f"`{word}`" for word in row.refusal.split())
    return (f"| {row.name} | {row.mechanism} | {row.attempt} | {CANARIES[row.canary]} | {refusal} "
            f"| {CONTROLS[row.control]} |")


def document(table, rigs):
    parts = [HEAD + paragraphs(ABOUT.format(count=len(table), races=len(rigs)))]
    for name, (title, about) in GROUPS.items():
        rows = [line(row) for row in table if row.group == name]
        parts += [f"## {title}", paragraphs(about), "\n".join([
            "| probe | mechanism | attempt | what would prove it | refusal | works without |",
            "|---|---|---|---|---|---|", *rows])]
    parts += ["## Races with start-up", paragraphs(RACES), "\n".join(
        ["| rig | exchanged |", "|---|---|", *(f"| {name} | {rig.says} |" for name, rig in rigs.items())])]
    return "\n\n".join(parts) + "\n"
