"""Shows an answer the way people write it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.prescreen.questions import Choice, Question
from bot.prescreen.texts import texts
from bot.prescreen.understanding import options
from bot.prescreen.understanding.contact import show_nhs_number, show_phone


def show_date(day: date) -> str:
    """A date such as "3 May 1981"."""
    return f"{day.day} {day:%B %Y}"


def show(question: Question, choices: Sequence[Choice], value: Any) -> str:
    """The answer in words; the texts' own words for one that was skipped."""
    if value is None:
        return texts().not_answered
    if question.kind == "date_of_birth":
        return show_date(date.fromisoformat(value))
    if question.kind == "phone":
        return show_phone(value)
    if question.kind == "nhs_number":
        return show_nhs_number(value)
    titles = {option.value: option.phrases[0] for option in options(question, choices)}
    if question.kind == "choices":
        return ", ".join(titles.get(one, str(one)) for one in value)
    return titles.get(value, str(value))
