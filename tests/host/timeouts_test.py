# SPDX-License-Identifier: MIT
"""Timeouts: their reason and status, and that the whole tree goes. Bounds of time are generous; only an
error of seconds fails."""
import json
import os
import signal
import subprocess
import time

import host
from host import Case, callers, main, policy_of, probe, run, run_policy

FOREVER = ["rest"]


class Timeouts(Case):
    def check(self, done, begun, least=0.0):
        spent = time.monotonic() - begun
        self.assertEqual((done.status, done.reason), (255, "timeout"), done.err)
        self.assertIn("timed out after", done.err)
        self.assertGreaterEqual(spent, least)
        self.assertLess(spent, least + 5)
        self.assertEqual(self.counter.left_within(0), {})

    @callers()
    def test_simple(self, who):
        for milliseconds in (1, 50, 400):
            begun = time.monotonic()
            done = run_policy(who, policy_of(probe(FOREVER), process={"timeout": milliseconds}))
            self.check(done, begun, milliseconds / 1000)
            self.assertGreaterEqual(done.result["runMs"], milliseconds - 1)
            self.assertEqual((done.result["exitCode"], done.result["signal"]), (None, 9))

    @callers()
    def test_whole_tree(self, who):
        begun = time.monotonic()
        command = probe(["daemon", "run"], ["daemon", "stop"], ["deaf"], ["forks", 5], FOREVER)
        self.check(run_policy(who, policy_of(f"{command} & {command} & wait", process={"timeout": 300})), begun)

    @callers()
    def test_stopped_program(self, who):
        begun = time.monotonic()
        self.check(run_policy(who, policy_of(probe(["raise", 19], FOREVER), process={"timeout": 200})), begun)
        begun = time.monotonic()
        self.check(run_policy(who, policy_of("kill -STOP $$; sleep 9", process={"timeout": 200})), begun)

    @callers()
    def test_output_that_nobody_takes(self, who):
        """The program has ended; what it wrote is still with the executor, and nobody reads it."""
        process = host.start_policy(who, policy_of(probe(["flood", 1, 100000]), limits={"outputMb": 100},
                                                   process={"timeout": 500}),
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            self.assertEqual(process.wait(5), 255)
        except subprocess.TimeoutExpired:
            self.fail("the executor waits for a reader that does not read")
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    @callers()
    def test_result_when_nobody_reads_errors(self, who):
        """The sentence about the timeout has no reader; the result has one."""
        read, write = os.pipe()
        gone, errors = os.pipe()
        os.close(gone)
        process = host.start_policy(who, policy_of(probe(FOREVER), process={"timeout": 50}), f"--result-fd={write}",
                                    fds=(write,), stdout=subprocess.DEVNULL, stderr=errors)
        os.close(write)
        os.close(errors)
        with os.fdopen(read, encoding="utf-8") as results:
            text = results.read()
        self.assertEqual(process.wait(5), 255)
        self.assertEqual(json.loads(text)["reason"], "timeout")

    @callers()
    def test_processor_time(self, who):
        """Counted also for what the program left behind; unknown when all were killed at once."""
        spin = "(while :; do :; done) & "
        done = run_policy(who, policy_of(spin + "sleep 0.5"))
        self.assertEqual(done.status, 0, done.err)
        self.assertGreater(done.result["cpuMs"], 50)
        done = run_policy(who, policy_of(spin + "wait", process={"timeout": 300}))
        self.assertIsNone(done.result["cpuMs"])

    @callers()
    def test_while_its_output_waits(self, who):
        """Nobody reads: the program and the relay stand still, the clock does not."""
        for limits in ({}, {"outputMb": 100}):
            process = host.start_policy(who, policy_of(probe(["flood", 1, 50 << 20]), limits=limits,
                                                       process={"timeout": 300}),
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            try:
                self.assertEqual(process.wait(5), 255)
            except subprocess.TimeoutExpired:
                self.fail("the executor waits for a reader that does not read")
            finally:
                process.kill()
                process.wait()
                process.stdout.close()

    @callers()
    def test_output_until_then_arrives(self, who):
        for limits in ({}, {"outputMb": 100}):
            done = run_policy(who, policy_of("echo before; " + probe(FOREVER), limits=limits,
                                             process={"timeout": 300}))
            self.assertEqual((done.out, done.reason), ("before\n", "timeout"))

    @callers()
    def test_not_reached(self, who):
        for milliseconds in (0, 20000, 4294967295):
            done = run_policy(who, policy_of("exit 3", process={"timeout": milliseconds}))
            self.assertEqual((done.status, done.reason), (3, "exit"), done.err)

    @callers()
    def test_options(self, who):
        for text, least in (("200ms", 0.2), ("1s", 1)):
            begun = time.monotonic()
            self.check(run(who, ["--timeout", text, "--", "sleep", "60"]), begun, least)

    @callers()
    def test_signals_before_it(self, who):
        process = host.start_policy(who, policy_of("echo on; " + probe(FOREVER), process={"timeout": 20000}),
                                    stdout=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), b"on\n")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(5), 143)
        process.stdout.close()

    @callers()
    def test_lxc_exec(self, who):
        process = host.start(who, ["--config-base64", host.b64(policy_of("sleep 60", version="0.7.0-alpha",
                                                                         process={"timeout": 200}))],
                             program="lxc-exec", stdout=-1, stderr=-1)
        process.communicate(timeout=10)
        self.assertEqual(process.returncode, 255)


if __name__ == "__main__":
    main()
