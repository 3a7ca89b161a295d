from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

import pytest

from bot.booking.dialogue import Booking
from bot.booking.fhir.systems import diaries, faults, systems
from bot.booking.texts import booking_data
from bot.knowledge.services import Service
from bot.outbox import senders as outbox_senders
from bot.outbox.announce import REFERRAL
from bot.outbox.plainly import problem
from bot.outbox.queue import put
from bot.outbox.worker import deliver_next
from bot.records.database import Database
from bot.settings import Settings
from tests.bot.booking.conftest import Chat, SendReferral, outbox
from tests.fhir.fixtures import booking_at


@pytest.fixture
def known() -> dict[str, Service]:
    """Two services, of which Berkshire asks for a certificate that isn't there."""
    broken = booking_at("https://fhir.example", mutual_tls=True)
    sound = booking_at("https://other.example").copy(update={"id": "sound"})
    return {"berkshire": broken, "sound": sound}


@pytest.fixture
def current(tmp_path: Path) -> Settings:
    return Settings.read({"FHIR_KEYS": str(tmp_path), "WEBHOOK_SECRET": "s" * 24})


def test_one_services_broken_key_is_told_and_stops_no_other(
    database: Database,
    known: dict[str, Service],
    current: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        made = systems(database, known, current)
    assert set(made) == {"sound"}
    (line,) = (record.getMessage() for record in caplog.records)
    assert line.startswith(f"berkshire: {current.fhir_keys}/berkshire.crt is missing: put ")
    assert list(faults(known, current)) == [line.partition(", and start again")[0]]
    made["sound"].client.close()


def test_its_people_are_told_that_the_diary_is_out_of_reach(
    database: Database,
    known: dict[str, Service],
    current: Settings,
    send_referral: SendReferral,
    now: datetime,
) -> None:
    send_referral()
    chat = Chat(Booking(database, known, diaries(database, known, current)), now)
    outcome = chat.start()
    assert outcome.ended == "away"
    assert booking_data().texts.diary_away in outcome.replies[0].text


def test_the_outbox_goes_on_with_everything_else(
    database: Database,
    known: dict[str, Service],
    current: Settings,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
) -> None:
    monkeypatch.setattr(outbox_senders, "get_database", lambda: database)
    monkeypatch.setattr(outbox_senders, "services", lambda: known)
    arrived = []
    made = outbox_senders.senders(current, systems(database, known, current))
    made["webhook"] = lambda payload, key, now: arrived.append(key)
    with database.session() as session:
        payload = {"referral": "0" * 32, "service": "berkshire"}
        put(session, key="referral:x:message", kind=REFERRAL, payload=payload, now=now)
        put(session, key="later", kind="webhook", payload={}, now=now)
    while deliver_next(database, made, now):
        pass
    assert arrived == ["later"]
    waiting = outbox(database)[0]
    assert waiting.state == "waiting"
    assert problem(waiting.problem) == "no booking system is set up for its service"
