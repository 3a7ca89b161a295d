"""How many of the last fourteen days a text names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prescreen.understanding.day_counts import day_counts
from bot.prescreen.understanding.plain import plain


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("4 days", {4}),
        ("about four days i think", {4}),
        ("none", None),
        ("1-2 days", {1, 2}),
        ("2 to 5 nights", {2, 3, 4, 5}),
        ("8 out of 14", {8}),
        ("ten of the 14 days", {10}),
        ("6 out of 7 days", {12}),
        ("three or four days out of the fortnight", {3, 4}),
        ("5 days a week, roughly", {10}),
        ("3 to 4 times a week", {6, 7, 8}),
        ("3 times a day", {14}),
        ("all but 2 days", {12}),
        ("every night except two", {12}),
        ("2 days last week", {2, 3, 4}),
        ("3 of those days", {3}),
        ("3 out of 3", None),
        ("2/3", None),
        ("4", None),
    ],
)
def test_a_number_of_days_is_found(text: str, days: set[int] | None) -> None:
    found = [set(count.days) for count in day_counts(plain(text).split())]
    assert found == ([days] if days else [])


def test_it_says_where_it_stands() -> None:
    (count,) = day_counts("probably on 5 days a week or so".split())
    assert (count.start, count.end) == (2, 6)


@given(st.lists(st.sampled_from("2 14 all but out of the a week days times or day last".split())))
def test_places_lie_within_the_text_and_never_overlap(tokens: list[str]) -> None:
    last = 0
    for count in day_counts(tokens):
        assert last <= count.start < count.end <= len(tokens)
        last = count.end
