"""Answers in the words people use."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.prescreen.questionnaires import library
from bot.prescreen.questions import script
from bot.prescreen.show import show, show_date
from bot.prescreen.texts import texts

QUESTIONS = {question.id: question for question in script().all_questions()}


@pytest.mark.parametrize(
    ("question_id", "value", "shown"),
    [
        ("about.date_of_birth", "1981-05-03", "3 May 1981"),
        ("about.phone", "+447700900123", "07700 900123"),
        ("about.nhs_number", "9434765919", "943 476 5919"),
        ("about.voicemail", "yes", "Yes"),
        ("access.needs", ["hearing", "sight"], "Hearing, Sight"),
        ("access.perinatal", "neither", "Neither"),
        ("story.reason", "My mum", "My mum"),
        ("about.postcode", None, texts().not_answered),
    ],
)
def test_show(question_id: str, value: Any, shown: str) -> None:
    question = QUESTIONS[question_id]
    assert show(question, question.choices, value) == shown


def test_an_item_is_shown_by_its_wording() -> None:
    item = library().questions("phq-9")[0]
    assert show(item, item.choices, 2) == "More than half the days"


def test_a_date_has_no_leading_nought() -> None:
    assert show_date(date(2026, 12, 1)) == "1 December 2026"
