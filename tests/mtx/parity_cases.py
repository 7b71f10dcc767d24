# SPDX-License-Identifier: Apache-2.0
"""The libraries, the command lines and what goes wrong, for parity.py.

A case is a list of runs of mtx on one library. A run is written as its words behind "-f DEVICE";
"loaderinfo" as its first word runs that program; with "!" in front the words are all there is, with
{dev} for the device, and NAME=VALUE words in front go into the environment.
"""
import fnmatch


class Library:
    def __init__(self, name, url, before=(), size="small", runs=None):
        self.name = name
        self.url = url
        self.before = before  # runs of the incumbent, or "ctl VERB...", before each case
        self.size = size
        self.runs = runs  # none: what all libraries of this size are asked


class Case:
    def __init__(self, library, runs, faults=(), name=None):
        self.library = library
        self.runs = [run.strip() for run in runs.split("|")]
        self.faults = faults
        self.name = f"{library.name}: {name or runs}" + "".join(f" ({fault})" for fault in faults)


DEFAULT = Library("default", "sim:default?slots=24&drives=2&mail=4&tapes=16&instant")

LIBRARIES = [
    DEFAULT,
    Library("no mail slots", "sim:default?slots=24&mail=0&instant"),
    Library("empty", "sim:default?slots=24&tapes=0&instant"),
    Library("every slot full", "sim:default?slots=8&drives=2&mail=2&tapes=8&instant"),
    Library("one slot", "sim:default?slots=1&drives=1&mail=0&tapes=1&instant"),
    Library("one mail slot", "sim:default?slots=3&drives=1&mail=1&tapes=2&instant"),
    Library("no drives", "sim:default?slots=8&drives=0&mail=1&tapes=4&instant"),
    Library("many drives", "sim:default?slots=40&drives=32&mail=16&tapes=40&instant"),
    Library("no barcodes", "sim:no-barcode-reader?slots=24&instant"),
    Library("cannot lock", "sim:cannot-lock?slots=24&instant"),
    Library("vendor door code", "sim:vendor-door-code?slots=24&instant"),
    Library("silent door", "sim:silent-door?slots=24&instant"),
    Library("both drives full", "sim:default?slots=24&drives=2&mail=4&tapes=16&instant",
            before=("load 1 0", "load 5 1")),
    Library("second drive full", "sim:default?slots=24&drives=2&mail=4&tapes=16&instant",
            before=("load 3 1",)),
    Library("mail slots full", "sim:default?slots=6&drives=1&mail=2&tapes=6&instant",
            before=("transfer 1 7", "transfer 4 8")),
    Library("home slot taken", "sim:default?slots=6&drives=1&mail=2&tapes=5&instant",
            before=("load 1", "transfer 2 1")),
    Library("door open", "sim:default?slots=24&instant", before=("ctl open-door",)),
    Library("vendor door open", "sim:vendor-door-code?slots=24&instant", before=("ctl open-door",)),
    Library("off line", "sim:default?slots=24&instant", before=("ctl offline",)),
    # Each run of ours waits for it, in vain.
    Library("scanning", "sim:default?slots=24", before=("ctl open-door", "ctl close-door"),
            runs=["status", "load 1", "transfer 1 20", "unload", "inventory", "inquiry", "load 99"]),
    Library("no slots", "sim:default?slots=0&drives=1&mail=2&instant"),
    Library("another label on each", "sim:default?slots=24&alternate-tags&instant"),
    Library("two-sided", "sim:two-sided?slots=24&drives=2&mail=4&tapes=16&instant"),
    Library("IBM 3584", "sim:ibm-3584?slots=24&drives=4&mail=4&tapes=16&instant"),
    Library("magazines", "sim:magazines?slots=24&drives=2&mail=1&tapes=16&instant"),
    Library("magazine out", "sim:magazines?slots=24&drives=2&mail=1&tapes=16&instant", before=("ctl pull-magazine 1",)),
    Library("superloader", "sim:superloader?slots=16&drives=1&mail=1&tapes=8&instant"),
    Library("a drive missing", "sim:default?slots=24&drives=3&missing-drives=2&instant"),
    Library("every drive missing", "sim:default?slots=24&drives=2&missing-drives=1,2&instant"),
    Library("no arm reported", "sim:default?slots=24&arms=0&instant"),
    Library("two arms", "sim:default?slots=24&arms=2&instant"),
    Library("slots from address 0", "sim:default?slots=24&first-slot=0&first-arm=100&first-mail=200&instant"),
    Library("drives behind slots", "sim:default?slots=24&first-slot=1&first-mail=30&first-drive=500&first-arm=0&instant"),
    Library("long descriptors", "sim:default?slots=24&extra-bytes=12&instant"),
    Library("few commands", "sim:default?slots=24&without=a6,2b,37,b5,b6&instant"),
    Library("tags refused", "sim:default?slots=24&unkind=tags-refused&instant"),
    Library("loaded drives closed", "sim:default?slots=24&unkind=drive-needs-unload&instant", before=("load 1",)),
    Library("1,000 slots", "sim:default?slots=1000&drives=8&mail=20&tapes=900&instant", size="thousand"),
    Library("10,000 slots", "sim:default?slots=10000&drives=32&mail=40&tapes=9000&instant", size="large"),
    Library("60,000 slots", "sim:default?slots=60000&drives=144&mail=128&tapes=50000&instant", size="huge"),
]

