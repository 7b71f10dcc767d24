#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sixty-four libraries in one daemon: no library waits for another's arm, and reads are answered
from memory while every arm moves. The times are printed, not judged.
"""
import statistics
import threading
import time

import harness
from harness import SystemTest, library, wait_for

LIBRARIES = 64
CLIENTS = 16
SPEED = 2  # times a real library's: a move takes ten seconds


class Crowd(SystemTest):
    def setUp(self):
        super().setUp()
        self.names = [f"library-{number}" for number in range(LIBRARIES)]
        self.crowd = self.daemon(*(
            library(f"sim:default?slots=8&drives=1&mail=0&tapes=4&speed={SPEED}&serial=CROWD{number:04}", name=name)
            for number, name in enumerate(self.names)))
        for name in self.names:
            self.crowd.wait_online(name)

    def move_all(self):
        return [self.crowd.submit(name, operation="move", source="slot:1", destination="slot:8")
                for name in self.names]

    def under_way(self):
        """How many arms move, by one answer."""
        active = self.crowd.api.get("/v1/jobs?state=active")["jobs"]
        return sum(job["state"] == "running" for job in active)

    def test_every_arm_moves_at_once_and_readers_are_served_meanwhile(self):
        begin = time.monotonic()
        jobs = self.move_all()
        wait_for("every arm moving at the same time", lambda: self.under_way() == LIBRARIES)
        moving = threading.Event()
        moving.set()
        times = [[] for _ in range(CLIENTS)]

        def poll(mine, names):
            while moving.is_set():
                for name in names:
                    asked = time.monotonic()
                    self.crowd.library(name)
                    mine.append((time.monotonic() - asked) * 1000)

        clients = [threading.Thread(target=poll, args=(times[i], self.names[i::CLIENTS])) for i in range(CLIENTS)]
        for client in clients:
            client.start()
        wait_for("answers to every client while arms move", lambda: all(times))
        still = self.under_way()
        finished = [self.crowd.wait_finished(job) for job in jobs]
        moving.clear()
        for client in clients:
            client.join()
        taken = time.monotonic() - begin
        every = sorted(milliseconds for mine in times for milliseconds in mine)
        print(f"{LIBRARIES} moves at once: {taken:.1f} s; {len(every)} answers to {CLIENTS} clients meanwhile, "
              f"median {statistics.median(every):.1f} ms, p95 {every[len(every) * 95 // 100]:.1f} ms")
        self.assertGreater(still, 0, "the clients were answered before the arms were done")
        self.assertEqual({job["state"] for job in finished}, {"passed"})
        for name in self.names:
            full = {it["number"] for it in self.crowd.elements(name) if it["type"] == "storage" and it["full"]}
            self.assertEqual(full, {2, 3, 4, 8})


if __name__ == "__main__":
    harness.main()
