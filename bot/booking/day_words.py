"""The days in what people write: "Tuesday", "the 8th", "8 Dec", "8/12", "next week"."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("mon", "monday", "mondays"),
            ("tue", "tues", "tuesday", "tuesdays"),
            ("wed", "weds", "wednesday", "wednesdays"),
            ("thu", "thur", "thurs", "thursday", "thursdays"),
            ("fri", "friday", "fridays"),
            ("sat", "saturday", "saturdays", "weekend", "weekends"),
            ("sun", "sunday", "sundays"),
        )
    )
    for name in names
}
_WEEKEND = frozenset({"weekend", "weekends"})
_SUNDAY = 6
_MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}

_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_DAY = r"(?P<day>\d{1,2})"
_TH = r"(?:st|nd|rd|th)"
_DATES = (
    re.compile(rf"\b(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-{_DAY}\b"),
    re.compile(rf"\b{_DAY}/(?P<month>\d{{1,2}})(?:/(?P<year>(?:20)?\d{{2}}))?\b"),
    re.compile(rf"\b{_DAY}{_TH}?\s+(?:of\s+)?{_MONTH}\b"),
    re.compile(rf"\b{_MONTH}\s+(?:the\s+)?{_DAY}{_TH}?\b(?![:.]\d)"),
)
_IN_MONTH = re.compile(rf"\bin\s+{_MONTH}\b")
MONTH_DAY = re.compile(rf"\b{_DAY}{_TH}\b")
_FROM_TODAY = {"day after tomorrow": 2, "tomorrow": 1, "today": 0}
_WEEKS = {"week after next": 14, "next week": 7, "this week": 0}  # days from this Monday


def find_days(clause: str, today: date, fields: dict[str, Any]) -> str:
    """Puts the days in `clause` among `fields` of a Wish, and gives the clause without them."""
    days: list[date] = []
    for pattern in _DATES:
        days += [day for found in pattern.finditer(clause) if (day := _day(found, today))]
        clause = pattern.sub(" ", clause)
    for words, ahead in _FROM_TODAY.items():
        if words in clause:
            days.append(today + timedelta(days=ahead))
            clause = clause.replace(words, " ")
    month_days = [int(day) for day in MONTH_DAY.findall(clause)]
    months = [_MONTHS[name] for name in _IN_MONTH.findall(clause)]
    clause = _IN_MONTH.sub(" ", MONTH_DAY.sub(" ", clause))
    tokens = re.findall(r"[a-z]+", clause)
    weekdays = [_WEEKDAYS[token] for token in tokens if token in _WEEKDAYS]
    if _WEEKEND.intersection(tokens):
        weekdays.append(_SUNDAY)
    _put(fields, days=days, month_days=month_days, months=months, weekdays=weekdays)
    for words, ahead in _WEEKS.items():
        if words in clause:
            first = today + timedelta(days=ahead - today.weekday())
            fields["between"] = (first, first + timedelta(days=6))
            break
    return clause


def _put(fields: dict[str, Any], **found: Sequence[Any]) -> None:
    fields.update({name: tuple(dict.fromkeys(values)) for name, values in found.items() if values})


def _day(found: re.Match[str], today: date) -> date | None:
    """The date; without a year, the next one that isn't past. None if there is no such day."""
    parts = found.groupdict()
    month, day = _MONTHS.get(parts["month"]) or int(parts["month"]), int(parts["day"])
    year = parts.get("year")
    try:
        if year:
            return date(2000 + int(year) % 100, month, day)
        this_year = date(today.year, month, day)
        return this_year if this_year >= today else date(today.year + 1, month, day)
    except ValueError:
        return None
