from __future__ import annotations

import pytest

from bot.records.models import Flag
from bot.review.transcript import marked


def pieces(text: str, words: str) -> list[tuple[str, bool]]:
    return [(piece.text, piece.flag is not None) for piece in marked(text, [Flag(words=words)])]


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("I want to end it all now", "end it all", ["end it all"]),
        ("End, it  ALL", "end it all", ["End, it  ALL"]),
        ("a bad day and a worse night", "bad … worse", ["bad", "worse"]),
        ("3nd it a11", "end it all", ["3nd it a11"]),
        ("x (y", "(y", ["(y"]),
    ],
)
def test_what_a_flag_rests_on_is_set_apart(text: str, words: str, found: list[str]) -> None:
    made = pieces(text, words)
    assert [piece for piece, flagged in made if flagged] == found
    assert "".join(piece for piece, _ in made) == text


def test_a_message_without_a_flag_is_one_piece() -> None:
    assert [piece.flag for piece in marked("hello", [])] == [None]
