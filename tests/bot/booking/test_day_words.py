from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.booking.day_words import find_days

TODAY = date(2026, 12, 1)  # a Tuesday


def days_in(text: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    find_days(text, TODAY, fields)
    return fields


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("8 december", date(2026, 12, 8)),
        ("8th of dec", date(2026, 12, 8)),
        ("december the 8th", date(2026, 12, 8)),
        ("8/12", date(2026, 12, 8)),
        ("08/12/2026", date(2026, 12, 8)),
        ("8/1/27", date(2027, 1, 8)),
        ("2026-12-08", date(2026, 12, 8)),
        ("5 jan", date(2027, 1, 5)),
        ("1 dec", TODAY),
        ("today", TODAY),
        ("tomorrow", date(2026, 12, 2)),
        ("the day after tomorrow", date(2026, 12, 3)),
    ],
)
def test_a_date(text: str, day: date) -> None:
    assert days_in(text) == {"days": (day,)}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("the 8th", {"month_days": (8,)}),
        ("in january", {"months": (1,)}),
        ("weds", {"weekdays": (2,)}),
        ("thurs or fri", {"weekdays": (3, 4)}),
        ("tuesdays", {"weekdays": (1,)}),
        ("at the weekend", {"weekdays": (5, 6)}),
        ("this week", {"between": (date(2026, 11, 30), date(2026, 12, 6))}),
        ("next week", {"between": (date(2026, 12, 7), date(2026, 12, 13))}),
        ("the week after next", {"between": (date(2026, 12, 14), date(2026, 12, 20))}),
        ("31 november", {}),
        ("may i have a look", {}),
    ],
)
def test_other_words_for_days(text: str, fields: dict[str, Any]) -> None:
    assert days_in(text) == fields


def test_a_day_is_not_left_to_be_read_as_a_time() -> None:
    assert find_days("8 december at 10", TODAY, {}).split() == ["at", "10"]
    assert "10:30" in find_days("december 8 10:30", TODAY, {})
