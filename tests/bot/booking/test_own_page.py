from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from icalendar import Calendar

from bot.booking import diary, letters, waiting
from bot.booking.links import visit_link
from bot.booking.own_page import LinkOver, OwnPage
from bot.booking.texts import booking_data
from bot.booking.visit import Visit
from bot.knowledge.services import services
from bot.records.database import Database
from bot.records.models import Case, Referral
from tests.bot.booking.conftest import AddSlot, Mailing, SendReferral, outbox


def link(database: Database, referral_id: str, now: datetime) -> str:
    """The token of a person's link."""
    with database.reading() as session:
        referral = session.get(Referral, referral_id)
        visit = Visit(session, referral, services()[referral.service_id], now)
        return token_of(visit_link(visit))


def token_of(address: str) -> str:
    return address.rpartition("/")[2]


@pytest.fixture
def page(database: Database) -> OwnPage:
    return OwnPage(database, services())


@pytest.fixture
def booked(
    database: Database, page: OwnPage, add_slot: AddSlot, send_referral: SendReferral, now: datetime
) -> str:
    """The token of someone who has an appointment in three days."""
    slot = add_slot(now + timedelta(days=3))
    return token_of(page.take(link(database, send_referral(), now), slot, now))


def test_booking_moving_and_cancelling_by_the_link(
    database: Database, page: OwnPage, add_slot: AddSlot, send_referral: SendReferral, now: datetime
) -> None:
    first, second = add_slot(now + timedelta(days=3)), add_slot(now + timedelta(days=4))
    token = link(database, send_referral(), now)
    assert [slot for slot, _ in page.show(token, now).times] == [first, second]
    booked = token_of(page.take(token, first, now))
    view = page.show(booked, now)
    assert view.can_change
    assert view.appointment == "Friday 4 December at 10:30am, by video call"
    assert Calendar.from_ical(page.calendar(booked, now))["method"] == "PUBLISH"
    moved = token_of(page.take(booked, second, now))
    assert page.show(moved, now).appointment.startswith("Saturday 5 December")
    cancelled = token_of(page.cancel(moved, now))
    view = page.show(cancelled, now)
    assert (view.appointment, view.was_cancelled) == (None, True)
    with pytest.raises(LinkOver):
        page.cancel(cancelled, now)


def test_its_files_put_an_appointment_in_a_calendar_and_take_it_out_again(
    database: Database, page: OwnPage, add_slot: AddSlot, send_referral: SendReferral, now: datetime
) -> None:
    first, second = add_slot(now + timedelta(days=3)), add_slot(now + timedelta(days=4))
    token = link(database, send_referral(), now)
    with pytest.raises(LinkOver):
        page.calendar(token, now)
    files = []
    for act in (
        lambda token: page.take(token, first, now),
        lambda token: page.take(token, second, now),
        lambda token: page.cancel(token, now),
    ):
        token = token_of(act(token))
        files.append(Calendar.from_ical(page.calendar(token, now)))
    events = [file.walk("VEVENT")[0] for file in files]
    assert [file["method"] for file in files] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert [event["sequence"] for event in events] == [0, 1, 2]
    assert len({event["uid"] for event in events}) == 1


def test_of_several_who_use_a_link_at_once_one_does(
    database: Database, page: OwnPage, add_slot: AddSlot, send_referral: SendReferral, now: datetime
) -> None:
    slots = [add_slot(now + timedelta(days=days)) for days in range(3, 12)]
    moved = token_of(page.take(link(database, send_referral(), now), slots.pop(), now))
    gate = Barrier(len(slots))

    def move(slot: str) -> bool:
        gate.wait()
        try:
            page.take(moved, slot, now)
        except LinkOver:
            return False
        return True

    with ThreadPoolExecutor(len(slots)) as pool:
        assert list(pool.map(move, slots)).count(True) == 1


def test_an_appointment_that_has_begun_is_not_moved(
    page: OwnPage, booked: str, add_slot: AddSlot, now: datetime
) -> None:
    other = add_slot(now + timedelta(days=5))
    then = now + timedelta(days=3)
    view = page.show(booked, then)
    assert (view.can_change, view.times) == (False, ())
    with pytest.raises(diary.SlotTaken):
        page.take(booked, other, then)
    with pytest.raises(LinkOver):
        page.cancel(booked, then)
    assert page.show(booked, then).appointment.startswith("Friday 4 December")


def test_one_that_was_missed_is_booked_anew(
    page: OwnPage, booked: str, add_slot: AddSlot, now: datetime
) -> None:
    other = add_slot(now + timedelta(days=7))
    then = now + timedelta(days=4)
    view = page.show(booked, then)
    assert ([slot for slot, _ in view.times], view.can_change) == ([other], False)
    token = token_of(page.take(booked, other, then))
    assert page.show(token, then).appointment.startswith("Tuesday 8 December")


