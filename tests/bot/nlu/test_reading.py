from __future__ import annotations

import pytest

from bot.nlu.classifier import Classifier
from bot.nlu.reading import FALLBACK, OTHERS, SUGGESTIONS, Reading, Thresholds, read


@pytest.fixture
def sure() -> Thresholds:
    """For so small a classifier, which is never very sure."""
    return Thresholds(question=0.35, statement=0.6, thing=0.35, wish=0.35, suggestion=0.02)


def topics(reading: Reading) -> list[str]:
    return [guess.label for guess in reading.topics]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("is it free", ["cost"]),
        ("Is there parking? And is there homework?", ["parking", "homework"]),
        ("is there homework and what does it cost", ["homework", "cost"]),
        ("My mum died. I can't sleep. How much is it?", ["cost"]),
        ("cost and parking", ["cost", "parking"]),
        ("is it free? what does it cost?", ["cost"]),
        ("Hi there. I want to refer myself, where can I park?", ["parking"]),
    ],
)
def test_questions(classifier: Classifier, sure: Thresholds, text: str, found: list[str]) -> None:
    reading = read(text, classifier, sure)
    assert (reading.intent, topics(reading)) == ("faq", found)
    assert 0.35 <= reading.confidence <= 1.0
    assert reading.ranking


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hello", "greet"),
        ("Hi there. My mum died.", "express_feelings"),
        ("Good morning! I want to refer myself.", "refer_myself"),
        ("tell me a joke", "out_of_scope"),
    ],
)
def test_wishes(classifier: Classifier, sure: Thresholds, text: str, intent: str) -> None:
    reading = read(text, classifier, sure)
    assert (reading.intent, reading.topics) == (intent, ())


@pytest.mark.parametrize("text", ["", "?!", "👍", "..."])
def test_no_words_are_not_understood(classifier: Classifier, sure: Thresholds, text: str) -> None:
    assert read(text, classifier, sure) == Reading(FALLBACK, 0.0)


def test_unsure_offers_the_likeliest_questions(classifier: Classifier) -> None:
    never = Thresholds(question=2, statement=2, thing=2, wish=2, suggestion=0.0)
    reading = read("how much is parking", classifier, never)
    assert reading.intent == FALLBACK
    assert len(reading.topics) == SUGGESTIONS
    assert set(topics(reading)[:2]) == {"cost", "parking"}


def test_a_question_that_may_be_another_is_tentative(classifier: Classifier) -> None:
    unsure = Thresholds(question=0.1, plain=2, statement=0.1, thing=0.1, suggestion=0.0)
    reading = read("how much is parking", classifier, unsure)
    assert reading.tentative
    assert len(reading.topics) == 1
    assert len(reading.others) == OTHERS
    assert {*topics(reading), reading.others[0].label} == {"cost", "parking"}


def test_a_sure_question_or_several_are_not_tentative(classifier: Classifier) -> None:
    bars = Thresholds(question=0.1, plain=0.1, statement=0.1, thing=0.1)
    reading = read("is it free", classifier, bars)
    assert (reading.tentative, reading.others) == (False, ())
    never = Thresholds(question=0.1, plain=2, statement=0.1, thing=0.1)
    assert not read("Is there parking? And is there homework?", classifier, never).tentative


def test_unsure_offers_nothing_unlikely(classifier: Classifier) -> None:
    never = Thresholds(question=2, statement=2, thing=2, wish=2, suggestion=0.99)
    assert read("how much is parking", classifier, never).topics == ()


def test_a_long_message_is_read_by_its_clauses(classifier: Classifier, sure: Thresholds) -> None:
    story = "I've been very low. " * 40
    assert topics(read(f"{story}Is there parking? {story}", classifier, sure)) == ["parking"]
