#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Jobs that live with their connection, as one-shot tools submit them."""
import json

import harness
from harness import PATIENCE, SystemTest, Unix, library, wait_for

MOVE = 0xA5


class Client:
    """A client that keeps its connection open behind its submission."""

    def __init__(self, daemon):
        self.connection = Unix(daemon.socket, timeout=PATIENCE)

    def call(self, method, target, body=None):
        data = None if body is None else json.dumps(body)
        self.connection.request(method, target, body=data, headers={"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def load(self, source, drive):
        body = {"operation": "load", "source": source, "destination": drive, "while_connected": True}
        return self.call("POST", "/v1/libraries/main/jobs", body)

    def leave(self):
        self.connection.close()


class Connected(SystemTest):
    def ready(self, *options):
        sim = self.sim(*options)
        daemon = self.daemon(library(sim.url))
        daemon.wait_online()
        self.client = Client(daemon)
        self.addCleanup(self.client.leave)
        return sim, daemon

    def load(self, source, drive):
        status, job = self.client.load(source, drive)
        self.assertEqual(status, 202, job)
        return job["id"]

    def test_a_client_that_goes_while_its_move_waits_takes_it_with_it(self):
        sim, daemon = self.ready("--speed", 4)
        first = daemon.submit(operation="load", source="slot:1", destination="drive:1")
        wait_for("the arm moving", lambda: sim.commands(MOVE) == 1)
        waiting = self.load("slot:2", "drive:2")
        self.assertEqual(self.client.call("GET", f"/v1/jobs/{waiting}")[1]["state"], "queued")
        self.client.leave()
        done = daemon.wait_finished(waiting)
        self.assertEqual((done["state"], done["error"]["code"]), ("cancelled", "cancelled"))
        self.assertTrue(any("closed its connection" in line["text"] for line in done["log"]))
        daemon.wait_passed(first)
        self.assertEqual(sim.commands(MOVE), 1)

    def test_a_move_that_has_begun_is_finished_without_its_client(self):
        sim, daemon = self.ready("--speed", 4)
        job = self.load("slot:1", "drive:1")
        wait_for("the arm moving", lambda: sim.commands(MOVE) == 1)
        self.client.leave()
        daemon.wait_passed(job)
        self.assertEqual(sim.commands(MOVE), 1)

    def test_an_open_door_refuses_whoever_waits_and_names_its_job(self):
        sim, daemon = self.ready("--instant")
        door = daemon.submit(operation="door", inventory="none")
        daemon.wait_phase(door, "unlocked")
        for act in (None, lambda: sim.ctl("open-door")):
            if act:
                act()
                daemon.wait_phase(door, "open")
            status, problem = self.client.load("slot:1", "drive:1")
            self.assertEqual((status, problem["code"]), (409, "door_open"))
            self.assertIn(door, problem["detail"])
        sim.ctl("close-door")
        daemon.wait_passed(door)
        daemon.wait_passed(self.load("slot:1", "drive:1"))

    def test_a_restart_ends_what_waits_for_clients_that_are_gone(self):
        _, daemon = self.ready("--instant")
        body = {"operation": "load", "source": "slot:1", "while_connected": True,
                "not_before": "2099-01-01T00:00:00Z"}
        waiting = self.client.call("POST", "/v1/libraries/main/jobs", body)[1]["id"]
        daemon.stop()
        daemon.start()
        self.assertEqual(daemon.job(waiting)["state"], "cancelled")


if __name__ == "__main__":
    harness.main()
