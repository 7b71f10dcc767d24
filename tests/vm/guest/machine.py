# SPDX-License-Identifier: Apache-2.0
"""The virtual machine as its tests see it: the installed daemon under systemd, tape libraries as
iSCSI targets on loopback, open-iscsi as the way to them, and what the kernel made of it all."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "system"))

import harness  # noqa: E402
from harness import PATIENCE  # noqa: E402

# Here the programs are installed.
harness.program = shutil.which

NOBODY_SPECIAL = ["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups"]
SERVICE = "changerd.service"
SOCKET = "changerd.socket"


def run(*words, check=True, **options):
    """Runs a program to its end and returns it; a failure shows what it said."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False,
                          timeout=PATIENCE, stdin=subprocess.DEVNULL, **options)
    if check and done.returncode != 0:
        raise AssertionError(f"{words}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def fact(text):
    """Prints what was seen, for whoever reads the log; nothing depends on it."""
    print(f"seen: {text}", flush=True)


def systemctl(*words, check=True):
    return run("systemctl", *words, check=check)


def prop(name, unit=SERVICE):
    return systemctl("show", "--value", "-p", name, unit).stdout.strip()


class Installed(harness.Daemon):
    """changerd where `meson install` has put it, started and stopped by systemd alone."""

    def __init__(self):
        self.socket = "/run/changer/api.sock"
        self.state = pathlib.Path("/var/lib/changer")
        self.config = pathlib.Path(re.search(r"--config (\S+)", prop("ExecStart")).group(1))
        self.api = harness.Api(self.socket)

    def configure(self, *libraries, **settings):
        """Makes these its libraries, from its next start on, and forgets all others."""
        self.stop()
        run("rm", "-rf", *self.state.glob("*"))
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(json.dumps({"discover": False, "libraries": libraries, **settings}))

    def start(self):
        systemctl("start", SERVICE)
        return self

    def stop(self):
        systemctl("stop", SERVICE)

    def pid(self):
        return int(prop("MainPID"))

    def kill(self):
        os.kill(self.pid(), signal.SIGKILL)

    def active(self):
        return prop("ActiveState") == "active"

    def log(self, *options):
        return run("journalctl", "-q", "--no-pager", "-o", "cat", "-u", SERVICE, *options).stdout


class Session:
    """The kernel's initiator logged in to one target."""

    def __init__(self, url):
        _, _, self.portal, self.target, _ = url.split("/")

    def login(self):
        # The socket unit starts iscsid.
        run("iscsiadm", "-m", "discovery", "-t", "sendtargets", "-p", self.portal)
        run("iscsiadm", "-m", "node", "-T", self.target, "-p", self.portal, "--login")
        run("udevadm", "settle", "-t", "60")

    def logout(self):
        run("iscsiadm", "-m", "node", "-T", self.target, "-p", self.portal, "--logout")
        run("udevadm", "settle", "-t", "60")


class Tgt:
    """A library that nobody of the project wrote: it can neither lock nor report its door."""

    scripts = ROOT / "tests" / "system" / "tgt"
    changer = "TGTCHANGER"
    drives = ("TGTDRIVE1", "TGTDRIVE2")

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tgt-"))
        url = run(self.scripts / "start.sh", self.directory,
                  "--slots", 8, "--drives", 2, "--mail", 2, "--tapes", 4).stdout.split()[-1]
        self.session = Session(url)

    def insert(self, barcode, address):
        run(self.scripts / "insert.sh", self.directory, barcode, address)

    def stop(self):
        run(self.scripts / "stop.sh", self.directory)


class Simulated(harness.Sim):
    """The project's simulated library as a process of its own."""

    changer = "SIM0000001"

    def __init__(self, *options):
        super().__init__(tempfile.mkdtemp(prefix="sim-"), "--serial", self.changer,
                         "--slots", 8, "--drives", 2, "--mail", 2, "--tapes", 4, *options)
        self.session = Session(self.url)


class Node:
    """A SCSI device as the kernel's sysfs shows it."""

    def __init__(self, entry):
        device = pathlib.Path(entry) / "device"
        self.sg = f"/dev/{pathlib.Path(entry).name}"
        self.type = int((device / "type").read_text())
        try:
            self.serial = (device / "vpd_pg80").read_bytes()[4:].decode("ascii").strip(" \0")
        except OSError:
            self.serial = None
        self.drivers = sorted(p.name for kind in ("scsi_changer", "scsi_tape")
                              for p in device.glob(f"{kind}/*"))


def nodes():
    """Every SCSI device of this machine by its serial number."""
    found = [Node(entry) for entry in pathlib.Path("/sys/class/scsi_generic").glob("sg*")]
    return {node.serial: node for node in found}


def links(node):
    """Udev's persistent links to a node."""
    return sorted(str(link) for link in pathlib.Path("/dev/tape/by-id").iterdir() if str(link.resolve()) == node)


def by_id(serial):
    """The changer's link that says what it is, as a configuration names it."""
    found = [link for link in links(nodes()[serial].sg) if link.endswith("-changer")]
    if len(found) != 1:
        raise AssertionError(f"links to the changer {serial}: {links(nodes()[serial].sg)}")
    return found[0]


class GuestTest(unittest.TestCase):
    """A test in the guest; when it fails the daemon's journal is printed."""

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print(f"--- {self.id()}: the journal's end\n"
                  + run("journalctl", "-q", "--no-pager", "-n", 60).stdout, flush=True)
