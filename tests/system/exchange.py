#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exchanges and positionings of whole processes, with a kill in the middle."""
import harness
from harness import SystemTest, library, wait_for

MOVE = 0xA5
EXCHANGE = 0xA6

NO_EXCHANGE = "a6:sense=5/20/00x99"


def barcodes(elements):
    return {(e["type"], e["number"]): e["barcode"] for e in elements if e["barcode"]}


def states(job):
    return [(step["operation"], step["state"]) for step in job["result"]["steps"]]


class Exchange(SystemTest):
    def ready(self, *options, moves=False):
        """A library; with `moves` one that does not know how to exchange by itself."""
        sim = self.sim(*(options or ["--instant"]))
        if moves:
            sim.ctl("fault", NO_EXCHANGE)
        daemon = self.daemon(library(sim.url))
        wait_for("the map", lambda: daemon.library()["inventory"]["at"])
        return sim, daemon

    def agree(self, sim, daemon):
        """The daemon's map is what really lies in the library."""
        for kind in ("storage", "data_transfer"):
            known = {e["address"]: e["barcode"] for e in daemon.elements()
                     if e["type"] == kind and e["barcode"]}
            if known != sim.cartridges(kind):
                return False
        return True

    def test_a_swap_and_a_rotation_by_changerctl(self):
        sim, daemon = self.ready()
        before = barcodes(daemon.elements())
        one, two, three = (before["storage", n] for n in (1, 2, 3))
        swapped = daemon.ctl("exchange", "slot:1", "slot:2")
        self.assertEqual(swapped.returncode, 0, swapped.stderr)
        self.assertIn(f"{one} from slot:1 to slot:2", swapped.stdout)
        self.assertIn(f"{two} from slot:2 to slot:1", swapped.stdout)
        self.assertEqual(daemon.ctl("load", "slot:1", "drive:1").returncode, 0)
        rotated = daemon.ctl("exchange", three, "drive:1", "slot:20")
        self.assertEqual(rotated.returncode, 0, rotated.stderr)
        after = barcodes(daemon.elements())
        self.assertEqual(
            (after["storage", 2], after["data_transfer", 1], after["storage", 20]), (one, three, two))
        self.assertTrue(self.agree(sim, daemon))

    def test_what_a_changer_has_taught_outlives_the_daemon(self):
        sim, daemon = self.ready(moves=True)
        first = daemon.wait_passed(daemon.submit(operation="exchange", source="slot:1", destination="slot:2"))
        self.assertEqual(states(first), [("exchange", "refused")] + 3 * [("move", "done")])
        self.assertEqual((sim.commands(EXCHANGE), sim.commands(MOVE)), (1, 3))
        daemon.kill()
        daemon.start()
        daemon.wait_online()
        second = daemon.wait_passed(
            daemon.submit(operation="exchange", source="slot:1", destination="slot:2"))
        self.assertEqual(states(second), 3 * [("move", "done")])
        self.assertEqual((sim.commands(EXCHANGE), sim.commands(MOVE)), (1, 6))

    def test_killed_between_the_moves_of_a_swap_it_tells_how_far_it_went(self):
        sim, daemon = self.ready("--speed", 4, moves=True)
        job = daemon.submit(operation="exchange", source="slot:1", destination="slot:2")
        wait_for("the second move", lambda: sim.commands(MOVE) == 2)
        daemon.kill()
        daemon.start()
        done = daemon.wait_finished(job)
        self.assertEqual((done["state"], done["error"]["code"]), ("failed", "interrupted"))
        self.assertEqual(
            [state for _, state in states(done)][:2] + states(done)[3:],
            ["refused", "done", ("move", "not_run")],
        )
        self.assertIn(states(done)[2][1], ("done", "not_done"))
        self.assertIn("not run:", done["error"]["message"])
        self.assertEqual(sim.commands(MOVE), 2)
        wait_for("map and library to agree", lambda: self.agree(sim, daemon))

    def test_an_exchange_whose_answer_is_lost_is_judged_and_sent_once(self):
        sim, daemon = self.ready()
        before = barcodes(daemon.elements())
        sim.ctl("fault", "a6:drop-after")
        job = daemon.wait_passed(
            daemon.submit(operation="exchange", source="slot:1", destination="slot:2"))
        self.assertEqual(states(job), [("exchange", "done")])
        self.assertEqual(sim.commands(EXCHANGE), 1)
        after = barcodes(daemon.elements())
        self.assertEqual(after["storage", 1], before["storage", 2])

    def test_the_arm_is_positioned_and_nothing_moves(self):
        sim, daemon = self.ready()
        done = daemon.ctl("position", "slot:7")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the arm to slot:7", done.stdout)
        self.assertEqual(sim.commands(0x2B), 1)
        self.assertTrue(self.agree(sim, daemon))

    def test_what_cannot_be_exchanged_is_refused(self):
        sim, daemon = self.ready()
        for words, code in ((("slot:1", "slot:20"), 1), (("slot:1", "slot:1"), 2), (("slot:1", "NOSUCH"), 7)):
            self.assertEqual(daemon.ctl("exchange", *words).returncode, code, words)
        self.assertEqual((sim.commands(EXCHANGE), sim.commands(MOVE)), (0, 0))


if __name__ == "__main__":
    harness.main()
