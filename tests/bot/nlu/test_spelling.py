from __future__ import annotations

import pytest

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


def test_of_several_words_the_commonest_is_taken() -> None:
    spelling = Spelling({"seasons": 3, "sessons": 5})
    assert spelling.mend("sesssons", ENGLISH) == "sessons"
