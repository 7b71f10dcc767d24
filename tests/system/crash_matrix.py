#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon killed at every record of its journal while the simulated library lives on.

A day is a list of acts: jobs, a door, cancels, settings, names, the queue's order, what an operator is asked and
answers. Each act is done again and again; the daemon is killed
once at each record it writes on the way - with half of the record written, with all of it written, with
it durable and nobody told - and started again, and the act goes on as its client would: what was not
answered is asked again with the same Idempotency-Key. After each:

- what was acknowledged is there, whole, and what was told to have ended has ended so;
- what was not acknowledged is there whole or not at all: in the documents too, before the restart;
- every cartridge is where the simulator has it, and the map is observed, not guessed;
- every job has ended, in a state that says what happened.

    crash_matrix.py [all]      without `all`: a sample drawn with CRASH_SEED (1), CRASH_POINTS (10);
                               CRASH_ACTS=door,exchange: only these acts
"""
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import time

import harness
from harness import BUILD, Daemon, SystemTest, library, program, wait_for

WHENS = ("half", "written", "synced")
LONGEST_ACT = 80  # records; an act that writes more has run away
SHIM = BUILD / "tests" / "system" / "kill_at_record.so"
ALL = "all" in sys.argv[1:]


class MortalDaemon(Daemon):
    """A daemon that is killed at a record of its journal, and what its clients were told."""

    def __init__(self, directory, libraries):
        super().__init__(directory, libraries)
        self.order = self.directory / "kill"
        self.environment = {**os.environ, "LD_PRELOAD": str(SHIM), "CHANGER_KILL": str(self.order)}
        self.orders = 0
        self.deaths = 0
        self.keys = 0
        self.submitted = {}  # id -> body, of what was acknowledged
        self.ended = {}      # id -> (state, error's code), as it was told
        self.unanswered = 0  # submissions under way: 0 or 1
        self.settings = []   # what the last two changes of settings made of it, the last maybe unanswered
        self.names = []      # the same of the names of drive:1
        self.firsts = []     # (job, job): the first was put before the second
        self.asked = {}      # id -> text, of operator requests that were acknowledged
        self.asking = []     # every text that was sent, as often as it was
        self.answered = {}   # id -> state, as it was told

    def arm(self, record, when):
        self.orders += 1
        self.order.write_text(f"{self.orders} {record} {when}\n", encoding="ascii")

    def disarm(self):
        self.order.unlink(missing_ok=True)

    def call(self, method, target, body=None, headers=None):
        """A call whose daemon may die: it is made again when the daemon is back."""
        while True:
            try:
                return self.api.call(method, target, body, headers)
            except (OSError, http.client.HTTPException):
                self.revive()

    def get(self, target):
        answer = self.call("GET", target)
        if answer.status != 200:
            raise AssertionError(f"GET {target}: {answer.status} {answer.body}")
        return answer.body

    def revive(self):
        wait_for("the daemon's death; it closed a connection", lambda: not self.process.running())
        if self.process.child.returncode != -9:
            raise AssertionError(f"changerd ended by itself: {self.process.output()[-2000:]}")
        self.deaths += 1
        self.disarm()
        self.process.kill()
        self.check_documents()
        self.start()
        for job in self.recent():
            self.check_told(job, self.get(f"/v1/jobs/{job}"))

    def recent(self):
        """The jobs of this act, and some before them; the documents are looked at for all."""
        return list(self.submitted)[-8:]

    def documents(self):
        """What is durable, read without the daemon."""
        copy = self.directory / "copy.json"
        done = subprocess.run([program("changerd"), "--config", str(self.config), "--export-state", str(copy)],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"--export-state: {done.stderr}")
        return json.loads(copy.read_text())["libraries"]["main"]["documents"]

    def check_documents(self):
        """No transaction is half there: a job that has passed has its cartridge in its place."""
        documents = self.documents()
        jobs = {key.split("/", 1)[1]: it for key, it in documents.items() if key.startswith("job/")}
        missing = set(self.submitted) - set(jobs)
        if missing:
            raise AssertionError(f"acknowledged and lost: {missing}")
        for job, end in self.ended.items():
            if end != self.end_of(jobs[job]):
                raise AssertionError(f"{job} had ended {end}, and is {jobs[job]}")
        unknown = set(jobs) - set(self.submitted)
        if len(unknown) > self.unanswered:
            raise AssertionError(f"nobody submitted {unknown}")
        self.check_settings(documents)
        self.check_queue(jobs)
        self.check_requests(documents)
        elements = [it for key, it in documents.items() if key.startswith("element/")]
        held = [it["media"] for it in elements if it["media"]]
        if len(held) != len(set(held)):
            raise AssertionError(f"a cartridge in two places: {sorted(held)}")
        for key, it in documents.items():
            if key.startswith("media/") and it.get("element") is not None:
                element = documents[f"element/{it['element']}"]
                if element["media"] != it["id"]:
                    raise AssertionError(f"{it['id']} says it is in {it['element']}, that one says {element}")

    def check_settings(self, documents):
        """Name and description are only ever changed together, to the same; those of drive:1 as well."""
        name, description = (documents.get(f"setting/{key}", {}).get("value") for key in ("name", "description"))
        if name != description or (self.settings and name not in self.settings):
            raise AssertionError(f"settings {name!r} and {description!r}, of {self.settings}")
        described = [it for key, it in documents.items() if key.startswith("description/")]
        if len(described) > 1:
            raise AssertionError(f"one drive was named: {described}")
        name, description = ((described[0] if described else {}).get(key) for key in ("name", "description"))
        if name != description or (self.names and name not in self.names):
            raise AssertionError(f"drive:1 is {name!r}, {description!r}, and was called {self.names}")

    def change_settings(self, value, name="main"):
        """Changes two settings at once; when it returns they are changed."""
        self.settings = [*self.settings[-1:], value] if self.settings else [None, value]
        answer = self.call("PATCH", f"/v1/libraries/{name}", {"name": value, "description": value})
        if (answer.status, answer.body.get("name"), answer.body.get("description")) != (200, value, value):
            raise AssertionError(f"PATCH: {answer.status} {answer.body}")
        self.settings = [value]

    def check_queue(self, jobs):
        """What was put first is before the other, as long as nobody puts it elsewhere."""
        for first, second in self.firsts:
            orders = [jobs[it]["order"] for it in (first, second)]
            if orders[0] is None or (orders[1] is not None and orders[0] >= orders[1]):
                raise AssertionError(f"{first} was put before {second}, and they have {orders}")

    def check_requests(self, documents):
        """What an operator was asked and has answered is there; what is there was asked, word by word."""
        requests = {key.split("/", 1)[1]: it for key, it in documents.items() if key.startswith("request/")}
        for request, text in self.asked.items():
            if request not in requests or requests[request]["text"] != text:
                raise AssertionError(f"acknowledged and lost: {request}: {text!r}")
        for request, state in self.answered.items():
            if requests[request]["state"] != state:
                raise AssertionError(f"{request} was {state}, and is {requests[request]}")
        texts = [it["text"] for it in requests.values() if it["type"] == "message"]
        for text in set(texts):
            if texts.count(text) > self.asking.count(text):
                raise AssertionError(f"asked {self.asking.count(text)} times: {text!r}, {texts.count(text)} are there")

    def name_drive(self, value):
        """Gives drive:1 a name and a description, the same; when it returns they are its."""
        self.names = [*self.names[-1:], value] if self.names else [None, value]
        answer = self.call("PATCH", "/v1/libraries/main/drives/1", {"name": value, "description": value})
        if (answer.status, answer.body.get("name"), answer.body.get("description")) != (200, value, value):
            raise AssertionError(f"PATCH: {answer.status} {answer.body}")
        self.names = [value]

    def put_first(self, job, other):
        answer = self.call("PATCH", f"/v1/jobs/{job}", {"order": "first"})
        if answer.status != 200:
            raise AssertionError(f"PATCH: {answer.status} {answer.body}")
        self.firsts.append((job, other))

    def ask(self, text):
        """Asks the operator until it is acknowledged: that may make two of it, but never half of one."""
        body = {"library": "main", "text": text}
        while True:
            self.asking.append(text)
            try:
                answer = self.api.call("POST", "/v1/operator-requests", body)
                break
            except (OSError, http.client.HTTPException):
                self.revive()
        if answer.status != 201:
            raise AssertionError(f"POST {body}: {answer.status} {answer.body}")
        self.asked[answer.body["id"]] = text
        return answer.body["id"]

    def answer(self, request, answer):
        told = self.call("POST", f"/v1/operator-requests/{request}", {"answer": answer})
        if told.status != 200 or told.body["state"] == "pending":
            raise AssertionError(f"answered, and {told.status} {told.body}")
        self.answered[request] = told.body["state"]
        return told.body["state"]

    def requests(self, open_only=True):
        found = self.get("/v1/operator-requests")["operator_requests"]
        return [it for it in found if not open_only or it["state"] == "pending"]

    def check_told(self, job, now):
        """What a client was told stays so."""
        body = self.submitted[job]
        if now["operation"] != body["operation"]:
            raise AssertionError(f"{job} was acknowledged as {body}, and is {now}")
        for name, value in body.items():
            if name != "operation" and now["arguments"].get(name) != value:
                raise AssertionError(f"{job} was acknowledged as {body}, and is {now}")
        if job in self.ended and self.ended[job] != self.end_of(now):
            raise AssertionError(f"{job} had ended {self.ended[job]}, and is {self.end_of(now)}")

    @staticmethod
    def end_of(job):
        return job["state"], (job["error"] or {}).get("code")

    def submit(self, name="main", **body):
        """Submits until it is acknowledged; the same key makes one job of it, whatever dies."""
        self.keys += 1
        self.unanswered += 1
        key = {"Idempotency-Key": f"key-{self.keys}"}
        answer = self.call("POST", f"/v1/libraries/{name}/jobs", body, key)
        if answer.status == 409 and "being started" in answer.body["detail"]:
            self.wait_online(name)  # as it says: try again in a moment
            answer = self.call("POST", f"/v1/libraries/{name}/jobs", body, key)
        if answer.status != 202:
            raise AssertionError(f"POST {body}: {answer.status} {answer.body}")
        self.unanswered -= 1
        if answer.body["id"] in self.submitted:
            raise AssertionError(f"two submissions made one job: {answer.body}")
        self.submitted[answer.body["id"]] = body
        return answer.body["id"]

    def job(self, job):
        it = self.get(f"/v1/jobs/{job}")
        self.check_told(job, it)
        if it["finished_at"]:
            self.ended[job] = self.end_of(it)
        return it

    def cancel(self, job):
        answer = self.call("DELETE", f"/v1/jobs/{job}")
        if answer.status not in (200, 202):
            raise AssertionError(f"DELETE {job}: {answer.status} {answer.body}")
        return answer.body

    def library(self, name="main"):
        return self.get(f"/v1/libraries/{name}")

    def elements(self, name="main"):
        return self.get(f"/v1/libraries/{name}/elements")["elements"]


class Acts:
    """What happens on a day. Each act leaves the library idle, its drives and mail slots empty."""

    def __init__(self, sim, daemon):
        self.sim = sim
        self.daemon = daemon
        self.inserted = 0
        self.changes = 0

    # what the simulator has

    def places(self):
        """Every cartridge's element address."""
        return {it["cartridge"]: it["address"] for it in self.sim.show()["elements"] if it["cartridge"]}

    def slots(self):
        """The slots in their order: (number, barcode or none)."""
        storage = [it for it in self.sim.show()["elements"] if it["type"] == "storage"]
        return [(n + 1, it["cartridge"]) for n, it in enumerate(storage)]

    def full(self, nth=0):
        return [n for n, cartridge in self.slots() if cartridge][nth]

    def empty(self, nth=0):
        return [n for n, cartridge in self.slots() if not cartridge][nth]

    # what clients do

    def do(self, **body):
        """Submits until it has passed: at most one attempt is interrupted."""
        for _ in range(2):
            before = self.places()
            job = self.daemon.submit(**body)
            it = self.daemon.wait_finished(job)
            if it["state"] == "passed":
                return it
            self.check_failed(it, before)
        raise AssertionError(f"failed twice: {it}")

    def check_failed(self, it, before):
        """What failed says so truly: it was interrupted, and no cartridge is where it was to go."""
        if self.daemon.end_of(it) != ("failed", "interrupted"):
            raise AssertionError(f"one restart made it {it}")
        if self.places() != before:
            raise AssertionError(f"it says that nothing was done, and it was: {it}")

    def move(self, operation, source, destination):
        types = {"slot": "storage", "drive": "data_transfer", "mail": "import_export"}

        def address(name):
            kind, number = name.split(":")
            return [it["address"] for it in self.sim.show()["elements"] if it["type"] == types[kind]][int(number) - 1]

        barcode = {at: tape for tape, at in self.places().items()}[address(source)]
        done = self.do(operation=operation, source=source, destination=destination)
        if self.places()[barcode] != address(destination):
            raise AssertionError(f"passed, and {barcode} is in {self.places()[barcode]}: {done}")
        if done["result"]["barcode"] != barcode:
            raise AssertionError(f"it moved {barcode}: {done}")

    def load_and_unload(self):
        home = self.full(1)
        self.move("load", f"slot:{home}", "drive:1")
        self.move("unload", "drive:1", f"slot:{home}")

    def move_between_slots(self):
        self.move("move", f"slot:{self.full(2)}", f"slot:{self.empty(1)}")

    def mail_out_and_in(self):
        home = self.full(3)
        self.move("move", f"slot:{home}", "mail:1")
        self.move("move", "mail:1", f"slot:{home}")

    def exchange(self):
        first, second = self.full(4), self.full(5)
        before = dict(self.slots())
        self.do(operation="exchange", source=f"slot:{first}", destination=f"slot:{second}")
        after = dict(self.slots())
        if (after[first], after[second]) != (before[second], before[first]):
            raise AssertionError(f"passed, and slots {first} and {second} hold {after[first]}, {after[second]}")

    def inventory(self):
        """An inventory is taken up again, and passes."""
        job = self.daemon.submit(operation="inventory", inventory="fast")
        self.daemon.wait_passed(job)

    def position(self):
        job = self.daemon.submit(operation="position", destination=f"slot:{self.empty()}")
        it = self.daemon.wait_finished(job)
        if it["state"] != "passed":
            self.check_failed(it, self.places())

    def unlocked(self, **body):
        job = self.daemon.submit(operation="door", inventory="fast", **body)
        self.daemon.wait_phase(job, "unlocked")
        return job

    def door(self):
        """The door is opened, tapes are put in, taken and swapped; the diff says exactly that."""
        job = self.unlocked()
        before = dict(self.slots())
        self.sim.ctl("open-door")
        self.daemon.wait_phase(job, "open")
        first, second = self.full(6), self.full(7)
        self.sim.ctl("swap", first, second)
        expected = {("swapped", before[first], first, second), ("swapped", before[second], second, first)}
        guest = next((n for n, tape in before.items() if tape and tape.startswith("DAY")), None)
        if guest:
            self.sim.ctl("remove", guest)
            expected.add(("removed", before[guest], guest, None))
        else:
            self.inserted += 1
            guest = self.empty(2)
            self.sim.ctl("insert", f"DAY{self.inserted:03}L8", guest)
            expected.add(("added", f"DAY{self.inserted:03}L8", None, guest))
        self.sim.ctl("close-door")
        it = self.daemon.wait_passed(job)

        def place(reference):
            return reference and reference["number"]

        diff = {(d["change"], d["barcode"], place(d["from"]), place(d["to"])) for d in it["result"]["diff"]}
        if diff != expected:
            raise AssertionError(f"the diff of {job} is {diff}, not {expected}")

    def two_door_requests(self):
        """The second joins the first, and each has an end of its own."""
        first = self.daemon.submit(operation="door", inventory="none")
        second = self.daemon.submit(operation="door", inventory="fast")
        self.daemon.wait_phase(first, "unlocked")
        self.cancel(second, "cancelled")
        self.sim.ctl("open-door")
        self.daemon.wait_phase(first, "open")
        self.sim.ctl("close-door")
        self.daemon.wait_passed(first)

    def cancel(self, job, *ends):
        asked = self.daemon.cancel(job)
        it = self.daemon.wait_finished(job)
        if it["state"] not in ends or not (it["cancel_requested"] or asked["finished_at"]):
            raise AssertionError(f"cancelled, and ended {it}")

    def settings(self):
        """Two settings change together or not at all, and stay."""
        for _ in range(2):
            self.changes += 1
            value = f"change {self.changes}"
            self.daemon.change_settings(value)
            if self.daemon.library()["name"] != value:
                raise AssertionError(f"the name is {self.daemon.library()['name']}, not {value}")

    def names(self):
        """A drive gets another name and description, both or neither, and keeps them."""
        for _ in range(2):
            self.changes += 1
            self.daemon.name_drive(f"drive {self.changes}")
            drive = self.daemon.get("/v1/libraries/main/drives/1")
            if drive["name"] != f"drive {self.changes}":
                raise AssertionError(f"drive:1 is {drive}")

    def order(self):
        """A job that is put first starts before one that was queued before it."""
        door = self.unlocked()
        jobs = [self.daemon.submit(operation="move", source=f"slot:{self.full(n)}", destination=f"slot:{self.empty(n)}")
                for n in range(2)]
        self.daemon.put_first(jobs[1], jobs[0])
        self.cancel(door, "cancelled")
        ended = [self.daemon.wait_finished(job) for job in jobs]
        for it in ended:
            if it["state"] != "passed" and self.daemon.end_of(it) != ("failed", "interrupted"):
                raise AssertionError(f"one restart made it {it}")
        if ended[1]["started_at"] > ended[0]["started_at"]:
            raise AssertionError(f"put first, and started last: {ended}")

    def ask_and_answer(self):
        """An operator request of one's own is answered once, and stays so."""
        for word, state in (("complete", "completed"), ("refuse", "refused")):
            self.changes += 1
            request = self.daemon.ask(f"put tape {self.changes} into slot 3")
            if self.daemon.answer(request, word) != state:
                raise AssertionError(f"{request} was to be {state}: {self.daemon.answered}")
            if self.daemon.answer(request, "complete") != state:
                raise AssertionError(f"{request} was answered twice: {self.daemon.answered}")
        for it in self.daemon.requests():  # asked, and the answer with its id never arrived
            if it["type"] == "message":
                self.daemon.answer(it["id"], "refuse")

    def door_answered(self):
        """The operator says that he has closed the door; the job goes on at once, or has gone on."""
        job = self.unlocked(max_open_seconds=0)
        self.sim.ctl("open-door")
        request = self.daemon.wait_request("close the door")
        self.sim.ctl("close-door")
        if self.daemon.answer(request["id"], "complete") not in ("completed", "satisfied"):
            raise AssertionError(f"{request['id']}: {self.daemon.answered}")
        self.daemon.wait_passed(job)

    def out_of_use(self):
        """A drive that is taken out of use takes nothing until it is back."""
        for operation, enabled in (("disable", False), ("enable", True)):
            job = self.daemon.submit(operation=operation, object="drive:1")
            self.daemon.wait_passed(job)
            drive = next(it for it in self.daemon.get("/v1/libraries/main/drives")["drives"] if it["number"] == 1)
            if drive["enabled"] != enabled:
                raise AssertionError(f"{operation} passed, and the drive is {drive}")

    def cancel_while_unlocked(self):
        self.cancel(self.unlocked(), "cancelled")

    def cancel_what_waits(self):
        """A load behind a door job is cancelled: it never moves anything."""
        door = self.unlocked()
        before = self.places()
        load = self.daemon.submit(operation="load", source=f"slot:{self.full()}", destination="drive:2")
        self.cancel(load, "cancelled")
        self.cancel(door, "cancelled")
        if self.places() != before:
            raise AssertionError("a cancelled job moved a cartridge")


