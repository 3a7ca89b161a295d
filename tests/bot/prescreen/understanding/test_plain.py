"""The form in which typed text is compared."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.prescreen.texts import words
from bot.prescreen.understanding.plain import asks, plain, strip_phrases, tidy

ROWS = yaml.safe_load((Path(__file__).parent / "rows" / "questions.yml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'd say: YESSS!", "id say yes"),
        ("don’t  know…", "dont know"),
        ("no\u200bpe", "nope"),
        ("24/7", "24 7"),
        ("１２", "12"),
        ("", ""),
        ("🙂", ""),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@given(text=st.text(max_size=60))
def test_plain_twice_is_plain_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)


def test_tidy_keeps_the_letters_and_closes_the_gaps() -> None:
    assert tidy("  Jo\u200b  O’Brien \n") == "Jo O’Brien"


def test_phrases_are_taken_off_both_ends_but_never_the_whole() -> None:
    assert strip_phrases("can i go back please", ["can i"], ["please"]) == "go back"
    assert strip_phrases("please", ["please"], ["please"]) == "please"


@pytest.mark.parametrize("text", ROWS["asks"])
def test_a_single_short_question(text: str) -> None:
    assert asks(text, words().question_words)


@pytest.mark.parametrize("text", ROWS["tells"])
def test_a_story_is_not_a_question(text: str) -> None:
    assert not asks(text, words().question_words)
