from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.cleaning import MAX_CHARACTERS, clean, in_another_script


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  how   long?\t", "how long?"),
        ('/inform{"service": "xyla"}', 'inform{"service": "xyla"}'),
        ("// /restart", "restart"),
        ("\u200b/re\u200bstart", "restart"),
        ("\u2066hello\u2069\u00a0there", "hello there"),
        ("either/or", "either/or"),
        ("first line\r\n\n  second line", "first line\nsecond line"),
        ("/", ""),
        ("", ""),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_a_very_long_text_is_cut() -> None:
    assert len(clean("a" * 5000)) == MAX_CHARACTERS


@given(st.text(max_size=200))
def test_no_text_begins_with_a_slash_or_changes_when_cleaned_again(text: str) -> None:
    cleaned = clean(text)
    assert not cleaned.startswith("/")
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("मुझे नींद नहीं आती", True),
        ("я не могу спать", True),
        ("我睡不着 ok", True),
        ("لا أستطيع النوم", True),
        ("does it help with سرطان or not", False),
        ("nie mogę spać", False),
        ("𝓱𝓸𝔀 𝓵𝓸𝓷𝓰", False),
        ("ｈｅｌｌｏ", False),
        ("Ⓗⓘ", False),
        ("😀 2?", False),
        ("", False),
    ],
)
def test_another_script_is_seen(text: str, other: bool) -> None:
    assert in_another_script(text) is other
