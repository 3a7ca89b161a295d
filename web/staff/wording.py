"""How moments and the like are written on the console's pages."""

from __future__ import annotations

from datetime import datetime

from bot.booking.times import full_time, in_london, short_time
from bot.prescreen.show import show_date
from bot.review.flagged import answered, heading, noticed, noticed_how
from bot.review.transcript import excerpt


def when(moment: datetime | None) -> str:
    """Such as "Tue 8 Dec 2026, 10:30am"."""
    return "" if moment is None else full_time(moment)


def clock(moment: datetime) -> str:
    """Such as "10:30:05"."""
    return f"{in_london(moment):%H:%M:%S}"


def hour(moment: datetime) -> str:
    """Such as "10:30"."""
    return f"{in_london(moment):%H:%M}"


def day(moment: datetime) -> str:
    """Such as "8 December 2026"."""
    return show_date(in_london(moment).date())


def machine(moment: datetime) -> str:
    """For the datetime attribute of a `time` element."""
    return moment.isoformat(timespec="seconds")


FILTERS = {
    "when": when,
    "clock": clock,
    "hour": hour,
    "day": day,
    "machine": machine,
    "short": short_time,
    "excerpt": excerpt,
    "heading": heading,
    "answered": answered,
    "noticed": noticed,
    "noticed_how": noticed_how,
}