STATUS = ["status", "nobarcode status", "altres status", "altres nobarcode status", "noattach status"]

MOVES = [
    "load 1", "load 1 0", "load 1 1", "load 2 99", "load 20", "load 26", "load 99",
    "unload", "unload 1", "unload 20", "unload 1 0", "unload 20 1", "unload 26 0", "unload 99 0", "unload 1 99",
    "transfer 1 20", "transfer 1 2", "transfer 20 21", "transfer 2 26", "transfer 26 20", "transfer 1 1",
    "transfer 99 1", "transfer 1 99",
    "exchange 1 2", "exchange 1 2 20", "exchange 1 20", "exchange 20 1", "exchange 1 2 3", "exchange 1 99",
    "first", "last", "next", "previous", "first 0", "last 1", "next 1", "previous 1", "next 99",
    "position 1", "position 20", "position 26", "position 99",
    "eject", "inventory", "inquiry",
]

CHAINS = [
    "load 1 | status | unload | status",
    "load 1 0 | load 2 1 | status | unload 20 0 | unload 2 1 | status",
    "load 1 | load 2 | unload 1 0 | status",
    "load 5 | next | next | previous | last | next | first | previous | status",
    "first 1 | next 1 | unload 20 1 | status",
    "transfer 1 25 | transfer 2 26 | status | load 25 | unload | transfer 26 2 | status",
    "load 3 | transfer 4 3 | unload | status",
    "load 1 status unload 1 status",
    "load 1 0 load 2 1 status unload 2 1 unload 1 0",
    "load 1 unload load 2 unload status",
    "first next next last previous status unload",
    "transfer 1 20 transfer 20 21 transfer 21 1 status",
    "status inquiry inventory status",
    "nobarcode load 1 status",
    "load 1 load 2 status",
    "load 20 status",
    "inventory inventory",
    "exchange 1 2 exchange 1 2 status",
    "eject status",
]

MODIFIERS = [
    "invert load 1", "invert2 load 1", "invert unload", "invert load 1 0 unload 1 0", "invert transfer 1 20",
    "invert exchange 1 2", "invert2 exchange 1 2", "invert invert2 exchange 1 2",
    "eepos 0 transfer 1 20", "eepos 1 transfer 1 20", "eepos 2 transfer 1 20", "eepos 3 transfer 1 20",
    "eepos 1 transfer 25 25", "eepos 1 exchange 1 2", "eepos 1 load 1", "eepos 1 transfer 1 20 eepos 0 transfer 2 21",
    "altres load 1", "altres transfer 1 20 status", "nobarcode altres load 1 unload",
    "invert eepos 2 transfer 1 20",
]

PARSING = [
    "!", "!{dev}", "!-f", "!-f {dev}", "!--version", "!--help", "!-h", "!-V", "!help", "!-f {dev} --version",
    "!-f {dev} frobnicate", "!frobnicate", "!-f {dev} STATUS", "!-f {dev} stat", "!-f {dev} statusx",
    "!-f{dev} status", "!-f {dev} -f {dev} status", "!-f {dev} status -f {dev} inquiry", "!status -f {dev}",
    "!-f {dev} status frobnicate", "!-f {dev} frobnicate status", "!-f {dev} ''", "!-f '' status",
    "load", "load x", "load 1 x", "load 1x", "load 0", "load -1", "load 01", "load +1", "load 0x1", "load ''",
    "load ' 1'", "load '1 '", "load 1 2 3", "load 1 -1", "load 1 00", "load 65536", "load 65537", "load 4294967297",
    "load 2147483648", "load 99999999999999999999", "load 1.5", "load 1 status", "load status",
    "unload 0 0", "unload 0", "unload x", "unload 1 x", "unload 1 0 1", "unload -1", "unload status", "unload 65537",
    "transfer", "transfer 1", "transfer 1 x", "transfer 1 20 3", "transfer 0 1", "transfer 1 0", "transfer -1 1",
    "transfer 65537 1", "transfer 1 65556",
    "exchange", "exchange 1", "exchange 1 x", "exchange 1 2 3 4", "exchange 2 3 99999", "exchange 0 1", "exchange 1 0",
    "exchange 1 2 0",
    "first x", "first 1 1", "last -1", "next x", "previous 99", "first status",
    "position", "position 0", "position x", "position -1", "position 1 2", "position 65537",
    "eepos", "eepos 4 transfer 1 20", "eepos x transfer 1 20", "eepos -1 transfer 1 20", "eepos 1", "eepos 1 status",
    "eepos 07 transfer 1 20", "eepos '' transfer 1 20",
    "invert", "invert2", "noattach", "nobarcode", "altres", "invert status", "status nobarcode status", "nobarcode nobarcode status",
    "status 1", "inventory 1", "inquiry 1", "eject 1", "erase", "-status", "--status",
]

