from __future__ import annotations

import pytest

from bot.crisis.age import stated_age


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("I'm 14 and my dad hits me", 14),
        ("im only 13", 13),
        ("I am a 15 year old girl", 15),
        ("I’m 72, love", 72),
        ("I'm 20 weeks pregnant", None),
        ("my daughter is 12", None),
        ("I'm 9 stone", None),
        ("I'm 1 of 3", None),
        ("I'm fine", None),
    ],
)
def test_only_an_age_of_the_writers_own_is_taken(text: str, age: int | None) -> None:
    assert stated_age(text) == age
