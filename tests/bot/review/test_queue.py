from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.records import referrals
from bot.records.cases import by_referral, place
from bot.records.database import Database
from bot.records.models import Case, StaffUser
from bot.review import queue
from bot.review.queue import Filters


def user(*services: str) -> StaffUser:
    return StaffUser(id="u", name="Ann", role="lead", services=list(services))


@pytest.fixture
def sent(database: Database, now: datetime) -> list[str]:
    """The ids of seven cases, oldest first: of two services by turns, the last two closed."""
    made = []
    with database.session() as session:
        for number in range(7):
            service = ("berkshire", "lewisham")[number % 2]
            at = now + timedelta(days=number // 2)  # some at the same moment
            referral = referrals.begin(session, f"c{number}", service, at)
            for question, value in (("about.name", "Jo Smith"), ("about.phone", f"+44{number}")):
                referrals.set_answer(
                    session, referral, question, value, said=None, message_id=None, now=at
                )
            referrals.send(session, referral, at)
            case = by_referral(session, referral.id)
            assert case is not None
            if number > 4:
                case.state = "closed"
                place(session, case)
            made.append(case.id)
    return made


def pages(database: Database, staff: StaffUser, filters: Filters, now: datetime) -> list[Case]:
    """What is on each page, two at a time, one after the other."""
    shown: list[Case] = []
    after = None
    with database.reading() as session:
        while True:
            page = queue.page(session, staff, filters, after=after, size=2, now=now)
            assert len(page.rows) <= 2
            shown += [row.case for row in page.rows]
            after = page.next_key
            if after is None:
                return shown


@pytest.mark.parametrize("text", ["smith", "Jo Smith", "smith jo"])
def test_what_a_search_finds_comes_newest_first_page_by_page(database, now, sent, text) -> None:
    found = pages(
        database, user("berkshire", "lewisham"), Filters(find="name", text=text, state="all"), now
    )
    assert sorted(case.id for case in found) == sorted(sent)
    assert [case.arrived_at for case in found] == sorted(
        (case.arrived_at for case in found), reverse=True
    )


def test_a_search_finds_nobody_of_another_service(database, now, sent) -> None:
    found = pages(database, user("lewisham"), Filters(find="name", text="smith"), now)
    assert {case.id for case in found} == set(sent[1::2])


@pytest.mark.parametrize(
    ("filters", "places"),
    [
        (Filters(), [0, 1, 2, 3, 4]),
        (Filters(state="all"), [0, 1, 2, 3, 4, 5, 6]),
        (Filters(state="closed"), [5, 6]),
        (Filters(state="all", service="lewisham"), [1, 3, 5]),
    ],
)
def test_pages_hold_everyone_once_oldest_first(database, now, sent, filters, places) -> None:
    found = pages(database, user("berkshire", "lewisham"), filters, now)
    assert sorted(case.id for case in found) == sorted(sent[place] for place in places)
    assert [case.arrived_at for case in found] == sorted(case.arrived_at for case in found)


def test_days_are_those_on_which_they_came(database, now, sent) -> None:
    day = (now + timedelta(days=1)).date()
    filters = Filters(state="all", since=day, until=day)
    found = pages(database, user("berkshire", "lewisham"), filters, now)
    assert sorted(case.id for case in found) == sorted(sent[2:4])


@pytest.mark.parametrize(
    ("filters", "after"),
    [
        (Filters(), "2~2026-12-01T10:30:00~x"),
        (Filters(find="name", text="smith"), "2026-12-01T10:30:00~x"),
    ],
)
def test_a_key_without_a_time_zone_is_refused(database, now, sent, filters, after) -> None:
    with database.reading() as session, pytest.raises(ValueError, match="time zone"):
        queue.page(session, user("berkshire"), filters, after=after, size=2, now=now)
