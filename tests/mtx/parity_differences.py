# SPDX-License-Identifier: Apache-2.0
"""Where our mtx differs from the incumbent's on purpose: each row is a row of the man page, says
why, which cases it covers, and what ours does there instead."""
import re

import parity_cases


class Difference:
    def __init__(self, row, reason, cases, exits=None, says=None, only=None):
        self.row = row  # how a row of the table in data/man/mtx.1.scd begins
        self.reason = reason
        self.cases = cases  # patterns of case names
        self.exits = exits  # our exit codes, one a run
        self.says = says  # a regular expression that our standard error matches
        self.only = only  # how the name of each aspect begins that may differ

    def wrong(self, ours, differing):
        """What about our outcome is not as the row says; empty if it is."""
        more = [aspect for aspect in differing if self.only and not aspect.startswith(self.only)]
        if more:
            return f"{', '.join(more)} differ as well"
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
THIRD_SLOT = "A third slot of *exchange* that does not exist crashes it"
NUMBERS = "A number too large for it becomes another number, *1x* becomes 1"
HALF_A_LINE = "What stands before a mistake on the line is done"
NO_SUCH_DRIVE = "*first*, *last*, *next* and *previous* use drive 0 if there is no such drive"
POSITION = "*position* goes to slot 1, or to any address, if there is no such slot"
BEHIND_A_MOVE = "Behind a move on the same line, *status* shows a guess"
UNANSWERED = "A command that is never answered, or whose connection is lost, is taken for done"
BUSY = "A changer that is busy, or a unit attention to INQUIRY, is an error"
RESERVED = "A reservation by another host is shown as sense data without a cause"
ASKED_BY_A_MOVE = "Whether a slot is empty or full, or can be reached, the changer is asked by a MOVE"
INVENTORY = "*inventory* is done by INITIALIZE ELEMENT STATUS alone"
HALF_AN_ANSWER = "Half an answer is taken for a whole one"
INVERT_2 = "*invert2* sets a reserved bit of another byte"
ERASE = "*erase* erases a tape"
NO_EXCHANGE = "An exchange is sent to a changer that is known not to have it"
NO_DRIVES = "Without a drive that is there, nothing is moved"
NO_SLOTS = "*altres* does not find the drives of a changer without slots"
NO_ARM = "A changer that reports no arm is sent 0 for it, one with several the last by *altres*"

