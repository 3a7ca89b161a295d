"""A calendar file and a summary, for the conversation that they belong to only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.records import referrals
from bot.records.conversations import conversation
from bot.records.database import Database
from bot.records.models import Appointment, Base, DiarySlot, Referral
from tests.web.chat.conftest import OTHER_SITE
from tests.web.chat.test_failures import refused
from web.chat.tickets import Tickets

NAME = "Robin <b>Example</b>"


def send(database: Database, conversation_id: str, now: datetime) -> str:
    """Sends a referral of a conversation and books; gives the appointment's id."""
    with database.session() as session:
        owner = conversation(session, conversation_id, now)
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


@pytest.fixture
def sent(visitor: Any, rasa: Any, database: Database, now: datetime) -> str:
    """The visitor has sent a referral and booked; gives the appointment's id."""
    visitor.start("berkshire")
    return send(database, rasa.heard[0]["sender"], now)


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


@pytest.mark.alters_tables
def test_without_the_database_there_is_an_apology(visitor, database, sent) -> None:
    Base.metadata.drop_all(database.engine)
    for path in (f"/chat/calendar/{sent}.ics", "/chat/summary"):
        refused(visitor.client.get(path), 503, "unavailable")


@pytest.fixture
def link(visitor: Any, sent: str) -> str:
    """Where the visitor's summary can be opened without their cookie."""
    path: str = visitor.client.get("/chat/summary/link").json()["path"]
    return path


def test_a_link_opens_the_summary_in_a_tab_that_the_chat_can_close(make_visitor, link) -> None:
    page = make_visitor().client.get(link)
    assert page.status_code == 200
    assert "Robin" in page.text
    assert page.headers["cross-origin-opener-policy"] == "unsafe-none"
    assert page.headers["cache-control"] == "no-store"
    assert "widget.js" not in page.text, "a second chat, which would not be theirs"


def test_a_link_is_good_for_a_minute_and_for_one_page(visitor, link, monkeypatch) -> None:
    signed = link.rpartition("/")[2]
    for other in (link[:-3] + "AAA", "/chat/summary/made-up"):
        refused(visitor.client.get(other), 404, "missing")
    refused(visitor.history(Authorization=f"Bearer {signed}"), 401, "gone")
    later = Tickets([], 1).now() + 90
    monkeypatch.setattr(Tickets, "now", lambda _self: later)
    refused(visitor.client.get(link), 404, "missing")
    assert visitor.client.get("/chat/summary").status_code == 200


def test_a_link_is_no_longer_good_once_the_chat_is_left(visitor, link) -> None:
    visitor.client.post("/chat/leave", json={})
    refused(visitor.client.get(link), 401, "gone")


def test_who_opens_a_page_that_is_not_there_sees_a_page(visitor, link) -> None:
    page = visitor.client.get(link + "A", headers={"Accept": "text/html,*/*"})
    assert page.status_code == 404
    assert "that isn&#39;t here" in page.text
    assert "116 123" in page.text


def test_a_chat_on_another_website_gets_a_link(visitor, rasa, database, now) -> None:
    token = visitor.start("berkshire", Origin=OTHER_SITE).json()["token"]
    send(database, rasa.heard[0]["sender"], now)
    headers = {"Origin": OTHER_SITE, "Authorization": f"Bearer {token}"}
    path = visitor.client.get("/chat/summary/link", headers=headers).json()["path"]
    assert "Robin" in visitor.client.get(path).text
