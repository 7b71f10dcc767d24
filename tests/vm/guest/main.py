#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Installs the project into the running guest as its README says, then runs every guest test.
Arguments name tests, as in Service or Service.test_it_stops_cleanly.

The last line is "N passed, N failed, N skipped"."""
import sys
import time
import unittest

import machine
from discovery import Discovery
from libraries import Foreign, KernelsOwn, Moving, Reporting, WithoutTheKernel
from service import Appearance, Service

import harness

TESTS = (Appearance, Discovery, Service, Foreign, Reporting, Moving, WithoutTheKernel, KernelsOwn)


class Clocked(unittest.TextTestResult):
    """Says how long each test took."""

    def startTest(self, test):
        self.begin = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        self.stream.writeln(f"    {time.monotonic() - self.begin:.1f} s")
        self.stream.flush()


def install():
    for words in (("systemd-sysusers",), ("udevadm", "control", "--reload"), ("systemctl", "daemon-reload")):
        machine.run(*words)


def chosen(names):
    loader = unittest.defaultTestLoader
    if not names:
        return unittest.TestSuite(map(loader.loadTestsFromTestCase, TESTS))
    return loader.loadTestsFromNames(names, sys.modules[__name__])


def main(names):
    begin = time.monotonic()
    install()
    machine.fact(f"the guest was up after {begin:.0f} s, {machine.run('uname', '-r').stdout.strip()}")
    return harness.report(unittest.TextTestRunner(sys.stdout, verbosity=2, resultclass=Clocked).run(chosen(names)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
