#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reading the map: from memory with no command to the library, or after one look at it."""
import harness
from harness import SystemTest, library, wait_for

READY = 0x00
READ = 0xB8
MOVE = 0xA5

READS = ("", "/elements", "/drives", "/media", "/door", "/diff")


class Revalidate(SystemTest):
    def quiet(self, *options, **settings):
        """A library that is looked at by itself once an hour."""
        sim = self.sim(*(options or ["--instant"]))
        daemon = self.daemon(library(sim.url, poll_seconds=3600, **{"refresh_seconds": 3600, **settings}))
        wait_for("the first read", lambda: daemon.library()["inventory"]["at"])
        wait_for("the first poll", lambda: sim.commands(READY) >= 1)
        return sim, daemon

    def read(self, daemon, what="/elements"):
        return daemon.api.get(f"/v1/libraries/main{what}?revalidate=true")

    def total(self, sim):
        return sum(sim.show()["commands"].values())

    def test_reading_from_memory_sends_nothing(self):
        sim, daemon = self.quiet()
        before = self.total(sim)
        for what in READS:
            daemon.api.get(f"/v1/libraries/main{what}")
        self.assertEqual(daemon.ctl("status").returncode, 0)
        self.assertEqual(self.total(sim), before)

    def test_a_look_is_one_command_while_nothing_happened(self):
        sim, daemon = self.quiet()
        before = self.total(sim), sim.commands(READY)
        self.read(daemon)
        self.assertEqual((self.total(sim), sim.commands(READY)), (before[0] + 1, before[1] + 1))
        self.read(daemon, "/drives")
        self.read(daemon, "")
        self.assertEqual(self.total(sim), before[0] + 3)

    def test_a_unit_attention_has_the_elements_read_before_the_answer(self):
        sim, daemon = self.quiet()
        reads = sim.commands(READ)
        sim.ctl("reset")
        self.assertIsNone(self.read(daemon, "")["inventory"]["stale_since"])
        self.assertGreater(sim.commands(READ), reads)

    def test_what_is_older_than_refresh_seconds_is_read_again(self):
        sim, daemon = self.quiet(refresh_seconds=1)
        at = daemon.library()["inventory"]["at"]
        wait_for("a newer inventory", lambda: self.read(daemon, "")["inventory"]["at"] > at)

    def test_a_job_that_has_the_robot_is_not_disturbed(self):
        sim, daemon = self.quiet("--speed", 4)
        job = daemon.submit(operation="load", source="slot:1", destination="drive:1")
        wait_for("the arm moving", lambda: sim.commands(MOVE) == 1)
        before = self.total(sim)
        self.read(daemon)
        self.assertEqual(self.total(sim), before)
        self.assertIsNone(daemon.job(job)["finished_at"])
        daemon.wait_passed(job)

    def test_a_library_that_does_not_answer_is_not_waited_for_without_end(self):
        sim, daemon = self.quiet()
        at = daemon.library()["inventory"]["at"]
        sim.ctl("fault", "tur:delay=20000")
        self.assertEqual(self.read(daemon, "")["inventory"]["at"], at)

    def test_status_refresh_looks(self):
        sim, daemon = self.quiet()
        before = sim.commands(READY)
        self.assertEqual(daemon.ctl("status", "--refresh").returncode, 0)
        self.assertEqual(sim.commands(READY), before + 1)


if __name__ == "__main__":
    harness.main()
