"""Help lines as dated data, and which of them fit a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from pydantic import Field, PositiveInt

from bot.datafile import DATA, Strict, load_model


class HelpLine(Strict):
    """One line: its number, hours, who it is for, and when the facts were last checked."""

    name: str
    number: str
    tel: str | None = None
    text_to: str | None = None
    text: str | None = None
    hours: str
    who: str
    services: tuple[str, ...] = ()
    ages: tuple[int, int] | None = None
    about: tuple[str, ...] = Field((), alias="for")
    source: str
    last_checked: date


class HelpLines(Strict):
    """Every line, and how they are shown."""

    lines: Mapping[str, HelpLine]
    order: tuple[str, ...]
    shown_at_most: PositiveInt
    only_where_for: frozenset[str]


@lru_cache(maxsize=1)
def help_lines() -> HelpLines:
    """The lines of data/crisis/help_lines.yml."""
    return load_model(DATA / "crisis" / "help_lines.yml", HelpLines)


def lines_for(
    category: str | None, service_id: str | None, age: int | None
) -> tuple[HelpLine, ...]:
    """The lines to show someone, those made for their category first.

    A line for some services or ages is left out where those are known to be others; a line for
    some services is also left out where the service isn't known.
    """
    data = help_lines()
    fit = [
        (name, data.lines[name])
        for name in data.order
        if _fits(name, data.lines[name], data, category, service_id, age)
    ]
    urgent = [line for name, line in fit if name in {"emergency", "nhs-111"}]
    rest = [line for name, line in fit if name not in {"emergency", "nhs-111"}]
    rest.sort(key=lambda line: category not in line.about)
    return tuple([*urgent, *rest][: data.shown_at_most])


def _fits(
    name: str,
    line: HelpLine,
    data: HelpLines,
    category: str | None,
    service_id: str | None,
    age: int | None,
) -> bool:
    if name in data.only_where_for and category not in line.about:
        return False
    if line.services and service_id not in line.services:
        return False
    return age is None or line.ages is None or line.ages[0] <= age <= line.ages[1]
