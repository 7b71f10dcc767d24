#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Labels as their real writers write them, into plain files, are recognised: GNU tar, dd (which makes the cards of ANSI
labels, and EBCDIC of them), bcopy of Bacula. A writer that is not here is skipped, and named; those that wrote are
named at the end.

bcopy is the one program of Bacula's that writes a volume's label without a director and without a tape: it is given a
volume to copy, whose label is built here, and writes its own on an empty one. tests/run.sh unpacks the packages.
"""
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
import harness  # pylint: disable=wrong-import-position

BUILD = pathlib.Path(os.environ["BUILD"])
PACKAGES = BUILD.parent / "packages"
PATIENCE = 60
WRITERS = set()  # whose labels were read


def program(name):
    """Finds a program and the environment it runs in; none if it is not here."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if found:
        return found, dict(os.environ)
    unpacked = PACKAGES / "bacula-sd" / "usr" / "sbin" / name
    libraries = PACKAGES / "bacula-common" / "usr" / "lib" / "bacula"
    environment = {**os.environ, "LD_LIBRARY_PATH": str(libraries)}
    not_started = 127  # the loader misses a library of another package
    if unpacked.exists() and subprocess.run([unpacked, "-?"], env=environment, capture_output=True, timeout=PATIENCE,
                                            check=False).returncode != not_started:
        return str(unpacked), environment
    return None


def version(name):
    """What a program says it is, in one line."""
    path, environment = program(name)
    told = subprocess.run([path, "-?" if name == "bcopy" else "--version"], env=environment, capture_output=True,
                          text=True, timeout=PATIENCE, check=False)
    lines = [line.strip() for line in (told.stdout + told.stderr).splitlines() if line.strip()]
    return next((line for line in lines if line.startswith("Version")), lines[0] if lines else "without a version")


def tearDownModule():  # pylint: disable=invalid-name
    for name in sorted(WRITERS):
        print(f"written by {name}: {version(name)} ({program(name)[0]})", file=sys.stderr)


def needs(name):
    return unittest.skipUnless(program(name), f"{name} is not installed, or lacks a library")


def bacula_volume(name):
    """A volume with nothing but a label, in Bacula's format BB02 with its checksum."""
    label = b"Bacula 1.0 immortal\n\0" + struct.pack(">I", 11) + bytes(32)
    for text in (name, b"", b"Default", b"Backup", b"File", b"host", b"test", b"1", b"2026"):
        label += text + b"\0"
    record = struct.pack(">iiI", -2, 0, len(label)) + label
    rest = struct.pack(">II4sII", 24 + len(record), 0, b"BB02", 0, 0) + record
    return struct.pack(">I", zlib.crc32(rest)) + rest


STORAGE = """
Storage {{ Name = test-sd; WorkingDirectory = {0}; PidDirectory = {0}; Plugin Directory = {0} }}
Director {{ Name = test-dir; Password = "none" }}
Messages {{ Name = Standard; stdout = all }}
Device {{ Name = From; Media Type = File; Archive Device = {0}/from; Device Type = File; LabelMedia = yes
  Random Access = yes; AutomaticMount = yes; RemovableMedia = no; AlwaysOpen = no }}
Device {{ Name = To; Media Type = File; Archive Device = {0}/to; Device Type = File; LabelMedia = yes
  Random Access = yes; AutomaticMount = yes; RemovableMedia = no; AlwaysOpen = no }}
"""


class WrittenLabels(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="changer-labels-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def file(self, name, data=b""):
        path = self.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return path

    def write(self, command, data=b""):
        path, environment = program(command[0])
        WRITERS.add(command[0])
        done = subprocess.run([path, *command[1:]], input=data, env=environment, capture_output=True, timeout=PATIENCE,
                              check=True, cwd=self.directory)
        return self.file("written", done.stdout)

    def recognised(self, path, block=None):
        command = [BUILD / "tests" / "drive" / "recognise", path] + ([str(block)] if block else [])
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout.strip()

    @needs("tar")
    def test_archives_of_gnu_tar(self):
        self.file("hello", b"hello")
        for form in ("gnu", "ustar", "posix", "oldgnu"):
            with self.subTest(form):
                written = self.write(["tar", "cf", "-", f"--format={form}", "hello"])
                self.assertEqual(self.recognised(written, 10240), "tar||")

    @needs("tar")
    def test_a_label_of_gnu_tar(self):
        self.file("hello", b"hello")
        written = self.write(["tar", "cf", "-", "--label=Backup of May", "hello"])
        self.assertEqual(self.recognised(written, 10240), "tar||Backup of May")

    @needs("dd")
    def test_cards_of_dd(self):
        card = f"VOL1A00001{'':27}SMITH{'':37}4\n".encode()
        for conversion, expected in (("block", "ansi|A00001|SMITH"), ("block,ibm", "ebcdic|A00001|H")):
            with self.subTest(conversion):
                written = self.write(["dd", f"conv={conversion}", "cbs=80", "status=none"], card)
                self.assertEqual(written.stat().st_size, 80)
                self.assertEqual(self.recognised(written, 80), expected)

    @needs("bcopy")
    def test_a_volume_of_bacula(self):
        configuration = self.file("storage.conf", STORAGE.format(self.directory).encode())
        self.file("from/COPIED", bacula_volume(b"COPIED"))
        self.assertEqual(self.recognised(self.directory / "from" / "COPIED"), "bacula|COPIED|Default")
        volume = self.file("to/Full-0001")
        path, environment = program("bcopy")
        WRITERS.add("bcopy")
        child = subprocess.Popen([path, "-c", configuration, "-i", "COPIED", "-o", "Full-0001", "From", "To"],
                                 env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, cwd=self.directory)
        try:  # with no data to copy it goes on asking for volumes, once it has written the label
            give_up = time.monotonic() + PATIENCE
            while volume.stat().st_size == 0 and child.poll() is None and time.monotonic() < give_up:
                time.sleep(0.02)
        finally:
            child.kill()
            child.wait()
        self.assertEqual(self.recognised(volume), "bacula|Full-0001|Default")


if __name__ == "__main__":
    harness.main()
