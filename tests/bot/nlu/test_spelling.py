from __future__ import annotations

import pytest

from bot.nlu import spelling
from bot.nlu.spelling import Spelling

ENGLISH = frozenset({"is", "it", "for", "the", "slough", "phone"})
SPELLING = Spelling.learn(["is it for anxiety", "anxiety and sessions", "anxiety, sessions"] * 2)


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("is it for anxeity", "is it for anxiety"),
        ("Anxity?", "anxiety?"),
        ("anxiiety", "anxiety"),
        ("anxoety", "anxiety"),
        ("sesions", "sessions"),
        ("slough", "slough"),
        ("xylophone", "xylophone"),
        ("sesh", "sesh"),
        ("session's", "session's"),
    ],
)
def test_mend(written: str, mended: str) -> None:
    assert SPELLING.mend(written, ENGLISH) == mended


def test_a_rare_word_is_not_mended_to() -> None:
    assert Spelling.learn(["guidance", "guidance"]).mend("guidence", ENGLISH) == "guidence"


def test_what_is_too_long_for_a_word_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """To go through what 5,000 letters could stand for took seconds."""
    monkeypatch.setattr(spelling, "_one_letter_away", lambda word: pytest.fail(word[:30]))
    assert SPELLING.mend("x" * 5000, ENGLISH) == "x" * 5000


def test_of_several_words_the_commonest_is_taken() -> None:
    several = Spelling({"seasons": 3, "sessons": 5})
    assert several.mend("sesssons", ENGLISH) == "sessons"
