#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may do what, with the real ids of other users: rights come from the configuration."""
import json
import subprocess

import harness
from harness import SystemTest, Unix, library, program, wait_for

USER, OTHER = 4242, 4243  # nobody's ids: the configuration may give a number as well as a name
GROUP = 4300
LATER = "2099-01-01T00:00:00Z"


def grant(rights, **who):
    return {**who, "rights": rights}


class Rights(SystemTest):
    def ready(self, access, **settings):
        self.main = self.sim("--instant")
        second = self.sim("--instant", name="sim2")
        daemon = self.daemon(library(self.main.url, access=list(access), **settings),
                             library(second.url, name="second"))
        daemon.wait_online()
        daemon.wait_online("second")
        return daemon

    def refused(self, daemon, who, status, code, method, target, body=None):
        """What is refused changes nothing, and is in the log with who asked and what for."""
        jobs = daemon.api.get("/v1/jobs")["jobs"]
        answer = who.call(method, target, body)
        self.assertEqual((answer.status, answer.body["code"]), (status, code), answer.body)
        self.assertEqual([it["id"] for it in daemon.api.get("/v1/jobs")["jobs"]], [it["id"] for it in jobs])
        self.assertIn(f"refused uid:{who.ids[0]}: {method} {target}", daemon.process.output())
        return answer.body["detail"]

    def test_without_an_entry_anywhere_everything_is_refused_but_the_question_of_ownership(self):
        daemon = self.ready([grant(["use"], user=str(USER))])
        stranger = daemon.other(OTHER)
        for method, target in (("GET", "/v1/libraries"), ("GET", "/v1/libraries/main"), ("GET", "/v1/jobs"),
                               ("GET", "/v1/events"), ("GET", "/v1/health"), ("GET", "/v1/openapi.json"),
                               ("POST", "/v1/libraries/main/jobs"), ("DELETE", "/v1/jobs/main-1"),
                               ("GET", "/nowhere")):
            with self.subTest(target=target):
                self.refused(daemon, stranger, 403, "access_denied", method, target)
        serial = daemon.library()["identity"]["serial"]
        answer = stranger.call("GET", f"/v1/libraries?device_serial={serial}")
        self.assertEqual((answer.status, answer.body["owned"], answer.body["library"]), (200, True, None))

    def test_use_reads_loads_and_unloads_and_no_more(self):
        daemon = self.ready([grant(["use"], user=str(USER))])
        who = daemon.other(USER)
        for target in ("/v1/libraries/main", "/v1/libraries/main/elements", "/v1/libraries/main/drives",
                       "/v1/libraries/main/media", "/v1/libraries/main/door", "/v1/libraries/main/diff",
                       "/v1/health", "/v1/openapi.json"):
            self.assertEqual(who.call("GET", target).status, 200, target)
        jobs = "/v1/libraries/main/jobs"
        for body in ({"operation": "door"}, {"operation": "inventory"},
                     {"operation": "move", "source": "slot:1", "destination": "slot:24"},
                     {"operation": "exchange", "source": "slot:1", "destination": "slot:2"},
                     {"operation": "position", "destination": "slot:1"}):
            with self.subTest(body=body):
                self.assertIn("'control'", self.refused(daemon, who, 403, "access_denied", "POST", jobs, body))
        full = next(e for e in daemon.elements() if e["type"] == "storage" and e["full"])
        for body in ({"operation": "load", "source": f"slot:{full['number']}", "destination": "drive:1"},
                     {"operation": "unload", "source": "drive:1"}):
            answer = who.call("POST", jobs, body)
            self.assertEqual(answer.status, 202, answer.body)
            self.assertEqual(daemon.wait_passed(answer.body["id"])["submitted_by"], f"uid:{USER}")

    def test_another_library_is_not_there(self):
        daemon = self.ready([grant(["use", "control"], user=str(USER))])
        hidden = daemon.submit("second", operation="inventory", not_before=LATER)
        who = daemon.other(USER)
        self.assertEqual([it["id"] for it in who.call("GET", "/v1/libraries").body["libraries"]], ["main"])
        self.assertEqual([it["id"] for it in who.call("GET", "/v1/health").body["libraries"]], ["main"])
        self.assertEqual(who.call("GET", "/v1/jobs").body["jobs"], [])
        self.assertEqual(who.call("GET", "/v1/operator-requests").body["operator_requests"], [])
        for method, target in (("GET", "/v1/libraries/second"), ("GET", "/v1/libraries/second/elements"),
                               ("GET", f"/v1/jobs/{hidden}"), ("DELETE", f"/v1/jobs/{hidden}"),
                               ("GET", "/v1/operator-requests/second-r1")):
            with self.subTest(target=target):
                self.refused(daemon, who, 404, "not_found", method, target)
        answer = who.call("POST", "/v1/libraries/second/jobs", {"operation": "inventory"})
        self.assertEqual(answer.status, 404)

    def test_events_of_another_library_are_not_heard(self):
        daemon = self.ready([grant(["use", "control"], user=str(USER))])
        who = daemon.other(USER)

        shared = self.directory / "shared"
        shared.mkdir()
        shared.chmod(0o777)
        flag, go = shared / "listens", shared / "go"

        def listen():
            connection = Unix(who.path, timeout=harness.PATIENCE)
            connection.request("GET", "/v1/events")
            stream = connection.getresponse()
            stream.readline()  # the first line is a comment: from now on everything is heard
            flag.touch()
            wait_for("a job of the other library", go.exists)
            harness.Api(who.path).call("POST", "/v1/libraries/main/jobs",
                                       {"operation": "inventory", "not_before": LATER})
            heard = []
            while not any(it["job"] == "main-1" for it in heard):
                line = stream.readline().decode()
                if line.startswith("data: "):
                    heard.append(json.loads(line[6:]))
            return heard

        begun = who.begin(listen)
        wait_for("a reader of events", flag.exists)
        daemon.submit("second", operation="inventory", not_before=LATER)
        go.touch()
        self.assertEqual({it["library"] for it in who.end(begun)}, {"main"})

    def test_a_job_is_cancelled_by_who_has_control_or_who_submitted_it(self):
        daemon = self.ready([grant(["use"], user=str(USER)), grant(["use"], user=str(OTHER)),
                             grant(["use", "control"], group=str(GROUP))])
        user, other = daemon.other(USER), daemon.other(OTHER)
        operator = daemon.other(4999, 4999, groups=[7, GROUP])
        full = next(e for e in daemon.elements() if e["type"] == "storage" and e["full"])
        body = {"operation": "load", "source": f"slot:{full['number']}", "destination": "drive:1",
                "not_before": LATER}
        jobs = [user.call("POST", "/v1/libraries/main/jobs", {**body, "priority": i}).body["id"] for i in range(2)]
        said = self.refused(daemon, other, 403, "access_denied", "DELETE", f"/v1/jobs/{jobs[0]}")
        self.assertIn("belongs to", said)
        self.assertEqual(daemon.job(jobs[0])["state"], "queued")
        self.assertEqual(user.call("DELETE", f"/v1/jobs/{jobs[0]}").status, 202)
        self.assertEqual(operator.call("DELETE", f"/v1/jobs/{jobs[1]}").status, 202)
        for job in jobs:
            self.assertEqual(daemon.wait_finished(job)["state"], "cancelled")

    def test_an_operator_request_is_answered_with_control_only(self):
        daemon = self.ready([grant(["use"], user=str(USER)), grant(["use", "control"], user=str(OTHER))],
                            door={"max_open_seconds": 0})
        daemon.wait_phase(daemon.submit(operation="door", inventory="none"), "unlocked")
        self.main.ctl("open-door")
        request = daemon.wait_request()["id"]
        target, answer = f"/v1/operator-requests/{request}", {"answer": "refuse"}
        user, other = daemon.other(USER), daemon.other(OTHER)
        self.assertEqual(user.call("GET", target).status, 200)
        self.refused(daemon, user, 403, "access_denied", "POST", target, answer)
        self.assertEqual(daemon.api.get(target)["state"], "pending")
        self.assertEqual(other.call("POST", target, answer).status, 200)

    def test_the_group_of_a_process_counts_as_its_supplementary_groups_do(self):
        daemon = self.ready([grant(["use"], group=str(GROUP))])
        self.assertEqual(daemon.other(USER, GROUP).call("GET", "/v1/libraries/main").status, 200)
        self.assertEqual(daemon.other(USER, 1, [GROUP]).call("GET", "/v1/libraries/main").status, 200)
        self.refused(daemon, daemon.other(GROUP, 1, [2]), 403, "access_denied", "GET", "/v1/libraries/main")
        many = [*range(5000, 5300), GROUP]  # more than are asked for at first
        self.assertEqual(daemon.other(USER, 1, many).call("GET", "/v1/libraries/main").status, 200)
        self.refused(daemon, daemon.other(USER, 1, many[:-1]), 403, "access_denied", "GET", "/v1/libraries/main")

    def test_changerctl_says_it_and_exits_4(self):
        daemon = self.ready([grant(["use"], user=str(USER))])
        done = daemon.other(OTHER).ctl("status")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn(f"uid:{OTHER}", done.stderr)
        done = daemon.other(USER).ctl("door", "open")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("'control'", done.stderr)

    def test_a_name_nobody_has_is_named_by_its_place(self):
        daemon = self.daemon(library("sim:default", access=[grant(["use"], user="root"),
                                                            grant(["use"], group="no-such-group")]), start=False)
        for words in (["--check-config"], []):
            done = subprocess.run([program("changerd"), "--config", str(daemon.config), *words], check=False,
                                  capture_output=True, text=True, timeout=harness.PATIENCE, stdin=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("/libraries/0/access/1/group: there is no group `no-such-group`", done.stderr)


if __name__ == "__main__":
    harness.main()
