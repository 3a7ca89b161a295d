from __future__ import annotations

from datetime import datetime, timedelta, timezone
from io import StringIO

import pytest
from dateutil.tz import tzical
from icalendar import Calendar, Event

from bot.booking.calendar_file import calendar_file
from bot.booking.texts import booking_data
from bot.records.models import Appointment, DiarySlot
from tests.bot.booking.conftest import Mailing

BOOKED = datetime(2026, 6, 1, 9, 0, tzinfo=timezone.utc)
WINTER = datetime(2026, 12, 8, 10, 30, tzinfo=timezone.utc)
SUMMER = datetime(2026, 7, 1, 10, 30, tzinfo=timezone.utc)


def read(
    starts: datetime,
    *,
    demonstration: bool = False,
    attendee: str | None = None,
    **fields: object,
) -> Calendar:
    values = {"id": "a" * 32, "state": "booked", "sequence": 0, "changed_at": BOOKED, **fields}
    slot = DiarySlot(
        starts_at=starts,
        ends_at=starts + timedelta(minutes=45),
        mode="video",
        place="Room 1",
        demonstration=demonstration,
    )
    text = calendar_file(
        Appointment(**values),
        slot,
        service="NHS Berkshire",
        reference="4K7M-2QXD",
        attendee=attendee,
    )
    return Calendar.from_ical(text)


def event_of(calendar: Calendar) -> Event:
    (event,) = calendar.walk("VEVENT")
    return event


@pytest.mark.parametrize(("starts", "clock", "ahead"), [(WINTER, "10:30", 0), (SUMMER, "11:30", 1)])
def test_the_time_is_londons_with_its_zone(starts: datetime, clock: str, ahead: int) -> None:
    calendar = read(starts)
    start = event_of(calendar)["dtstart"]
    assert start.params["TZID"] == "Europe/London"
    assert f"{start.dt:%H:%M}" == clock
    assert start.dt.utcoffset() == timedelta(hours=ahead)
    assert start.dt.astimezone(timezone.utc) == starts
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["tzid"] == "Europe/London"
    assert {part.name for part in zone.subcomponents} == {"STANDARD", "DAYLIGHT"}


def by_the_zone_in_it(calendar: Calendar) -> datetime:
    """When it starts, by the file's own rules: a reader such as Outlook knows no zone by name."""
    (zone,) = calendar.walk("VTIMEZONE")
    start = event_of(calendar)["dtstart"].dt.replace(tzinfo=None)
    rules = tzical(StringIO(zone.to_ical().decode()))
    return start.replace(tzinfo=rules.get("Europe/London")).astimezone(timezone.utc)


@pytest.mark.parametrize(
    "starts",
    [
        WINTER,
        SUMMER,
        datetime(2026, 10, 24, 9, 0, tzinfo=timezone.utc),
        datetime(2026, 10, 25, 9, 0, tzinfo=timezone.utc),
        datetime(2027, 3, 27, 9, 0, tzinfo=timezone.utc),
        datetime(2027, 3, 28, 9, 0, tzinfo=timezone.utc),
        datetime(2031, 7, 1, 9, 0, tzinfo=timezone.utc),
    ],
)
def test_the_zone_in_it_gives_the_same_time(starts: datetime) -> None:
    assert by_the_zone_in_it(read(starts)) == starts


def test_the_zone_holds_only_what_outlook_reads() -> None:
    (zone,) = read(SUMMER).walk("VTIMEZONE")
    parts = {part.name: part for part in zone.subcomponents}
    assert set(parts) == {"STANDARD", "DAYLIGHT"}
    for part in parts.values():
        assert set(part) == {"DTSTART", "RRULE", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO"}


def test_a_file_to_download_is_published_and_names_nobody() -> None:
    calendar = read(WINTER)
    event = event_of(calendar)
    assert calendar["method"] == "PUBLISH"
    assert "attendee" not in event
    assert (event["status"], event["sequence"]) == ("CONFIRMED", 0)
    assert event["uid"].startswith("a" * 32 + "@")
    assert event["dtstamp"].dt == BOOKED
    assert "4K7M-2QXD" in event["description"]
    assert event["location"] == "Room 1"


def test_a_move_and_a_cancellation_keep_the_uid_and_raise_the_sequence() -> None:
    moved = read(SUMMER, sequence=1)
    cancelled = read(SUMMER, state="cancelled", sequence=2)
    assert event_of(moved)["uid"] == event_of(cancelled)["uid"] == event_of(read(WINTER))["uid"]
    assert (moved["method"], event_of(moved)["sequence"]) == ("PUBLISH", 1)
    assert (cancelled["method"], event_of(cancelled)["sequence"]) == ("CANCEL", 2)
    assert event_of(cancelled)["status"] == "CANCELLED"


def test_an_invitation_is_from_who_sends_it_and_asks_for_no_answer(mailing: Mailing) -> None:
    mailing(MAIL_FROM="Appointments <no-reply@foyer.example>")
    calendar = read(WINTER, attendee="robin@example.com")
    event = event_of(calendar)
    assert calendar["method"] == "REQUEST"
    assert event["organizer"] == "mailto:no-reply@foyer.example"
    assert event["organizer"].params["CN"] == "NHS Berkshire"
    assert event["attendee"] == "mailto:robin@example.com"
    assert event["attendee"].params["PARTSTAT"] == "ACCEPTED"
    assert event["attendee"].params["RSVP"] == "FALSE"
    gone = read(WINTER, attendee="robin@example.com", state="cancelled", sequence=1)
    assert gone["method"] == "CANCEL"
    assert event_of(gone)["attendee"] == "mailto:robin@example.com"


def test_the_title_says_nothing_of_therapy_and_a_demonstration_is_marked() -> None:
    says = booking_data().calendar
    assert event_of(read(WINTER))["summary"] == says.summary
    assert event_of(read(WINTER))["class"] == "PRIVATE"
    assert event_of(read(WINTER, demonstration=True))["summary"] == says.demonstration_summary


def test_it_is_short_enough_to_be_sent_in_a_message() -> None:
    assert len(read(WINTER).to_ical()) < 3000


def test_it_reminds_of_itself_and_a_cancellation_does_not() -> None:
    (alarm,) = read(WINTER).walk("VALARM")
    assert alarm["trigger"].dt == -timedelta(hours=booking_data().calendar.alarm_hours)
    assert read(WINTER, state="cancelled", sequence=1).walk("VALARM") == []


@pytest.mark.parametrize(
    ("starts", "clock"),
    [
        (datetime(2026, 10, 24, 9, 0, tzinfo=timezone.utc), "10:00"),  # the day before it goes back
        (datetime(2026, 10, 25, 9, 0, tzinfo=timezone.utc), "09:00"),  # the day it does
        (datetime(2027, 3, 27, 9, 0, tzinfo=timezone.utc), "09:00"),  # before it goes forward
        (datetime(2027, 3, 28, 9, 0, tzinfo=timezone.utc), "10:00"),
    ],
)
def test_both_clock_changes_come_through_the_file(starts: datetime, clock: str) -> None:
    start = event_of(read(starts))["dtstart"].dt
    assert f"{start:%H:%M}" == clock
    assert start.astimezone(timezone.utc) == starts


def test_writing_what_was_read_gives_the_same_appointment() -> None:
    first = read(SUMMER, sequence=3)
    again = Calendar.from_ical(first.to_ical())
    for name in ("uid", "sequence", "dtstart", "dtend", "dtstamp", "summary", "status"):
        assert event_of(again)[name] == event_of(first)[name]
    assert again.to_ical() == first.to_ical()
