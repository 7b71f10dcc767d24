# SPDX-License-Identifier: Apache-2.0
"""Moves and door jobs through the kernel: /dev/sg* instead of an initiator of our own."""
import json
import re
import subprocess

from harness import PATIENCE, library, wait_for
from machine import GuestTest, Installed, Simulated, Tgt, by_id, fact, nodes, prop, run

MOVE = 0xA5


TEST_UNIT_READY = "00 00 00 00 00 00"
ALLOW_REMOVAL = "1e 00 00 00 00 00"


def raw(node, cdb):
    """Sends one command through the sg driver, past the daemon; returns what sg_raw says."""
    done = run("sg_raw", node, *cdb.split(), check=False)
    return done.stdout + done.stderr


def unit_attention(said):
    """The unit attention in what sg_raw says, or nothing."""
    found = re.search(r"Unit Attention.*?Additional sense: *([^\n]*)", said, re.DOTALL)
    return found.group(1) if found else ""


def changes(job):
    return {(d["change"], d["barcode"], d["to"] and d["to"]["address"]) for d in job["result"]["diff"]}


class Served(GuestTest):
    """A library, logged in to, with the daemon serving it by its link."""

    settings = {}

    @classmethod
    def make(cls):
        raise NotImplementedError

    @classmethod
    def setUpClass(cls):
        cls.device = cls.make()
        cls.addClassCleanup(cls.device.stop)
        cls.device.session.login()
        cls.addClassCleanup(cls.device.session.logout)
        cls.daemon = Installed()
        cls.daemon.configure(library(by_id(cls.device.changer), **cls.settings))
        cls.addClassCleanup(cls.daemon.stop)
        cls.daemon.start()
        cls.daemon.wait_online()
        wait_for("its elements", lambda: cls.daemon.elements())

    def ok(self, *words):
        done = run("changerctl", *words, check=False)
        self.assertEqual(done.returncode, 0, (words, done.stdout, done.stderr))
        return done.stdout

    def barcode(self, kind, number):
        return next(it["barcode"] for it in self.daemon.elements() if (it["type"], it["number"]) == (kind, number))

    def door(self, *options):
        """`changerctl door open` in the background, and the job it waits for."""
        before = {it["id"] for it in self.daemon.api.get("/v1/jobs")["jobs"]}
        waiting = subprocess.Popen(["changerctl", "door", "open", *options], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(lambda: waiting.poll() is None and waiting.kill())
        job = wait_for("the job", lambda: [it["id"] for it in self.daemon.api.get("/v1/jobs")["jobs"]
                                           if it["id"] not in before])[0]
        return waiting, job

    def ends_well(self, waiting):
        out, _ = waiting.communicate(timeout=PATIENCE)
        self.assertEqual(waiting.returncode, 0, out)
        return out

    def submit(self, operation, source, destination):
        """A move through the API; it waits for nothing."""
        return self.daemon.submit(operation=operation, source=source, destination=destination)

    def killed_and_back(self):
        """SIGKILL; systemd starts it again by itself."""
        before = self.daemon.pid()
        self.daemon.kill()
        wait_for("another process", lambda: self.daemon.active() and self.daemon.pid() not in (0, before))


class Foreign(Served):
    """tgt can neither lock its door nor tell that it was opened."""

    make = Tgt

    def test_status(self):
        status = self.ok("status")
        for text in ("main", "VT0001L5", "slot:1", "drive:2"):
            self.assertIn(text, status)

    def test_load_unload_and_move(self):
        self.ok("load", "1")
        self.assertEqual(self.barcode("data_transfer", 1), "VT0001L5")
        self.ok("load", "VT0002L5", "2")
        self.ok("unload", "drive:1")
        self.assertEqual(self.barcode("storage", 1), "VT0001L5")
        self.ok("move", "drive:2", "slot:2")
        self.ok("move", "slot:4", "slot:8")
        self.ok("move", "slot:8", "slot:4")
        self.assertEqual(self.barcode("storage", 4), "VT0004L5")

    def test_a_door_job_asks_the_operator_and_finds_what_was_inserted(self):
        waiting, job = self.door("--inventory", "fast")
        request = self.daemon.wait_request()
        self.assertEqual(request["job"], job)
        self.device.insert("EXTRA1L5", 1005)
        self.ok("answer", request["id"], "complete")
        self.assertIn("EXTRA1L5", self.ends_well(waiting))
        self.assertEqual(changes(self.daemon.wait_passed(job)), {("added", "EXTRA1L5", 1005)})

    def test_unplugged_it_is_offline_and_plugged_in_again_it_is_served_again(self):
        self.device.session.logout()
        wait_for("the library offline", lambda: self.daemon.library()["state"] == "offline")
        self.assertEqual(run("changerctl", "load", "1", check=False).returncode, 8)
        self.device.session.login()
        self.daemon.wait_online()
        self.ok("load", "1", "1")
        self.ok("unload", "1")

    def test_killed_in_the_middle_of_a_door_job_it_goes_on_with_the_same_job(self):
        _, job = self.door("--inventory", "fast")
        request = self.daemon.wait_request()
        self.killed_and_back()
        self.device.insert("EXTRA2L5", 1006)
        again = wait_for("the request again", lambda: next(
            (it for it in self.daemon.requests() if it["job"] == job), None))
        self.assertEqual(again["text"], request["text"])
        self.ok("answer", again["id"], "complete")
        self.assertEqual(changes(self.daemon.wait_passed(job)), {("added", "EXTRA2L5", 1006)})


class Reporting(Served):
    """The simulated library locks its door, reports it, and counts what arrives."""

    settings = {"door": {"lock_policy": "always"}}

    @classmethod
    def make(cls):
        return Simulated("--instant")

    def test_prevent_of_the_daemon_holds_the_door(self):
        self.assertTrue(wait_for("PREVENT at the library", self.device.locked_by))
        fact(f"locked by {self.device.locked_by()}")

    def test_a_door_job_from_end_to_end(self):
        wait_for("PREVENT at the library", self.device.locked_by)
        waiting, job = self.door("--inventory", "fast")
        self.daemon.wait_phase(job, "unlocked")
        self.assertFalse(self.device.locked_by())
        self.device.ctl("open-door")
        self.daemon.wait_phase(job, "open")
        self.device.ctl("insert", "NEW001L8", 7)
        self.device.ctl("close-door")
        self.assertIn("NEW001L8", self.ends_well(waiting))
        self.assertEqual([(c, b) for c, b, _ in changes(self.daemon.wait_passed(job))], [("added", "NEW001L8")])
        self.assertTrue(self.device.locked_by())

    def test_opened_and_closed_between_two_polls_is_seen_by_its_unit_attention(self):
        waiting, job = self.door("--inventory", "fast")
        self.daemon.wait_phase(job, "unlocked")
        self.device.ctl("open-door")
        self.device.ctl("insert", "FLASH1L8", 8)
        self.device.ctl("close-door")
        self.assertIn("FLASH1L8", self.ends_well(waiting))

    def test_killed_while_the_door_is_open_it_goes_on_with_the_same_job(self):
        _, job = self.door("--inventory", "fast")
        self.daemon.wait_phase(job, "unlocked")
        self.device.ctl("open-door")
        self.daemon.wait_phase(job, "open")
        self.killed_and_back()
        self.assertEqual(self.daemon.job(job)["phase"], "open")
        self.device.ctl("insert", "DARK01L8", 6)
        self.device.ctl("close-door")
        self.assertEqual([(c, b) for c, b, _ in changes(self.daemon.wait_passed(job))], [("added", "DARK01L8")])

    def test_a_unit_attention_after_the_door_reaches_an_sg_node(self):
        self.daemon.stop()
        self.addCleanup(self.daemon.start)
        node = nodes()[Simulated.changer].sg
        # The session is the kernel's, and so the lock outlives the daemon.
        fact(f"locked without the daemon by {self.device.locked_by()}")
        raw(node, ALLOW_REMOVAL)
        self.device.ctl("open-door")
        self.device.ctl("close-door")
        said = raw(node, TEST_UNIT_READY)
        fact(f"TEST UNIT READY after the door: {unit_attention(said)}")
        self.assertTrue(unit_attention(said), said)
        self.assertFalse(unit_attention(raw(node, TEST_UNIT_READY)))


class Moving(Served):
    """A library whose arm takes its time."""

    @classmethod
    def make(cls):
        return Simulated("--speed", 5)

    def under_way(self, operation, source, destination):
        """Submits a move; returns its job, and how many MOVEs have arrived when it has."""
        before = self.device.commands(MOVE)
        job = self.submit(operation, source, destination)
        wait_for("the MOVE at the library", lambda: self.device.commands(MOVE) > before)
        return job, before + 1

    def test_stopped_during_a_move_it_lets_the_move_end(self):
        job, moves = self.under_way("load", "slot:1", "drive:1")
        self.daemon.stop()
        self.assertEqual((prop("Result"), prop("ExecMainStatus")), ("success", "0"))
        self.assertIn("VT0001L8", self.device.cartridges("data_transfer").values())
        self.daemon.start()
        self.daemon.wait_passed(job)
        self.assertEqual(self.device.commands(MOVE), moves)

    def test_killed_during_a_move_it_judges_the_move_and_never_repeats_it(self):
        job, moves = self.under_way("move", "slot:2", "slot:8")
        self.killed_and_back()
        self.daemon.wait_passed(job)
        self.daemon.wait_online()
        self.assertEqual(self.device.commands(MOVE), moves)
        self.assertIn("VT0002L8", self.device.cartridges("storage").values())
        wait_for("the cartridge seen where it is", lambda: self.barcode("storage", 8) == "VT0002L8")


class WithoutTheKernel(GuestTest):
    """A changer named by its URL: the daemon's own initiator, inside the unit's sandbox."""

    def test_it_is_served(self):
        sim = Simulated("--instant")
        self.addCleanup(sim.stop)
        daemon = Installed()
        daemon.configure(library(sim.url))
        self.addCleanup(daemon.stop)
        daemon.start()
        daemon.wait_online()
        self.assertEqual(run("changerctl", "load", "1").returncode, 0)
        self.assertIn("VT0001L8", sim.cartridges("data_transfer").values())


class KernelsOwn(GuestTest):
    """What the kernel's drivers send before anybody of ours does."""

    def test_what_the_ch_driver_sends_and_eats_when_it_attaches(self):
        Installed().configure()
        sim = Simulated("--instant")
        self.addCleanup(sim.stop)
        sim.session.login()
        self.addCleanup(sim.session.logout)
        node = nodes()[Simulated.changer]
        counts = sim.show()["commands"]
        fact(f"drivers of the changer: {node.drivers}; commands until it was there: {json.dumps(counts)}")
        left = unit_attention(raw(node.sg, TEST_UNIT_READY))
        fact(f"first TEST UNIT READY: {left or 'no unit attention is left'}")
        self.assertEqual(node.drivers, ["sch0"])
