#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon under a service manager: readiness, the watchdog, SIGHUP and SIGTERM."""
import json
import os
import re
import signal
import socket

import harness
from harness import BUILD, PATIENCE, SystemTest, library, wait_for

USER = 4242
DAY = 24 * 3600
PATIENCE_OF_STOP = 9 * 60  # how long changerd lets commands run after SIGTERM


class Manager:
    """Listens at NOTIFY_SOCKET and keeps what it is told."""

    def __init__(self, directory):
        self.path = str(directory / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)
        self.told = []

    def heard(self):
        while True:
            try:
                self.told.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return self.told

    def forget(self):
        self.heard()
        self.told = []

    def wait(self, pattern):
        return wait_for(pattern, lambda: next((it for it in self.heard() if re.search(pattern, it)), None))

    def pets(self):
        return sum(it == "WATCHDOG=1" for it in self.heard())


class Trouble:
    """What a daemon is started with so that its device thread can be stuck, and time fly."""

    def __init__(self, directory):
        self.file = directory / "stuck"
        self.mark = directory / "stuck.hangs"
        self.becomes(hang=False)
        self.environment = {
            "LD_PRELOAD": str(BUILD.resolve() / "tests" / "system" / "stuck_thread.so"),
            "CHANGER_STUCK": str(self.file),
            # A sanitizer's library wants to be the first; this one allocates nothing.
            "ASAN_OPTIONS": "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", ""),
        }

    def becomes(self, hang, ahead=0):
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{int(hang)} {ahead}\n", encoding="ascii")
        fresh.rename(self.file)

    def wait_stuck(self):
        wait_for("a thread that is stuck", self.mark.exists)


