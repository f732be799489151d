# SPDX-License-Identifier: MIT
"""The tables of the benchmark, and which of the aims were reached."""
import os
import platform
from pathlib import Path

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


def machine():
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
                  if line.startswith("model name")), platform.machine())
    return f"{model}, {os.cpu_count()} processors, Linux {platform.release()}"


def cell(row, key, form, scale=1.0):
    value = row.get(key)
    return form.format(value * scale) if value is not None else "–"


def start_table(caller, rows):
    lines = [f"### Start of `sh -c true`, as {caller}", "",
             "| | median ms | spread | p95 | × floor | calls until exec | all calls | PSS KiB | own private KiB | a second, 2 at once | 8 at once |",
             "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for name, row in rows.items():
        if "median" not in row:
            lines.append(f"| {name} | {row['reason']} |" + " |" * 9)
            continue
        calls, memory = row.get("calls") or {}, row.get("memory") or {}
        cells = [cell(row, "median", "{:.2f}"), cell(row, "spread", "{:.2f}"), cell(row, "p95", "{:.2f}"),
                 cell(row, "ratio", "{:.2f}"), cell(calls, "setup", "{:.0f}") if calls else "–",
                 cell(calls, "total", "{:.0f}") if calls else "–", cell(memory, "pss", "{:.0f}") if memory else "–",
                 cell(memory, "own", "{:.0f}") if memory else "–", cell(row, "parallel2", "{:.0f}"),
                 cell(row, "parallel8", "{:.0f}")]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines + [""]


def verdict(reached):
    return {True: "reached", False: "**not reached**", None: ""}[reached]


def ratio_aims(caller, rows):
    ours = rows["mxc"]["median"]
    for peer, aim in (("floor", 1.35), ("bwrap, equal view", 0.75), ("lxc-exec 1.0.1 (npm)", 0.35)):
        if rows.get(peer, {}).get("median"):
            ratio = ours / rows[peer]["median"]
            yield {"name": f"start as {caller}, against {peer}", "text": f"× {ratio:.2f}", "target": f"× {aim:.2f}",
                   "reached": ratio <= aim, "value": ratio, "note": ""}


def targets(result):
    found = []
    for caller, rows in result["start"].items():
        found += ratio_aims(caller, rows)
        calls, memory = rows["mxc"].get("calls"), rows["mxc"].get("memory")
        if calls:
            found.append({"name": f"system calls until exec, as {caller}", "text": str(calls["setup"]), "target": "200",
                          "reached": calls["setup"] <= 200, "value": calls["setup"], "note": ""})
        if memory:
            found.append({"name": f"private memory of our processes, as {caller}", "text": f"{memory['own'] / 1024:.2f} MiB",
                          "target": "1.5 MiB", "reached": memory["own"] <= 1536, "value": memory["own"], "note": ""})
    return found + result["more"]


def markdown(result):
    lines = [f"Run of {result['when']}: {result['machine']}.", ""]
    for caller, rows in result["start"].items():
        lines += start_table(caller, rows)
    lines += ["### Aims", "", "| | measured | aim | | |", "|---|---|---|---|---|"]
    for item in result["targets"]:
        lines.append(f"| {item['name']} | {item['text']} | {item['target'] or ''} | {verdict(item['reached'])} | {item['note']} |")
    return "\n".join(lines) + "\n"


def into_page(page, text):
    old = page.read_text(encoding="utf-8")
    head, rest = old.split(BEGIN)
    page.write_text(f"{head}{BEGIN}\n{text}{END}{rest.split(END)[1]}", encoding="utf-8")
