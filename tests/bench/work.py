# SPDX-License-Identifier: MIT
"""Work with many files, in a sandbox and bare, one after the other in one run. The clock is inside: the start of
the sandbox is no part of it."""
import json
import os
import shutil
import subprocess
from pathlib import Path

SIZES = {"full": {"files": 20000, "sources": 40, "rounds": 15}, "quick": {"files": 300, "sources": 3, "rounds": 1}}
CLOCK = "import os,sys,time\nt=time.perf_counter()\nr=os.system(sys.argv[1])\nprint(time.perf_counter()-t)\nsys.exit(r!=0)"

SOURCE = """#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <sys/socket.h>
#include <netinet/in.h>
int f%d(int a) { char t[64]; snprintf(t, sizeof t, "%%d", a); return (int)strlen(t) + (int)sizeof(struct sockaddr_in); }
"""


def make_files(folder, count):
    for number in range(count):
        place = folder / f"d{number // 200}" / "deep" / "down"
        if number % 200 == 0:
            place.mkdir(parents=True)
        # From one line to 60 kB, 8 kB in the middle, as in a source tree.
        (place / f"f{number}.txt").write_text("a line of text\n" * (1 + number * 7919 % 1100), encoding="ascii")


def git_status(folder, size):
    make_files(folder / "tree", size["files"])
    git = ["git", "-C", str(folder / "tree"), "-c", "user.email=a@example.org", "-c", "user.name=a"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    return f"git -c safe.directory='*' -C {folder}/tree status --short >/dev/null"


def tar(folder, _size):
    return f"tar -C {folder} -cf - tree | cat >/dev/null"


def compile_sources(folder, size):
    for number in range(size["sources"]):
        (folder / f"s{number}.c").write_text(SOURCE % number, encoding="ascii")
    return f"cd {folder} && cc -O1 -c s*.c"


def npm_ci(folder, _size):
    """A project of local packages, from a cache that was filled before."""
    project = folder / "project"
    names = [f"package-{letter}" for letter in "abcdefgh"]
    for name in names:
        place = folder / name
        place.mkdir()
        (place / "package.json").write_text(json.dumps({"name": name, "version": "1.0.0"}), encoding="utf-8")
        for number in range(50):
            (place / f"m{number}.js").write_text("module.exports = 1;\n" * 20, encoding="ascii")
        subprocess.run(["npm", "pack", "--silent"], cwd=place, check=True, capture_output=True)
    project.mkdir()
    needs = {name: f"file:../{name}/{name}-1.0.0.tgz" for name in names}
    (project / "package.json").write_text(json.dumps({"name": "project", "version": "1.0.0", "dependencies": needs}),
                                          encoding="utf-8")
    words = f"--cache {folder}/cache --offline --no-audit --no-fund --ignore-scripts --silent"
    subprocess.run(f"npm install {words}", shell=True, cwd=project, check=True, capture_output=True)
    return f"cd {project} && npm ci {words} >/dev/null 2>&1"


def pip_install(folder, _size):
    """Wheels from a folder."""
    wheels = folder / "wheels"
    for letter in "abcdef":
        name = f"bench{letter}"
        place = folder / "build" / name
        info = place / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (place / name).mkdir()
        for number in range(60):
            (place / name / f"m{number}.py").write_text("def f():\n    return 1\n" * 20, encoding="ascii")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="ascii")
        (info / "WHEEL").write_text("Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
                                    encoding="ascii")
        files = sorted(path.relative_to(place) for path in place.rglob("*") if path.is_file())
        (info / "RECORD").write_text("".join(f"{path},,\n" for path in files), encoding="ascii")
        wheels.mkdir(exist_ok=True)
        shutil.make_archive(str(wheels / f"{name}-1.0-py3-none-any"), "zip", place)
        (wheels / f"{name}-1.0-py3-none-any.zip").rename(wheels / f"{name}-1.0-py3-none-any.whl")
    return (f"python3 -m pip install --quiet --no-index --no-cache-dir --disable-pip-version-check --root-user-action=ignore "
            f"--break-system-packages --target {folder}/installed --upgrade --find-links {wheels} "
            + " ".join(f"bench{letter}" for letter in "abcdef"))


JOBS = [("git status, {files:,} files", "git", git_status), ("tar of the same", "tar", tar),
        ("cc of {sources} files", "cc", compile_sources), ("npm ci, local packages", "npm", npm_ci),
        ("pip install, local wheels", "pip3", pip_install)]


def seconds(argv, env):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, env=env)
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise ValueError(words[-1][:200] if words else f"it ended with {done.returncode}")
    return float(done.stdout.split()[-1])


def compare(bench, name, command, folder, rounds):
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder / "tmp")}
    (folder / "tmp").mkdir(exist_ok=True)
    inner = ["python3", "-S", "-c", CLOCK, command]
    script = "exec " + " ".join("'" + word.replace("'", "'\\''") + "'" for word in inner)
    existing = [path for path in ("/usr/include", "/usr/local", "/var/lib/dpkg/alternatives") if Path(path).exists()]
    config = bench.folder / "work.json"
    config.write_text(json.dumps({
        "version": "0.8.0-alpha", "process": {"commandLine": script, "env": [f"{key}={value}" for key, value in env.items()]},
        "filesystem": {"readwritePaths": [str(folder)], "readonlyPaths": existing}}), encoding="utf-8")
    bare, box = [], []
    for round_number in range(rounds + 1):
        pair = seconds(["/bin/sh", "-c", script], env), seconds([str(bench.mxc), "run", str(config)], env)
        if round_number:
            bare.append(pair[0])
            box.append(pair[1])
    ratio = min(bare) / min(box)  # other work of the machine can only make it slower
    return {"name": name, "value": ratio, "target": "97 %", "reached": ratio >= 0.97, "note": "",
            "text": f"{ratio * 100:.1f} % of bare speed ({min(bare) * 1e3:.0f} ms bare)"}


def measure_all(bench):
    """work with many files"""
    size = SIZES["quick" if bench.options.quick else "full"]
    folder = bench.folder / "work"
    folder.mkdir()
    found = []
    for title, program, prepare in JOBS:
        name = title.format(**size)
        if not shutil.which(program):
            found.append({"name": name, "value": None, "text": f"{program} is not installed", "target": "97 %",
                          "reached": None, "note": ""})
            continue
        try:
            found.append(compare(bench, name, prepare(folder, size), folder, size["rounds"]))
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            found.append({"name": name, "value": None, "text": f"not measured: {error}", "target": "97 %", "reached": None,
                          "note": ""})
    return found
