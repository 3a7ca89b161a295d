"""The chat with a service whose diary another system keeps: a real engine, and its faults."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.booking import asking, diary
from bot.booking.dialogue import Booking
from bot.booking.fhir.client import FhirClient
from bot.booking.fhir.diary import RemoteDiary
from bot.booking.texts import booking_data
from bot.booking.waiting import offer_free_times
from bot.dialogue import Outcome
from bot.knowledge.services import Service, services
from bot.records import referrals
from bot.records.database import Database
from bot.records.models import Appointment, DiarySlot
from tests.bot.booking.conftest import Chat, Mailing, SendReferral
from tests.fhir.engine import Line
from tests.fhir.fixtures import (  # noqa: F401
    AddRemote,
    add_remote,
    between,
    change_remote,
    client,
    engine,
    line,
    of_engine,
    packages,
    remote,
    schedule,
    service,
    states,
    undo_orders,
)


@pytest.fixture
def chat(  # someone who has sent their referral
    database: Database,
    service: Service,  # noqa: F811
    remote: RemoteDiary,  # noqa: F811
    send_referral: SendReferral,
    now: datetime,
) -> Chat:
    send_referral(answers={"about.name": "Robin Example"})
    return Chat(Booking(database, {"berkshire": service}, {"berkshire": remote}), now)


@pytest.fixture
def slots(add_remote: AddRemote, now: datetime) -> list[str]:  # noqa: F811
    return [add_remote(now + timedelta(days=days)) for days in (6, 7)]


def deliver(database: Database, there: RemoteDiary, fhir: FhirClient, now: datetime) -> None:
    """What the outbox does, some time later."""
    undo_orders(database, there, fhir, now + timedelta(hours=1))


def said(outcome: Outcome) -> str:
    return "\n".join(reply.text for reply in outcome.replies)


def here(database: Database) -> list[str]:
    with database.reading() as session:
        return session.execute(select(Appointment.state)).scalars().all()


def book(chat: Chat) -> Outcome:
    chat.start()
    chat.say("the first one")
    return chat.say("yes")


def test_booking_moving_and_cancelling(
    database: Database,
    chat: Chat,
    slots: list[str],
    remote: RemoteDiary,  # noqa: F811
    client: FhirClient,  # noqa: F811
    engine: str,  # noqa: F811
    now: datetime,
) -> None:
    booked = book(chat)
    assert booked.ended == "booked"
    assert "Monday 7 December" in said(booked)
    assert states(engine, slots) == ["busy", "free"]
    deliver(database, remote, client, now)  # the order to undo finds it in force
    assert states(engine, slots) == ["busy", "free"]

    chat.booking.change("someone", now)
    chat.say("the first one")
    assert chat.say("yes").ended == "moved"
    assert states(engine, slots) == ["busy", "busy"]
    deliver(database, remote, client, now)
    assert states(engine, slots) == ["free", "busy"]

    chat.booking.cancel("someone", now)
    assert chat.say("yes").ended == "cancelled"
    deliver(database, remote, client, now)
    assert states(engine, slots) == ["free", "free"]
    assert here(database) == ["cancelled"]


@pytest.mark.parametrize("when", ["before we read it", "between our reading and our writing"])
def test_someone_elsewhere_was_faster(
    database: Database,
    chat: Chat,
    slots: list[str],
    remote: RemoteDiary,  # noqa: F811
    client: FhirClient,  # noqa: F811
    line: Line,  # noqa: F811
    engine: str,  # noqa: F811
    now: datetime,
    when: str,
) -> None:
    chat.start()
    chat.say("the first one")

    def someone(_number: int, method: str) -> None:
        if method == "GET" if when.startswith("before") else method == "PUT":
            line.heal()
            found = client.read("Slot", slots[0])
            client.update({**found.resource, "status": "busy", "comment": "theirs"}, found.etag)

    line.fault = someone
    outcome = chat.say("yes")
    assert booking_data().texts.taken in said(outcome)
    assert outcome.ended is None
    assert len([b for b in chat.asked().buttons if "Dec" in b.title]) == 1  # the other one
    assert here(database) == []
    deliver(database, remote, client, now)
    assert of_engine(engine, f"Slot/{slots[0]}")["comment"] == "theirs"
    assert chat.say("the first one").ended is None
    assert chat.say("yes").ended == "booked"  # the other time


def test_a_time_that_was_moved_there_before_the_yes_is_not_booked(
    database: Database,
    chat: Chat,
    slots: list[str],
    remote: RemoteDiary,  # noqa: F811
    client: FhirClient,  # noqa: F811
    engine: str,  # noqa: F811
    now: datetime,
) -> None:
    chat.start()
    chat.say("the first one")
    change_remote(engine, slots[0], **between(now + timedelta(days=6, hours=1)))
    outcome = chat.say("yes")
    assert booking_data().texts.taken in said(outcome)
    assert outcome.ended is None
    assert here(database) == []
    deliver(database, remote, client, now)
    assert states(engine, slots) == ["free", "free"]
    chat.start()
    assert "Mon 7 Dec, 11:30am" in [button.title for button in chat.asked().buttons]


def test_a_time_that_ran_out_here_is_not_asked_for_there(
    database: Database,
    chat: Chat,
    slots: list[str],
    line: Line,  # noqa: F811
    send_referral: SendReferral,
    now: datetime,
) -> None:
    chat.start()
    chat.say("the first one")
    later = now + timedelta(minutes=11)
    send_referral("faster", answers={"about.name": "Sam Example"})
    faster = Chat(chat.booking, later, "faster")
    assert book(faster).ended == "booked"
    line.seen.clear()
    chat.now = later
    assert booking_data().texts.taken in said(chat.say("yes"))
    assert line.seen == []
    with database.reading() as session:  # and the other's time is as it was
        assert session.execute(select(DiarySlot.state).order_by(DiarySlot.starts_at)).first() == (
            "booked",
        )


def test_what_was_booked_elsewhere_meanwhile_is_not_booked_again(
    chat: Chat,
    slots: list[str],
    line: Line,  # noqa: F811
    database: Database,
    now: datetime,
) -> None:
    chat.start()
    chat.say("the first one")
    with database.session() as session:  # by the person's own page, say
        slot = DiarySlot(
            service_id="berkshire",
            starts_at=now + timedelta(days=2),
            ends_at=now + timedelta(days=2, hours=1),
            mode="video",
        )
        session.add(slot)
        session.flush()
        referral = referrals.latest_sent(session, "someone")
        diary.book(session, slot.id, referral.id, now)
    line.seen.clear()
    chat.say("yes")
    assert "You have an appointment" in chat.asked().text
    assert line.seen == []


def test_nothing_is_promised_that_only_the_other_system_can_keep(
    chat: Chat, slots: list[str]
) -> None:
    chat.start()
    chat.say("the first one")
    assert "keep" not in chat.asked().text


def test_there_is_no_waiting_list_for_times_that_cannot_be_kept(
    database: Database,
    service: Service,  # noqa: F811
    remote: RemoteDiary,  # noqa: F811
    send_referral: SendReferral,
    mailing: Mailing,
    now: datetime,
) -> None:
    mailing()
    known = {"berkshire": service}
    send_referral("waiting", answers={"about.email": "robin@example.com"})
    outcome = Chat(Booking(database, known, {"berkshire": remote}), now, "waiting").start()
    assert outcome.ended == "none-free"
    assert offer_free_times(database, known, now) == 0


@pytest.mark.parametrize("fault", ["down", "garbage", "wrong"])
def test_a_diary_that_is_away_is_told_and_nothing_is_booked(
    database: Database,
    chat: Chat,
    slots: list[str],
    line: Line,  # noqa: F811
    fault: str,
) -> None:
    line.always(fault)
    outcome = chat.start()
    assert outcome.ended == "away"
    assert "can't reach the service's diary" in said(outcome)
    assert services()["berkshire"].contact.once_sent in said(outcome)
    assert here(database) == []


@pytest.mark.parametrize("lasts", [1, 2, 3, 4])
def test_an_outage_in_the_middle_books_nothing_and_leaves_nothing_behind(
    database: Database,
    chat: Chat,
    slots: list[str],
    remote: RemoteDiary,  # noqa: F811
    client: FhirClient,  # noqa: F811
    line: Line,  # noqa: F811
    engine: str,  # noqa: F811
    now: datetime,
    lasts: int,
) -> None:
    chat.start()
    chat.say("the first one")
    line.seen.clear()
    line.fault = lambda number, _method: "down" if number >= lasts else None
    outcome = chat.say("yes")
    assert outcome.ended == "away"
    assert here(database) == []
    line.heal()
    deliver(database, remote, client, now)
    assert states(engine, slots) == ["free", "free"]


def test_an_outage_while_moving_keeps_the_appointment(
    database: Database,
    chat: Chat,
    slots: list[str],
    remote: RemoteDiary,  # noqa: F811
    client: FhirClient,  # noqa: F811
    engine: str,  # noqa: F811
    line: Line,  # noqa: F811
    now: datetime,
) -> None:
    book(chat)
    line.always("down")
    outcome = chat.booking.change("someone", now)
    assert "stays as it is" in said(outcome)
    line.heal()
    chat.booking.change("someone", now)
    chat.say("the first one")
    line.always("down")
    assert "stays as it is" in said(chat.say("yes"))
    line.heal()
    deliver(database, remote, client, now)
    assert states(engine, slots) == ["busy", "free"]
    assert here(database) == ["booked"]
    assert "Monday 7 December" in chat.booking.status("someone", now).text


def test_cancelling_works_while_the_system_is_down(
    database: Database,
    chat: Chat,
    slots: list[str],
    remote: RemoteDiary,  # noqa: F811
    client: FhirClient,  # noqa: F811
    line: Line,  # noqa: F811
    engine: str,  # noqa: F811
    now: datetime,
) -> None:
    book(chat)
    line.always("down")
    chat.booking.cancel("someone", now)
    cancelled = chat.say("yes")
    assert cancelled.ended == "cancelled"
    assert "I've cancelled your appointment" in said(cancelled)
    line.heal()
    deliver(database, remote, client, now)
    assert states(engine, slots) == ["free", "free"]


def test_dying_before_the_answer_is_written_is_mended(
    database: Database,
    chat: Chat,
    slots: list[str],
    remote: RemoteDiary,  # noqa: F811
    client: FhirClient,  # noqa: F811
    engine: str,  # noqa: F811
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chat.start()
    chat.say("the first one")

    def die(*_: object) -> Outcome:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(asking, "_write", die)
        with pytest.raises(SystemExit):
            chat.say("yes")
    assert states(engine, slots) == ["busy", "free"]
    assert here(database) == []
    outcome = chat.say("hello?")
    assert booking_data().texts.asked_in_vain in said(outcome)
    undo_orders(database, remote, client, now + timedelta(minutes=4))
    assert states(engine, slots) == ["busy", "free"]  # it might be under way still
    undo_orders(database, remote, client, now + timedelta(minutes=5))
    assert states(engine, slots) == ["free", "free"]


def test_a_system_that_is_not_set_up_any_more_is_told_as_away(
    database: Database,
    chat: Chat,
    slots: list[str],
    service: Service,  # noqa: F811
    now: datetime,
) -> None:
    chat.start()
    chat.say("the first one")
    chat.booking = Booking(database, {"berkshire": service})  # after a restart
    outcome = chat.say("yes")
    assert outcome.ended == "away"
    assert booking_data().texts.diary_away in said(outcome)
    with database.reading() as session:
        assert all(slot.state == "free" for slot in session.execute(select(DiarySlot)).scalars())
