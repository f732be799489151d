# SPDX-License-Identifier: MIT
"""Hosts that do not allow everything: nested user namespaces, filters of container engines, settings of
the kernel. Either it works, or one sentence names the cause and the remedy, with status 255, at once."""
import json
import subprocess

import host
from host import Case, callers, main, policy_of, probe

LAUNCH = "launch"


class Restricted(Case):
    def run_under(self, who, before, words=("run", "--", "true"), program="mxc"):
        """The executor behind a launcher that comes after the caller's own prefix."""
        argv = [*who.prefix, *map(str, before), str(host.PLACE.bin / program), *map(str, words)]
        return subprocess.run(argv, env=host.environment(who), cwd=who.home, capture_output=True, text=True,
                              timeout=10, check=False, **who.options)

    def profile(self, name):
        return [host.PLACE.bin / LAUNCH, name]

    def says(self, done, *words):
        self.assertEqual((done.returncode, len(done.stderr.splitlines()), done.stdout), (255, 1, ""), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    @callers()
    def test_filter_without_namespaces(self, who):
        self.says(self.run_under(who, self.profile("closed")),
                  "seccomp filter", "forbids user namespaces", "--security-opt seccomp=unconfined")

    @callers()
    def test_filter_without_mounts(self, who):
        self.says(self.run_under(who, self.profile("no-mount")), "seccomp", "mount", "try:")

    @callers()
    def test_lxc_exec_says_it_too(self, who):
        policy = host.b64(policy_of("true", version="0.7.0-alpha"))
        done = self.run_under(who, self.profile("closed"), ["--config-base64", policy], "lxc-exec")
        self.assertEqual(done.returncode, 255)
        self.assertIn("seccomp", done.stderr)

    @callers()
    def test_probe_says_it_too(self, who):
        done = self.run_under(who, self.profile("closed"), ["probe", "--json"])
        native = json.loads(done.stdout)["backends"][0]
        items = {item["name"]: item for item in native["host"]}
        self.assertFalse(native["available"])
        self.assertFalse(any(row["host"] for row in native["features"]))
        self.assertIn("seccomp", items["user namespaces"]["detail"])
        self.assertIn("seccomp=unconfined", items["user namespaces"]["remedy"])
        self.assertNotEqual(done.returncode, 0)

    @callers()
    def test_filters_that_allow_it(self, who):
        for name in ("open", "no-clone3"):
            for limits in ([], ["--limit", "memoryMb=100", "--limit", "processes=50"]):
                done = self.run_under(who, self.profile(name), ["run", *limits, "--", "sh", "-c", "echo on; exit 5"])
                with self.subTest(profile=name, limits=bool(limits)):
                    self.assertEqual((done.returncode, done.stdout), (5, "on\n"), done.stderr)

    @callers()
    def test_confined_all_the_same(self, who):
        """Under such a filter the sandbox is as tight as without."""
        for name in ("open", "no-clone3"):
            done = self.run_under(who, self.profile(name), [
                "run", "--config-base64", host.b64(policy_of(probe(
                    ["descriptors"], ["status", "CapEff"], ["status", "NoNewPrivs"], ["read", "/etc/shadow"],
                    ["list", "/root"], ["call", "keyctl"], ["list", "/proc/1/root"], ["interfaces"])))])
            with self.subTest(profile=name):
                lines = done.stdout.splitlines()
                self.assertEqual(lines[:5], ["ok 0 1 2", "ok 0000000000000000", "ok 1", "EACCES", "ENOENT"])
                self.assertIn(lines[5], ("EPERM", "ENOSYS"))
                self.assertEqual(lines[6:], ["EACCES", "ok lo"])

    @callers("user")
    def test_no_user_namespaces_left(self, who):
        # The setting belongs to the user namespace in which it is written, here one of the test's own.
        script = 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$0" "$@"'
        self.says(self.run_under(who, [*host.NESTED, "sh", "-c", script]),
                  "user.max_user_namespaces is 0", "sudo sysctl -w user.max_user_namespaces=")

    @callers("user")
    def test_nested_too_deep(self, who):
        self.says(self.run_under(who, host.NESTED * 33), "nest", "try:")

    @callers("user")
    def test_deeply_nested(self, who):
        done = self.run_under(who, host.NESTED * 12, ["run", "--", "sh", "-c", "exit 6"])
        self.assertEqual(done.returncode, 6, done.stderr)

    @callers("user")
    def test_user_namespace_without_root(self, who):
        before = ["unshare", "--user", "--map-current-user", "--"]
        done = self.run_under(who, before, ["run", "--ro", host.PLACE.bin, "--", host.PLACE.bin / "probe", "ids"])
        self.assertEqual((done.returncode, done.stdout.split(" groups")[0]),
                         (0, "ok uid={0},{0},{0} gid={0},{0},{0}".format(who.uid)), done.stderr)

    @callers("user")
    def test_masked_proc(self, who):
        # As in a container: parts of /proc are covered, so the kernel allows no fresh one.
        script = f'"{host.PLACE.bin}/probe" bind /dev/null /proc/keys >&2 && exec "$0" "$@"'
        before = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc", "--",
                  "sh", "-c", script]
        done = self.run_under(who, before)
        self.assertTrue(done.stderr.startswith("ok\n"), done.stderr)  # the mask is there
        done.stderr = done.stderr[3:]
        self.says(done, "/proc", "systempaths=unconfined", "unmask=ALL")

    @callers("root")
    def test_root_without_capabilities(self, who):
        """Root of a container that has lost what it needs to give the program other ids."""
        before = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"]
        done = self.run_under(who, before, ["run", "--", "sh", "-c", "exit 3"])
        if done.returncode != 3:
            self.says(done, "CAP_")

    @callers("root")
    def test_probe_agrees_with_run(self, who):
        """Root with one capability less: what 'mxc probe' says is what 'mxc run' does."""
        for name in ("setfcap", "setuid", "setgid", "sys_admin", "sys_resource", "net_admin", "chown"):
            before = ["setpriv", f"--bounding-set=-{name}", f"--inh-caps=-{name}", "--"]
            done = self.run_under(who, before, ["probe", "--json"])
            native = json.loads(done.stdout)["backends"][0]
            run = self.run_under(who, before, ["run", "--", "true"])
            self.assertEqual(run.returncode == 0, native["available"], (name, run.stderr))
            if run.returncode:
                items = {item["name"]: item for item in native["host"]}
                self.assertIn(items["user namespaces"]["detail"][:60], run.stderr)


if __name__ == "__main__":
    main()
