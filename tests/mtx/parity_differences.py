# SPDX-License-Identifier: Apache-2.0
"""Where our mtx differs from the incumbent's on purpose: each row is a row of the man page, says
why, which cases it covers, and what ours does there instead."""
import re

import parity_cases


class Difference:
    def __init__(self, row, reason, cases, exits=None, says=None):
        self.row = row  # how a row of the table in data/man/mtx.1.scd begins
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


TAGS_LOST = "A unit attention, or \"becoming ready\", during *status* loses all volume tags"
GUESSED = "A changer that cannot tell its element addresses is shown as 64 slots and 2 drives"
MOVE_ATTENTION = "A MOVE that meets a unit attention fails"
MOVE_BELIEVED = "A MOVE that is answered with success is done"
UNLOAD_0 = "*unload 0* moves the cartridge to element address 0"
THIRD_SLOT = "A third slot of *exchange* that does not exist crashes it"
NUMBERS = "A number too large for it becomes another number, *1x* becomes 1"
HALF_A_LINE = "What stands before a mistake on the line is done"
NO_SUCH_DRIVE = "*first*, *last*, *next* and *previous* use drive 0 if there is no such drive"
POSITION = "*position* goes to slot 1, or to any address, if there is no such slot"
BEHIND_A_MOVE = "Behind a move on the same line, *status* shows a guess"
HALF_AN_ANSWER = "Half an answer is taken for a whole one"

DIFFERENCES = [
    Difference(
        TAGS_LOST, "a catalogue that is updated from this text loses every volume of that type",
        ["default: status (res:sense=6/28/00)", "no mail slots: status (res:sense=6/28/00)",
         "both drives full: status (res:sense=6/28/00@3)"], exits=[0]),
]


def find(case):
    """The difference that covers a case; none if it has to be the same."""
    for difference in DIFFERENCES:
        if parity_cases.matching(case, difference.cases):
            return difference
    return None
