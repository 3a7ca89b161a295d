from __future__ import annotations

import pytest

from bot.knowledge.slips import Slips, variants

SLIPS = Slips(
    ["Berkshire", "xyla", "berks"],
    ["catford", "caversham", "forest hill", "eton", "sl6"],
    ["faversham", "early"],
)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("berkshre", "berkshire"),
        ("perkshire", "berkshire"),
        ("bakshire", "berkshire"),
        ("yorkshire", "yorkshire"),
        ("xylar", "xyla"),
        ("zyla", "zyla"),
        ("berk", "berk"),
        ("catfrod", "catford"),
        ("catfurd", "catford"),
        ("watford", "watford"),
        ("cavasham", "caversham"),
        ("faversham", "faversham"),
        ("forrest", "forest"),
        ("etan", "etan"),
        ("hi", "hi"),
        ("c" * 500, "c" * 500),
    ],
)
def test_a_word_is_mended_to_the_name_it_was_meant_to_be(word: str, name: str) -> None:
    assert SLIPS.mend(word) == name


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("hither green", ["hithergreen"]),
        ("se13", ["se 13"]),
        ("catford", ["cat ford", "catf ord"]),
        ("theale", []),
    ],
)
def test_a_place_is_written_in_other_ways(place: str, found: list[str]) -> None:
    assert list(variants(place)) == found
