#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong: each with the code of the table, a sentence that says what to do, nothing
changed, and the daemon alive."""
import json
import os
import pathlib
import subprocess
import unittest

import harness
from harness import SystemTest, library, program, wait_for

MOVE = 0xA5


class Refusals(SystemTest):
    def refused(self, daemon, status, code, name="main", headers=None, **body):
        """Posts a job that must be refused; nothing may be queued by it."""
        before = daemon.api.get("/v1/jobs")["jobs"]
        answer = daemon.api.call("POST", f"/v1/libraries/{name}/jobs", body, headers)
        self.assertEqual((answer.status, answer.body["code"]), (status, code), answer.body)
        self.assertGreater(len(answer.body["detail"]), 20, "a sentence that says what to do")
        self.assertEqual(daemon.api.get("/v1/jobs")["jobs"], before)
        self.assertTrue(daemon.process.running())
        return answer.body["detail"]

    def ready(self, **settings):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url, **settings))
        daemon.wait_online()
        return sim, daemon

    def test_an_unknown_library(self):
        _, daemon = self.ready()
        self.refused(daemon, 404, "not_found", name="nowhere", operation="door")

    def test_inventory_actions_that_a_door_does_not_take(self):
        _, daemon = self.ready()
        for action in ("slot", "stop", "", "FAST", 3):
            with self.subTest(action=action):
                self.refused(daemon, 400, "invalid_parameter", operation="door", inventory=action)

    def test_bodies_that_are_not_a_job(self):
        _, daemon = self.ready()
        for body in (b"", b"{", b"[]", b"null", b'{"operation":"explode"}', b'{"operation":"door","x":1}',
                     b'{"operation":"door","max_open_seconds":-1}', b'{"operation":"door","max_open_seconds":65536}',
                     b'{"operation":"load"}', b"[" * 5000, b"\xff\xfe"):
            with self.subTest(body=body[:40]):
                answer = daemon.api.call("POST", "/v1/libraries/main/jobs", body)
                self.assertEqual(answer.status, 400, answer.body)
        self.assertEqual(daemon.api.get("/v1/jobs")["jobs"], [])

    def test_a_library_without_a_door(self):
        _, daemon = self.ready(door={"present": False})
        self.refused(daemon, 409, "resource_not_present", operation="door")

    def test_a_library_that_is_offline_says_why_and_comes_back(self):
        sim, daemon = self.ready(path_grace_seconds=0)
        sim.stop()
        it = wait_for(
            "library main offline",
            lambda: (lambda l: l if l["state"] == "offline" else None)(daemon.library()),
        )
        self.assertTrue(it["detail"])
        self.refused(daemon, 409, "library_offline", operation="door")
        sim.start_again()
        daemon.wait_online()
        daemon.wait_phase(daemon.submit(operation="door"), "unlocked")

    def test_a_disabled_library(self):
        _, daemon = self.ready(enabled=False)
        self.refused(daemon, 409, "resource_disabled", operation="door")

    def test_a_tape_drives_url(self):
        sim = self.sim("--instant")
        drive = sim.url.rsplit("/", 1)[0] + "/1"
        daemon = self.daemon(library(drive), library(sim.url, name="good"))
        daemon.wait_online("good")
        it = wait_for("main offline", lambda: (lambda l: l if l["state"] == "offline" else None)(daemon.library()))
        self.assertRegex(it["detail"], "tape|changer")
        self.refused(daemon, 409, "library_offline", operation="door")

    def test_a_device_that_answers_garbage(self):
        sim = self.sim("--instant")
        sim.ctl("fault", "res:garbage@1x100000")
        daemon = self.daemon(library(sim.url), library(self.sim("--instant", name="sim2").url, name="good"))
        daemon.wait_online("good")
        wait_for("something said of main", lambda: daemon.library()["state"] != "starting")
        for element in daemon.elements():
            self.assertNotEqual(element["provenance"]["kind"], "observed", element)
        daemon.wait_online("good")
        self.assertTrue(daemon.process.running())

    def test_a_full_disk(self):
        if os.getuid() != 0:
            raise unittest.SkipTest("mounting a small tmpfs needs root")
        state = self.directory / "small"
        state.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "changer-test", str(state)],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise unittest.SkipTest("no tmpfs can be mounted here: " + done.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", str(state)], check=False)
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url), state_directory=str(state))
        daemon.wait_online()
        filler = state / "filler"
        with open(filler, "wb", buffering=0) as out:
            with self.assertRaises(OSError):
                while True:
                    out.write(b"\0" * 4096)
        self.assertTrue(filler.stat().st_size)

        def refused():
            answer = daemon.api.call("POST", "/v1/libraries/main/jobs", {"operation": "door", "inventory": "none",
                                                                          "not_before": "2099-01-01T00:00:00Z"})
            return answer if answer.status == 507 else None

        answer = wait_for("database_full", refused)
        self.assertEqual(answer.body["code"], "database_full")
        known = {job["id"] for job in daemon.api.get("/v1/jobs")["jobs"]}
        os.unlink(filler)

        def accepted():
            again = daemon.api.call("POST", "/v1/libraries/main/jobs", {"operation": "inventory", "inventory": "fast"})
            return again if again.status == 202 else None

        again = wait_for("jobs accepted again", accepted)
        self.assertNotIn(again.body["id"], known)
        daemon.wait_passed(again.body["id"])
        daemon.kill()
        daemon.start()
        self.assertTrue(known <= {job["id"] for job in daemon.api.get("/v1/jobs")["jobs"]})

    def _fails_to_start(self, daemon):
        done = subprocess.run([program("changerd"), "--config", str(daemon.config)], capture_output=True,
                              text=True, check=False, timeout=harness.PATIENCE, stdin=subprocess.DEVNULL)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_a_state_directory_that_cannot_be_used(self):
        daemon = self.daemon(start=False)
        daemon.state.write_text("a file where a directory belongs", encoding="utf-8")
        self.assertIn(str(daemon.state), self._fails_to_start(daemon))

    def test_a_typo_in_the_configuration_is_named_by_its_pointer(self):
        daemon = self.daemon(library("sim:default", door={"max_open_secs": 5}), start=False)
        self.assertIn("/libraries/0/door/max_open_secs", self._fails_to_start(daemon))

    def test_a_syntax_error_in_the_configuration_is_named_by_line_and_column(self):
        daemon = self.daemon(start=False)
        daemon.config.write_text('{\n  "socket": "/tmp/x",\n  "libraries": [ }\n}\n', encoding="utf-8")
        self.assertRegex(self._fails_to_start(daemon), r"line 3.*column \d+|:3:\d+")

    def test_a_second_daemon_on_the_same_state_is_refused(self):
        _, daemon = self.ready()
        other = json.loads(daemon.config.read_text())
        other["socket"] = str(self.directory / "other.sock")
        config = self.directory / "other.json"
        config.write_text(json.dumps(other), encoding="utf-8")
        done = subprocess.run([program("changerd"), "--config", str(config)], capture_output=True, text=True,
                              check=False, timeout=harness.PATIENCE, stdin=subprocess.DEVNULL)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(str(daemon.state), done.stderr)
        self.assertTrue(daemon.api.alive())

    def test_another_user_sees_nothing(self):
        if os.getuid() != 0:
            raise unittest.SkipTest("becoming another user needs root")
        _, daemon = self.ready()
        os.chmod(self.directory, 0o755)
        script = (
            "import http.client, socket, sys\n"
            "c = http.client.HTTPConnection('localhost')\n"
            "c.sock = socket.socket(socket.AF_UNIX)\n"
            "c.sock.connect(sys.argv[1])\n"
            "c.request(sys.argv[2], sys.argv[3])\n"
            "r = c.getresponse(); print(r.status, r.read().decode())\n"
        )
        for method, target in (("GET", "/v1/libraries/main"), ("GET", "/v1/jobs"), ("POST", "/v1/libraries/main/jobs")):
            done = subprocess.run(["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups", "/usr/bin/python3",
                                   "-c", script, daemon.socket, method, target],
                                  capture_output=True, text=True, check=True, timeout=harness.PATIENCE)
            self.assertTrue(done.stdout.startswith("403"), done.stdout)
            self.assertIn("access_denied", done.stdout)

    def test_the_same_idempotency_key_is_one_job(self):
        _, daemon = self.ready()
        key = {"Idempotency-Key": "night-1"}
        body = {"operation": "door", "inventory": "none", "not_before": "2099-01-01T00:00:00Z"}
        first = daemon.api.call("POST", "/v1/libraries/main/jobs", body, key)
        again = daemon.api.call("POST", "/v1/libraries/main/jobs", body, key)
        self.assertEqual((first.status, again.status), (202, 202))
        self.assertEqual(first.body["id"], again.body["id"])
        other = daemon.api.call("POST", "/v1/libraries/main/jobs", {**body, "inventory": "fast"}, key)
        self.assertEqual(other.status, 422)

    def test_a_move_whose_source_is_empty_is_refused_before_any_move(self):
        sim, daemon = self.ready()
        empty = next(e for e in daemon.elements() if e["type"] == "storage" and not e["full"])
        job = daemon.wait_finished(
            daemon.submit(operation="load", source=f"slot:{empty['number']}", destination="drive:1"))
        self.assertEqual((job["state"], job["error"]["code"]), ("failed", "source_empty"))
        self.assertEqual(sim.commands(MOVE), 0)


if __name__ == "__main__":
    harness.main()
