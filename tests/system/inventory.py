#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Full inventories with the drives of a library: our simulated one and Debian's tgtd, changer and drives through iSCSI."""
import re
import struct
import subprocess
import zlib

import harness
import initiator
import tgt
from harness import library

WRITE_6, REWIND, WRITE_FILEMARKS_6, LOAD_UNLOAD = 0x0A, 0x01, 0x10, 0x1B
SMALL_ENOUGH = 4096  # for the data that goes out with its command


def drives_of(url, count, first_lun):
    """The configuration's entries for the drives of the target that the changer is in; nobody else uses them."""
    base = re.sub(r"\d+$", "", url)
    return [{"device": f"{base}{first_lun + n}", "exclusive": True} for n in range(count)]


def labels(daemon):
    """What the records say, by barcode: type and id of the label, or what the cartridge turned out to be."""
    told = {}
    for record in daemon.api.get("/v1/libraries/main/media")["media"]:
        label = record["label"]
        told[record["barcode"]] = (label["type"], label["id"]) if label else None
    return told


def places(daemon):
    return {e["barcode"]: e["address"] for e in daemon.elements() if e["full"]}


class FullInventory(harness.SystemTest):
    """On the simulated library."""

    def full_inventory(self, daemon):
        done = daemon.ctl("inventory", "full")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        jobs = daemon.api.get("/v1/jobs")["jobs"]
        it = next(job for job in jobs if job["operation"] == "inventory")
        self.assertEqual((it["state"], it["error"]), ("passed", None))
        return it

    def test_every_label_is_read_and_every_tape_is_back(self):
        sim = self.sim("--instant", "--slots", 8, "--tapes", 6, "--drives", 2)
        for slot, kind, name in ((1, "bacula", "Full-0001"), (2, "ansi", "A00002"), (3, "bareos", "Incr-3"),
                                 (4, "blank", None), (5, "tar", None), (6, "unreadable", None)):
            sim.ctl("label", slot, kind, *([name] if name else []))
        before = sim.cartridges("storage")
        daemon = self.daemon(library(sim.url, drives=drives_of(sim.url, 2, 1)))
        daemon.wait_online()
        harness.wait_for("the drives", lambda: daemon.process.output().count("main: drive @") == 2)
        self.full_inventory(daemon)
        self.assertEqual(sim.cartridges("storage"), before)
        self.assertEqual(sim.cartridges("data_transfer"), {})
        told = [labels(daemon)[barcode] for _, barcode in sorted(before.items())]
        self.assertEqual(told, [("bacula", "Full-0001"), ("ansi", "A00002"), ("bareos", "Incr-3"), None,
                                ("tar", ""), None])


class Tape:
    """A drive of tgtd, as the program has it that writes on the tapes beforehand."""

    def __init__(self, url):
        self.host = initiator.Initiator(url, "iqn.2026-01.local.changer:writer")

    def write(self, blocks):
        self.done([REWIND, 0, 0, 0, 0, 0])
        for block in blocks:
            assert len(block) <= SMALL_ENOUGH
            self.done([WRITE_6, 0, *len(block).to_bytes(3, "big"), 0], block)
        self.done([WRITE_FILEMARKS_6, 0, 0, 0, 1, 0])
        self.done([REWIND, 0, 0, 0, 0, 0])
        self.done([LOAD_UNLOAD, 0, 0, 0, 0, 0])
        self.host.close()

    def done(self, cdb, data=b""):
        for _ in range(4):  # unit attentions come first
            status, _ = self.host.command(bytes(cdb), data)
            if status == initiator.GOOD:
                return
        raise AssertionError(f"{bytes(cdb).hex()} is refused")


def bacula_volume(name):
    """A volume's label in Bacula's format BB02 with its checksum."""
    label = b"Bacula 1.0 immortal\n\0" + struct.pack(">I", 11) + bytes(32)
    for text in (name, b"", b"Default", b"Backup", b"File", b"host", b"test", b"1", b"2026"):
        label += text + b"\0"
    record = struct.pack(">iiI", -2, 0, len(label)) + label
    rest = struct.pack(">II4sII", 24 + len(record), 0, b"BB02", 0, 0) + record
    return struct.pack(">I", zlib.crc32(rest)) + rest


class FullInventoryOfTgt(tgt.TgtTest):
    """On a changer and drives that nobody here wrote."""

    full_inventory = FullInventory.full_inventory

    def archive(self):
        (self.directory / "hello").write_text("hello", encoding="utf-8")
        return subprocess.run(["tar", "-C", self.directory, "-b", "8", "-cf", "-", "hello"], capture_output=True,
                              check=True, timeout=harness.PATIENCE).stdout

    def test_tapes_that_were_labelled_beforehand_are_told_and_brought_home(self):
        written = {1: [bacula_volume(b"Full-0001")], 2: [f"VOL1A00002{'':69}4".encode()], 3: [self.archive()]}
        base = re.sub(r"\d+$", "", self.url)
        for slot, blocks in written.items():
            self.mtx("-f", self.url, "load", slot, 0)
            Tape(base + "1").write(blocks)
            self.mtx("-f", self.url, "unload", slot, 0)
        before, _ = self.mtx("-f", self.url, "status")
        daemon = self.daemon(library(self.url, drives=drives_of(self.url, 4, 1)))
        daemon.wait_online()
        harness.wait_for("the drives", lambda: daemon.process.output().count("main: drive @") == 4)
        self.full_inventory(daemon)
        told = labels(daemon)
        self.assertEqual({n: told[f"VT{n:04d}L5"] for n in range(1, 5)},
                         {1: ("bacula", "Full-0001"), 2: ("ansi", "A00002"), 3: ("tar", ""), 4: None})
        self.assertEqual(places(daemon), {f"VT{n:04d}L5": 999 + n for n in range(1, 17)})
        daemon.stop()
        self.assertEqual(self.mtx("-f", self.url, "status")[0], before)


if __name__ == "__main__":
    harness.main()
