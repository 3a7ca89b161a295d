"""A calendar file and a summary, for the conversation that they belong to only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.records import referrals
from bot.records.conversations import conversation
from bot.records.database import Database
from bot.records.models import Appointment, Base, DiarySlot, Referral
from tests.web.chat.test_failures import refused

NAME = "Robin <b>Example</b>"


@pytest.fixture
def sent(visitor: Any, rasa: Any, database: Database, now: Any) -> str:
    """The visitor has sent a referral and booked; gives the appointment's id."""
    visitor.start("berkshire")
    with database.session() as session:
        owner = conversation(session, rasa.heard[0]["sender"], now)
        referral = Referral(
            conversation_id=owner.id, service_id="berkshire", started_at=now, updated_at=now
        )
        slot = DiarySlot(
            service_id="berkshire",
            starts_at=now + timedelta(days=7),
            ends_at=now + timedelta(days=7, hours=1),
            mode="video",
            state="booked",
        )
        session.add_all([referral, slot])
        session.flush()
        for question, value in (("place.service", "berkshire"), ("about.name", NAME)):
            referrals.set_answer(
                session, referral, question, value, said=None, message_id=None, now=now
            )
        referrals.send(session, referral, now)
        appointment = Appointment(
            referral_id=referral.id, slot_id=slot.id, booked_at=now, changed_at=now
        )
        session.add(appointment)
        session.flush()
        return str(appointment.id)


def test_the_calendar_file_of_an_appointment(visitor, sent) -> None:
    response = visitor.client.get(f"/chat/calendar/{sent}.ics")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "attachment" in response.headers["content-disposition"]
    assert "20261208T103000" in response.text
    assert "Robin" not in response.text
    assert response.headers["cache-control"] == "no-store"


def test_the_summary_is_a_page_without_scores(visitor, sent) -> None:
    response = visitor.client.get("/chat/summary")
    assert response.status_code == 200
    assert "Robin &lt;b&gt;Example&lt;/b&gt;" in response.text
    assert "score" not in response.text.lower()


def test_they_are_for_nobody_else(visitor, make_visitor, sent) -> None:
    other = make_visitor()
    for path in (f"/chat/calendar/{sent}.ics", "/chat/summary"):
        refused(other.client.get(path), 401, "gone")
    other.start()
    for path in (f"/chat/calendar/{sent}.ics", "/chat/summary"):
        refused(other.client.get(path), 404, "missing")
    refused(visitor.client.get("/chat/calendar/nonesuch.ics"), 404, "missing")


def test_without_the_database_there_is_an_apology(visitor, database, sent) -> None:
    Base.metadata.drop_all(database.engine)
    for path in (f"/chat/calendar/{sent}.ics", "/chat/summary"):
        refused(visitor.client.get(path), 503, "unavailable")
