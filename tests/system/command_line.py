#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What an operator types: changerctl against a daemon and a simulated library."""
import json
import signal
import subprocess

import harness
from harness import SystemTest, library, program, wait_for


class CommandLine(SystemTest):
    def ready(self, *options, **settings):
        sim = self.sim("--instant", *options)
        daemon = self.daemon(library(sim.url, **settings))
        daemon.wait_online()
        return sim, daemon

    def ok(self, daemon, *words):
        done = daemon.ctl(*words)
        self.assertEqual(done.returncode, 0, (words, done.stdout, done.stderr))
        return done.stdout

    def test_json_is_the_apis_object_and_nothing_else(self):
        _, daemon = self.ready()
        for words, target in (
            (("libraries",), "/v1/libraries"),
            (("status",), "/v1/libraries/main"),
            (("door",), "/v1/libraries/main/door"),
            (("jobs", "--all"), "/v1/jobs"),
            (("requests",), "/v1/operator-requests"),
            (("diff",), "/v1/libraries/main/diff"),
        ):
            with self.subTest(words=words):
                printed = json.loads(self.ok(daemon, "--json", *words))
                self.assertEqual(printed["schema"], daemon.api.get(target)["schema"])

    def test_a_door_job_waits_and_prints_the_diff(self):
        sim, daemon = self.ready()
        waiting = subprocess.Popen(
            [program("changerctl"), "--socket", daemon.socket, "door", "open", "--inventory", "fast"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
        )
        self.addCleanup(lambda: waiting.poll() is None and waiting.kill())
        job = wait_for("the job", lambda: daemon.api.get("/v1/jobs")["jobs"])[0]["id"]
        daemon.wait_phase(job, "unlocked")
        sim.ctl("open-door")
        daemon.wait_phase(job, "open")
        sim.ctl("insert", "TYPED1L8", 20)
        sim.ctl("close-door")
        out, err = waiting.communicate(timeout=harness.PATIENCE)
        self.assertEqual(waiting.returncode, 0, err)
        self.assertIn("TYPED1L8", out)
        self.assertIn("added", out)
        self.assertIn("TYPED1L8", self.ok(daemon, "diff"))

    def test_interrupted_while_waiting_is_130_and_the_job_goes_on(self):
        _, daemon = self.ready()
        waiting = subprocess.Popen(
            [program("changerctl"), "--socket", daemon.socket, "door", "open"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
        )
        self.addCleanup(lambda: waiting.poll() is None and waiting.kill())
        job = wait_for("the job", lambda: daemon.api.get("/v1/jobs")["jobs"])[0]["id"]
        daemon.wait_phase(job, "unlocked")
        waiting.send_signal(signal.SIGINT)
        waiting.communicate(timeout=harness.PATIENCE)
        self.assertEqual(waiting.returncode, 130)
        self.assertIsNone(daemon.job(job)["finished_at"])

    def test_load_and_unload_by_every_kind_of_name(self):
        sim, daemon = self.ready()
        first = next(e for e in daemon.elements() if e["type"] == "storage" and e["number"] == 1)
        self.ok(daemon, "load", "1")
        self.ok(daemon, "unload", "drive:1")
        self.ok(daemon, "load", first["barcode"], "2")
        self.ok(daemon, "unload", "2", "slot:24")
        self.ok(daemon, "move", "slot:24", f"@{first['address']}")
        self.assertEqual(sim.cartridges("storage")[first["address"]], first["barcode"])

    def test_exit_codes(self):
        _, daemon = self.ready()
        job = daemon.submit(operation="door", not_before="2099-01-01T00:00:00Z")
        for words, status in (
            (("no-such-command",), 2),
            (("door", "open", "--inventory", "slot"), 2),
            (("-l", "nowhere", "status"), 7),
            (("job", "main-999"), 7),
            (("--timeout", "1", "wait", job), 6),
            (("--no-wait", "inventory", "fast"), 0),
            (("cancel", job), 0),
            (("wait", job), 15),
        ):
            with self.subTest(words=words):
                done = daemon.ctl(*words)
                self.assertEqual(done.returncode, status, (done.stdout, done.stderr))
                if status:
                    self.assertTrue(done.stderr.strip())
        daemon.stop()
        self.assertEqual(daemon.ctl("status").returncode, 3)

    def test_discover_needs_no_daemon_and_no_device(self):
        root = self.directory / "sysfs"
        (root / "class" / "scsi_generic").mkdir(parents=True)
        done = subprocess.run([program("changerctl"), "discover", "--sysfs-root", str(root), "--json"],
                              capture_output=True, text=True, check=False, timeout=harness.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["devices"], [])


if __name__ == "__main__":
    harness.main()
