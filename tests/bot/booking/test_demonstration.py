from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from bot.booking.demonstration import make_demonstration_slots
from bot.booking.texts import booking_data
from bot.booking.times import in_london
from bot.knowledge.services import services
from bot.records.database import Database
from bot.records.models import DiarySlot
from bot.settings import settings
from tests.fhir.fixtures import booking_at


def slots(database: Database) -> list[DiarySlot]:
    with database.reading() as session:
        return session.query(DiarySlot).order_by(DiarySlot.starts_at).all()


def test_every_slot_is_marked_and_only_diary_services_have_them(
    database: Database, now: datetime
) -> None:
    made = make_demonstration_slots(database, services(), now)
    present = slots(database)
    assert made == len(present) > 0
    assert all(slot.demonstration and slot.state == "free" for slot in present)
    assert {services()[slot.service_id].handover.kind for slot in present} == {"diary"}


def test_they_fill_the_working_days_ahead(database: Database, now: datetime) -> None:
    make_demonstration_slots(database, services(), now)
    rules = booking_data().demonstration
    days = {in_london(slot.starts_at).date() for slot in slots(database)}
    assert all(day.weekday() < 5 for day in days)
    assert min(days) > now.date()
    assert max(days) <= now.date() + timedelta(days=rules.days)
    assert len(days) == 15


def test_making_them_again_adds_only_what_is_new(database: Database, now: datetime) -> None:
    first = make_demonstration_slots(database, services(), now)
    assert make_demonstration_slots(database, services(), now) == 0
    a_day = len(booking_data().demonstration.times)
    assert make_demonstration_slots(database, services(), now + timedelta(days=1)) == a_day
    assert len(slots(database)) == first + a_day


def test_several_processes_that_start_at_once_make_them_once(
    database: Database, now: datetime
) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(
            pool.map(lambda _: make_demonstration_slots(database, services(), now), range(4))
        )
    assert sum(made) == max(made) == len(slots(database))


def test_a_booked_one_is_left_alone(database: Database, now: datetime) -> None:
    make_demonstration_slots(database, services(), now)
    with database.session() as session:
        session.query(DiarySlot).first().state = "booked"
    make_demonstration_slots(database, services(), now)
    assert [slot.state for slot in slots(database)].count("booked") == 1


def test_they_keep_londons_clock_across_a_clock_change(database: Database) -> None:
    before_spring = datetime(2027, 3, 24, 12, 0, tzinfo=timezone.utc)
    make_demonstration_slots(database, services(), before_spring)
    clocks = {in_london(slot.starts_at).time() for slot in slots(database)}
    assert clocks == set(booking_data().demonstration.times)
    assert {in_london(slot.starts_at).utcoffset() for slot in slots(database)} == {
        timedelta(0),
        timedelta(hours=1),
    }


def test_none_outside_a_demonstration(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = settings().copy(update={"demo": False})
    monkeypatch.setattr("bot.booking.demonstration.settings", lambda: real)
    assert make_demonstration_slots(database, services(), now) == 0
    assert slots(database) == []


def test_none_for_a_service_whose_diary_is_elsewhere(database: Database, now: datetime) -> None:
    known = {"berkshire": booking_at("https://fhir.example")}
    assert make_demonstration_slots(database, known, now) == 0
    assert slots(database) == []
