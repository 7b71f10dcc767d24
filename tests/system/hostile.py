#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clients that mean harm, as a user of their own: while each attack stands, another user is served,
the daemon's memory stays where it was, and what cannot be a request is refused.

The times that the other user's requests took are printed, not judged.
"""
import contextlib
import os
import pathlib
import pwd
import random
import resource
import socket
import sys
import time
import traceback
import unittest

import harness
from harness import SystemTest, library

ATTACKER = "games"  # a user every Debian has
OF_ONE_USER = 64    # connections, as the daemon allows
MOST_GROWTH = 32 * 1024  # KiB
SANITIZED = any(name in os.environ for name in ("ASAN_OPTIONS", "TSAN_OPTIONS"))  # these keep what is freed


class Wire:
    """One connection on which nothing is sent that the attack does not send."""

    def __init__(self, path, patience=30):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(patience)
        self.socket.connect(path)

    def send(self, data):
        """Returns False if the daemon has closed the connection."""
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def answer(self):
        """Everything until the daemon closes the connection."""
        text = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := self.socket.recv(65536):
                text += piece
        self.socket.close()
        return text

    def status(self):
        """The status of the last answer; None if there was no answer at all."""
        found = [line for line in self.answer().split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
        return int(found[-1].split()[1]) if found else None


def drip(wires, piece, until):
    """Sends a piece over each wire again and again, until `until()` or no wire is left."""
    while wires and not until():
        wires = [wire for wire in wires if wire.send(piece)]
        time.sleep(0.05)


def slow(head, piece):
    """Requests that arrive byte by byte and are never whole: each is cut after its time."""
    def attack(path, stands, _over):
        wires = [Wire(path) for _ in range(OF_ONE_USER - 4)]
        for wire in wires:
            wire.send(head)
        stands()
        begin = time.monotonic()
        drip(list(wires), piece, lambda: time.monotonic() - begin > 12)
        outcomes = [wire.status() for wire in wires]
        assert set(outcomes) <= {408, None}, outcomes
        assert outcomes.count(408) > 0, outcomes
    return attack


def endless_head(path, stands, _over):
    """38 MB of headers: refused when the head is too large, not when it has arrived."""
    line = b"X-Filler: " + b"a" * 1000 + b"\r\n"
    for _ in range(8):
        wire = Wire(path)
        wire.send(b"GET /v1/libraries HTTP/1.1\r\nHost: x\r\n")
        sent = 0
        while sent < 38_000_000 and wire.send(line):
            sent += len(line)
        assert sent < 4_000_000, f"the daemon took {sent} bytes of a head"
        assert wire.status() in (431, None)
    stands()


def idle_connections(path, stands, over):
    """A thousand connections of one user: all but its share are turned away."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    wires = []
    for _ in range(1000):
        with contextlib.suppress(BlockingIOError, ConnectionError):
            wires.append(Wire(path))
    stands()
    over()
    turned_away = 0
    for wire in wires:
        wire.socket.settimeout(0.0)
        try:
            answer = wire.socket.recv(4096)
        except BlockingIOError:
            continue  # one of its share
        except ConnectionResetError:
            answer = b""
        assert answer == b"" or answer.startswith(b"HTTP/1.1 503 "), answer
        turned_away += 1
    assert len(wires) - turned_away <= OF_ONE_USER, (len(wires), turned_away)


