#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what the largest library costs the daemon: memory when it is read for the first time, time
and memory of a start from the disk. Exits 1 if a budget is missed.

  BUILD=build/release tests/bench/start.py [RUNS]

The build should be what is shipped: meson setup -Dbuildtype=release build/release; ninja -C
build/release daemon/changerd tools/changersim. The library lives in another process, so that only the
daemon is counted.
"""
import os
import pathlib
import shutil
import socket
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
import harness  # noqa: E402

SLOTS, CARTRIDGES, DRIVES, MAIL = 64_400, 60_000, 144, 128
START_SECONDS = 1.0
RESIDENT_MIB = 64
GIVEN_BACK_SECONDS = 90


def status_mib(pid, name):
    """A figure of /proc/<pid>/status, in MiB."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    raise KeyError(name)


def cpu_seconds(pid):
    """What all threads that live have used; none ends before the daemon is ready."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9


def begin_read(daemon):
    """The daemon reads a library it has never seen, until what it read is durable."""
    try:
        return watch_read(daemon)
    finally:
        if daemon.process:
            daemon.stop()


def watch_read(daemon):
    daemon.start()
    daemon.wait_online()
    pid = daemon.process.child.pid
    harness.wait_for("a snapshot", (daemon.state / "libraries" / "main" / "state.json").exists)
    peak = status_mib(pid, "VmHWM")
    # What was needed for a moment is given back once a minute.
    deadline = time.monotonic() + GIVEN_BACK_SECONDS
    while status_mib(pid, "VmRSS") > RESIDENT_MIB and time.monotonic() < deadline:
        time.sleep(0.5)
    judge("first read, peak", [peak], "MiB", None)
    return judge("first read, resident after", [status_mib(pid, "VmRSS")], "MiB", RESIDENT_MIB)


class Start:
    """One start from the disk: from exec to READY=1."""

    def __init__(self, daemon):
        path = str(daemon.directory / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(path)
            ready.settimeout(harness.PATIENCE)
            begun = time.monotonic()
            process = harness.Process(
                [harness.program("changerd"), "--config", str(daemon.config)], daemon.directory / "changerd.log",
                env={**os.environ, "NOTIFY_SOCKET": path})
            while not ready.recv(4096).startswith(b"READY=1"):
                pass
            self.wall = time.monotonic() - begun
            pid = process.child.pid
            self.cpu = cpu_seconds(pid)
            self.peak = status_mib(pid, "VmHWM")
            self.resident = status_mib(pid, "VmRSS")
        process.kill()
        os.unlink(path)


def judge(what, values, unit, most):
    worst = max(values)
    verdict = "" if most is None else f"  budget {most:g} {unit}: {'kept' if worst <= most else 'MISSED'}"
    print(f"{what:28} median {statistics.median(values):7.2f} {unit}, {min(values):.2f} to {worst:.2f}{verdict}")
    return most is None or worst <= most


def measure(directory, runs):
    (directory / "sim").mkdir()
    sim = harness.Sim(directory / "sim", "--slots", SLOTS, "--tapes", CARTRIDGES, "--drives", DRIVES, "--mail", MAIL,
                      "--instant")
    try:
        daemon = harness.Daemon(directory, [harness.library(sim.url)])
        kept = begin_read(daemon)
    finally:
        sim.stop()
    state = daemon.state / "libraries" / "main" / "state.json"
    print(f"{CARTRIDGES} cartridges, {SLOTS} slots; state.json {state.stat().st_size / 1e6:.1f} MB; {runs} starts, "
          f"the library not reachable")
    starts = [Start(daemon) for _ in range(runs)]
    return all([
        kept,
        judge("exec to READY, wall", [it.wall for it in starts], "s", START_SECONDS),
        judge("exec to READY, CPU", [it.cpu for it in starts], "s", None),
        judge("peak until READY", [it.peak for it in starts], "MiB", None),
        judge("resident at READY", [it.resident for it in starts], "MiB", RESIDENT_MIB),
    ])


def main():
    directory = pathlib.Path(tempfile.mkdtemp(prefix="changer-start-"))
    try:
        kept = measure(directory, int(sys.argv[1]) if len(sys.argv) > 1 else 7)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
