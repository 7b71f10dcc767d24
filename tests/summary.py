#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the test cases of one meson test run: doctest's own cases and the system tests'.

Prints each skip with its reason, each failure with its name, and last "N passed, N failed, N skipped". Exits 1 if a
case failed, or if nothing ran at all.
"""
import json
import re
import sys

DOCTEST = re.compile(r"test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed \|\s*(\d+) skipped")
SYSTEM = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.MULTILINE)
SKIP = re.compile(r"^skipped: .*$", re.MULTILINE)
CASE = re.compile(r"^TEST CASE:\s+(.*)$|^(?:FAIL|ERROR): (.*)$", re.MULTILINE)


def plain(text):
    """Returns text without the terminal's colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def counts(test):
    """Returns (passed, failed, skipped) of one test program."""
    output = plain(test.get("stdout") or "")
    found = DOCTEST.findall(output) or SYSTEM.findall(output)
    passed, failed, skipped = (sum(int(row[i]) for row in found) for i in range(3))
    if test["result"] == "SKIP":
        return passed, failed, max(1, skipped)
    if test["result"] != "OK":
        return passed, max(1, failed), skipped
    return (passed, failed, skipped) if found else (1, 0, 0)


def main(path):
    total = [0, 0, 0]
    with open(path, encoding="utf-8") as log:
        for line in log:
            test = json.loads(line)
            for i, count in enumerate(counts(test)):
                total[i] += count
            output = (test.get("stdout") or "") + (test.get("stderr") or "")
            reasons = SKIP.findall(output)
            if test["result"] == "SKIP" and not reasons:
                reasons = ["skipped: (no reason given)"]
            if test["result"] not in ("OK", "SKIP"):
                cases = dict.fromkeys(a or b for a, b in CASE.findall(plain(output)))
                print(f"failed: {test['name']} ({test['result']}): {'; '.join(cases)}")
            for reason in reasons:
                print(f"{test['name']}: {reason}")
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 1 if total[1] or not total[0] else 0


sys.exit(main(sys.argv[1]))
