"""Moments as people read them: in London, with or without summer time, in the NHS's style."""

from __future__ import annotations

from datetime import date, datetime, time, timezone
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def in_london(moment: datetime) -> datetime:
    """The moment by London's clock."""
    return moment.astimezone(LONDON)


def from_london(day: date, clock: time) -> datetime:
    """The moment, in UTC, at which London's clock shows `clock` on `day`."""
    return datetime.combine(day, clock, LONDON).astimezone(timezone.utc)


def long_time(moment: datetime) -> str:
    """Such as "Tuesday 8 December at 10:30am"."""
    return f"{long_day(moment)} at {clock_time(moment)}"


def until_time(moment: datetime, now: datetime) -> str:
    """Such as "2:30pm", or "Wednesday 9 December at 9am" where that isn't on the same day."""
    same_day = in_london(moment).date() == in_london(now).date()
    return clock_time(moment) if same_day else long_time(moment)


def short_time(moment: datetime) -> str:
    """Such as "Tue 8 Dec, 10:30am", for a button."""
    local = in_london(moment)
    return f"{local:%a} {local.day} {local:%b}, {clock_time(moment)}"


def full_time(moment: datetime) -> str:
    """Such as "Tue 8 Dec 2026, 10:30am", for what is kept and read in another year."""
    local = in_london(moment)
    return f"{local:%a} {local.day} {local:%b} {local.year}, {clock_time(moment)}"


def long_day(moment: datetime) -> str:
    """Such as "Tuesday 8 December"."""
    local = in_london(moment)
    return f"{local:%A} {local.day} {local:%B}"


def clock_time(moment: datetime) -> str:
    """Such as "10:30am", "9am" or "midday"."""
    local = in_london(moment)
    if (local.hour, local.minute) == (12, 0):
        return "midday"
    minutes = f":{local:%M}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"
