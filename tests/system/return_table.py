#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What asking for the door returns, one test a row of the table: through the API its status and
code, through changerctl its exit code, the same sentence from both; and where it was refused,
nothing has changed: no job, no operator request, no element, no lock, in the daemon or the robot.
"""
import json
import subprocess

import harness
from harness import FailingDisk, SystemTest, library, wait_for

JOBS = "/v1/libraries/main/jobs"
USER = 4242
# The parts of the robot that a door job, or any other, would touch.
COMMANDS_WITH_EFFECT = ("07", "1b", "1e", "2b", "37", "a5", "a6", "e7")


class ReturnTable(SystemTest):
    def ready(self, *options, start=True, **settings):
        self.robot = self.sim("--instant", *options)
        daemon = self.daemon(library(self.robot.url, **settings), start=start)
        if start:
            daemon.wait_online()
        return daemon

    def now(self, daemon):
        """Everything that a refused request must leave alone."""
        it = daemon.library()
        robot = self.robot.show() if self.robot.process.running() else {}
        return {
            "jobs": daemon.api.get("/v1/jobs")["jobs"],
            "requests": daemon.api.get("/v1/operator-requests")["operator_requests"],
            "elements": daemon.elements(),
            "media": daemon.api.get("/v1/libraries/main/media")["media"],
            # not what an idle poll sees of it: closed, once it has looked
            "door": {key: value for key, value in it["door"].items() if key not in ("state", "since")},
            "settings": it["settings"],
            "robot": [robot.get("elements"), robot.get("locked_by"),
                      [robot.get("commands", {}).get(it) for it in COMMANDS_WITH_EFFECT]],
        }

    def refused(self, daemon, status, code, exit_code, text, who=None, body=None, words=None):
        """Asks for the door both ways."""
        who = who or daemon
        before = self.now(daemon)
        call = who.call if hasattr(who, "call") else who.api.call
        answer = call("POST", JOBS, body or {"operation": "door", "inventory": "fast"})
        self.assertEqual((answer.status, answer.body["code"]), (status, code), answer.body)
        self.assertEqual(answer.body["status"], status)
        self.assertRegex(answer.body["detail"], text)
        done = who.ctl(*(words or ("door", "open", "--inventory", "fast")))
        self.assertEqual(done.returncode, exit_code, (done.stdout, done.stderr))
        self.assertRegex(done.stderr, text)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.now(daemon), before)

    def test_access_denied(self):
        daemon = self.ready(access=[{"user": str(USER), "rights": ["use", "modify"]}])
        self.refused(daemon, 403, "access_denied", 4, "'door' needs the right 'control'", daemon.other(USER))

    def test_database_failure(self):
        daemon = self.ready(start=False)
        disk = FailingDisk(daemon)
        daemon.start(**disk.environment)
        daemon.wait_online()
        disk.becomes("broken")
        self.refused(daemon, 500, "database_failure", 11, "(?i)input/output error|restart")
        self.assertEqual(daemon.api.get("/v1/health")["libraries"][0]["store"], "database_failure")
        disk.becomes("good")
        # What may be half on disk is not built upon: it stays read-only until a restart.
        self.refused(daemon, 500, "database_failure", 11, "(?i)input/output error|restart")
        daemon.kill()
        daemon.start()
        daemon.wait_online()
        self.assertEqual(daemon.api.get("/v1/jobs")["jobs"], [])
        daemon.wait_phase(daemon.submit(operation="door"), "unlocked")

    def test_database_full(self):
        daemon = self.ready(start=False)
        disk = FailingDisk(daemon)
        daemon.start(**disk.environment)
        daemon.wait_online()
        disk.becomes("full")
        self.refused(daemon, 507, "database_full", 12, "(?i)full|no space")
        disk.becomes("good")

        def accepted():
            answer = daemon.api.call("POST", JOBS, {"operation": "door"})
            return answer.body["id"] if answer.status == 202 else None

        daemon.wait_phase(wait_for("room again", accepted), "unlocked")

    def test_invalid_parameter(self):
        daemon = self.ready()
        self.refused(daemon, 400, "invalid_parameter", 2, "(?i)inventory",
                     body={"operation": "door", "inventory": "slot"},
                     words=("door", "open", "--inventory", "slot"))
        self.refused(daemon, 400, "invalid_parameter", 2, "(?i)max",
                     body={"operation": "door", "max_open_seconds": 65536},
                     words=("door", "open", "--max-open", "65536"))

    def test_library_offline(self):
        daemon = self.ready(path_grace_seconds=0)
        self.robot.stop()
        wait_for("offline", lambda: daemon.library()["state"] == "offline")
        self.refused(daemon, 409, "library_offline", 8, "library main is offline")

    def test_out_of_memory_by_jobs(self):
        daemon = self.ready()
        connection = harness.Unix(daemon.socket, harness.PATIENCE)
        for i in range(1000):
            body = {"operation": "inventory", "inventory": "fast", "not_before": f"2099-01-01T{i // 60:02}:{i % 60:02}:00Z"}
            connection.request("POST", JOBS, json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, 202, i)
        connection.close()
        self.refused(daemon, 503, "not_enough_memory", 13, "1000 jobs are waiting")
        daemon.api.call("DELETE", "/v1/jobs/main-1")
        daemon.wait_finished("main-1")
        daemon.wait_phase(daemon.submit(operation="door"), "unlocked")

    def test_out_of_memory_by_connections(self):
        daemon = self.ready(access=[{"user": str(USER), "rights": ["use", "control"]}])
        who = daemon.other(USER)
        before = self.now(daemon)

        def ask_with_all_connections_taken():
            taken = []
            for _ in range(64):
                taken.append(harness.Unix(who.path, harness.PATIENCE))
                taken[-1].connect()
                taken[-1].request("GET", "/v1/health")
                taken[-1].getresponse().read()
            answer = harness.Api(who.path).call("POST", JOBS, {"operation": "door"})
            done = subprocess.run([copy, "--socket", who.path, "door", "open"], capture_output=True, text=True,
                                  check=False, timeout=harness.PATIENCE, stdin=subprocess.DEVNULL, cwd="/")
            for connection in taken:
                connection.close()
            return [answer.status, answer.body, answer.headers.get("Retry-After"), done.returncode, done.stderr]

        copy = who.copy_of_changerctl()
        status, body, retry, exit_code, said = who.run(ask_with_all_connections_taken)
        self.assertEqual((status, body["code"], retry, exit_code), (503, "not_enough_memory", "1", 13), said)
        self.assertRegex(body["detail"], "too many connections")
        self.assertRegex(said, "too many connections")
        self.assertEqual(self.now(daemon), before)

    def test_resource_disabled(self):
        daemon = self.ready(enabled=False)
        self.refused(daemon, 409, "resource_disabled", 9, "library main is disabled")

    def test_no_door(self):
        daemon = self.ready(door={"present": False})
        self.refused(daemon, 409, "resource_not_present", 10, "library main has no door")

    def test_not_found(self):
        daemon = self.ready()
        answer = daemon.api.call("POST", "/v1/libraries/nowhere/jobs", {"operation": "door"})
        self.assertEqual((answer.status, answer.body["code"]), (404, "not_found"))
        done = daemon.ctl("-l", "nowhere", "door", "open")
        self.assertEqual(done.returncode, 7, done.stderr)
        self.assertEqual(daemon.api.get("/v1/jobs")["jobs"], [])

    def test_not_connected(self):
        daemon = self.ready()
        daemon.stop()
        done = daemon.ctl("door", "open")
        self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)

    def test_success_while_busy(self):
        self.robot = self.sim("--speed", "1")
        daemon = self.daemon(library(self.robot.url))
        daemon.wait_online()
        full = [e["number"] for e in daemon.elements() if e["type"] == "storage" and e["full"]]
        move = daemon.submit(operation="load", source=f"slot:{full[0]}", destination="drive:1")
        wait_for("the arm moves", lambda: daemon.job(move)["state"] == "running")
        answer = daemon.api.call("POST", JOBS, {"operation": "door", "inventory": "fast"})
        self.assertEqual(answer.status, 202, answer.body)
        self.assertEqual(answer.headers["Location"], f"/v1/jobs/{answer.body['id']}")
        self.assertEqual((answer.body["state"], answer.body["error"]), ("queued", None))
        done = daemon.ctl("--no-wait", "door", "open", "--inventory", "fast")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(daemon.job(move)["finished_at"], "it was answered before the arm had ended")
        daemon.wait_passed(move)
        daemon.wait_phase(answer.body["id"], "unlocked")


if __name__ == "__main__":
    harness.main()
