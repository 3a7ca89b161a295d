from __future__ import annotations

import pytest

from bot.crisis.match import Match, Phrasebook
from bot.crisis.normalise import Normaliser, phrase_normaliser
from bot.crisis.phrases import Grammar
from bot.crisis.spelling import spelling_data

RULES = {
    "wants": "want to .. die",
    "over": "want ~ die",
    "ends": "bye $",
    "starts": "^ bye",
    "counts": "took #many pills",
}


@pytest.fixture(scope="module")
def book() -> Phrasebook:
    grammar = Grammar({}, phrase_normaliser(), frozenset())
    return Phrasebook((rule, grammar.sequences(phrase)) for rule, phrase in RULES.items())


@pytest.fixture(scope="module")
def normaliser(book: Phrasebook) -> Normaliser:
    return Normaliser(spelling_data(), book.vocabulary)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("I want to die", {"wants", "over"}),
        ("I want to go and die", {"wants", "over"}),
        ("I want to not die", {"over"}),
        ("I want to. They die", set()),
        ("bye", {"ends", "starts"}),
        ("ok. bye now", {"starts"}),
        ("took 20 pills", {"counts"}),
        ("took 2 pills", set()),
        ("nothing of the sort", set()),
        ("", set()),
    ],
)
def test_phrases_are_found(
    book: Phrasebook, normaliser: Normaliser, text: str, rules: set[str]
) -> None:
    assert {match.rule for match in book.find(normaliser.words(text))} == rules


def test_a_match_covers_its_words_without_sentence_ends(
    book: Phrasebook, normaliser: Normaliser
) -> None:
    assert book.find(normaliser.words("ok. bye")) == [Match("ends", 3, 4), Match("starts", 3, 4)]


def test_what_people_write_is_not_kept(book: Phrasebook, normaliser: Normaliser) -> None:
    book.find(normaliser.words("Zebedee wants to die, I want to die"))
    assert "zebedee" not in book._vocab.strings
