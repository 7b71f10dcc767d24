#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a program sees of the stand-in for /dev/sg: the same as of the kernel's driver. The program is
this file, run again with the stand-in preloaded."""
import ctypes
import errno
import fcntl
import json
import os
import stat
import sys
import unittest

import standin
from standin import harness

LIBRARY = "sim:default?slots=24&drives=2&mail=4&tapes=16"
SG_IO, SG_GET_VERSION_NUM, SG_SET_TIMEOUT, BLKSECTGET, UNKNOWN = 0x2285, 0x2282, 0x2201, 0x1267, 0x22FF
FROM_DEVICE, NO_DATA = -3, -1


class Header(ctypes.Structure):
    """Source:  Linux <scsi/sg.h>, struct sg_io_hdr"""

    _fields_ = [("interface_id", ctypes.c_int), ("direction", ctypes.c_int), ("cmd_len", ctypes.c_ubyte),
                ("mx_sb_len", ctypes.c_ubyte), ("iovec_count", ctypes.c_ushort), ("dxfer_len", ctypes.c_uint),
                ("dxferp", ctypes.c_void_p), ("cmdp", ctypes.c_void_p), ("sbp", ctypes.c_void_p),
                ("timeout", ctypes.c_uint), ("flags", ctypes.c_uint), ("pack_id", ctypes.c_int),
                ("usr_ptr", ctypes.c_void_p), ("status", ctypes.c_ubyte), ("masked_status", ctypes.c_ubyte),
                ("msg_status", ctypes.c_ubyte), ("sb_len_wr", ctypes.c_ubyte), ("host_status", ctypes.c_ushort),
                ("driver_status", ctypes.c_ushort), ("resid", ctypes.c_int), ("duration", ctypes.c_uint),
                ("info", ctypes.c_uint)]


def send(fd, cdb, length=0, interface="S"):
    """Sends one command; returns what the driver filled in, or the errno."""
    command = ctypes.create_string_buffer(bytes.fromhex(cdb), len(bytes.fromhex(cdb)))
    data, sense = ctypes.create_string_buffer(max(length, 1)), ctypes.create_string_buffer(32)
    header = Header(interface_id=ord(interface), direction=FROM_DEVICE if length else NO_DATA, cmd_len=len(command),
                    mx_sb_len=32, dxfer_len=length, dxferp=ctypes.addressof(data), cmdp=ctypes.addressof(command),
                    sbp=ctypes.addressof(sense), timeout=20_000)
    try:
        fcntl.ioctl(fd, SG_IO, header)
    except OSError as error:
        return errno.errorcode[error.errno]
    seen = {name: getattr(header, name) for name in ("status", "masked_status", "sb_len_wr", "host_status",
                                                     "driver_status", "resid", "info")}
    return {**seen, "data": data.raw[:length].hex(), "sense": sense.raw[:header.sb_len_wr].hex()}


def number(fd, request):
    answer = bytearray(4)
    try:
        fcntl.ioctl(fd, request, answer)
    except OSError as error:
        return errno.errorcode[error.errno]
    return int.from_bytes(answer, sys.byteorder)


def probe(path):
    """What the preloaded program does; prints what it sees."""
    fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    kind = os.fstat(fd)
    seen = {
        "character device": stat.S_ISCHR(kind.st_mode), "major": os.major(kind.st_rdev),
        "version": number(fd, SG_GET_VERSION_NUM), "timeout": number(fd, SG_SET_TIMEOUT), "unknown": number(fd, UNKNOWN),
        "limit": number(fd, BLKSECTGET), "inquiry": send(fd, "120000003800", 0x38),
        "refused": send(fd, "a50000010413010000000000"),
        "at the limit": send(fd, "b81204000018000010000000", 4096), "above it": send(fd, "b81204000018000010010000", 4097),
        "not v3": send(fd, "120000003800", 0x38, interface="Q"), "short": send(fd, "0000"),
        "no time": send(fd, "a50000010401010000000000"),
    }
    os.close(fd)
    again = os.open("/dev/null", os.O_RDWR)
    seen["closed"] = [fd == again, stat.S_ISCHR(os.fstat(again).st_mode), os.major(os.fstat(again).st_rdev), number(again, BLKSECTGET)]
    try:
        os.open(path + "-other", os.O_RDWR)
    except OSError as error:
        seen["other path"] = errno.errorcode[error.errno]
    print(json.dumps(seen))


class StandIn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        server = standin.Standin()
        cls.addClassCleanup(server.stop)
        device = server.device(LIBRARY, limit=4096)
        device.ctl("fault", "move:timeout@2")
        # The interpreter itself, not a launcher script: it is what has to be preloaded.
        ran = device.run(sys.executable, [__file__, "probe", device.path], name="python3")
        if ran.exit != 0:
            raise AssertionError(ran.stderr.decode())
        cls.seen = json.loads(ran.stdout)
        cls.commands = ran.commands

    def test_it_is_a_generic_scsi_device_of_the_third_version(self):
        self.assertEqual((self.seen["character device"], self.seen["major"]), (True, 21))
        self.assertEqual((self.seen["version"], self.seen["timeout"], self.seen["unknown"]), (30536, 0, "ENOTTY"))

    def test_good_data_comes_with_its_residual(self):
        seen = self.seen["inquiry"]
        self.assertEqual((seen["status"], seen["resid"], seen["info"], seen["sb_len_wr"]), (0, 0, 0, 0))
        self.assertIn("CHANGER", bytes.fromhex(seen["data"]).decode(errors="replace"))
        seen = self.seen["at the limit"]
        self.assertEqual((seen["status"], seen["resid"]), (0, 4096 - 16 - 24 * 52))

    def test_check_condition_comes_with_sense(self):
        seen = self.seen["refused"]
        self.assertEqual((seen["status"], seen["masked_status"], seen["driver_status"], seen["info"]), (2, 1, 8, 1))
        sense = bytes.fromhex(seen["sense"])
        self.assertEqual((seen["sb_len_wr"], sense[0], sense[2], sense[12], sense[13]), (18, 0x70, 5, 0x3B, 0x0E))

    def test_no_answer_in_time_is_a_host_status(self):
        seen = self.seen["no time"]
        self.assertEqual((seen["status"], seen["host_status"], seen["driver_status"], seen["sb_len_wr"]), (0, 3, 0, 0))
        self.assertEqual(seen["info"], 1)

    def test_a_transfer_above_the_limit_is_refused_and_never_sent(self):
        self.assertEqual((self.seen["limit"], self.seen["above it"]), (4096, "EINVAL"))
        self.assertEqual(max(command.length for command in self.commands), 4096)

    def test_what_the_driver_refuses(self):
        self.assertEqual((self.seen["not v3"], self.seen["short"]), ("ENOSYS", "EMSGSIZE"))

    def test_everything_else_is_the_kernels(self):
        self.assertEqual(self.seen["closed"], [True, True, 1, "ENOTTY"])
        self.assertEqual(self.seen["other path"], "ENOENT")


if __name__ == "__main__":
    if sys.argv[1:2] == ["probe"]:
        probe(sys.argv[2])
    else:
        harness.main()
