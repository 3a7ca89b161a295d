from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from bot.booking import diary
from bot.booking.dialogue import Booking
from bot.booking.texts import booking_data
from bot.booking.times import from_london
from bot.knowledge.services import Service, services
from bot.outbox.announce import referral_sent
from bot.records import referrals
from bot.records.database import Database
from bot.records.models import Callback, Case, OutboxMessage, Referral, Waiting
from bot.records.retention import purge, retention
from tests.bot.booking.conftest import AddSlot, Chat, SendReferral, titles
from tests.fhir.fixtures import booking_at

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
    assert services()["xyla"].handover.text not in kept.text  # it would be yet to be made
    assert "Your summary is ready" in kept.text
    assert "/visit/" in kept.text


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


def test_the_waiting_list_and_the_time_that_is_kept(
    booking: Booking, send_referral: SendReferral, slot: str, database: Database, now: datetime
) -> None:
    mine = send_referral()
    with database.session() as session:
        session.add(Waiting(referral_id=mine, service_id="berkshire", joined_at=now))
    listed = booking.status("someone", now)
    assert TEXTS.status_waiting in listed.text
    assert TEXTS.status_no_appointment not in listed.text
    assert (listed.custom["state"], titles(listed)) == ("waiting", [TITLES.book])
    with database.session() as session:
        diary.hold(session, slot, mine, now, now + timedelta(hours=4), promised=True)
    kept = booking.status("someone", now)
    assert "until 2:30pm: Tuesday 8 December at 9:30am, by video call" in kept.text
    assert (kept.custom["state"], titles(kept)) == ("kept", [TITLES.book])
    over = booking.status("someone", now + timedelta(hours=4))
    assert over.custom["state"] == "waiting"


def test_nothing_is_said_to_be_kept_in_another_systems_diary(
    database: Database, send_referral: SendReferral, add_slot: AddSlot, now: datetime
) -> None:
    mine = send_referral()
    there = add_slot(now + timedelta(days=7), remote_id="there")
    with database.session() as session:
        diary.hold(session, there, mine, now, now + timedelta(minutes=10))
    booking = Booking(database, {"berkshire": booking_at("https://fhir.example")})
    assert booking.status("someone", now).custom["state"] == "sent"


def test_an_appointment_under_way_is_not_past(
    booking: Booking, send_referral: SendReferral, slot: str, database: Database, now: datetime
) -> None:
    mine = send_referral()
    with database.session() as session:
        diary.book(session, slot, mine, now)
    during = booking.status("someone", from_london(date(2026, 12, 8), time(9, 40)))
    assert during.custom["state"] == "under-way"
    assert "Your appointment started on Tuesday 8 December at 9:30am" in during.text
    assert titles(during) == []


def staff(database: Database, referral_id: str, state: str) -> None:
    with database.session() as session:
        session.query(Case).filter_by(referral_id=referral_id).one().state = state


@pytest.mark.parametrize("state", ["rejected", "closed", "merged"])
def test_a_referral_that_staff_ended_is_told_so(
    booking: Booking, send_referral: SendReferral, database: Database, now: datetime, state: str
) -> None:
    mine = send_referral()
    staff(database, mine, state)
    reply = booking.status("someone", now)
    assert getattr(TEXTS, f"status_case_{state}") in reply.text
    assert services()["berkshire"].contact.once_sent in reply.text
    assert TEXTS.status_no_appointment not in reply.text
    assert (reply.custom["state"], titles(reply)) == (state, [])
    staff(database, mine, "incoming")  # they took it back
    assert booking.status("someone", now).custom["state"] == "sent"


