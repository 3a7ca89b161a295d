"""When a service's phone is answered, and whether that is now."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot.booking.rules import is_bank_holiday
from bot.booking.texts import booking_data
from bot.booking.times import clock_time, from_london, in_london, long_day
from bot.knowledge.services import Hours, Service

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_A_WEEK = 7
_DAYS_AHEAD = 21  # more than any run of bank holidays


def opening(service: Service, now: datetime) -> str | None:
    """The opening hours in words, and whether it is open now; None where they aren't known."""
    hours, texts = service.handover.hours, booking_data().texts
    if not hours:
        return None
    listed = "; ".join(_line(each, now) for each in hours)
    if is_open(service, now):
        return texts.open_now.format(hours=listed)
    begins = next_opening(service, now)
    if begins is None:
        return texts.closed_now.format(hours=listed)
    return texts.opens_next.format(hours=listed, when=_when(begins, now))


def is_open(service: Service, now: datetime) -> bool:
    """Whether the phone is answered now. On a bank holiday it isn't."""
    return any(begins <= now < ends for begins, ends in _spans(service, in_london(now).date()))


def next_opening(service: Service, now: datetime) -> datetime | None:
    """When the phone is answered next, from now on."""
    today = in_london(now).date()
    for ahead in range(_DAYS_AHEAD):
        for begins, _ in _spans(service, today + timedelta(days=ahead)):
            if begins > now:
                return begins
    return None


def _spans(service: Service, day: date) -> list[tuple[datetime, datetime]]:
    if is_bank_holiday(day):
        return []
    return sorted(
        (from_london(day, hours.opens), from_london(day, hours.closes))
        for hours in service.handover.hours or ()
        if _WEEKDAYS[day.weekday()] in hours.days
    )


def _when(begins: datetime, now: datetime) -> str:
    """Such as "tomorrow at 9am"; with the date where a weekday alone would mislead."""
    texts, clock = booking_data().texts, clock_time(begins)
    ahead = (in_london(begins).date() - in_london(now).date()).days
    if ahead < 2:
        return (texts.opens_tomorrow if ahead else texts.opens_today).format(time=clock)
    day = f"{in_london(begins):%A}" if ahead < _A_WEEK else long_day(begins)
    return texts.opens_on.format(day=day, time=clock)


def _line(hours: Hours, now: datetime) -> str:
    """Such as "Monday to Friday, 9am to 5pm"."""
    numbers = [_WEEKDAYS.index(day) for day in hours.days]
    names = [day.title() for day in hours.days]
    in_a_row = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    days = f"{names[0]} to {names[-1]}" if in_a_row and len(names) > 2 else ", ".join(names)

    def clock(at: time) -> str:
        return clock_time(from_london(in_london(now).date(), at))

    return f"{days}, {clock(hours.opens)} to {clock(hours.closes)}"
