#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""changerctl verify: the map held against the robot; nothing is written without consent."""
import json

import harness
from harness import SystemTest, library, wait_for

READ = 0xB8


class Verify(SystemTest):
    def quiet(self, *options):
        """A library that is looked at by itself once an hour."""
        sim = self.sim(*(options or ["--instant"]))
        daemon = self.daemon(library(sim.url, poll_seconds=3600, refresh_seconds=3600))
        wait_for("the first read", lambda: daemon.library()["inventory"]["at"])
        wait_for("the first poll", lambda: sim.commands(0x00) >= 1)
        return sim, daemon

    def stored(self, daemon):
        return {path: path.read_bytes() for path in daemon.state.rglob("*") if path.is_file()}

    def verification(self, daemon):
        return daemon.api.get("/v1/libraries/main/verification")

    def test_what_agrees_is_read_and_said_to_agree(self):
        sim, daemon = self.quiet()
        reads = sim.commands(READ)
        ran = daemon.ctl("verify")
        self.assertEqual((ran.returncode, ran.stdout), (0, "31 elements read: all as recorded\n"))
        self.assertGreater(sim.commands(READ), reads)

    def test_each_difference_is_shown_and_nothing_is_written(self):
        sim, daemon = self.quiet()
        before = daemon.elements()
        sim.ctl("foreign-move", 1, "drive:2")
        sim.ctl("foreign-move", 2, 20)
        stored = self.stored(daemon)
        found = self.verification(daemon)
        self.assertEqual(found["elements"], 31)
        self.assertEqual(
            [(it["type"], it["number"], it["recorded"]["barcode"], it["read"]["barcode"]) for it in found["differences"]],
            [("data_transfer", 2, None, "VT0001L8"), ("storage", 1, "VT0001L8", None),
             ("storage", 2, "VT0002L8", None), ("storage", 20, None, "VT0002L8")],
        )
        ran = daemon.ctl("verify")
        self.assertEqual(ran.returncode, 1)
        self.assertRegex(ran.stdout, r"slot:1 +VT0001L8 +empty")
        self.assertRegex(ran.stdout, r"drive:2 +empty +VT0001L8")
        self.assertEqual(json.loads(daemon.ctl("--json", "verify").stdout)["differences"], found["differences"])
        self.assertEqual(daemon.elements(), before)
        self.assertEqual(self.stored(daemon), stored)
        self.assertEqual(daemon.api.get("/v1/jobs")["jobs"], [])

    def test_with_consent_the_map_becomes_the_librarys(self):
        sim, daemon = self.quiet()
        self.assertEqual(daemon.ctl("verify", "--repair").returncode, 0)
        self.assertEqual(daemon.api.get("/v1/jobs")["jobs"], [])
        sim.ctl("foreign-move", 1, 20)
        ran = daemon.ctl("verify", "--repair")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertRegex(ran.stdout, r"moved +VT0001L8 +slot:1 +slot:20")
        self.assertEqual(self.verification(daemon)["differences"], [])
        daemon.kill()
        daemon.start()
        moved = next(it for it in daemon.elements() if it["barcode"] == "VT0001L8")
        self.assertEqual((moved["type"], moved["number"]), ("storage", 20))

    def test_a_unit_attention_that_it_meets_is_an_event_all_the_same(self):
        sim, daemon = self.quiet()
        sim.ctl("reset")
        self.verification(daemon)
        wait_for("the map read again", lambda: daemon.library()["inventory"]["stale_since"])

    def test_beside_a_move_it_tells_what_is_when_the_move_is_over(self):
        sim, daemon = self.quiet("--speed", 10)
        job = daemon.submit(operation="load", source="slot:1", destination="drive:1")
        wait_for("the arm moving", lambda: sim.commands(0xA5) == 1)
        self.assertEqual(self.verification(daemon)["differences"], [])
        daemon.wait_passed(job)

    def test_a_library_that_is_not_there_is_said_to_be(self):
        sim, daemon = self.quiet()
        sim.stop()
        # Gone for less than path_grace_seconds is not offline yet: what the device says is told.
        answer = daemon.api.call("GET", "/v1/libraries/main/verification")
        self.assertGreaterEqual(answer.status, 400)
        self.assertNotEqual(daemon.ctl("verify").returncode, 0)

    def test_a_robot_that_does_not_answer_is_not_waited_for_without_end(self):
        sim, daemon = self.quiet()
        sim.ctl("fault", "res:delay=15000")
        answer = daemon.api.call("GET", "/v1/libraries/main/verification")
        self.assertEqual((answer.status, answer.body["code"]), (409, "busy"))
        self.assertEqual(daemon.library()["state"], "online")


if __name__ == "__main__":
    harness.main()
