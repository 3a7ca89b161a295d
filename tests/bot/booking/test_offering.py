from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest

from bot.booking.bookmark import Bookmark
from bot.booking.offering import choices, first_page, free, like, next_page, shown, way
from bot.booking.texts import booking_data
from bot.booking.times import from_london
from bot.booking.visit import Visit
from bot.booking.wish import Wish
from bot.knowledge.services import services
from bot.records.database import Database
from bot.records.models import Referral
from tests.bot.booking.conftest import AddSlot, SendReferral, titles
from tests.fhir.fixtures import booking_at

RULES = booking_data().limits
TITLES = booking_data().buttons
TEXTS = booking_data().texts


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return from_london(date(2026, 12, day), time(hour, minute))


@pytest.fixture
def visit(database: Database, send_referral: SendReferral, now: datetime) -> Iterator[Visit]:
    referral_id = send_referral()
    with database.reading() as session:
        referral = session.get(Referral, referral_id)
    with database.reading() as session:
        yield Visit(session, referral, services()["berkshire"], now)


@pytest.fixture
def week(add_slot: AddSlot) -> list[str]:
    """Five times a day from Monday 7 to Friday 11 December."""
    return [add_slot(at(day, hour)) for day in range(7, 12) for hour in (9, 10, 11, 14, 15)]


def test_notice_is_kept(add_slot: AddSlot, visit: Visit, now: datetime) -> None:
    add_slot(now + timedelta(hours=RULES.notice_hours))
    kept = add_slot(now + timedelta(hours=RULES.notice_hours, minutes=1))
    assert [slot.id for slot in free(visit)] == [kept]


def test_a_time_that_several_clinicians_have_is_shown_once(add_slot: AddSlot, visit: Visit) -> None:
    pair = {add_slot(at(8, 10)), add_slot(at(8, 10))}
    other_way = add_slot(at(8, 10), mode="in-person")
    found = free(visit)
    assert len(found) == 2
    assert other_way in {slot.id for slot in found}
    (one,) = (slot for slot in found if slot.mode == "video")
    assert {slot.id for slot in like(visit, one)} == pair - {one.id}


def test_the_first_page_is_spread_over_days(week: list[str], visit: Visit) -> None:
    page = first_page(free(visit), None)
    assert len(page) == RULES.offered_at_once
    days = [slot.starts_at.date() for slot in page]
    assert all(days.count(day) <= RULES.offered_a_day for day in days)
    assert {slot.starts_at.hour < 12 for slot in page} == {True, False}


def test_the_next_page_goes_on_with_the_next_day(week: list[str], visit: Visit) -> None:
    first = first_page(free(visit), None)
    second = next_page(free(visit), None, first[-1])
    assert second[0].starts_at.date() == first[-1].starts_at.date() + timedelta(days=1)
    assert next_page(free(visit), None, second[-1]) == []


def test_a_wish_shows_every_time_that_meets_it(week: list[str], visit: Visit) -> None:
    wish = Wish(weekdays=(2, 3))
    first = first_page(free(visit), wish)
    second = next_page(free(visit), wish, first[-1])
    assert [slot.starts_at for slot in (*first, *second)] == [
        at(day, hour) for day in (9, 10) for hour in (9, 10, 11, 14, 15)
    ]


def test_slots_are_shown_in_the_order_they_were_offered(week: list[str], visit: Visit) -> None:
    offered = (week[3], week[1], "gone")
    assert [slot.id for slot in shown(visit, Bookmark(step="choose", offered=offered))] == [
        week[3],
        week[1],
    ]


def test_the_question_has_a_button_for_each_time_and_a_way_on_and_out(
    week: list[str], visit: Visit
) -> None:
    page = first_page(free(visit), None)
    reply = choices(visit, Bookmark(step="choose"), page)
    assert titles(reply)[0] == "Mon 7 Dec, 9am"
    assert titles(reply)[len(page) :] == [TITLES.more, TITLES.not_now]
    assert [button.payload for button in reply.buttons] == titles(reply)
    assert TEXTS.demonstration_times not in reply.text
    assert reply.custom["demonstration"] is False
    assert reply.custom["slots"][0] == {
        "title": "Mon 7 Dec, 9am",
        "starts_at": page[0].starts_at.isoformat(),
        "mode": page[0].mode,
        "day": "Monday 7 December",
        "time": "9am",
        "way": None,
    }
    assert reply.custom["quiet"] == [TITLES.not_now]
    last = choices(visit, Bookmark(step="choose", wish=Wish(weekdays=(4,))), free(visit)[-1:])
    assert titles(last)[1:] == [TITLES.all_times, TITLES.not_now]


def test_demonstration_times_are_said_to_be_that(add_slot: AddSlot, visit: Visit) -> None:
    add_slot(at(8, 10), demonstration=True)
    reply = choices(visit, Bookmark(step="choose"), free(visit))
    assert TEXTS.demonstration_times in reply.text
    assert reply.custom["demonstration"] is True


def test_one_way_is_said_once(add_slot: AddSlot, visit: Visit) -> None:
    add_slot(at(8, 10))
    (slot,) = free(visit)
    reply = choices(visit, Bookmark(step="choose"), [slot])
    assert TEXTS.these_are.format(mode=way(slot)) in reply.text
    assert titles(reply)[0] == "Tue 8 Dec, 10am"


def test_several_ways_are_on_the_buttons(add_slot: AddSlot, visit: Visit) -> None:
    add_slot(at(8, 10))
    add_slot(at(8, 10), mode="in-person", place="Reading")
    reply = choices(visit, Bookmark(step="choose"), free(visit))
    assert titles(reply)[:2] == [
        "Tue 8 Dec, 10am, face to face, Reading",
        "Tue 8 Dec, 10am, by video call",
    ]


def test_only_times_of_the_diary_that_counts_are_offered(visit: Visit, add_slot: AddSlot) -> None:
    here, there, same_there = (
        add_slot(at(7, 9)),
        add_slot(at(7, 9), remote_id="a"),
        add_slot(at(7, 9), remote_id="b"),
    )
    elsewhere = Visit(visit.session, visit.referral, booking_at("https://fhir.example"), visit.now)
    for on, ids in ((visit, {here}), (elsewhere, {there, same_there})):
        (shown_one,) = free(on)
        assert {shown_one.id, *(slot.id for slot in like(on, shown_one))} == ids
