from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.records.conversations import append_events, conversation
from bot.records.models import Flag
from bot.records.transcript import OPENING
from bot.review.transcript import excerpt, marked, transcript


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


LONG = "my sister came over with the children and we went to the park, " * 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{LONG} and I want to end it all. {LONG}", "end it all"),
        (f"end it all {LONG}", "end it all"),
        (f"{LONG} bad {LONG} worse", "bad … worse"),
        ("I want to end it all now", "end it all"),
    ],
)
def test_an_excerpt_has_all_the_flagged_words_and_some_of_the_rest(text: str, words: str) -> None:
    pieces = excerpt(Flag(text=text, words=words))
    assert [piece.text for piece in pieces if piece.flag] == words.split(" … ")
    shown = "".join(piece.text for piece in pieces)
    assert len(shown) < 350
    assert (shown == text) is (len(text) < 140)
    assert set(shown.replace("…", " ").split()) <= set(text.split()), "no word is cut in two"


@pytest.mark.parametrize("words", ["3nd it", "park … 3nd it", None])
def test_an_excerpt_in_which_words_are_missing_is_the_message(words: str | None) -> None:
    pieces = excerpt(Flag(text=LONG, words=words))
    assert "".join(piece.text for piece in pieces) == LONG


def user(text: str, message_id: str, **metadata: Any) -> dict[str, Any]:
    return {"event": "user", "text": text, "message_id": message_id, "metadata": metadata}


def bot(text: str) -> dict[str, Any]:
    return {"event": "bot", "text": text, "data": {}}


def test_it_is_what_happened(database, now) -> None:
    said = [
        user("hi", OPENING, tapped=False),
        bot("Hello"),
        user("Back", "m1", tapped=True),
        bot("Something went wrong"),
        user("Back", "m1", tapped=True),
        bot("Gone back"),
        user("Yes", "m2", tapped=False),
        user("from a terminal", "m3"),
    ]
    with database.session() as session:
        owner = conversation(session, "c", now)
        for number, event in enumerate(said):
            at = now + timedelta(seconds=number)
            append_events(session, owner, [{**event, "timestamp": at.timestamp()}])
    with database.reading() as session:
        lines = transcript(session, ["c"], [Flag(message_id="m2", words="yes")], [])
    assert [(line.speaker, line.how, line.text) for line in lines] == [
        ("assistant", None, "Hello"),
        ("person", "tapped", "Back"),
        ("assistant", None, "Gone back"),
        ("person", "typed", "Yes"),
        ("person", None, "from a terminal"),
    ]
    assert [len(line.flags) for line in lines] == [0, 0, 0, 1, 0]
    assert lines[1].at == now + timedelta(seconds=4)
