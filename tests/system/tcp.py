#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The API over TCP: off unless configured, on this machine alone, and only for who has a token."""
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import unittest

import harness
import validate
from harness import SystemTest, library, program, wait_for

SECRET, OTHER = "a-token-of-the-nightly-job", "another-token"


def digest(secret):
    return hashlib.sha256(secret.encode()).hexdigest()


class Tcp(SystemTest):
    def configured(self, start=True, listen="127.0.0.1:0", mode=0o600, lines=None, **settings):
        robot, second = "sim:default?instant&serial=ONE", "sim:default?instant&serial=TWO"
        self.tokens = self.directory / "tokens"
        self.write_tokens(lines or [f"nightly {digest(SECRET)}", f"console {digest(OTHER)}"])
        self.tokens.chmod(mode)
        access = [{"token": "nightly", "rights": ["use"]}, {"token": "console", "rights": ["use", "control"]}]
        daemon = self.daemon(library(robot, access=access), library(second, name="second"), start=start,
                             tcp_listen=listen, tokens_file=str(self.tokens), **settings)
        if start:
            daemon.wait_online()
            daemon.wait_online("second")
            self.port = int(re.search(r"listening at 127.0.0.1 port (\d+)", daemon.process.output()).group(1))
        return daemon

    def write_tokens(self, lines):
        self.tokens.write_text("# NAME SHA256\n" + "\n".join(lines) + "\n", encoding="utf-8")

    def call(self, method, target, secret=None, body=None, connection=None, **headers):
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=harness.PATIENCE)
        head = {it.replace("_", "-"): value for it, value in headers.items()}
        if secret is not None:
            head["Authorization"] = f"Bearer {secret}"
        if body is not None:
            head["Content-Type"] = "application/json"
        own.request(method, target, json.dumps(body) if body is not None else None, head)
        answer = own.getresponse()
        text = answer.read()
        if connection is None:
            own.close()
        validate.check(method, target, answer.status, text)
        return harness.Answer(answer.status, dict(answer.getheaders()), json.loads(text))

    def test_off_by_default(self):
        daemon = self.daemon(library(self.sim("--instant").url))
        self.assertNotIn(" port ", daemon.process.output())

    def test_it_is_there_at_the_one_address_of_this_machine_that_was_configured(self):
        self.configured()
        self.assertEqual(self.call("GET", "/v1/libraries", SECRET).status, 200)
        with self.assertRaises(ConnectionRefusedError):  # loopback too, and another address
            socket.create_connection(("127.0.0.2", self.port), timeout=harness.PATIENCE)

    def test_who_has_a_token_has_its_rights(self):
        daemon = self.configured()
        self.assertEqual(self.call("GET", "/v1/libraries", SECRET).body["libraries"][0]["id"], "main")
        self.assertEqual(len(self.call("GET", "/v1/libraries", SECRET).body["libraries"]), 1)
        self.assertEqual(self.call("GET", "/v1/libraries/second", SECRET).status, 404)
        jobs = "/v1/libraries/main/jobs"
        answer = self.call("POST", jobs, SECRET, {"operation": "door"})
        self.assertEqual((answer.status, answer.body["code"]), (403, "access_denied"))
        self.assertIn("refused token:nightly: POST /v1/libraries/main/jobs", daemon.process.output())
        answer = self.call("POST", jobs, OTHER, {"operation": "door"})
        self.assertEqual(answer.status, 202, answer.body)
        self.assertEqual(answer.body["submitted_by"], "token:console")
        self.assertEqual(self.call("DELETE", f"/v1/jobs/{answer.body['id']}", SECRET).status, 403)

    def test_without_a_token_only_the_health_is_told_and_no_library_named(self):
        daemon = self.configured()
        answer = self.call("GET", "/v1/health")
        self.assertEqual((answer.status, answer.body["status"], answer.body["libraries"]), (200, "ok", []))
        self.call("GET", "/v1/jobs", "guessed")
        said = daemon.process.output()
        self.assertIn("refused nobody: GET /v1/jobs: this token is not known", said)
        self.assertNotIn("guessed", said)
        for method, target in (("GET", "/v1/libraries"), ("GET", "/v1/openapi.json"), ("GET", "/v1/events"),
                               ("GET", "/v1/libraries?device_serial=SIM0000001"), ("GET", "/v1/health?x=1"),
                               ("POST", "/v1/libraries/main/jobs"), ("GET", "/nowhere")):
            for secret in (None, "", "wrong", digest(SECRET)):
                with self.subTest(target=target, secret=secret):
                    answer = self.call(method, target, secret)
                    self.assertEqual((answer.status, answer.body["code"]), (401, "access_denied"))
                    self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")

    def test_another_host_or_origin_is_refused_with_the_right_token(self):
        self.configured()
        own = f"127.0.0.1:{self.port}"
        for headers in ({"Host": "evil.example"}, {"Host": f"evil.example:{self.port}"}, {"Host": "127.0.0.1"},
                        {"Host": own, "Origin": "http://evil.example"}, {"Host": own, "Origin": "null"}):
            with self.subTest(headers=headers):
                self.assertEqual(self.call("GET", "/v1/libraries", SECRET, **headers).status, 403)
                self.assertEqual(self.call("GET", "/v1/health", **headers).status, 403)
        self.assertEqual(self.call("GET", "/v1/libraries", SECRET, Host=f"localhost:{self.port}",
                                   Origin=f"http://localhost:{self.port}").status, 200)

    def test_who_has_shown_no_token_has_sixteen_places_and_takes_nobody_elses(self):
        self.configured()
        def connect():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=harness.PATIENCE)
            self.addCleanup(connection.close)
            return connection

        known = [connect() for _ in range(10)]
        for connection in known:
            self.assertEqual(self.call("GET", "/v1/libraries", SECRET, connection=connection).status, 200)
        unknown = [connect() for _ in range(16)]
        for connection in unknown:
            self.assertEqual(self.call("GET", "/v1/health", connection=connection).status, 200)
        answer = self.call("GET", "/v1/libraries", SECRET)
        self.assertEqual((answer.status, answer.body["code"]), (503, "not_enough_memory"))
        for connection in known:
            self.assertEqual(self.call("GET", "/v1/libraries", SECRET, connection=connection).status, 200)
        # Who shows a token at last leaves his place to another.
        self.assertEqual(self.call("GET", "/v1/libraries", SECRET, connection=unknown[0]).status, 200)
        self.assertEqual(self.call("GET", "/v1/libraries", SECRET).status, 200)

    def test_a_token_that_is_taken_away_is_gone_with_its_connections(self):
        daemon = self.configured()
        kept = http.client.HTTPConnection("127.0.0.1", self.port, timeout=harness.PATIENCE)
        self.addCleanup(kept.close)
        self.assertEqual(self.call("GET", "/v1/libraries", SECRET, connection=kept).status, 200)
        stream = http.client.HTTPConnection("127.0.0.1", self.port, timeout=harness.PATIENCE)
        self.addCleanup(stream.close)
        stream.request("GET", "/v1/events", headers={"Authorization": f"Bearer {SECRET}"})
        events = stream.getresponse()
        self.write_tokens([f"nightly {digest('new')}", f"console {digest(OTHER)}"])
        daemon.process.child.send_signal(signal.SIGHUP)
        wait_for("the reload", lambda: "read again and holds" in daemon.process.output())
        events.read()  # it ends
        kept.close()
        self.assertEqual(self.call("GET", "/v1/libraries", SECRET).status, 401)
        self.assertEqual(self.call("GET", "/v1/libraries", "new").status, 200)
        self.tokens.chmod(0o644)
        daemon.process.child.send_signal(signal.SIGHUP)
        wait_for("the refusal", lambda: "chmod 0600" in daemon.process.output())
        self.assertEqual(self.call("GET", "/v1/libraries", "new").status, 200)

    def test_what_must_not_be_configured_is_refused_at_the_start(self):
        for settings, reason in (
                ({"listen": "0.0.0.0:9620"}, "/tcp_listen: must be 127.0.0.1:PORT"),
                ({"listen": "192.0.2.1:9620"}, "/tcp_listen: must be"),
                ({"listen": "localhost:9620"}, "/tcp_listen: must be"),
                ({"listen": "127.0.0.1"}, "/tcp_listen: must be"),
                ({"listen": "9620"}, "/tcp_listen: must be"),
                ({"listen": "127.0.0.1:99999"}, "/tcp_listen: must be"),
                ({"mode": 0o640}, "chmod 0600"),
                ({"lines": [f"nightly {digest(SECRET)}"]}, "/libraries/0/access/1/token: there is no token `console`"),
                ({"lines": ["nightly secret"]}, "line 2")):
            with self.subTest(reason=reason):
                daemon = self.configured(start=False, **settings)
                done = subprocess.run([program("changerd"), "--config", str(daemon.config)], capture_output=True,
                                      text=True, check=False, timeout=harness.PATIENCE, stdin=subprocess.DEVNULL)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(reason, done.stderr)

    @unittest.skipUnless(os.getuid() == 0, "giving a file to another user needs root")
    def test_tokens_of_another_user_are_refused(self):
        daemon = self.configured(start=False)
        os.chown(self.tokens, 4242, 4242)
        done = subprocess.run([program("changerd"), "--config", str(daemon.config)], capture_output=True,
                              text=True, check=False, timeout=harness.PATIENCE, stdin=subprocess.DEVNULL)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("belongs to uid 4242", done.stderr)


if __name__ == "__main__":
    harness.main()
