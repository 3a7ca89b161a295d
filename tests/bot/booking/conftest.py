"""A diary with slots, and people who have sent their referral."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.pool import NullPool

from bot.booking import calendar_file, letters, links
from bot.booking.dialogue import Booking
from bot.dialogue import Outcome, Turn
from bot.knowledge.services import Service, services
from bot.records import referrals
from bot.records.database import Database
from bot.records.models import DiarySlot, OutboxMessage
from bot.reply import Reply
from bot.settings import Settings

AddSlot = Callable[..., str]
SendReferral = Callable[..., str]

PEOPLE = 200


@pytest.fixture
def add_slot(database: Database) -> AddSlot:
    """Puts a slot in the Berkshire diary and gives its id."""

    def add(starts_at: datetime, **fields: Any) -> str:
        values = {"service_id": "berkshire", "mode": "video", **fields}
        slot = DiarySlot(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=45), **values)
        with database.session() as session:
            session.add(slot)
        return slot.id

    return add


@pytest.fixture
def send_referral(database: Database, now: datetime) -> SendReferral:
    """Sends a referral from a conversation and gives its id."""

    def send(
        conversation_id: str = "someone",
        service_id: str = "berkshire",
        answers: Mapping[str, Any] | None = None,
    ) -> str:
        with database.session() as session:
            referral = referrals.begin(session, conversation_id, service_id, now)
            for question_id, value in {"place.service": service_id, **(answers or {})}.items():
                referrals.set_answer(
                    session, referral, question_id, value, said=None, message_id=None, now=now
                )
            referrals.send(session, referral, now)
        return referral.id

    return send


Mailing = Callable[..., Settings]


@pytest.fixture
def mailing(monkeypatch: pytest.MonkeyPatch) -> Mailing:
    """Sets e-mail up (and text messages, if asked to)."""

    def use(**variables: str) -> Settings:
        given = {
            "SMTP_URL": "smtp://127.0.0.1:9",
            "MAIL_FROM": "no-reply@foyer.example",
            "PUBLIC_URL": "https://foyer.example",
            **variables,
        }
        current = Settings.read(given)
        for module in (calendar_file, letters, links):
            monkeypatch.setattr(module, "settings", lambda: current)
        return current

    return use


def outbox(database: Database) -> list[OutboxMessage]:
    """What waits to be sent, in order."""
    with database.reading() as session:
        found: list[OutboxMessage] = (
            session.execute(select(OutboxMessage).order_by(OutboxMessage.id)).scalars().all()
        )
        return found


@dataclass
class Chat:
    """A person talking to `booking`, as the form around it would have them."""

    booking: Booking
    now: datetime
    conversation_id: str = "someone"
    _ids: Any = field(default_factory=count)

    def turn(self, text: str, **fields: Any) -> Turn:
        values = {"message_id": f"m{next(self._ids)}", **fields}
        return Turn(self.conversation_id, text, self.now, **values)

    def say(self, text: str, **fields: Any) -> Outcome:
        return self.booking.answer(self.turn(text, **fields))

    def asked(self) -> Reply:
        return self.booking.question(self.conversation_id, self.now)

    def start(self) -> Outcome:
        return self.booking.start(self.conversation_id, self.now)


@pytest.fixture
def booking(database: Database) -> Booking:
    return Booking(database, services())


@pytest.fixture
def chat(booking: Booking, now: datetime) -> Chat:
    return Chat(booking, now)


def with_callback() -> dict[str, Service]:
    """The services, with Lewisham's callback turned on."""
    changed = dict(services())
    lewisham = changed["lewisham"]
    handover = lewisham.handover.copy(update={"callback": True})
    changed["lewisham"] = lewisham.copy(update={"handover": handover})
    return changed


def titles(reply: Reply) -> list[str]:
    return [button.title for button in reply.buttons]


def race(attempt: Callable[[int], bool], people: int = PEOPLE) -> list[bool]:
    """What came of `attempt` for each of many people who all start at the same moment."""
    gate = Barrier(people)

    def one(number: int) -> bool:
        gate.wait()
        return attempt(number)

    with ThreadPoolExecutor(people) as pool:
        return list(pool.map(one, range(people)))


@pytest.fixture
def crowded(database: Database) -> Iterator[Database]:
    """The same database, with a connection for everyone at once."""
    wide = Database(database.engine.url.render_as_string(hide_password=False))
    if database.engine.dialect.name == "postgresql":
        wide.engine = create_engine(wide.engine.url, future=True, poolclass=NullPool)
        wide._sessions.configure(bind=wide.engine)
    yield wide
    wide.dispose()
