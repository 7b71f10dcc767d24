# SPDX-License-Identifier: Apache-2.0
"""What the system tests share: a simulated library and a daemon as processes of their own, the
API over the unix socket, and waiting for conditions instead of for time.

Every answer of the API that passes through Api is validated against data/openapi.json.
"""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import warnings

import validate

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build" / "tests"))
PATIENCE = float(os.environ.get("PATIENCE", "60"))  # seconds until a condition counts as missed


def program(name):
    """Returns the path of one of the project's programs in the build directory."""
    for folder in ("daemon", "tools"):
        if (BUILD / folder / name).exists():
            return str(BUILD / folder / name)
    raise FileNotFoundError(f"{name} is not built in {BUILD}")


def wait_for(what, condition, patience=PATIENCE):
    """Returns the first true value of condition(); fails naming `what` when none comes."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience:.0f} s in vain for: {what}")
        time.sleep(0.02)


class Process:
    """A child with its output in a file; ended by its own pid, never by name."""

    def __init__(self, arguments, log, **options):
        self.log = pathlib.Path(log)
        self._out = open(self.log, "ab")
        self.child = subprocess.Popen(
            arguments, stdout=self._out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **options
        )

    def output(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def running(self):
        return self.child.poll() is None

    def kill(self):
        if self.running():
            self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        self._out.close()

    def stop(self):
        """SIGTERM, and the exit status it leads to."""
        if self.running():
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"{self.log.name} did not end on SIGTERM")
        self._out.close()
        return self.child.returncode


class Sim:
    """A simulated library behind iSCSI: it outlives the daemon as a real one does."""

    def __init__(self, directory, *options):
        self.directory = pathlib.Path(directory)
        self.control = str(self.directory / "sim.ctl")
        self.options = [str(option) for option in options]
        self.port = 0
        self._start()

    def _start(self):
        self.process = Process(
            [program("changersim"), "serve", "--listen", f"127.0.0.1:{self.port}",
             "--control", self.control, *self.options],
            self.directory / "changersim.log",
        )
        self.url = wait_for("changersim's URLs", self._url)
        self.port = int(re.search(r":(\d+)/", self.url).group(1))

    def _url(self):
        if not self.process.running():
            raise AssertionError("changersim ended: " + self.process.output())
        found = re.findall(r"iscsi://\S+", self.process.output())
        ready = os.path.exists(self.control)
        return found[-self._luns()] if ready and len(found) >= self._luns() else None

    def _luns(self):
        """How many URLs a start prints: the changer first, then the drives."""
        drives = 2
        if "--drives" in self.options:
            drives = int(self.options[self.options.index("--drives") + 1])
        return 1 + drives

    def ctl(self, *words):
        done = subprocess.run(
            [program("changersim"), "ctl", self.control, *map(str, words)],
            capture_output=True, text=True, check=False, timeout=PATIENCE,
        )
        if done.returncode != 0:
            raise AssertionError(f"changersim ctl {words}: {done.stdout}{done.stderr}")
        return done.stdout

    def show(self):
        return json.loads(self.ctl("show", "--json"))

    def locked_by(self):
        """The initiators whose PREVENT holds the door now."""
        return self.show()["locked_by"]

    def cartridges(self, kind):
        """The barcodes that really lie in elements of this type, by element address."""
        return {it["address"]: it["cartridge"] for it in self.show()["elements"]
                if it["type"] == kind and it["cartridge"]}

    def commands(self, opcode):
        """How often a command of this opcode arrived at the changer, as the simulator counts."""
        return int(self.show()["commands"].get(f"{opcode:02x}", 0))

    def stop(self):
        self.process.kill()

    def start_again(self):
        self._start()


class Unix(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body


class Api:
    def __init__(self, path):
        self.path = str(path)

    def call(self, method, target, body=None, headers=None):
        connection = Unix(self.path, timeout=PATIENCE)
        try:
            data = None if body is None else (body if isinstance(body, bytes) else json.dumps(body).encode())
            head = {"Content-Type": "application/json"} if data is not None else {}
            connection.request(method, target, body=data, headers={**head, **(headers or {})})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        content = json.loads(text) if text else None
        validate.check(method, target, answer.status, content)
        return Answer(answer.status, dict(answer.getheaders()), content)

    def get(self, target):
        answer = self.call("GET", target)
        if answer.status != 200:
            raise AssertionError(f"GET {target}: {answer.status} {answer.body}")
        return answer.body

    def alive(self):
        try:
            return self.call("GET", "/v1/libraries").status == 200
        except (OSError, http.client.HTTPException):
            return False


class OtherUser:
    """The API and the programs as another user has them: its real ids in a child process.

    Only root can become somebody else: without that, the test that asks for one is skipped.
    """

    def __init__(self, socket_path, uid, gid=None, groups=()):
        if os.getuid() != 0:
            raise unittest.SkipTest("becoming another user needs root")
        self.path = str(socket_path)
        self.ids = (uid, uid if gid is None else gid, list(groups))

    def begin(self, function):
        """Calls `function` in a child with these ids; end() waits for what it returns."""
        uid, gid, groups = self.ids
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            warnings.simplefilter("ignore", ResourceWarning)  # its end closes what it left open
            try:
                os.setgroups(groups)
                os.setresgid(gid, gid, gid)
                os.setresuid(uid, uid, uid)
                result = {"value": function()}
            except BaseException as error:  # pylint: disable=broad-except
                result = {"error": f"{type(error).__name__}: {error}"}
            with os.fdopen(writer, "w", encoding="utf-8") as out:
                json.dump(result, out)
            os._exit(0)
        os.close(writer)
        return child, reader

    def end(self, begun):
        child, reader = begun
        with os.fdopen(reader, encoding="utf-8") as answer:
            result = json.loads(answer.read())
        os.waitpid(child, 0)
        if "error" in result:
            raise AssertionError(f"as uid {self.ids[0]}: {result['error']}")
        return result["value"]

    def run(self, function):
        return self.end(self.begin(function))

    def call(self, method, target, body=None, headers=None):
        def ask():
            answer = Api(self.path).call(method, target, body, headers)
            return [answer.status, answer.headers, answer.body]

        return Answer(*self.run(ask))

    def copy_of_changerctl(self):
        """Returns a program this user can run: the build may be out of his reach."""
        copy = pathlib.Path(self.path).parent / "changerctl"
        if not copy.exists():
            shutil.copy(program("changerctl"), copy)
        return str(copy)

    def ctl(self, *words):
        uid, gid, groups = self.ids
        return subprocess.run(
            [self.copy_of_changerctl(), "--socket", self.path, *map(str, words)], user=uid, group=gid,
            extra_groups=groups, capture_output=True, text=True, check=False, timeout=PATIENCE * 2,
            stdin=subprocess.DEVNULL, cwd="/",
        )


class Daemon:
    """changerd on a state directory of its own."""

    def __init__(self, directory, libraries, **settings):
        self.directory = pathlib.Path(directory)
        self.socket = str(self.directory / "api.sock")
        self.state = self.directory / "state"
        self.config = self.directory / "changerd.json"
        document = {
            "state_directory": str(self.state),
            "socket": self.socket,
            "lock_directory": str(self.directory),
            "discover": False,
            "libraries": libraries,
            **settings,
        }
        self.config.write_text(json.dumps(document, indent=2), encoding="utf-8")
        self.api = Api(self.socket)
        self.process = None
        self.environment = None  # its own, else this process's

    def start(self, **environment):
        self.process = Process(
            [program("changerd"), "--config", str(self.config)], self.directory / "changerd.log",
            env={**(self.environment or os.environ), **environment},
        )
        wait_for("the daemon's API", self._up)
        return self

    def _up(self):
        if not self.process.running():
            raise AssertionError("changerd ended: " + self.process.output())
        return os.path.exists(self.socket) and self.api.alive()

    def kill(self):
        self.process.kill()

    def stop(self):
        return self.process.stop()

    def library(self, name="main"):
        return self.api.get(f"/v1/libraries/{name}")

    def wait_online(self, name="main"):
        """Returns the library as soon as it is online and, unless disabled, its elements are read."""
        def read():
            it = self.library(name)
            return it if it["state"] == "online" and (it["inventory"]["at"] or not it["enabled"]) else None

        return wait_for(f"library {name} online and read", read)

    def door(self, name="main"):
        return self.library(name)["door"]

    def submit(self, name="main", **body):
        answer = self.api.call("POST", f"/v1/libraries/{name}/jobs", body)
        if answer.status != 202:
            raise AssertionError(f"POST {body}: {answer.status} {answer.body}")
        return answer.body["id"]

    def job(self, job):
        return self.api.get(f"/v1/jobs/{job}")

    def wait_phase(self, job, *phases):
        def reached():
            it = self.job(job)
            if it["finished_at"] and it["phase"] not in phases:
                raise AssertionError(f"{job} ended before {phases}: {it}")
            return it if it["phase"] in phases else None

        return wait_for(f"{job} in {phases}", reached)

    def wait_finished(self, job):
        return wait_for(f"{job} finished", lambda: (lambda it: it if it["finished_at"] else None)(self.job(job)))

    def wait_passed(self, job):
        it = self.wait_finished(job)
        if it["state"] != "passed":
            raise AssertionError(f"{job} did not pass: {json.dumps(it, indent=2)}")
        return it

    def requests(self, open_only=True):
        found = self.api.get("/v1/operator-requests")["operator_requests"]
        return [it for it in found if not open_only or it["state"] == "pending"]

    def wait_request(self, pattern=""):
        def raised():
            return next((it for it in self.requests() if re.search(pattern, it["text"])), None)

        return wait_for(f"an operator request that says {pattern!r}", raised)

    def answer(self, request, answer):
        return self.api.call("POST", f"/v1/operator-requests/{request}", {"answer": answer})

    def other(self, uid, gid=None, groups=()):
        """The daemon as another user sees it."""
        other = OtherUser(self.socket, uid, gid, groups)
        os.chmod(self.directory, 0o755)
        return other

    def ctl(self, *words):
        """Runs changerctl; returns the finished process."""
        return subprocess.run(
            [program("changerctl"), "--socket", self.socket, *map(str, words)],
            capture_output=True, text=True, check=False, timeout=PATIENCE * 2, stdin=subprocess.DEVNULL,
        )

    def elements(self, name="main"):
        return self.api.get(f"/v1/libraries/{name}/elements")["elements"]


class FailingDisk:
    """What a daemon is started with so that its disk can be made full or broken, and whole again."""

    def __init__(self, daemon):
        self.file = daemon.directory / "disk"
        self.file.write_text("good", encoding="utf-8")
        self.environment = {
            "LD_PRELOAD": str(BUILD.resolve() / "tests" / "system" / "failing_disk.so"),
            "CHANGER_DISK": str(self.file),
            "CHANGER_DISK_DIRECTORY": str(daemon.state),
            # A sanitizer's library wants to be the first; this one allocates nothing.
            "ASAN_OPTIONS": "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", ""),
        }

    def becomes(self, state):
        self.file.write_text(state, encoding="utf-8")


class SystemTest(unittest.TestCase):
    """A directory of its own for each test, and every process it started ended after it."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="changer-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def sim(self, *options, name="sim"):
        directory = self.directory / name
        directory.mkdir()
        sim = Sim(directory, *options)
        self.addCleanup(sim.stop)
        return sim

    def daemon(self, *libraries, start=True, **settings):
        daemon = Daemon(self.directory, list(libraries), **settings)
        if start:
            daemon.start()
        self.addCleanup(lambda: daemon.process and daemon.process.kill())
        return daemon

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            for log in sorted(self.directory.rglob("*.log")) if self.directory.exists() else []:
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-4000:]}", file=sys.stderr)


def library(url, name="main", **settings):
    """A configured library with a door that answers quickly enough for a test."""
    door = {"quiet_seconds": 1, "unlock_timeout_seconds": 900, "max_open_seconds": 1800}
    door.update(settings.pop("door", {}))
    return {"id": name, "device": url, "poll_seconds": 1, "door": door, **settings}


def report(result):
    """Prints the line that tests/summary.py counts; returns the exit code."""
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    for test, reason in result.skipped:
        print(f"skipped: {test}: {reason}")
    print(f"{result.testsRun - failed - len(result.skipped)} passed, {failed} failed, {len(result.skipped)} skipped")
    return 1 if failed else 0


def main():
    """Runs the calling module's tests."""
    sys.exit(report(unittest.main(module="__main__", exit=False, verbosity=2).result))
