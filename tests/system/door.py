#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whole door jobs: daemon and simulated library as two processes, iSCSI between them."""
import json

import harness
from harness import SystemTest, library, wait_for

PREVENT = 0x1E
MOVE = 0xA5


def slot(elements, number):
    return next(e for e in elements if e["type"] == "storage" and e["number"] == number)


def changes(job):
    """The diff of a finished job as a set of (change, barcode, from slot, to slot)."""
    def place(reference):
        return reference and reference["number"]

    return {(d["change"], d["barcode"], place(d["from"]), place(d["to"])) for d in job["result"]["diff"]}


class Door(SystemTest):
    def ready(self, *options, **settings):
        sim = self.sim("--instant", *options)
        daemon = self.daemon(library(sim.url, **settings))
        daemon.wait_online()
        return sim, daemon

    def unlocked(self, daemon, **body):
        job = daemon.submit(operation="door", inventory="fast", **body)
        daemon.wait_phase(job, "unlocked")
        return job

    def test_the_diff_names_what_was_added_taken_moved_and_swapped(self):
        sim, daemon = self.ready("--slots", 24, "--tapes", 16)
        before = daemon.elements()
        barcode = {n: slot(before, n)["barcode"] for n in range(1, 17)}
        job = self.unlocked(daemon)
        sim.ctl("open-door")
        daemon.wait_phase(job, "open")
        self.assertEqual(daemon.door()["state"], "open")
        sim.ctl("insert", "NEW001L8", 20)
        sim.ctl("remove", 1)
        sim.ctl("swap", 2, 3)
        sim.ctl("swap", 4, 21)
        sim.ctl("close-door")
        done = daemon.wait_passed(job)
        self.assertEqual(done["result"]["inventory"], "fast")
        self.assertEqual(
            changes(done),
            {
                ("added", "NEW001L8", None, 20),
                ("removed", barcode[1], 1, None),
                ("swapped", barcode[2], 2, 3),
                ("swapped", barcode[3], 3, 2),
                ("moved", barcode[4], 4, 21),
            },
        )
        after = daemon.elements()
        self.assertEqual(slot(after, 20)["barcode"], "NEW001L8")
        self.assertFalse(slot(after, 1)["full"])
        gone = daemon.api.get(f"/v1/libraries/main/media/{barcode[1]}")
        self.assertEqual(gone["state"], "offline")

    def test_the_lock_is_seen_at_the_robot_and_the_inventory_is_on_disk_before_passed(self):
        sim, daemon = self.ready(door={"lock_policy": "always"})
        wait_for("PREVENT while idle", sim.locked_by)
        job = self.unlocked(daemon)
        self.assertFalse(sim.locked_by())
        sim.ctl("open-door")
        daemon.wait_phase(job, "open")
        sim.ctl("insert", "DISK01L8", 20)
        sim.ctl("close-door")
        daemon.wait_passed(job)
        self.assertTrue(sim.locked_by())
        self.assertIn(daemon.door()["lock"], ("requested", "locked"))
        daemon.kill()
        on_disk = "".join(
            path.read_text() for path in (daemon.state / "libraries" / "main").iterdir() if path.is_file()
        )
        self.assertIn("DISK01L8", on_disk)
        self.assertIn('"passed"', on_disk.replace("\\", ""))

    def test_becoming_ready_is_waited_for(self):
        sim = self.sim("--speed", 20)
        daemon = self.daemon(library(sim.url))
        daemon.wait_online()
        job = self.unlocked(daemon)
        sim.ctl("open-door")
        daemon.wait_phase(job, "open")
        sim.ctl("insert", "SLOW01L8", 20)
        sim.ctl("close-door")
        done = daemon.wait_passed(job)
        self.assertEqual(changes(done), {("added", "SLOW01L8", None, 20)})

    def test_opened_and_closed_between_two_polls(self):
        sim, daemon = self.ready()
        job = self.unlocked(daemon)
        sim.ctl("open-door")
        sim.ctl("insert", "FLASH1L8", 20)
        sim.ctl("close-door")
        done = daemon.wait_passed(job)
        self.assertEqual(changes(done), {("added", "FLASH1L8", None, 20)})

    def test_never_opened(self):
        sim, daemon = self.ready(door={"unlock_timeout_seconds": 2, "lock_policy": "always"})
        done = daemon.wait_finished(self.unlocked(daemon))
        self.assertEqual((done["state"], done["error"]["code"]), ("failed", "door_not_opened"))
        self.assertTrue(sim.locked_by())

    def test_open_too_long_asks_the_operator_and_closing_satisfies_it(self):
        sim, daemon = self.ready()
        job = self.unlocked(daemon, max_open_seconds=1)
        sim.ctl("open-door")
        request = daemon.wait_request("[Cc]lose the door")
        self.assertEqual(request["job"], job)
        sim.ctl("close-door")
        daemon.wait_passed(job)
        states = {r["id"]: r["state"] for r in daemon.requests(open_only=False)}
        self.assertEqual(states[request["id"]], "satisfied")

    def test_cancelled_while_unlocked_locks_again(self):
        sim, daemon = self.ready(door={"lock_policy": "always"})
        job = self.unlocked(daemon)
        self.assertEqual(daemon.api.call("DELETE", f"/v1/jobs/{job}").status, 202)
        done = daemon.wait_finished(job)
        self.assertEqual((done["state"], done["error"]["code"]), ("cancelled", "cancelled"))
        self.assertTrue(sim.locked_by())
        self.assertEqual(daemon.api.call("DELETE", f"/v1/jobs/{job}").status, 200)

    def test_cancelled_while_open_ends_when_it_is_closed_and_re_reads(self):
        sim, daemon = self.ready()
        job = self.unlocked(daemon)
        sim.ctl("open-door")
        daemon.wait_phase(job, "open")
        self.assertEqual(daemon.api.call("DELETE", f"/v1/jobs/{job}").status, 202)
        sim.ctl("insert", "LATE01L8", 20)
        self.assertIsNone(daemon.job(job)["finished_at"])
        sim.ctl("close-door")
        self.assertEqual(daemon.wait_finished(job)["state"], "cancelled")
        self.assertEqual(slot(daemon.elements(), 20)["barcode"], "LATE01L8")

    def test_a_second_request_joins_before_the_door_is_open_and_queues_after(self):
        sim, daemon = self.ready()
        first = self.unlocked(daemon)
        second = daemon.submit(operation="door", inventory="none")
        joined = daemon.job(second)
        self.assertEqual((joined["state"], joined["merged_into"]), ("waiting", first))
        sim.ctl("open-door")
        daemon.wait_phase(first, "open")
        third = daemon.submit(operation="door", inventory="none")
        self.assertEqual(daemon.job(third)["state"], "queued")
        sim.ctl("close-door")
        daemon.wait_passed(first)
        self.assertEqual(daemon.wait_finished(second)["state"], "passed")
        daemon.wait_phase(third, "unlocked")

    def test_opened_with_no_request(self):
        sim, daemon = self.ready()
        sim.ctl("open-door")
        request = daemon.wait_request("[Cc]lose the door")
        self.assertEqual(daemon.door()["state"], "open")
        sim.ctl("insert", "STRAY1L8", 20)
        sim.ctl("close-door")
        wait_for(
            "the request satisfied",
            lambda: {r["id"]: r["state"] for r in daemon.requests(open_only=False)}[request["id"]] == "satisfied",
        )
        wait_for("the stray cartridge", lambda: slot(daemon.elements(), 20)["barcode"] == "STRAY1L8")

    def test_a_library_that_never_reports_its_door_asks(self):
        sim, daemon = self.ready("--personality", "silent-door", door={"reports": False})
        job = self.unlocked(daemon)
        request = daemon.wait_request("does not report its door")
        sim.ctl("open-door")
        sim.ctl("insert", "QUIET1L8", 20)
        sim.ctl("close-door")
        self.assertEqual(daemon.answer(request["id"], "complete").status, 200)
        self.assertEqual(changes(daemon.wait_passed(job)), {("added", "QUIET1L8", None, 20)})

    def test_a_library_that_never_reports_its_door_and_an_operator_who_refuses(self):
        _, daemon = self.ready("--personality", "silent-door", door={"reports": False})
        job = self.unlocked(daemon)
        request = daemon.wait_request("does not report its door")
        self.assertEqual(daemon.answer(request["id"], "refuse").status, 200)
        self.assertEqual(daemon.wait_finished(job)["state"], "cancelled")

    def test_a_library_that_cannot_lock_goes_the_same_way(self):
        sim, daemon = self.ready("--personality", "cannot-lock")
        job = self.unlocked(daemon)
        daemon.wait_request()
        sim.ctl("open-door")
        daemon.wait_phase(job, "open")
        sim.ctl("remove", 1)
        sim.ctl("close-door")
        done = daemon.wait_passed(job)
        self.assertEqual([d["change"] for d in done["result"]["diff"]], ["removed"])

    def test_kill_while_open_and_the_same_job_goes_on(self):
        sim, daemon = self.ready()
        job = self.unlocked(daemon)
        sim.ctl("open-door")
        daemon.wait_phase(job, "open")
        daemon.kill()
        sim.ctl("insert", "DARK01L8", 20)
        daemon.start()
        self.assertEqual(daemon.job(job)["phase"], "open")
        sim.ctl("close-door")
        done = daemon.wait_passed(job)
        self.assertEqual(changes(done), {("added", "DARK01L8", None, 20)})

    def test_kill_while_open_and_closed_before_the_restart(self):
        sim, daemon = self.ready()
        job = self.unlocked(daemon)
        sim.ctl("open-door")
        daemon.wait_phase(job, "open")
        daemon.kill()
        sim.ctl("insert", "DARK02L8", 20)
        sim.ctl("close-door")
        daemon.start()
        done = daemon.wait_passed(job)
        self.assertEqual(changes(done), {("added", "DARK02L8", None, 20)})

    def test_a_busy_library_answers_at_once_and_opens_after_the_move(self):
        sim = self.sim("--speed", 4)
        daemon = self.daemon(library(sim.url))
        daemon.wait_online()
        move = daemon.submit(operation="load", source="slot:1", destination="drive:1")
        wait_for("the arm moving", lambda: sim.commands(MOVE) == 1)
        job = daemon.submit(operation="door", inventory="none")
        self.assertIn(daemon.job(job)["state"], ("queued", "waiting"))
        self.assertIsNone(daemon.job(move)["finished_at"])
        daemon.wait_phase(job, "unlocked")
        self.assertEqual(daemon.job(move)["state"], "passed")

    def test_a_lost_session_while_unlocked_does_not_end_the_job(self):
        sim, daemon = self.ready()
        job = self.unlocked(daemon)
        sim.ctl("fault", "tur:drop-before")
        self._still_unlocked_then_passes(sim, daemon, job)

    def test_a_reset_while_unlocked_does_not_end_the_job(self):
        sim, daemon = self.ready()
        job = self.unlocked(daemon)
        sim.ctl("reset")
        self._still_unlocked_then_passes(sim, daemon, job)

    def test_a_stale_unit_attention_while_unlocked_does_not_end_the_job(self):
        sim, daemon = self.ready()
        job = self.unlocked(daemon)
        sim.ctl("fault", "tur:sense=6/29/00")
        self._still_unlocked_then_passes(sim, daemon, job)

    def test_a_mail_slot_opened_while_unlocked_does_not_end_the_job(self):
        sim, daemon = self.ready()
        job = self.unlocked(daemon)
        sim.ctl("open-mail")
        sim.ctl("close-mail")
        self._still_unlocked_then_passes(sim, daemon, job)

    def _still_unlocked_then_passes(self, sim, daemon, job):
        polled = sim.commands(0x00)
        wait_for("three more polls", lambda: sim.commands(0x00) >= polled + 3)
        self.assertEqual(daemon.job(job)["phase"], "unlocked")
        sim.ctl("open-door")
        daemon.wait_phase(job, "open")
        sim.ctl("close-door")
        daemon.wait_passed(job)


class Moves(SystemTest):
    def _moved_once(self, fault):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url))
        daemon.wait_online()
        barcode = slot(daemon.elements(), 1)["barcode"]
        sim.ctl("fault", fault)
        job = daemon.wait_finished(daemon.submit(operation="load", source="slot:1", destination="drive:1"))
        self.assertEqual(sim.commands(MOVE), 1)
        in_drive = barcode in sim.cartridges("data_transfer").values()
        self.assertEqual(job["state"] == "passed", in_drive, json.dumps(job))
        drives = [e for e in daemon.elements() if e["type"] == "data_transfer"]
        self.assertEqual(any(e["barcode"] == barcode for e in drives), in_drive)
        return in_drive

    def test_the_session_drops_right_after_the_moves_pdu(self):
        self._moved_once("move:drop")

    def test_the_session_drops_after_the_effect_and_before_the_response(self):
        self.assertTrue(self._moved_once("move:drop-after"))


if __name__ == "__main__":
    harness.main()
