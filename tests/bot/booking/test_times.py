from __future__ import annotations

from datetime import date, datetime, time, timezone

import pytest

from bot.booking.times import (
    clock_time,
    from_london,
    full_time,
    in_london,
    long_day,
    long_time,
    short_time,
    until_time,
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)


def test_winter_is_as_in_utc() -> None:
    assert long_time(utc(2026, 12, 8, 10, 30)) == "Tuesday 8 December at 10:30am"
    assert short_time(utc(2026, 12, 8, 10, 30)) == "Tue 8 Dec, 10:30am"
    assert full_time(utc(2026, 12, 8, 10, 30)) == "Tue 8 Dec 2026, 10:30am"


def test_summer_is_an_hour_ahead() -> None:
    assert long_time(utc(2026, 7, 1, 13, 0)) == "Wednesday 1 July at 2pm"


def test_the_day_is_londons_too() -> None:
    assert long_day(utc(2026, 6, 30, 23, 30)) == "Wednesday 1 July"


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        ("spring", utc(2027, 3, 27, 9, 0), utc(2027, 3, 29, 8, 0)),
        ("autumn", utc(2026, 10, 24, 8, 0), utc(2026, 10, 26, 9, 0)),
    ],
)
def test_nine_stays_nine_across_a_clock_change(day: str, before: datetime, after: datetime) -> None:
    assert clock_time(before) == clock_time(after) == "9am"
    assert from_london(in_london(after).date(), time(9)) == after


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (0, 0, "12am"),
        (9, 0, "9am"),
        (9, 5, "9:05am"),
        (12, 0, "midday"),
        (12, 15, "12:15pm"),
        (16, 30, "4:30pm"),
    ],
)
def test_clock_in_words(hour: int, minute: int, words: str) -> None:
    assert clock_time(utc(2026, 12, 8, hour, minute)) == words


def test_from_london_gives_utc() -> None:
    assert from_london(date(2026, 7, 1), time(9, 30)) == utc(2026, 7, 1, 8, 30)


def test_until_says_the_day_where_it_is_another() -> None:
    evening = utc(2026, 12, 8, 23, 55)
    assert until_time(utc(2026, 12, 8, 23, 59), evening) == "11:59pm"
    assert until_time(utc(2026, 12, 9, 0, 5), evening) == "Wednesday 9 December at 12:05am"
