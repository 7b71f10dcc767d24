#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The wall clock set a day forward and back under a daemon that runs: waiting and order do not follow it."""
import os
import re
import time

import harness
from harness import BUILD, SystemTest, library, wait_for

DAY = 24 * 3600
SHIM = BUILD / "tests" / "system" / "shifted_clock.so"


class ClockJumps(SystemTest):
    def ready(self, **door):
        self.offset = self.directory / "shift"
        self.set_clock(0)
        self.days = getattr(self, "days", 0) + 1
        sim = self.sim("--instant", name=f"sim{self.days}")
        daemon = self.daemon(library(sim.url, door=door), start=False)
        daemon.environment = {**os.environ, "LD_PRELOAD": str(SHIM), "CHANGER_SHIFT": str(self.offset)}
        daemon.start()
        daemon.wait_online()
        return sim, daemon

    def set_clock(self, seconds):
        fresh = self.offset.with_suffix(".new")
        fresh.write_text(f"{seconds}\n", encoding="ascii")
        fresh.rename(self.offset)

    def polled(self, sim):
        """Returns when the daemon's clocks have been looked at again: it has polled twice."""
        before = sim.commands(0x00)
        wait_for("two polls", lambda: sim.commands(0x00) >= before + 2)

    def unlocked(self, daemon, **body):
        job = daemon.submit(operation="door", inventory="fast", **body)
        daemon.wait_phase(job, "unlocked")
        return job

    def test_the_clock_that_is_set_is_the_daemons(self):
        _, daemon = self.ready()
        self.set_clock(-DAY)
        before = daemon.job(daemon.submit(operation="inventory"))["queued_at"]
        self.set_clock(DAY)
        after = daemon.job(daemon.submit(operation="inventory"))["queued_at"]
        self.assertEqual(len({before[:10], after[:10], time.strftime("%Y-%m-%d", time.gmtime())}), 3)

    def test_a_door_that_waits_times_out_when_its_time_is_over_and_not_before(self):
        for jump in (DAY, -DAY):
            with self.subTest(jump=jump):
                sim, daemon = self.ready(unlock_timeout_seconds=900)
                job = self.unlocked(daemon)
                self.set_clock(jump)
                self.polled(sim)
                self.assertEqual(daemon.job(job)["phase"], "unlocked")
                sim.ctl("open-door")
                daemon.wait_phase(job, "open")
                self.set_clock(0)
                self.polled(sim)
                sim.ctl("close-door")
                daemon.wait_passed(job)
                daemon.stop()
                sim.stop()

    def test_a_clock_set_back_does_not_prolong_a_time_out(self):
        _, daemon = self.ready(unlock_timeout_seconds=2)
        job = self.unlocked(daemon)
        self.set_clock(-DAY)
        done = daemon.wait_finished(job)
        self.assertEqual((done["state"], done["error"]["code"]), ("failed", "door_not_opened"))

    def test_jobs_run_in_the_order_they_came(self):
        _, daemon = self.ready()
        door = self.unlocked(daemon)
        jobs = []
        for jump, (source, destination) in ((DAY, (1, 20)), (-DAY, (20, 21)), (0, (21, 22))):
            self.set_clock(jump)
            jobs.append(daemon.submit(operation="move", source=f"slot:{source}", destination=f"slot:{destination}"))
        daemon.api.call("DELETE", f"/v1/jobs/{door}")
        for job in jobs:  # each finds its cartridge only behind the one before
            daemon.wait_passed(job)
        started = [re.search(f"job {job}: move running", daemon.process.output()).start() for job in jobs]
        self.assertEqual(started, sorted(started))

    def test_what_is_to_begin_at_a_time_follows_the_clock(self):
        _, daemon = self.ready()
        later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + DAY / 2))
        job = daemon.submit(operation="door", inventory="none", not_before=later)
        self.assertEqual(daemon.job(job)["state"], "queued")
        self.set_clock(DAY)
        daemon.wait_phase(job, "unlocked")

    def test_a_restart_with_another_clock_keeps_the_job_and_a_time_to_wait(self):
        for jump in (DAY, -DAY):
            with self.subTest(jump=jump):
                sim, daemon = self.ready(max_open_seconds=1800)
                job = self.unlocked(daemon)
                sim.ctl("open-door")
                daemon.wait_phase(job, "open")
                daemon.kill()
                self.set_clock(jump)
                daemon.start()
                self.assertIsNone(daemon.job(job)["finished_at"])
                sim.ctl("close-door")
                daemon.wait_passed(job)
                daemon.stop()
                sim.stop()


if __name__ == "__main__":
    harness.main()
