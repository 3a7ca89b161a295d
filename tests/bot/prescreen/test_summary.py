"""What the person, the staff and the next service are given."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.knowledge.services import services
from bot.prescreen.flow import Filled, Flow, service_of
from bot.prescreen.questionnaires import library
from bot.prescreen.questions import script
from bot.prescreen.summary import check_groups, listing, scores, staff_summary, take_along

FLOW = Flow(script(), library(), services())
ANSWERS: dict[str, Any] = {
    "safety.ready": "ready",
    "consent.given": "yes",
    "place.service": "xyla",
    "about.date_of_birth": "1981-05-03",
    "about.name": "Jo Smith",
    "about.phone": None,
    "access.needs": ["hearing"],
    "story.reason": "My mum died.",
    **{f"phq-9.{n}": 3 for n in range(1, 10)},
    **{f"gad-7.{n}": 3 for n in range(1, 8)},
}
FILLED = Filled(ANSWERS, service_of(ANSWERS, services()), date(2026, 12, 1))


def test_the_list_has_each_answer_once_by_the_steps_titles() -> None:
    groups = check_groups(FLOW, FILLED)
    assert [group.title for group in groups] == [
        "The right service for you",
        "About you",
        "What would help you",
        "What brings you here",
        "Your mood over the last 2 weeks",
        "Worry over the last 2 weeks",
    ]
    questions = [row.question for group in groups for row in group.rows]
    assert len(questions) == len(set(questions))
    assert "consent.given" not in questions
    assert "• Name: Jo Smith" in listing(groups)


def test_each_row_can_be_changed_by_a_phrase() -> None:
    for group in check_groups(FLOW, FILLED):
        for row in group.rows:
            assert row.change.startswith("Change ")


@pytest.mark.parametrize("word", ["27", "21", "severe", "score", "total", "case", "PHQ", "GAD"])
def test_nothing_the_person_gets_tells_a_score(word: str) -> None:
    for text in (
        listing(check_groups(FLOW, FILLED)),
        take_along(FLOW, FILLED, "4K7M-2QXD", date(2026, 12, 1)).replace("4K7M-2QXD", ""),
    ):
        assert word not in text


def test_what_is_taken_along() -> None:
    text = take_along(FLOW, FILLED, "4K7M-2QXD", date(2026, 12, 1))
    assert "4K7M-2QXD" in text
    assert "1 December 2026" in text
    assert "What brings you here: My mum died." in text
    assert "Little interest or pleasure in doing things: Nearly every day" in text


def test_what_staff_see() -> None:
    said = {"about.date_of_birth": "3/5/81", "about.name": "Jo Smith"}
    summary = staff_summary(FLOW, FILLED, said)
    rows = {row.question: row for group in summary.groups for row in group.rows}
    assert rows["about.date_of_birth"].said == "3/5/81"
    assert rows["about.name"].said is None
    assert rows["about.phone"].answer == "(left out)"
    assert [(s.total, s.band, s.caseness) for s in summary.scores] == [
        (27, "severe", True),
        (21, "severe", True),
    ]


def test_scores_come_in_the_order_asked() -> None:
    assert [one.questionnaire.id for one in scores(FLOW, FILLED)] == ["phq-9", "gad-7"]
