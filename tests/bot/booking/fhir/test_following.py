from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.booking.dialogue import Booking
from bot.booking.fhir.diary import RemoteDiary
from bot.booking.fhir.following import follow
from bot.booking.texts import booking_data
from bot.knowledge.services import Service
from bot.records.database import Database
from bot.records.models import Appointment, CaseStep, DiarySlot
from tests.bot.booking.conftest import Chat, SendReferral
from tests.fhir.engine import Line
from tests.fhir.fixtures import AddRemote, between, change, change_remote, of_engine

TEXTS = booking_data().texts


@pytest.fixture
def chat(
    database: Database,
    service: Service,
    remote: RemoteDiary,
    send_referral: SendReferral,
    add_remote: AddRemote,
    now: datetime,
) -> Chat:
    """Someone who has booked in the other system."""
    send_referral(answers={"about.name": "Robin Example"})
    add_remote(now + timedelta(days=6))
    made = Chat(Booking(database, {"berkshire": service}, {"berkshire": remote}), now)
    made.start()
    made.say("the first one")
    assert made.say("yes").ended == "booked"
    return made


@pytest.fixture
def look(
    database: Database, service: Service, remote: RemoteDiary, now: datetime
) -> Callable[[], None]:
    return lambda: follow(database, {"berkshire": service}, {"berkshire": remote}, now)


def status(chat: Chat) -> str:
    return chat.booking.status("someone", chat.now).text


def mine(engine: str, database: Database) -> str:
    """The id of the appointment there."""
    with database.reading() as session:
        key = session.execute(select(Appointment.remote_id)).scalar_one()
    found = of_engine(engine, f"Appointment?identifier=https://foyer.invalid/booking|{key}")
    return str(found["entry"][0]["resource"]["id"])


def test_what_is_as_it_was_stays(chat: Chat, look: Callable[[], None]) -> None:
    before = status(chat)
    assert TEXTS.status_elsewhere.format(service="NHS Berkshire Talking Therapies") in before
    look()
    assert status(chat) == before


def test_what_is_cancelled_there_is_cancelled_here(
    chat: Chat, look: Callable[[], None], engine: str, database: Database
) -> None:
    change(engine, f"Appointment/{mine(engine, database)}", status="cancelled")
    look()
    assert TEXTS.status_cancelled in status(chat)
    with database.reading() as session:
        assert session.execute(select(CaseStep.user_id)).scalars().all() == ["person", "elsewhere"]
    look()
    assert TEXTS.status_cancelled in status(chat)


def test_what_is_moved_there_is_moved_here(
    chat: Chat, look: Callable[[], None], engine: str, database: Database, now: datetime
) -> None:
    with database.reading() as session:
        remote_slot = session.execute(select(DiarySlot.remote_id)).scalar_one()
    times = between(now + timedelta(days=8, hours=2))
    change_remote(engine, remote_slot, **times)
    change(engine, f"Appointment/{mine(engine, database)}", **times)
    look()
    assert "Wednesday 9 December at 12:30pm" in status(chat)
    with database.reading() as session:
        (appointment,) = session.execute(select(Appointment)).scalars()
        assert appointment.sequence == 1, "a calendar takes the new file for a change"


def test_a_system_that_is_down_changes_nothing(
    chat: Chat, look: Callable[[], None], line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    before = status(chat)
    for fault in ("down", "garbage", "wrong"):
        line.always(fault)
        look()
    assert status(chat) == before
    assert "weren't looked at" in caplog.text
    assert "Robin" not in caplog.text