DIFFERENCES = [
    Difference(
        NO_DRIVES, "slots need no drive, and a drive that is not there is named",
        ["no drives: *", "every drive missing: *"]),
    Difference(NO_SLOTS, "the drives and mail slots are told", ["no slots: *altres *"]),
    Difference(NO_ARM, "it is the first of those that the changer has addresses for",
               ["no arm reported: exchange 1 2 20", "no arm reported: next 1", "no arm reported: previous 1",
                "no arm reported: position 20", "no arm reported: position 26"], only="acts"),
    Difference(
        TAGS_LOST, "a catalogue that is updated from this text loses every volume of that type",
        ["*: status (res:sense=6/28/00)", "both drives full: status (res:sense=6/28/00@3)",
         "*: status (res:sense=2/04/01)"],
        exits=[0]),
    Difference(
        GUESSED, "a script would move cartridges to addresses that nobody has",
        ["*: status (mode-sense:sense=6/29/00x10)", "*: status (mode-sense:sense=6/29/00x11)"],
        exits=[1], says="mode page 1Dh"),
    Difference(
        GUESSED, "what passes by itself is waited for, and asked for again",
        ["*: status (mode-sense:sense=2/04/01)", "*: status (mode-sense:sense=5/24/00)",
         "*: status (mode-sense:status=08)"]),
    Difference(
        MOVE_ATTENTION, "the cartridge is where it was, and nothing speaks against the move",
        ["*: load 1 (move:sense=6/2?/00)", "*: unload* (move:sense=6/2?/00)"], exits=[0], says="the changer reported"),
    Difference(
        BUSY, "it passes by itself",
        ["*: load 1 (move:sense=2/04/01)", "*: load 1 (move:status=08)", "*: transfer 1 20 (move:status=28)",
         "*: unload (move:status=08)", "*: status (res:status=08)", "*: inquiry (inquiry:status=08)",
         "*: inquiry (inquiry:sense=6/29/00)", "scanning: load 1", "scanning: transfer 1 20"], exits=[0]),
    Difference(
        RESERVED, "the operator needs to know that it is another host, and which",
        ["*: load 1 (move:status=18)", "*: status (res:status=18x8)", "*: inventory (ies:status=18)"], exits=[1]),
    Difference(
        MOVE_BELIEVED, "the elements show that it was not done",
        ["*: load 1 (move:sense=0/00/00)", "*: load 1 (move:sense=1/00/00)"],
        exits=[1], says="the elements do not show it"),
    Difference(
        MOVE_BELIEVED, "the elements show that it was done, whatever the answer says",
        ["*: load 1 | status (move:sense-after=4/15/01)"], exits=[0, 0], says="the cartridge is at its destination"),
    Difference(
        UNANSWERED, "the cartridge has not moved",
        ["*: load 1 | status (move:timeout)", "*: unload | status (move:timeout)"],
        exits=[1, 0], says="no answer in time"),
    Difference(
        UNANSWERED, "nothing was read, or done",
        ["*: status (res:timeout)", "*: inquiry (inquiry:timeout)", "*: inventory (ies:timeout)"], exits=[1]),
    Difference(UNANSWERED, "the next connection tells", ["*: status (res:drop)"], exits=[0]),
    Difference(
        INVENTORY, "INITIALIZE ELEMENT STATUS WITH RANGE, or the maker's own, does it",
        ["*: inventory (ies:sense=5/20/00)"], exits=[0]),
    Difference(
        HALF_AN_ANSWER, "it is asked for again, and told whole",
        ["*: status (res:short=*)", "*: status (mode-sense:short=*)", "*: status (res:sense=1/00/00)",
         "*: load 1 (mode-sense:short=*)"], exits=[0]),
    Difference(THIRD_SLOT, "no exchange goes to an element that nobody named",
               ["default: exchange 2 3 99999", "default: exchange 1 2 0"], exits=[1], says="Invalid destination"),
    Difference(
        NUMBERS, "a wrong number moves the wrong cartridge",
        ["default: load 1x", "default: load 4294967297", "default: load 1.5"], exits=[1]),
    Difference(
        HALF_A_LINE, "whoever mistyped a line did not mean half of it",
        ["default: load 1 x", "default: load 1 -1", "default: transfer 1 20 3", "default: first x",
         "default: first 1 1", "default: last -1", "default: next x", "default: position x", "default: position -1",
         "default: position 1 2", "default: inventory 1", "default: eject 1"],
        exits=[1], says="nothing of this line was done"),
    Difference(NO_SUCH_DRIVE, "another drive's cartridge would be moved",
               ["*: next 99", "*: previous 99", "*: last 1", "*: next 1", "*: previous 1"], exits=[1]),
    Difference(NO_SUCH_DRIVE, "another drive's cartridge would be moved", ["*: first 1 | next 1 | unload 20 1 | status"]),
    Difference(POSITION, "there is no such place",
               ["*: position 20", "*: position 26", "*: position 99", "*: position 65537"], exits=[1], says="Invalid"),
    Difference(
        BEHIND_A_MOVE, "the volume tag belongs to the cartridge that is in the drive now",
        ["*: load 1 status unload 1", "*: load 1 status unload 1 status", "*: load 1 status", "*: first status",
         "*: load 1 0 load 2 1 status unload 2 1 unload 1 0", "*: altres transfer 1 20 status", "*: load 20 status"]),
    Difference(
        BEHIND_A_MOVE, "the cartridge goes back to where it came from",
        ["*: load 1 unload load 2 unload status", "*: first next next last previous status unload"]),
    Difference(NO_EXCHANGE, "the maker says that it has none", ["superloader: *exchange *"], exits=[1]),
    Difference(INVERT_2, "this changer does not turn media over, and says so", ["default: invert2 exchange 1 2"],
               exits=[1], says="invalid field"),
    Difference(INVERT_2, "this one does", ["two-sided: *invert2 exchange 1 2"], exits=[0], only="acts"),
    Difference(INVERT_2, "the bit says whether this changer does", ["*: invert2 exchange 1 2"]),
    Difference(ERASE, "no tape is erased by a slip", ["default: erase"], exits=[1], says="nothing is sent"),
    Difference(
        ASKED_BY_A_MOVE, "no MOVE is sent that cannot be done",
        ["door open: *", "vendor door open: *", "off line: *", "magazine out: *", "*: exchange 1 2 20",
         "few commands: exchange *", "no slots: exchange *", "*: invert *"], only="sense lines"),
    Difference(NO_ARM, "it is the first of those that the changer has addresses for", ["no arm reported: *", "two arms: *altres *"], only="acts"),
]


def find(case):
    """The first difference that covers a case; none if it has to be the same."""
    for difference in DIFFERENCES:
        if parity_cases.matching(case, difference.cases):
            return difference
    return None
