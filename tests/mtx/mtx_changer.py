#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The script with which Bacula drives a changer, mtx-changer of Debian's bacula-sd, as it is but for
its paths: the same output, the same exit code and the same cartridges in the same places, whether it
calls the incumbent's mtx or ours.

tests/run.sh downloads the package and unpacks it, without installing it.
"""
import json
import os
import re
import pathlib
import stat
import unittest

import standin
from standin import BUILD, harness

PACKAGE = BUILD.parent / "packages" / "bacula-sd"
LIBRARY = "sim:default?slots=24&drives=2&mail=4&tapes=16&instant"
NO_BARCODES = "sim:no-barcode-reader?slots=24&drives=2&mail=4&tapes=16&instant"

# What a tape drive says when it is asked at once; and no second is slept away.
MT = "#!/bin/sh\ncase $1 in --version) echo 'mt-st v. 1.4' ;; *) echo ONLINE ;; esac\n"
SLEEP = "#!/bin/sh\n"


class Script:
    """The script in a directory of its own, with one of the two programs behind it."""

    def __init__(self, directory, program):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir()
        self.path = self._place("mtx-changer", {"/usr/sbin/mtx": program})
        self._place("mtx-changer.conf", {})
        for name, text in (("mt", MT), ("sleep", SLEEP)):
            self._write(name, text)

    def _place(self, name, replaced):
        source = PACKAGE / "etc" / "bacula" / "scripts" / name
        if not source.exists():
            raise AssertionError(f"{source} is missing: tests/run.sh unpacks it")
        text = source.read_text(encoding="utf-8")
        for before, after in {"/etc/bacula/scripts": str(self.directory), "/var/lib/bacula": str(self.directory),
                              **replaced}.items():
            if before in ("/usr/sbin/mtx", "/etc/bacula/scripts") and name == "mtx-changer" and before not in text:
                raise AssertionError(f"{source} has no {before}: it has become another script")
            text = text.replace(before, after)
        return self._write(name, text)

    def _write(self, name, text):
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    def run(self, device, words):
        return device.run(self.path, words, name="mtx-changer", PATH=f"{self.directory}:{os.environ['PATH']}")


# Our lines on standard error, but for the incumbent's.
OUR_WORDS = re.compile(r"^mtx: (?!Request Sense).*\n", re.MULTILINE)


class MtxChanger(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = standin.Standin()
        cls.addClassCleanup(cls.server.stop)
        cls.real = Script(cls.server.directory / "real", standin.REAL["mtx"])
        cls.ours = Script(cls.server.directory / "ours", standin.ours("mtx"))

    def results(self, script, url, faults, calls):
        device = self.server.device(url)
        try:
            for fault in faults:
                device.ctl("fault", fault)
            said = []
            for call in calls:
                ran = script.run(device, [device.path, *call.split()])
                said.append((call, ran.exit, ran.stdout.decode(), ran.stderr.decode()))
            shown = json.loads(device.ctl("show", "--json"))
        finally:
            device.close()
        return said, [(e["address"], e["cartridge"]) for e in shown["elements"] if e["cartridge"]]

    def same(self, *calls, url=LIBRARY, faults=(), tries_again=False):
        """Runs the calls with both programs; returns what the script said with ours. The script
        shows what mtx says on standard error where mtx fails: ours says more there. With
        `tries_again` the script tells of a first try that only the incumbent needs."""
        real, real_cartridges = self.results(self.real, url, faults, calls)
        ours, our_cartridges = self.results(self.ours, url, faults, calls)
        for before, now in zip(real, ours):
            self.assertEqual(before[:2], now[:2])
            if not tries_again:
                self.assertEqual(before[2], OUR_WORDS.sub("", now[2]))
        self.assertEqual(real_cartridges, our_cartridges)
        return ours

    def test_nothing_is_loaded(self):
        said = self.same("loaded 0 /dev/nst0 0", "loaded 0 /dev/nst1 1")
        self.assertEqual([(exit_code, out) for _, exit_code, out, _ in said], [(0, "0\n"), (0, "0\n")])

    def test_a_load_a_look_and_an_unload(self):
        said = self.same("load 3 /dev/nst0 0", "loaded 0 /dev/nst0 0", "list", "unload 3 /dev/nst0 0", "loaded 0 /dev/nst0 0")
        self.assertEqual(said[1][2], "3\n")
        self.assertIn("3:VT0003L8\n", said[2][2])
        self.assertEqual([exit_code for _, exit_code, _, _ in said], [0] * 5)

    def test_both_drives(self):
        self.same("load 1 /dev/nst0 0", "load 2 /dev/nst1 1", "loaded 0 /dev/nst1 1", "listall", "unload 1 /dev/nst0 0",
                  "unload 2 /dev/nst1 1", "listall")

    def test_the_lists(self):
        said = self.same("list", "listall", "slots")
        self.assertIn("16:VT0016L8\n", said[0][2])
        self.assertIn("I:25:E\n", said[1][2])
        self.assertEqual(said[2][2], "28\n")

    def test_the_lists_without_a_barcode_reader(self):
        self.same("load 4 /dev/nst0 0", "list", "listall", "slots", "loaded 0 /dev/nst0 0", url=NO_BARCODES)

    def test_transfers(self):
        said = self.same("transfer 1 25", "transfer 2 20", "listall", "transfer 25 1", "listall")
        self.assertIn("I:25:F:VT0001L8", said[2][2])

    def test_what_cannot_be_done(self):
        self.same("load 20 /dev/nst0 0", "load 99 /dev/nst0 0", "load 1 /dev/nst0 9", "unload 1 /dev/nst0 0",
                  "transfer 1 2", "transfer 20 21", "transfer 1 99", "loaded 0 /dev/nst0 9")

    def test_a_drive_that_is_full(self):
        self.same("load 1 /dev/nst0 0", "load 2 /dev/nst0 0", "loaded 0 /dev/nst0 0")

    def test_calls_with_too_few_words(self):
        self.same("load 1", "transfer 1", "", "loaded", "frobnicate 1 2 3")

    def test_a_move_that_fails_once_is_tried_again(self):
        said = self.same("load 1 /dev/nst0 0", "loaded 0 /dev/nst0 0", faults=["move:sense=4/15/01"])
        self.assertEqual(said[1][2], "1\n")

    def test_a_unit_attention_before_the_move(self):
        said = self.same("load 1 /dev/nst0 0", "loaded 0 /dev/nst0 0", faults=["move:sense=6/29/00"], tries_again=True)
        self.assertEqual(said[1][2], "1\n")

    def test_a_move_that_always_fails(self):
        said = self.same("load 1 /dev/nst0 0", "loaded 0 /dev/nst0 0", faults=["move:sense=4/15/01x99"])
        self.assertEqual((said[0][1], said[1][2]), (1, "0\n"))


if __name__ == "__main__":
    harness.main()