ENVIRONMENT = [
    "!CHANGER={dev} status", "!TAPE={dev} status", "!CHANGER={dev} TAPE=/nowhere status",
    "!CHANGER=/nowhere TAPE={dev} status", "!CHANGER= status", "!CHANGER= TAPE={dev} status", "!TAPE= status",
    "!CHANGER=/nowhere -f {dev} status", "!STAPE={dev} status", "!CHANGER={dev} MTX=/nowhere status",
    "!CHANGER={dev} inquiry", "!CHANGER={dev} loaderinfo", "!status", "!-f /nowhere status", "!-f /dev/null status",
    "!-f / status", "!-f {dev} status -f /nowhere status", "!-f /nowhere inquiry", "!CHANGER={dev}", "!-f /nowhere",
]

LOADERINFO = ["loaderinfo", "!loaderinfo", "!loaderinfo -f", "!loaderinfo {dev}", "!loaderinfo -f {dev} extra",
              "!loaderinfo -f /nowhere", "!loaderinfo --help", "!loaderinfo status"]

# What goes wrong, and the runs that meet it.
READY = "2/04/01"
FAULTS = [
    # A unit attention on each command of a status and of a load.
    (("mode-sense:sense=6/28/01",), "status"), (("mode-sense:sense=6/29/00",), "load 1"),
    (("res:sense=6/28/00",), "status"), (("res:sense=6/28/01@2",), "status"), (("res:sense=6/28/00@3",), "status"),
    (("res:sense=6/29/00@4",), "status"), (("res:sense=6/28/00x2",), "status"), (("res:sense=6/28/00",), "load 1"),
    (("res:sense=6/28/00@3",), "load 1"), (("move:sense=6/28/00",), "load 1"), (("move:sense=6/29/00",), "load 1"),
    (("inquiry:sense=6/29/00",), "inquiry"), (("ies:sense=6/28/00",), "inventory"), (("1b:sense=6/28/00",), "eject"),
    (("mode-sense:sense=6/29/00x10",), "status"), (("mode-sense:sense=6/29/00x11",), "status"),
    (("mode-sense:sense=6/29/00", "res:sense=6/28/01"), "load 1 | status"),
    # Not ready.
    ((f"mode-sense:sense={READY}",), "status"), ((f"res:sense={READY}",), "status"),
    ((f"res:sense={READY}x2",), "status"), (("move:sense=2/04/01",), "load 1"), (("ies:sense=2/04/01",), "inventory"),
    # Refusals, each with the text the incumbent has for it, or none.
    (("move:sense=5/3B/0D",), "load 1"), (("move:sense=5/3B/0E",), "load 1"), (("move:sense=5/3B/90",), "load 1"),
    (("move:sense=4/15/01",), "load 1"), (("move:sense=5/21/01",), "load 1"), (("move:sense=5/24/00",), "load 1"),
    (("move:sense=B/00/00",), "transfer 1 20"), (("move:sense=5/53/02",), "transfer 2 26"),
    (("move:sense=5/3B/0D",), "transfer 1 20"), (("move:sense=5/3B/0E",), "transfer 1 20"),
    (("move:sense=5/30/03",), "load 1 0"),
    (("move:sense=0/00/00",), "load 1"), (("move:sense=1/00/00",), "load 1"), (("move:sense=3/53/00",), "load 1"),
    (("ies:sense=5/20/00",), "inventory"), (("ies:sense=4/15/01",), "inventory"),
    (("inquiry:sense=5/24/00",), "inquiry"), (("inquiry:sense=5/24/00",), "status"),
    (("mode-sense:sense=5/24/00",), "status"), (("mode-sense:sense=5/20/00",), "load 1"),
    (("res:sense=5/24/00",), "status"), (("res:sense=5/24/00x2",), "status"), (("res:sense=4/15/01x8",), "status"),
    (("res:sense=1/00/00",), "status"),
    (("a6:sense=5/3B/0D",), "exchange 1 2"), (("2b:sense=5/21/01",), "position 1"), (("1b:sense=2/3A/00",), "eject"),
    # Statuses other than CHECK CONDITION.
    (("move:status=08",), "load 1"), (("res:status=08",), "status"), (("move:status=18",), "load 1"),
    (("inquiry:status=08",), "inquiry"), (("move:status=28",), "transfer 1 20"), (("mode-sense:status=08",), "status"),
    (("res:status=18x8",), "status"), (("ies:status=18",), "inventory"),
    # No answer, half an answer.
    (("move:timeout",), "load 1 | status"), (("move:timeout-after",), "load 1 | status"),
    (("move:stuck",), "load 1 | status"), (("move:sense-after=4/15/01",), "load 1 | status"),
    (("res:timeout",), "status"), (("mode-sense:timeout",), "status"), (("inquiry:timeout",), "inquiry"),
    (("move:drop",), "load 1"), (("res:drop",), "status"), (("ies:timeout",), "inventory"),
    (("res:short=0",), "status"), (("res:short=8",), "status"), (("res:short=15",), "status"), (("res:short=16",), "status"),
    (("res:short=100",), "status"), (("res:short=60@2",), "status"), (("res:short=20@3",), "status"),
    (("mode-sense:short=4",), "status"), (("mode-sense:short=0",), "status"), (("inquiry:short=36",), "inquiry"),
    (("inquiry:short=5",), "inquiry"), (("inquiry:short=0",), "inquiry"), (("mode-sense:short=10",), "load 1"),
]

