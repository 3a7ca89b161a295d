from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from sqlalchemy import text

from bot.crisis.screen import Screening
from bot.datafile import DataError
from bot.outbox import queue
from bot.outbox.texts import outbox_data
from bot.records.database import Database
from bot.settings import Settings
from web import health as module
from web.health import SharedHealth, check_crisis, health, part_checks

NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens there


class Answer(BaseHTTPRequestHandler):
    """Answers /webhooks/rest/ready and /health as the real parts do."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path in {"/webhooks/rest/ready", "/health"} else 500)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def part() -> Iterator[str]:
    """The address of a part that answers."""
    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def up() -> None:
    pass


async def broken() -> None:
    raise RuntimeError("postgresql://foyer:secret@db.example/foyer refused")


async def slow() -> None:
    await asyncio.sleep(60)


async def test_ready_when_every_part_is_up() -> None:
    assert await health({"rasa": up, "database": up}) == {
        "status": "ready",
        "parts": {
            "rasa": {"state": "up", "detail": "answers"},
            "database": {"state": "up", "detail": "answers"},
        },
    }


async def test_one_part_down_is_degraded_and_says_nothing_secret() -> None:
    state = await health({"rasa": up, "database": broken})
    assert state["status"] == "degraded"
    assert state["parts"]["rasa"]["state"] == "up"
    assert state["parts"]["database"] == {"state": "down", "detail": "answers wrongly"}


async def test_a_part_that_is_up_may_have_more_to_say() -> None:
    async def less() -> str:
        return "answers, without its second layer"

    state = await health({"crisis": less})
    assert state["status"] == "ready"
    assert state["parts"]["crisis"]["detail"] == "answers, without its second layer"


async def test_slow_parts_are_down_after_one_timeout_together() -> None:
    state = await asyncio.wait_for(health({"rasa": slow, "actions": slow}, timeout=0.05), 10)
    assert [part["state"] for part in state["parts"].values()] == ["down", "down"]
    assert state["parts"]["rasa"]["detail"] == "no answer within 0.05 seconds"


@pytest.mark.alters_tables
async def test_the_real_checks_pass_when_the_parts_answer(
    part: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.session() as session:
        session.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
        session.execute(text("INSERT INTO alembic_version VALUES ('newest')"))
    monkeypatch.setattr(module, "get_database", lambda: database)
    check_crisis()  # loads it, as the application does when it starts
    checks = part_checks(Settings.read({"RASA_URL": part, "ACTIONS_URL": part}))
    state = await health(checks, timeout=30)  # no test is about speed
    assert state["status"] == "ready", state


async def test_an_outbox_that_nobody_empties_is_down(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "get_database", lambda: database)
    check = {"outbox": part_checks(Settings.read({}))["outbox"]}
    moment = datetime.now(timezone.utc)
    minutes = outbox_data().delivery.late_after_minutes
    with database.session() as session:
        due = moment - timedelta(minutes=minutes - 1)
        queue.put(session, key="k", kind="email", payload={}, now=due)
    assert (await health(check))["status"] == "ready"
    with database.session() as session:
        message = queue.claim(session, moment)
        message.due_at, message.claimed_until = moment - timedelta(minutes=minutes + 1), None
    state = await health(check)
    assert (state["status"], state["parts"]["outbox"]["state"]) == ("degraded", "down")


async def test_parts_that_are_not_running_are_named() -> None:
    checks = part_checks(Settings.read({"RASA_URL": NOWHERE, "ACTIONS_URL": NOWHERE}))
    state = await health({name: checks[name] for name in ("rasa", "actions")})
    assert state["parts"]["rasa"] == {"state": "down", "detail": "not running"}
    assert state["parts"]["actions"] == {"state": "down", "detail": "not running"}


async def test_a_part_that_answers_with_an_error_is_down(part: str) -> None:
    checks = part_checks(Settings.read({"ACTIONS_URL": f"{part}/elsewhere"}))
    state = await health({"actions": checks["actions"]})
    assert state["parts"]["actions"] == {"state": "down", "detail": "answers wrongly"}


async def test_rules_that_fail_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise DataError("data/crisis/words.yml: the file is missing: put it back")

    monkeypatch.setattr(module, "rulebook", fail)
    state = await health({"crisis": part_checks(Settings.read({}))["crisis"]})
    assert state["parts"]["crisis"] == {"state": "down", "detail": "answers wrongly"}


async def test_a_blind_screen_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "screen", lambda _text: Screening())
    state = await health({"crisis": part_checks(Settings.read({}))["crisis"]})
    assert state["parts"]["crisis"]["state"] == "down"


async def test_those_who_ask_at_once_share_one_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    async def check() -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.05)

    shared = SharedHealth({"rasa": check})
    states = await asyncio.gather(*(shared.now() for _ in range(20)))
    assert [state["status"] for state in states] == ["ready"] * 20
    assert (await shared.now(), asked) == (states[0], 1)
    monkeypatch.setattr(module, "SHARED_SECONDS", 0)
    await shared.now()
    assert asked == 2, "an old answer is not given again"


async def test_one_who_asks_and_goes_away_takes_the_answer_from_nobody() -> None:
    async def check() -> None:
        await asyncio.sleep(0.1)

    shared = SharedHealth({"rasa": check})
    impatient = asyncio.create_task(shared.now())
    patient = asyncio.create_task(shared.now())
    await asyncio.sleep(0.01)
    impatient.cancel()
    assert (await patient)["status"] == "ready"


async def test_a_database_that_hangs_holds_up_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    module.check_crisis()  # is slow the first time
    answers = threading.Event()
    monkeypatch.setattr(module, "get_database", lambda: answers.wait(20) and None)
    checks = part_checks(Settings.read({}))
    try:
        for _ in range(20):
            await health({name: checks[name] for name in ("database", "outbox")}, timeout=0.01)
        assert await asyncio.wait_for(asyncio.to_thread(lambda: 7), 5) == 7
        assert (await health({"crisis": checks["crisis"]}))["status"] == "ready"
    finally:
        answers.set()


async def test_an_unmigrated_database_is_down(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "get_database", lambda: database)
    state = await health({"database": part_checks(Settings.read({}))["database"]})
    assert state["parts"]["database"]["state"] == "down"
