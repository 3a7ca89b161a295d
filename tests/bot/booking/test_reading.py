from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.booking.reading import read_wishes
from bot.booking.wish import Wish

TODAY = date(2026, 12, 1)


def both(hour: int, minute: int = 0) -> tuple[int, int]:
    """That time in the morning and in the afternoon."""
    return (hour * 60 + minute, (hour + 12) * 60 + minute)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Tue 8 Dec, 10:30am", {"weekdays": (1,), "days": (date(2026, 12, 8),), "times": (630,)}),
        ("tuesday at half 10", {"weekdays": (1,), "times": both(10, 30)}),
        ("10:30 on the 8th", {"month_days": (8,), "times": both(10, 30)}),
        ("monday the 14th 11am", {"weekdays": (0,), "month_days": (14,), "times": (660,)}),
        ("any time friday", {"weekdays": (4,)}),
        ("Afternoon please!", {"halves": ("afternoon",)}),
        ("tomorrow morning", {"days": (date(2026, 12, 2),), "halves": ("morning",)}),
        ("anything after work, in the evening?", {"halves": ("evening",)}),
        ("mon or tue", {"weekdays": (0, 1)}),
        ("the first one", {"place": 0}),
        ("second please", {"place": 1}),
        ("number 3", {"place": 2}),
        ("the last one", {"place": -1}),
        ("the first one on friday", {"weekdays": (4,)}),
        ("earliest on thursday", {"weekdays": (3,), "earliest": True}),
        ("as soon as possible", {"earliest": True}),
        ("first available", {"earliest": True}),
        ("no, the 2pm one instead", {"times": (840,)}),
        ("not friday", {"unless": Wish(weekdays=(4,))}),
        ("any day but Monday", {"weekdays": (), "unless": Wish(weekdays=(0,))}),
        ("anything but mornings please", {"halves": (), "unless": Wish(halves=("morning",))}),
        ("all but tuesday and friday", {"weekdays": (), "unless": Wish(weekdays=(1, 4))}),
        ("any afternoon but monday", {"halves": ("afternoon",), "unless": Wish(weekdays=(0,))}),
        ("any afternoon except monday", {"halves": ("afternoon",), "unless": Wish(weekdays=(0,))}),
        ("any day but not friday", {"weekdays": (), "unless": Wish(weekdays=(4,))}),
        ("any day but Monday is best", {"weekdays": (0,), "unless": None}),
        ("I can't do mornings", {"unless": Wish(halves=("morning",))}),
        ("not before 10", {"not_before": 600}),
        ("I don’t mind, monday or tuesday", {"weekdays": (0, 1)}),
        (
            "I work mornings but friday afternoon is ok",
            {"weekdays": (4,), "halves": ("afternoon",), "unless": Wish(halves=("morning",))},
        ),
        ("Thu 10 Dec, 9:30am, face to face", {
            "weekdays": (3,), "days": (date(2026, 12, 10),), "times": (570,), "mode": "in-person",
        }),
        ("online on wednesday", {"weekdays": (2,), "mode": "video"}),
    ],
)  # fmt: skip
def test_one_meaning(text: str, fields: dict[str, Any]) -> None:
    wish = read_wishes(text, TODAY)[0]
    assert {name: getattr(wish, name) for name in fields} == fields


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "yes please",
        "I said no",
        "more times",
        "i am tired",
        "wait a second",
        "How long is the first session?",
        "what will we talk about",
    ],
)
def test_nothing_about_time(text: str) -> None:
    assert read_wishes(text, TODAY) == []


def test_a_number_alone_may_be_an_hour_a_day_or_a_place() -> None:
    assert read_wishes("2 please", TODAY) == [
        Wish(times=both(2)),
        Wish(month_days=(2,)),
        Wish(place=1),
    ]
    assert read_wishes("ten", TODAY) == [Wish(times=both(10)), Wish(month_days=(10,))]
    assert read_wishes("23", TODAY) == [Wish(month_days=(23,))]
    assert read_wishes("0", TODAY) == []


def test_the_2nd_may_be_a_day_or_a_place() -> None:
    assert read_wishes("the 2nd", TODAY) == [Wish(month_days=(2,)), Wish(place=1)]
    assert read_wishes("the 12th", TODAY) == [Wish(month_days=(12,))]
