"""Understands what people write about times: "tuesday at half 10", "the 8th", "afternoons please".

It only finds what was wished; whether there is such a time is the diary's business, and what
was understood is always confirmed before it is booked. So an ambiguous "10" gives several
readings, and words that say nothing about time are passed over.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from bot.booking.clock_words import find_times, hours
from bot.booking.day_words import MONTH_DAY, find_days
from bot.booking.texts import booking_data
from bot.booking.wish import Half, Wish
from bot.prescreen.understanding.plain import plain

_UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]
_NUMBERS = {word: number for number, word in enumerate([*_UNITS, "twelve"], 1)}
_NUMBERS |= {"fifteen": 15, "twenty": 20, "thirty": 30, "forty five": 45, "forty-five": 45}
_PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "last": -1}
_HALVES: dict[str, Half] = {
    "morning": "morning",
    "mornings": "morning",
    "am": "morning",
    "afternoon": "afternoon",
    "afternoons": "afternoon",
    "pm": "afternoon",
    "evening": "evening",
    "evenings": "evening",
    "lunchtime": "lunchtime",
    "lunch": "lunchtime",
}
_CLAUSE = re.compile(r",|;|\bbut\b|\binstead\b|\.\s|\.$|!|(?=\b(?:except|apart from|other than)\b)")
_NEGATIVE = re.compile(
    r"\b(not|can't|cant|cannot|can not|don't(?! mind)|dont(?! mind)|won't|wont|except|unless"
    r"|apart from|other than|no good|avoid|never|busy|i work|working|at work)\b|^no\b(?=\s+\w)"
)
_OF_A_DAY = r"(?:day|time|slot|weekday|morning|afternoon|evening)s?"
_ALL_BUT = re.compile(
    rf"\b((?:any|every|all)(?:day|time|thing)?(?: (?:of|the|these|those|them|{_OF_A_DAY}))*) but\b"
    r"(?! not\b)(?![^,;.!]*\b(?:best|better|prefer\w*|ideal\w*)\b)"
)
_NOT_BOUND = re.compile(r"\bnot (before|after)\b")
_IN_PERSON = re.compile(r"\b(in[- ]person|face[- ]to[- ]face)\b")
_VIDEO = re.compile(r"\b(video|online|on-line)\b")
_NUMBERED = re.compile(r"\b(?:number|option|no\.?)\s*([1-9])\b")
_NAMED_PLACE = re.compile(
    rf"(?<!\ba )\b({'|'.join(_PLACES)})(?=\s+(?:1|time|slot|option|of|appointment)\b|\s*$)"
)
_BARE = re.compile(r"(?:the\s+)?(\d{1,2})(?:\s+1)?$")
_POLITE = re.compile(r"\b(please|pls|thanks|thank you|ta|yes|yeah|ok|okay|um|er)\b")
_SAYS_NOTHING = re.compile(r"\b(i|who|what|where|how) am\b")


def read_wishes(text: str, today: date) -> list[Wish]:
    """What `text` may mean, likeliest first; nothing when it says nothing about time.

    Args:
        today: the day in London.
    """
    said = _tidied(text)
    bare = _BARE.match(" ".join(_POLITE.sub(" ", said).replace(".", " ").split()))
    if bare:
        return _bare(int(bare[1]))
    wanted: dict[str, Any] = {}
    unwanted: dict[str, Any] = {}
    for clause in _CLAUSE.split(_ALL_BUT.sub(r"\1, except", said)):
        # "Not before 10" is a bound like "after 10"; any other "not" turns its clause round.
        turned = _NOT_BOUND.sub(_turn, clause)
        _merge(unwanted if _NEGATIVE.search(turned) else wanted, _fields(turned, today))
    if any(plain(phrase) in plain(text) for phrase in booking_data().understood.earliest):
        wanted["earliest"] = True
    if unwanted:
        wanted["unless"] = Wish(**unwanted)
    wishes = [Wish(**wanted)] if wanted else []
    numbered = MONTH_DAY.search(said)
    if set(wanted) == {"month_days"} and numbered and int(numbered[1]) <= len(_PLACES):
        wishes.append(Wish(place=int(numbered[1]) - 1))  # "the 2nd": of the month, or of the list
    return wishes


def _tidied(text: str) -> str:
    said = re.sub("[’‘`´]", "'", text.lower())
    said = re.sub(r"\b([ap])\.?\s?m\b\.?", r"\1m", said)
    for word, number in sorted(_NUMBERS.items(), key=lambda item: -len(item[0])):
        said = re.sub(rf"\b{word}\b", str(number), said)
    return _SAYS_NOTHING.sub(" ", " ".join(said.split()))


def _turn(found: re.Match[str]) -> str:
    return "after" if found[1] == "before" else "before"


def _bare(number: int) -> list[Wish]:
    """A number on its own: an hour, a day of the month, or a place in the list."""
    readings = []
    if 1 <= number <= 12:
        readings.append(Wish(times=hours(number, 0, "")))
    if 1 <= number <= 31:
        readings.append(Wish(month_days=(number,)))
    if 1 <= number < len(_PLACES):
        readings.append(Wish(place=number - 1))
    return readings


def _merge(into: dict[str, Any], fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        former = into.get(name)
        joined = isinstance(former, tuple) and name != "between"
        into[name] = (*former, *value) if joined and former else value


def _fields(clause: str, today: date) -> dict[str, Any]:
    """The wish in one clause. Each finder takes its words away from those after it."""
    fields: dict[str, Any] = {}
    rest = find_days(clause, today, fields)
    rest = _find_place(rest, fields)
    rest = find_times(rest, fields)
    halves = tuple(dict.fromkeys(_HALVES[w] for w in re.findall(r"[a-z]+", rest) if w in _HALVES))
    if halves:
        fields["halves"] = halves
    if _IN_PERSON.search(rest):
        fields["mode"] = "in-person"
    elif _VIDEO.search(rest):
        fields["mode"] = "video"
    return fields


def _find_place(clause: str, fields: dict[str, Any]) -> str:
    numbered = _NUMBERED.search(clause)
    named = _NAMED_PLACE.search(_POLITE.sub(" ", clause).rstrip(" ."))
    if numbered:
        fields["place"] = int(numbered[1]) - 1
    elif named:
        fields["place"] = _PLACES[named[1]]
    return _NUMBERED.sub(" ", clause)
