from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event, Semaphore
from time import sleep
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.outbox import queue, worker
from bot.outbox.worker import Chore, Refused, deliver_next, repeat, run, work
from bot.records.database import Database
from bot.records.models import OutboxMessage
from bot.settings import ROOT
from tests.bot.outbox.conftest import Clock, messages


class Inbox:
    """Another system: it takes each key once, and can be down, or lose its own answers."""

    def __init__(self, clock: Clock, up_from: datetime) -> None:
        self.clock = clock
        self.up_from = up_from
        self.taken: list[str] = []
        self.calls = 0
        self.loses_answers = False

    def __call__(self, payload: Mapping[str, Any], key: str, now: datetime) -> None:
        self.calls += 1
        if self.clock.now < self.up_from:
            raise ConnectionError("db.example refused robin@example.com")
        if key not in self.taken:
            self.taken.append(key)
        if self.loses_answers and self.calls % 3:
            raise TimeoutError


def put(
    database: Database,
    now: datetime,
    key: str,
    lane: str | None = None,
    over: datetime | None = None,
    kind: str = "x",
) -> None:
    with database.session() as session:
        queue.put(session, key=key, kind=kind, payload={"key": key}, lane=lane, now=now, over=over)


def run_until_quiet(database: Database, inbox: Inbox, clock: Clock) -> None:
    """Lets the worker go on, jumping ahead to whenever something is due next."""
    while True:
        while deliver_next(database, {"x": inbox}, clock.now):
            pass
        waiting = [message for message in messages(database) if message.state == "waiting"]
        if not waiting:
            return
        firsts = {
            message.lane: message.claimed_until or message.due_at for message in reversed(waiting)
        }
        clock.now = max(clock.now, min(firsts.values()))


def test_a_days_outage_loses_nothing_and_keeps_each_persons_order(
    database: Database, clock: Clock, now: datetime
) -> None:
    inbox = Inbox(clock, up_from=now + timedelta(days=1))
    for hour in range(24):
        for person in ("ada", "ben"):
            put(database, now + timedelta(hours=hour), f"{person}:{hour}", lane=person)
    run_until_quiet(database, inbox, clock)
    for person in ("ada", "ben"):
        of_person = [key for key in inbox.taken if key.startswith(person)]
        assert of_person == [f"{person}:{hour}" for hour in range(24)]
    assert {message.state for message in messages(database)} == {"delivered"}
    assert clock.now < now + timedelta(days=1, hours=2)  # soon after it was back
    assert inbox.calls < 200  # and it wasn't hammered


def test_what_is_over_before_the_receiver_is_back_is_never_delivered(
    database: Database, clock: Clock, now: datetime
) -> None:
    inbox = Inbox(clock, up_from=now + timedelta(hours=6))
    put(database, now, "kept until 4pm", lane="ada", over=now + timedelta(hours=4))
    put(database, now, "kept until 8pm", lane="ben", over=now + timedelta(hours=8))
    put(database, now, "cancelled", lane="ada")
    run_until_quiet(database, inbox, clock)
    assert sorted(inbox.taken) == ["cancelled", "kept until 8pm"]
    assert [message.state for message in messages(database)] == ["dead", "delivered", "delivered"]


def test_a_lost_answer_means_the_same_key_again(
    database: Database, clock: Clock, now: datetime
) -> None:
    inbox = Inbox(clock, up_from=now)
    inbox.loses_answers = True
    for number in range(5):
        put(database, now, f"k{number}", lane="person")
    run_until_quiet(database, inbox, clock)
    assert inbox.taken == [f"k{number}" for number in range(5)]
    assert inbox.calls == 15


def test_what_is_refused_is_a_dead_letter_at_once(database: Database, now: datetime) -> None:
    def refuse(_payload: Mapping[str, Any], _key: str, _now: datetime) -> None:
        raise Refused("the receiver refuses it (422)")

    put(database, now, "k")
    assert deliver_next(database, {"x": refuse}, now)
    (message,) = messages(database)
    assert (message.state, message.problem) == ("dead", "the receiver refuses it (422)")


