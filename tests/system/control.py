#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What an operator changes without a job that moves anything, through changerctl and the API, and
what a kill leaves of it."""
import shutil
import subprocess

import harness
from harness import SystemTest, library


class Control(SystemTest):
    def ready(self, **settings):
        sim = self.sim("--instant")
        daemon = self.daemon(library(sim.url, **settings))
        daemon.wait_online()
        return sim, daemon

    def test_a_library_is_drained_and_stays_so_over_a_kill(self):
        _, daemon = self.ready()
        done = daemon.ctl("disable")
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("library is disabled\nno job is using it\n", done.stdout)
        daemon.kill()
        daemon.start()
        daemon.wait_online()
        self.assertIs(daemon.library()["enabled"], False)
        refused = daemon.ctl("door", "open")
        self.assertEqual(refused.returncode, 9, refused)
        self.assertIn("changerctl enable", refused.stderr)
        self.assertEqual(daemon.ctl("enable").returncode, 0)
        self.assertEqual(daemon.ctl("load", "1").returncode, 0)

    def test_a_disabled_drive_is_emptied_and_takes_nothing(self):
        _, daemon = self.ready()
        self.assertEqual(daemon.ctl("load", "slot:1", "drive:1").returncode, 0)
        self.assertEqual(daemon.ctl("disable", "drive", "1").returncode, 0)
        harness.wait_for(
            "drive:1 empty",
            lambda: daemon.api.get("/v1/libraries/main/drives")["drives"][0]["state"] == "dismounted",
        )
        self.assertEqual(daemon.ctl("load", "slot:1", "drive:1").returncode, 9)
        self.assertEqual(daemon.ctl("load", "slot:1").returncode, 0)  # the other drive

    def test_settings_with_their_sources(self):
        _, daemon = self.ready(poll_seconds=5)
        self.assertEqual(daemon.ctl("set", "name", "Cellar").stdout, 'name is "Cellar" (stored)\n')
        refused = daemon.ctl("set", "poll_seconds", "7")
        self.assertEqual(refused.returncode, 5, refused)
        self.assertIn("'poll_seconds'", refused.stderr)
        daemon.kill()
        daemon.start()
        daemon.wait_online()
        shown = daemon.ctl("status", "-v").stdout
        self.assertRegex(shown, r"(?m)^name +Cellar +stored$")
        self.assertRegex(shown, r"(?m)^poll_seconds +5 +config$")
        self.assertRegex(shown, r"(?m)^inventory_method +fast +default$")

    def test_names_outlive_a_kill_and_a_copy_of_the_state(self):
        _, daemon = self.ready()
        self.assertEqual(daemon.ctl("set", "drive", "2", "name", "Top").stdout, 'name of drive:2 is "Top"\n')
        tape = daemon.api.get("/v1/libraries/main/media")["media"][0]["barcode"]
        self.assertEqual(daemon.ctl("set", "media", tape, "description", "payroll").returncode, 0)
        self.assertEqual(daemon.ctl("set", "drive", "2", "name", "two\nlines").returncode, 2)
        self.assertEqual(daemon.ctl("set", "drive", "9", "name", "x").returncode, 7)
        daemon.kill()
        copy = self.directory / "copy.json"
        changerd = [harness.program("changerd"), "--config", str(daemon.config)]
        subprocess.run([*changerd, "--export-state", str(copy)], check=True, capture_output=True)
        shutil.rmtree(daemon.state)
        subprocess.run([*changerd, "--import-state", str(copy)], check=True, capture_output=True)
        daemon.start()
        daemon.wait_online()
        shown = daemon.ctl("status", "-v").stdout
        self.assertRegex(shown, r"(?m)^drive:2 .*Top$")
        self.assertRegex(shown, rf"(?m)^slot:.*{tape}.* in it: payroll$")
        self.assertRegex(daemon.ctl("drives").stdout, r"(?m)^drive:2 .*Top$")
        self.assertRegex(daemon.ctl("media", tape).stdout, r"(?m)payroll$")
        self.assertEqual(daemon.ctl("set", "drive", "2", "name", "").stdout, "drive:2 has no name\n")
        self.assertNotIn("Top", daemon.ctl("drives").stdout)

    def test_a_condition_that_no_longer_holds(self):
        _, daemon = self.ready()
        path = "/v1/libraries/main"

        def changed():  # a poll may come in between
            tag = f'"{daemon.api.get(path)["generation"]}"'
            answer = daemon.api.call("PATCH", path, {"name": "a"}, {"If-Match": tag})
            return tag if answer.status == 200 else None

        tag = harness.wait_for("a change as it was read", changed)
        late = daemon.api.call("PATCH", path, {"name": "b"}, {"If-Match": tag})
        self.assertEqual((late.status, late.body["status"]), (412, 412), late.body)
        self.assertEqual(daemon.api.get(path)["name"], "a")

    def test_the_operator_is_asked_and_answers(self):
        _, daemon = self.ready()
        asked = daemon.ctl("--no-wait", "request", "put X00001 into slot 3")
        self.assertEqual(asked.returncode, 0, asked)
        self.assertEqual(daemon.ctl("--timeout", "0", "wait", "main-r1").returncode, 6)
        self.assertEqual(daemon.ctl("answer", "main-r1", "refuse").returncode, 0)
        self.assertEqual(daemon.ctl("wait", "main-r1").returncode, 1)


if __name__ == "__main__":
    harness.main()
