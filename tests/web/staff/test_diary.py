from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from bot.booking import diary as booking
from bot.knowledge.services import services
from bot.records.models import DiarySlot
from bot.review import diary
from tests.fhir.fixtures import booking_at

TIMES = {
    "service": "berkshire",
    "day": "2026-12-08",
    "begins": "10:00",
    "ends": "10:45",
    "mode": "video",
    "place": "",
    "weeks": 1,
}


@pytest.fixture
def lead(console):
    lead = console.staff("lead").sign_in()
    lead.get("/diary")
    return lead


def slots(console) -> list[DiarySlot]:
    with console.database.reading() as session:
        return list(session.execute(select(DiarySlot).order_by(DiarySlot.starts_at)).scalars())


def test_a_time_is_opened_and_shown_in_its_week(console, lead) -> None:
    page = lead.post("/diary", **TIMES)
    assert "10:00 to 10:45" in page.text
    assert "Open for booking now: Tuesday 8 December at 10am." in page.text
    (slot,) = slots(console)
    assert slot.starts_at == datetime(2026, 12, 8, 10, tzinfo=timezone.utc)
    assert "10:00 to 10:45" not in lead.get("/diary").text


def test_repeating_keeps_to_the_clock_when_it_changes(console, lead) -> None:
    lead.post("/diary", **{**TIMES, "weeks": 20})
    hours = {slot.starts_at.hour for slot in slots(console)}
    assert (len(slots(console)), hours) == (20, {10, 9})  # summer time comes between


def test_opening_twice_adds_nothing_and_says_so(console, lead) -> None:
    lead.post("/diary", **TIMES)
    page = lead.post("/diary", **{**TIMES, "weeks": 2})
    assert "Open for booking now: Tuesday 15 December at 10am." in page.text
    assert "the diary has them already: Tuesday 8 December at 10am." in page.text
    assert len(slots(console)) == 2
    page = lead.post("/diary", **TIMES)
    assert "Open for booking" not in page.text
    assert console.audited()[-2].details == {"service": "berkshire", "count": 0}


def test_a_closed_time_stays_closed_and_that_is_said(console, lead) -> None:
    lead.post("/diary", **TIMES)
    lead.post(f"/diary/{slots(console)[0].id}/close", version=1)
    page = lead.post("/diary", **TIMES)
    assert "10am (it is closed: you can open it again in its week)" in page.text
    assert [slot.state for slot in slots(console)] == ["closed"]


@pytest.mark.parametrize("change", [{"place": "Reading"}, {"ends": "11:00"}, {"again": "1"}])
def test_someone_else_sees_people_at_the_same_hour(console, lead, change) -> None:
    lead.post("/diary", **{**TIMES, "mode": "in-person", "place": "Slough"})
    page = lead.post("/diary", **{**TIMES, "mode": "in-person", "place": "slough", **change})
    assert "Open for booking now" in page.text
    assert "Not opened" not in page.text
    assert len(slots(console)) == 2


def test_what_another_service_opened_is_not_told(console, lead) -> None:
    lead.post("/diary", **TIMES)
    other = console.staff("lead", ("lewisham",)).sign_in()
    page = other.get(f"/diary?opened={slots(console)[0].id}")
    assert "Open for booking" not in page.text


@pytest.mark.parametrize("week", ["0001-01-01", "9999-12-31", "soon"])
def test_a_week_that_cant_be_is_this_one(lead, week: str) -> None:
    page = lead.get(f"/diary?week={week}")
    assert page.status_code == 200
    assert "Diary, week of 30 November 2026" in page.text


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"day": "2026-11-01"}, 409),
        ({"day": "soon"}, 409),
        ({"day": "9999-12-31"}, 409),
        ({"ends": "09:00"}, 409),
        ({"weeks": 27}, 409),
        ({"weeks": "many"}, 400),
        ({"service": "lewisham"}, 404),
        ({"mode": "phone"}, 404),
    ],
)
def test_times_that_cant_be(console, lead, change, status: int) -> None:
    assert lead.post("/diary", **{**TIMES, **change}).status_code == status
    assert slots(console) == []


