#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the API promises of every request: limits with a problem document each, idempotency keys that
outlive the daemon, event streams that resume or say that they cannot.
"""
import json
import socket

import harness
import validate
from harness import SystemTest, Unix, library, wait_for

JOBS = "/v1/libraries/main/jobs"
LATER = "2099-01-01T00:00:00Z"
SLEEPING = {"operation": "inventory", "inventory": "fast", "not_before": LATER}


class Contract(SystemTest):
    def ready(self, **settings):
        self.robot = self.sim("--instant")
        daemon = self.daemon(library(self.robot.url, **settings))
        daemon.wait_online()
        return daemon

    def raw(self, daemon, data, method="GET", target="/v1/jobs"):
        """Sends bytes as they are; returns status, headers and the validated body of the answer."""
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(harness.PATIENCE)
        connection.connect(daemon.socket)
        with connection:
            try:
                connection.sendall(data)
            except BrokenPipeError:
                pass
            text = b""
            while chunk := connection.recv(65536):
                text += chunk
        head, _, body = text.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        status = int(lines[0].split()[1])
        validate.check(method, target, status, body)
        self.assertEqual(headers["Content-Type"], "application/problem+json" if status >= 400 else "application/json")
        self.assertEqual(int(headers["Content-Length"]), len(body))
        return status, headers, json.loads(body)

    def test_every_limit_has_its_status_and_a_problem_document(self):
        daemon = self.ready()
        end = "Host: x\r\nConnection: close\r\n"

        def get(path="/v1/jobs", more=""):
            return f"GET {path} HTTP/1.1\r\n{end}{more}\r\n".encode()

        def post(body, more=""):
            return (f"POST {JOBS} HTTP/1.1\r\n{end}Content-Type: application/json\r\n{more}"
                    f"Content-Length: {len(body)}\r\n\r\n").encode() + body

        head = len(get(more="A: \r\n"))
        deep = lambda n: b'{"operation":' + b"[" * (n - 1) + b"]" * (n - 1) + b"}"
        for what, data, status in (
                ("a head of 8 KiB", get(more="A: " + "a" * (8192 - head) + "\r\n"), 200),
                ("a byte more", get(more="A: " + "a" * (8193 - head) + "\r\n"), 431),
                ("a body of 64 KiB", post(b'{"operation":"x"}' + b" " * (65536 - 17)), 400),
                ("a byte more", post(b'{"operation":"x"}' + b" " * (65537 - 17)), 413),
                ("no such path", get("/v2"), 404),
                ("no such method", b"PATCH /v1/jobs HTTP/1.1\r\n" + end.encode() + b"\r\n", 405),
                ("32 levels", post(deep(32)), 400),
                ("33 levels", post(deep(33)), 400)):
            with self.subTest(what=what, status=status):
                method = data.split()[0].decode()
                got, headers, body = self.raw(daemon, data, method, data.split()[1].decode())
                self.assertEqual(got, status, body)
                if status == 405:
                    self.assertEqual(headers["Allow"], "GET")
                if what in ("32 levels", "33 levels"):
                    self.assertEqual("deep" in body["detail"] or "nest" in body["detail"], what == "33 levels", body)
        self.assertEqual(daemon.api.get("/v1/jobs")["jobs"], [])

    def test_a_request_that_takes_ten_seconds_is_answered_408(self):
        daemon = self.ready()
        status, headers, body = self.raw(daemon, b"GET /v1/jobs HTTP/1.1\r\nHost: x\r\n")
        self.assertEqual((status, headers["Connection"]), (408, "close"), body)

    def test_root_gets_in_where_others_have_taken_every_place(self):
        daemon = self.ready(access=[{"user": str(uid), "rights": ["use"]} for uid in range(4242, 4247)])
        others = [daemon.other(uid) for uid in range(4242, 4247)]
        shared = self.directory / "shared"
        shared.mkdir()
        shared.chmod(0o777)

        def take(count, mark):
            def run():
                taken, served = [], 0
                for _ in range(count):
                    connection = Unix(daemon.socket, timeout=harness.PATIENCE)
                    connection.connect()
                    try:
                        connection.request("GET", "/v1/health")
                        served += connection.getresponse().status == 200
                    except OSError:
                        pass
                    taken.append(connection)
                (shared / mark).touch()
                wait_for("the end", (shared / "end").exists)
                for connection in taken:
                    connection.close()
                return served
            return run

        begun = [(it, it.begin(take(63, str(i)))) for i, it in enumerate(others[:4])]
        for i in range(4):
            wait_for("places taken", (shared / str(i)).exists)
        last = others[4].call("GET", "/v1/health")
        self.assertEqual((last.status, last.body["code"], last.headers["Retry-After"]),
                         (503, "not_enough_memory", "1"))
        kept = [Unix(daemon.socket, timeout=harness.PATIENCE) for _ in range(4)]
        for connection in kept:
            connection.request("GET", "/v1/health")
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, 200)
        self.assertEqual(daemon.api.call("GET", "/v1/health").status, 503, "root has four places, not more")
        (shared / "end").touch()
        self.assertEqual([it.end(handle) for it, handle in begun], [63] * 4)
        for connection in kept:
            connection.close()
        wait_for("places free again", lambda: others[4].call("GET", "/v1/health").status == 200)

    def test_a_key_is_one_job_across_a_kill_for_its_caller_alone(self):
        daemon = self.ready(access=[{"user": "4242", "rights": ["use", "control"]}])
        key = {"Idempotency-Key": "night-1"}
        first = daemon.api.call("POST", JOBS, SLEEPING, key)
        self.assertEqual(first.status, 202, first.body)
        other = daemon.other(4242).call("POST", JOBS, {**SLEEPING, "not_before": "2099-01-02T00:00:00Z"}, key)
        self.assertEqual(other.status, 202, other.body)
        self.assertNotEqual(other.body["id"], first.body["id"])
        daemon.kill()
        daemon.start()
        daemon.wait_online()
        again = daemon.api.call("POST", JOBS, SLEEPING, key)
        self.assertEqual((again.status, again.body["id"]), (202, first.body["id"]))
        self.assertEqual(again.headers["Location"], first.headers["Location"])
        spelled = json.dumps(dict(reversed(SLEEPING.items())), indent=3).encode()
        self.assertEqual(daemon.api.call("POST", JOBS, spelled, key).body["id"], first.body["id"])
        changed = daemon.api.call("POST", JOBS, {**SLEEPING, "inventory": "none"}, key)
        self.assertIn(changed.status, (400, 422), changed.body)
        changed = daemon.api.call("POST", JOBS, {"operation": "door", "not_before": LATER}, key)
        self.assertEqual((changed.status, changed.body["code"]), (422, "invalid_parameter"))
        self.assertEqual(len(daemon.api.get("/v1/jobs")["jobs"]), 2)
        for bad in ("", "a b", "x" * 256):
            self.assertEqual(daemon.api.call("POST", JOBS, SLEEPING, {"Idempotency-Key": bad}).status, 400)

    def events(self, daemon, last=None):
        connection = Unix(daemon.socket, timeout=harness.PATIENCE)
        self.addCleanup(connection.close)
        connection.request("GET", "/v1/events", headers={"Last-Event-ID": last} if last else {})
        stream = connection.getresponse()
        self.assertEqual(stream.getheader("Content-Type"), "text/event-stream")
        stream.readline()
        return stream

    def next_event(self, stream):
        event = {}
        while True:
            line = stream.readline().decode().rstrip("\n")
            if not line and "data" in event:
                self.assertEqual(validate._contract().check_event(event["data"]), [])
                return event
            name, _, value = line.partition(": ")
            if name:
                event[name] = value

    def test_a_stream_resumes_where_its_reader_was_and_says_when_it_cannot(self):
        daemon = self.ready()
        stream = self.events(daemon)
        jobs = [daemon.submit(**{**SLEEPING, "not_before": f"2099-01-01T00:00:0{i}Z"}) for i in range(3)]
        heard = []
        while not any(json.loads(it["data"])["job"] == jobs[-1] for it in heard):
            heard.append(self.next_event(stream))
        resumed = self.events(daemon, heard[0]["id"])
        for expected in heard[1:]:
            self.assertEqual(self.next_event(resumed), expected)
        self.assertEqual(self.next_event(self.events(daemon, "nonsense"))["event"], "overflow")
        last = heard[-1]["id"]
        daemon.kill()
        daemon.start()
        daemon.wait_online()
        self.assertEqual(self.next_event(self.events(daemon, last))["event"], "overflow", "of another run")


if __name__ == "__main__":
    harness.main()
