"""Typed answers to questions with choices."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.prescreen.questionnaires import library
from bot.prescreen.questions import Question, script
from bot.prescreen.understanding import NotUnderstood, Understood, options, understand

ROWS = Path(__file__).parent / "rows"
TODAY = date(2026, 12, 1)
QUESTIONS = {question.id: question for question in script().all_questions()}
ITEMS = [
    item
    for questionnaire_id in ("phq-9", "gad-7")
    for item in library().questions(questionnaire_id)
]
SAFETY = next(item for item in ITEMS if item.safety)


def rows(name: str) -> Any:
    return yaml.safe_load((ROWS / name).read_text(encoding="utf-8"))


def table(name: str) -> list[tuple[str, Any]]:
    return [(str(text), score) for score, texts in rows(name).items() for text in texts]


def read(question: Question, text: str) -> Any:
    result = understand(question, question.choices, text, TODAY)
    return result.value if isinstance(result, Understood) else None


@pytest.mark.parametrize(("text", "score"), table("items.yml"))
def test_an_item_is_understood_or_asked_again_never_guessed(text: str, score: Any) -> None:
    assert read(ITEMS[0], text) == (None if score == "unclear" else score)


@pytest.mark.parametrize(("text", "score"), table("safety_item.yml"))
def test_the_safety_item_takes_only_a_clear_no(text: str, score: Any) -> None:
    assert read(SAFETY, text) == (None if score == "unclear" else score)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_each_items_own_buttons_are_understood(item: Question) -> None:
    assert [read(item, choice.title) for choice in item.choices] == [0, 1, 2, 3]


@pytest.mark.parametrize(("question_id", "text", "value"), rows("choices.yml"))
def test_a_choice(question_id: str, text: str, value: str | None) -> None:
    assert read(QUESTIONS[question_id], text) == value


@pytest.mark.parametrize(("question_id", "text", "values"), rows("several.yml"))
def test_several_choices(question_id: str, text: str, values: list[str] | None) -> None:
    assert read(QUESTIONS[question_id], text) == values


def test_one_of_several_leaves_room_for_more() -> None:
    question = QUESTIONS["access.needs"]
    one = understand(question, question.choices, "hearing", TODAY)
    two = understand(question, question.choices, "hearing and sight", TODAY)
    none = understand(question, question.choices, "none", TODAY)
    assert isinstance(one, Understood)
    assert isinstance(two, Understood)
    assert isinstance(none, Understood)
    assert (one.complete, two.complete, none.complete) == (False, True, True)


@pytest.mark.parametrize(
    "question",
    [
        q
        for q in QUESTIONS.values()
        if q.kind in ("choice", "choices", "yes_no") and not q.choices_from
    ],
    ids=lambda question: question.id,
)
def test_every_button_of_every_question_is_understood_as_itself(question: Question) -> None:
    for option in options(question, question.choices):
        value = read(question, option.phrases[0])
        assert value in (option.value, [option.value])


@pytest.mark.parametrize(
    "question",
    [q for q in QUESTIONS.values() if q.kind in ("choice", "yes_no")],
    ids=lambda question: question.id,
)
def test_no_phrase_stands_for_two_choices(question: Question) -> None:
    said = [
        phrase.lower()
        for option in options(question, question.choices)
        for phrase in {phrase.lower() for phrase in option.phrases}
    ]
    assert len(said) == len(set(said))


@settings(max_examples=150)
@given(text=st.text(max_size=80))
def test_no_text_is_too_strange(text: str) -> None:
    for question in (ITEMS[0], SAFETY, QUESTIONS["access.needs"], QUESTIONS["access.condition"]):
        result = understand(question, question.choices, text, TODAY)
        assert isinstance(result, Understood | NotUnderstood)


@settings(max_examples=150)
@given(
    words=st.lists(
        st.sampled_from(
            [
                "not",
                "at",
                "all",
                "several",
                "days",
                "nearly",
                "every",
                "day",
                "most",
                "2",
                "but",
                "or",
            ]
        ),
        max_size=7,
    )
)
def test_two_different_answers_in_one_text_are_never_settled_by_guessing(words: list[str]) -> None:
    text = " ".join(["several days", *words, "nearly every day"])
    value = read(ITEMS[0], text)
    assert value is None
