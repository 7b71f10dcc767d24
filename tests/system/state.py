#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The state of the libraries as one file: taken from a running daemon, taken over by the next."""
import json
import subprocess

import harness
from harness import PATIENCE, SystemTest, library, program, wait_for


class State(SystemTest):
    def changerd(self, daemon, *words):
        return subprocess.run(
            [program("changerd"), "--config", str(daemon.config), *map(str, words)],
            capture_output=True, text=True, check=False, timeout=PATIENCE, stdin=subprocess.DEVNULL,
        )

    def ok(self, daemon, *words):
        done = self.changerd(daemon, *words)
        self.assertEqual(done.returncode, 0, (words, done.stdout, done.stderr))
        return done.stdout

    def test_a_copy_of_a_running_daemon_is_what_the_next_one_starts_with(self):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url))
        daemon.wait_online()
        job = daemon.submit(operation="load", source="VT0001L8", destination="drive:1")
        daemon.wait_passed(job)
        copy = self.directory / "copy.json"
        self.assertIn("1 libraries", self.ok(daemon, "--export-state", copy))
        self.assertIn(f"job/{job}", json.loads(copy.read_text())["libraries"]["main"]["documents"])

        refused = self.changerd(daemon, "--import-state", copy)
        self.assertEqual(refused.returncode, 5, refused.stderr)
        self.assertIn("another changerd already uses", refused.stderr)

        later = daemon.submit(operation="unload", source="drive:1", destination="slot:1")
        daemon.wait_passed(later)
        self.assertEqual(daemon.stop(), 0)
        sim.stop()
        self.assertIn("stale", self.ok(daemon, "--import-state", copy))
        daemon.start()
        found = daemon.library()
        self.assertIn("may lack the last changes", found["inventory"]["stale_by"])
        self.assertTrue(all(it["provenance"]["kind"] == "stale" for it in daemon.elements()))
        self.assertEqual(daemon.job(job)["state"], "passed")
        self.assertEqual(daemon.api.call("GET", f"/v1/jobs/{later}").status, 404)

        sim.start_again()
        wait_for("the robot's own word", lambda: all(
            it["provenance"]["kind"] == "observed" for it in daemon.elements()))
        self.assertEqual(next(it for it in daemon.elements() if it["type"] == "storage")["barcode"], "VT0001L8")

    def test_what_is_no_whole_copy_is_refused_and_changes_nothing(self):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url))
        daemon.wait_online()
        copy = self.directory / "copy.json"
        self.ok(daemon, "--export-state", copy)
        self.assertEqual(daemon.stop(), 0)
        before = self.files(daemon)
        text = copy.read_text()
        for wrong, says in ((text[:-40], "cut short"), (text.replace("VT0001", "VT0009"), "checksum"),
                            ("{}", "not what changerd --export-state writes")):
            copy.write_text(wrong)
            refused = self.changerd(daemon, "--import-state", copy)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn(str(copy), refused.stderr)
            self.assertIn(says, refused.stderr)
            self.assertEqual(self.files(daemon), before)

    def test_damaged_files_are_kept_and_somebody_is_asked_for_an_inventory(self):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url))
        daemon.wait_online()
        self.assertEqual(daemon.stop(), 0)
        home = daemon.state / "libraries" / "main"
        for path in home.glob("state.json*"):
            path.write_bytes(path.read_bytes()[:-10])
        for path in home.glob("journal-*"):
            lines = path.read_bytes().splitlines(keepends=True)
            path.write_bytes(b"".join([b"x" + lines[0], *lines[1:]]) if len(lines) > 1 else b"")
        daemon.start()
        request = daemon.wait_request("damaged and lacks changes")
        self.assertEqual(request["type"], "service")
        self.assertTrue(list(home.glob("*.corrupt-*")))
        daemon.wait_online()
        self.assertEqual(daemon.stop(), 0)
        daemon.start()
        self.assertEqual([it["id"] for it in daemon.requests()], [request["id"]])

    @staticmethod
    def files(daemon):
        return {path: path.read_bytes() for path in daemon.state.rglob("*") if path.is_file()}


if __name__ == "__main__":
    harness.main()
