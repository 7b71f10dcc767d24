#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One daemon with 64 simulated libraries, every arm moving, 16 clients reading: no library waits
for another's robot, and what is read comes from memory. What each took is printed, not judged.
"""
import datetime
import multiprocessing
import pathlib
import time

import harness
from harness import SystemTest, Unix

LIBRARIES, CLIENTS = 64, 16
NAMES = [f"lib{i:02}" for i in range(LIBRARIES)]


def share(values, hundredths):
    values = sorted(values)
    return values[min(len(values) - 1, len(values) * hundredths // 100)]


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def read_until(path, first, stop, results):
    """One client: asks for one library after the other, until it is told to stop."""
    connection = Unix(path, timeout=harness.PATIENCE)
    waits, at = [], first
    while not stop.is_set():
        begun = time.monotonic()
        connection.request("GET", f"/v1/libraries/{NAMES[at % LIBRARIES]}/elements")
        answer = connection.getresponse()
        answer.read()
        waits.append((begun, time.monotonic() - begun, answer.status))
        at += 1
    connection.close()
    results.put(waits)


class ManyLibraries(SystemTest):
    def loads(self, daemon, names):
        """Loads a cartridge in each library at once; returns their jobs when all have passed."""
        jobs = [daemon.submit(name, operation="load", source="slot:1", destination="drive:1") for name in names]
        return [daemon.wait_passed(job) for job in jobs]

    @staticmethod
    def took(jobs):
        return [moment(job["finished_at"]) - moment(job["started_at"]) for job in jobs]

    def test_no_library_waits_for_another(self):
        libraries = [{"id": name, "device": "sim:default?slots=4&drives=1&mail=0&tapes=2&speed=5&serial=" + name.upper(), "poll_seconds": 1}
                     for name in NAMES]
        daemon = self.daemon(*libraries)
        for name in NAMES:
            daemon.wait_online(name)
        alone = self.took(self.loads(daemon, NAMES[:1]))[0]

        context = multiprocessing.get_context("fork")
        stop, results = context.Event(), context.Queue()
        clients = [context.Process(target=read_until, args=(daemon.socket, 4 * i, stop, results)) for i in range(CLIENTS)]
        for client in clients:
            client.start()
        begun = time.monotonic()
        jobs = self.loads(daemon, NAMES[1:])
        whole = time.monotonic() - begun
        stop.set()
        reads = [read for _ in clients for read in results.get(timeout=harness.PATIENCE)]
        for client in clients:
            client.join(harness.PATIENCE)
            self.assertEqual(client.exitcode, 0)

        self.assertEqual({status for _, _, status in reads}, {200})
        # Not one began after another had ended: nobody stood in a queue behind another library.
        last_start = max(moment(job["started_at"]) for job in jobs)
        first_end = min(moment(job["finished_at"]) for job in jobs)
        self.assertLess(last_start, first_end, "every arm was moving at once")
        offset = time.time() - time.monotonic()
        meanwhile = [wait for at, wait, _ in reads if last_start < at + offset and at + offset + wait < first_end]
        self.assertTrue(meanwhile, "nothing was read while every arm moved")
        waits, together = [1000 * wait for _, wait, _ in reads], self.took(jobs)
        print(f"one load alone: {alone:.2f} s; {len(jobs)} at once: each {min(together):.2f} to {max(together):.2f} s, "
              f"median {share(together, 50):.2f} s, all over after {whole:.2f} s")
        print(f"{CLIENTS} clients read {len(reads)} times ({len(meanwhile)} of them while every arm moved): "
              f"median {share(waits, 50):.1f} ms, p95 {share(waits, 95):.1f} ms, longest {max(waits):.1f} ms")
        status = pathlib.Path(f"/proc/{daemon.process.child.pid}/status").read_text(encoding="ascii")
        memory = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
        print(f"{LIBRARIES} libraries: {int(memory) // 1024} MiB resident", flush=True)
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    harness.main()
