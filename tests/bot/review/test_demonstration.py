from __future__ import annotations

from sqlalchemy import select

from bot.records.models import Case, Flag
from bot.review.demonstration import MARK, demonstration, make_people
from bot.staff import accounts


def make(database, now, count: int) -> int:
    with database.session() as session:
        staff = accounts.by_email(session, "a@demonstration.example") or accounts.create(
            session,
            email="a@demonstration.example",
            name="A",
            role="lead",
            services=[],
            password=None,
            now=now,
        )
        return make_people(session, staff, now, count)


def test_made_up_people_are_marked_and_three_are_in_danger(database, now) -> None:
    assert make(database, now, 12) == 12
    with database.reading() as session:
        cases = session.execute(select(Case)).scalars().all()
        flags = session.execute(select(Flag).order_by(Flag.at)).scalars().all()
    assert len(cases) == 12
    assert all(case.conversation_id.startswith(MARK) for case in cases)
    assert [flag.text for flag in flags] == list(demonstration().in_danger)
    assert all(flag.at < now for flag in flags)
    assert sum(case.rank == 0 for case in cases) == 3
    assert sum(case.referral_id is None for case in cases) == 1


def test_making_them_twice_adds_nobody(database, now) -> None:
    make(database, now, 6)
    assert make(database, now, 6) == 0