ACTS = ("load_and_unload", "move_between_slots", "mail_out_and_in", "exchange", "inventory", "position", "door",
        "two_door_requests", "cancel_while_unlocked", "cancel_what_waits", "settings", "out_of_use",
        "names", "order", "ask_and_answer", "door_answered")
CHOSEN = os.environ.get("CRASH_ACTS", ",".join(ACTS)).split(",")


class CrashMatrix(SystemTest):
    def setUp(self):
        super().setUp()
        self.sim_process = self.sim("--instant", "--slots", 16, "--tapes", 10)
        self.points = 0

    def day(self):
        """A daemon with no past at the library."""
        shutil.rmtree(self.directory / "state", ignore_errors=True)
        daemon = MortalDaemon(self.directory, [library(self.sim_process.url)])
        daemon.start()
        self.addCleanup(daemon.kill)
        daemon.wait_online()
        return Acts(self.sim_process, daemon)

    def sequence(self, daemon):
        """The number of the last record."""
        last = max(daemon.state.glob("libraries/main/journal-*.jsonl"), key=lambda it: int(it.stem.split("-")[1]))
        return json.loads(last.read_bytes().splitlines()[-1][9:])["seq"]

    def records_of(self, acts, name):
        before = self.sequence(acts.daemon)
        getattr(acts, name)()
        self.check_end(acts)
        return self.sequence(acts.daemon) - before

    def kill_at(self, acts, name, record, when):
        """Does an act with a daemon that is killed at a record; false if it wrote fewer."""
        daemon = acts.daemon
        deaths = daemon.deaths
        daemon.arm(record, when)
        try:
            getattr(acts, name)()
            daemon.disarm()
            self.check_end(acts)
        except AssertionError as error:
            raise AssertionError(f"{name} killed at record {record}, {when}: {error}") from error
        self.points += daemon.deaths - deaths
        return daemon.deaths > deaths

    def check_end(self, acts):
        """Every job has ended, and the map is the library's."""
        daemon = acts.daemon
        daemon.wait_online()

        def agrees():
            elements = daemon.elements()
            held = {it["barcode"]: it["address"] for it in elements if it["full"]}
            known = all(it["provenance"]["kind"] in ("observed", "inferred") for it in elements)
            return known and held == acts.places()

        wait_for("a map that is the simulator's", agrees)
        for job in daemon.recent():
            if not daemon.job(job)["finished_at"]:
                raise AssertionError(f"{job} has not ended: {daemon.job(job)}")
        daemon.check_documents()

    def tell(self, began, what):
        print(f"{self.points} crash points, {what}, {time.monotonic() - began:.0f} s")

    def sample(self):
        seed = int(os.environ.get("CRASH_SEED", "1"))
        wanted = int(os.environ.get("CRASH_POINTS", "10"))
        chance = random.Random(seed)
        began = time.monotonic()
        acts = self.day()
        lengths = {name: self.records_of(acts, name) for name in CHOSEN}
        print("records:", lengths)
        while self.points < wanted:
            name = chance.choices(list(lengths), weights=lengths.values())[0]
            self.kill_at(acts, name, chance.randint(1, lengths[name]), chance.choice(WHENS))
        self.tell(began, f"CRASH_SEED={seed}")

    def every_record(self):
        began = time.monotonic()
        for name in CHOSEN:
            for when in WHENS:
                acts = self.day()
                record = 1
                while self.kill_at(acts, name, record, when):
                    record += 1
                    self.assertLess(record, LONGEST_ACT, f"{name} never ends")
                acts.daemon.kill()
                self.tell(began, f"{name} {when}: {record - 1}")

    if ALL:
        test_killed_at_every_record = every_record
    else:
        test_killed_at_a_sample_of_records = sample


if __name__ == "__main__":
    sys.argv = [word for word in sys.argv if word != "all"]
    harness.main()
