# SPDX-License-Identifier: Apache-2.0
"""A minimal iSCSI initiator: another host at a simulated library, one command at a time.

Source: RFC 7143 11 (PDUs), 11.12 (login); SPC-4 (PERSISTENT RESERVE OUT)
"""
import re
import socket
import struct

GOOD, CHECK_CONDITION, RESERVATION_CONFLICT = 0x00, 0x02, 0x18

LOGIN, SCSI_COMMAND, SCSI_RESPONSE, DATA_IN, LOGIN_RESPONSE = 0x43, 0x01, 0x21, 0x25, 0x23
FINAL, READ, WRITE = 0x80, 0x40, 0x20
LOGIN_TO_FULL_FEATURE = 0x87  # transit, from the operational stage

REGISTER, RESERVE, RELEASE, CLEAR = 0, 1, 2, 3
EXCLUSIVE_ACCESS = 3


class Initiator:
    def __init__(self, url, name):
        host, port, self.target, lun = re.match(r"iscsi://([^:/]+):(\d+)/([^/]+)/(\d+)", url).groups()
        self.lun = int(lun)
        self.tag = 0
        self.number = 1
        self.socket = socket.create_connection((host, int(port)), timeout=30)
        keys = {"InitiatorName": name, "TargetName": self.target, "SessionType": "Normal",
                "HeaderDigest": "None", "DataDigest": "None", "ImmediateData": "Yes", "InitialR2T": "No"}
        text = "".join(f"{key}={value}\0" for key, value in keys.items()).encode()
        header = bytearray(48)
        header[0], header[1] = LOGIN, LOGIN_TO_FULL_FEATURE
        header[8:14] = b"\x80\0\0\0\0\x01"  # ISID, type random
        struct.pack_into(">I", header, 24, self.number)
        self._send(header, text)
        header, _ = self._receive()
        if header[0] != LOGIN_RESPONSE or header[36:38] != b"\0\0":
            raise AssertionError(f"login refused: {header.hex()}")
        self.command(bytes(6))  # TEST UNIT READY takes the unit attention of the new nexus

    def close(self):
        self.socket.close()

    def _send(self, header, data=b""):
        header[5:8] = len(data).to_bytes(3, "big")
        self.socket.sendall(bytes(header) + data + b"\0" * (-len(data) % 4))

    def _read(self, length):
        data = b""
        while len(data) < length:
            part = self.socket.recv(length - len(data))
            if not part:
                raise ConnectionError("the target closed the connection")
            data += part
        return data

    def _receive(self):
        header = self._read(48)
        length = int.from_bytes(header[5:8], "big")
        return header, self._read(length + -length % 4)[:length]

    def command(self, cdb, data_out=b"", room=0):
        """Sends one command; returns its status and the data it gave."""
        self.tag += 1
        header = bytearray(48)
        header[0] = SCSI_COMMAND
        header[1] = FINAL | (WRITE if data_out else 0) | (READ if room else 0)
        header[9] = self.lun
        struct.pack_into(">III", header, 16, self.tag, len(data_out) or room, self.number)
        header[32:32 + len(cdb)] = cdb
        self.number += 1
        self._send(header, data_out)
        data = b""
        while True:
            header, part = self._receive()
            if header[0] == DATA_IN:
                data += part
                if header[1] & 0x01:  # the status comes with the last of the data
                    return header[3], data
            elif header[0] == SCSI_RESPONSE:
                return header[3], data
            else:
                raise AssertionError(f"unexpected PDU {header.hex()}")

    def _reserve_out(self, action, key, new_key=0, kind=0):
        cdb = struct.pack(">BBBxxIx", 0x5F, action, kind, 24)
        status, _ = self.command(cdb, struct.pack(">QQ8x", key, new_key))
        if status != GOOD:
            raise AssertionError(f"PERSISTENT RESERVE OUT action {action}: status {status:02x}")

    def reserve(self, key):
        """Keeps everybody else out."""
        self._reserve_out(REGISTER, 0, key)
        self._reserve_out(RESERVE, key, kind=EXCLUSIVE_ACCESS)

    def release(self, key):
        self._reserve_out(RELEASE, key, kind=EXCLUSIVE_ACCESS)
