# SPDX-License-Identifier: MIT
"""Descriptors that travel through a socket in a shared folder (SCM_RIGHTS): what another process hands in can be
used as it is, and is no way to anything else."""
import os
import socket
import subprocess
import threading

import attacker
from attacker import Attack
from ground import host

# Connects, takes descriptors, and tries each attempt with them; prints what came of it.
GUEST = r"""
import os, socket, sys
with socket.socket(socket.AF_UNIX) as s:
    s.connect(sys.argv[1])
    _, fds, _, _ = socket.recv_fds(s, 1, 4)
folder, path = fds
def attempt(name, what):
    try:
        print(name, what())
    except OSError as error:
        print(name, type(error).__name__, error.errno)
attempt("read", lambda: os.read(os.open("secret", os.O_RDONLY, dir_fd=folder), 20))
attempt("write", lambda: os.open("new", os.O_WRONLY | os.O_CREAT, dir_fd=folder))
attempt("change", lambda: os.open("secret", os.O_WRONLY, dir_fd=folder))
attempt("list", lambda: os.listdir(os.open(".", os.O_RDONLY, dir_fd=folder)))
attempt("up", lambda: os.read(os.open("../above", os.O_RDONLY, dir_fd=folder), 20))
attempt("reopen", lambda: os.listdir(f"/proc/self/fd/{path}"))
attempt("enter", lambda: (os.fchdir(folder), open("secret").read())[1])
attempt("run", lambda: os.execve(folder, ["x"], {}) if os.execve in os.supports_fd else None)
"""


def setUpModule():
    attacker.prepare()


class Handed(Attack):
    def serve(self, path, folder):
        """Gives whoever comes a descriptor of the folder to read, and one that is only its place."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        os.chmod(path, 0o666)
        listener.listen(1)

        def give():
            with listener:
                peer, _ = listener.accept()
                fds = [os.open(folder, os.O_RDONLY), os.open(folder, os.O_PATH)]
                socket.send_fds(peer, [b"x"], fds)
                for fd in fds:
                    os.close(fd)
                peer.close()
        thread = threading.Thread(target=give)
        thread.start()
        self.addCleanup(thread.join)

    @host.callers()
    def test_folder_from_outside(self, who):
        box = self.box(who)
        shared, out = box / "shared", box / "out"
        for folder in (shared, out):
            folder.mkdir()
            os.chmod(folder, 0o777)
        for name in (out / "secret", box / "above"):
            name.write_text("CANARY\n", encoding="ascii")
            os.chmod(name, 0o666)
        (shared / "guest.py").write_text(GUEST, encoding="ascii")
        self.serve(shared / "open", out)
        without = subprocess.run(["/usr/bin/python3", shared / "guest.py", shared / "open"], capture_output=True, text=True,
                                 check=False)
        self.assertIn("read b'CANARY", without.stdout)  # without a sandbox the descriptors open all of it
        (out / "new").unlink(missing_ok=True)
        self.serve(shared / "socket", out)
        done = host.run_policy(who, host.policy_of(
            f"/usr/bin/python3 {shared}/guest.py {shared}/socket", rw=[shared]))
        lines = dict(line.split(" ", 1) for line in done.out.splitlines())
        self.assertEqual(set(lines), {"read", "write", "change", "list", "up", "reopen", "enter", "run"}, done.err)
        for name, said in lines.items():
            self.assertRegex(said, r"^(PermissionError|OSError) (13|1)$", name)
        self.assertNotIn("CANARY", done.out)
        self.assertEqual((sorted(os.listdir(out)), (out / "secret").read_text(encoding="ascii")), (["secret"], "CANARY\n"))


if __name__ == "__main__":
    host.main()
