"""Dates of birth as people type them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.prescreen.understanding.dates import OLDEST, age_on, read_date_of_birth
from bot.prescreen.understanding.result import NotUnderstood, Understood

TODAY = date(2026, 12, 1)
ROWS = yaml.load(
    (Path(__file__).parent / "rows" / "dates.yml").read_text(encoding="utf-8"), yaml.BaseLoader
)


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_a_date_or_the_reason_it_is_none(text: str, expected: str) -> None:
    result = read_date_of_birth(text, TODAY)
    got = result.value if isinstance(result, Understood) else result.reason
    assert got == expected


FORMS = [
    "%d/%m/%Y",
    "%d %m %Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%d%m%Y",
    "%Y-%m-%d",
    "%d %B %Y",
    "%B %d %Y",
    "%d %b %Y",
]


@settings(max_examples=200)
@given(
    born=st.dates(min_value=date(1907, 1, 1), max_value=TODAY),
    form=st.sampled_from(FORMS),
)
def test_a_whole_date_is_understood_in_every_form(born: date, form: str) -> None:
    result = read_date_of_birth(born.strftime(form), TODAY)
    assert result == Understood(born.isoformat())


@settings(max_examples=200)
@given(text=st.text(alphabet="0123456789/.- aeinmrythfjubclsvdo'", max_size=24))
def test_whatever_is_taken_is_the_birthday_of_someone_alive(text: str) -> None:
    result = read_date_of_birth(text, TODAY)
    if isinstance(result, NotUnderstood):
        return
    born = date.fromisoformat(result.value)
    assert born <= TODAY
    assert age_on(born, TODAY) <= OLDEST


@pytest.mark.parametrize(
    ("born", "today", "age"),
    [
        (date(2008, 12, 1), date(2026, 12, 1), 18),
        (date(2008, 12, 2), date(2026, 12, 1), 17),
        (date(2000, 2, 29), date(2018, 2, 28), 17),
        (date(2000, 2, 29), date(2018, 3, 1), 18),
    ],
)
def test_age_in_whole_years(born: date, today: date, age: int) -> None:
    assert age_on(born, today) == age
