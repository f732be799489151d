# SPDX-License-Identifier: MIT
"""The rows of the benchmark: how each program is told to run the same command with an equal view."""
import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
SDK = "@microsoft/mxc-sdk"


@dataclass
class Row:
    """One line of the table. Without 'argv' it says why there are no figures."""
    name: str
    argv: list = field(default_factory=list)
    reason: str = ""


@dataclass
class Plan:
    """What 'mxc plan' shows of files, which the peers are given as well."""
    links: list
    directories: list
    binds: list
    hidden_files: list
    hidden_directories: list


def read_plan(text):
    plan = Plan([], [], [], [], [])
    for line in text.splitlines():
        words = line.split()
        if words[0] == "symlink":
            plan.links.append((words[3], words[1]))
        elif words[0] == "directory":
            plan.directories.append(words[1])
        elif words[0] == "bind":
            plan.binds.append((words[1], words[3]))
        elif words[0] == "hide":
            (plan.hidden_directories if words[2] == "directory" else plan.hidden_files).append(words[1])
    return plan


def floor_header(plan):
    def quote(text):
        return json.dumps(text)

    def names(name, paths):
        rows = "".join(f"    {quote(path[1:])},\n" for path in paths)
        return f"static const char *const {name}[] = {{\n{rows}    NULL,\n}};\n"

    def pairs(name, items):
        rows = "".join(f"    {{ {quote(a)}, {quote(b[1:])} }},\n" for a, b in items)
        return f"static const struct pair {name}[] = {{\n{rows}    {{ NULL, NULL }},\n}};\n"
    return "/* Made by bench.py from 'mxc plan'. */\n" + names("directories", plan.directories) + \
        pairs("links", plan.links) + pairs("binds", plan.binds) + \
        names("files_hidden", plan.hidden_files) + names("directories_hidden", plan.hidden_directories)


def compile_program(source, target, *options):
    subprocess.run([os.environ.get("CC", "cc"), "-std=c17", "-D_GNU_SOURCE", "-O2", "-static", *options, "-o", target,
                    HERE / source], check=True)


def bwrap(plan, command):
    program = shutil.which("bwrap")
    if not program:
        return Row("bwrap, equal view", reason="bubblewrap is not installed")
    argv = [program, "--unshare-all", "--new-session", "--die-with-parent", "--cap-drop", "ALL", "--clearenv",
            "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "TERM", "dumb"]
    for target, link in plan.links:
        argv += ["--symlink", target, link]
    for source, place in plan.binds:
        argv += ["--ro-bind", source, place]
    for path in plan.hidden_files:
        argv += ["--ro-bind", "/dev/null", path]
    for path in plan.hidden_directories:
        argv += ["--tmpfs", path]
    return Row("bwrap, equal view", argv + ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/dev/shm", "--tmpfs", "/tmp",
                                            *command])


def firejail(command, root):
    program = shutil.which("firejail")
    if not program:
        return Row("firejail", reason="firejail is not installed")
    argv = [program, "--quiet", "--noprofile", "--private-dev", "--private-tmp", "--net=none", "--caps.drop=all",
            "--nonewprivs", "--seccomp", "--read-only=/etc", "--read-only=/usr", *command]
    if not root and os.stat(program).st_mode & 0o4000 == 0:
        return Row("firejail", reason="it is not set-user-id here")
    return Row("firejail", argv)


def bundle(plan, command, folder, root):
    """An OCI bundle with the same mounts."""
    mounts = [{"destination": "/proc", "type": "proc", "source": "proc"},
              {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
              {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
               "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
              {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "nodev", "mode=1777"]},
              {"destination": "/tmp", "type": "tmpfs", "source": "tmp", "options": ["nosuid", "nodev", "mode=1777"]}]
    mounts += [{"destination": place, "type": "bind", "source": source, "options": ["rbind", "ro", "nosuid", "nodev"]}
               for source, place in plan.binds]
    config = {
        "ociVersion": "1.0.2",
        "process": {"terminal": False, "user": {"uid": 0, "gid": 0}, "args": command, "cwd": "/",
                    "env": ["PATH=/usr/bin:/bin", "TERM=dumb"], "noNewPrivileges": True,
                    "capabilities": {name: [] for name in ("bounding", "effective", "permitted", "ambient")}},
        "root": {"path": "rootfs", "readonly": True}, "hostname": "box", "mounts": mounts,
        "linux": {"namespaces": [{"type": name} for name in ("pid", "network", "ipc", "uts", "mount", "cgroup", "user")],
                  "uidMappings": [{"containerID": 0, "hostID": 1879048192 if root else os.getuid(), "size": 65536}],
                  "gidMappings": [{"containerID": 0, "hostID": 1879048192 if root else os.getgid(), "size": 65536}],
                  "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/acpi", "/proc/interrupts",
                                  *plan.hidden_files, *plan.hidden_directories],
                  "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"]},
    }
    rootfs = folder / "rootfs"
    for name in ("bin", "dev", "etc", "proc", "tmp", "usr"):
        (rootfs / name).mkdir(parents=True, exist_ok=True)
    (rootfs / "bin").rmdir()
    for target, link in plan.links:
        if not (rootfs / link[1:]).is_symlink():
            (rootfs / link[1:]).symlink_to(target)
    for _, place in plan.binds:
        (rootfs / place[1:]).mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def runc(plan, command, folder, root):
    program = shutil.which("runc")
    if not program:
        return Row("runc, equal view", reason="runc is not installed")
    if not root:
        return Row("runc, equal view", reason="as a user it needs a range of ids of its own")
    bundle(plan, command, folder, root)
    # Each run needs a name of its own; the shell that makes it is small beside the rest.
    script = f'exec {program} --root {folder}/state run --bundle {folder} bench$$'
    return Row("runc, equal view", ["/bin/sh", "-c", script])


def published(version, config, command, folder):
    """The published executor, from the npm registry."""
    name = f"lxc-exec {version} (npm)"
    place = folder / f"npm-{version}"
    program = place / "node_modules" / SDK / "bin" / {"x86_64": "x64", "aarch64": "arm64"}[os.uname().machine] / "lxc-exec"
    if not shutil.which("bwrap"):
        return Row(name, reason="it needs bubblewrap")
    if not program.exists():
        place.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix",
                               place, f"{SDK}@{version}"], capture_output=True, check=False) if shutil.which("npm") else None
        if not done or done.returncode or not program.exists():
            return Row(name, reason="the npm registry cannot be reached" if done else "npm is not installed")
    program.chmod(0o755)
    path = place / "config.json"
    path.write_text(json.dumps({**config, "process": {"commandLine": command}}), encoding="utf-8")
    return Row(name, [str(program), str(path)])
