# SPDX-License-Identifier: MIT
"""Runs the published @microsoft/mxc-sdk@0.7.0, unchanged, on our lxc-exec. It is fetched from npm once
into the build folder; without node, npm or the registry the test is skipped and says so."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

from harness import BUILD, SKIPPED, run

PACKAGE = "@microsoft/mxc-sdk@0.7.0"
FOLDER = BUILD.parent.parent / "sdk-0.7.0"
NAMES = {"aarch64": "arm64"}


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def install():
    """The SDK below FOLDER; a folder that exists is whole, because it is renamed at the end."""
    if FOLDER.exists():
        return
    fresh = FOLDER.with_name("sdk-0.7.0.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    (fresh / "package.json").write_text('{"private": true}\n')
    try:
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts",
                               "--fetch-retries=1", "--fetch-timeout=20000", PACKAGE],
                              cwd=fresh, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        skip(f"npm did not fetch {PACKAGE} within two minutes")
    if done.returncode:
        skip(f"npm cannot fetch {PACKAGE}: {done.stderr.strip()[-400:]}")
    fresh.rename(FOLDER)


def main():
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            skip(f"{tool} is not installed")
    probe = run("mxc", "probe")
    if probe.status and "native" not in os.environ.get("MXC_MUST", "").split(","):
        skip("this host cannot run the native backend:\n" + probe.out)
    install()
    arch = NAMES.get(os.uname().machine, "x64")
    folder = FOLDER / "bin" / arch
    folder.mkdir(parents=True, exist_ok=True)
    network = BUILD / "mxc-net"
    for program in [BUILD / "lxc-exec", *([network] if network.exists() else [])]:
        shutil.copy2(program, folder / program.name)
    env = {**os.environ, **({"MXC_NET": "1"} if network.exists() else {}),
           "MXC_BIN_DIR": str(FOLDER / "bin"),
           "MXC_SDK": str(FOLDER / "node_modules/@microsoft/mxc-sdk/dist/index.js")}
    here = Path(__file__).parent
    cases = [here / "sdk_cases.mjs", here / "sdk_more.mjs"]
    sys.exit(subprocess.run(["node", "--test", *cases], env=env, check=False).returncode)


main()
