from __future__ import annotations

import pytest

from bot.crisis.answers import answer_in, step_upon
from bot.crisis.replies import replies

ASKED_SAFE = {"asked": "safe", "tier": "alert", "category": "suicidal-thoughts"}
ASKED_DANGER = {"asked": "safe", "tier": "check-in", "category": "abuse"}
ASKED_THOUGHTS = {"asked": "thoughts", "tier": "check-in", "category": "suicidal-thoughts"}
CLARIFYING = {**ASKED_THOUGHTS, "asked": "clarify"}
MOVED_ON = {**ASKED_SAFE, "asked": None}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("I’M SAFE FOR NOW!", "safe"),
        ("i need help now", "help_now"),
        ("Help", "help"),
        ("nope", "no"),
        ("no, I'm just having a hard time", "hard_time"),
        ("how long is a session?", None),
        ("", None),
    ],
)
def test_an_answer_is_the_whole_message_however_it_is_written(
    text: str, answer: str | None
) -> None:
    assert answer_in(text) == answer


def test_no_phrase_is_two_answers() -> None:
    phrases = [phrase for each in replies().typed.values() for phrase in each]
    assert sorted(set(phrases)) == sorted(phrases)


@pytest.mark.parametrize(
    ("state", "answer", "step"),
    [
        (ASKED_SAFE, "yes", "safe"),
        (ASKED_SAFE, "no", "help_now"),
        (ASKED_DANGER, "yes", "help_now"),
        (ASKED_DANGER, "no", "safe"),
        (ASKED_THOUGHTS, "yes", "clarify"),
        (ASKED_THOUGHTS, "no", "clarify"),
        (ASKED_THOUGHTS, "safe", "clarify"),
        (ASKED_THOUGHTS, "hard_time", "hard_time"),
        (CLARIFYING, "yes", "having_thoughts"),
        (CLARIFYING, "no", "hard_time"),
        (CLARIFYING, "safe", "safe"),
        (CLARIFYING, "help", "help_now"),
    ],
)
def test_the_same_answer_leads_elsewhere_by_what_was_asked(
    state: dict[str, str], answer: str, step: str
) -> None:
    assert step_upon(answer, state) == step


@pytest.mark.parametrize("answer", ["yes", "no", "help", "having_thoughts", "hard_time"])
def test_with_no_question_open_most_answers_are_about_something_else(answer: str) -> None:
    assert step_upon(answer, MOVED_ON) is None
    assert step_upon(answer, {}) is None


@pytest.mark.parametrize("answer", ["safe", "not_meant", "more"])
def test_some_can_be_given_long_after_a_crisis_but_not_before_one(answer: str) -> None:
    assert step_upon(answer, MOVED_ON) == answer
    assert step_upon(answer, {}) is None


def test_help_now_is_asked_for_at_any_time() -> None:
    assert step_upon("help_now", {}) == "help_now"
