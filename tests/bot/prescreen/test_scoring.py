"""Totals, bands, caseness, items left out, and reliable change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prescreen.questionnaires import Questionnaire, library
from bot.prescreen.scoring import band, reliable_change, score

PHQ9 = library().get("phq-9")
GAD7 = library().get("gad-7")


def answered(questionnaire: Questionnaire, scores: list[int | None]) -> dict[str, int | None]:
    return {questionnaire.item_id(n): value for n, value in enumerate(scores, start=1)}


@pytest.mark.parametrize(
    ("scores", "total", "name", "caseness"),
    [
        ([0] * 9, 0, "minimal", False),
        ([1, 1, 1, 1, 0, 0, 0, 0, 0], 4, "minimal", False),
        ([1] * 5 + [0] * 4, 5, "mild", False),
        ([1] * 9, 9, "mild", False),
        ([2] + [1] * 8, 10, "moderate", True),
        ([2] * 5 + [1] * 4, 14, "moderate", True),
        ([2] * 6 + [1] * 3, 15, "moderately severe", True),
        ([3] + [2] * 8, 19, "moderately severe", True),
        ([3, 3] + [2] * 7, 20, "severe", True),
        ([3] * 9, 27, "severe", True),
    ],
)
def test_phq9(scores: list[int | None], total: int, name: str, caseness: bool) -> None:
    result = score(PHQ9, answered(PHQ9, scores))
    assert (result.total, result.band, result.caseness) == (total, name, caseness)
    assert not result.prorated


@pytest.mark.parametrize(
    ("scores", "total", "name", "caseness"),
    [
        ([0] * 7, 0, "minimal", False),
        ([1] * 4 + [0] * 3, 4, "minimal", False),
        ([1] * 5 + [0] * 2, 5, "mild", False),
        ([1] * 7, 7, "mild", False),
        ([2] + [1] * 6, 8, "mild", True),
        ([2] * 3 + [1] * 4, 10, "moderate", True),
        ([2] * 7, 14, "moderate", True),
        ([3] + [2] * 6, 15, "severe", True),
        ([3] * 7, 21, "severe", True),
    ],
)
def test_gad7(scores: list[int | None], total: int, name: str, caseness: bool) -> None:
    result = score(GAD7, answered(GAD7, scores))
    assert (result.total, result.band, result.caseness) == (total, name, caseness)


@pytest.mark.parametrize(
    ("scores", "total"),
    [
        ([None, 1, 1, 1, 1, 1, 1, 1, 1], 9),
        ([None, 2, 2, 2, 2, 1, 1, 1, 1], 14),  # 12 of 8 items: 13.5, a half upwards
        ([None, 2, 1, 1, 1, 1, 1, 1, 1], 10),  # 9 of 8 items: 10.125
        ([None, 3, 3, 3, 3, 3, 3, 3, 3], 27),
        ([None] + [0] * 8, 0),
    ],
)
def test_one_item_left_out_is_prorated_and_marked(scores: list[int | None], total: int) -> None:
    result = score(PHQ9, answered(PHQ9, scores))
    assert (result.total, result.prorated, result.missing) == (total, True, 1)


@pytest.mark.parametrize("left_out", [2, 5, 9])
def test_with_more_left_out_there_is_no_total(left_out: int) -> None:
    scores: list[int | None] = [None] * left_out
    result = score(PHQ9, answered(PHQ9, scores + [3] * (9 - left_out)))
    assert (result.total, result.band, result.caseness, result.missing) == (
        None,
        None,
        None,
        left_out,
    )


def test_items_never_asked_count_as_left_out() -> None:
    assert score(GAD7, {}).missing == 7


@given(st.lists(st.integers(0, 3), min_size=9, max_size=9))
def test_every_total_has_one_band_and_lies_between_the_ends(scores: list[int]) -> None:
    result = score(PHQ9, answered(PHQ9, list(scores)))
    assert result.total == sum(scores)
    assert result.band is not None
    assert result.caseness == (sum(scores) >= 10)


@given(st.lists(st.integers(0, 3), min_size=8, max_size=8), st.integers(0, 8))
def test_a_prorated_total_is_one_that_the_ninth_item_could_have_made(
    scores: list[int], gap: int
) -> None:
    result = score(PHQ9, answered(PHQ9, [*scores[:gap], None, *scores[gap:]]))
    assert result.total is not None
    assert sum(scores) <= result.total <= sum(scores) + 3


def test_no_band_beyond_the_scale() -> None:
    assert band(PHQ9, 28) is None


@pytest.mark.parametrize(
    ("questionnaire", "first", "later", "change"),
    [
        (PHQ9, 20, 14, "improved"),
        (PHQ9, 20, 15, "none"),
        (PHQ9, 10, 16, "deteriorated"),
        (GAD7, 12, 8, "improved"),
        (GAD7, 12, 9, "none"),
        (GAD7, 8, 12, "deteriorated"),
    ],
)
def test_reliable_change(questionnaire: Questionnaire, first: int, later: int, change: str) -> None:
    assert reliable_change(questionnaire, first, later) == change


def test_no_reliable_change_without_a_published_threshold() -> None:
    unknown = PHQ9.copy(update={"reliable_change": None})
    assert reliable_change(unknown, 20, 1) is None