@pytest.mark.parametrize("state", ["closed", "rejected"])
def test_no_times_once_staff_have_ended_the_case(
    database: Database,
    page: OwnPage,
    add_slot: AddSlot,
    send_referral: SendReferral,
    now: datetime,
    state: str,
) -> None:
    slot, other = add_slot(now + timedelta(days=3)), add_slot(now + timedelta(days=4))
    token = link(database, send_referral(), now)
    with database.session() as session:
        session.query(Case).one().state = state
    view = page.show(token, now)
    assert view.times == ()
    assert getattr(booking_data().texts, f"status_case_{state}") in view.standing
    with pytest.raises(diary.SlotTaken):
        page.take(token, slot, now)
    with database.session() as session:  # one that they have can be moved all the same
        diary.book(session, slot, session.query(Referral).one().id, now)
    with database.reading() as session:
        token = link(database, session.query(Referral).one().id, now)
    page.take(token, other, now)


def test_a_link_is_over_once_used(
    database: Database, page: OwnPage, add_slot: AddSlot, send_referral: SendReferral, now: datetime
) -> None:
    slot = add_slot(now + timedelta(days=3))
    token = link(database, send_referral(), now)
    page.take(token, slot, now)
    for act in (
        lambda: page.show(token, now),
        lambda: page.take(token, slot, now),
        lambda: page.cancel(token, now),
    ):
        with pytest.raises(LinkOver):
            act()


def test_a_used_link_never_works_again(
    database: Database, page: OwnPage, add_slot: AddSlot, send_referral: SendReferral, now: datetime
) -> None:
    slot = add_slot(now + timedelta(days=3))
    token = link(database, send_referral(), now)
    used = []
    for act in ("take", "cancel", "take", "cancel"):
        used.append(token)
        token = token_of(page.take(token, slot, now) if act == "take" else page.cancel(token, now))
        for old in used:
            with pytest.raises(LinkOver):
                page.show(old, now)
        page.show(token, now)


def test_a_link_ends_and_cannot_be_made_up(
    database: Database, page: OwnPage, send_referral: SendReferral, now: datetime
) -> None:
    token = link(database, send_referral(), now)
    last = now + timedelta(days=booking_data().limits.link_days)
    page.show(token, last)
    for wrong, at in ((token, last + timedelta(seconds=1)), (token[:-1], now), ("x.y", now)):
        with pytest.raises(LinkOver):
            page.show(wrong, at)


def test_a_time_that_is_gone_changes_nothing(
    database: Database, page: OwnPage, add_slot: AddSlot, send_referral: SendReferral, now: datetime
) -> None:
    slot, own = add_slot(now + timedelta(days=3)), add_slot(now + timedelta(days=4))
    token = token_of(page.take(link(database, send_referral(), now), own, now))
    with database.session() as session:
        diary.book(session, slot, send_referral("them"), now)
    with pytest.raises(diary.SlotTaken):
        page.take(token, slot, now)
    assert page.show(token, now).appointment.startswith("Saturday")


def test_the_summary_is_only_where_it_is_to_be_taken_along(
    database: Database, page: OwnPage, send_referral: SendReferral, now: datetime
) -> None:
    answers = {"about.name": "Robin Example", "phq-9.1": 3}
    xyla = link(database, send_referral("x", "xyla", answers), now)
    text = page.summary(xyla, now)
    assert "Robin Example" in text
    assert "Nearly every day" in text
    for word in ("score", "total", "severe", "moderate", "caseness"):
        assert word not in text.lower()
    assert page.summary_pdf(xyla, now).startswith(b"%PDF-")
    assert page.show(xyla, now).has_summary
    berkshire = link(database, send_referral("b"), now)
    with pytest.raises(LinkOver):
        page.summary(berkshire, now)
    with pytest.raises(LinkOver):
        page.summary_pdf(berkshire, now)


def test_messages_are_stopped_by_the_link(
    database: Database,
    page: OwnPage,
    add_slot: AddSlot,
    send_referral: SendReferral,
    mailing: Mailing,
    now: datetime,
) -> None:
    mailing()
    slot = add_slot(now + timedelta(days=5))
    mine = send_referral(answers={"about.email": "robin@example.com"})
    with database.session() as session:
        letters.agree(session.get(Referral, mine), ("email",))
    token = token_of(page.take(link(database, mine, now), slot, now))
    assert page.show(token, now).told_by == ("email",)
    assert len(outbox(database)) == 2
    token = token_of(page.stop_messages(token, now))
    view = page.show(token, now)
    assert (view.told_by, view.can_change) == ((), True)
    assert outbox(database) == []
    page.cancel(token, now)
    assert outbox(database) == []


def test_the_waiting_list_is_left_by_the_link(
    database: Database,
    page: OwnPage,
    send_referral: SendReferral,
    mailing: Mailing,
    now: datetime,
) -> None:
    mailing()
    mine = send_referral(answers={"about.email": "robin@example.com"})
    with database.session() as session:
        referral = session.get(Referral, mine)
        waiting.join(Visit(session, referral, services()["berkshire"], now), ("email",))
    token = link(database, mine, now)
    assert page.show(token, now).waiting
    token = token_of(page.stop_messages(token, now))
    assert not page.show(token, now).waiting


def test_the_page_names_nobody(
    database: Database, page: OwnPage, send_referral: SendReferral, now: datetime
) -> None:
    answers = {"about.name": "Robin Example", "about.email": "robin@example.com"}
    view = page.show(link(database, send_referral(answers=answers), now), now)
    assert "obin" not in str(view)