def deaf_streams(path, stands, over):
    """200 readers of events that never read."""
    wires = []
    for _ in range(200):
        with contextlib.suppress(BlockingIOError, ConnectionError):
            wire = Wire(path)
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            wire.send(b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
            wires.append(wire)
    streams = 0
    for wire in wires:
        with contextlib.suppress(ConnectionResetError):
            streams += wire.socket.recv(12) == b"HTTP/1.1 200"
    assert 0 < streams <= OF_ONE_USER, streams
    stands()
    over()


def garbage(path, stands, _over):
    """A request, and behind it in the same breath what is none."""
    noise = random.Random(4)
    for _ in range(300):
        wire = Wire(path)
        wire.send(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n" + noise.randbytes(noise.randrange(1, 9000))
                  + b"\r\n\r\n")
        wire.socket.shutdown(socket.SHUT_WR)
        status = wire.status()
        assert status in (200, 400, 431), status
    stands()


POST = b"POST /v1/libraries/main/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

CHUNKED_TRICKS = [
    b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n1;" + b"e" * 200_000 + b"\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"Trailer: t\r\n" * 20_000,
    b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n{\r\n" * 100_000,
    b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"Content-Length: -5\r\n\r\nhello",
    b"Content-Length: 99999999999999999999999\r\n\r\nhello",
    b"Content-Length: 70000\r\n\r\nhello",
]


def chunked_tricks(path, stands, _over):
    """Bodies that two readers could understand differently, or that have no end."""
    for trick in CHUNKED_TRICKS:
        wire = Wire(path)
        wire.send(POST + trick)
        with contextlib.suppress(OSError):
            wire.socket.shutdown(socket.SHUT_WR)
        status = wire.status()
        assert status in (400, 413, 431, None), (trick[:60], status)
    stands()


def deep_json(path, stands, _over):
    """JSON as deep as a body allows."""
    for piece in (b"[", b'{"a":', b'[{"a":['):
        for _ in range(50):
            body = piece * (60_000 // len(piece))
            wire = Wire(path)
            wire.send(POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            assert wire.status() == 400
    stands()


class Hostile(SystemTest):
    def setUp(self):
        super().setUp()
        if os.getuid() != 0:
            raise unittest.SkipTest("an attacker is another user, and only root can become one")
        self.directory.chmod(0o755)
        sim = self.sim("--instant")
        self.victim = self.daemon(library(
            sim.url, access=[{"user": ATTACKER, "rights": ["use", "modify", "control"]}]))
        self.victim.wait_online()

    def resident(self):
        """KiB."""
        status = pathlib.Path(f"/proc/{self.victim.process.child.pid}/status").read_text(encoding="ascii")
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))

    def start(self, attack):
        """Runs an attack as another user. Returns functions that wait until it stands, and end it."""
        stands_read, stands_write = os.pipe()
        over_read, over_write = os.pipe()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.close(over_write)
                user = pwd.getpwnam(ATTACKER)
                os.setgroups([])
                os.setgid(user.pw_gid)
                os.setuid(user.pw_uid)
                attack(self.victim.socket, lambda: os.write(stands_write, b"!"), lambda: os.read(over_read, 1))
                status = 0
            except BaseException:  # pylint: disable=broad-except
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)
        os.close(stands_write)
        os.close(over_read)

        def stands():
            self.assertEqual(os.read(stands_read, 1), b"!", "the attack went as it must; its traceback is above")
            os.close(stands_read)

        def end():
            os.close(over_write)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)

        return stands, end

    def serve_others(self, requests=100):
        """Asks as another user, a connection each time; returns the sorted times in milliseconds."""
        times = []
        for _ in range(requests):
            begin = time.monotonic()
            self.victim.library()
            times.append((time.monotonic() - begin) * 1000)
        return sorted(times)

    def withstand(self, attack):
        quiet = self.serve_others()
        before = self.resident()
        stands, end = self.start(attack)
        stands()
        times = self.serve_others()
        most = self.resident()
        self.meanwhile()
        end()
        most = max(most, self.resident())
        print(f"{self._testMethodName}: others' p95 {times[94]:.1f} ms, slowest {times[-1]:.1f} ms "
              f"(alone {quiet[94]:.1f} and {quiet[-1]:.1f}); resident {before} KiB, then {most} KiB")
        if not SANITIZED:
            self.assertLess(most - before, MOST_GROWTH)
        self.assertTrue(self.victim.process.running())
        self.assertEqual(self.victim.api.get("/v1/jobs?state=active")["jobs"], [])

    def meanwhile(self):
        """Work for another user while the attack stands."""
        for source, destination in (("slot:1", "slot:20"), ("slot:20", "slot:1")):
            self.victim.wait_passed(self.victim.submit(operation="move", source=source, destination=destination))

    def test_heads_that_never_end(self):
        self.withstand(slow(b"GET /v1/libraries HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"a"))

    def test_bodies_that_never_end(self):
        self.withstand(slow(POST + b"Content-Length: 60000\r\n\r\n", b" "))

    def test_a_head_without_measure(self):
        self.withstand(endless_head)

    def test_connections_that_say_nothing(self):
        self.withstand(idle_connections)

    def test_readers_of_events_that_do_not_read(self):
        self.withstand(deaf_streams)

    def test_garbage_behind_a_request(self):
        self.withstand(garbage)

    def test_tricks_with_chunks_and_lengths(self):
        self.withstand(chunked_tricks)

    def test_deep_json(self):
        self.withstand(deep_json)


if __name__ == "__main__":
    harness.main()
