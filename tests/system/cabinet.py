#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two libraries behind one door: daemon and simulated libraries as processes of their own."""
import json
import re
import subprocess

import harness
from harness import Sim, SystemTest, library, program, wait_for

MOVE = 0xA5


def slot(elements, number):
    return next(e for e in elements if e["type"] == "storage" and e["number"] == number)


def changes(diff):
    return {(d["change"], d["barcode"], d["to"] and d["to"]["number"]) for d in diff}


class Partition:
    """One of the partitions of a simulated library."""

    def __init__(self, sim, number):
        self.sim = sim
        self.number = number

    def ctl(self, *words):
        return self.sim.ctl("partition", self.number, *words)

    def show(self):
        return json.loads(self.ctl("show", "--json"))

    locked_by = Sim.locked_by
    commands = Sim.commands


class Partitions(Sim):
    """Two partitions of one simulated library: one door, a target each."""

    def __init__(self, directory, *options):
        self.urls = []
        super().__init__(directory, "--partitions", 2, *options)

    def _luns(self):
        return 2 * super()._luns()

    def _url(self):
        first = super()._url()
        self.urls = re.findall(r"changer (iscsi://\S+)", self.process.output())
        return first


class Cabinet(SystemTest):
    """The libraries a and b: partitions behind one door, or, where one has to see what the other
    does not, or to be away, two libraries of their own that are configured to be one cabinet."""

    def ready(self, *options, a=None, b=None):
        """Partitions: the daemon finds out by itself that they share a door."""
        directory = self.directory / "sim"
        directory.mkdir()
        sim = Partitions(directory, *(options or ("--instant",)))
        self.addCleanup(sim.stop)
        self.a, self.b = Partition(sim, 1), Partition(sim, 2)
        self.doors = [self.a]
        return self._served(library(sim.urls[0], name="a", **(a or {})),
                            library(sim.urls[1], name="b", **(b or {})))

    def apart(self, a=None, b=None):
        self.a = self.sim("--instant", "--serial", "SIMCABA001", name="sim-a")
        self.b = self.sim("--instant", "--serial", "SIMCABB001", name="sim-b")
        self.doors = [self.a, self.b]
        return self._served(library(self.a.url, name="a", cabinet="room", **(a or {})),
                            library(self.b.url, name="b", cabinet="room", **(b or {})))

    def _served(self, *libraries):
        daemon = self.daemon(*libraries)
        for name in ("a", "b"):
            daemon.wait_online(name)
            wait_for("the cabinet", lambda: daemon.library(name)["cabinet"])
        return daemon

    def open_door(self):
        for door in self.doors:
            door.ctl("open-door")

    def close_door(self):
        for door in self.doors:
            door.ctl("close-door")

    def companion(self, daemon, job, name="b"):
        def found():
            jobs = daemon.api.get(f"/v1/jobs?library={name}")["jobs"]
            return next((it["id"] for it in jobs if it["part_of"] == job), None)

        return wait_for(f"a companion of {job}", found)

    def unlocked(self, daemon, name="a", other="b", **body):
        job = daemon.submit(name, operation="door", inventory="fast", **body)
        companion = self.companion(daemon, job, other)
        daemon.wait_phase(job, "unlocked")
        daemon.wait_phase(companion, "unlocked")
        return job, companion

    def opened(self, daemon, *jobs):
        self.open_door()
        for job in jobs:
            daemon.wait_phase(job, "open")

    def results(self, job):
        return {part["library"]: part for part in job["result"]["members"]}

    def test_one_request_opens_the_door_for_both_and_tells_what_changed_in_each(self):
        daemon = self.ready()
        for name in ("a", "b"):
            self.assertEqual(
                daemon.library(name)["cabinet"],
                {"id": "changer-sim0000001", "members": ["a", "b"], "foreign": []},
            )
        waiting = subprocess.Popen(
            [program("changerctl"), "--socket", daemon.socket, "-l", "a", "door", "open", "--inventory", "fast"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
        )
        self.addCleanup(lambda: waiting.poll() is None and waiting.kill())
        job = wait_for("the job", lambda: daemon.api.get("/v1/jobs?library=a")["jobs"])[0]["id"]
        companion = self.companion(daemon, job)
        daemon.wait_phase(job, "unlocked")
        daemon.wait_phase(companion, "unlocked")
        self.assertEqual(daemon.door("a")["job"], job)
        self.assertEqual(daemon.door("b")["job"], companion)
        self.opened(daemon, job, companion)
        self.a.ctl("insert", "NEWA01L8", 20)
        self.b.ctl("insert", "NEWB01L8", 21)
        self.close_door()
        out, err = waiting.communicate(timeout=harness.PATIENCE)
        self.assertEqual(waiting.returncode, 0, err)
        self.assertIn("NEWA01L8", out)
        self.assertIn("NEWB01L8", out)
        parts = self.results(daemon.wait_passed(job))
        self.assertEqual(parts["b"]["job"], companion)
        self.assertEqual(changes(parts["a"]["diff"]), {("added", "NEWA01L8", 20)})
        self.assertEqual(changes(parts["b"]["diff"]), {("added", "NEWB01L8", 21)})
        self.assertEqual(slot(daemon.elements("b"), 21)["barcode"], "NEWB01L8")
        self.assertEqual(daemon.job(companion)["state"], "passed")
        self.assertIn("changer-sim0000001", daemon.ctl("libraries").stdout)
        self.assertIn("changer-sim0000001: a, b", daemon.ctl("-l", "b", "door").stdout)

    def test_nothing_is_unlocked_while_the_other_librarys_arm_moves(self):
        daemon = self.ready("--speed", 4, a={"door": {"lock_policy": "always"}})
        wait_for("PREVENT while idle", self.a.locked_by)
        move = daemon.submit("b", operation="load", source="slot:1", destination="drive:1")
        wait_for("the arm moving", lambda: self.b.commands(MOVE) == 1)
        job = daemon.submit("a", operation="door", inventory="none")
        companion = self.companion(daemon, job)
        if daemon.job(move)["finished_at"] is None:
            self.assertTrue(self.a.locked_by())
            self.assertIn(daemon.job(job)["phase"], (None, "draining"))
        daemon.wait_phase(job, "unlocked")
        self.assertEqual(daemon.job(move)["state"], "passed")
        self.assertIn(daemon.job(companion)["phase"], ("unlocking", "unlocked"))
        later = daemon.submit("b", operation="unload", source="drive:1")
        self.opened(daemon, job, companion)
        self.assertEqual(self.b.commands(MOVE), 1)
        self.close_door()
        daemon.wait_passed(job)
        self.assertEqual(daemon.wait_finished(later)["state"], "passed")

    def test_what_one_library_sees_of_the_door_counts_for_both(self):
        daemon = self.apart()
        job, companion = self.unlocked(daemon)
        self.b.ctl("open-door")
        daemon.wait_phase(job, "open")
        self.assertEqual(daemon.door("a")["state"], "open")
        polled = self.a.commands(0x00)
        wait_for("three more polls", lambda: self.a.commands(0x00) >= polled + 3)
        self.assertEqual(daemon.job(job)["phase"], "open")
        self.b.ctl("close-door")
        daemon.wait_passed(job)
        self.assertEqual(daemon.job(companion)["state"], "passed")

    def test_a_companion_is_cancelled_with_its_first_job_only(self):
        daemon = self.ready(a={"door": {"lock_policy": "always"}}, b={"door": {"lock_policy": "always"}})
        job, companion = self.unlocked(daemon)
        refused = daemon.api.call("DELETE", f"/v1/jobs/{companion}")
        self.assertEqual((refused.status, refused.body["code"]), (409, "busy"))
        self.assertIn(f"cancel {job}", refused.body["detail"])
        self.assertEqual(daemon.api.call("DELETE", f"/v1/jobs/{job}").status, 202)
        self.assertEqual(daemon.wait_finished(job)["state"], "cancelled")
        self.assertEqual(daemon.job(companion)["state"], "cancelled")
        self.assertTrue(self.a.locked_by())
        self.assertTrue(self.b.locked_by())

    def test_a_request_to_the_other_library_joins_before_the_door_is_open(self):
        daemon = self.ready()
        job, companion = self.unlocked(daemon)
        second = daemon.submit("b", operation="door", inventory="none")
        joined = wait_for(
            "the second request merged",
            lambda: (lambda it: it if it["state"] == "waiting" else None)(daemon.job(second)),
        )
        self.assertEqual(joined["merged_into"], companion)
        self.opened(daemon, job, companion)
        self.close_door()
        daemon.wait_passed(job)
        self.assertEqual(set(self.results(daemon.wait_passed(second))), {"a", "b"})

    def test_opened_with_no_request_is_one_job_of_both(self):
        daemon = self.apart()
        self.b.ctl("open-door")
        request = daemon.wait_request("[Cc]lose the door")
        first = request["job"]
        other = "a" if first.startswith("b-") else "b"
        companion = self.companion(daemon, first, other)
        daemon.wait_phase(companion, "open")
        self.b.ctl("insert", "STRAY1L8", 20)
        self.b.ctl("close-door")
        parts = self.results(daemon.wait_passed(first))
        self.assertEqual(changes(parts["b"]["diff"]), {("added", "STRAY1L8", 20)})

    def test_killed_while_open_and_both_go_on(self):
        daemon = self.ready()
        job, companion = self.unlocked(daemon)
        self.opened(daemon, job, companion)
        daemon.kill()
        self.a.ctl("insert", "DARKA1L8", 20)
        self.b.ctl("insert", "DARKB1L8", 20)
        daemon.start()
        self.assertEqual(daemon.job(job)["phase"], "open")
        self.assertEqual(daemon.job(companion)["phase"], "open")
        self.close_door()
        parts = self.results(daemon.wait_passed(job))
        self.assertEqual(changes(parts["a"]["diff"]), {("added", "DARKA1L8", 20)})
        self.assertEqual(changes(parts["b"]["diff"]), {("added", "DARKB1L8", 20)})

    def test_killed_while_unlocked_and_opened_and_closed_in_the_dark(self):
        daemon = self.ready()
        job, companion = self.unlocked(daemon)
        daemon.kill()
        self.open_door()
        self.b.ctl("insert", "DARKB2L8", 20)
        self.close_door()
        daemon.start()
        parts = self.results(daemon.wait_passed(job))
        self.assertEqual(changes(parts["b"]["diff"]), {("added", "DARKB2L8", 20)})
        self.assertEqual(daemon.job(companion)["state"], "passed")

    def test_a_member_that_is_away_is_named_and_waited_for(self):
        daemon = self.apart(b={"path_grace_seconds": 0})
        self.b.stop()
        wait_for("library b offline", lambda: daemon.library("b")["state"] == "offline")
        job = daemon.submit("a", operation="door", inventory="none")
        companion = self.companion(daemon, job)
        wait_for(
            "the library that is waited for named",
            lambda: any("waits for library b" in line["text"] for line in daemon.job(job)["log"]),
        )
        self.assertEqual(daemon.job(job)["phase"], "draining")
        self.assertNotEqual(daemon.door("a")["lock"], "unlocked")
        self.b.start_again()
        daemon.wait_phase(job, "unlocked")
        daemon.wait_phase(companion, "unlocked")
        self.opened(daemon, job, companion)
        self.close_door()
        daemon.wait_passed(job)

    def test_a_disabled_member_refuses_the_door_of_the_other(self):
        daemon = self.ready(b={"enabled": False})
        refused = daemon.api.call("POST", "/v1/libraries/a/jobs", {"operation": "door"})
        self.assertEqual((refused.status, refused.body["code"]), (409, "resource_disabled"))
        self.assertIn("library b", refused.body["detail"])
        inventory = daemon.submit("a", operation="inventory")
        daemon.wait_passed(inventory)

    def test_partitions_controlled_elsewhere_are_named_before_anything_is_unlocked(self):
        daemon = self.ready(a={"foreign_partitions": ["the archive's partition"]})
        job = daemon.submit("a", operation="door", inventory="none")
        companion = self.companion(daemon, job)
        request = daemon.wait_request("the archive's partition")
        self.assertEqual((request["type"], request["job"]), ("confirm_idle", job))
        self.assertEqual(daemon.job(job)["phase"], "draining")
        self.assertNotEqual(daemon.door("a")["lock"], "unlocked")
        self.assertEqual(daemon.answer(request["id"], "complete").status, 200)
        daemon.wait_phase(job, "unlocked")
        self.opened(daemon, job, companion)
        self.close_door()
        daemon.wait_passed(job)
        again = daemon.submit("b", operation="door", inventory="none")
        request = daemon.wait_request("the archive's partition")
        self.assertEqual(daemon.answer(request["id"], "refuse").status, 200)
        self.assertEqual(daemon.wait_finished(again)["state"], "cancelled")


if __name__ == "__main__":
    harness.main()
