from __future__ import annotations

import re

import pytest

from bot.records.references import (
    ALPHABET,
    find_reference,
    new_reference,
    new_resume_code,
    read_code,
)


def test_codes_read_back_as_they_are_said() -> None:
    for make in (new_reference, new_resume_code):
        for _ in range(200):
            code = make()
            assert read_code(code) == code
            assert read_code(f"it's {code.lower().replace('-', ' ')} thanks") == code
            assert read_code(code.replace("-", "")) == code
            assert set(code) <= set(ALPHABET + "-")


def test_letters_that_are_misread_are_understood() -> None:
    assert read_code("4K7M-2QXD-9RTO") == "4K7M-2QXD-9RT0"
    assert read_code("4k7m 2qxd 9rtl") == "4K7M-2QXD-9RT1"


@pytest.mark.parametrize(
    "text", ["", "hello there", "I feel sad most days", "07700 900123", "what does this cost"]
)
def test_words_are_not_codes(text: str) -> None:
    assert read_code(text) is None


@pytest.mark.parametrize("words", ["my referral 4K7M-2QXD, born in May", "reference: 4k7m–2qxd"])
def test_a_word_before_a_reference_is_not_taken_into_it(words: str) -> None:
    assert read_code(words) == "4K7M-2QXD"


def test_a_reference_is_found_without_its_dash_between_words_and_numbers() -> None:
    for before, after in (("", " born 27 april 1985"), ("", " 1985-04-27"), ("code ", "")):
        for _ in range(200):
            code = new_reference()
            if any(re.fullmatch(r"[A-Z]+|\d+(ST|ND|RD|TH)?", part) for part in code.split("-")):
                continue  # a word or a date beside those can't be told from them
            text = f"{before}{code.lower().replace('-', ' ')}{after}"
            assert find_reference(text) == (code, f"{before} {after}")


def test_a_resume_code_is_no_reference() -> None:
    assert find_reference("4K7M-2QXD-9RTA") is None
    assert find_reference("hello there") is None
