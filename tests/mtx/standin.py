# SPDX-License-Identifier: Apache-2.0
"""Runs programs that know only /dev/sgN - the incumbent's and ours - on simulated libraries: one
standin_server for a test program, sg_standin preloaded into what runs."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
import harness  # noqa: E402
from harness import BUILD, PATIENCE  # noqa: E402

REAL = {name: f"/usr/sbin/{name}" for name in ("mtx", "loaderinfo")}
DEFAULT_DEVICE = "/dev/changer"


def ours(name):
    """The path of one of our programs that takes the incumbent's place."""
    for folder in ("tools", "tools/mtx"):
        path = BUILD / folder / name
        if path.is_file():
            return str(path)
    raise FileNotFoundError(f"{name} is not built in {BUILD}")


class Command:
    """One CDB as the server saw it."""

    def __init__(self, line):
        cdb, length, transferred, self.status, self.sense, timeout = line.split()
        self.cdb = bytes.fromhex(cdb)
        self.opcode = self.cdb[0]
        self.length = int(length)
        self.transferred = int(transferred)
        self.timeout_ms = int(timeout)


class Ran:
    """A finished program: what it printed, its exit code, what it sent."""

    def __init__(self, done, commands):
        self.stdout = done.stdout
        self.stderr = done.stderr
        self.exit = done.returncode
        self.commands = commands

    def opcodes(self):
        return [command.opcode for command in self.commands]


class Standin:
    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="changer-standin-"))
        self.socket = str(self.directory / "server")
        self.child = subprocess.Popen([str(BUILD / "tests" / "mtx" / "standin_server"), self.socket],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        harness.wait_for("the stand-in's server", self._up)

    def _up(self):
        if self.child.poll() is not None:
            raise AssertionError("standin_server ended at once")
        return os.path.exists(self.socket)

    def stop(self):
        self.child.stdin.close()
        self.child.wait(PATIENCE)
        self.child.stdout.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def request(self, *words):
        """Asks the server; returns its text."""
        self.child.stdin.write(" ".join(map(str, words)).encode() + b"\n")
        self.child.stdin.flush()
        verdict, length = self.child.stdout.readline().split()
        text = self.child.stdout.read(int(length)).decode(errors="replace")
        if verdict != b"ok":
            raise AssertionError(f"standin_server: {' '.join(map(str, words))}: {text}")
        return text

    def device(self, url, name="changer", limit=None):
        """Serves a library behind a path that exists, as programs may look for it before opening,
        and behind the incumbent's own default: no test may meet a changer of this machine."""
        path = self.directory / name
        path.touch()
        self.request("open", f"{path}:{DEFAULT_DEVICE}", url, *([] if limit is None else [limit]))
        return Device(self, str(path))


class Device:
    def __init__(self, server, path):
        self.server = server
        self.path = path

    def ctl(self, *words):
        return self.server.request("ctl", self.path, *words)

    def commands(self):
        return [Command(line) for line in self.server.request("commands", self.path).splitlines()]

    def close(self):
        self.server.request("close", self.path)

    def environment(self, **more):
        """What a program needs to find this device; nothing of the caller's changer in it."""
        kept = {name: value for name, value in os.environ.items()
                if name not in ("CHANGER", "TAPE", "STAPE", "MTX")}
        return {**kept, "LC_ALL": "C", "CHANGER_STANDIN": self.server.socket,
                # Ours alone: no daemon, no lock of this machine; a changer that is not ready gets a second.
                "CHANGER_SOCKET": str(self.server.directory / "no-daemon"),
                "CHANGER_LOCK_DIRECTORY": str(self.server.directory), "MTX_WAIT": "1",
                "CHANGER_STANDIN_PATH": f"{self.path}:{DEFAULT_DEVICE}", **more}

    def run(self, program, arguments, name, **more):
        """Runs a program under a name to its end; `more` goes into its environment."""
        environment = self.environment(LD_PRELOAD=str(BUILD / "tests" / "mtx" / "sg_standin.so"), **more)
        self.commands()
        done = subprocess.run([name, *arguments], executable=program, env=environment, capture_output=True,
                              check=False, timeout=PATIENCE, stdin=subprocess.DEVNULL)
        return Ran(done, self.commands())