def test_what_was_typed_for_a_time_that_cant_be_is_put_back(console, lead) -> None:
    typed = {"ends": "09:00", "mode": "in-person", "place": "Reading", "weeks": 3, "again": "1"}
    page = lead.post("/diary", **{**TIMES, **typed}).text
    assert "an end that is later than its start" in page
    for field in (
        'name="day" value="2026-12-08"',
        'name="begins" value="10:00"',
        'name="ends" value="09:00"',
        '<option value="in-person" selected>',
        'name="place" value="Reading"',
        'name="weeks" value="3"',
        'name="again" value="1" checked',
    ):
        assert field in page
    entry = console.audited()[-1]
    assert (entry.action, entry.details) == ("diary-viewed", {"week": "2026-12-07"})
    assert lead.post("/diary", **{**TIMES, **typed, "ends": "11:00"}).status_code == 200


def test_a_time_is_closed_and_opened_again(console, lead) -> None:
    lead.post("/diary", **TIMES)
    (slot,) = slots(console)
    assert lead.post(f"/diary/{slot.id}/close", version=1).status_code == 200
    assert slots(console)[0].state == "closed"
    assert lead.post(f"/diary/{slot.id}/reopen", version=1).status_code == 409
    lead.get("/diary?week=2026-12-08")
    lead.post(f"/diary/{slot.id}/reopen", version=2)
    assert slots(console)[0].state == "free"


@pytest.mark.parametrize(
    ("promised", "minutes", "said"),
    [
        (False, 5, "Someone is choosing it"),
        (False, 15, "Free"),
        (True, 5, "Kept for someone who was written to"),
        (True, 15, "Free"),
    ],
)
def test_a_time_is_kept_for_as_long_as_it_was_to_be(
    console, lead, promised: bool, minutes: int, said: str
) -> None:
    lead.post("/diary", **TIMES)
    keep(console, promised)
    console.clock.forward(minutes=minutes)
    page = lead.get("/diary?week=2026-12-08").text
    assert f'data-label="Who">{said}<' in page
    assert ("they can't have it, and nobody tells them" in page) is (said.startswith("Kept"))


def keep(console, promised: bool) -> None:
    """Keeps the only time for someone for ten minutes, as a letter has it or while they choose."""
    referral_id = console.case(console.refer()).referral_id
    now = console.clock.now
    with console.database.session() as session:
        until = now + timedelta(minutes=10)
        booking.hold(session, slots(console)[0].id, referral_id, now, until, promised=promised)


def test_nothing_is_left_of_a_promise_when_its_time_is_closed(console, lead) -> None:
    lead.post("/diary", **TIMES)
    keep(console, promised=True)
    (slot,) = slots(console)
    lead.get("/diary?week=2026-12-08")
    lead.post(f"/diary/{slot.id}/close", version=slot.version)
    (slot,) = slots(console)
    assert (slot.state, slot.held_until, slot.promised_until) == ("closed", None, None)


def test_a_time_that_someone_has_stays_theirs(console, lead) -> None:
    case_id = console.refer()
    lead.post("/diary", **TIMES)
    (slot,) = slots(console)
    with console.database.session() as session:
        booking.book(session, slot.id, console.case(case_id).referral_id, console.clock.now)
    page = lead.get("/diary?week=2026-12-08")
    assert "Jo Smith" in page.text
    assert lead.post(f"/diary/{slot.id}/close", version=2).status_code == 409
    assert slots(console)[0].state == "booked"
    assert "Tue 8 Dec 2026, 10am" in lead.get(f"/people/{case_id}").text


def test_another_services_time_is_not_theirs(console, lead) -> None:
    lead.post("/diary", **TIMES)
    (slot,) = slots(console)
    other = console.staff("lead", ("lewisham",)).sign_in()
    other.get("/diary?week=2026-12-08")
    assert "10:00 to 10:45" not in other.last.text
    assert other.post(f"/diary/{slot.id}/close", version=1).status_code == 409
    assert slots(console)[0].state == "free"


def test_no_time_is_opened_for_a_diary_in_another_system(console, lead, monkeypatch) -> None:
    lead.post("/diary", **TIMES)
    (slot,) = slots(console)
    lead.post(f"/diary/{slot.id}/close", version=1)
    known = {**services(), "berkshire": booking_at("https://fhir.example/r4")}
    monkeypatch.setattr(diary, "services", lambda: known)
    refused = [
        lead.post("/diary", **{**TIMES, "day": "2026-12-09"}),
        lead.post(f"/diary/{slot.id}/reopen", version=2),
    ]
    assert all("Open its times there." in page.text for page in refused)
    assert [each.state for each in slots(console)] == ["closed"]
    assert '<option value="berkshire">' not in lead.get("/diary").text
