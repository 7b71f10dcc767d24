#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Others at the same library: another host that moves cartridges, another program of this machine."""
import fcntl
import pathlib
import struct

import harness
from harness import Daemon, SystemTest, library, wait_for
from initiator import GOOD, Initiator

MOVE = 0xA5

LOCK = struct.Struct("hhqqi4x")  # struct flock


def slot(elements, number):
    return next(e for e in elements if e["type"] == "storage" and e["number"] == number)


class Others(SystemTest):
    def another(self, name, sim, **settings):
        """A daemon of its own at the same library: with locks and a name of its own, another host."""
        directory = self.directory / name
        directory.mkdir()
        daemon = Daemon(directory, [library(sim.url)], **settings)
        daemon.start()
        self.addCleanup(lambda: daemon.process and daemon.process.kill())
        return daemon

    def another_host(self, sim):
        daemon = self.another("elsewhere", sim, iscsi_initiator_name="iqn.2026-01.test:elsewhere")
        wait_for("its map", lambda: daemon.library()["inventory"]["at"])
        return daemon


class ForeignMoves(Others):
    def test_what_another_host_moves_is_noticed_and_told(self):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url, refresh_seconds=1))
        wait_for("the map", lambda: daemon.library()["inventory"]["at"])
        barcode = slot(daemon.elements(), 1)["barcode"]
        other = self.another_host(sim)
        other.wait_passed(other.submit(operation="move", source="slot:1", destination="slot:20"))
        wait_for("the poll to see it", lambda: slot(daemon.elements(), 20)["barcode"] == barcode)
        told = daemon.api.get("/v1/libraries/main/diff")["foreign_changes"]
        self.assertEqual(
            [(d["change"], d["barcode"], d["from"]["number"], d["to"]["number"]) for d in told[-1]["diff"]],
            [("moved", barcode, 1, 20)],
        )
        line = f"main: foreign_change: moved {barcode} from slot:1 to slot:20"
        wait_for("a line in the log", lambda: line in daemon.process.output())
        self.assertEqual(other.api.get("/v1/libraries/main/diff")["foreign_changes"], [])
        daemon.kill()
        daemon.start()
        self.assertEqual(daemon.api.get("/v1/libraries/main/diff")["foreign_changes"], told)

    def test_a_cartridge_that_another_host_took_is_not_moved_by_a_stale_map(self):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url))
        wait_for("the map", lambda: daemon.library()["inventory"]["at"])
        other = self.another_host(sim)
        other.wait_passed(other.submit(operation="move", source="slot:1", destination="slot:20"))
        other.wait_passed(other.submit(operation="move", source="slot:2", destination="slot:1"))
        job = daemon.wait_finished(daemon.submit(operation="load", source="slot:1", destination="drive:1"))
        self.assertEqual((job["state"], job["error"]["code"]), ("failed", "wrong_cartridge"))
        self.assertEqual(sim.cartridges("data_transfer"), {})


class Reservations(Others):
    """Another host has reserved the library: what is asked for is refused with its name, and nothing
    is forgotten."""

    KEY = 0xC0FFEE
    RIVAL = "iqn.2026-01.test:rival"

    def reserved(self, sim):
        rival = Initiator(sim.url, self.RIVAL)
        self.addCleanup(rival.close)
        rival.reserve(self.KEY)
        return rival

    def refused(self, daemon, **body):
        job = daemon.wait_finished(daemon.submit(**body))
        self.assertEqual((job["state"], job["error"]["code"]), ("failed", "reservation_conflict"), job)
        self.assertIn(self.RIVAL, job["error"]["message"])
        return job

    def test_jobs_fail_naming_the_holder_and_pass_when_it_lets_go(self):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url, refresh_seconds=1))
        wait_for("the map", lambda: daemon.library()["inventory"]["at"])
        before = daemon.elements()
        rival = self.reserved(sim)
        self.refused(daemon, operation="load", source="slot:1", destination="drive:1")
        self.refused(daemon, operation="exchange", source="slot:1", destination="slot:2")
        self.refused(daemon, operation="position", destination="slot:3")
        self.assertEqual(sim.commands(MOVE), 0)
        contents = lambda elements: [(e["address"], e["barcode"]) for e in elements]
        self.assertEqual(contents(daemon.elements()), contents(before))
        self.assertEqual(daemon.library()["state"], "online")
        rival.release(self.KEY)
        daemon.wait_passed(daemon.submit(operation="load", source="slot:1", destination="drive:1"))
        seen = daemon.library()["inventory"]["at"]
        wait_for("the poll to go on", lambda: daemon.library()["inventory"]["at"] > seen)

    def test_what_the_holder_moves_is_noticed_when_it_lets_go(self):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url, refresh_seconds=1))
        wait_for("the map", lambda: daemon.library()["inventory"]["at"])
        elements = daemon.elements()
        barcode = slot(elements, 1)["barcode"]
        rival = self.reserved(sim)
        source, destination = slot(elements, 1)["address"], slot(elements, 20)["address"]
        status, _ = rival.command(struct.pack(">BxHHHxxxx", MOVE, 0, source, destination))
        self.assertEqual(status, GOOD)
        rival.release(self.KEY)
        wait_for("the poll to see it", lambda: slot(daemon.elements(), 20)["barcode"] == barcode)
        told = daemon.api.get("/v1/libraries/main/diff")["foreign_changes"][-1]["diff"]
        self.assertEqual([(d["change"], d["barcode"]) for d in told], [("moved", barcode)])


class OneOwner(Others):
    def test_a_second_daemon_of_this_machine_stays_offline_and_says_why(self):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url))
        daemon.wait_online()
        second = self.another("second", sim, lock_directory=str(self.directory))
        offline = wait_for(
            "it to be offline",
            lambda: (lambda it: it if it["state"] == "offline" else None)(second.library()),
        )
        self.assertIn("another program of this machine has this changer", offline["detail"])
        answer = second.api.call("POST", "/v1/libraries/main/jobs", {"operation": "inventory"})
        self.assertEqual((answer.status, answer.body["code"]), (409, "library_offline"))
        daemon.wait_passed(daemon.submit(operation="inventory"))
        self.assertEqual(daemon.stop(), 0)
        second.wait_online()

    def test_the_lock_is_one_that_any_program_sees_and_a_kill_gives_it_back(self):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url))
        daemon.wait_online()
        files = list(pathlib.Path(self.directory).glob("changer-*.lock"))
        self.assertEqual(len(files), 1)
        with open(files[0], "r+b") as file:
            whole = LOCK.pack(fcntl.F_WRLCK, 0, 0, 0, 0)
            set_lock = getattr(fcntl, "F_OFD_SETLK", 37)
            with self.assertRaises(BlockingIOError):
                fcntl.fcntl(file, set_lock, whole)
            daemon.kill()
            fcntl.fcntl(file, set_lock, whole)


if __name__ == "__main__":
    harness.main()
