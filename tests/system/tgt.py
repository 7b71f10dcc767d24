#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A door job on a changer that nobody here wrote: Debian's tgtd through iscsi://."""
import pathlib
import shutil
import subprocess
import unittest

import harness
import mtx
from harness import ROOT, library


def run(*words, **options):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True,
                          timeout=harness.PATIENCE, stdin=subprocess.DEVNULL, **options).stdout


class TgtTest(mtx.MtxTest):
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


class Tgt(TgtTest):
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


class Mtx(TgtTest):
    """mtx where the target is odd: short answers, an overflow residual, no answer to type 0, the
    count ignored, no EXCHANGE MEDIUM though page 1Fh has it."""

    def status(self, **more):
        return self.mtx("-f", self.url, "status", **more)[0]

    def test_status_tells_every_element_and_label(self):
        lines = ["  Storage Changer %s:4 Drives, 28 Slots ( 4 Import/Export )" % self.url]
        lines += ["Data Transfer Element %d:Empty" % number for number in range(4)]
        lines += ["      Storage Element %d:Full :VolumeTag=VT%04dL5                        " % (n, n)
                  for n in range(1, 17)]
        lines += ["      Storage Element %d:Empty" % number for number in range(17, 25)]
        lines += ["      Storage Element %d IMPORT/EXPORT:Empty" % number for number in range(25, 29)]
        self.assertEqual(self.status().splitlines(), lines)

    def test_inquiry_and_inventory(self):
        out, _ = self.mtx("-f", self.url, "inquiry")
        self.assertEqual(out.splitlines()[:4], ["Product Type: Medium Changer", "Vendor ID: 'STK     '",
                                                "Product ID: 'L700            '", "Revision: '0010'"])
        self.assertEqual(self.mtx("-f", self.url, "inventory"), ("", ""))

    def test_cartridges_are_where_it_says(self):
        self.assertEqual(self.mtx("-f", self.url, "load", 3, 1)[0],
                         "Loading media from Storage Element 3 into drive 1...done\n")
        self.assertIn("Data Transfer Element 1:Full (Storage Element 3 Loaded):VolumeTag = VT0003L5", self.status())
        self.mtx("-f", self.url, "load", 4, 0)
        self.mtx("-f", self.url, "unload", 20, 1)
        self.mtx("-f", self.url, "transfer", 1, 25)
        text = self.status()
        self.assertIn("      Storage Element 20:Full :VolumeTag=VT0003L5", text)
        self.assertIn("      Storage Element 25 IMPORT/EXPORT:Full :VolumeTag=VT0001L5", text)
        self.assertIn("      Storage Element 3:Empty", text)
        self.assertIn("Data Transfer Element 0:Full (Storage Element 4 Loaded):VolumeTag = VT0004L5", text)

    def test_what_cannot_be_done_is_refused_and_moves_nothing(self):
        self.mtx("-f", self.url, "load", 1, 0)
        before = self.status()
        for words in (("load", 2, 0), ("load", 20, 1), ("load", 99), ("load", 2, 7), ("unload", 2, 0),
                      ("unload", 20, 1), ("transfer", 2, 3), ("transfer", 20, 21), ("position", 99)):
            with self.subTest(words=words):
                out, err = self.mtx("-f", self.url, *words, status=1)
                self.assertTrue(err)
                self.assertNotIn("done", out)
        self.assertEqual(self.status(), before)

    def test_through_the_daemon_it_is_the_same(self):
        direct = self.status()
        daemon = self.daemon(library(self.url))
        daemon.wait_online()
        self.assertEqual(self.status(), direct)
        self.mtx("-f", self.url, "load", 5, 2)
        self.assertEqual([job["state"] for job in daemon.api.get("/v1/jobs")["jobs"]], ["passed"])
        owned = self.status()
        daemon.stop()
        self.assertEqual(self.status(), owned)
        self.assertIn("Data Transfer Element 2:Full (Storage Element 5 Loaded):VolumeTag = VT0005L5", owned)


if __name__ == "__main__":
    harness.main()