# The same for a library whose drives are full.
FULL_FAULTS = [
    (("move:sense=6/28/00",), "unload"), (("move:sense=6/29/00",), "unload 1 0"), (("move:sense=5/3B/90",), "unload 1 0"),
    (("move:sense=2/04/02",), "unload"), (("move:sense=5/30/03",), "unload 1 0"), (("move:sense=4/40/82",), "unload 20 0"),
    (("move:sense=5/53/02",), "unload 5 1"), (("move:sense=5/3B/0D",), "unload 1 0"), (("move:sense=5/3B/0E",), "unload 1 0"),
    (("move:sense=B/4E/00",), "unload"), (("move:sense=4/15/01",), "next"), (("move:sense=4/15/01@2",), "next | status"),
    (("move:timeout",), "unload | status"), (("move:timeout-after",), "unload | status"), (("move:stuck",), "unload | status"),
    (("move:status=08",), "unload"), (("res:sense=6/28/00",), "unload"), (("res:sense=6/28/00@3",), "unload | status"),
    (("mode-sense:sense=6/29/00",), "unload 1 0"), (("res:sense=6/28/00@3",), "status"),
]

# What every library is asked, whatever its size.
SHORT = ["status", "load 1", "load 1 1", "load 20", "unload", "unload 1 0", "transfer 1 20", "exchange 1 2", "first", "last",
         "next", "position 1", "inquiry", "loaderinfo", "altres status", "nobarcode status",
         "load 1 | status | unload", "load 1 status unload 1"]


def numbered(library, count):
    """Runs at the far end of a large library."""
    return [f"load {count}", f"load {count} 3 | status | unload {count} 3", f"transfer 1 {count}", f"position {count}",
            f"unload {count} 0", "last | next | previous"]


def cases(which):
    """The cases of the normal run, or all of them ("long")."""
    everything = which == "long"
    for library in LIBRARIES:
        if library.runs is not None:
            runs = library.runs
        elif library is DEFAULT:
            runs = STATUS + MOVES + CHAINS + MODIFIERS + PARSING + ENVIRONMENT + LOADERINFO
        elif library.size == "small":
            runs = (STATUS + MOVES + CHAINS + MODIFIERS) if everything else SHORT
        elif library.size == "thousand":
            runs = SHORT + numbered(library, 900)
        elif library.size == "large":
            runs = SHORT + numbered(library, 9000) if everything else ["status", "load 9000", "altres status"]
        else:
            runs = SHORT + numbered(library, 50000) if everything else ["status", "load 50000 3 | unload 50000 3"]
        for run in dict.fromkeys(runs):
            if library.name == "no arm reported" and run == "loaderinfo":
                continue  # of an arm's descriptor that was not sent the incumbent prints what memory holds
            yield Case(library, run)
    for library in LIBRARIES:
        if library is DEFAULT or everything and library.name in ("no mail slots", "no barcodes"):
            yield from (Case(library, runs, faults) for faults, runs in FAULTS)
        if library.name == "both drives full":
            yield from (Case(library, runs, faults) for faults, runs in FULL_FAULTS)


def matching(case, patterns):
    return any(fnmatch.fnmatchcase(case.name, pattern) for pattern in patterns)
