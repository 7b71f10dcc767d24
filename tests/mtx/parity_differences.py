# SPDX-License-Identifier: Apache-2.0
"""Where our mtx differs from the incumbent's on purpose: each row is a row of the man page, says
why, which cases it covers, and what ours does there instead."""
import re

import parity_cases


class Difference:
    def __init__(self, row, reason, cases, exits=None, says=None):
        self.row = row  # the words of data/man/mtx.1.scd
        self.reason = reason
        self.cases = cases  # patterns of case names
        self.exits = exits  # our exit codes, one a run
        self.says = says  # a regular expression that our standard error matches

    def wrong(self, ours):
        """What about our outcome is not as the row says; empty if it is."""
        exits = [run.exit for run in ours.runs]
        if self.exits is not None and exits != self.exits:
            return f"our exit codes are {exits}, not {self.exits}"
        errors = b"".join(run.stderr for run in ours.runs).decode(errors="replace")
        if self.says is not None and not re.search(self.says, errors):
            return f"our standard error does not say {self.says!r}"
        return ""


DIFFERENCES = []


def find(case):
    """The difference that covers a case; none if it has to be the same."""
    for difference in DIFFERENCES:
        if parity_cases.matching(case, difference.cases):
            return difference
    return None
