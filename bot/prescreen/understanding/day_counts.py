"""Finds how many of fourteen days a text names: "4 days", "5 nights a week", "all but two".

Whatever the text leaves open ("2 or 3 days", "4 days last week") comes as all the numbers that it
may mean, so that an answer is only taken when they all lead to the same one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.prescreen.texts import words

DAYS = 14  # what PHQ-9 and GAD-7 ask about


@dataclass(frozen=True)
class DayCount:
    """Where in the tokens a number of days is named, and what it may be, of fourteen."""

    start: int
    end: int
    days: frozenset[int]


def day_counts(tokens: Sequence[str]) -> Iterator[DayCount]:
    """The numbers of days in a text, in order. `tokens` are those of `plain`."""
    text = " ".join(tokens)
    for found in _pattern().finditer(text):
        start = text.count(" ", 0, found.start())
        yield DayCount(start, start + found.group().count(" ") + 1, _days(found))


def _days(found: re.Match[str]) -> frozenset[int]:
    said = {name: text for name, text in found.groupdict().items() if text}
    numbers = {_number(said["low"]), _number(said.get("high", said["low"]))}
    if "daily" in said:
        return frozenset({DAYS})
    if "without" in said:
        numbers = {DAYS - number for number in numbers}
    if "weekly" in said or said.get("whole") in ("7", "seven"):
        numbers = {2 * number for number in numbers}
    if "one_week" in said:  # the other week may have been like it, or without
        numbers |= {2 * number for number in numbers}
    return frozenset(range(min(numbers), max(numbers) + 1))


def _number(token: str) -> int:
    return int(token) if token.isdigit() else words().numbers[token]


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    number = rf"\d{{1,2}}|{'|'.join(sorted(words().numbers, key=len, reverse=True))}"
    numbers = rf"(?P<low>{number})(?:ish)?(?: (?:or|to|and|maybe)? ?(?P<high>{number}))?"
    unit = r"(?:days?|nights?|mornings?|evenings?)"
    week = r"(?P<weekly>(?:a|per|each|every|in a|out of the|of the) (?:week|wk))"
    one_week = r"(?P<one_week>(?:of )?(?:last|this|the past) week)"
    fortnight = rf"(?P<whole>14|fourteen|7|seven|fortnight|(?:2|two) weeks)(?: {unit})?"
    out_of = rf"(?:(?:out of|outta|out|of|from)(?: the| those| these| last| past)* )?{fortnight}"
    all_but = rf"(?P<without>(?:all|every|every {unit}) (?:but|bar|except|except for) )"
    of_days = rf"(?: of (?:them|the|those|these))? ?{unit}"
    daily = r"times? (?P<daily>a|per|every|each) day"
    return re.compile(
        rf"\b(?:{all_but}?{numbers}"
        rf"(?(without)(?:{of_days}| of them)?|(?: {daily}|(?: {unit})? {out_of}"
        rf"|(?: {unit}| times?| ?x)? {week}|(?: {unit}| times?) {one_week}|{of_days})))\b"
    )
