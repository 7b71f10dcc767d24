#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A door job on a changer that nobody here wrote: Debian's tgtd through iscsi://."""
import pathlib
import shutil
import subprocess
import unittest

import harness
from harness import ROOT, SystemTest, library


def run(*words, **options):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True,
                          timeout=harness.PATIENCE, stdin=subprocess.DEVNULL, **options).stdout


class Tgt(SystemTest):
    def setUp(self):
        super().setUp()
        if not shutil.which("tgtd"):
            raise unittest.SkipTest("tgtd is not installed (package tgt)")
        self.work = self.directory / "tgt"
        self.work.mkdir()
        scripts = ROOT / "tests" / "system" / "tgt"
        self.url = run(scripts / "start.sh", self.work).split()[-1]
        self.addCleanup(run, scripts / "stop.sh", self.work)
        self.scripts = scripts

    def test_a_door_job_finds_what_was_inserted(self):
        daemon = self.daemon(library(self.url))
        it = daemon.wait_online()
        self.assertEqual(it["identity"]["product"], "L700")
        self.assertEqual(it["geometry"]["storage"], {"first": 1000, "count": 24})
        self.assertEqual(it["geometry"]["data_transfer"], {"first": 256, "count": 4})
        slots = {e["number"]: e for e in daemon.elements() if e["type"] == "storage"}
        self.assertEqual(slots[1]["barcode"], "VT0001L5")
        self.assertEqual(sum(1 for e in slots.values() if e["full"]), 16)

        job = daemon.submit(operation="door", inventory="fast")
        request = daemon.wait_request()
        self.assertEqual(request["job"], job)
        run(self.scripts / "insert.sh", self.work, "EXTRA1L5", 1020)
        self.assertEqual(daemon.answer(request["id"], "complete").status, 200)
        done = daemon.wait_passed(job)
        self.assertEqual(len(done["result"]["diff"]), 1)
        entry = done["result"]["diff"][0]
        self.assertEqual((entry["change"], entry["barcode"], entry["to"]["address"]), ("added", "EXTRA1L5", 1020))


if __name__ == "__main__":
    harness.main()
