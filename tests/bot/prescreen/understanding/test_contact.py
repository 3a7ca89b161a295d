"""Phone numbers, email addresses, postcodes and NHS numbers as people type them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.prescreen.understanding.contact import (
    read_email,
    read_nhs_number,
    read_phone,
    read_postcode,
    show_nhs_number,
    show_phone,
)
from bot.prescreen.understanding.result import NotUnderstood, Understood

Reader = Callable[[str], Understood | NotUnderstood]
READERS: dict[str, Reader] = {
    "phones": read_phone,
    "emails": read_email,
    "postcodes": read_postcode,
    "nhs_numbers": read_nhs_number,
}


def rows() -> list[Any]:
    found = []
    for name, reader in READERS.items():
        path = Path(__file__).parent / "rows" / f"{name}.yml"
        for text, expected in yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader):
            found.append(pytest.param(reader, text, expected, id=f"{name}: {text}"))
    return found


@pytest.mark.parametrize(("reader", "text", "expected"), rows())
def test_what_is_kept_or_why_it_is_asked_again(reader: Reader, text: str, expected: str) -> None:
    result = reader(text)
    got = result.value if isinstance(result, Understood) else result.reason
    assert got == expected


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@settings(max_examples=80)
@given(text=st.text(max_size=400))
def test_no_text_is_too_strange(reader: Reader, text: str) -> None:
    assert isinstance(reader(text), Understood | NotUnderstood)


def test_a_wrong_length_says_how_many_digits_there_are() -> None:
    assert read_nhs_number("943 476") == NotUnderstood("length", {"digits": "6"})


def test_numbers_are_shown_as_people_write_them() -> None:
    assert show_phone("+447700900123") == "07700 900123"
    assert show_phone("+33612345678") == "+33 6 12 34 56 78"
    assert show_nhs_number("9434765919") == "943 476 5919"
