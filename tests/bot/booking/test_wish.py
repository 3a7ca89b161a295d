from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from bot.booking.wish import Wish
from bot.records.models import DiarySlot


def slot(*parts: int, mode: str = "video") -> DiarySlot:
    starts = datetime(*parts, tzinfo=timezone.utc)
    return DiarySlot(starts_at=starts, ends_at=starts + timedelta(hours=1), mode=mode)


WINTER = slot(2026, 12, 8, 10, 30)  # a Tuesday
SUMMER = slot(2026, 7, 1, 10, 30)  # a Wednesday, 11:30 in London


@pytest.mark.parametrize(
    ("fields", "met"),
    [
        ({}, True),
        ({"weekdays": (0, 1)}, True),
        ({"weekdays": (2,)}, False),
        ({"days": (date(2026, 12, 8),)}, True),
        ({"days": (date(2026, 12, 9),)}, False),
        ({"month_days": (8,)}, True),
        ({"months": (1,)}, False),
        ({"between": (date(2026, 12, 7), date(2026, 12, 8))}, True),
        ({"between": (date(2026, 12, 9), date(2026, 12, 15))}, False),
        ({"times": (630, 1350)}, True),
        ({"times": (600,)}, False),
        ({"not_before": 630, "before": 631}, True),
        ({"before": 630}, False),
        ({"halves": ("morning",)}, True),
        ({"halves": ("afternoon", "evening")}, False),
        ({"mode": "in-person"}, False),
        ({"unless": Wish(weekdays=(1,))}, False),
        ({"unless": Wish(weekdays=(1,), halves=("evening",))}, True),
    ],
)
def test_meets(fields: dict[str, Any], met: bool) -> None:
    assert Wish(**fields).meets(WINTER) is met


def test_times_are_londons() -> None:
    assert Wish(times=(690,)).meets(SUMMER)
    assert not Wish(times=(630,)).meets(SUMMER)


def test_among_takes_the_earliest_or_a_place_of_those_wished() -> None:
    slots = [slot(2026, 12, day, 10) for day in (8, 9, 15, 16)]
    tuesdays = [slots[0], slots[2]]
    assert Wish(weekdays=(1,)).among(slots) == tuesdays
    assert Wish(weekdays=(1,), earliest=True).among(slots) == tuesdays[:1]
    assert Wish(weekdays=(1,), place=1).among(slots) == tuesdays[1:]
    assert Wish(place=-1).among(slots) == slots[3:]
    assert Wish(place=4).among(slots) == []


def test_what_points_at_one_time() -> None:
    assert Wish(times=(630,)).exact
    assert Wish(place=0).exact
    assert Wish(earliest=True).exact
    assert not Wish(weekdays=(1,)).exact
