"""Everything that is said, and that nothing to be said is missing."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
import yaml

from bot.prescreen.texts import commands, texts, words
from bot.prescreen.understanding.plain import plain

ROWS = Path(__file__).parent / "understanding" / "rows"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("dates", "date_of_birth"),
        ("phones", "phone"),
        ("emails", "email"),
        ("postcodes", "postcode"),
        ("nhs_numbers", "nhs_number"),
    ],
)
def test_every_reason_that_an_answer_is_not_taken_has_words(name: str, kind: str) -> None:
    rows = yaml.load((ROWS / f"{name}.yml").read_text(encoding="utf-8"), yaml.BaseLoader)
    reasons = {expected for _, expected in rows if expected.replace("_", "").isalpha()} - {"X"}
    expected = {reason for reason in reasons if "@" not in reason}
    assert expected == set(texts().asks_again[kind])


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("items", {"number", "count"}),
        ("you_said", {"answer"}),
        ("understood", {"answer"}),
        ("anything_else", {"answer"}),
        ("cannot_skip", {"why"}),
        ("paused", {"days", "code", "expires"}),
        ("resume_wrong", {"days"}),
        ("sent", {"service", "reference", "response_time"}),
        ("sent_to_take", {"reference"}),
        ("too_young", {"service", "minimum_age"}),
        ("wrong_area", {"service", "gp_area"}),
        ("response_time", {"time"}),
    ],
)
def test_what_is_filled_in(name: str, expected: set[str]) -> None:
    assert places(getattr(texts(), name)) == expected


def test_no_phrase_is_two_commands() -> None:
    owners: dict[str, str] = {}
    for name, command in commands().commands.items():
        if name == "keep":
            continue
        for phrase in {plain(phrase) for phrase in (*command.phrases, *command.sure)}:
            assert owners.setdefault(phrase, name) == name


def test_no_promise_is_made() -> None:
    for text in (texts().sent, texts().sent_to_take, texts().paused, texts().urgent_help):
        for promise in (
            "will call",
            "will phone",
            "will contact",
            "will get in touch",
            "is coming",
        ):
            assert promise not in text.lower()


def test_words_are_written_as_they_are_compared() -> None:
    common = words()
    for word in (*common.fillers, *common.blockers, *common.tails, *common.question_words):
        assert plain(word) == word
    assert common.joining <= common.blockers
