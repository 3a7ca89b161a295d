from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.outbox import queue
from bot.records.models import OutboxMessage
from bot.staff.rules import rules


@pytest.fixture
def lead(console):
    return console.staff("lead").sign_in()


def dead(console, key: str, case_id: str | None = None, problem: str = "Unreachable", **fields):
    """A message to a person that could not be delivered; gives its number."""
    referral_id = console.case(case_id).referral_id if case_id else None
    payload = {"to": ["jo@example.com"], "subject": "Your appointment", "text": "Private words"}
    with console.database.session() as session:
        values = {"kind": "email", "now": console.clock.now, "referral_id": referral_id, **fields}
        queue.put(session, key=key, payload=payload, **values)
        number = session.execute(select(OutboxMessage.id).where(OutboxMessage.key == key)).scalar()
        session.get(OutboxMessage, number).attempts = 7
        queue.failed(session, number, console.clock.now, problem, attempt=7, for_good=True)
    return number


def state(console, number: int) -> str:
    with console.database.reading() as session:
        return session.get(OutboxMessage, number).state


def test_what_could_not_be_delivered_is_shown_without_its_content(console, lead) -> None:
    case_id = console.refer()
    dead(console, "appointment:0a:1:moved:email", case_id)
    page = lead.get("/outbox").text
    for shown in (
        "To the person: their appointment has moved (email)",
        "The booking system did not answer",
        "tried 7 times",
        f"/staff/people/{case_id}",
        "Given up Tue 1 Dec 2026, 10:30am",
    ):
        assert shown in page, shown
    for hidden in ("jo@example.com", "Private words", "Jo Smith"):
        assert hidden not in page
    assert console.audited()[-1].action == "outbox-viewed"


def test_a_message_is_sent_again_and_noted(console, lead) -> None:
    case_id = console.refer()
    number = dead(console, "appointment:0a:1:moved:email", case_id)
    lead.get("/outbox")
    page = lead.post(f"/outbox/{number}/again")
    assert "The message is tried again now" in page.text
    assert "There are none." in page.text
    assert state(console, number) == "waiting"
    entry = next(each for each in console.audited() if each.action == "message-resent")
    assert (entry.case_id, entry.details) == (case_id, {"message": number})
    assert lead.post(f"/outbox/{number}/again").status_code == 409  # somebody has done it


@pytest.mark.parametrize("number", ["0", "x", "9" * 30])
def test_a_message_that_isnt_there(lead, number: str) -> None:
    lead.get("/outbox")
    assert lead.post(f"/outbox/{number}/again").status_code == 409


def test_an_address_of_no_page_is_the_first(console, lead) -> None:
    dead(console, "k")
    assert "Send again" in lead.get(f"/outbox?before={'9' * 30}").text


def test_another_services_messages_are_not_theirs(console) -> None:
    number = dead(console, "appointment:0a:1:moved:email", console.refer())
    other = console.staff("administrator", ("lewisham",)).sign_in()
    assert "There are none." in other.get("/outbox").text
    assert other.post(f"/outbox/{number}/again").status_code == 409
    assert state(console, number) == "dead"


def test_the_notice_of_a_flag_is_shown_to_everyone_and_leads_to_who_may_open_it(console) -> None:
    case_id, flag_id = console.flag()
    dead(console, f"flag:{flag_id}:email:0")
    for service_id, led in (("berkshire", True), ("lewisham", False)):
        page = console.staff("lead", (service_id,)).sign_in().get("/outbox").text
        assert "To staff: someone may need human contact" in page
        assert (case_id in page) is led


def test_a_reminder_after_its_appointment_is_of_no_use(console, lead) -> None:
    begins = console.clock.now + timedelta(hours=1)
    number = dead(console, "appointment:0a:reminder:1:email", console.refer(), over=begins)
    assert "Send again" in lead.get("/outbox").text
    console.clock.forward(hours=2)
    lead.sign_in()
    page = lead.get("/outbox").text
    assert "Its time is over" in page
    assert "Send again" not in page
    assert lead.post(f"/outbox/{number}/again").status_code == 409
    assert state(console, number) == "dead"


def test_many_are_shown_a_page_at_a_time(console, lead) -> None:
    numbers = [dead(console, f"undo:{each}:1") for each in range(rules().page_size + 2)]
    page = lead.get("/outbox").text
    assert f"Number {numbers[-1]}<" in page
    assert f"Number {numbers[1]}<" not in page
    older = lead.get(f"/outbox?before={numbers[2]}").text
    assert f"Number {numbers[1]}<" in older
    assert "Older" not in older


def test_that_nothing_is_sent_at_all_is_told(console, lead) -> None:
    assert "Nothing is being sent" not in lead.get("/outbox").text
    with console.database.session() as session:
        early = console.clock.now - timedelta(hours=2)
        queue.put(session, key="k", kind="email", payload={}, now=early)
    assert "Nothing is being sent" in lead.get("/outbox").text
