from __future__ import annotations

from typing import Any

import pytest

from bot.booking.clock_words import find_times, hours


def times_in(text: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    find_times(text, fields)
    return fields


@pytest.mark.parametrize(
    "text", ["10:30", "10.30", "half 10", "half past 10", "10 30", "1030", "at 10:30", "30 past 10"]
)
def test_half_past_ten_without_saying_which(text: str) -> None:
    assert times_in(text) == {"times": (10 * 60 + 30, 22 * 60 + 30)}


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("2pm", 14 * 60),
        ("2 pm", 14 * 60),
        ("12pm", 12 * 60),
        ("12am", 0),
        ("2.45pm", 14 * 60 + 45),
        ("quarter to 3 pm", 14 * 60 + 45),
        ("14:00", 14 * 60),
        ("1400", 14 * 60),
        ("midday", 12 * 60),
        ("noon", 12 * 60),
    ],
)
def test_one_time(text: str, minute: int) -> None:
    assert times_in(text) == {"times": (minute,)}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("after 3", {"not_before": 15 * 60}),
        ("after 10", {"not_before": 10 * 60}),
        ("from 2.30", {"not_before": 14 * 60 + 30}),
        ("before 11am", {"before": 11 * 60}),
        ("until 12", {"before": 12 * 60}),
        ("between 2 and 4", {"not_before": 14 * 60, "before": 16 * 60}),
        ("between 9:30am and 12", {"not_before": 9 * 60 + 30, "before": 12 * 60}),
        ("10:75", {}),
        ("45:00", {}),
    ],
)
def test_bounds(text: str, fields: dict[str, Any]) -> None:
    assert times_in(text) == fields


def test_hours_of_a_clock() -> None:
    assert hours(12, 0, "") == (0, 12 * 60)
    assert hours(15, 0, "") == (15 * 60,)
    assert hours(24, 0, "") == ()
