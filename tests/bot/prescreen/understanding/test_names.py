"""Names as people give them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.prescreen.understanding.names import read_name
from bot.prescreen.understanding.result import NotUnderstood, Understood

ROWS = yaml.safe_load((Path(__file__).parent / "rows" / "names.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "name"), ROWS)
def test_a_name_or_none(text: str, name: str | None) -> None:
    result = read_name(text)
    assert (result.value if isinstance(result, Understood) else None) == name


def test_a_name_longer_than_any_is_refused() -> None:
    assert read_name("Ab" * 60) == NotUnderstood("too_long")


@settings(max_examples=200)
@given(text=st.text(max_size=60))
def test_no_text_is_too_strange(text: str) -> None:
    result = read_name(text)
    assert isinstance(result, NotUnderstood) or result.value.strip()
