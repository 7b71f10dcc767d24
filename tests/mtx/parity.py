#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The incumbent's mtx and ours, the same command lines on the same library: the same standard
output, the same exit code, the same sense on standard error, the same acts, every cartridge in the
same place afterwards - or the case is in the table of deliberate differences, and then it does differ.

    parity.py            what the normal test run has
    parity.py long       everything
    parity.py show PATTERN [real|ours|differing]   prints what the programs do in the cases of that
                         name: both, one of them, or both where they differ
"""
import fnmatch
import json
import re
import shlex
import sys
import unittest

import parity_cases
import parity_differences
import standin
from standin import harness

MAN_PAGE = harness.ROOT / "data" / "man" / "mtx.1.scd"
ACTS = {0x07: "INITIALIZE ELEMENT STATUS", 0x19: "ERASE", 0x1B: "START STOP UNIT", 0x2B: "POSITION TO ELEMENT",
        0xA5: "MOVE MEDIUM", 0xA6: "EXCHANGE MEDIUM"}

# What callers look for on standard error: Bacula's script tries again after the first, Amanda shows
# the second, or tries again after it.
LOOKED_FOR = re.compile(rb"^mtx: Request Sense: (?:Error Code|Sense Key)=.*", re.MULTILINE)


class Outcome:
    """What one program did in one case."""

    def __init__(self, runs, cartridges):
        self.runs = runs
        self.cartridges = cartridges

    def aspects(self):
        """What has to be the same, by name."""
        compared = {"cartridges": self.cartridges}
        for number, run in enumerate(self.runs, 1):
            compared[f"standard output of run {number}"] = run.stdout
            compared[f"exit code of run {number}"] = run.exit
            compared[f"acts of run {number}"] = [c.cdb.hex() for c in run.commands if c.opcode in ACTS and c.status == "00"]
            compared[f"sense lines of run {number}"] = run.exit != 0 and LOOKED_FOR.findall(run.stderr)
        return compared


def aspects_that_differ(real, ours):
    left, right = real.aspects(), ours.aspects()
    return [name for name in left if left[name] != right[name]]


def words_of(text, device):
    """The program, its arguments and its environment."""
    raw = text.startswith("!")
    words = [word.replace("{dev}", device.path) for word in shlex.split(text[1:] if raw else text)]
    environment = {}
    while raw and words and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    program = words.pop(0) if words[:1] == ["loaderinfo"] else "mtx"
    return program, words if raw else ["-f", device.path, *words], environment


class Bench:
    """Runs cases; one server for all of them."""

    def __init__(self):
        self.server = standin.Standin()

    def run(self, case, program_of):
        device = self.server.device(case.library.url)
        try:
            for text in case.library.before:
                self._prepare(device, text)
            for fault in case.faults:
                device.ctl("fault", fault)
            runs = [self._run(device, text, program_of) for text in case.runs]
            shown = json.loads(device.ctl("show", "--json"))
        finally:
            device.close()
        return Outcome(runs, {e["address"]: e["cartridge"] for e in shown["elements"] if e["cartridge"]})

    def _prepare(self, device, text):
        if text.startswith("ctl "):
            device.ctl(*text.split()[1:])
            return
        ran = self._run(device, text, lambda name: standin.REAL[name])
        if ran.exit != 0:
            raise AssertionError(f"{text}: {ran.stderr.decode(errors='replace')}")

    @staticmethod
    def _run(device, text, program_of):
        program, words, environment = words_of(text, device)
        return device.run(program_of(program), words, name=program, **environment)


def text_of(outcome):
    """An outcome as people read it."""
    lines = []
    for run in outcome.runs:
        lines += [f"  exit {run.exit}", *(f"  out| {line}" for line in shown(run.stdout)),
                  *(f"  err| {line}" for line in shown(run.stderr)), "  cdb| " + " ".join(f"{c.opcode:02x}" for c in run.commands)]
    return "\n".join(lines)


def shown(output, most=12):
    lines = output.decode(errors="replace").split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines if len(lines) <= most else [*lines[:most], f"... {len(lines) - most} more"]


class Parity(unittest.TestCase):
    """One test a case, added below; and the table's own."""

    longMessage = False

    @classmethod
    def setUpClass(cls):
        cls.bench = Bench()
        cls.addClassCleanup(cls.bench.server.stop)

    def check(self, case):
        real = self.bench.run(case, standin.REAL.get)
        ours = self.bench.run(case, standin.ours)
        differing = aspects_that_differ(real, ours)
        said = f"{case.name}\nthe incumbent:\n{text_of(real)}\nours:\n{text_of(ours)}"
        known = parity_differences.find(case)
        if known is None:
            self.assertFalse(differing, f"{', '.join(differing)} differ in {said}")
            return
        self.assertTrue(differing, f"a deliberate difference (\"{known.row}\") is none any more in {said}")
        wrong = known.wrong(ours)
        self.assertFalse(wrong, f"a deliberate difference (\"{known.row}\"), but {wrong} in {said}")

    def test_every_row_of_the_table_is_in_the_man_page_and_has_a_case(self):
        page = " ".join(MAN_PAGE.read_text(encoding="utf-8").split())
        cases = list(parity_cases.cases("long"))
        for difference in parity_differences.DIFFERENCES:
            with self.subTest(row=difference.row):
                self.assertIn(difference.row, page, f"{MAN_PAGE} has no such row")
                for pattern in difference.cases:
                    self.assertTrue(any(parity_cases.matching(case, [pattern]) for case in cases), f"no case is {pattern}")


def add_tests(which):
    for number, case in enumerate(parity_cases.cases(which)):
        def test(self, case=case):
            self.check(case)

        test.__doc__ = case.name
        setattr(Parity, f"test_{number:04}", test)


def show(pattern, who="both"):
    bench = Bench()
    try:
        for case in parity_cases.cases("long"):
            if not fnmatch.fnmatchcase(case.name, pattern):
                continue
            outcomes = {name: bench.run(case, program_of)
                        for name, program_of in (("real", standin.REAL.get), ("ours", standin.ours))
                        if who not in ("real", "ours") or who == name}
            differing = aspects_that_differ(*outcomes.values()) if len(outcomes) == 2 else []
            if who == "differing" and not differing:
                continue
            print(f"== {case.name}" + "".join(f"\n   {aspect} differs" for aspect in differing))
            for name, outcome in outcomes.items():
                print(f" {name}:\n{text_of(outcome)}")
    finally:
        bench.server.stop()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["show"]:
        show(*arguments[1:])
    else:
        add_tests("long" if arguments[:1] == ["long"] else "normal")
        sys.argv[1:] = []
        harness.main()
