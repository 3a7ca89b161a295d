"""What a person wishes of a time ("Friday afternoon", "not before 10"), and which slots meet it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from bot.booking.times import in_london
from bot.datafile import Strict
from bot.records.models import DiarySlot

NOON = 12 * 60
EVENING = 17 * 60

Half = Literal["morning", "afternoon", "evening", "lunchtime"]

_HALVES: dict[Half, tuple[int, int]] = {  # minutes of the day, the second one past the end
    "morning": (0, NOON),
    "lunchtime": (NOON, NOON + 120),
    "afternoon": (NOON, EVENING),
    "evening": (EVENING, 24 * 60),
}


class Wish(Strict):
    """Conditions on a slot, by London's calendar and clock. An empty field asks for nothing.

    `times`, `not_before` and `before` are minutes of the day; `weekdays` count from Monday, 0;
    `place` is a place in the list shown, from 0, or -1 for its end; `unless` is not wished.
    """

    place: int | None = None
    earliest: bool = False
    weekdays: tuple[int, ...] = ()
    days: tuple[date, ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    between: tuple[date, date] | None = None
    times: tuple[int, ...] = ()
    not_before: int | None = None
    before: int | None = None
    halves: tuple[Half, ...] = ()
    mode: Literal["video", "in-person"] | None = None
    unless: Wish | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing at all is wished."""
        return self == Wish()

    @property
    def exact(self) -> bool:
        """Whether it points at one time, rather than at several to choose from."""
        return bool(self.times) or self.earliest or self.place is not None

    def meets(self, slot: DiarySlot) -> bool:
        """Whether a slot is as wished; `place` and `earliest` aside."""
        starts = in_london(slot.starts_at)
        day, minute = starts.date(), starts.hour * 60 + starts.minute
        wanted = (
            (not self.weekdays or day.weekday() in self.weekdays)
            and (not self.days or day in self.days)
            and (not self.month_days or day.day in self.month_days)
            and (not self.months or day.month in self.months)
            and (self.between is None or self.between[0] <= day <= self.between[1])
            and (not self.times or minute in self.times)
            and (self.not_before is None or minute >= self.not_before)
            and (self.before is None or minute < self.before)
            and (not self.halves or any(_within(minute, half) for half in self.halves))
            and (self.mode is None or slot.mode == self.mode)
        )
        return wanted and (self.unless is None or not self.unless.meets(slot))

    def among(self, slots: Sequence[DiarySlot]) -> list[DiarySlot]:
        """Those of `slots` that are wished, in their order."""
        met = [slot for slot in slots if self.meets(slot)]
        if self.earliest:
            return met[:1]
        if self.place is None:
            return met
        return met[self.place :][:1] if self.place < len(met) else []


def _within(minute: int, half: Half) -> bool:
    first, end = _HALVES[half]
    return first <= minute < end


Wish.update_forward_refs()