def test_an_appointment_still_to_come_is_told_whatever_staff_noted(
    booking: Booking, send_referral: SendReferral, slot: str, database: Database, now: datetime
) -> None:
    mine = send_referral()
    with database.session() as session:
        diary.book(session, slot, mine, now)
    for state in ("accepted", "contacted", "booked", "closed"):
        staff(database, mine, state)
        reply = booking.status("someone", now)
        noted = getattr(TEXTS, f"status_case_{state}")
        assert (noted in reply.text) is (state != "booked")  # that one doesn't know when it is
        assert "Tuesday 8 December at 9:30am" in reply.text
        assert titles(reply) == [TITLES.change_long, TITLES.cancel_long]
    staff(database, mine, "booked")
    with database.session() as session:
        diary.cancel(session, mine, now)
    assert TEXTS.status_case_booked not in booking.status("someone", now).text


@pytest.mark.parametrize(
    ("service_id", "state", "word"),
    [
        ("berkshire", "accepted", "sent"),
        ("berkshire", "contacted", "sent"),
        ("berkshire", "booked", "booked"),
        ("lewisham", "contacted", "contacted"),
        ("lewisham", "booked", "booked"),
    ],
)
def test_what_staff_noted_comes_before_what_is_next(
    booking: Booking,
    send_referral: SendReferral,
    database: Database,
    now: datetime,
    service_id: str,
    state: str,
    word: str,
) -> None:
    mine = send_referral(service_id=service_id)
    staff(database, mine, state)
    reply = booking.status("someone", now)
    assert getattr(TEXTS, f"status_case_{state}") in reply.text
    assert reply.custom["state"] == word
    assert (TEXTS.status_no_appointment in reply.text) is (word == "sent")
    assert services()["lewisham"].handover.text not in reply.text


def test_a_referral_that_another_system_has_not_taken_is_told_honestly(
    database: Database, send_referral: SendReferral, now: datetime
) -> None:
    service: Service = booking_at("https://fhir.example")
    booking = Booking(database, {"berkshire": service})
    mine = send_referral()
    assert "was sent on" in booking.status("someone", now).text  # before the system was there
    with database.session() as session:
        referral_sent(session, session.get(Referral, mine), service, now)
    for state, said in (
        ("waiting", "still on its way"),
        ("dead", "hasn't taken it"),
        ("dropped", "hasn't taken it"),
        ("delivered", "was sent on"),
    ):
        with database.session() as session:
            session.query(OutboxMessage).one().state = state
        text = booking.status("someone", now).text
        assert said in text
        assert ("was sent on" in text) is (state == "delivered")
        assert (service.contact.once_sent in text) is (said == "hasn't taken it")


@pytest.mark.parametrize(("state", "said"), [("dropped", False), ("delivered", True)])
def test_a_referral_that_was_given_up_is_never_said_to_have_arrived(
    database: Database, send_referral: SendReferral, now: datetime, state: str, said: bool
) -> None:
    service: Service = booking_at("https://fhir.example")
    mine = send_referral()
    with database.session() as session:
        referral_sent(session, session.get(Referral, mine), service, now)
        message = session.query(OutboxMessage).one()
        message.state, message.payload, message.finished_at = state, None, now
    later = now + timedelta(days=retention().outbox + 1)
    with database.session() as session:
        purge(session, later)
    text = Booking(database, {"berkshire": service}).status("someone", later).text
    assert ("was sent on" in text) is said


def test_every_referral_of_the_chat_is_told_of(
    booking: Booking, send_referral: SendReferral, slot: str, database: Database, now: datetime
) -> None:
    first = send_referral()
    with database.session() as session:
        diary.book(session, slot, first, now)
        session.get(Referral, first).sent_at = now - timedelta(days=2)
    second = send_referral(service_id="lewisham")
    reply = booking.status("someone", now)
    with database.reading() as session:
        wanted = [session.get(Referral, each).reference for each in (second, first)]
    assert sorted(wanted, key=reply.text.index) == wanted  # the newest first
    assert "Tuesday 8 December at 9:30am" in reply.text
    assert titles(reply) == [TITLES.change_long, TITLES.cancel_long]
