"""Understands a date of birth in any usual British form.

The day comes before the month. A year of two digits is taken only when one century makes a
plausible age; whatever is left open is asked for, not guessed.
"""

from __future__ import annotations

import re
from datetime import date, datetime

import dateparser

from bot.prescreen.texts import words
from bot.prescreen.understanding.plain import strip_phrases, tidy
from bot.prescreen.understanding.result import NotUnderstood, Understood

OLDEST = 120  # years; no one has been recorded much older
_YOUNGEST_SHORT = 5  # years; a two-digit year isn't read as that of a smaller child
_OLDEST_SHORT = 105

_NUMERIC = re.compile(r"(\d{1,2})\s*[\s./,\\–-]\s*(\d{1,2})\s*[\s./,\\–-]\s*(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{1,2})")
_RUN = re.compile(r"(\d{2})(\d{2})(\d{4}|\d{2})")
_MONTH = (
    r"jan(?:uary)?|feb(?:r?uary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DAY_MONTH = re.compile(rf"\d{{1,2}}\s*({_MONTH})|({_MONTH})\s*\d{{1,2}}\b")
_AGE = re.compile(r"(?:i(?:'| a)?m |aged? )?\d{1,3}(?: years?(?: old)?| yrs?(?: old)?| yo)?")


def read_date_of_birth(text: str, today: date) -> Understood | NotUnderstood:
    """The date as "1985-04-27", or why not: unclear, incomplete, impossible, month_first,
    future, too_old, which_century, age.
    """
    said = _cleaned(text)
    if match := _ISO.fullmatch(said):
        year, month, day = match.groups()
        return _checked(day, month, year, today)
    if match := _NUMERIC.fullmatch(said) or _RUN.fullmatch(said.replace(" ", "")):
        day, month, year = match.groups()
        return _checked(day, month, year, today)
    if _AGE.fullmatch(said) and not re.fullmatch(r"\d{4}", said):
        return NotUnderstood("age")
    return _worded(said, today)


def age_on(born: date, today: date) -> int:
    """Whole years lived. Someone born on 29 February is a year older on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _cleaned(text: str) -> str:
    said = tidy(text).casefold().replace("’", "'").strip(" .!,")
    said = strip_phrases(re.sub(r"[:;]", " ", said).strip(), words().date.before, ["thanks"])
    said = re.sub(r"(?<=\d)\s*(?:st|nd|rd|th)\b", "", " ".join(said.split()))
    said = re.sub(r"^(?:mon|tues|wednes|thurs|fri|satur|sun)day\b[, ]*(?:the )?", "", said)
    return re.sub(r"\s+(?:of|the)\s+", " ", said).strip()


def _checked(day: str, month: str, year: str, today: date) -> Understood | NotUnderstood:
    d, m = int(day), int(month)
    if m > 12 and d <= 12 and m <= 31:
        return NotUnderstood("month_first")
    plausible = []
    for full in (int(year),) if len(year) == 4 else (1900 + int(year), 2000 + int(year)):
        try:
            plausible.append(date(full, m, d))
        except ValueError:
            continue
    if not plausible:
        return NotUnderstood("impossible")
    if len(year) == 2:
        past = [born for born in plausible if born <= today]
        usual = [b for b in past if _YOUNGEST_SHORT <= age_on(b, today) <= _OLDEST_SHORT]
        if len(usual) > 1:
            return NotUnderstood("which_century")
        plausible = usual or past or plausible
    return _lived(plausible[0], today)


def _worded(said: str, today: date) -> Understood | NotUnderstood:
    """A date with the month as a word, read by dateparser."""
    if not re.search(rf"\b(?:{_MONTH})\b", _spaced(said)):
        digits = re.fullmatch(r"\d{4}|\d{1,2}\s*[./-]\s*(?:\d{4}|\d{1,2})", said)
        return NotUnderstood("incomplete" if digits else "unclear")
    said = _spaced(said).replace("febuary", "february")
    year = re.search(r"'?(\d{4}|(?<=')\d{2}|\b\d{2})$", said)
    if year is None or not _DAY_MONTH.search(said[: year.start()]):
        return NotUnderstood("incomplete" if _few_words(said) else "unclear")
    # Any year with 29 February lets dateparser read day and month; the year is judged here.
    parsed = dateparser.parse(
        said[: year.start()] + " 2000",
        languages=["en"],
        settings={
            "DATE_ORDER": "DMY",
            "PARSERS": ["absolute-time"],
            "REQUIRE_PARTS": ["day", "month", "year"],
            "RELATIVE_BASE": datetime(2000, 1, 1),
        },
    )
    if parsed is None:
        return NotUnderstood("impossible" if _few_words(said) else "unclear")
    return _checked(str(parsed.day), str(parsed.month), year.group(1), today)


def _spaced(said: str) -> str:
    """Letters and digits apart: "27apr85" becomes "27 apr 85"."""
    said = re.sub(r"[,./\\-]", " ", said)
    said = re.sub(r"(?<=\d)(?=[a-z])|(?<=[a-z])(?=\d)", " ", said)
    return " ".join(said.split())


def _few_words(said: str) -> bool:
    return len(said.split()) <= 4


def _lived(born: date, today: date) -> Understood | NotUnderstood:
    if born > today:
        return NotUnderstood("future")
    if age_on(born, today) > OLDEST:
        return NotUnderstood("too_old", {"oldest": str(OLDEST)})
    return Understood(born.isoformat())
