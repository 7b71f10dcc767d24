#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The C API from a C program (tests/ntms/calls.c): the founding call on a library that is busy, every
return code from a real cause, and the other calls as an application makes them.
"""
import json
import os
import shutil
import subprocess
import sys

import harness
from harness import BUILD, FailingDisk, SystemTest, library, wait_for

DRIVE, DOOR, LIBRARY, LIBREQUEST, MEDIA, SLOT, OPREQUEST = 5, 7, 9, 10, 15, 16, 17
NONE, FAST, OMID, DEFAULT, BY_SLOT, STOP = range(6)
QUEUED, INPROCESS, PASSED, FAILED, WAITING, CANCELLED = 0, 1, 2, 3, 5, 7
DOORACCESS = 9
NOBODY = "01010101-0101-0101-0101-010101010101"
USER = 4242
CODES = {
    0: "ERROR_SUCCESS", 5: "ERROR_ACCESS_DENIED", 6: "ERROR_INVALID_HANDLE", 8: "ERROR_NOT_ENOUGH_MEMORY",
    87: "ERROR_INVALID_PARAMETER", 120: "ERROR_CALL_NOT_IMPLEMENTED", 170: "ERROR_BUSY",
    1210: "ERROR_INVALID_COMPUTERNAME", 1223: "ERROR_CANCELLED", 1460: "ERROR_TIMEOUT", 2250: "ERROR_NOT_CONNECTED",
    4300: "ERROR_INVALID_MEDIA", 4301: "ERROR_INVALID_LIBRARY", 4305: "ERROR_LIBRARY_OFFLINE",
    4309: "ERROR_RESOURCE_DISABLED", 4312: "ERROR_OBJECT_NOT_FOUND", 4313: "ERROR_DATABASE_FAILURE",
    4314: "ERROR_DATABASE_FULL", 4316: "ERROR_RESOURCE_NOT_PRESENT", 4318: "ERROR_MEDIA_NOT_AVAILABLE",
    4319: "ERROR_DEVICE_NOT_AVAILABLE",
    4321: "ERROR_INVALID_DRIVE_OBJECT", 5023: "ERROR_INVALID_STATE",
}


class Told:
    """What a run of the program printed."""

    def __init__(self, text):
        lines = text.split("\n")
        self.code = int(lines[0])
        pairs = [line.split("=", 1) for line in lines[1:] if "=" in line]
        self.ids = [value for name, value in pairs if name == "id"]
        self.values = {name: int(value) if value.isdecimal() else value for name, value in pairs}

    def __getitem__(self, name):
        return self.values[name]


class Ntms(SystemTest):
    def ready(self, *options, start=True, **settings):
        self.robot = self.sim(*(options or ("--instant",)))
        self.main = self.daemon(library(self.robot.url, **settings), start=start)
        if start:
            self.main.wait_online()
            self.id = self.main.library()["guid"]
        return self.main

    def call(self, *words, server=None, user=None):
        command, settings = BUILD.resolve() / "tests" / "ntms" / "ntms_calls", {}
        if user is not None:  # the build may be out of his reach
            command = shutil.copy(command, self.directory)
            shutil.copy(BUILD.resolve() / "lib" / "ntms" / "libchanger-ntms.so.0", self.directory)
            settings = {"user": user, "group": user, "extra_groups": [],
                        "env": {**os.environ, "LD_LIBRARY_PATH": str(self.directory)}}
        done = subprocess.run([str(command), server or self.main.socket, *map(str, words)], capture_output=True,
                              text=True, check=False, timeout=harness.PATIENCE, cwd="/", **settings)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return Told(done.stdout)

    def returns(self, code, cause, *words, **how):
        """One row of the table: the code, and what made it."""
        told = self.call(*words, **how)
        self.assertEqual(told.code, code, (cause, CODES.get(told.code)))
        print(f"{code:>5} {CODES[code]:<27} {words[0]:<14} {cause}", file=sys.stderr)
        return told

    def requests(self):
        """The library's requests as a caller finds them: by enumeration, by their operation."""
        return [self.call("get", LIBREQUEST, it) for it in self.call("list", LIBREQUEST, self.id).ids]

    def door_request(self):
        found = [it for it in self.requests() if it["OperationCode"] == DOORACCESS]
        self.assertEqual(len(found), 1)
        return found[0]

    def test_the_founding_call(self):
        daemon = self.ready("--speed", "20")
        load = daemon.submit(operation="load", source="slot:1", destination="drive:1")
        wait_for("the arm at work", lambda: daemon.job(load)["state"] == "running")
        self.returns(0, "queued behind a load that runs", "door", self.id, FAST)
        self.assertEqual(daemon.job(load)["state"], "running", "the call did not wait for the arm")
        request = self.door_request()
        self.assertEqual((request["State"], request["OperationOption"], request["Library"]), (QUEUED, FAST, self.id))
        self.assertEqual(request["TimeCompleted"], "0000-00-00T00:00:00Z/0")
        self.assertNotEqual(request["TimeQueued"], request["TimeCompleted"])
        wait_for("the door unlocked", lambda: daemon.door()["lock"] == "unlocked")
        self.assertEqual(self.door_request()["State"], INPROCESS)
        door = self.call("list", DOOR, self.id).ids[0]
        self.robot.ctl("open-door")
        wait_for("the door open", lambda: self.call("get", DOOR, door)["State"] == 2)
        self.robot.ctl("close-door")
        wait_for("the request passed", lambda: self.door_request()["State"] == PASSED)
        self.assertNotEqual(self.door_request()["TimeCompleted"], "0000-00-00T00:00:00Z/0")
        self.assertEqual(self.call("get", DOOR, door)["State"], 1)

    def test_what_the_call_refuses_at_once(self):
        daemon = self.ready(access=[{"user": str(USER), "rights": ["use", "modify"]}])
        self.returns(87, "no library is named", "door-null", self.id, FAST)
        self.returns(87, "an identifier of zeros", "door", "0" * 8 + "-0000-0000-0000-" + "0" * 12, FAST)
        for action in (BY_SLOT, STOP, 6):
            self.returns(87, f"action {action}", "door", self.id, action)
        self.returns(4301, "an identifier nobody has", "door", NOBODY, FAST)
        self.returns(6, "a session that was closed, in every call", "closed")
        if os.getuid() == 0:
            os.chmod(self.directory, 0o755)
            self.returns(5, "a user without the right control", "door", self.id, FAST, user=USER)
            self.returns(5, "a user who has no right at all", "door", self.id, FAST, user=USER + 1)
        self.returns(120, "what the daemon does not offer yet", "not-yet", self.id)
        self.returns(4319, "a full inventory without a drive", "inventory", self.id, OMID)
        self.returns(0, "stopping an inventory where none runs", "inventory", self.id, STOP)
        self.returns(87, "no inventory to take", "inventory", self.id, NONE)
        door = self.call("list", DOOR, self.id).ids[0]
        self.returns(170, "a value that the configuration has fixed", "set", DOOR, door, "MaxOpenSecs", 7)
        self.returns(0, "switched off", "disable", self.id, LIBRARY)
        wait_for("disabled", lambda: not daemon.library()["enabled"])
        self.returns(4309, "a disabled library", "door", self.id, FAST)
        self.returns(5023, "disabled before", "disable", self.id, LIBRARY)
        self.returns(0, "switched on", "enable", self.id, LIBRARY)
        wait_for("enabled", lambda: daemon.library()["enabled"])
        self.assertEqual([it for it in self.requests() if it["OperationCode"] == DOORACCESS], [])
        self.returns(1210, "a server that is no socket", "open", server="/nowhere")
        self.main.kill()
        self.returns(2250, "a daemon that is gone", "open")

    def test_a_library_without_a_door(self):
        self.ready(door={"present": False})
        self.returns(4316, "a library without a door", "door", self.id, FAST)
        self.assertEqual(self.call("list", DOOR, self.id).ids, [])
        self.assertEqual(self.call("get", LIBRARY, self.id)["dwNumberOfDoors"], 0)

    def test_a_library_that_is_gone(self):
        daemon = self.ready(path_grace_seconds=0)
        self.robot.stop()
        wait_for("offline", lambda: daemon.library()["state"] == "offline")
        self.returns(4305, "a library that cannot be reached", "door", self.id, FAST)

    def test_a_queue_that_is_full(self):
        daemon = self.ready()
        connection = harness.Unix(daemon.socket, harness.PATIENCE)
        for i in range(1000):
            body = {"operation": "inventory", "not_before": f"2099-01-01T{i // 60:02}:{i % 60:02}:00Z"}
            connection.request("POST", "/v1/libraries/main/jobs", json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, 202, i)
        connection.close()
        self.returns(8, "a thousand requests wait", "door", self.id, FAST)

    def test_a_disk_that_is_full_or_broken(self):
        daemon = self.ready(start=False)
        disk = FailingDisk(daemon)
        daemon.start(**disk.environment)
        daemon.wait_online()
        self.id = daemon.library()["guid"]
        disk.becomes("full")
        self.returns(4314, "a full disk", "door", self.id, FAST)
        disk.becomes("good")
        wait_for("room again", lambda: self.call("door", self.id, NONE).code == 0)
        disk.becomes("broken")
        self.returns(4313, "a disk that fails", "door", self.id, FAST)

    def test_objects_are_told_and_changed(self):
        self.robot = self.sim("--instant")
        daemon = self.main = self.daemon({"id": "main", "device": self.robot.url, "poll_seconds": 1})
        daemon.wait_online()
        self.id = daemon.library()["guid"]
        self.assertEqual(self.call("list", LIBRARY).ids, [self.id])
        told = self.call("get", LIBRARY, self.id)
        counts = daemon.library()["counts"]
        self.assertEqual((told["szName"], told["LibraryType"], told["dwNumberOfSlots"], told["dwNumberOfDrives"],
                          told["dwNumberOfMedia"], told["dwNumberOfDoors"], told["InventoryMethod"]),
                         ("main", 2, counts["slots"], counts["drives"], counts["media"], 1, FAST))
        self.assertEqual(len(self.call("list", SLOT, self.id).ids), counts["slots"])
        self.returns(87, "a type that is not listed", "list", 12)
        self.returns(4312, "a container nobody has", "list", SLOT, NOBODY)
        self.returns(4312, "an object nobody has", "get", SLOT, NOBODY)
        self.assertEqual(self.call("set", LIBRARY, self.id, "szName", "Tape room \u00e4").code, 0)
        self.assertEqual(self.call("set", LIBRARY, self.id, "InventoryMethod", NONE).code, 0)
        self.assertEqual(self.call("set", LIBRARY, self.id, "AutoRecovery", 0).code, 0)
        told = self.call("get", LIBRARY, self.id)
        self.assertEqual((told["szName"], told["InventoryMethod"], told["AutoRecovery"]), ("Tape room \u00e4", NONE, 0))
        self.returns(87, "an inventory method there is none of", "set", LIBRARY, self.id, "InventoryMethod", 7)
        door = self.call("list", DOOR, self.id).ids[0]
        self.assertEqual(self.call("set", DOOR, door, "MaxOpenSecs", 0).code, 0)
        self.assertEqual(daemon.door()["max_open_seconds"], 0)
        self.assertEqual(self.call("share").code, 0)

    def test_media_are_mounted_and_dismounted(self):
        daemon = self.ready()
        medium = next(it for it in daemon.api.get("/v1/libraries/main/media")["media"]
                      if (it["element"] or {}).get("number") == 1 and it["element"]["type"] == "storage")["guid"]
        before = self.call("get", MEDIA, medium)
        self.assertEqual((before["LocationType"], before["Location"], before["MediaState"]),
                         (SLOT, before["HomeSlot"], 0))
        drives = self.call("list", DRIVE, self.id).ids
        self.returns(4318, "it is in no drive", "dismount", medium)
        self.returns(5023, "a drive that is empty", "dismount-drive", drives[1])
        self.returns(4300, "no such medium", "mount", NOBODY, 60000)
        self.returns(4321, "no such drive", "mount", medium, 60000, NOBODY)
        self.assertEqual(self.returns(0, "mounted", "mount", medium, 60000, drives[1])["drive"], drives[1])
        loaded = self.call("get", MEDIA, medium)
        self.assertEqual((loaded["LocationType"], loaded["Location"], loaded["HomeSlot"]),
                         (DRIVE, drives[1], before["HomeSlot"]))
        self.assertEqual(self.call("get", DRIVE, drives[1])["State"], 1)
        self.returns(170, "it is mounted", "mount", medium, 60000)
        self.returns(0, "queued", "dismount-drive", drives[1])
        wait_for("back in its slot", lambda: self.call("get", MEDIA, medium)["LocationType"] == SLOT)

    def test_requests_are_ordered_and_cancelled(self):
        daemon = self.ready()
        later = {"operation": "load", "not_before": "2099-01-01T00:00:00Z", "destination": "drive:1"}
        jobs = [daemon.submit(source=f"slot:{n}", **later) for n in (1, 2)]
        ids = {job: daemon.job(job)["guid"] for job in jobs}
        self.assertEqual(self.call("set-order", ids[jobs[1]], 1).code, 0)
        self.assertEqual(self.call("order", ids[jobs[0]]).code, 0)
        self.assertEqual(self.call("order", NOBODY)["order"], 0)
        self.returns(4312, "a request nobody has", "set-order", NOBODY, 1)
        self.returns(0, "cancelled", "cancel", ids[jobs[0]])
        daemon.wait_finished(jobs[0])
        self.assertEqual(self.call("get", LIBREQUEST, ids[jobs[0]])["State"], CANCELLED)
        self.returns(4312, "a request that is over", "cancel", ids[jobs[0]])
        self.assertEqual(self.call("delete", ids[jobs[0]], LIBREQUEST).code, 0)
        self.returns(87, "requests of no such type", "delete", ids[jobs[0]], SLOT)

    def test_the_operator_is_asked_and_answers(self):
        self.ready()
        asked = [self.call("ask", self.id, f"please look {n}")["id"] for n in range(3)]
        told = self.call("get", OPREQUEST, asked[0])
        self.assertEqual((told["Request"], told["State"], told["szMessage"]), (5, 1, "please look 0"))
        self.returns(1460, "not answered yet", "wait-request", asked[0], 0)
        self.returns(0, "answered for the operator", "satisfy", asked[0])
        self.returns(0, "it is answered", "wait-request", asked[0], 5000)
        self.returns(4312, "it was answered before", "satisfy", asked[0])
        self.returns(0, "refused", "refuse", asked[1])
        self.returns(5023, "it was refused before", "refuse", asked[1])
        self.returns(1223, "it was refused", "wait-request", asked[1], 5000)
        self.returns(4312, "a request nobody has", "wait-request", NOBODY, 0)
        self.close_while_waiting(asked[2])

    def close_while_waiting(self, request):
        waiting = subprocess.Popen(
            [str(BUILD.resolve() / "tests" / "ntms" / "ntms_calls"), self.main.socket, "close-while-waiting", request],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.assertEqual(waiting.stdout.readline(), "waits\n")
        files = f"/proc/{waiting.pid}/fd"

        def connected():
            found = []
            for file in os.listdir(files):
                try:
                    found.append(os.readlink(f"{files}/{file}"))
                except FileNotFoundError:
                    pass  # closed meanwhile
            return any(it.startswith("socket:") for it in found)

        wait_for("the call at work", connected)
        self.assertEqual(waiting.communicate("\n", timeout=harness.PATIENCE)[0], "1223\n")

    def test_notifications_come(self):
        daemon = self.ready()
        waiting = subprocess.Popen(
            [str(BUILD.resolve() / "tests" / "ntms" / "ntms_calls"), daemon.socket, "notify", str(LIBREQUEST), "30000"],
            stdout=subprocess.PIPE, text=True)
        self.assertEqual(waiting.stdout.readline(), "waits\n")
        job = daemon.submit(operation="inventory", inventory="fast")
        told = Told(waiting.communicate(timeout=harness.PATIENCE)[0])
        self.assertEqual((told.code, told["dwOperation"], told["ObjectId"]), (0, 1, daemon.job(job)["guid"]))
        done = subprocess.run([waiting.args[0], daemon.socket, "notify", str(OPREQUEST), "50"], capture_output=True,
                              text=True, check=True, timeout=harness.PATIENCE)
        self.assertEqual(done.stdout, "waits\n1460\n")


if __name__ == "__main__":
    harness.main()
