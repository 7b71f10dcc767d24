# SPDX-License-Identifier: Apache-2.0
"""The units, the user, the rule and the sandbox of the installed daemon, under the real systemd."""
import os
import re

from harness import library, wait_for
from machine import (NOBODY_SPECIAL, SERVICE, SOCKET, GuestTest, Installed, Tgt, by_id, fact, nodes, prop, run,
                     systemctl)


class Appearance(GuestTest):
    """A changer is plugged in while nothing of the project runs and nothing is configured."""

    @classmethod
    def setUpClass(cls):
        cls.daemon = Installed()
        cls.tgt = Tgt()
        cls.addClassCleanup(cls.tgt.stop)
        cls.addClassCleanup(cls.tgt.session.logout)
        cls.addClassCleanup(cls.daemon.stop)
        assert not cls.daemon.active(), "the daemon runs before there is a changer"
        cls.tgt.session.login()

    def test_the_udev_rule_starts_the_daemon(self):
        wait_for("the daemon, started by udev", self.daemon.active)
        self.assertIn("changer", run("udevadm", "info", nodes()[Tgt.changer].sg).stdout)

    def test_the_changer_is_served_without_a_configuration(self):
        wait_for("the daemon, started by udev", self.daemon.active)
        name = f"stk-{Tgt.changer.lower()}"
        it = self.daemon.wait_online(name)
        self.assertEqual(it["device"], by_id(Tgt.changer))
        self.assertEqual(it["identity"]["serial"], Tgt.changer)
        self.assertEqual(it["geometry"]["storage"], {"first": 1000, "count": 8})


class Service(GuestTest):
    """The daemon as systemd runs it."""

    @classmethod
    def setUpClass(cls):
        cls.tgt = Tgt()
        cls.addClassCleanup(cls.tgt.stop)
        cls.tgt.session.login()
        cls.addClassCleanup(cls.tgt.session.logout)
        cls.daemon = Installed()
        cls.daemon.configure(library(by_id(Tgt.changer)))
        cls.addClassCleanup(cls.daemon.stop)

    def setUp(self):
        self.daemon.start()
        self.daemon.wait_online()

    def status(self):
        with open(f"/proc/{self.daemon.pid()}/status", encoding="ascii") as lines:
            return dict(re.split(r":\s*", line.strip(), maxsplit=1) for line in lines if ":" in line)

    def test_it_is_an_ordinary_user_without_a_capability(self):
        status = self.status()
        user = int(run("id", "-u", "changer").stdout)
        tape = int(run("getent", "group", "tape").stdout.split(":")[2])
        self.assertNotEqual(user, 0)
        self.assertEqual(status["Uid"].split(), [str(user)] * 4)
        self.assertIn(str(tape), status["Groups"].split())
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[kind], 16), 0, kind)
        self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))

    def test_its_exposure_is_low(self):
        done = run("systemd-analyze", "security", "--no-pager", SERVICE, check=False)
        exposure = re.search(r"exposure level for \S+: ([0-9.]+) (\w+)", done.stdout)
        self.assertTrue(exposure, done.stdout + done.stderr)
        fact(f"systemd-analyze security: {exposure.group(1)} {exposure.group(2)}")
        self.assertLessEqual(float(exposure.group(1)), 1.5)

    def test_what_it_knows_is_not_everybodys(self):
        self.assertEqual(os.stat(self.daemon.state).st_mode & 0o777, 0o750)
        self.assertEqual(run(*NOBODY_SPECIAL, "ls", self.daemon.state, check=False).returncode, 2)

    def test_systemd_shows_what_it_is_doing(self):
        wait_for("the library in the status", lambda: "main online" in prop("StatusText"))

    def test_another_user_is_refused_and_told_so(self):
        done = run(*NOBODY_SPECIAL, "changerctl", "status", check=False)
        self.assertEqual((done.returncode, done.stdout), (4, ""), done.stderr)
        self.assertTrue(done.stderr)

    def test_another_user_does_not_reach_the_changer_past_it(self):
        node = nodes()[Tgt.changer].sg
        self.assertEqual(os.stat(node).st_mode & 0o777, 0o660)
        self.assertNotEqual(run(*NOBODY_SPECIAL, "sg_turs", node, check=False).returncode, 0)
        self.assertIn("Permission denied", run(*NOBODY_SPECIAL, "sg_turs", node, check=False).stderr)

    def test_a_connection_to_its_socket_starts_it(self):
        self.daemon.stop()
        self.assertFalse(self.daemon.active())
        self.assertEqual(prop("ActiveState", SOCKET), "active")
        self.assertEqual(run("changerctl", "libraries").returncode, 0)
        self.assertTrue(self.daemon.active())

    def test_it_stops_cleanly(self):
        systemctl("stop", SERVICE)
        self.assertEqual((prop("Result"), prop("ExecMainCode"), prop("ExecMainStatus")), ("success", "1", "0"))

    def test_without_its_socket_it_is_not_there(self):
        systemctl("stop", SOCKET, SERVICE)
        self.addCleanup(systemctl, "start", SOCKET)
        self.assertEqual(run("changerctl", "libraries", check=False).returncode, 3)

    def test_killed_it_is_started_again(self):
        before = self.daemon.pid()
        self.daemon.kill()
        wait_for("another process", lambda: self.daemon.active() and self.daemon.pid() not in (0, before))
        self.daemon.wait_online()

    def test_both_units_can_be_enabled(self):
        self.addCleanup(systemctl, "disable", SERVICE, SOCKET)
        systemctl("enable", SERVICE)
        self.assertEqual(systemctl("is-enabled", SERVICE, SOCKET).stdout.split(), ["enabled"] * 2)
