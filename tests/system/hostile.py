#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clients that mean harm, as one user; another user is served all the while. Each test prints what
the other user waited and what the attack cost the daemon in memory.

What is judged: every request of the other user is answered, none takes as long as the ten seconds a
request may take; the daemon grows by no more than 32 MiB; it does not end.
"""
import json
import mmap
import os
import pathlib
import resource
import socket
import time

import harness
from harness import SystemTest, Unix, library, program, wait_for

HOSTILE, OTHER = 4242, 4243
LONGEST_WAIT = 10.0  # seconds: the limit of one request
LARGEST_GROWTH = 32 * 1024  # KiB
REQUESTS = 200
JOBS = "/v1/libraries/main/jobs"


def is_sanitized():
    """A sanitizer's own memory is not the daemon's."""
    with open(program("changerd"), "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        return text.find(b"__asan_init") >= 0 or text.find(b"__tsan_init") >= 0


class Raw:
    """A connection that sends whatever it likes and never waits longer than it must."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(15)
        self.socket.connect(path)

    def send(self, data):
        """False once the server has closed."""
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def read_all(self):
        data = b""
        try:
            while chunk := self.socket.recv(65536):
                data += chunk
        except OSError:
            pass
        return data

    def close(self):
        self.socket.close()


class Hostile(SystemTest):
    def ready(self):
        self.robot = self.sim("--instant")
        daemon = self.daemon(library(self.robot.url, access=[{"user": str(HOSTILE), "rights": ["use", "control"]},
                                                             {"user": str(OTHER), "rights": ["use"]}]))
        daemon.wait_online()
        self.hostile, self.other = daemon.other(HOSTILE), daemon.other(OTHER)
        self.shared = self.directory / "shared"
        self.shared.mkdir()
        self.shared.chmod(0o777)
        self.other.run(lambda: self.waits(daemon.socket))  # what serving somebody costs, once
        return daemon

    @staticmethod
    def memory(daemon, name):
        text = pathlib.Path(f"/proc/{daemon.process.child.pid}/status").read_text(encoding="ascii")
        return int(next(line.split()[1] for line in text.splitlines() if line.startswith(name)))

    @staticmethod
    def waits(path, enough=lambda: True):
        """How long each of many requests takes, each on a connection of its own."""
        waits = []
        while len(waits) < REQUESTS or not enough():
            begun = time.monotonic()
            connection = Unix(path, timeout=LONGEST_WAIT)
            connection.request("GET", "/v1/libraries/main")
            answer = connection.getresponse()
            body = json.loads(answer.read())
            connection.close()
            waits.append(time.monotonic() - begun)
            if (answer.status, body.get("id")) != (200, "main"):
                raise AssertionError(f"{answer.status} {body}")
        return waits

    def attack(self, what, run, meanwhile=None):
        """Runs run(path, ready, stop) as the hostile user, and the other user's requests beside it,
        until the attack says that it has had its effect (the file `ready` has a text)."""
        daemon = self.ready()
        ready, stop = self.shared / "ready", self.shared / "stop"
        before = self.memory(daemon, "VmRSS")
        pathlib.Path(f"/proc/{daemon.process.child.pid}/clear_refs").write_text("5", encoding="ascii")

        def begin():
            _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
            return run(daemon.socket, ready, stop)

        begun = self.hostile.begin(begin)
        wait_for("the attack", ready.exists)
        if meanwhile:
            meanwhile(daemon)
        waits = sorted(self.other.run(lambda: self.waits(daemon.socket, lambda: ready.stat().st_size > 0)))
        stop.touch()
        outcome = self.hostile.end(begun)
        grown = self.memory(daemon, "VmHWM") - before
        print(f"{what}: another user's {len(waits)} requests: median {1000 * waits[len(waits) // 2]:.1f} ms, "
              f"p95 {1000 * waits[len(waits) * 95 // 100]:.1f} ms, longest {1000 * waits[-1]:.1f} ms; "
              f"the daemon grew by {grown} KiB at most; {outcome}", flush=True)
        self.assertTrue(daemon.process.running())
        self.assertLess(waits[-1], LONGEST_WAIT)
        if is_sanitized():
            print("the growth is not judged: a sanitizer's memory is in it")
        else:
            self.assertLessEqual(grown, LARGEST_GROWTH)
        self.assertEqual(daemon.stop(), 0)
        return outcome

    def drip(self, first, byte):
        """All connections that a user may have, each sending a byte now and then, again and again."""
        def run(path, ready, stop):
            connections, ended = [], 0
            while not stop.exists():
                while len(connections) < 64:
                    connections.append(Raw(path))
                    connections[-1].send(first)
                alive = [it for it in connections if it.send(byte)]
                for it in connections:
                    if it not in alive:
                        it.close()
                ended += len(connections) - len(alive)
                connections = alive
                ready.write_text("in effect" if ended >= 64 else "")
                time.sleep(0.02)  # the pace of the drip
            return f"{ended} connections were ended"
        return run

    def test_heads_that_come_a_byte_at_a_time(self):
        self.attack("slow heads", self.drip(b"GET /v1/jobs HTTP/1.1\r\nHost: x\r\nA: ", b"a"))

    def test_bodies_that_come_a_byte_at_a_time(self):
        self.attack("slow bodies", self.drip(
            f"POST {JOBS} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            "Content-Length: 60000\r\n\r\n".encode(), b" "))

    def test_38_megabytes_of_headers(self):
        def run(path, ready, stop):
            field = b"A: " + b"a" * 1000 + b"\r\n"
            rounds, refused, sent = 0, 0, 0
            while not stop.exists() or rounds == 0:
                connection = Raw(path)
                connection.send(b"GET /v1/jobs HTTP/1.1\r\nHost: x\r\n")
                for _ in range(38 * 1024):
                    if not connection.send(field):
                        break
                    sent += len(field)
                refused += connection.read_all().startswith(b"HTTP/1.1 431 ")
                connection.close()
                rounds += 1
                ready.write_text("in effect")
            if refused == 0:
                raise AssertionError("nobody was told 431")
            return f"{rounds} floods, {refused} answered 431, {sent // rounds // 1024} KiB taken of each"
        self.attack("38 MB of headers", run)

    def test_1000_idle_connections_of_one_user(self):
        def run(path, ready, stop):
            connections = []
            for _ in range(1000):
                connections.append(Raw(path))
                connections[-1].send(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
            served = refused = 0
            for it in connections:
                it.socket.settimeout(5)
                try:
                    status = it.socket.recv(12)
                except OSError:
                    status = b""
                served += status.endswith(b" 200")
                refused += status.endswith(b" 503")
            ready.write_text("in effect")
            wait_for("the end of the attack", stop.exists)
            if not 0 < served <= 64:
                raise AssertionError(f"{served} connections of one user were served")
            return f"{served} served, {refused} told that they are too many, the rest closed"
        self.attack("1,000 connections", run)

    def test_200_event_streams_that_nobody_reads(self):
        def run(path, ready, stop):
            streams = []
            for _ in range(200):
                connection = Raw(path)
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                connection.send(b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
                streams.append(connection)
            ready.write_text("in effect")
            wait_for("the end of the attack", stop.exists)
            return f"{len(streams)} streams asked for"

        def events(daemon):
            """A thousand and more: each submission is one, its cancellation another."""
            connection = Unix(daemon.socket, harness.PATIENCE)
            for i in range(500):
                body = json.dumps({"operation": "inventory", "not_before": f"2099-01-01T{i // 60:02}:{i % 60:02}:00Z"})
                connection.request("POST", JOBS, body, {"Content-Type": "application/json"})
                job = json.loads(connection.getresponse().read())["id"]
                connection.request("DELETE", f"/v1/jobs/{job}")
                connection.getresponse().read()
            connection.close()
        self.attack("200 streams", run, events)

    def test_garbage_that_follows_requests_and_chunks_that_lie(self):
        head = f"POST {JOBS} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()
        chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
        deep = b"[" * 30000 + b"]" * 30000
        attempts = [
            b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n" * 50 + os.urandom(4096) + b"\r\n\r\n",
            b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n" + b"\0" * 9000,
            chunked + b"5\r\nhel",
            chunked + b"FFFFFFFFFFFFFFFF\r\nx\r\n0\r\n\r\n",
            chunked + b"-1\r\nx\r\n0\r\n\r\n",
            chunked + b"1;" + b"e" * 20000 + b"\r\nx\r\n0\r\n\r\n",
            chunked + b"1\r\nx\r\n" * 30000 + b"0\r\n\r\n",
            chunked + b"0\r\n" + b"T: t\r\n" * 10000 + b"\r\n",
            chunked + b"2\r\n{}\r\n0\r\n\r\nGET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n",
            head + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}",
            head + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            head + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
            head + b"Content-Length: +2\r\n\r\n{}",
            head + b"Content-Length: 60000\r\n\r\n" + deep,
            head + b"Content-Length: 60000\r\n\r\n" + b'{"a":' * 12000,
            head + b"Content-Length: 60000\r\n\r\n" + b"9" * 60000,
            head + b"Content-Length: 65537\r\n\r\n" + b" " * 65537,
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(500),
            b"GET " + b"/" * 8100 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /v1/libraries/" + b"%41" * 2000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /v1/jobs HTTP/1.1\nHost: x\n\n",
            b"GET /v1/jobs HTTP/1.1\r\n folded\r\nHost: x\r\n\r\n",
        ]

        def run(path, ready, stop):
            rounds = 0
            while not stop.exists() or rounds == 0:
                for attempt in attempts:
                    connection = Raw(path)
                    connection.send(attempt)
                    try:
                        connection.socket.shutdown(socket.SHUT_WR)
                    except OSError:
                        pass
                    answer = connection.read_all()
                    connection.close()
                    for status in (b" 500 ", b" 202 "):
                        if b"HTTP/1.1" + status in answer:
                            raise AssertionError(f"{attempt[:80]!r}: {answer[:200]!r}")
                rounds += 1
                ready.write_text("in effect")
            return f"{rounds * len(attempts)} attempts"
        daemon_jobs = self.attack("garbage", run)
        self.assertIn("attempts", daemon_jobs)


if __name__ == "__main__":
    harness.main()
