from __future__ import annotations

import pytest

from bot.crisis.normalise import Words
from bot.crisis.rules import rulebook


def words(text: str) -> Words:
    return rulebook().normaliser.words(text)


def plain(text: str) -> str:
    return " ".join(words(text).norms[1:-1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I don't WANT to", "i do not want to"),
        ("i dont want to", "i do not want to"),
        ("i don’t want to", "i do not want to"),
        ("i don t want to", "i do not want to"),
        ("i wanna", "i want to"),
        ("I really just want to fucking die", "i want to die"),
        ("want 2 die", "want to die"),
        ("2 tablets", "#few tablets"),
        ("20 tablets", "#many tablets"),
        ("50mg and 50 mg", "#mg and #mg"),
        ("in 1998, in my 20s", "in #year in my #s"),
        ("ｋｉｌｌ myself", "kill myself"),
        ("kіll myself", "kill myself"),  # a Cyrillic letter
        ("k\u200bill mys\u00adelf", "kill myself"),
        ("k i l l  m y s e l f", "kill myself"),
        ("k.i.l.l myself", "kill myself"),
        ("killmyself", "kill myself"),
        ("self-harm", "self harm"),
        ("kms", "kill myself"),
    ],
)
def test_the_same_words_come_out_however_they_are_written(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize("text", ["O D E T T E", "J K Killeen", "skill", "Kilburn", "therapist"])
def test_names_and_ordinary_words_are_left_as_they_are(text: str) -> None:
    assert "kill" not in plain(text).split()
    assert "rapist" not in plain(text).split()


def test_sentences_are_kept_apart_and_pauses_marked() -> None:
    found = words("No, thanks. Bye!")
    assert found.norms == [".", "no", "thanks", ".", "bye", "."]
    assert [word.pause for word in found.words[1:3]] == [False, True]


def test_every_word_knows_the_text_it_came_from() -> None:
    found = words("Hi – I wanna K1LL mys3lf 💔")
    first = found.norms.index("kill")
    assert found.original(first, first + 2) == "K1LL mys3lf"


def test_a_leading_slash_is_only_a_slash() -> None:
    assert plain("/I want to die") == "i want to die"


def test_full_stops_can_be_left_out() -> None:
    assert words("I want. To die.").without_stops().norms == [".", "i", "want", "to", "die", "."]
