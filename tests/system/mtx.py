#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mtx as scripts call it: through the daemon that owns the library, and by itself where there is none."""
import os
import signal
import subprocess

import harness
from harness import SystemTest, library, program, wait_for


class MtxTest(SystemTest):
    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items() if name not in ("CHANGER", "TAPE", "MTX_WAIT")}
        return {**kept, "CHANGER_SOCKET": str(self.directory / "api.sock"),
                "CHANGER_LOCK_DIRECTORY": str(self.directory), **more}

    def start(self, *words, **more):
        child = subprocess.Popen([program("mtx"), *map(str, words)], env=self.environment(**more), text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(lambda: child.poll() is None and child.kill())
        return child

    def mtx(self, *words, status=0, **more):
        child = self.start(*words, **more)
        out, err = child.communicate(timeout=harness.PATIENCE * 2)
        self.assertEqual(child.returncode, status, (words, out, err))
        return out, err


class Mtx(MtxTest):
    def where(self, sim, barcode):
        return next(e["address"] for e in sim.show()["elements"] if e["cartridge"] == barcode)

    def moves(self, sim):
        return sim.commands(0xA5)

    def test_the_same_text_with_and_without_the_daemon(self):
        sim = self.sim("--instant")
        direct, _ = self.mtx("-f", sim.url, "status")
        daemon = self.daemon(library(sim.url))
        daemon.wait_online()
        owned, _ = self.mtx("-f", sim.url, "status")
        self.assertEqual(owned, direct)
        self.assertIn("      Storage Element 1:Full :VolumeTag=VT0001L8                        \n", direct)
        inquiry, _ = self.mtx("-f", sim.url, "inquiry")
        daemon.stop()
        self.assertEqual(self.mtx("-f", sim.url, "inquiry")[0], inquiry)

    def test_load_and_unload_through_the_daemon_are_its_jobs(self):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url))
        daemon.wait_online()
        home = self.where(sim, "VT0003L8")
        out, _ = self.mtx("-f", sim.url, "load", 3, 1)
        self.assertEqual(out, "Loading media from Storage Element 3 into drive 1...done\n")
        self.assertEqual(self.where(sim, "VT0003L8"), 0x101)
        out, _ = self.mtx("-f", sim.url, "status")
        self.assertIn("Data Transfer Element 1:Full (Storage Element 3 Loaded):VolumeTag = VT0003L8", out)
        self.mtx("-f", sim.url, "unload", 3, 1)
        self.assertEqual(self.where(sim, "VT0003L8"), home)
        jobs = daemon.api.get("/v1/jobs")["jobs"]
        self.assertEqual([job["operation"] for job in jobs], ["load", "unload"])
        self.assertEqual([job["state"] for job in jobs], ["passed", "passed"])

    def test_without_a_daemon_it_moves_by_itself(self):
        sim = self.sim("--instant")
        self.mtx("-f", sim.url, "load", 3, 1)
        self.assertEqual(self.where(sim, "VT0003L8"), 0x101)
        out, _ = self.mtx("-f", sim.url, "unload", 20, 1)
        self.assertEqual(out, "Unloading drive 1 into Storage Element 20...done\n")
        self.mtx("-f", sim.url, "load", 3, 0, status=1)
        self.assertEqual(self.moves(sim), 2)

    def test_what_is_refused_is_refused_the_same_either_way(self):
        sim = self.sim("--instant")
        self.mtx("-f", sim.url, "load", 1, 0)
        lines = (("load", 2, 0), ("load", 99), ("load", 2, 7), ("unload", 2, 0), ("unload", 20, 1),
                 ("unload", 0, 0), ("transfer", 20, 21), ("transfer", 2, 3), ("exchange", 2, 3, 99999))
        direct = [self.mtx("-f", sim.url, *words, status=1) for words in lines]
        moves = self.moves(sim)
        daemon = self.daemon(library(sim.url))
        daemon.wait_online()
        for words, expected in zip(lines, direct):
            with self.subTest(words=words):
                out, err = self.mtx("-f", sim.url, *words, status=1)
                self.assertEqual((out, err), expected)
        self.assertEqual(self.moves(sim), moves)

    def test_the_door_is_not_waited_for(self):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url))
        daemon.wait_online()
        job = daemon.submit(operation="door")
        daemon.wait_phase(job, "unlocked")
        _, err = self.mtx("-f", sim.url, "load", 1, status=1)
        self.assertIn(job, err)
        self.assertEqual(self.moves(sim), 0)
        self.mtx("-f", sim.url, "status")

    def held(self, sim, daemon):
        """A load that waits in the queue for a job that waits for a human."""
        first = daemon.submit(operation="door", not_before="2099-01-01T00:00:00Z")
        self.assertTrue(first)
        sim.ctl("fault", "move:delay=600000")
        blocking = daemon.submit(operation="move", source="slot:9", destination="slot:20")
        wait_for("the arm to be at work", lambda: self.moves(sim) == 1)
        return blocking

    def test_a_job_that_takes_too_long_is_cancelled_before_its_move(self):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url))
        daemon.wait_online()
        self.held(sim, daemon)
        _, err = self.mtx("-f", sim.url, "load", 1, status=1, MTX_WAIT="1")
        self.assertIn("not done within 1 s", err)
        job = daemon.api.get("/v1/jobs")["jobs"][-1]
        self.assertEqual((job["operation"], job["state"]), ("load", "cancelled"))
        self.assertEqual(self.moves(sim), 1)

    def test_ended_by_a_signal_it_cancels_its_job(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number):
                sim = self.sim("--instant", name=f"sim{number}")
                daemon = self.daemon(library(sim.url))
                daemon.wait_online()
                self.held(sim, daemon)
                child = self.start("-f", sim.url, "load", 1)
                job = wait_for("its job", lambda: next(
                    (j for j in daemon.api.get("/v1/jobs")["jobs"]
                     if j["operation"] == "load" and j["state"] != "cancelled"), None))
                child.send_signal(number)
                child.communicate(timeout=harness.PATIENCE)
                self.assertEqual(child.returncode, 1)
                self.assertEqual(daemon.wait_finished(job["id"])["state"], "cancelled")
                daemon.kill()

    def test_two_at_once_move_one_after_the_other(self):
        sim = self.sim("--speed", "40")
        first = self.start("-f", sim.url, "load", 1, 0)
        second = self.start("-f", sim.url, "load", 2, 1)
        for child in (first, second):
            _, err = child.communicate(timeout=harness.PATIENCE)
            self.assertEqual(child.returncode, 0, err)
        self.assertEqual(self.where(sim, "VT0001L8"), 0x100)
        self.assertEqual(self.where(sim, "VT0002L8"), 0x101)

    def test_a_stale_socket_is_nobody(self):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url))
        daemon.wait_online()
        daemon.kill()
        self.assertTrue(os.path.exists(daemon.socket))
        self.mtx("-f", sim.url, "load", 1)
        self.assertEqual(self.where(sim, "VT0001L8"), 0x100)

    def test_loaderinfo_is_its_second_name(self):
        sim = self.sim("--instant")
        done = subprocess.run([program("loaderinfo"), "-f", sim.url], env=self.environment(), text=True, check=False,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=harness.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Number of Storage Elements: 24\n", done.stdout)


if __name__ == "__main__":
    harness.main()
