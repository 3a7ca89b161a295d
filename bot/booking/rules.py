"""How a service's diary is booked: its own rules where it has some, else data/booking.yml's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

from bot.booking.texts import booking_data
from bot.booking.times import in_london
from bot.knowledge.services import Service
from bot.records.models import DiarySlot


@dataclass(frozen=True)
class DiaryRules:
    """What holds for a service.

    `notice` is how far ahead a time must be, `hold_minutes` how long one is kept while the person
    decides, `bank_holidays` whether times on them are offered, `remind` how long before an
    appointment a reminder goes out.
    """

    notice: timedelta
    hold_minutes: int
    bank_holidays: bool
    remind: timedelta

    def allow(self, slot: DiarySlot) -> bool:
        """Whether a slot is on a day on which it may be offered."""
        return self.bank_holidays or not is_bank_holiday(in_london(slot.starts_at).date())


def rules_of(service: Service) -> DiaryRules:
    """The rules for a service."""
    own, general = service.handover.rules, booking_data().limits

    def either(mine: int | None, theirs: int) -> int:
        return theirs if mine is None else mine

    return DiaryRules(
        notice=timedelta(hours=either(own.notice_hours, general.notice_hours)),
        hold_minutes=either(own.hold_minutes, general.hold_minutes),
        bank_holidays=bool(own.bank_holidays),
        remind=timedelta(hours=either(own.remind_hours, general.remind_hours)),
    )


def is_bank_holiday(day: date) -> bool:
    """Whether the day is a bank holiday in England."""
    return day in _england()


@lru_cache(maxsize=1)
def _england() -> holidays.HolidayBase:
    return holidays.country_holidays("GB", subdiv="ENG")