class ServiceManager(SystemTest):
    environment = {}

    def ready(self, *options, watchdog=None, **settings):
        self.robot = self.sim(*(options or ("--instant",)))
        self.manager = Manager(self.directory)
        self.addCleanup(self.manager.socket.close)
        daemon = self.daemon(library(self.robot.url, **settings), start=False)
        self.environment = {**self.environment, "NOTIFY_SOCKET": self.manager.path}
        if watchdog:
            self.environment["WATCHDOG_USEC"] = str(watchdog)
        daemon.start(**self.environment)
        daemon.wait_online()
        return daemon

    def reload(self, daemon, change):
        """Changes the configuration, sends SIGHUP, and returns the log's line about it."""
        document = json.loads(daemon.config.read_text())
        change(document)
        daemon.config.write_text(json.dumps(document), encoding="utf-8")
        before = len(daemon.process.output())
        self.manager.forget()
        daemon.process.child.send_signal(signal.SIGHUP)
        reloading = self.manager.wait("RELOADING=1")
        self.assertRegex(reloading, r"MONOTONIC_USEC=\d+")
        self.manager.wait("READY=1")
        told = [it for it in self.manager.heard() if "READY" in it or "RELOADING" in it]
        self.assertEqual(told[0], reloading, "it reloads before it is ready again")
        return re.search(r"the configuration was read again .*", daemon.process.output()[before:]).group(0)

    def test_it_is_ready_once_and_the_watchdog_hears_of_it(self):
        daemon = self.ready(watchdog=200_000)
        self.manager.wait("READY=1")
        wait_for("the watchdog told", lambda: self.manager.pets() > 5)
        self.assertEqual(daemon.stop(), 0)
        self.manager.wait("STOPPING=1")

    def test_a_socket_that_was_passed_to_another_process_is_not_taken(self):
        self.environment = {"LISTEN_PID": "1", "LISTEN_FDS": "1"}
        daemon = self.ready()  # at its own
        self.assertEqual(daemon.stop(), 0)

    def test_without_a_watchdog_nothing_is_told(self):
        daemon = self.ready()
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.manager.pets(), 0)

    def test_the_watchdog_is_told_while_a_move_takes_its_time(self):
        daemon = self.ready("--speed", "3", watchdog=100_000)
        slot = next(e["number"] for e in daemon.elements() if e["type"] == "storage" and e["full"])
        job = daemon.submit(operation="load", source=f"slot:{slot}", destination="drive:1")
        wait_for("the move", lambda: daemon.job(job)["state"] == "running")
        self.manager.forget()
        wait_for("the watchdog told meanwhile", lambda: self.manager.pets() > 5)
        daemon.wait_passed(job)

    def test_sigterm_lets_the_running_move_end(self):
        daemon = self.ready("--speed", "3")
        full = [e["number"] for e in daemon.elements() if e["type"] == "storage" and e["full"]]
        job = daemon.submit(operation="load", source=f"slot:{full[0]}", destination="drive:1")
        second = daemon.submit(operation="load", source=f"slot:{full[1]}", destination="drive:2")
        wait_for("the move", lambda: self.robot.commands(0xA5) == 1)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(len(self.robot.cartridges("data_transfer")), 1)
        self.assertEqual(self.robot.commands(0xA5), 1, "what had not begun was not begun")
        daemon.start(**self.environment)
        self.assertEqual(daemon.wait_finished(job)["state"], "passed")
        daemon.wait_passed(second)

    def in_trouble(self, *options):
        """A daemon with a move under way whose thread is stuck in it."""
        self.trouble = Trouble(self.directory)
        self.environment = self.trouble.environment
        daemon = self.ready(*options, watchdog=100_000)
        slot = next(e["number"] for e in daemon.elements() if e["type"] == "storage" and e["full"])
        job = daemon.submit(operation="load", source=f"slot:{slot}", destination="drive:1")
        wait_for("the move", lambda: self.robot.commands(0xA5) == 1)
        self.trouble.becomes(hang=True)
        self.trouble.wait_stuck()
        return daemon, job

    def test_a_thread_that_hangs_is_kept_from_the_watchdog_no_longer_than_its_command_may_take(self):
        daemon, job = self.in_trouble("--speed", "10")
        self.manager.forget()
        wait_for("the watchdog told: the move has its time", lambda: self.manager.pets() > 3)
        self.trouble.becomes(hang=True, ahead=DAY)
        wait_for("the log's line", lambda: "longer than it ever may" in daemon.process.output())
        self.manager.forget()
        for _ in range(50):  # the loop lives, answers, and has looked at its threads many times
            self.assertEqual(daemon.job(job)["state"], "running")
        self.assertEqual(self.manager.pets(), 0)
        self.trouble.becomes(hang=False, ahead=DAY)
        wait_for("the watchdog told again", lambda: self.manager.pets() > 3)
        daemon.wait_finished(job)

    def test_sigterm_gives_up_a_command_that_does_not_end(self):
        daemon, job = self.in_trouble("--speed", "10")
        daemon.process.child.send_signal(signal.SIGTERM)
        self.manager.wait("STOPPING=1")
        self.trouble.becomes(hang=True, ahead=PATIENCE_OF_STOP - 60)
        self.manager.forget()
        wait_for("time to pass", lambda: self.manager.pets() > 3)
        self.assertTrue(daemon.process.running(), "the command has its time")
        self.trouble.becomes(hang=True, ahead=PATIENCE_OF_STOP + 60)
        self.assertEqual(daemon.process.child.wait(PATIENCE), 1)
        daemon.process.kill()  # nothing is left of it but its log
        self.assertIn("1 libraries have not ended their commands in time", daemon.process.output())
        self.trouble.becomes(hang=False)
        daemon.start(**self.environment)
        it = daemon.wait_finished(job)
        loaded = len(self.robot.cartridges("data_transfer")) == 1
        self.assertEqual(it["state"], "passed" if loaded else "failed", it)

    def test_sighup_takes_over_rights_and_settings_and_drops_no_job(self):
        daemon = self.ready()
        job = daemon.submit(operation="door", inventory="none")
        daemon.wait_phase(job, "unlocked")

        def change(document):
            document["libraries"][0]["access"] = [{"user": str(USER), "rights": ["use"]}]
            document["libraries"][0]["name"] = "Silo"
            document["libraries"][0]["door"]["max_open_seconds"] = 77

        self.assertRegex(self.reload(daemon, change), "and holds")
        it = wait_for("the new name", lambda: (lambda l: l if l["settings"]["name"]["value"] else None)(daemon.library()))
        self.assertEqual(it["settings"]["name"], {"value": "Silo", "source": "config"})
        self.assertEqual(it["settings"]["door.max_open_seconds"]["value"], 77)
        self.assertEqual(daemon.job(job)["phase"], "unlocked")
        self.robot.ctl("open-door")
        daemon.wait_phase(job, "open")
        self.robot.ctl("close-door")
        daemon.wait_passed(job)
        self.assertEqual(daemon.other(USER).call("GET", f"/v1/jobs/{job}").status, 200)

    def test_a_right_that_is_taken_away_is_gone_at_once_on_open_connections_too(self):
        daemon = self.ready(access=[{"user": str(USER), "rights": ["use"]}])
        who = daemon.other(USER)
        shared = self.directory / "shared"
        shared.mkdir()
        shared.chmod(0o777)

        def ask_twice():
            connection = harness.Unix(who.path, timeout=harness.PATIENCE)
            statuses = []
            for _ in range(2):
                connection.request("GET", "/v1/libraries/main")
                answer = connection.getresponse()
                answer.read()
                statuses.append(answer.status)
                (shared / "asked").touch()
                wait_for("the reload", (shared / "reloaded").exists)
            return statuses

        begun = who.begin(ask_twice)
        wait_for("the first answer", (shared / "asked").exists)
        self.reload(daemon, lambda document: document["libraries"][0].pop("access"))
        (shared / "reloaded").touch()
        self.assertEqual(who.end(begun), [200, 403])

    def test_what_cannot_be_taken_over_changes_nothing_and_says_why(self):
        daemon = self.ready(access=[{"user": str(USER), "rights": ["use"]}])
        who = daemon.other(USER)
        good = daemon.config.read_text()

        def both(**more):
            def change(document):
                document["libraries"][0]["access"] = []
                document["libraries"][0]["name"] = "Silo"
                document["libraries"][0].update(more.pop("library", {}))
                document.update(more)
            return change

        for change, reason in (
                (both(socket="/tmp/elsewhere"), "/socket cannot change while the daemon runs"),
                (both(state_directory="/tmp/x"), "/state_directory cannot change"),
                (both(library={"device": "sim:default"}), "/libraries/0/device cannot change"),
                (both(library={"access": [{"group": "no-such", "rights": ["use"]}]}), "there is no group `no-such`"),
                (both(typo=1), "/typo: unknown key"),
                (both(libraries=[]), "/libraries cannot change")):
            with self.subTest(reason=reason):
                line = self.reload(daemon, change)
                self.assertIn("changes nothing", line)
                self.assertIn(reason, line)
                daemon.config.write_text(good, encoding="utf-8")
                self.assertIsNone(daemon.library()["settings"]["name"]["value"])
                self.assertEqual(who.call("GET", "/v1/libraries/main").status, 200)
        daemon.config.write_text("{", encoding="utf-8")
        daemon.process.child.send_signal(signal.SIGHUP)
        wait_for("the syntax error", lambda: "line 1 column" in daemon.process.output())
        self.assertEqual(who.call("GET", "/v1/libraries/main").status, 200)


if __name__ == "__main__":
    harness.main()
