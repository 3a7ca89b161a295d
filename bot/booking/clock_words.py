"""The times of day in what people write: "half 10", "2pm", "10.30", "after 3"."""

from __future__ import annotations

import re
from typing import Any

from bot.booking.wish import NOON

_TIME = r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?"
_BETWEEN = re.compile(rf"\bbetween\s+{_TIME}\s+(?:and|to|-)\s+{_TIME}\b")
_BOUND = re.compile(
    r"\b(after|from|later than|before|until|till|by|earlier than)\s+(?:about\s+)?"
    rf"{_TIME}\b(?!\s*(?:st|nd|rd|th))"
)
_UPPER = frozenset({"before", "until", "till", "by", "earlier than"})
_PARTS = {"half": 30, "quarter": 15}
_PAST = re.compile(
    r"\b(half|quarter|\d{1,2})\s*(?:(past|to)\s+|(?<=half)\s+)(\d{1,2})\s*(am|pm)?\b"
)
# Hour, minutes, half of the day: "10.30am", "10am", "10 30", "1030", "10 o'clock", "at 10".
_CLOCKS = (
    re.compile(r"\b(\d{1,2})\s*[:.]\s*(\d{2})\s*(am|pm)?\b"),
    re.compile(r"\b(\d{1,2})()\s*(am|pm)\b"),
    re.compile(r"\b(\d{1,2})\s+(00|15|20|30|45)\s*(am|pm)?\b"),
    re.compile(r"\b(\d{2})([0-5]\d)\s*(am|pm)?\b"),
    re.compile(r"\b(\d{1,2})()\s*o'?\s?clock()\b"),
    re.compile(r"\bat\s+(?:about\s+)?(\d{1,2})()()\b"),
)
_NOON = re.compile(r"\b(midday|noon)\b")


def find_times(clause: str, fields: dict[str, Any]) -> str:
    """Puts the times in `clause` among `fields` of a Wish, and gives the clause without them."""
    for found in _BETWEEN.findall(clause):
        fields["not_before"], fields["before"] = _bound(*found[:3]), _bound(*found[3:])
    clause = _BETWEEN.sub(" ", clause)
    times: list[int] = []
    for part, direction, hour, half in _PAST.findall(clause):
        minutes = _PARTS.get(part) or int(part)
        shift = -minutes if direction == "to" else minutes
        times += [at + shift for at in hours(int(hour), 0, half)]
    clause = _PAST.sub(" ", clause)
    for word, *at in _BOUND.findall(clause):
        fields["before" if word in _UPPER else "not_before"] = _bound(*at)
    clause = _BOUND.sub(" ", clause)
    for pattern in _CLOCKS:
        for hour, minute, half in pattern.findall(clause):
            times += hours(int(hour), int(minute or 0), half)
        clause = pattern.sub(" ", clause)
    if _NOON.search(clause):
        times.append(NOON)
    if times:
        fields["times"] = tuple(dict.fromkeys(times))
    return clause


def hours(hour: int, minute: int, half: str) -> tuple[int, ...]:
    """Minutes of the day; both halves of it when `half` doesn't say which."""
    if hour > 23 or minute > 59:
        return ()
    if half:
        return (_minutes(hour, minute, half),)
    if hour > 12:
        return (hour * 60 + minute,)
    return (_minutes(hour, minute, "am"), _minutes(hour, minute, "pm"))


def _bound(hour: str, minute: str, half: str) -> int:
    """Minutes of the day; without "am" or "pm" it lies within working hours."""
    number = int(hour)
    if not half and number > 7:
        return number * 60 + int(minute or 0)
    return _minutes(number, int(minute or 0), half or "pm")


def _minutes(hour: int, minute: int, half: str) -> int:
    return (hour % 12 + (12 if half == "pm" else 0)) * 60 + minute