def test_a_failure_is_noted_without_what_it_said(
    database: Database, clock: Clock, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    put(database, now, "k")
    deliver_next(database, {"x": Inbox(clock, now + timedelta(days=1))}, now)
    assert messages(database)[0].problem == "ConnectionError"
    assert "robin" not in caplog.text


def test_a_kind_that_isnt_set_up_waits(database: Database, now: datetime) -> None:
    put(database, now, "k")
    assert deliver_next(database, {}, now)
    assert messages(database)[0].state == "waiting"


KILLED = """
import os, signal, sys
from datetime import datetime
from bot.outbox import queue, worker
from bot.records.database import Database

url, at, log, now = sys.argv[1:]

def die(where):
    if where == at:
        os.kill(os.getpid(), signal.SIGKILL)

def send(payload, key, now):
    die("claimed")
    with open(log, "a") as file:
        file.write(key + "\\n")
    die("sent")

kept = queue.delivered
def delivered(*arguments, **options):
    kept(*arguments, **options)
    die("uncommitted")

queue.delivered = delivered
database = Database(url)
worker.deliver_next(database, {"x": send}, datetime.fromisoformat(now))
die("delivered")
"""


@pytest.mark.parametrize("at", ["claimed", "sent", "uncommitted", "delivered"])
def test_a_worker_killed_between_any_two_steps_loses_nothing(
    database: Database, now: datetime, tmp_path: Path, at: str
) -> None:
    put(database, now, "k")
    log = tmp_path / "log"
    url = database.engine.url.render_as_string(hide_password=False)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url, at, str(log), now.isoformat()],
        cwd=ROOT,
        env={**os.environ, "SQLALCHEMY_SILENCE_UBER_WARNING": "1"},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    def send(_payload: Mapping[str, Any], key: str, _now: datetime) -> None:
        with log.open("a") as file:
            file.write(f"{key}\n")

    later = now + timedelta(minutes=10)
    while deliver_next(database, {"x": send}, later):
        pass
    assert messages(database)[0].state == "delivered"
    # It arrived; twice at most, and then with the same key.
    assert log.read_text().split() in (["k"], ["k", "k"])


def test_it_works_until_stopped_and_outlives_failures(
    database: Database, clock: Clock, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, done, failures = Event(), [], [OperationalError("x", {}, Exception()), ValueError()]
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.0)
    for number in range(3):
        put(database, now, f"k{number}")
    claim = queue.claim

    def stumble(*arguments: Any) -> OutboxMessage | None:
        if failures:
            raise failures.pop()
        return claim(*arguments)

    monkeypatch.setattr(queue, "claim", stumble)

    def send(_payload: Mapping[str, Any], key: str, _now: datetime) -> None:
        done.append(key)
        if len(done) == 3:
            stop.set()

    work(database, {"x": send}, clock, stop)
    assert done == ["k0", "k1", "k2"]
    assert failures == []


def test_a_chore_is_done_every_minute_and_outlives_failures(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, done = Event(), []
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.0)

    def chore(moment: datetime) -> None:
        done.append(moment)
        clock.ahead(minutes=1)
        if len(done) == 3:
            stop.set()
        raise OperationalError("x", {}, Exception())

    repeat(Chore(chore), clock, stop)
    assert [after - before for before, after in pairwise(done)] == [timedelta(minutes=1)] * 2


def test_a_receiver_that_hangs_holds_up_nothing_else(
    database: Database, clock: Clock, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.01)
    takers = worker.SHARED_THREADS + 1
    for number in range(takers + 2):
        put(database, now, f"webhook:{number}", kind="webhook")
    goes_on, told, done, stop = (Event() for _ in range(4))
    hanging = Semaphore(0)

    def hang(*_: object) -> None:
        hanging.release()
        assert goes_on.wait(60)

    chores = [Chore(hang), Chore(lambda _now: done.set())]  # a chore may hang, too

    senders = {"webhook": hang, "email": lambda *_: told.set()}
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, database, senders, clock, stop, chores)
        try:
            assert all(hanging.acquire(timeout=30) for _ in range(takers + 1))
            put(database, now, "flag:1:email:0", kind="email")
            assert told.wait(30)
            assert done.wait(30)
        finally:
            goes_on.set()
        while {message.state for message in messages(database)} != {"delivered"}:
            sleep(0.05)
        stop.set()
        running.result()
