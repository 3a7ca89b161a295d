from __future__ import annotations

from time import thread_time

import pytest

from bot.crisis.rules import rulebook
from bot.crisis.spelling import Speller, distance, spelling_data


@pytest.fixture(scope="module")
def speller() -> Speller:
    book = rulebook()
    return Speller(spelling_data(), book.danger.vocabulary | book.signs.vocabulary)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sucidal", "suicidal"),
        ("suisidal", "suicidal"),
        ("suicdal", "suicidal"),
        ("su1cidal", "suicidal"),
        ("su*cide", "suicide"),
        ("s*icide", "suicide"),
        ("k*ll", "kill"),
        ("k!ll", "kill"),
        ("d!e", "die"),
        ("dieeee", "die"),
        ("mysefl", "myself"),
        ("overdsoed", "overdosed"),
        ("paracetemol", "paracetamol"),
    ],
)
def test_danger_is_read_through_slips_and_disguises(
    speller: Speller, written: str, meant: str
) -> None:
    assert speller.words(written) == (meant,)


def test_a_word_with_many_readings_is_not_read_in_all_of_them(speller: Speller) -> None:
    started = thread_time()
    assert speller.words("a" + "1" * 21)
    assert thread_time() - started < 1, "two million readings; with each digit more, twice as many"


@pytest.mark.parametrize(
    "ordinary",
    ["overcome", "override", "doing", "lying", "curing", "tables", "itself", "billing", "harbour"],
)
def test_real_words_are_not_mistaken_for_danger(speller: Speller, ordinary: str) -> None:
    assert speller.words(ordinary) == (ordinary,)


@pytest.mark.parametrize(
    ("a", "b", "slips"),
    [("kill", "kill", 0), ("kil", "kill", 1), ("klil", "kill", 1), ("", "ab", 2)],
)
def test_distance_counts_slips(a: str, b: str, slips: int) -> None:
    assert distance(a, b) == slips


def test_words_run_together_are_taken_apart_only_near_danger(speller: Speller) -> None:
    assert speller.joined("iwanttodie") == ("i", "want", "to", "die")
    assert speller.joined("iwantto") is None
    assert speller.joined("xyzzy") is None
