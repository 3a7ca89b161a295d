"""The script of the pre-screen, and what is said of one that can't be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.datafile import DATA, DataError
from bot.prescreen.questions import load_script, script

QUESTIONS = list(script().all_questions())


def test_the_steps_come_in_the_order_people_are_promised() -> None:
    assert [step.id for step in script().steps] == [
        "safety",
        "consent",
        "place",
        "about",
        "access",
        "story",
        "feelings",
        "worry",
        "more",
        "check",
        "next",
    ]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_each_question_says_why_it_is_asked(question: Any) -> None:
    assert question.why


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_what_is_asked_about_access_and_the_story_may_be_skipped(question: Any) -> None:
    if question.id.split(".")[0] in ("access", "story"):
        assert question.optional


def test_no_choice_is_called_other() -> None:
    titles = [choice.title.lower() for question in QUESTIONS for choice in question.choices]
    assert "other" not in titles


def test_names_to_change_an_answer_by_are_its_own() -> None:
    named = [question.change for question in QUESTIONS if question.change]
    assert len(named) == len(set(named))


def lists_of(value: Any) -> list[Any]:
    """Every value in the lists of a data file."""
    if isinstance(value, dict):
        return [found for part in value.values() for found in lists_of(part)]
    if isinstance(value, list):
        return [found for part in value for found in [*lists_of(part), part]]
    return []


@pytest.mark.parametrize(
    "path",
    [
        *sorted((DATA / "prescreen").glob("*.yml")),
        *sorted((DATA / "questionnaires").rglob("*.yml")),
    ],
    ids=lambda path: path.name,
)
def test_yaml_made_no_yes_or_no_into_true_or_false(path: Path) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert not [value for value in lists_of(content) if isinstance(value, bool)]
    assert all(isinstance(key, str) for key in content)


GOOD = {"id": "a.b", "kind": "text", "text": "What?", "label": "It"}
CHOICE = {"value": "x", "title": "X"}


@pytest.mark.parametrize(
    ("questions", "complaint"),
    [
        ([GOOD, GOOD], "`id` is used twice"),
        ([{**GOOD, "kind": "choice"}], "`choices` is empty"),
        ([{**GOOD, "id": "a." + "b" * 70}], "shorten it"),
        ([{**GOOD, "when": [{"question": "z.z", "answered": True}]}], "not an earlier question"),
        (
            [{**GOOD, "kind": "choice", "choices": [{**CHOICE, "leads_to": "declined"}]}],
            "add `strict: true`",
        ),
        (
            [
                {
                    **GOOD,
                    "kind": "choice",
                    "strict": True,
                    "choices": [{**CHOICE, "leads_to": "not-eligible"}],
                }
            ],
            "lacks `ends_with`",
        ),
        (
            [{**GOOD, "kind": "choice", "choices": [{**CHOICE, "leads_to": "ask-again"}]}],
            "correct `question`",
        ),
        ([{**GOOD, "colour": "red"}], "remove it"),
        ([{"id": "a.b"}], "add it"),
    ],
)
def test_a_mistake_is_named_with_its_mend(
    tmp_path: Path, questions: list[dict[str, Any]], complaint: str
) -> None:
    path = tmp_path / "questions.yml"
    content = {
        "consent_version": "1",
        "steps": [{"id": "a", "title": "A", "questions": questions}],
    }
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(DataError, match=complaint) as raised:
        load_script(path)
    assert "\n" not in str(raised.value)
    assert "questions.yml" in str(raised.value)
