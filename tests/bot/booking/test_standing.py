from __future__ import annotations

from datetime import date, datetime, time

import pytest

from bot.booking import diary
from bot.booking.dialogue import Booking
from bot.booking.texts import booking_data
from bot.booking.times import from_london
from bot.records import referrals
from bot.records.database import Database
from bot.records.models import Callback
from tests.bot.booking.conftest import AddSlot, Chat, SendReferral, titles

TEXTS = booking_data().texts
TITLES = booking_data().buttons


@pytest.fixture
def slot(add_slot: AddSlot) -> str:
    return add_slot(from_london(date(2026, 12, 8), time(9, 30)))


def test_sent_and_nothing_booked(
    booking: Booking, send_referral: SendReferral, now: datetime
) -> None:
    send_referral()
    reply = booking.status("someone", now)
    assert "Tuesday 1 December" in reply.text
    assert reply.custom["reference"] in reply.text
    assert TEXTS.status_no_appointment in reply.text
    assert reply.custom["state"] == "sent"
    assert titles(reply) == [TITLES.book]


def test_booked_then_past_then_cancelled(
    booking: Booking, send_referral: SendReferral, slot: str, database: Database, now: datetime
) -> None:
    mine = send_referral()
    with database.session() as session:
        diary.book(session, slot, mine, now)
    booked = booking.status("someone", now)
    assert "Tuesday 8 December at 9:30am, by video call" in booked.text
    assert titles(booked) == [TITLES.change_long, TITLES.cancel_long]
    past = booking.status("someone", from_london(date(2026, 12, 9), time(9)))
    assert past.custom["state"] == "past"
    with database.session() as session:
        diary.cancel(session, mine, now)
    cancelled = booking.status("someone", now)
    assert TEXTS.status_cancelled in cancelled.text
    assert cancelled.custom["state"] == "cancelled"


def test_a_demonstration_is_marked(
    booking: Booking,
    send_referral: SendReferral,
    add_slot: AddSlot,
    database: Database,
    now: datetime,
) -> None:
    mine = send_referral()
    slot = add_slot(from_london(date(2026, 12, 8), time(9, 30)), demonstration=True)
    with database.session() as session:
        diary.book(session, slot, mine, now)
    assert TEXTS.demonstration_one in booking.status("someone", now).text


def test_services_without_a_diary(
    booking: Booking, send_referral: SendReferral, database: Database, now: datetime
) -> None:
    mine = send_referral("caller", service_id="lewisham")
    assert "0203 228 1350" in booking.status("caller", now).text
    with database.session() as session:
        session.add(Callback(referral_id=mine, best_time="mornings", requested_at=now))
    called = booking.status("caller", now)
    assert "mornings" in called.text
    assert called.custom["state"] == "callback"
    with database.session() as session:
        session.query(Callback).one().state = "done"
    phoned = booking.status("caller", now)
    assert TEXTS.status_called in phoned.text
    assert "mornings" not in phoned.text
    assert phoned.custom["state"] == "called"
    send_referral("keeper", service_id="xyla")
    kept = booking.status("keeper", now)
    assert kept.text.startswith("Your answers are saved")


def test_begun_and_unknown(booking: Booking, database: Database, now: datetime) -> None:
    with database.session() as session:
        referrals.begin(session, "beginner", "berkshire", now)
    begun = booking.status("beginner", now)
    assert begun.text == TEXTS.status_not_sent
    assert titles(begun) == [TITLES.carry_on]
    assert booking.status("stranger", now).text == TEXTS.status_none


def test_another_conversation_learns_nothing(
    booking: Booking, send_referral: SendReferral, now: datetime
) -> None:
    send_referral("someone")
    assert booking.status("someone else", now).text == TEXTS.status_none
    assert chat_free(booking, now)


def chat_free(booking: Booking, now: datetime) -> bool:
    return Chat(booking, now, "someone else").start().ended == "not-sent"
