#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures both programs through the same stand-in for /dev/sg: the library lives in another process,
so that only the programs are counted. See mtx.sh."""
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "mtx"))
import standin  # noqa: E402

LIMIT = 1 << 20  # bytes a transfer, for both
MOST_LOAD_COMMANDS = 7

LIBRARIES = {
    10_000: "sim:default?slots=10000&drives=32&mail=40&tapes=9000&instant",
    60_000: "sim:default?slots=60000&drives=144&mail=128&tapes=54000&instant",
}


class Cost:
    def __init__(self, server, program, slots, words):
        self.output, commands, peak = self._plain(server, program, slots, words)
        self.figures = {"instructions": self._instructions(server, program, slots, words), "peak memory, KiB": peak,
                        "commands": commands}

    @staticmethod
    def _plain(server, program, slots, words):
        device = server.device(LIBRARIES[slots], limit=LIMIT)
        peak = server.directory / "peak"
        ran = device.run(program, ["-f", device.path, *words], name="mtx", CHANGER_STANDIN_PEAK=str(peak))
        device.close()
        if ran.exit != 0:
            raise SystemExit(f"{program} {' '.join(words)}: exit {ran.exit}: {ran.stderr.decode(errors='replace')}")
        kib = int(peak.read_text())
        peak.unlink()
        return ran.stdout, len(ran.commands), kib

    @staticmethod
    def _instructions(server, program, slots, words):
        device = server.device(LIBRARIES[slots], limit=LIMIT)
        # The stand-in's own ioctl is left out; what it opens costs both the same thousand.
        ran = device.run("/usr/bin/valgrind",
                         ["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=ioctl",
                          "--collect-atstart=yes", program, "-f", device.path, *words], name="valgrind")
        device.close()
        found = re.search(rb"Collected : (\d+)", ran.stderr)
        if ran.exit != 0 or not found:
            raise SystemExit(f"valgrind {program}: exit {ran.exit}: {ran.stderr.decode(errors='replace')}")
        return int(found.group(1))


def rows(words, real, ours):
    """What is compared, with the budget of each."""
    if words[0] == "load":
        yield "commands", ours["commands"], MOST_LOAD_COMMANDS, f"<= {MOST_LOAD_COMMANDS}"
        return
    yield "instructions", ours["instructions"], real["instructions"] * 0.5, "<= 0.5 x"
    yield "peak memory, KiB", ours["peak memory, KiB"], real["peak memory, KiB"], "<= 1 x"
    yield "commands", ours["commands"], real["commands"], "<= 1 x"


def main(program):
    server = standin.Standin()
    missed = 0
    print(f"{'':38} {'mtx 1.3.12':>14} {'ours':>14} {'ratio':>7}  budget")
    try:
        for slots in LIBRARIES:
            for words in (["status"], ["load", "9"]):
                real = Cost(server, standin.REAL["mtx"], slots, words)
                ours = Cost(server, program, slots, words)
                if real.output != ours.output:
                    raise SystemExit(f"{' '.join(words)} at {slots} slots: the outputs differ")
                budgets = {name: (figure, most, text) for name, figure, most, text in
                           rows(words, real.figures, ours.figures)}
                for name, before in real.figures.items():
                    now = ours.figures[name]
                    figure, most, text = budgets.get(name, (0, 0, "-"))
                    over = figure > most
                    missed += over
                    print(f"{words[0]}, {slots:,} slots: {name}".ljust(38),
                          f"{before:14,} {now:14,} {now / before:7.2f}  {text}{'  MISSED' if over else ''}")
    finally:
        server.stop()
    print(f"{missed} budgets missed" if missed else "every budget is kept")
    return 1 if missed else 0


sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else standin.ours("mtx")))
